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

/** Runs of digits of a text, long enough to hold a number, without what stands between the digits. */
export function digitRunsOf(text: string): readonly string[] {
  const runs: string[] = [];
  let run = '';
  let at = nextDigit(text, 0);
  while (at < text.length) {
    const { end, digits } = groupAt(text, at);
    run += digits;
    at = nextDigit(text, end);
    if (continues(text, end, at)) continue;
    if (run.length >= LEAST_DIGITS) runs.push(run);
    run = '';
  }
  return runs;
}

function digitsOf(text: string): string {
  let digits = '';
  for (let at = 0; at < text.length; at++) {
    const code = foldUnit(text.charCodeAt(at));
    if (isDigit(code)) digits += String.fromCharCode(code);
  }
  return digits;
}

interface Group {
  readonly start: number;
  readonly end: number;
  readonly digits: string;
}

export class DigitIndex {
  readonly #byKey = new Map<string, KnownValue[]>();
  #longest = 0;

  add(key: string, known: KnownValue): void {
    append(this.#byKey, key, known);
    this.#longest = Math.max(this.#longest, key.length);
  }

  /** A part of the search, of some milliseconds at most; false when it is done. */
  search(text: string, accepts: Accepts, found: Occurrence[], state: SearchState): boolean {
    if (this.#byKey.size === 0) return false;
    const run: Group[] = [];
    let at = nextDigit(text, state.at);
    let groups = 0;
    while (at < text.length) {
      const group = groupAt(text, at);
      run.push(group);
      groups++;
      at = nextDigit(text, group.end);
      const goesOn = continues(text, group.end, at);
      if (goesOn && groups < STRETCH) continue;
      this.#findInRun(text, run, accepts, found);
      if (groups >= STRETCH) {
        // What a run is cut into overlaps, so that nothing is lost at a cut.
        state.at = goesOn ? (run.at(-MOST_GROUPS)?.start ?? at) : at;
        return true;
      }
      run.length = 0;
    }
    return false;
  }

  #findInRun(text: string, run: readonly Group[], accepts: Accepts, found: Occurrence[]): void {
    for (let first = 0; first < run.length; first++) {
      let key = '';
      let best: Occurrence | undefined;
      let last = first;
      for (let index = first; index < run.length && index < first + MOST_GROUPS; index++) {
        key += run[index]!.digits;
        if (key.length > this.#longest) break;
        const known = key.length < LEAST_DIGITS ? undefined : this.#known(key, text, run.slice(first, index + 1))?.find(accepts);
        if (known === undefined) continue;
        best = { start: run[first]!.start, end: run[index]!.end, known };
        last = index;
      }
      if (best === undefined) continue;
      found.push(best);
      first = last;
    }
  }

  #known(digits: string, text: string, groups: readonly Group[]): readonly KnownValue[] | undefined {
    const known = this.#byKey.get(digits);
    if (known !== undefined || groups.length !== 4) return known;
    const isQuad = groups.every(({ start }, index) => index === 0 || /^[-._]$/.test(text.slice(groups[index - 1]!.end, start)));
    if (!isQuad) return undefined;
    const quad = groups.map((group) => group.digits);
    return this.#byKey.get((text.startsWith(REVERSED, groups[3]!.end) ? quad.reverse() : quad).join('.'));
  }
}

function nextDigit(text: string, from: number): number {
  let at = from;
  while (at < text.length && !isDigit(foldUnit(text.charCodeAt(at)))) at++;
  return at;
}

function groupAt(text: string, start: number): Group {
  let digits = '';
  let end = start;
  for (; end < text.length; end++) {
    const code = foldUnit(text.charCodeAt(end));
    if (!isDigit(code)) break;
    if (digits.length <= MOST_DIGITS) digits += String.fromCharCode(code);
  }
  return { start, end, digits };
}

function continues(text: string, end: number, next: number): boolean {
  if (next >= text.length || next - end > MOST_SEPARATORS) return false;
  for (let at = end; at < next; at++) if (!SEPARATORS.has(text.charCodeAt(at))) return false;
  return true;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}
