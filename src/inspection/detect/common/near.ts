// What stands around a place: small questions that every detector here asks. Bounded: nobody looks further than it says.
import { plainHint } from '../scanner.ts';
import type { Subject } from '../../text/subject.ts';

/** Up to `length` characters in lower case before `at`. */
export function before(subject: Subject, at: number, length: number): string {
  return subject.folded.slice(Math.max(0, at - length), at);
}

/** Up to `length` characters in lower case from `at`. */
export function after(subject: Subject, at: number, length: number): string {
  return subject.folded.slice(at, at + length);
}

/** The hint when the text is short enough to be one value and not a document; else ''. */
export function hintForValue(subject: Subject): string {
  return subject.hint === '' || subject.text.length > 200 ? '' : plainHint(subject.hint);
}

/** A letter of any script that is written with spaces, a digit or `_`: what makes a longer word of what it touches. Kanji do not. */
export function isWordAt(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return (
    (code >= 0x30 && code <= 0x39) ||
    (code >= 0x41 && code <= 0x5a) ||
    code === 0x5f ||
    (code >= 0x61 && code <= 0x7a) ||
    (code >= 0xc0 && code <= 0x24f) ||
    (code >= 0x370 && code <= 0x52f)
  );
}

export function isDigitAt(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= 0x30 && code <= 0x39;
}

/** Part of something longer that is written with `.`, `-`, `/` or `:` between digits, hexadecimal or letters: a UUID, a version, a decimal. */
export function continuesNumber(text: string, start: number, end: number): boolean {
  const left = text[start - 1];
  if ((left === '-' || left === '.') && isWordAt(text, start - 2)) return true;
  const right = text[end];
  return (right === '-' || right === '.') && isWordAt(text, end + 1);
}

/** Luhn's check digit (ISO/IEC 7812-1 annex B) of a string of digits. */
export function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let index = 0; index < digits.length; index++) {
    const digit = digits.charCodeAt(digits.length - 1 - index) - 0x30;
    const weighted = index % 2 === 0 ? digit : digit * 2;
    sum += weighted > 9 ? weighted - 9 : weighted;
  }
  return sum % 10 === 0;
}
