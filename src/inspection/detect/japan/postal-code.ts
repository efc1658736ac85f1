// Japanese postal codes: behind 〒, behind a label, or right before an address. Three and four digits alone are nothing: they are parts of
// telephone numbers and of everything else.
import type { Detector } from '../detector.ts';
import { contextOf } from './context.ts';
import { continuesWord, eachNumber } from './numbers.ts';
import { PREFECTURES, ROMANISED_PREFECTURES } from './places.ts';

const FORMS = /(?<![0-9][-.+)]?)(?:[0-9]{3}(?:[- ]| - )[0-9]{4}|[0-9]{7})(?![0-9]|[-.][0-9])/g;
const MARK = /〒[\s:()"'>-]{0,3}$/;
const PREFECTURE_BEHIND = new RegExp(
  String.raw`^[\s,"'、)\]|>;:]{0,8}(?:住所[\s:]{0,2})?(?:${PREFECTURES.join('|')})(?![はがをにでとものへや])`,
);
const CITY_BEHIND =
  /^[ ,"'、)\]|\t]{1,6}[\p{Script=Han}ヶケの]{1,5}(?:市|区|郡)(?![はがをにでとものへや])[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u;
const ROMANISED_BEFORE = new RegExp(
  String.raw`\b(?:${ROMANISED_PREFECTURES.join('|')})(?:[- ](?:to|ken|fu|prefecture|pref\.?))?[,\s]{1,2}$`,
);
/** With no other number between. */
const LABEL_BEFORE = /(?:郵便番号|〒|zip|post)[^0-9]*$/;
const JAPAN_BEHIND = /^[,\s]{1,3}japan\b/;

export const postalCode: Detector = {
  id: 'postal-code',
  types: ['postal-code'],
  runs: ['digits'],
  find(subject, start, end, report) {
    if (end - start < 7) return;
    const { text, folded } = subject;
    eachNumber(subject, start, end, FORMS, (from, to, match) => {
      const found = (confidence: number, rule: string) => report({ type: 'postal-code', start: from, end: to, confidence, rule });
      const before = folded.slice(Math.max(0, from - 24), from);
      if (MARK.test(before)) return found(0.97, 'postal-code.mark');
      const hasHyphen = match[0].includes('-');
      const evidence = contextOf(subject, from, to, ['postal-code']);
      if (evidence === 'named') return found(0.95, 'postal-code.context');
      if (evidence === 'other' || !hasHyphen || continuesWord(text, from)) return;
      const behind = text.slice(to, to + 24);
      if (PREFECTURE_BEHIND.test(behind)) return found(0.95, 'postal-code.address');
      if (evidence === 'near' && LABEL_BEFORE.test(before)) return found(0.8, 'postal-code.context');
      if (CITY_BEHIND.test(behind) || ROMANISED_BEFORE.test(before) || JAPAN_BEHIND.test(folded.slice(to, to + 10)))
        return found(0.85, 'postal-code.address');
      if (contextOf(subject, from, to, ['address']) === 'named') found(0.8, 'postal-code.address');
    });
  },
};
