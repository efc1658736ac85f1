// Passports (two letters, seven digits, with a label) and residence cards (two letters, eight digits, two letters: rare enough by itself
// unless something says that it is a part number).
import type { Detector, Finding } from '../detector.ts';
import type { Subject } from '../../text/subject.ts';
import { contextOf } from './context.ts';
import { CONFIDENCE } from './numbers.ts';

const LETTERS_BEFORE = /(?<![A-Za-z0-9_]-?)[A-Za-z]{2}[- ]?$/;

export const passport: Detector = {
  id: 'passport',
  types: ['passport', 'residence-card'],
  runs: ['digits'],
  find(subject, start, end, report) {
    const { text } = subject;
    if (!followsLetter(text, start)) return;
    const run = text.slice(start, Math.min(end, start + 8));
    const digits = /^[0-9]{7,8}(?![0-9])/.exec(run)?.[0];
    if (digits === undefined || /[0-9]/.test(text[start + digits.length] ?? '')) return;
    const letters = LETTERS_BEFORE.exec(text.slice(Math.max(0, start - 6), start))?.[0];
    if (letters === undefined) return;
    const from = start - letters.length;
    const to = start + digits.length;
    if (digits.length === 7) findPassport(subject, from, to, report);
    else findResidenceCard(subject, from, to, report);
  },
};

/** Right before, or before one character between. */
function followsLetter(text: string, start: number): boolean {
  const before = text.charCodeAt(start - 1);
  return isLetter(before === 0x20 || before === 0x2d ? text.charCodeAt(start - 2) : before);
}

function isLetter(code: number): boolean {
  return (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a);
}

function findPassport(subject: Subject, start: number, end: number, report: (finding: Finding) => void): void {
  if (/^(?:[A-Za-z0-9_]|[-.][A-Za-z0-9])/.test(subject.text.slice(end, end + 2))) return;
  const evidence = contextOf(subject, start, end, ['passport']);
  // Small letters are read only where the label is right there.
  if (evidence === 'named' || (evidence === 'near' && /^[A-Z]{2}/.test(subject.text.slice(start, end))))
    report({ type: 'passport', start, end, confidence: CONFIDENCE[evidence], rule: 'passport.context' });
}

function findResidenceCard(subject: Subject, start: number, digitsEnd: number, report: (finding: Finding) => void): void {
  const { text } = subject;
  const letters = /^[- ]?[A-Za-z]{2}(?![A-Za-z0-9_]|[-.][A-Za-z0-9])/.exec(text.slice(digitsEnd, digitsEnd + 5))?.[0];
  if (letters === undefined) return;
  const end = digitsEnd + letters.length;
  const evidence = contextOf(subject, start, end, ['residence-card']);
  if (evidence === 'named' || evidence === 'near')
    return report({ type: 'residence-card', start, end, confidence: CONFIDENCE[evidence], rule: 'residence-card.context' });
  if (evidence === 'none' && /^[A-Z]{2}[0-9]{8}[A-Z]{2}$/.test(text.slice(start, end)))
    report({ type: 'residence-card', start, end, confidence: 0.65, rule: 'residence-card.form' });
}
