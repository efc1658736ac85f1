// Seeded chance: the same seed gives the same documents on every machine. Not for anything secret.

export interface Random {
  /** From 0 to below 1. */
  readonly unit: () => number;
  /** A whole number from `low` to `high`, both included. */
  readonly between: (low: number, high: number) => number;
  readonly pick: <T>(choices: readonly T[]) => T;
  readonly chance: (share: number) => boolean;
  /** So many ASCII digits. */
  readonly digits: (count: number) => string;
  /** So many characters of the alphabet. */
  readonly characters: (alphabet: string, count: number) => string;
}

/** mulberry32, by Tommy Ettinger: 32 bits of state, enough for test data. */
export function randomOf(seed: number): Random {
  let state = seed >>> 0;
  const unit = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
  const between = (low: number, high: number): number => low + Math.floor(unit() * (high - low + 1));
  const characters = (alphabet: string, count: number): string =>
    Array.from({ length: count }, () => alphabet[between(0, alphabet.length - 1)]).join('');
  return {
    unit,
    between,
    pick: (choices) => choices[between(0, choices.length - 1)]!,
    chance: (share) => unit() < share,
    digits: (count) => characters('0123456789', count),
    characters,
  };
}
