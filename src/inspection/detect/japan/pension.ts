// 基礎年金番号: four and six digits, with a label. On a pension certificate four digits of the kind of pension follow.
import type { Detector } from '../detector.ts';
import { contextOf, hasLabel } from './context.ts';
import { CONFIDENCE, continuesWord, eachNumber } from './numbers.ts';

const FORMS = /(?<![0-9][-./+]?)(?:[0-9]{4} ?[- ] ?[0-9]{6}(?:[- ][0-9]{4})?|[0-9]{10}|[0-9](?: [0-9]){9})(?![-./+]?[0-9])/g;

export const pensionNumber: Detector = {
  id: 'pension-number',
  types: ['pension-number'],
  runs: ['digits'],
  minDigits: 10,
  isInFor: (subject) => hasLabel(subject, 'pension-number'),
  find(subject, start, end, report) {
    if (end - start < 10) return;
    eachNumber(subject, start, end, FORMS, (from, to, match) => {
      const evidence = contextOf(subject, from, to, ['pension-number']);
      const isGrouped = /^[0-9]{4} ?[- ]/.test(match[0]);
      if (evidence !== 'named' && !(evidence === 'near' && isGrouped && !continuesWord(subject.text, from))) return;
      // Ten digits that begin as telephone numbers do, after no more than 年金, may be the office's telephone.
      if (
        !isGrouped &&
        match[0].startsWith('0') &&
        !/番号|no|number|手帳|証書/i.test(subject.text.slice(Math.max(0, from - 12), from)) &&
        subject.hint === ''
      )
        return;
      report({ type: 'pension-number', start: from, end: to, confidence: CONFIDENCE[evidence], rule: 'pension-number.context' });
    });
  },
};
