// The signals of many texts, such as the slots of a request, as one summary for the access decision. Takes maxima, not sums: a long
// conversation is not more dangerous than its worst text.
import type { TagBeyond } from './beyond-tier-1.ts';
import { rankTags, type TagSummary } from './rank-tags.ts';
import type { HiddenKind } from './hidden.ts';
import type { Signals } from './signals.ts';
import type { TargetKind } from './targets.ts';

export interface SignalSummary {
  /** Whether any text that came from outside says something at all. */
  readonly isTainted: boolean;
  /** Runs by kind. */
  readonly hidden: Partial<Readonly<Record<HiddenKind, number>>>;
  /** Encoded payloads that read as text, and the highest score of one. */
  readonly encoded: { readonly count: number; readonly score: number };
  readonly instructions: {
    readonly score: number;
    /** The highest score of a tainted text. */
    readonly taintedScore: number;
    /** Index of the text that scores highest; -1 when none scores. */
    readonly text: number;
    /** Rules of all texts, each once, in order of name. */
    readonly rules: readonly string[];
  };
  /** What text that did not come from outside says to models: the highest scores, 0 to 1. */
  readonly own: OwnScores;
  readonly cyber: number;
  /** Best first. */
  readonly tags: readonly TagSummary[];
  /** Rules of work that is barred for everybody, best first; tainted texts accuse nobody. */
  readonly prohibited: readonly ProhibitedSummary[];
  /** Capabilities asked for that no grant of tier 1 covers, best first. */
  readonly beyondTier1: readonly TagBeyond[];
  /** Each once, in order of kind and value. */
  readonly targets: readonly { readonly kind: TargetKind; readonly value: string; readonly fromTaintedOnly: boolean }[];
  readonly targetsAreCut: boolean;
}

/** How much untainted text reads like instructions to a model: as a whole, what is hidden in it, and what is encoded in it. */
export interface OwnScores {
  readonly instructions: number;
  readonly hidden: number;
  readonly encoded: number;
}

export const NO_OWN_SCORES: OwnScores = { instructions: 0, hidden: 0, encoded: 0 };

export function higherScores(a: OwnScores, b: OwnScores): OwnScores {
  return {
    instructions: Math.max(a.instructions, b.instructions),
    hidden: Math.max(a.hidden, b.hidden),
    encoded: Math.max(a.encoded, b.encoded),
  };
}

function ownScoresOf({ isTainted, instructions, hidden, encoded }: Signals): OwnScores {
  if (isTainted) return NO_OWN_SCORES;
  const highestOf = (found: readonly { readonly score: number }[]): number => Math.max(0, ...found.map(({ score }) => score));
  return { instructions: instructions.score, hidden: highestOf(hidden), encoded: highestOf(encoded) };
}

/** A rule that was met, without places. */
export interface ProhibitedSummary {
  /** Category and name, such as `credential-theft.lure`. */
  readonly rule: string;
  /** 0 to 1. */
  readonly score: number;
}

export function mergeSignals(texts: readonly Signals[]): SignalSummary {
  const hidden: Partial<Record<HiddenKind, number>> = {};
  const rules = new Set<string>();
  const targets = new Map<string, { kind: TargetKind; value: string; fromTaintedOnly: boolean }>();
  let best = -1;
  let encodedCount = 0;
  let encodedScore = 0;
  let taintedScore = 0;
  for (const [index, signals] of texts.entries()) {
    for (const { kind } of signals.hidden) hidden[kind] = (hidden[kind] ?? 0) + 1;
    encodedCount += signals.encoded.length;
    for (const { score } of signals.encoded) encodedScore = Math.max(encodedScore, score);
    const { score, evidence } = signals.instructions;
    if (score > (texts[best]?.instructions.score ?? 0)) best = index;
    if (signals.isTainted) taintedScore = Math.max(taintedScore, score);
    for (const { rule } of evidence) rules.add(rule);
    for (const { kind, value } of signals.targets) {
      const key = `${kind} ${value}`;
      const known = targets.get(key);
      targets.set(key, { kind, value, fromTaintedOnly: signals.isTainted && (known?.fromTaintedOnly ?? true) });
    }
  }
  return {
    isTainted: texts.some(({ isTainted }) => isTainted),
    hidden,
    encoded: { count: encodedCount, score: encodedScore },
    instructions: { score: texts[best]?.instructions.score ?? 0, taintedScore, text: best, rules: [...rules].sort() },
    own: texts.map(ownScoresOf).reduce(higherScores, NO_OWN_SCORES),
    cyber: Math.max(0, ...texts.map(({ capabilities }) => capabilities.cyber)),
    tags: rankTags(texts),
    prohibited: highest(texts.flatMap(({ prohibited }) => prohibited.map(({ rule, score }) => [rule, score] as const))).map(
      ([rule, score]) => ({ rule, score }),
    ),
    beyondTier1: highest(texts.flatMap(({ beyondTier1 }) => beyondTier1.map(({ tag, score }) => [tag, score] as const))).map(
      ([tag, score]) => ({ tag, score }),
    ),
    targets: [...targets.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, target]) => target),
    targetsAreCut: texts.some(({ targetsAreCut }) => targetsAreCut),
  };
}

/** The highest score of each name, best first. */
export function highest<Name extends string>(scores: readonly (readonly [name: Name, score: number])[]): [name: Name, score: number][] {
  const best = new Map<Name, number>();
  for (const [name, score] of scores) best.set(name, Math.max(score, best.get(name) ?? 0));
  return [...best].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
}
