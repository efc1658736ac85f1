// Health insurance: 保険者番号 (6 or 8 digits with a check digit and a label), and 記号, 番号, 枝番 of the insured, which have no check digit
// and are read only beside words of insurance. 記号 and 番号 of a ゆうちょ account are the bank accounts' business.
import type { Detector, Finding } from '../detector.ts';
import type { Subject } from '../../text/subject.ts';
import { isInsurerNumber } from './check-digits.ts';
import { contextOf, isMentioned, hasLabel } from './context.ts';
import { CONFIDENCE, continuesWord, digitsOf, eachNumber } from './numbers.ts';

const INSURER = /(?<![0-9][-./+]?)(?:[0-9]{8}|[0-9]{6}|[0-9]{4}[- ][0-9]{4}|[0-9]{2}[- ][0-9]{2}[- ][0-9]{3}[- ]?[0-9])(?![-./+]?[0-9])/g;
const INSURED = /(?<![0-9][-./+]?)(?:[0-9]{4}-[0-9]{6}-[0-9]|[0-9]{1,8}-[0-9]{1,8}(?:-[0-9]{1,3})?|[0-9]{4,11})(?![-./+]?[0-9])/g;

const FILLER = String.raw`[\s:=>"'()\[\]【】「」|,、・.;は]{0,6}`;
/** From the label 記号 on: the symbol (digits or a few kanji), the number, the branch. */
const SYMBOL = new RegExp(
  String.raw`^${FILLER}([0-9]{1,8}(?:-[0-9]{1,4})?|[\p{Script=Han}\p{Script=Katakana}]{1,6}(?:[0-9]{1,4})?(?=[\s,、・]))(?:[\s、,・;|/"')\]】-]{1,6}|の|(?=番号))(?:番号)?${FILLER}([0-9]{1,8})(?![0-9])`,
  'u',
);
const SYMBOL_AND_NUMBER = new RegExp(
  String.raw`^(?:[・/と及び、\s-]{0,3}番号)?${FILLER}([0-9]{2,8}(?:[-・] ?[0-9]{1,8}){1,2}|[0-9]{4,8})(?![0-9])`,
);
const BRANCH = new RegExp(String.raw`^(?:番号|番)?${FILLER}([0-9]{2})(?![0-9])`);
const WORDS = ['insurer-number', 'insured-number'] as const;

export const insurance: Detector = {
  id: 'insurer-number',
  types: ['insurer-number'],
  triggers: ['記号', '枝番'],
  runs: ['digits'],
  isInFor: (subject) => hasLabel(subject, 'insurer-number') || hasLabel(subject, 'insured-number'),
  find(subject, start, end, report) {
    const { text } = subject;
    if (text.startsWith('記号', start)) findSymbol(subject, start, end, report);
    else if (text.startsWith('枝番', start)) findBranch(subject, start, end, report);
    else findNumbers(subject, start, end, report);
  },
};

function findNumbers(subject: Subject, start: number, end: number, report: (finding: Finding) => void): void {
  if (hasLabel(subject, 'insurer-number')) findInsurers(subject, start, end, report);
  if (!hasLabel(subject, 'insured-number')) return;
  eachNumber(subject, start, end, INSURED, (from, to, match) => {
    if (contextOf(subject, from, to, ['insured-number']) !== 'named' || /^(?:19|20)[0-9]{2}$/.test(match[0])) return;
    report({ type: 'insurer-number', start: from, end: to, confidence: 0.85, rule: 'insurer-number.insured' });
  });
}

function findInsurers(subject: Subject, start: number, end: number, report: (finding: Finding) => void): void {
  eachNumber(subject, start, end, INSURER, (from, to, match) => {
    if (!isInsurerNumber(digitsOf(match[0]))) return;
    const evidence = contextOf(subject, from, to, ['insurer-number']);
    if (evidence === 'named' || (evidence === 'near' && !continuesWord(subject.text, from)))
      report({ type: 'insurer-number', start: from, end: to, confidence: CONFIDENCE[evidence], rule: 'insurer-number.context' });
  });
}

function findSymbol(subject: Subject, start: number, end: number, report: (finding: Finding) => void): void {
  if (!isMentioned(subject, start, end, WORDS, 80)) return;
  const behind = subject.text.slice(end, end + 48);
  const pair = SYMBOL.exec(behind);
  const found = (from: number, value: string) =>
    report({ type: 'insurer-number', start: from, end: from + value.length, confidence: 0.88, rule: 'insurer-number.symbol' });
  if (pair !== null && !behind.startsWith('・番号') && !behind.startsWith('番号')) {
    found(end + behind.indexOf(pair[1]!), pair[1]!);
    found(end + pair[0].length - pair[2]!.length, pair[2]!);
    return;
  }
  const joined = SYMBOL_AND_NUMBER.exec(behind);
  if (joined !== null) found(end + joined[0].length - joined[1]!.length, joined[1]!);
}

function findBranch(subject: Subject, start: number, end: number, report: (finding: Finding) => void): void {
  const match = BRANCH.exec(subject.text.slice(end, end + 16));
  if (match === null) return;
  // The label 枝番 itself counts as a word of insurance, so the words must stand before it.
  if (!/保険|被保険者|資格確認書|記号/.test(subject.text.slice(Math.max(0, start - 80), start))) return;
  const from = end + match[0].length - match[1]!.length;
  report({ type: 'insurer-number', start: from, end: from + match[1]!.length, confidence: 0.85, rule: 'insurer-number.branch' });
}
