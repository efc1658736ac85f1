// 法人番号: 13 digits with the check digit in front, and a label; with a T before it the registration number of an invoice issuer. Without
// label and T it is nothing: bar codes have 13 digits too.
import type { Detector } from '../detector.ts';
import { isCorporateNumber } from './check-digits.ts';
import { contextOf } from './context.ts';
import { CONFIDENCE, continuesWord, digitsOf, eachNumber } from './numbers.ts';

const FORMS = /(?<![0-9][-./+]?)(?:[0-9]{13}|[0-9]([- ])[0-9]{4}\1[0-9]{4}\1[0-9]{4})(?![-./+]?[0-9])/g;
/** 会社法人等番号 of the commercial register: no check digit, so only with its name. */
const REGISTER = /(?<![0-9][-./+]?)[0-9]{4}-?[0-9]{2}-?[0-9]{6}(?![-./+]?[0-9])/g;

export const corporateNumber: Detector = {
  id: 'corporate-number',
  types: ['corporate-number'],
  runs: ['digits'],
  minDigits: 12,
  find(subject, start, end, report) {
    if (end - start < 12) return;
    const { text } = subject;
    eachNumber(subject, start, end, FORMS, (from, to, match) => {
      if (!isCorporateNumber(digitsOf(match[0]))) return;
      const invoice = /(?:^|[^A-Za-z0-9_-])([Tt][- ]?)$/.exec(text.slice(Math.max(0, from - 4), from));
      if (invoice !== null)
        return report({
          type: 'corporate-number',
          start: from - invoice[1]!.length,
          end: to,
          confidence: 0.95,
          rule: 'corporate-number.invoice',
        });
      const evidence = contextOf(subject, from, to, ['corporate-number'], 80);
      if (evidence === 'named' || (evidence === 'near' && !continuesWord(text, from)))
        report({ type: 'corporate-number', start: from, end: to, confidence: CONFIDENCE[evidence], rule: 'corporate-number.context' });
    });
    eachNumber(subject, start, end, REGISTER, (from, to) => {
      if (!text.slice(Math.max(0, from - 24), from).includes('会社法人等番号')) return;
      if (contextOf(subject, from, to, ['corporate-number']) === 'named')
        report({ type: 'corporate-number', start: from, end: to, confidence: 0.85, rule: 'corporate-number.register' });
    });
  },
};
