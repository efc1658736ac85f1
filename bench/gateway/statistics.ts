// The few statistics the benchmark needs. Medians over rounds, because a shared machine has outliers on one side only.

export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  /** One figure per round, in round order. */
  readonly rounds: readonly number[];
}

/** The value at `share` (0 to 1) of the sorted values, nearest rank. NaN without values. */
export function percentile(sorted: ArrayLike<number>, share: number): number {
  if (sorted.length === 0) return Number.NaN;
  const rank = Math.max(1, Math.ceil(share * sorted.length));
  return sorted[Math.min(rank, sorted.length) - 1] ?? Number.NaN;
}

/** The middle value, or the mean of the two middle ones. NaN without values. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  if (sorted.length === 0) return Number.NaN;
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? Number.NaN)
    : ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2;
}

/** Median, minimum and maximum of per-round figures, or undefined without any. */
export function spread(rounds: readonly number[]): Spread | undefined {
  const known = rounds.filter((value) => Number.isFinite(value));
  if (known.length === 0) return undefined;
  return { median: median(known), min: Math.min(...known), max: Math.max(...known), rounds: known };
}

/** Per-round `combine(a, b)`, for rounds that both have. Pairing within a round cancels drift of the machine. */
export function perRound(a: readonly number[], b: readonly number[], combine: (a: number, b: number) => number): readonly number[] {
  return a.slice(0, Math.min(a.length, b.length)).map((value, round) => combine(value, b[round] ?? Number.NaN));
}

/** Theil-Sen slope of y over x: the median of all pairwise slopes, which garbage-collection saw teeth hardly move. NaN below two points. */
export function theilSenSlope(points: readonly { readonly x: number; readonly y: number }[]): number {
  const slopes: number[] = [];
  for (const [index, a] of points.entries()) {
    for (const b of points.slice(index + 1)) if (b.x !== a.x) slopes.push((b.y - a.y) / (b.x - a.x));
  }
  return median(slopes);
}
