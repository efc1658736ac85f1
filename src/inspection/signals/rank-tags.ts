// Capability tags over many texts: the highest score of each, and where it was reached.
import type { Signals } from './signals.ts';
import type { CapabilityTag } from './words-of-capabilities.ts';

export interface TagSummary {
  readonly tag: CapabilityTag;
  readonly score: number;
  /** Index of the text that scores highest. */
  readonly text: number;
}

export function rankTags(texts: readonly Signals[]): TagSummary[] {
  const best = new Map<CapabilityTag, TagSummary>();
  for (const [text, { capabilities }] of texts.entries())
    for (const { tag, score } of capabilities.tags) if ((best.get(tag)?.score ?? 0) < score) best.set(tag, { tag, score, text });
  return [...best.values()].sort((a, b) => b.score - a.score || (a.tag < b.tag ? -1 : 1));
}
