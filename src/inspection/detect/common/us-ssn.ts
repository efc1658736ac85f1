// US Social Security numbers: area, group and serial are never all zeros, the area is neither 666 nor 900 and above. With dashes by shape;
// with spaces or without separators only where a word says so. There is no check digit.
import type { Detector } from '../detector.ts';
import { before, continuesNumber, hintForValue, isWordAt } from './near.ts';

const CANDIDATES =
  /(?<![0-9])(?!000|666|9)[0-9]{3}(?:-(?!00)[0-9]{2}-|[ ](?!00)[0-9]{2}[ ]|[.](?!00)[0-9]{2}[.]|(?!00)[0-9]{2})(?!0000)[0-9]{4}(?![0-9])/g;
const WORDS = /(?:\bssns?\b|\bss ?(?:#|no\b|num)|social[ _-]?sec(?:urity)?|tax ?(?:payer)? ?id|\bitin\b|\btin\b)[^\n]{0,40}$/;
const HINTS = /^(?:ssn|ussn|usssn|socialsecurity|socialsecuritynumber|ssnnumber|socialsecurityno)$/;

export const usSsn: Detector = {
  id: 'us-ssn',
  types: ['us-ssn'],
  runs: ['digits'],
  minDigits: 9,
  find(subject, start, end, report) {
    if (end - start < 9) return;
    const { text } = subject;
    for (const match of text.slice(start, end).matchAll(CANDIDATES)) {
      const at = start + match.index;
      const close = at + match[0].length;
      if (isWordAt(text, at - 1) || isWordAt(text, close) || continuesNumber(text, at, close)) continue;
      const hasContext = HINTS.test(hintForValue(subject)) || WORDS.test(before(subject, at, 70));
      if (hasContext) report({ type: 'us-ssn', start: at, end: close, confidence: 0.97, rule: 'us-ssn.context' });
      else if (match[0][3] === '-') report({ type: 'us-ssn', start: at, end: close, confidence: 0.85, rule: 'us-ssn.dashes' });
    }
  },
};
