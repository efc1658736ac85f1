// A text as detectors see it: NFKC (so that full-width digits, half-width kana and compatibility forms are what they stand for), without
// characters that nobody sees, and with an exact map back to the original. Never changes what is sent: only where to look.

export interface Subject {
  readonly original: string;
  /** NFKC of the original without invisible characters. */
  readonly text: string;
  /** `text` with ASCII capitals in lower case: the same length, so offsets agree. */
  readonly folded: string;
  /** The name under which the text stands in a JSON object (`my_number`), or another hint of what it is; '' when there is none. */
  readonly hint: string;
  /** Range in `original` of the range `[start, end)` in `text`. */
  originalRange(start: number, end: number): readonly [start: number, end: number];
}

/** Format characters (joiners, bidi controls, tags), soft hyphen, variation selectors: invisible, and able to split a number in two. */
const INVISIBLE = /\p{Cf}|\p{Variation_Selector}|[\u115f\u1160\u3164\uffa0]|\u034f|\u17b4|\u17b5/u;

const ASCII = /^[^\u0080-\uffff]*$/;

export function subjectOf(original: string, hint = ''): Subject {
  if (ASCII.test(original)) return plain(original, hint, detached(original));
  if (original.normalize('NFKC') === original && !INVISIBLE.test(original)) return plain(original, hint, plainDashes(original));
  return mapped(original, hint);
}

/** A copy: most texts are pieces of a request, and every character of a piece takes a step more. */
function detached(ascii: string): string {
  return ascii.length < LEAST_DETACHED ? ascii : Buffer.from(ascii, 'latin1').toString('latin1');
}

const LEAST_DETACHED = 64;

function plain(original: string, hint: string, text: string): Subject {
  return { original, text, folded: foldAscii(text), hint, originalRange: (start, end) => [start, end] };
}

/** Dashes of every length, which people put into numbers, become `-`; so does the long vowel mark between digits. Lengths stay. */
function plainDashes(text: string): string {
  return text.replaceAll(/[\u2010-\u2015\u2212]|(?<=[0-9])\u30fc(?=[0-9])/g, '-');
}

/** Only what folds to one code unit, so that offsets agree. */
function foldAscii(text: string): string {
  const lower = text.toLowerCase();
  return lower.length === text.length ? lower : text.replaceAll(/[A-Z]+/g, (capitals) => capitals.toLowerCase());
}

/** What NFKC may join with the character before it: marks, half-width voicing marks, Hangul vowels and finals. */
const JOINS = /[\p{M}\uff9e\uff9f\u1160-\u11ff\ud7b0-\ud7ff]/u;

function mapped(original: string, hint: string): Subject {
  // starts[i], ends[i]: the range in the original that unit i of the text comes from.
  const starts: number[] = [];
  const ends: number[] = [];
  let text = '';
  let at = 0;
  while (at < original.length) {
    let end = at + width(original, at);
    while (end < original.length && JOINS.test(characterAt(original, end))) end += width(original, end);
    const made = visible(original.slice(at, end).normalize('NFKC'));
    for (let unit = 0; unit < made.length; unit++) {
      starts.push(at);
      ends.push(end);
    }
    text += made;
    at = end;
  }
  text = plainDashes(text);
  return {
    original,
    text,
    folded: foldAscii(text),
    hint,
    originalRange: (start, end) =>
      end > start ? [starts[start]!, ends[end - 1]!] : [starts[start] ?? original.length, starts[start] ?? original.length],
  };
}

const ALL_INVISIBLE = new RegExp(INVISIBLE.source, 'gu');

function visible(text: string): string {
  return INVISIBLE.test(text) ? text.replaceAll(ALL_INVISIBLE, '') : text;
}

function width(text: string, at: number): number {
  return text.codePointAt(at)! > 0xffff ? 2 : 1;
}

function characterAt(text: string, at: number): string {
  return String.fromCodePoint(text.codePointAt(at)!);
}
