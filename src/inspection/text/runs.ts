// Where in a text runs of certain characters are: the cheap half of detection. One pass each, over character codes.
import type { RunKind } from '../detect/detector.ts';

/** `digits`: how many of them, for runs of digits. */
type Report = (start: number, end: number, digits?: number) => void;

const DIGIT = 1;
const BETWEEN_DIGITS = 2;
const DOTTED = 4;
const HEX = 8;
const LETTER = 16;
const CAPITAL = 32;

/** Bits for ASCII; beyond it only letters of the Latin alphabet and Japanese matter, which have ranges. */
const BITS = new Uint8Array(128);
for (let code = 0x30; code <= 0x39; code++) BITS[code] = DIGIT | DOTTED | HEX;
for (let code = 0x61; code <= 0x7a; code++) BITS[code] = DOTTED | LETTER | (code <= 0x66 ? HEX : 0);
for (let code = 0x41; code <= 0x5a; code++) BITS[code] = DOTTED | LETTER | CAPITAL | (code <= 0x46 ? HEX : 0);
for (const character of ' -.()/+') BITS[character.charCodeAt(0)]! |= BETWEEN_DIGITS;
for (const character of '_-') BITS[character.charCodeAt(0)]! |= DOTTED;

const ZERO = 0x30;
const DOT = 0x2e;
const COLON = 0x3a;
const LEAST_DIGITS = 4;

export function findRuns(kind: RunKind, text: string, report: Report): void {
  FINDERS[kind](text, report);
}

const FINDERS: Readonly<Record<RunKind, (text: string, report: Report) => void>> = { digits, dotted, colons, capitalised, japanese };

function bitsAt(text: string, at: number): number {
  const code = text.charCodeAt(at);
  return code < 128 ? BITS[code]! : 0;
}

function digits(text: string, report: Report): void {
  const { length } = text;
  const bits = BITS;
  for (let at = 0; at < length; at++) {
    const first = text.charCodeAt(at) - ZERO;
    if (first < 0 || first > 9) continue;
    const start = at;
    let end = at + 1;
    let count = 1;
    for (let next = end; next < length && next - end <= 2; next++) {
      const code = text.charCodeAt(next);
      const kind = code < 128 ? bits[code]! : 0;
      if ((kind & DIGIT) !== 0) {
        count++;
        end = next + 1;
      } else if ((kind & BETWEEN_DIGITS) === 0) break;
    }
    if (count >= LEAST_DIGITS) report(start, end, count);
    at = end;
  }
}

function dotted(text: string, report: Report): void {
  // Dots are rarer than letters: from each to both sides.
  let from = 0;
  for (let dot = text.indexOf('.'); dot >= 0; dot = text.indexOf('.', Math.max(dot + 1, from))) {
    let start = dot;
    while (start > from && (bitsAt(text, start - 1) & DOTTED) !== 0) start--;
    let end = dot;
    while (text.charCodeAt(end) === DOT && (bitsAt(text, end + 1) & DOTTED) !== 0) {
      end += 2;
      while ((bitsAt(text, end) & DOTTED) !== 0) end++;
    }
    if (start < dot && end > dot) report(start, end);
    from = Math.max(end, dot + 1);
  }
}

function colons(text: string, report: Report): void {
  let from = 0;
  for (let colon = text.indexOf(':'); colon >= 0; colon = text.indexOf(':', Math.max(colon + 1, from))) {
    let start = colon;
    while (start > from && (bitsAt(text, start - 1) & HEX) !== 0) start--;
    let end = colon;
    let count = 0;
    for (; end < text.length; end++) {
      const code = text.charCodeAt(end);
      if (code === COLON) count++;
      else if (code !== DOT && (bitsAt(text, end) & HEX) === 0) break;
    }
    while (end > colon && text.charCodeAt(end - 1) === DOT) end--;
    if (count >= 2) report(start, end);
    from = Math.max(end, colon + 1);
  }
}

/** Letters of Latin-1 Supplement and Latin Extended-A and -B; × and ÷ are none. */
function isLatinBeyondAscii(code: number): boolean {
  return code >= 0xc0 && code <= 0x24f && code !== 0xd7 && code !== 0xf7;
}

function isLetter(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code < 128 ? (BITS[code]! & LETTER) !== 0 : isLatinBeyondAscii(code);
}

function isCapital(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  if (code < 128) return (BITS[code]! & CAPITAL) !== 0;
  return isLatinBeyondAscii(code) && text[at] !== text[at]!.toLowerCase();
}

function capitalised(text: string, report: Report): void {
  const { length } = text;
  for (let at = 0; at < length; at++) {
    if (!isLetter(text, at)) continue;
    let end = wordEnd(text, at);
    if (!isCapital(text, at)) {
      at = end - 1;
      continue;
    }
    for (let next = pastJoint(text, end); next > end && next < length && isCapital(text, next); next = pastJoint(text, end))
      end = wordEnd(text, next);
    report(at, end);
    at = end - 1;
  }
}

function wordEnd(text: string, at: number): number {
  let end = at + 1;
  while (end < text.length && isLetter(text, end)) end++;
  return end;
}

/** Past what may stand between two words of a name; `at` itself when there is nothing of it. */
function pastJoint(text: string, at: number): number {
  const first = text[at];
  if (first === ' ' || first === '-' || first === "'" || first === '’') return at + 1;
  if (first === '.') return text[at + 1] === ' ' ? at + 2 : at + 1;
  if (first === ',' && text[at + 1] === ' ') return at + 2;
  return at;
}

function isJapanese(code: number): boolean {
  return (code >= 0x3005 && code <= 0x30ff && code !== 0x30fb) || (code >= 0x3400 && code <= 0x9fff) || (code >= 0xf900 && code <= 0xfaff);
}

/** Of a text without any an answer at once. */
const JAPANESE = /[\u3005-\u30ff\u3400-\u9fff\uf900-\ufaff]/;

function japanese(text: string, report: Report): void {
  if (!JAPANESE.test(text)) return;
  for (let at = 0; at < text.length; at++) {
    if (!isJapanese(text.charCodeAt(at))) continue;
    const start = at;
    while (at < text.length && isJapanese(text.charCodeAt(at))) at++;
    report(start, at);
  }
}
