// Accounts at Japanese banks: the number beside 普通, 当座, 口座番号 or the name of a branch; bank, branch and account in one (4-3-7); 記号 and
// 番号 of ゆうちょ. Seven digits alone are nothing, and codes of banks and branches are public.
import type { Detector, Finding } from '../detector.ts';
import type { Subject } from '../../text/subject.ts';
import { contextOf, hasLabel, isMentioned } from './context.ts';
import { continuesWord, digitsOf, eachNumber } from './numbers.ts';

const FORMS =
  /(?<![0-9][-./+]?)(?:[0-9]{4}[- ][0-9]{3}[- ][0-9]{7}|[0-9]{3}-[0-9]{7}|1[0-9]{4}-(?:[0-9]-)?[0-9]{2,8}|[0-9]{3}-[0-9]{4}|[0-9]{4,8})(?![-./+]?[0-9])/g;
const BANK = /銀行|信用金庫|信金|信用組合|信組|農協|労金|労働金庫|支店|本店|営業部|出張所|口座|振込|bank|branch/i;
/** With no other number between but that of the branch. */
const BANK_BEFORE = new RegExp(`(?:${BANK.source.replace('|口座|', '|口座番号|')})(?:[^0-9]|(?<![0-9])[0-9]{3,4}(?![0-9]))*$`, 'i');
const SPEAKS_OF_BANKS = /bank|branch|[店行金組協普当貯口振部所局]|ゆうちょ/;
const BRANCH_BEFORE = /(?:支店|本店営業部|本店|営業部|出張所|[〇一二三四五六七八九]{3}店)[\s(:、,/]{0,3}(?:\(?[0-9]{3}\)?[\s)]{1,3})?$/;
const KIND_BEFORE =
  /(?:\([普当貯]\)|(?<![\p{Script=Han}])[普当貯][):\s]{1,2}|(?:普通|当座|貯蓄)[\s):・,]{0,3}(?:no\.?|no|#)?[\s:]{0,2})$/iu;

export const bankAccount: Detector = {
  id: 'bank-account',
  types: ['bank-account'],
  triggers: ['記号'],
  runs: ['digits'],
  // Words of a bank, of a branch or of a kind of account; labels do not say all of them.
  isInFor: (subject) => hasLabel(subject, 'bank-account') || SPEAKS_OF_BANKS.test(subject.folded),
  find(subject, start, end, report) {
    if (subject.text.startsWith('記号', start)) return findPostal(subject, start, end, report);
    eachNumber(subject, start, end, FORMS, (from, to, match) => {
      const confidence = sureness(subject, from, to, match[0]);
      if (confidence > 0) report({ type: 'bank-account', start: from, end: to, confidence, rule: 'bank-account.context' });
    });
  },
};

function sureness(subject: Subject, start: number, end: number, value: string): number {
  const { text } = subject;
  const evidence = contextOf(subject, start, end, ['bank-account']);
  const before = text.slice(Math.max(0, start - 60), start);
  const length = digitsOf(value).length;
  if (/^[0-9]{3}-[0-9]{4}$/.test(value)) return evidence === 'named' && /口座番号.{0,6}$/.test(before) ? 0.75 : 0;
  if (evidence === 'named') return namedSureness(subject, before, value, length);
  if (continuesWord(text, start) || evidence === 'other' || length < 7) return 0;
  const isPlain = value.length === 7;
  if (isPlain && evidence !== 'foreign' && (BRANCH_BEFORE.test(before) || KIND_BEFORE.test(before))) return 0.85;
  if (/^[0-9]{4}[- ][0-9]{3}[- ]/.test(value) && (evidence === 'near' || BANK.test(before) || BANK.test(text.slice(end, end + 20))))
    return 0.9;
  if (/^1[0-9]{4}-.*1$/.test(value) && (evidence === 'near' || /ゆうちょ|郵便局|郵貯/.test(before))) return 0.85;
  return isPlain && evidence === 'near' && (BANK_BEFORE.test(before) || BANK.test(text.slice(end, end + 16))) ? 0.8 : 0;
}

function namedSureness(subject: Subject, before: string, value: string, length: number): number {
  // An account may be one of a program.
  if (
    /(?:account|ordinary)[^a-z0-9]{0,8}$/i.test(before) &&
    subject.hint === '' &&
    !BANK.test(before.replaceAll(/bank[ _-]?account/gi, ''))
  )
    return 0;
  if (length === 7 && value.length === 7) return BANK.test(before) || subject.hint !== '' || KIND_BEFORE.test(before) ? 0.95 : 0.8;
  if (value.includes('-') || value.includes(' ')) return length >= 7 ? 0.92 : 0;
  if (length === 6 && KIND_BEFORE.test(before) && BANK.test(before)) return 0.8;
  // Shorter and longer numbers only where the label says number: 普通 2024 is a year.
  const isNumber =
    /(?:口座番号|口座no\.?|account (?:no|number)|account_?(?:no|number)|acct)[^0-9]{0,12}$/i.test(before) || subject.hint !== '';
  return isNumber && length >= 5 ? 0.85 : 0;
}

const BETWEEN = String.raw`[\s:=>"'()\[\]【】「」|,、・.;/は-]{0,6}`;
const PAIR = new RegExp(
  String.raw`^(?:番号)?${BETWEEN}(1[0-9]{4})(?:-[0-9])?${BETWEEN}(?:ゆうちょ|口座|通帳)?(番号)?${BETWEEN}([0-9]{1,7}1)(?![0-9])`,
);
const JOINED = new RegExp(String.raw`^(?:${BETWEEN}番号)?${BETWEEN}(1[0-9]{4}-(?:[0-9]-)?[0-9]{1,7}1)(?![0-9])`);

/** 記号 12345 番号 12345671, 記号番号 12345-12345671. */
function findPostal(subject: Subject, start: number, end: number, report: (finding: Finding) => void): void {
  const isBank = isMentioned(subject, start, end, ['bank-account'], 60);
  if (!isBank && isMentioned(subject, start, end, ['insurer-number', 'insured-number'], 80)) return;
  const behind = subject.text.slice(end, end + 50);
  const confidence = isBank ? 0.95 : 0.75;
  const found = (from: number, value: string) =>
    report({ type: 'bank-account', start: from, end: from + value.length, confidence, rule: 'bank-account.symbol' });
  const joined = JOINED.exec(behind);
  if (joined !== null) return found(end + joined[0].length - joined[1]!.length, joined[1]!);
  const pair = PAIR.exec(behind);
  if (pair === null || (pair[2] === undefined && !isBank)) return;
  found(end + behind.indexOf(pair[1]!), pair[1]!);
  found(end + pair[0].length - pair[3]!.length, pair[3]!);
}
