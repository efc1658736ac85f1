// 個人番号 (My Number): 12 digits with a check digit, and a label or the 4-4-4 grouping of the card. Twelve digits alone are nothing.
import type { Detector } from '../detector.ts';
import { isMyNumber } from './check-digits.ts';
import { contextOf, isMentioned } from './context.ts';
import { CONFIDENCE, continuesWord, digitsOf, eachNumber } from './numbers.ts';

/** Whole, in groups of four, or a digit to a box of a form. */
const FORMS = /(?<![0-9][-./+]?)(?:[0-9]{12}|[0-9]{4}([- ]| - )[0-9]{4}\1[0-9]{4}|[0-9](?:[ -][0-9]){11})(?![-./+]?[0-9])/g;

export const myNumber: Detector = {
  id: 'my-number',
  types: ['my-number'],
  // Wide hyphens with spaces part the runs.
  triggers: [' - '],
  runs: ['digits'],
  minDigits: 12,
  find(subject, first, last, report) {
    const isTrigger = subject.text[first] === ' ';
    const start = isTrigger ? Math.max(0, first - 5) : first;
    const end = isTrigger ? last + 12 : last;
    if (end - start < 12) return;
    eachNumber(subject, start, end, FORMS, (from, to, match) => {
      if (!isMyNumber(digitsOf(match[0]))) return;
      const evidence = contextOf(subject, from, to, ['my-number'], 120);
      if (evidence === 'named' || (evidence === 'near' && !continuesWord(subject.text, from)))
        return report({ type: 'my-number', start: from, end: to, confidence: CONFIDENCE[evidence], rule: 'my-number.context' });
      const isGrouped = match[1] !== undefined;
      if (evidence !== 'none' && evidence !== 'near') return;
      if (!isGrouped || continuesWord(subject.text, from) || isPartOfCard(subject.text, from, to)) return;
      // Parcels are numbered in the same groups.
      if (isMentioned(subject, from, to, ['other'], 30)) return;
      report({ type: 'my-number', start: from, end: to, confidence: 0.6, rule: 'my-number.grouped' });
    });
  },
};

/** A fourth group of four beside it: a card number. */
function isPartOfCard(text: string, start: number, end: number): boolean {
  return /^[- ][0-9]{4}(?![0-9])/.test(text.slice(end, end + 6)) || /[0-9][- ]$/.test(text.slice(Math.max(0, start - 2), start));
}
