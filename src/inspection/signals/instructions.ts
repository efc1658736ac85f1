// How much a text reads like instructions to a model (prompt injection). A score with its evidence, never a verdict: documentation that talks
// about injection says the same words, and is told apart only as far as its own words allow.
import type { PhraseHit } from './phrase-pass.ts';
import type { InstructionRule } from './words-of-instructions.ts';

export interface Evidence {
  readonly rule: string;
  /** UTF-16 offsets in the text that was given. */
  readonly start: number;
  readonly end: number;
  /** What it added to the sum behind the score. */
  readonly weight: number;
}

/** From here on a text in a tool result deserves attention; a starting point for policies. */
export const INSTRUCTION_THRESHOLD = 0.5;

export const MOST_EVIDENCE = 64;

/** In text that nobody vouches for, such as a tool result, instructions are out of place to begin with. */
const TAINTED_FACTOR = 1.3;
/** Words like "attackers" or "for example" around a phrase; whoever writes an injection may add them, so they count little in tainted text. */
const TALKS_ABOUT = { trusted: 0.45, tainted: 0.8 } as const;
/** In quotation marks besides: an example, which also a model reads as one. */
const QUOTED_EXAMPLE = { trusted: 0.25, tainted: 0.4 } as const;
const TALKS_ABOUT_WITHIN = 200;

/** `folded` is the text that the hits were found in. */
export function instructionEvidence(folded: string, hits: readonly PhraseHit<InstructionRule>[], isTainted: boolean): Evidence[] {
  const talk = hits
    .filter(({ rule }) => rule.family === 'talks-about')
    .map(({ start }) => start)
    .sort((a, b) => a - b);
  const trust = isTainted ? 'tainted' : 'trusted';
  const best = new Map<string, Evidence & { family: string }>();
  for (const { rule, start, end } of hits) {
    const { id, family } = rule;
    const most = rule.weight * (isTainted ? TAINTED_FACTOR : 1);
    // A phrase said ten times is no ten times the instruction.
    if (family === 'talks-about' || (best.get(id)?.weight ?? 0) >= most) continue;
    const isTalk = isNear(talk, start, end);
    const weight = most * (!isTalk ? 1 : (isQuoted(folded, start, end) ? QUOTED_EXAMPLE : TALKS_ABOUT)[trust]);
    if ((best.get(id)?.weight ?? 0) < weight) best.set(id, { rule: id, family, start, end, weight });
  }
  return withoutDoubles([...best.values()])
    .sort((a, b) => a.start - b.start)
    .slice(0, MOST_EVIDENCE);
}

/** Two rules of a family that read the same words say one thing. */
function withoutDoubles(evidence: readonly (Evidence & { family: string })[]): Evidence[] {
  const kept: (Evidence & { family: string })[] = [];
  for (const each of evidence.toSorted((a, b) => b.weight - a.weight))
    if (!kept.some(({ family, start, end }) => family === each.family && start < each.end && each.start < end)) kept.push(each);
  return kept.map(({ rule, start, end, weight }) => ({ rule, start, end, weight }));
}

const OPENS_QUOTE = /["'`“‘「『«][^"'`”’」』»\n]{0,40}$/;
const CLOSES_QUOTE = /^[^"'`“‘「『«\n]{0,60}["'`”’」』»]/;

function isQuoted(text: string, start: number, end: number): boolean {
  return OPENS_QUOTE.test(text.slice(Math.max(0, start - 41), start)) && CLOSES_QUOTE.test(text.slice(end, end + 61));
}

/** 0 to 1, and never reaching it: more evidence adds, no single phrase decides. */
export function scoreOf(evidence: readonly { readonly weight: number }[]): number {
  return 1 - Math.exp(-evidence.reduce((sum, { weight }) => sum + weight, 0));
}

/** Whether one of the ascending positions lies within reach of the range. */
function isNear(positions: readonly number[], start: number, end: number): boolean {
  const least = start - TALKS_ABOUT_WITHIN;
  let low = 0;
  let high = positions.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (positions[middle]! < least) low = middle + 1;
    else high = middle;
  }
  return low < positions.length && positions[low]! <= end + TALKS_ABOUT_WITHIN;
}
