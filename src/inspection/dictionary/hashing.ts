// The hash that a dictionary is keyed by, and how long the prefixes are that it knows. Not for anything that an attacker must not guess: equal
// hashes only cost a comparison, and the terms are the operator's own.

export const SEED = 0x2545f491 | 0;

/** One more code unit. */
export function extended(hash: number, unit: number): number {
  const mixed = Math.imul(hash ^ unit, 0x9e3779b1);
  return mixed ^ (mixed >>> 15);
}

/** Key of the prefix of this length and, with another salt, of the whole term of this length. */
export function prefixKey(hash: number, length: number): number {
  return finished(hash ^ Math.imul(length, 0x85ebca6b));
}

export function termKey(hash: number, length: number): number {
  return finished(hash ^ Math.imul(length, 0xc2b2ae35) ^ 0x5bd1e995);
}

/** Index for a filter. */
export function filterKey(hash: number): number {
  return finished(hash);
}

function finished(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x7feb352d);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x846ca68b);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/**
 * Lengths of the prefixes that stand in the table. Between one and the next are at most 24 lengths, a mask in one number. The last is longer
 * than any term.
 */
export const LEVELS: readonly number[] = [2, 4, 8, 16, ...Array.from({ length: 17 }, (_, index) => 40 + 24 * index)];
