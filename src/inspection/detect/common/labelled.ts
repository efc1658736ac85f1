// Values that nothing but the words before them make sensitive: passports, driver's licences, bank accounts, routing numbers, asset tags.
// One table: what leads to it, what it looks like, how it is checked. Japanese identifiers have their own detectors.
import type { Detector } from '../detector.ts';
import type { Subject } from '../../text/subject.ts';
import type { SensitiveType } from '../../types.ts';
import { UK_POSTCODE } from './address-words.ts';
import { continuesNumber, hintForValue, isWordAt } from './near.ts';

interface LabelledValue {
  readonly type: SensitiveType;
  readonly rule: string;
  readonly triggers: readonly string[];
  /** The whole label, from the trigger on. */
  readonly label: RegExp;
  readonly value: RegExp;
  readonly confidence: number;
  /** Member names of which the whole value is one. */
  readonly hints: RegExp;
  readonly isValid?: (value: string) => boolean;
}

/** Between label and value: what people write there. Each part is bounded. */
const BETWEEN =
  /^(?:[ \t]*(?:numbers?|no\.?|num\.?|nr\.?|id|code|#|details?|which|is|was|are|as|:|=|-|–|\(|\)|,|"|'|\\"|\[|は|が|、|番号|of|the|my|his|her|their|number is)){0,6}[ \t]*(?:\n[ \t]*)?/i;

const hasDigits = (least: number) => (value: string) => value.replaceAll(/[^0-9]/g, '').length >= least;

const VALUES: readonly LabelledValue[] = [
  {
    type: 'passport',
    rule: 'passport.label',
    triggers: ['passport', 'pasaporte', 'passeport', 'reisepass'],
    label: /^(?:passport|pasaporte|passeport|reisepass)(?:nummer)?/,
    value: /[A-Z0-9]{1,3}[ -]?[0-9]{5,8}[A-Z]?|[A-Z0-9]{6,9}/iy,
    confidence: 0.85,
    hints: /passport(?:no|num|number|id)?$/,
    isValid: hasDigits(5),
  },
  {
    type: 'drivers-licence',
    rule: 'drivers-licence.label',
    triggers: ['licen', 'dl#', 'dl #', 'dl number', 'dl no', 'dln', 'führerschein', 'permis de conduire'],
    label: /^(?:licen[cs]e(?! (?:plate|key|agreement|file|server))|dl ?(?:#|number|no\b)|dln|führerschein(?:nummer)?|permis de conduire)/,
    value: /[A-Z]{0,5}[0-9][A-Z0-9]*(?:[ -][A-Z0-9]+){0,4}/iy,
    confidence: 0.85,
    hints: /^(?:(?:us)?driver?s?licen[cs]e(?:no|num|number|id)?|dlnumber|dlno|dln|licen[cs]enumber)$/,
    isValid: (value) => hasDigits(5)(value) && value.length <= 22,
  },
  {
    type: 'bank-account',
    rule: 'bank-account.routing',
    triggers: ['routing', 'aba', 'rtn', 'transit'],
    label: /^(?:routing(?: transit)?|aba|rtn|transit)\b/,
    value: /[0-9]{9}|[0-9]{4}[ -][0-9]{4}[ -][0-9]/y,
    confidence: 0.9,
    hints: /^(?:bank)?(?:aba)?(?:routing(?:no|num|number)?|rtn|abanumber)$/,
    isValid: isRoutingNumber,
  },
  {
    type: 'bank-account',
    rule: 'bank-account.label',
    triggers: ['account', 'acct', 'a/c', 'kontonummer', 'konto-nr'],
    label: /^(?:(?:account|acct\.?|a\/c)[ _-]?(?:numbers?\b|no\b\.?|num\b|nr\b|#)|kontonummer|konto-nr\.?|a\/c\b)/,
    value: /[0-9](?:[ -]?[0-9]){5,16}/y,
    confidence: 0.75,
    hints: /^(?:bank)?(?:account|acct|acc)(?:no|num|number|nr)$|^bban$|^bankaccount$/,
  },
  {
    type: 'bank-account',
    rule: 'bank-account.bank',
    triggers: ['bank account', 'checking account', 'savings account', 'current account', 'deposit account'],
    label: /^(?:bank|checking|savings|current|deposit) account\b/,
    value: /[0-9](?:[ -]?[0-9]){5,16}/y,
    confidence: 0.8,
    hints: /^$/,
  },
  {
    type: 'bank-account',
    rule: 'bank-account.sort-code',
    triggers: ['sort code', 'sortcode', 'sort-code', 'bsb'],
    label: /^(?:sort[ -]?code|bsb)\b/,
    value: /[0-9]{2}[ -]?[0-9]{2}[ -]?[0-9]{2}|[0-9]{3}-[0-9]{3}/y,
    confidence: 0.8,
    hints: /^(?:sortcode|bsb)$/,
  },
  {
    type: 'asset-tag',
    rule: 'asset-tag.label',
    triggers: [
      'asset',
      'service tag',
      'servicetag',
      'serial',
      's/n',
      '資産番号',
      '資産管理番号',
      '資産タグ',
      '管理番号',
      'シリアル',
      '製造番号',
      'inventory',
    ],
    label:
      /^(?:asset[ _-]?(?:tag|no\b\.?|num(?:ber)?|id)|inventory[ _-]?(?:tag|no\b\.?|number)|service ?tag|serial[ _-]?(?:no\b\.?|num(?:ber)?|#)|s\/n|資産(?:管理)?番号|資産タグ|管理番号|シリアル(?:番号|ナンバー|no\.?)|製造番号)/,
    value: /[A-Z0-9](?:[A-Z0-9]|[-_/][A-Z0-9]){3,30}/iy,
    confidence: 0.8,
    hints: /^(?:asset(?:tag|no|number|id)|service ?tag|serial(?:no|number)?|deviceserialnumber|資産番号|資産管理番号)$/,
    isValid: (value) => hasDigits(2)(value) && !/^(?:19|20)[0-9]{2}[-/][0-9]{1,2}[-/][0-9]{1,2}$/.test(value),
  },
  {
    type: 'postal-code',
    rule: 'postal-code.label',
    triggers: ['zip', 'postcode', 'post code', 'postal', 'postleitzahl', 'plz', 'pin code', 'pincode', 'code postal'],
    label: /^(?:zip(?:[ _-]?code)?|post[ _-]?code|postal(?:[ _-]?code)|postleitzahl|plz|pin ?code|code postal)\b/,
    value: new RegExp(
      `${UK_POSTCODE}|[A-Z][0-9][A-Z] ?[0-9][A-Z][0-9]|[0-9]{4} ?[A-Z]{2}|[0-9]{5}(?:-[0-9]{4})?|[0-9]{6}|[0-9]{3} [0-9]{2,3}|[0-9]{4}`,
      'iy',
    ),
    confidence: 0.85,
    hints: /^(?:(?:billing|shipping|home|mailing|address)?(?:zip|zipcode|postcode|postalcode|plz))$/,
  },
];

/** Of a driver: the word stands before. */
const OF_A_DRIVER = /(?:driv(?:er|ers|er's|ers'|ing)|dl|d\.l\.|operator'?s?|provisional)[ _-]{0,2}$/;
const REACH = 48;

export const labelledValues: readonly Detector[] = VALUES.map((entry) => ({
  id: entry.rule,
  types: [entry.type],
  triggers: entry.triggers,
  hints: entry.hints,
  find(subject, start, end, report) {
    if (start === 0 && end === subject.text.length && entry.hints.test(hintForValue(subject))) {
      const from = /^\s*/.exec(subject.text)![0].length;
      return reportAt(entry, subject, from, report, (close) => subject.text.slice(close).trim() === '');
    }
    const label = entry.label.exec(subject.folded.slice(start, start + 32))?.[0];
    if (label === undefined || !isLabel(entry, subject, start, start + label.length)) return;
    const close = start + label.length;
    const skipped = BETWEEN.exec(subject.text.slice(close, close + REACH))![0].length;
    reportAt(entry, subject, close + skipped, report, () => true);
  },
}));

function isLabel(entry: LabelledValue, subject: Subject, start: number, end: number): boolean {
  const { text, folded } = subject;
  if (entry.type === 'drivers-licence' && folded.startsWith('licen', start))
    return OF_A_DRIVER.test(folded.slice(Math.max(0, start - 12), start));
  // `AWS account number`: a tenant of a cloud, not of a bank.
  if (
    entry.rule === 'bank-account.label' &&
    /(?:aws|user|gcp|azure|cloud|service|customer|utility)[ _-]?$/.test(folded.slice(Math.max(0, start - 10), start))
  )
    return false;
  return !/[a-z]/.test(folded[start - 1] ?? ' ') && !/[a-z0-9]/.test(text[end] ?? ' ');
}

function reportAt(
  entry: LabelledValue,
  subject: Subject,
  at: number,
  report: Parameters<Detector['find']>[3],
  isAccepted: (close: number) => boolean,
): void {
  const { text } = subject;
  entry.value.lastIndex = at;
  const value = entry.value.exec(text)?.[0];
  if (value === undefined || isWordAt(text, at - 1)) return;
  const close = at + value.length;
  if (isWordAt(text, close) || continuesNumber(text, at, close) || !isAccepted(close)) return;
  if (/^(?:19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}$/.test(value) || entry.isValid?.(value) === false) return;
  report({ type: entry.type, start: at, end: close, confidence: entry.confidence, rule: entry.rule });
}

/** Check digit of the American Bankers Association: weights 3, 7, 1; the first two digits name a district. */
export function isRoutingNumber(value: string): boolean {
  const digits = value.replaceAll(/[^0-9]/g, '');
  const district = Number(digits.slice(0, 2));
  if (
    digits.length !== 9 ||
    !(district <= 12 || (district >= 21 && district <= 32) || (district >= 61 && district <= 72) || district === 80)
  )
    return false;
  let sum = 0;
  for (let index = 0; index < 9; index++) sum += Number(digits[index]) * [3, 7, 1][index % 3]!;
  return sum % 10 === 0 && sum > 0;
}
