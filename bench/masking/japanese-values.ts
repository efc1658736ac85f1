// The values of the generated set, with valid check digits, in the forms that people and systems write them; and what looks like them
// and is none.
import { corporateNumberCheck, insurerCheck, janCheck, licenceCheck, myNumberCheck } from './check-digits.ts';
import { doc, value, type Doc } from './doc.ts';
import { fullWidth, kanjiDigits, kanjiNumber } from './japanese-text.ts';
import type { Random } from './random.ts';

/** Now and then in full-width characters, as forms that were typed in an input method are. */
function perhapsWide(random: Random, text: string): string {
  return random.chance(0.2) ? fullWidth(text) : text;
}

const groups = (digits: string, separator: string): string => digits.replaceAll(/(.{4})(?=.)/g, `$1${separator}`);

/** Twelve digits that pass: of a My Number, or of what merely looks like one. */
export function myNumberDigits(random: Random): string {
  const first = random.digits(11);
  return first + myNumberCheck(first);
}

export function myNumber(random: Random): Doc {
  const digits = myNumberDigits(random);
  return value('my-number', perhapsWide(random, random.pick([digits, digits, groups(digits, ' '), groups(digits, '-')])));
}

export function corporateDigits(random: Random): string {
  const last = `0${random.pick(['1', '2', '0'])}${random.digits(10)}`;
  return corporateNumberCheck(last) + last;
}

export function corporateNumber(random: Random): Doc {
  const digits = corporateDigits(random);
  return value(
    'corporate-number',
    perhapsWide(random, random.pick([digits, digits, digits, `${digits[0]}-${groups(digits.slice(1), '-')}`])),
  );
}

/** 適格請求書発行事業者登録番号: T and thirteen digits. */
export function invoiceNumber(random: Random): Doc {
  const digits = corporateDigits(random);
  return value(
    'corporate-number',
    perhapsWide(
      random,
      random.pick([`T${digits}`, `T${digits}`, `T${digits}`, `T-${digits}`, `T${digits[0]}-${groups(digits.slice(1), '-')}`]),
    ),
  );
}

export function licence(random: Random): Doc {
  const first = random.pick(['30', '10', '20', '43', '45', '54', '62', '64', '73', '90', '97']) + random.digits(8);
  return value('drivers-licence', perhapsWide(random, first + licenceCheck(first) + random.between(0, 3)));
}

export function insurer(random: Random): Doc {
  const first =
    random.pick(['01', '02', '06', '31', '32', '33', '34', '39', '63', '67', '72']) +
    String(random.between(1, 47)).padStart(2, '0') +
    random.digits(3);
  return value('insurer-number', perhapsWide(random, first + insurerCheck(first)));
}

export function pension(random: Random): Doc {
  const digits = `${random.digits(4)}-${random.digits(6)}`;
  return value('pension-number', perhapsWide(random, random.pick([digits, digits, digits.replace('-', '')])));
}

export function passport(random: Random): Doc {
  return value('passport', perhapsWide(random, random.pick(['TK', 'TR', 'TS', 'TZ', 'MU', 'MZ', 'TT']) + random.digits(7)));
}

const CAPITALS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';

export function residenceCard(random: Random): Doc {
  return value('residence-card', perhapsWide(random, random.characters(CAPITALS, 2) + random.digits(8) + random.characters(CAPITALS, 2)));
}

export function accountNumber(random: Random): Doc {
  return value('bank-account', perhapsWide(random, random.digits(7)));
}

/** Bank code, branch and account in one. */
export function accountInFull(random: Random): Doc {
  return value('bank-account', `${random.pick(['0001', '0005', '0009', '0033', '0150'])}-${random.digits(3)}-${random.digits(7)}`);
}

/** ゆうちょ: the symbol of five digits and the number that ends in 1; both together are the account. */
export function postBank(random: Random): Doc {
  const symbol = `1${random.digits(3)}0`;
  const number = `${random.between(1, 9)}${random.digits(6)}1`;
  return random.pick([
    () => doc`記号：${value('bank-account', symbol)}　番号：${value('bank-account', number)}`,
    () => doc`記号 ${value('bank-account', symbol)} 番号 ${value('bank-account', number)}`,
    () => doc`記号番号 ${value('bank-account', `${symbol}-${number}`)}`,
    () => doc`記号番号：${value('bank-account', fullWidth(`${symbol}-${number}`))}`,
  ])();
}

const ERAS = [
  ['昭和', 'S', 1925, 21, 63],
  ['平成', 'H', 1988, 1, 30],
  ['令和', 'R', 2018, 1, 7],
  ['大正', 'T', 1911, 10, 14],
] as const;

interface Day {
  readonly era: string;
  readonly letter: string;
  readonly eraYear: number;
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

function day(random: Random): Day {
  const [era, letter, base, first, last] = random.pick([ERAS[0], ERAS[0], ERAS[1], ERAS[1], ERAS[2], ERAS[3]]);
  const eraYear = random.between(first, last);
  return { era, letter, eraYear, year: base + eraYear, month: random.between(1, 12), day: random.between(1, 28) };
}

/** A date in a form that says "date" by itself. */
function written(random: Random, { era, letter, eraYear, year, month, day: dayOfMonth }: Day): string {
  const two = (number: number) => String(number).padStart(2, '0');
  return random.pick([
    `${era}${eraYear === 1 ? '元' : eraYear}年${month}月${dayOfMonth}日`,
    `${era}${fullWidth(String(eraYear))}年${fullWidth(String(month))}月${fullWidth(String(dayOfMonth))}日`,
    `${era}${kanjiNumber(eraYear)}年${kanjiNumber(month)}月${kanjiNumber(dayOfMonth)}日`,
    `${letter}${eraYear}.${month}.${dayOfMonth}`,
    `${letter}${two(eraYear)}/${two(month)}/${two(dayOfMonth)}`,
    `${year}年${month}月${dayOfMonth}日`,
    `${kanjiDigits(year)}年${kanjiNumber(month)}月${kanjiNumber(dayOfMonth)}日`,
    `${year}/${two(month)}/${two(dayOfMonth)}`,
    `${year}-${two(month)}-${two(dayOfMonth)}`,
    `${year}.${month}.${dayOfMonth}`,
  ]);
}

export function birthDate(random: Random): Doc {
  return value('date-of-birth', written(random, day(random)));
}

export function isoBirthDate(random: Random): Doc {
  const { year, month, day: dayOfMonth } = day(random);
  return value('date-of-birth', `${year}-${String(month).padStart(2, '0')}-${String(dayOfMonth).padStart(2, '0')}`);
}

/** A date of this decade, which is nobody's birthday. */
export function plainDate(random: Random): string {
  const eraYear = random.between(5, 8);
  return written(random, {
    era: '令和',
    letter: 'R',
    eraYear,
    year: 2018 + eraYear,
    month: random.between(1, 12),
    day: random.between(1, 28),
  });
}

export function jan(random: Random): string {
  const first = random.pick(['49', '45']) + random.digits(10);
  return first + janCheck(first);
}

export function stamp(random: Random): string {
  return `2026${String(random.between(1, 12)).padStart(2, '0')}${String(random.between(1, 28)).padStart(2, '0')}${String(random.between(0, 23)).padStart(2, '0')}${random.digits(0)}${String(random.between(0, 59)).padStart(2, '0')}`;
}

export function money(random: Random): string {
  const amount = random.between(1000, 99_999_999);
  return random.pick([
    `¥${amount.toLocaleString('en')}`,
    `${amount.toLocaleString('en')}円`,
    `￥${fullWidth(amount.toLocaleString('en'))}`,
    `${amount}円`,
    `金${amount.toLocaleString('en')}円也`,
  ]);
}

export function ip(random: Random): string {
  return `${random.pick(['10', '172', '192', '203'])}.${random.between(0, 255)}.${random.between(0, 255)}.${random.between(1, 254)}`;
}
