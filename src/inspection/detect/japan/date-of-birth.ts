// Dates of birth: Japanese eras (also M, T, S, H, R), Western dates, in digits or kanji, beside a word of birth. A date without such a word
// is a date.
import type { Detector, Finding } from '../detector.ts';
import type { Subject } from '../../text/subject.ts';
import { contextOf, hasLabel } from './context.ts';

const N = '(?:[0-9]{1,2}|[一二三四五六七八九十〇]{1,4})';
const YEAR = '(?:[0-9]{1,2}|元|[一二三四五六七八九十〇]{1,4})';
const WESTERN_YEAR = '(?:(?:18|19|20)[0-9]{2}|[一二][八九〇][一二三四五六七八九〇]{2}|千九百[一二三四五六七八九十]{1,4})';
const MONTH_NAME =
  '(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sep(?:t(?:ember)?)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)';

const FORMS = [
  // 昭和50年4月1日, 昭和50.4.1, 昭和 50 / 4 / 1
  String.raw`(?:明治|大正|昭和|平成|令和) ?\(?${YEAR}(?: ?年 ?(?:\((?:18|19|20)[0-9]{2}年?\) ?)?| ?[-./・] ?)${N}(?: ?月 ?| ?[-./・] ?)${N}(?: ?日)?`,
  String.raw`(?<![A-Za-z0-9])[MTSHR明大昭平令][. ]?${YEAR}(?: ?年 ?|[-./・])${N}(?: ?月 ?|[-./・])${N}(?: ?日)?`,
  String.raw`(?<![0-9])${WESTERN_YEAR}(?:\((?:明治|大正|昭和|平成|令和|[MTSHR])${YEAR}年?\))? ?(?:年(?:\((?:明治|大正|昭和|平成|令和)${YEAR}年?\))? ?|[-./] ?)${N} ?(?:月 ?|[-./] ?)${N}(?: ?日)?`,
  String.raw`(?<![0-9A-Za-z.-])(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])`,
  String.raw`(?<![A-Za-z0-9])[MTSHR][0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])`,
  String.raw`(?<![A-Za-z])${MONTH_NAME}\.? [0-9]{1,2}(?:st|nd|rd|th)?,? (?:19|20)[0-9]{2}`,
  String.raw`(?<![0-9])[0-9]{1,2}(?:st|nd|rd|th)?[ -]${MONTH_NAME}\.?,?[ -](?:19|20)[0-9]{2}`,
  String.raw`(?<![0-9/])[0-9]{1,2}[/.][0-9]{1,2}[/.](?:19|20)[0-9]{2}`,
  // 55/05/05: only where a label stands right before.
  String.raw`(?<![0-9/.-])[0-9]{2}[/.][0-9]{1,2}[/.][0-9]{1,2}`,
];
const DATE = new RegExp(`(?:${FORMS.join('|')})(?![0-9A-Za-z]|[-./][0-9])`, 'gi');

/** Right behind a date: 生まれ, 生, an age in parentheses. */
const BIRTH_BEHIND =
  /^[\s)]{0,2}(?:\([^()\n]{1,16}\))?(?:に)?(?:生まれ|うまれ|誕生(?!日)|出生(?!日|年|地)|\s?生(?![\p{Script=Han}])|\s?\(?満?[0-9]{1,3}[歳才]|\(age|\(?(?:生年月日|誕生日)\)|が(?:[私彼僕]の|彼女の|本人の)?(?:誕生日|生年月日))/u;
/** With no other number between. */
const BIRTH_BEFORE = /(?:生年|誕生|生まれ|出生|born|dob|birth)[^0-9年]*$/i;

/** What begins a short date has too few digits for a run of them: `H2.1.2`, `平2.1.2`, `平成2.1.2`. */
const ERAS = 'mtshr明大昭平令治正和成'.split('').flatMap((era) => '123456789'.split('').map((digit) => era + digit));

export const dateOfBirth: Detector = {
  id: 'date-of-birth',
  types: ['date-of-birth'],
  triggers: ['年', '元.', '元/', ...ERAS],
  runs: ['digits'],
  find(subject, start, end, report) {
    const { text } = subject;
    const first = text.charCodeAt(start);
    const isRun = first >= 0x30 && first <= 0x39;
    if (!isRun && text[start] === '年' && !/[0-9元一二三四五六七八九十〇 )]/.test(text[start - 1] ?? '')) return;
    const until = isRun ? Math.min(end, start + 2000) : end;
    if (!hasLabel(subject, 'date-of-birth') && !/[生歳才]/.test(text.slice(start, until + 40))) return;
    findIn(subject, Math.max(0, start - 16), until + 18, report);
  },
};

function findIn(subject: Subject, start: number, end: number, report: (finding: Finding) => void): void {
  // One character more before, for what must not stand there.
  const from = Math.max(0, start - 1);
  const window = subject.text.slice(from, end);
  DATE.lastIndex = 0;
  for (let match = DATE.exec(window); match !== null; match = DATE.exec(window)) {
    const date = { start: from + match.index, end: from + match.index + match[0].length };
    if (!isPlausible(match[0])) continue;
    const confidence = sureness(subject, date.start, date.end, match[0]);
    if (confidence > 0) report({ type: 'date-of-birth', ...date, confidence, rule: 'date-of-birth.context' });
  }
}

function sureness(subject: Subject, start: number, end: number, value: string): number {
  const evidence = contextOf(subject, start, end, ['date-of-birth'], 24);
  const isPlainDigits = /^[0-9A-Za-z]{7,8}$/.test(value);
  if (evidence === 'named') return 0.96;
  if (/^[0-9]{2}[/.]/.test(value) && !/[0-9]{4}$/.test(value)) return 0;
  if (isPlainDigits && !/^[12][0-9]{7}$/.test(value)) return 0;
  if (BIRTH_BEHIND.test(subject.text.slice(end, end + 16))) return 0.9;
  return evidence === 'near' && !isPlainDigits && BIRTH_BEFORE.test(subject.text.slice(Math.max(0, start - 40), start)) ? 0.8 : 0;
}

/** Month and day exist, as far as they are digits. */
function isPlausible(value: string): boolean {
  const numbers = (value.match(/[0-9]+/g) ?? []).map(Number);
  if (numbers.length < 3) return true;
  const [month = 1, day = 1] = numbers.slice(-2);
  if (/^[0-9]{1,2}[/.].*[0-9]{4}$/.test(value)) return numbers[0]! <= 31 && numbers[1]! <= 31 && Math.min(numbers[0]!, numbers[1]!) <= 12;
  if (/[a-z]{3}/i.test(value)) return true;
  return month >= 1 && month <= 12 && day >= 1 && day <= 31;
}
