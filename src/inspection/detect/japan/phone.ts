// Japanese telephone numbers: national forms that split as the numbering plan says, +81, extensions. Digits without separators need a label
// unless they are a mobile number. Other countries' numbers are another detector's.
import type { Detector, Finding } from '../detector.ts';
import type { Subject } from '../../text/subject.ts';
import { contextOf, type Evidence } from './context.ts';
import { continuesWord, digitsOf, eachNumber } from './numbers.ts';
import { kindOfDigits, kindOfParts, type PhoneKind } from './phone-numbers.ts';

const BEFORE = '(?<![0-9][-.+]?)';
const BEHIND = '(?![0-9]|[-.][0-9])';

/** `03-1234-5678`, `03 1234 5678`, `03(1234)5678`, `(03)1234-5678`, `(03) 1234 5678`. */
const PARTS = new RegExp(
  String.raw`${BEFORE}(?:(0[0-9]{1,4})(-| - |[. ]|[-. ]?\()([0-9]{1,4})(-| - |[. ]|\)[-. ]?)([0-9]{3,4})|\(?(0[0-9]{1,4})\)[- ]?([0-9]{1,4})[- ]([0-9]{3,4}))${BEHIND}`,
  'g',
);
const WHOLE = new RegExp(
  `${BEFORE}(?:0[0-9]{9,10}|0[0-9]{1,3}[- ][0-9]{6,8}|[789]0[0-9]{8}|[1-9][0-9]{8}|[789]0-[0-9]{4}-[0-9]{4}|[2-9][0-9]{3}-[0-9]{4})${BEHIND}`,
  'g',
);
const ABROAD = new RegExp(
  String.raw`(?:\(?\+81\)?|${BEFORE}(?:010-?|00)?81)[-. ]{0,2}(?:\(0\)[-. ]?|0(?=[0-9]))?\(?[0-9]{1,4}\)?[-. ]?[0-9]{1,4}[-. ]?[0-9]{3,4}${BEHIND}`,
  'g',
);

export const phone: Detector = {
  id: 'phone',
  types: ['phone'],
  triggers: ['内線', 'ext.', 'ext ', ' - '],
  runs: ['digits'],
  find(subject, start, end, report) {
    const first = subject.text.charCodeAt(start);
    // Wide hyphens with spaces part the runs.
    if (first === 0x20) return findParts(subject, Math.max(0, start - 8), Math.min(subject.text.length, end + 14), report);
    if (first < 0x30 || first > 0x39) return findExtension(subject, start, end, report);
    if (end - start < 8) return;
    // A parenthesis and a plus in front are not part of the run.
    let from = start;
    while (from > 0 && start - from < 2 && /[+(]/.test(subject.text[from - 1]!)) from--;
    findAbroad(subject, from, end, report);
    findParts(subject, from, end, report);
    findWhole(subject, start, end, report);
  },
};

function findAbroad(subject: Subject, start: number, end: number, report: (finding: Finding) => void): void {
  if (!subject.text.slice(start, end).includes('81')) return;
  eachNumber(subject, start, end, ABROAD, (from, to, match) => {
    const digits = digitsOf(match[0]).replace(/^(?:010|00)?810?/, '');
    if (digits.length < 9 || digits.length > 10 || /[A-Za-z0-9_]/.test(subject.text[from - 1] ?? '')) return;
    if (match[0].startsWith('8') && contextOf(subject, from, to, ['phone']) !== 'named') return;
    const confidence = kindOfDigits(`0${digits}`) === undefined ? 0.75 : 0.96;
    report({ type: 'phone', start: from, end: to, confidence, rule: 'phone.abroad' });
  });
}

function findParts(subject: Subject, start: number, end: number, report: (finding: Finding) => void): void {
  eachNumber(subject, start, end, PARTS, (from, to, match) => {
    const [, area = match[6]!, before = '(', exchange = match[7]!, behind = ')', subscriber = match[8]!] = match;
    const kind = kindOfParts(area, exchange, subscriber);
    const evidence = contextOf(subject, from, to, ['phone']);
    const confidence =
      kind === undefined ? unplanned(area, exchange, subscriber, evidence) : sureness(subject.text, from, to, before, kind, evidence);
    if (confidence === 0 || before.includes('(') !== behind.includes(')')) return;
    report({ type: 'phone', start: from, end: to, confidence, rule: evidence === 'named' ? 'phone.context' : 'phone.form' });
  });
}

/** A split that the numbering plan does not know, as people write it all the same. */
function unplanned(area: string, exchange: string, subscriber: string, evidence: Evidence): number {
  const total = area.length + exchange.length + subscriber.length;
  return evidence === 'named' && (total === 10 || total === 11) ? 0.8 : 0;
}

function sureness(text: string, start: number, end: number, separator: string, kind: PhoneKind, evidence: Evidence): number {
  if (evidence === 'named') return 0.97;
  if (evidence === 'other' || continuesWord(text, start)) return 0;
  const isLoose = separator === ' ' || separator === '.';
  if (!isLoose) return evidence === 'near' ? 0.95 : 0.9;
  if (evidence === 'near') return 0.85;
  if (separator === '.' && kind !== 'mobile') return 0;
  // A row of numbers with spaces between them.
  if (/[0-9] $/.test(text.slice(Math.max(0, start - 2), start)) || /^ [0-9]/.test(text.slice(end, end + 2))) return 0;
  return kind === 'mobile' ? 0.85 : 0.65;
}

function findWhole(subject: Subject, start: number, end: number, report: (finding: Finding) => void): void {
  eachNumber(subject, start, end, WHOLE, (from, to, match) => {
    const value = match[0];
    const isWhole = /^0[0-9]+$/.test(value);
    const isLocal = !value.startsWith('0');
    const kind = kindOfDigits(isLocal ? `0${digitsOf(value)}` : value.replaceAll(/[- ]/g, ''));
    const evidence = contextOf(subject, from, to, ['phone']);
    if (evidence === 'named') {
      if (kind === undefined && !/^[2-9][0-9]{3}-[0-9]{4}$/.test(value)) return;
      // The zero that a spreadsheet drops, or a number within its own area.
      return report({ type: 'phone', start: from, end: to, confidence: isLocal ? 0.75 : 0.95, rule: 'phone.context' });
    }
    const before = subject.text.slice(Math.max(0, from - 8), from);
    if (isWhole && kind !== undefined && /(?:自宅|実家|勤務先|会社|職場|本社|支店|事務所|営業所)[\s:(]{0,3}$/.test(before))
      return report({ type: 'phone', start: from, end: to, confidence: 0.8, rule: 'phone.place' });
    if (isLocal || kind === undefined || continuesWord(subject.text, from)) return;
    if (evidence === 'near') report({ type: 'phone', start: from, end: to, confidence: 0.85, rule: 'phone.context' });
    else if (evidence !== 'other' && kind === 'mobile' && (isWhole || value[3] === '-'))
      report({ type: 'phone', start: from, end: to, confidence: 0.7, rule: 'phone.form' });
  });
}

const JAPANESE_EXTENSION =
  /^(?:番号|電話)?[\s:=>"'()[\]【】「」|,.は]{0,6}(?:no\.?)?[\s:]{0,2}([0-9]{2,6}(?:-[0-9]{1,5})?)(?![0-9年月日件台回個]|[-.][0-9])/i;
const EXTENSION = /^[\s:.]{0,3}([0-9]{2,6})(?![0-9]|[-.][0-9])/;

function findExtension(subject: Subject, start: number, end: number, report: (finding: Finding) => void): void {
  const { text } = subject;
  const isJapanese = text.startsWith('内線', start);
  // `ext` is only read behind a telephone number.
  if (!isJapanese && !/[0-9][0-9 )-]{3,}[\s,(]{1,3}$/.test(text.slice(Math.max(0, start - 16), start))) return;
  const match = (isJapanese ? JAPANESE_EXTENSION : EXTENSION).exec(text.slice(end, end + 30));
  if (match === null) return;
  const to = end + match[0].length;
  report({ type: 'phone', start: to - match[1]!.length, end: to, confidence: 0.8, rule: 'phone.extension' });
}
