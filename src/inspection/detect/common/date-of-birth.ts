// Dates of birth in Western notation: a date right behind a word of birth, or the whole value of a member such as `dob`. A year alone is no
// date, and a date without such a word is no date of birth. Japanese words of birth are another detector's.
import type { Detector } from '../detector.ts';
import { hintForValue, isWordAt } from './near.ts';

const MONTH =
  '(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?|' +
  'januar|februar|märz|mai|juni|juli|oktober|dezember|janvier|février|mars|avril|juin|juillet|août|septembre|octobre|novembre|décembre|' +
  'enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre)\\.?';
const DAY = '(?:0?[1-9]|[12][0-9]|3[01])';
const MONTH_NUMBER = '(?:0?[1-9]|1[0-2])';
const YEAR = '(?:1[89]|20)[0-9]{2}';
const SHORT_YEAR = `(?:${YEAR}|[0-9]{2})`;
const DATE = new RegExp(
  `(?:${YEAR}([-/.])${MONTH_NUMBER}\\1${DAY}|${DAY}([-/.])${DAY}\\2${SHORT_YEAR}|${DAY}(?:st|nd|rd|th)?(?: of)?[ -]${MONTH},?[ -]${SHORT_YEAR}|` +
    `${MONTH} ${DAY}(?:st|nd|rd|th)?,? ${YEAR}|${YEAR} ${MONTH} ${DAY}|${YEAR}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01]))(?![0-9])`,
  'iu',
);
const LABEL =
  /^(?:born\b|d\.?o\.?b\b\.?|date of birth|date-of-birth|date_of_birth|birth[ _-]?(?:date|day)|birth\b|geburtsdatum|geboren|né[e]? le|fecha de nacimiento|nacid[oa])/;
const HINTS = /(?:^|user|member|patient|employee|customer|person)(?:dob|birthdate|birthday|dateofbirth|born|geburtsdatum|birthdt)$/;
const REACH = 44;
/** The longest text between the word and the date: `: `, ` is `, ` in Leeds on `. */
const LONGEST_BETWEEN = 24;

export const dateOfBirth: Detector = {
  id: 'date-of-birth',
  types: ['date-of-birth'],
  triggers: [
    'born',
    'dob',
    'd.o.b',
    'birth',
    'date of birth',
    'date_of_birth',
    'date-of-birth',
    'geburtsdatum',
    'geboren',
    'née le',
    'né le',
    'nacimiento',
    'nacido',
    'nacida',
  ],
  hints: HINTS,
  find(subject, start, end, report) {
    const { text } = subject;
    const isWhole = start === 0 && end === text.length && HINTS.test(hintForValue(subject));
    const label = isWhole ? '' : LABEL.exec(subject.folded.slice(start, start + 24))?.[0];
    if (label === undefined || (!isWhole && isWordAt(text, start - 1) && text[start - 1] !== '_')) return;
    const from = isWhole ? 0 : start + label.length;
    const match = DATE.exec(text.slice(from, from + REACH));
    if (match === null || match.index > LONGEST_BETWEEN || /[0-9]/.test(text[from + match.index - 1] ?? ' ')) return;
    // Another number or line before it: not the date that the word speaks of.
    if (/[0-9\n.;](?=.)/.test(text.slice(from, from + match.index).replace(/^[:\s]*\n?/, ''))) return;
    const at = from + match.index;
    report({ type: 'date-of-birth', start: at, end: at + match[0].length, confidence: isWhole ? 0.95 : 0.9, rule: 'date-of-birth.label' });
  },
};
