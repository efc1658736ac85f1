// The score: what was counted against a principal, with every kind of signal decaying by its own half-life. Pure arithmetic; what a score
// means for a standing is standing.ts's.
//
// Laws (score.laws.test.ts): one more signal never lowers a score, at any time; time alone never raises it; of signals with the same time,
// the order does not matter.
import { SIGNAL_KINDS, type MisuseCatalogue, type SignalKind } from './signals.ts';

export interface Score {
  /** Points by kind, as of `atMs`. */
  readonly parts: Readonly<Partial<Record<SignalKind, number>>>;
  readonly atMs: number;
}

const HOUR_MS = 3_600_000;

/** Of one kind. More than any threshold, and little enough that a score decays within some half-lives. */
const MOST_POINTS = 1000;

export const NO_SCORE: Score = { parts: {}, atMs: 0 };

/** The score as it is at a later time; the same for an earlier one: what happened is not undone by a clock that is set back. */
export function decayed({ parts, atMs }: Score, nowMs: number, { signals }: Pick<MisuseCatalogue, 'signals'>): Score {
  if (nowMs <= atMs) return { parts, atMs };
  const left: Partial<Record<SignalKind, number>> = {};
  for (const kind of SIGNAL_KINDS) {
    const points = parts[kind];
    if (points !== undefined) left[kind] = points * decay(nowMs - atMs, signals[kind].halfLifeHours);
  }
  return { parts: left, atMs: nowMs };
}

/** With `count` more signals of one kind, whose time may lie before others that are counted already. */
export function withSignal(
  score: Score,
  { kind, atMs, count }: { readonly kind: SignalKind; readonly atMs: number; readonly count: number },
  catalogue: Pick<MisuseCatalogue, 'signals'>,
): Score {
  const { weight, halfLifeHours } = catalogue.signals[kind];
  const now = decayed(score, atMs, catalogue);
  const points = (now.parts[kind] ?? 0) + count * weight * decay(Math.max(0, now.atMs - atMs), halfLifeHours);
  return { parts: { ...now.parts, [kind]: Math.min(MOST_POINTS, points) }, atMs: now.atMs };
}

/** Summed in one order, so that equal parts give equal totals. */
export function totalOf({ parts }: Score): number {
  return SIGNAL_KINDS.reduce((sum, kind) => sum + (parts[kind] ?? 0), 0);
}

function decay(ms: number, halfLifeHours: number): number {
  return 2 ** (-ms / (halfLifeHours * HOUR_MS));
}
