// When things were found, in memory that does not grow with the number of findings or with the span of time: buckets double in width when
// there are too many. Draws nothing.
import type { Level } from '../finding.ts';

export const LEVELS: readonly Level[] = ['informational', 'low', 'medium', 'high', 'critical'];

/** In the order of `LEVELS`. */
export type LevelCounts = readonly [number, number, number, number, number];

export interface TimelineBucket {
  readonly fromMs: number;
  readonly counts: LevelCounts;
}

export interface Timeline {
  /** Equally wide, without gaps, in the order of time; empty when nothing has a time. */
  readonly buckets: readonly TimelineBucket[];
  readonly widthMs: number;
  /** Findings whose time lies so far from all others that showing it would hide them. */
  readonly before: number;
  readonly after: number;
  /** Findings whose record states no time. */
  readonly withoutTime: number;
}

const MAX_KEPT = 4_096;
const SMALLEST_WIDTH_MS = 1_000;
/** What an ECMAScript date can hold. */
const MAX_TIME_MS = 8.64e15;
/** The share of findings at each end that may be left outside of the picture. */
const OUTLIERS = 0.005;

export class TimelineBuilder {
  #buckets = new Map<number, number[]>();
  #widthMs = SMALLEST_WIDTH_MS;
  #withoutTime = 0;

  add(atMs: number | undefined, level: Level): void {
    if (atMs === undefined || !(Math.abs(atMs) <= MAX_TIME_MS)) {
      this.#withoutTime++;
      return;
    }
    const index = Math.floor(atMs / this.#widthMs);
    let counts = this.#buckets.get(index);
    if (counts === undefined) this.#buckets.set(index, (counts = [0, 0, 0, 0, 0]));
    counts[LEVELS.indexOf(level)]!++;
    while (this.#buckets.size > MAX_KEPT) this.#widen();
  }

  #widen(): void {
    const wider = new Map<number, number[]>();
    for (const [index, counts] of this.#buckets) {
      const half = Math.floor(index / 2);
      const known = wider.get(half);
      if (known === undefined) wider.set(half, counts);
      else for (const [level, count] of counts.entries()) known[level]! += count;
    }
    this.#buckets = wider;
    this.#widthMs *= 2;
  }

  /** At most `most` buckets. */
  result(most: number): Timeline {
    const sorted = [...this.#buckets].toSorted(([a], [b]) => a - b);
    const { from, to, before, after } = frame(sorted);
    const shown = sorted.slice(from, to);
    const withoutTime = this.#withoutTime;
    const [first, last] = [shown[0]?.[0], shown.at(-1)?.[0]];
    if (first === undefined || last === undefined) return { buckets: [], widthMs: this.#widthMs, before, after, withoutTime };
    let factor = 1;
    while (Math.floor(last / factor) - Math.floor(first / factor) >= most) factor *= 2;
    const start = Math.floor(first / factor);
    const buckets = Array.from({ length: Math.floor(last / factor) - start + 1 }, () => [0, 0, 0, 0, 0]);
    for (const [index, counts] of shown) {
      const bucket = buckets[Math.floor(index / factor) - start]!;
      for (const [level, count] of counts.entries()) bucket[level]! += count;
    }
    const widthMs = this.#widthMs * factor;
    return {
      buckets: buckets.map((counts, index) => ({ fromMs: (start + index) * widthMs, counts: counts as unknown as LevelCounts })),
      widthMs,
      before,
      after,
      withoutTime,
    };
  }
}

type Kept = readonly (readonly [number, readonly number[]])[];

/**
 * Everything, unless a few findings at the ends (a clock that stood at 1970) would squeeze all others into less than a quarter. Then those
 * are left out that lie further away than all others are wide.
 */
function frame(sorted: Kept): { from: number; to: number; before: number; after: number } {
  const whole = { from: 0, to: sorted.length, before: 0, after: 0 };
  const sizes = sorted.map(([, counts]) => counts.reduce((sum, count) => sum + count, 0));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (total < 10) return whole;
  const allowed = Math.max(1, Math.floor(total * OUTLIERS));
  const indexes = sorted.map(([index]) => index);
  let [from, to] = [0, sorted.length];
  for (let left = allowed - sizes[0]!; from < to - 1 && left >= 0; left -= sizes[from]!) from++;
  for (let left = allowed - sizes.at(-1)!; to - 1 > from && left >= 0; left -= sizes[to - 1]!) to--;
  const span = indexes[to - 1]! - indexes[from]! + 1;
  while (from > 0 && indexes[from]! - indexes[from - 1]! <= span) from--;
  while (to < sorted.length && indexes[to]! - indexes[to - 1]! <= span) to++;
  const shown = indexes[to - 1]! - indexes[from]! + 1;
  if (shown * 4 > indexes.at(-1)! - indexes[0]! + 1) return whole;
  const sumOf = (some: readonly number[]): number => some.reduce((sum, size) => sum + size, 0);
  return { from, to, before: sumOf(sizes.slice(0, from)), after: sumOf(sizes.slice(to)) };
}
