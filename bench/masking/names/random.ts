// Chance with a seed, so that what is made from it can be made again.
export interface Chance {
  /** At least 0, less than 1. */
  readonly next: () => number;
  readonly pick: <T>(from: readonly T[]) => T;
  /** Whether something happens that happens this often. */
  readonly happens: (rate: number) => boolean;
  readonly shuffle: (items: unknown[]) => void;
}

/** mulberry32. */
export function chance(seed: number): Chance {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
  return {
    next,
    pick: (from) => from[Math.floor(next() * from.length)]!,
    happens: (rate) => next() < rate,
    shuffle: (items) => {
      for (let at = items.length - 1; at > 0; at--) {
        const other = Math.floor(next() * (at + 1));
        [items[at], items[other]] = [items[other], items[at]];
      }
    },
  };
}
