// Text that a person does not see and a model reads: zero-width and other invisible characters, bidi controls (Trojan Source, Boucher and
// Anderson 2021), tag characters, data in variation selectors, stacks of combining marks, words of mixed alphabets. Works on the original,
// since a Subject has lost them. What scripts and emoji need is not reported. Hiding by HTML and CSS is in hidden-markup.ts.

export type HiddenKind =
  | 'zero-width'
  | 'bidi'
  | 'tag-characters'
  | 'variation-selectors'
  | 'combining-marks'
  | 'mixed-alphabets'
  | 'hidden-style'
  | 'html-comment';

export interface HiddenText {
  readonly kind: HiddenKind;
  /** Characters in the run. */
  readonly count: number;
  /** UTF-16 offsets in the original text. */
  readonly start: number;
  readonly end: number;
  /** What the run says to who reads it, at most 1024 characters; '' when it says nothing. */
  readonly decoded: string;
}

export const MOST_HIDDEN = 64;
const LONGEST_DECODED = 1_024;

const ANY =
  /[\u034f\u00ad\u061c\u115f\u1160\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\u{e0000}-\u{e01ef}]|\p{M}{7}|[\ufe00-\ufe0f]{2}|[a-zA-Z][\u0400-\u04ff]|[\u0400-\u04ff][a-zA-Z]/u;
const ASCII = /^[\0-\x7f]*$/;

/** One run of invisible characters, or one of the other signs. */
const RUNS =
  /([\u034f\u00ad\u115f\u1160\u180e\u200b-\u200f\u2060-\u2065\u3164\ufeff\uffa0]+)|([\u061c\u202a-\u202e\u2066-\u2069])|([\u{e0000}-\u{e007f}]+)|([\ufe00-\ufe0f\u{e0100}-\u{e01ef}]+)|(\p{M}{7,})|([a-zA-Z]\p{Script=Cyrillic}|\p{Script=Cyrillic}[a-zA-Z])/gu;

export function hiddenIn(original: string): HiddenText[] {
  if (ASCII.test(original) || !ANY.test(original)) return [];
  const found: HiddenText[] = [];
  const bidi: RegExpExecArray[] = [];
  RUNS.lastIndex = 0;
  for (let run = RUNS.exec(original); run !== null && found.length < MOST_HIDDEN; run = RUNS.exec(original)) {
    if (run[2] !== undefined) {
      if (bidi.length < MOST_BIDI) bidi.push(run);
      continue;
    }
    const hidden = hiddenBy(original, run);
    if (hidden !== undefined) found.push(hidden);
  }
  const controls = suspiciousBidi(original, bidi);
  if (controls !== undefined) found.push(controls);
  return found.sort((a, b) => a.start - b.start);
}

function hiddenBy(original: string, run: RegExpExecArray): HiddenText | undefined {
  const { 0: text, index: start } = run;
  const end = start + text.length;
  const [, zeroWidth, , tags, selectors, marks] = run;
  const count = countOf(text);
  const hidden = (kind: HiddenKind, decoded = ''): HiddenText => ({ kind, count, start, end, decoded: decoded.slice(0, LONGEST_DECODED) });
  if (zeroWidth !== undefined) return isOrdinaryJoiner(original, text, start, end) ? undefined : hidden('zero-width', bitsOf(text));
  if (tags !== undefined) return isFlag(original, text, start) ? undefined : hidden('tag-characters', asciiOfTags(text));
  if (selectors !== undefined) return count < 2 ? undefined : hidden('variation-selectors', bytesOfSelectors(text));
  return marks === undefined ? hidden('mixed-alphabets') : hidden('combining-marks');
}

function countOf(text: string): number {
  let count = 0;
  for (let at = 0; at < text.length; at += text.codePointAt(at)! > 0xffff ? 2 : 1) count++;
  return count;
}

/** Scripts in which joiners, non-joiners and zero-width spaces are part of writing. */
const JOINING =
  /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Mongolian}\p{Script=Nko}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Gurmukhi}\p{Script=Gujarati}\p{Script=Oriya}\p{Script=Tamil}\p{Script=Telugu}\p{Script=Kannada}\p{Script=Malayalam}\p{Script=Sinhala}\p{Script=Khmer}\p{Script=Myanmar}\p{Script=Thai}\p{Script=Lao}\p{Script=Tibetan}\p{Script=Hangul}]/u;
const PICTURE = /[\u20e3\ufe0f\p{Extended_Pictographic}\p{Emoji_Modifier}\p{Regional_Indicator}]/u;
const VISIBLE_WORD = /[\p{L}\p{N}]/u;

/** A mark of byte order, a joiner where its script or an emoji needs one, a soft hyphen or a break at the edge of a word. */
function isOrdinaryJoiner(original: string, text: string, start: number, end: number): boolean {
  if (start === 0 && text === '\ufeff') return true;
  if (text.length > 2) return false;
  const before = characterBefore(original, start);
  const after = characterAt(original, end);
  if (JOINING.test(before) || JOINING.test(after)) return true;
  if (PICTURE.test(before)) return true;
  if (text === '\u00ad') return true;
  // A single one between words comes from web pages; inside a word it splits it for everybody who searches.
  return text.length === 1 && !(VISIBLE_WORD.test(before) && VISIBLE_WORD.test(after));
}

function characterBefore(text: string, at: number): string {
  const low = text.charCodeAt(at - 1);
  return low >= 0xdc00 && low <= 0xdfff ? text.slice(Math.max(0, at - 2), at) : text.slice(Math.max(0, at - 1), at);
}

function characterAt(text: string, at: number): string {
  const code = text.codePointAt(at);
  return code === undefined ? '' : String.fromCodePoint(code);
}

/** A flag of a region: 🏴, up to six tag letters, the cancel tag. */
function isFlag(original: string, text: string, start: number): boolean {
  return characterBefore(original, start) === '\u{1f3f4}' && countOf(text) <= 7 && text.endsWith('\u{e007f}');
}

function asciiOfTags(text: string): string {
  let decoded = '';
  for (const character of text.slice(0, 2 * LONGEST_DECODED)) {
    const code = character.codePointAt(0)! - 0xe0000;
    if (code >= 0x20 && code < 0x7f) decoded += String.fromCharCode(code);
  }
  return decoded;
}

/** 256 selectors, one for each byte. */
function bytesOfSelectors(text: string): string {
  const bytes: number[] = [];
  for (const character of text.slice(0, 2 * LONGEST_DECODED)) {
    const code = character.codePointAt(0)!;
    bytes.push(code >= 0xe0100 ? code - 0xe0100 + 16 : code - 0xfe00);
  }
  return printable(new TextDecoder().decode(Uint8Array.from(bytes)));
}

/** Two kinds of zero-width character as bits, the way that simple tools hide text; '' when that reads as nothing. */
function bitsOf(text: string): string {
  const kinds = [...new Set(text.slice(0, 64))];
  if (text.length < 16 || kinds.length !== 2) return '';
  for (const one of kinds) {
    const bytes: number[] = [];
    for (let at = 0; at + 8 <= text.length && bytes.length < LONGEST_DECODED; at += 8) {
      let byte = 0;
      for (let bit = at; bit < at + 8; bit++) byte = (byte << 1) | (text[bit] === one ? 1 : 0);
      bytes.push(byte);
    }
    const decoded = printable(new TextDecoder().decode(Uint8Array.from(bytes)));
    if (decoded !== '') return decoded;
  }
  return '';
}

function printable(text: string): string {
  const strange = text.match(/(?![\t\n\r])[\p{Cc}\ufffd]/gu)?.length ?? 0;
  return strange * 10 <= text.length ? text : '';
}

const MOST_BIDI = 4_096;
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/;

/** Overrides always; embeddings and isolates where nothing is written from right to left. One report for all of a text. */
function suspiciousBidi(original: string, controls: readonly RegExpExecArray[]): HiddenText | undefined {
  if (controls.length === 0) return undefined;
  const hasRightToLeft = RIGHT_TO_LEFT.test(original);
  const strange = controls.filter(([control]) => control === '\u202d' || control === '\u202e' || !hasRightToLeft);
  const first = strange[0];
  const last = strange.at(-1);
  if (first === undefined || last === undefined) return undefined;
  return { kind: 'bidi', count: strange.length, start: first.index, end: last.index + 1, decoded: '' };
}
