// Many texts searched for at once, each addable at any time. From every place where one may begin, the text is hashed unit by unit as long as
// something known begins like that: what that costs does not depend on how many there are.
import { foldText, foldUnit } from './fold.ts';
import type { Accepts, KnownValue, Occurrence } from './known-value.ts';

/** What begins with a prefix of 2, 4, 8, 16 … units. */
interface Beginning {
  /** Lengths up to twice the prefix, as bits of their remainder by 32: a yes may be wrong. */
  ends: number;
  /** Of the longest text that begins so. */
  longest: number;
}

const SHORTEST_PREFIX = 2;
/** How many places are looked at before others get their turn. */
const STRETCH = 32_768;
const PAIRS = 1 << 13;
/** How far around a base64 core its run is taken as one. */
const LONGEST_BASE64_SIDE = 4096;
/** Beginnings of one hash are taken for one: that costs some steps more, and finds nothing that is not there. */
const SEED = 0x811c9dc5;

/** Where a search is. */
export interface SearchState {
  at: number;
  /** Where the last occurrence ends. */
  from: number;
}

export class TextIndex {
  readonly #isAnywhere: boolean;
  readonly #beginnings = new Map<number, Beginning>();
  /** Two values may have one encoded form, or differ in nothing but case. */
  readonly #exact = new Map<string, KnownValue[]>();
  readonly #folded = new Map<string, KnownValue[]>();
  /** First two units, for a quick no. */
  #pairs: Uint8Array | undefined;

  /** `isAnywhere`: texts may begin inside a word. */
  constructor({ isAnywhere }: { readonly isAnywhere: boolean }) {
    this.#isAnywhere = isAnywhere;
  }

  add(known: KnownValue): void {
    const { text, ignoresCase } = known;
    append(this.#exact, text, known);
    if (ignoresCase) append(this.#folded, foldText(text), known);
    this.#pairs ??= new Uint8Array(PAIRS >> 3);
    const pair = pairOf(foldUnit(text.charCodeAt(0)), foldUnit(text.charCodeAt(1)));
    this.#pairs[pair >> 3]! |= 1 << (pair & 7);
    let hash = SEED;
    for (let length = 1, prefix = SHORTEST_PREFIX; length <= text.length; length++) {
      hash = hashed(hash, foldUnit(text.charCodeAt(length - 1)));
      if (length !== prefix) continue;
      let beginning = this.#beginnings.get(hash);
      if (beginning === undefined) this.#beginnings.set(hash, (beginning = { ends: 0, longest: 0 }));
      beginning.longest = Math.max(beginning.longest, text.length);
      prefix *= 2;
      if (text.length < prefix) beginning.ends |= 1 << (text.length & 31);
    }
  }

  /** A part of the search, of some milliseconds at most; false when it is done. In order, not overlapping, the longest at each place. */
  search(text: string, accepts: Accepts, found: Occurrence[], state: SearchState): boolean {
    if (this.#pairs === undefined) return false;
    this.#findSome(text, accepts, found, state);
    return state.at < text.length - 1;
  }

  #findSome(text: string, accepts: Accepts, found: Occurrence[], state: SearchState): void {
    const pairs = this.#pairs!;
    const last = text.length - 1;
    const to = Math.min(last, state.at + STRETCH);
    let at = state.at;
    let code = at > 0 ? text.charCodeAt(at - 1) : 0;
    let next = text.charCodeAt(at);
    while (at < to) {
      const before = code;
      code = next;
      next = text.charCodeAt(at + 1);
      const pair = pairOf(foldUnit(code), foldUnit(next));
      if ((pairs[pair >> 3]! & (1 << (pair & 7))) === 0 || (!this.#isAnywhere && isWord(code) && isWord(before))) {
        at++;
        continue;
      }
      const occurrence = this.#longestAt(text, at, state.from, accepts);
      if (occurrence === undefined) {
        at++;
        continue;
      }
      found.push(occurrence);
      at = state.from = occurrence.end;
      code = text.charCodeAt(at - 1);
      next = text.charCodeAt(at);
    }
    state.at = at;
  }

  #longestAt(text: string, at: number, from: number, accepts: Accepts): Occurrence | undefined {
    let best: Occurrence | undefined;
    let beginning: Beginning | undefined;
    let hash = SEED;
    for (let length = 1, prefix = SHORTEST_PREFIX; at + length <= text.length; length++) {
      hash = hashed(hash, foldUnit(text.charCodeAt(at + length - 1)));
      if (length === prefix) {
        beginning = this.#beginnings.get(hash);
        if (beginning === undefined) return best;
        prefix *= 2;
      }
      if (beginning === undefined) continue;
      if ((beginning.ends & (1 << (length & 31))) !== 0) best = this.#at(text, at, length, from, accepts) ?? best;
      if (length >= beginning.longest) return best;
    }
    return best;
  }

  #at(text: string, at: number, length: number, from: number, accepts: Accepts): Occurrence | undefined {
    const spelled = text.slice(at, at + length);
    const exact = this.#exact.get(spelled)?.find(accepts);
    const known = exact ?? this.#folded.get(foldText(spelled))?.find(accepts);
    return known && occurrenceOf(text, at, known, from);
  }
}

export function append(index: Map<string, KnownValue[]>, key: string, known: KnownValue): void {
  const others = index.get(key);
  if (others === undefined) index.set(key, [known]);
  else others.push(known);
}

function hashed(hash: number, unit: number): number {
  const mixed = Math.imul(hash ^ unit, 0x9e3779b1);
  return mixed ^ (mixed >>> 15);
}

function pairOf(first: number, second: number): number {
  return (Math.imul(first, 0x9e3779b1) ^ Math.imul(second, 0x85ebca6b)) >>> 19;
}

function occurrenceOf(text: string, at: number, known: KnownValue, from: number): Occurrence | undefined {
  const end = at + known.text.length;
  if (known.form === 'base64') {
    let [start, stop] = [at, end];
    while (start > from && at - start < LONGEST_BASE64_SIDE && isBase64(text.charCodeAt(start - 1))) start--;
    while (stop < text.length && stop - end < LONGEST_BASE64_SIDE && isBase64(text.charCodeAt(stop))) stop++;
    return { start, end: stop, known };
  }
  // A word inside a longer word is another word.
  if (isWord(text.charCodeAt(at)) && at > 0 && isWord(text.charCodeAt(at - 1))) return undefined;
  if (isWord(text.charCodeAt(end - 1)) && isWord(text.charCodeAt(end))) return undefined;
  return { start: at, end, known };
}

/** ASCII letters and digits. NaN (past the end) is none. */
function isWord(code: number): boolean {
  return (code >= 0x30 && code <= 0x39) || (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a);
}

function isBase64(code: number): boolean {
  return isWord(code) || code === 0x2b || code === 0x2f || code === 0x2d || code === 0x5f || code === 0x3d;
}
