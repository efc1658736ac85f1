// Candidates in a run of digits, and how sure a value is from what its surroundings say. Judges nothing else.
import type { Subject } from '../../text/subject.ts';
import type { Evidence } from './context.ts';

/**
 * Matches of a global pattern in the run `[start, end)`. A letter, a digit or `_` right behind makes it part of something longer; so does
 * one before, unless `named` later says that the letters are its label: `TEL0312345678`.
 */
export function eachNumber(
  subject: Subject,
  start: number,
  end: number,
  pattern: RegExp,
  visit: (start: number, end: number, match: RegExpExecArray) => void,
): void {
  const run = subject.text.slice(start, end);
  pattern.lastIndex = 0;
  for (let match = pattern.exec(run); match !== null; match = pattern.exec(run)) {
    const from = start + match.index;
    const to = from + match[0].length;
    // A unit behind makes it a count.
    if (!/[A-Za-z0-9_@件円個枚]/.test(subject.text[to] ?? '')) visit(from, to, match);
    pattern.lastIndex = match.index + match[0].length;
  }
}

/** A letter, `_` or `@` right before, or letters with a hyphen (`AB-123`), belong to the number: a code of something. */
export function continuesWord(text: string, start: number): boolean {
  const before = text[start - 1] ?? '';
  if (/[A-Za-z0-9_@#$]/.test(before)) return true;
  return /[-./=]/.test(before) && /[A-Za-z0-9_]/.test(text[start - 2] ?? '') && before !== '=';
}

export function digitsOf(text: string): string {
  return text.replaceAll(/[^0-9]/g, '');
}

export const CONFIDENCE: Readonly<Record<Evidence, number>> = { named: 0.97, near: 0.85, none: 0, foreign: 0, other: 0 };
