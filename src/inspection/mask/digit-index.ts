// Numbers searched for by their digits: `6214-9832-0257` stands in another text as `621498320257`, with blanks or in full width. Addresses
// keep their four groups, because there the dots count.
import { foldUnit } from './fold.ts';
import type { Accepts, KnownValue, Occurrence } from './known-value.ts';
import { append, type SearchState } from './text-index.ts';

/** Fewer stand everywhere. */
export const LEAST_DIGITS = 8;
const MOST_DIGITS = 40;
const MOST_GROUPS = 8;
/** How many groups of digits are looked at before others get their turn. */
const STRETCH = 4096;
/** Between two groups of digits of one number stand two of these at most. */
const SEPARATORS: ReadonlySet<number> = new Set(
  Array.from('-. ()/+_\u00a0\u3000\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u30fc\uff08\uff09\uff0d\uff0e', (each) => each.charCodeAt(0)),
);
const MOST_SEPARATORS = 2;
const NUMBER = /^\(?\+?[0-9\uff10-\uff19][-0-9. ()/+\u00a0\u3000\u2010-\u2015\u2212\u30fc\uff08\uff09\uff0d\uff0e\uff10-\uff19]*$/;
const ADDRESS = /^(?:[0-9]{1,3}\.){3}[0-9]{1,3}$/;
const REVERSED = '.in-addr.arpa';

/** By which digits a value is known; none when it is no number, or a short one. */
export function digitKeysOf(value: string, isPhone: boolean): readonly string[] {
  if (value.length < LEAST_DIGITS || value.length > MOST_DIGITS * 2 || !NUMBER.test(value)) return [];
  const digits = digitsOf(value);
  if (digits.length < LEAST_DIGITS || digits.length > MOST_DIGITS) return [];
  if (ADDRESS.test(value)) return [value];
  if (!isPhone) return [digits];
  // Japan's country code takes the place of the first zero.
  if (digits.startsWith('0')) return [digits, `81${digits.slice(1)}`, `810${digits.slice(1)}`];
  return digits.startsWith('81') && digits.length > 10 ? [digits, `0${digits.slice(digits[2] === '0' ? 3 : 2)}`] : [digits];
}

/** A text that holds none of these as digits in a row holds no form of the number. */
export function digitProbesOf(value: string, isPhone: boolean): readonly string[] {
  const keys = digitKeysOf(value, isPhone);
  if (keys.length === 0) return keys;
  // Whatever it begins with: the country code, or a zero.
  if (keys.length > 1) return [keys[0]!.slice(keys[0]!.startsWith('0') ? 1 : keys[0]!.startsWith('810') ? 3 : 2)];
  if (!ADDRESS.test(value)) return keys;
  const groups = value.split('.');
  return [groups.join(''), groups.toReversed().join('')];
}

const SCRATCH_BYTES = 65_536;
let scratch: Buffer | undefined;

/** Runs of digits of a text, long enough to hold a number, without what stands between the digits; a blank between two runs. */
export function digitsInRuns(text: string): string {
  let at = nextDigit(text, 0);
  if (at >= text.length) return '';
  // No longer than the text: what a blank takes the place of is longer.
  const digits = text.length <= SCRATCH_BYTES ? (scratch ??= Buffer.allocUnsafe(SCRATCH_BYTES)) : Buffer.allocUnsafe(text.length);
  let run = 0;
  let to = 0;
  while (at < text.length) {
    for (let code = foldUnit(text.charCodeAt(at)); isDigit(code); code = foldUnit(text.charCodeAt(at))) {
      digits[to++] = code;
      at++;
    }
    const end = at;
    at = nextDigit(text, end);
    if (continues(text, end, at)) continue;
    if (to - run < LEAST_DIGITS) to = run;
    else {
      digits[to++] = BLANK;
      run = to;
    }
  }
  return run === 0 ? '' : digits.toString('latin1', 0, run - 1);
}

const BLANK = 0x20;

function digitsOf(text: string): string {
  let digits = '';
  for (let at = 0; at < text.length; at++) {
    const code = foldUnit(text.charCodeAt(at));
    if (isDigit(code)) digits += String.fromCharCode(code);
  }
  return digits;
}

/** Start and end of each group of digits of a run, one after the other; used by one search at a time. */
const groups = new Int32Array(2 * STRETCH);

export class DigitIndex {
  readonly #byKey = new Map<string, KnownValue[]>();
  /** Of the digits of all keys: most numbers of a text are told from all of them without making strings of them. */
  readonly #hashes = new Set<number>();
  #longest = 0;

  add(key: string, known: KnownValue): void {
    append(this.#byKey, key, known);
    this.#longest = Math.max(this.#longest, key.length);
    this.#hashes.add(hashOf(digitsOf(key)));
    if (ADDRESS.test(key)) this.#hashes.add(hashOf(key.split('.').reverse().join('')));
  }

  /** A part of the search, of some milliseconds at most; false when it is done. */
  search(text: string, accepts: Accepts, found: Occurrence[], state: SearchState): boolean {
    if (this.#byKey.size === 0) return false;
    let at = nextDigit(text, state.at);
    let from = 0;
    let to = 0;
    while (at < text.length) {
      const end = pastDigits(text, at);
      groups[to++] = at;
      groups[to++] = end;
      at = nextDigit(text, end);
      const goesOn = continues(text, end, at);
      if (goesOn && to < groups.length) continue;
      this.#findInRun(text, from, to, accepts, found);
      from = to;
      if (to < groups.length) continue;
      // What a run is cut into overlaps, so that nothing is lost at a cut.
      state.at = goesOn ? groups[to - 2 * MOST_GROUPS]! : at;
      return true;
    }
    return false;
  }

  #findInRun(text: string, from: number, to: number, accepts: Accepts, found: Occurrence[]): void {
    for (let first = from; first < to; first += 2) {
      let hash = SEED;
      let length = 0;
      let best: Occurrence | undefined;
      let last = first;
      for (let group = first; group < to && group < first + 2 * MOST_GROUPS; group += 2) {
        const end = groups[group + 1]!;
        length += end - groups[group]!;
        if (length > this.#longest) break;
        for (let at = groups[group]!; at < end; at++) hash = hashed(hash, foldUnit(text.charCodeAt(at)));
        if (length < LEAST_DIGITS || !this.#hashes.has(hash)) continue;
        const known = this.#known(text, first, group)?.find(accepts);
        if (known === undefined) continue;
        best = { start: groups[first]!, end, known };
        last = group;
      }
      if (best === undefined) continue;
      found.push(best);
      first = last;
    }
  }

  /** By the digits of the groups from the first to the last one. */
  #known(text: string, first: number, last: number): readonly KnownValue[] | undefined {
    const quad: string[] = [];
    for (let group = first; group <= last; group += 2) quad.push(digitsOf(text.slice(groups[group], groups[group + 1])));
    const known = this.#byKey.get(quad.join(''));
    if (known !== undefined || quad.length !== 4) return known;
    for (let group = first; group < last; group += 2)
      if (!/^[-._]$/.test(text.slice(groups[group + 1], groups[group + 2]))) return undefined;
    return this.#byKey.get((text.startsWith(REVERSED, groups[last + 1]) ? quad.reverse() : quad).join('.'));
  }
}

const SEED = 0x811c9dc5;

function hashed(hash: number, unit: number): number {
  return Math.imul(hash ^ unit, 0x01000193);
}

function hashOf(digits: string): number {
  let hash = SEED;
  for (let at = 0; at < digits.length; at++) hash = hashed(hash, digits.charCodeAt(at));
  return hash;
}

function nextDigit(text: string, from: number): number {
  let at = from;
  while (at < text.length && !isDigit(foldUnit(text.charCodeAt(at)))) at++;
  return at;
}

function pastDigits(text: string, start: number): number {
  let end = start;
  while (end < text.length && isDigit(foldUnit(text.charCodeAt(end)))) end++;
  return end;
}

function continues(text: string, end: number, next: number): boolean {
  if (next >= text.length || next - end > MOST_SEPARATORS) return false;
  for (let at = end; at < next; at++) if (!SEPARATORS.has(text.charCodeAt(at))) return false;
  return true;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}
