// Which cyber capabilities a text is about, and whether it is about cyber work at all: the gate in front of tiers and approvals. Scores by
// words and their surroundings; who asks, and whether that is allowed, is decided elsewhere, and a score alone refuses nobody.
import { MOST_EVIDENCE, scoreOf } from './instructions.ts';
import type { PhraseHit } from './phrase-pass.ts';
import type { Span } from './span.ts';
import type { CapabilityRule, CapabilityTag } from './words-of-capabilities.ts';

export interface TagScore {
  readonly tag: CapabilityTag;
  /** 0 to 1. */
  readonly score: number;
  /** 0 to 1: the same over words that stand where something is made or done, and not where it is defended against. */
  readonly made: number;
  readonly evidence: readonly Span[];
}

export interface Capabilities {
  /** 0 to 1: how much the text is about cyber security at all, attack and defence alike. */
  readonly cyber: number;
  /** Best first; tags without any evidence are left out. */
  readonly tags: readonly TagScore[];
}

interface Word extends Span {
  readonly weight: number;
  /** Before its surroundings counted. */
  readonly plain: number;
  readonly isSingle: boolean;
  readonly isMade: boolean;
}

const BEFORE = 60;
const AFTER = 24;
/** "write a keylogger" against "detect a keylogger". */
const MADE = 1.2;
const DEFENDED_AGAINST = 0.4;

const WITHOUT_SIDES: ReadonlySet<CapabilityTag> = new Set(['defence', 'general', 'ot-ics', 'vulnerability-research']);

/** `folded` is the text that the hits were found in. */
export function capabilitiesOf(folded: string, hits: readonly PhraseHit<CapabilityRule>[]): Capabilities {
  const made: Span[] = [];
  const defended: Span[] = [];
  for (const { rule, start, end } of hits)
    if (rule.tag === 'context-make') made.push({ start, end });
    else if (rule.tag === 'context-defend') defended.push({ start, end });
  for (const list of [made, defended]) list.sort((a, b) => a.start - b.start);

  const tags = new Map<CapabilityTag, Map<string, Word>>();
  for (const { rule, start, end } of hits) {
    if (rule.tag === 'context-make' || rule.tag === 'context-defend') continue;
    const factor = WITHOUT_SIDES.has(rule.tag) ? 1 : sideOf(distanceTo(made, start, end), distanceTo(defended, start, end));
    const weight = rule.weight * factor;
    const words = tags.get(rule.tag) ?? new Map<string, Word>();
    // Each different word counts once, where it counts most.
    const key = rule.steps.length === 1 ? folded.slice(start, end) : rule.id;
    if ((words.get(key)?.weight ?? -1) < weight)
      words.set(key, { start, end, weight, plain: rule.weight, isSingle: rule.steps.length === 1, isMade: factor > 1 });
    tags.set(rule.tag, words);
  }
  const about: { weight: number }[] = [];
  const scores: TagScore[] = [];
  for (const [tag, words] of tags) {
    const found = withoutParts([...words.values()]);
    for (const { plain } of found) about.push({ weight: plain });
    const evidence = found
      .toSorted((a, b) => a.start - b.start)
      .slice(0, MOST_EVIDENCE)
      .map(({ start, end }) => ({ start, end }));
    scores.push({ tag, score: scoreOf(found), made: scoreOf(found.filter(({ isMade }) => isMade)), evidence });
  }
  return { cyber: scoreOf(about), tags: scores.sort((a, b) => b.score - a.score) };
}

/** `malicious` within `malicious code` says nothing more. Words of one tag are few: as many as its lists hold. */
function withoutParts(words: readonly Word[]): Word[] {
  return words.filter(
    (word) =>
      !word.isSingle ||
      !words.some(({ isSingle, start, end }) => isSingle && start <= word.start && end >= word.end && end - start > word.end - word.start),
  );
}

function sideOf(toMade: number, toDefended: number): number {
  if (toDefended < toMade) return DEFENDED_AGAINST;
  return toMade < Infinity ? MADE : 1;
}

/** Characters to the nearest context word before or, as in Japanese, after the range; Infinity when none is in reach. */
function distanceTo(context: readonly Span[], start: number, end: number): number {
  let low = 0;
  let high = context.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (context[middle]!.start < start) low = middle + 1;
    else high = middle;
  }
  let nearest = Infinity;
  const before = context[low - 1];
  if (before !== undefined && before.end <= start && start - before.end <= BEFORE) nearest = start - before.end;
  for (let at = low; at < context.length && at < low + 4; at++) {
    const { start: next } = context[at]!;
    if (next < end) continue;
    if (next - end <= AFTER) nearest = Math.min(nearest, next - end);
    break;
  }
  return nearest;
}
