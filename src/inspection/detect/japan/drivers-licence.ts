// Number of a driving licence: 12 digits, the first two name the public safety commission, the eleventh checks; and a label.
import type { Detector } from '../detector.ts';
import { isDriversLicence } from './check-digits.ts';
import { contextOf, hasLabel, isMentioned } from './context.ts';
import { CONFIDENCE, continuesWord, digitsOf, eachNumber } from './numbers.ts';

const FORMS =
  /(?<![0-9][-./+]?)(?:[0-9]{12}|[0-9]{4}([- ])[0-9]{4}\1[0-9]{4}|[0-9]{2}([- ])[0-9]{2}\2[0-9]{6}[- ]?[0-9]{2}|[0-9](?: [0-9]){11})(?![-./+]?[0-9])/g;

/** Codes in use: five of Hokkaido, the six of Tohoku, Tokyo, and so on to Okinawa. */
const COMMISSIONS = new Set(
  '10 11 12 13 14 20 21 22 23 24 25 30 40 41 42 43 44 45 46 47 48 49 50 51 52 53 54 55 60 61 62 63 64 65 70 71 72 73 74 80 81 82 83 90 91 92 93 94 95 96 97'.split(
    ' ',
  ),
);

export const driversLicence: Detector = {
  id: 'drivers-licence',
  types: ['drivers-licence'],
  runs: ['digits'],
  minDigits: 12,
  isInFor: (subject) => hasLabel(subject, 'drivers-licence'),
  find(subject, start, end, report) {
    if (end - start < 12) return;
    eachNumber(subject, start, end, FORMS, (from, to, match) => {
      const digits = digitsOf(match[0]);
      if (!isDriversLicence(digits)) return;
      const commission = digits.slice(0, 2);
      if (commission < '10' || commission > '97') return;
      const evidence = contextOf(subject, from, to, ['drivers-licence'], 80);
      const isSure = evidence === 'named' || (evidence === 'near' && COMMISSIONS.has(commission) && !continuesWord(subject.text, from));
      if (!isSure) {
        // The card itself says no more than 番号 beside it.
        const isOnCard = evidence === 'none' && /(?:^|\s)番号[\s:]{0,3}第? ?$/.test(subject.text.slice(Math.max(0, from - 12), from));
        if (isOnCard && COMMISSIONS.has(commission) && isMentioned(subject, from, to, ['drivers-licence'], 250))
          report({ type: 'drivers-licence', start: from, end: to, confidence: 0.8, rule: 'drivers-licence.card' });
        return;
      }
      const confidence = COMMISSIONS.has(commission) ? CONFIDENCE[evidence] : 0.8;
      report({ type: 'drivers-licence', start: from, end: to, confidence, rule: 'drivers-licence.context' });
    });
  },
};
