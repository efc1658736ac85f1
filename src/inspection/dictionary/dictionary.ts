// The operator's dictionary as it is used: compiled terms, their labels, and small filters that say for most places of a text at once that no
// term begins there. The filters fit into the processor's caches, the table of a million terms does not.
import { DATA_LEVELS, type DataLevel } from '../classify/index.ts';
import { classNumberOf, type CompiledTerms } from './compiled.ts';
import { extended, filterKey, SEED } from './hashing.ts';
import { STARTS_AT_EDGE } from './term.ts';
import { unitTables } from './units.ts';

export interface Dictionary {
  readonly terms: CompiledTerms;
  /** In order of first appearance; a term's `info` has the index. */
  readonly labels: readonly string[];
  /** By code unit of the text, folded or not: bits FIRST_…, whether a term begins with it. */
  readonly firsts: Uint8Array;
  /** By the first two units: bits PAIR_…. */
  readonly pairs: Uint8Array;
  /** One bit for each hash of the first four units, or of three where a term has no more. */
  readonly starts: Uint8Array;
}

/** A term begins with this unit, at the edge of a word alone or anywhere. */
export const FIRST_AT_EDGE = 1;
export const FIRST_ANYWHERE = 2;

/** A term is this pair; a term of three units begins with it; a longer one does. */
export const PAIR_WHOLE = 1;
export const PAIR_THREE = 2;
export const PAIR_LONG = 4;

/** Entries a filter has for each thing it holds: about one place in eight passes that should not. */
const SPARSENESS = 8;

export function dictionaryOf(terms: CompiledTerms, labels: readonly string[]): Dictionary {
  const { firsts, pairs, starts } = filtersOf(terms);
  return { terms, labels, firsts, pairs, starts };
}

export function classOfTerm(dictionary: Dictionary, term: number): DataLevel | undefined {
  return DATA_LEVELS[classNumberOf(dictionary.terms.infos[term]!) - 1];
}

/** What stays in memory, in bytes. */
export function memoryOf({ terms, firsts, pairs, starts }: Dictionary): number {
  const arrays = [terms.units, terms.offsets, terms.infos, terms.keys, terms.values, firsts, pairs, starts];
  return arrays.reduce((sum, { byteLength }) => sum + byteLength, 0);
}

function filtersOf({ count, units, offsets, infos }: CompiledTerms): Pick<Dictionary, 'firsts' | 'pairs' | 'starts'> {
  const { folded } = unitTables();
  const firsts = new Uint8Array(0x10000);
  const pairs = new Uint8Array(powerOfTwo(count * SPARSENESS, 1 << 8, 1 << 18));
  const starts = new Uint8Array(powerOfTwo(count * SPARSENESS, 1 << 8, 1 << 23) / 8);
  for (let term = 0; term < count; term++) {
    const start = offsets[term]!;
    const length = offsets[term + 1]! - start;
    firsts[folded[units[start]!]!]! |= (infos[term]! & STARTS_AT_EDGE) === 0 ? FIRST_ANYWHERE : FIRST_AT_EDGE;
    let hash = extended(extended(SEED, folded[units[start]!]!), folded[units[start + 1]!]!);
    pairs[filterKey(hash) & (pairs.length - 1)]! |= length === 2 ? PAIR_WHOLE : length === 3 ? PAIR_THREE : PAIR_LONG;
    if (length === 2) continue;
    for (let at = 2; at < length && at < 4; at++) hash = extended(hash, folded[units[start + at]!]!);
    const bit = filterKey(hash) & (starts.length * 8 - 1);
    starts[bit >>> 3]! |= 1 << (bit & 7);
  }
  for (let unit = 0; unit < firsts.length; unit++) firsts[unit] = firsts[folded[unit]!]!;
  return { firsts, pairs, starts };
}

function powerOfTwo(atLeast: number, least: number, most: number): number {
  let power = least;
  while (power < atLeast && power < most) power *= 2;
  return power;
}
