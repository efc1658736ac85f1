// Finds the terms of a dictionary in a text, in time that grows with the text and not with the dictionary: at a place where a term may begin,
// it follows prefixes down the table (compiled.ts). Where terms overlap, the longest counts.
import type { DataLevel } from '../classify/index.ts';
import type { Finding } from '../detect/detector.ts';
import type { Subject } from '../text/subject.ts';
import { classNumberOf, CONTINUES, kindOf, labelNumberOf, LEAF, lengthsOf, termOf, WHOLE } from './compiled.ts';
import { classOfTerm, FIRST_ANYWHERE, PAIR_LONG, PAIR_THREE, PAIR_WHOLE, type Dictionary } from './dictionary.ts';
import { extended, filterKey, LEVELS, prefixKey, SEED, termKey } from './hashing.ts';
import { ENDS_AT_EDGE, IS_EXACT, STARTS_AT_EDGE } from './term.ts';
import { BLANK, OTHER, unitTables } from './units.ts';

export interface TermFinding extends Finding {
  readonly type: 'dictionary-term';
  readonly label: string;
  /** What the operator said of the term, if anything. */
  readonly dataClass?: DataLevel;
}

export interface DictionaryMatcher {
  /** In order, without overlaps, in offsets of `subject.text`. */
  find(subject: Subject): TermFinding[];
}

export const DICTIONARY_CONFIDENCE = 0.95;

export function dictionaryMatcher(dictionary: Dictionary): DictionaryMatcher {
  const rules = dictionary.labels.map((label) => `dictionary.${label}`);
  const { infos } = dictionary.terms;
  return {
    find({ text }) {
      if (dictionary.terms.count === 0) return [];
      const matches = allMatches(dictionary, text);
      if (matches.terms.length === 0) return [];
      return longest(dictionary, matches, text.length).map((match) => {
        const term = matches.terms[match]!;
        const label = labelNumberOf(infos[term]!);
        const dataClass = classOfTerm(dictionary, term);
        return {
          type: 'dictionary-term',
          start: matches.starts[match]!,
          end: matches.ends[match]!,
          confidence: DICTIONARY_CONFIDENCE,
          rule: rules[label]!,
          label: dictionary.labels[label]!,
          ...(dataClass !== undefined && { dataClass }),
        };
      });
    },
  };
}

interface Matches {
  readonly starts: number[];
  readonly ends: number[];
  readonly terms: number[];
}

function allMatches(dictionary: Dictionary, text: string): Matches {
  const { firsts, pairs } = dictionary;
  const { folded, classes } = unitTables();
  const walk = new Walk(dictionary, text);
  const { length } = text;
  const pairMask = pairs.length - 1;
  let before = OTHER;
  for (let start = 0; start + 1 < length; start++) {
    const unit = text.charCodeAt(start);
    const first = firsts[unit]!;
    const unitClass = classes[unit]!;
    const isInside = unitClass === before;
    before = unitClass;
    // No term that must begin at an edge begins with a unit of the class OTHER.
    if (first === 0 || (isInside && (first & FIRST_ANYWHERE) === 0)) continue;
    const hash = extended(extended(SEED, folded[unit]!), folded[text.charCodeAt(start + 1)]!);
    const pair = pairs[filterKey(hash) & pairMask]!;
    if (pair === 0) continue;
    const found = startsAt(dictionary, text, start, hash, pair);
    if (found !== 0) walk.from(start, found === PAIR_LONG);
  }
  return walk;
}

/** PAIR_LONG where a term of four units or more may begin, else another of PAIR_… where a shorter one may, else 0. */
function startsAt({ starts }: Dictionary, text: string, start: number, pairHash: number, pair: number): number {
  const { folded, isBlank } = unitTables();
  let at = start + 2;
  // A run of blanks is one unit.
  if (isBlank[text.charCodeAt(start + 1)] === 1) while (isBlank[text.charCodeAt(at)] === 1) at++;
  if (at >= text.length) return pair & PAIR_WHOLE;
  const third = text.charCodeAt(at++);
  const tripleHash = extended(pairHash, folded[third]!);
  if ((pair & PAIR_LONG) !== 0) {
    if (isBlank[third] === 1) while (isBlank[text.charCodeAt(at)] === 1) at++;
    if (at < text.length && hasBit(starts, extended(tripleHash, folded[text.charCodeAt(at)]!))) return PAIR_LONG;
  }
  if ((pair & PAIR_THREE) !== 0 && hasBit(starts, tripleHash)) return PAIR_THREE;
  return pair & PAIR_WHOLE;
}

function hasBit(filter: Uint8Array, hash: number): boolean {
  const bit = filterKey(hash) & (filter.length * 8 - 1);
  return (filter[bit >>> 3]! & (1 << (bit & 7))) !== 0;
}

/** Follows prefixes from one place after the other and collects every term that it meets. */
class Walk implements Matches {
  readonly starts: number[] = [];
  readonly ends: number[] = [];
  readonly terms: number[] = [];
  readonly #dictionary: Dictionary;
  readonly #text: string;
  readonly #tables = unitTables();
  /** Where it stands: behind the `#length` units whose hash is `#hash`, each run of blanks counted once. */
  #start = 0;
  #at = 0;
  #length = 0;
  #hash = SEED;

  constructor(dictionary: Dictionary, text: string) {
    this.#dictionary = dictionary;
    this.#text = text;
  }

  from(start: number, hasLong: boolean): void {
    const { keys, values } = this.#dictionary.terms;
    const mask = keys.length - 1;
    this.#start = start;
    this.#at = start;
    this.#length = 0;
    this.#hash = SEED;
    const levels = hasLong ? LEVELS.length - 1 : 1;
    for (let level = 0; level < levels; level++) {
      if (!this.#extendTo(LEVELS[level]!)) return;
      const key = prefixKey(this.#hash, this.#length);
      let slot = key & mask;
      while (values[slot] !== 0 && (keys[slot] !== key || kindOf(values[slot]!) === WHOLE)) slot = (slot + 1) & mask;
      const value = values[slot]!;
      if (value === 0) return;
      if (kindOf(value) === LEAF) return this.#compare(termOf(value));
      for (let lengths = lengthsOf(value), length = LEVELS[level]!; lengths !== 0; lengths >>>= 1, length++) {
        if ((lengths & 1) === 0) continue;
        if (!this.#extendTo(length)) return;
        this.#lookUpWhole();
      }
      if ((value & CONTINUES) === 0) return;
    }
  }

  #lookUpWhole(): void {
    const { keys, values } = this.#dictionary.terms;
    const mask = keys.length - 1;
    const key = termKey(this.#hash, this.#length);
    for (let slot = key & mask; values[slot] !== 0; slot = (slot + 1) & mask)
      if (keys[slot] === key && kindOf(values[slot]!) === WHOLE) this.#compare(termOf(values[slot]!));
  }

  #extendTo(length: number): boolean {
    const { folded, isBlank } = this.#tables;
    const text = this.#text;
    while (this.#length < length) {
      if (this.#at >= text.length) return false;
      const unit = folded[text.charCodeAt(this.#at++)]!;
      if (unit === BLANK) while (this.#at < text.length && isBlank[text.charCodeAt(this.#at)] === 1) this.#at++;
      this.#hash = extended(this.#hash, unit);
      this.#length++;
    }
    return true;
  }

  /** Notes the term if it really stands here, with the edges it demands. */
  #compare(term: number): void {
    const { units, offsets, infos } = this.#dictionary.terms;
    const { folded, isBlank } = this.#tables;
    const text = this.#text;
    const flags = infos[term]!;
    const isExact = (flags & IS_EXACT) !== 0;
    let at = this.#start;
    const last = offsets[term + 1]!;
    for (let unit = offsets[term]!; unit < last; unit++) {
      if (at >= text.length) return;
      const code = text.charCodeAt(at++);
      const isBlankHere = isBlank[code] === 1;
      if (units[unit] !== (isExact && !isBlankHere ? code : folded[code])) return;
      if (isBlankHere) while (at < text.length && isBlank[text.charCodeAt(at)] === 1) at++;
    }
    if ((flags & STARTS_AT_EDGE) !== 0 && isOneWord(text, this.#start - 1)) return;
    if ((flags & ENDS_AT_EDGE) !== 0 && isOneWord(text, at - 1)) return;
    this.starts.push(this.#start);
    this.ends.push(at);
    this.terms.push(term);
  }
}

/** Whether the units at `left` and behind it stand in one word. */
function isOneWord(text: string, left: number): boolean {
  if (left < 0 || left + 1 >= text.length) return false;
  const { classes } = unitTables();
  const unitClass = classes[text.charCodeAt(left)];
  return unitClass !== OTHER && unitClass === classes[text.charCodeAt(left + 1)];
}

/** Indexes of the matches that count, in order: longest first, then the earliest. In time linear in the text and the matches. */
function longest(dictionary: Dictionary, { starts, ends, terms }: Matches, textLength: number): number[] {
  const byLength: number[][] = [];
  for (let match = 0; match < starts.length; match++) (byLength[ends[match]! - starts[match]!] ??= []).push(match);
  const taken = new Int32Array(textLength).fill(-1);
  const { infos } = dictionary.terms;
  const classNumber = (match: number): number => classNumberOf(infos[terms[match]!]!);
  const kept: number[] = [];
  for (let length = byLength.length - 1; length > 0; length--)
    for (const match of byLength[length] ?? []) {
      const [start, end] = [starts[match]!, ends[match]!];
      const holder = taken[start]!;
      // What is kept already is no shorter, so it covers an end of whatever it overlaps.
      if (holder < 0 && taken[end - 1]! < 0) {
        taken.fill(kept.length, start, end);
        kept.push(match);
      } else if (holder >= 0 && starts[kept[holder]!] === start && ends[kept[holder]!] === end) {
        // The same place twice, exact and not: the stricter class counts.
        if (classNumber(match) > classNumber(kept[holder]!)) kept[holder] = match;
      }
    }
  return kept.sort((a, b) => starts[a]! - starts[b]!);
}
