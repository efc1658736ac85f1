// Inputs of 100 KB, each made to be slow somewhere: long runs, near misses, nesting, what backtracking loves, what the prefilter
// cannot help with. None of them is in any public set.
import { myNumberCheck } from './check-digits.ts';

const SIZE = 100_000;

const filled = (unit: string): string => unit.repeat(Math.ceil(SIZE / unit.length)).slice(0, SIZE);

/** A counter in the unit keeps caches of any kind from helping. */
const counted = (unit: (index: number) => string): string => {
  let text = '';
  for (let index = 0; text.length < SIZE; index++) text += unit(index);
  return text.slice(0, SIZE);
};

const almostMyNumber = (index: number): string => {
  const first = String(10_000_000_000 + index * 7919);
  return `個人番号${first}${(Number(myNumberCheck(first)) + 1) % 10} `;
};

export const HOSTILE: readonly (readonly [name: string, text: string])[] = [
  ['one run of digits', filled('1234567890')],
  ['digits with separators throughout', filled('12-34 56.78(9)0/')],
  ['digits and single blanks', filled('4 1 1 1 ')],
  ['dots and labels: one host without end', filled('a.')],
  ['an address without @ that could be one', filled('first.last+tag')],
  ['@ after @', filled('a@')],
  ['@ between long local parts', filled(`${'x'.repeat(63)}@${'y'.repeat(63)}.`)],
  ['colons and hexadecimal digits', filled('ab:1::')],
  ['capitalised words without end', filled('Smith Johnson ')],
  ['one base64 word', filled('QWxhZGRpbjpvcGVuIHNlc2FtZQ')],
  ['prefixes of keys, all too short', filled('ghp_ sk- AKIA xoxb- ')],
  ['private keys that never end', filled('-----BEGIN RSA PRIVATE KEY-----\n')],
  ['JWT heads', filled('eyJhbGciOi.eyJ')],
  ['assignments without values', filled('password = token: secret="')],
  ['connection strings that break off', filled('postgres://user:pass@')],
  ['near misses of My Numbers with their words', counted(almostMyNumber)],
  ['every label, no value', filled('個人番号 口座番号 生年月日 電話番号 住所 旅券番号 免許証番号 ')],
  ['prefectures and numbers', filled('東京都千代田区1-1-1北海道札幌市北1条西2丁目')],
  ['kanji without end', filled('山田太郎田中花子佐藤一郎')],
  ['marks that join, zero-width characters, compatibility forms', filled('e\u0301\u200b㍿ﾊﾟ①\u{1d7d8}\u202e')],
  ['numerals of kanji', filled('一二三四五六七八九十百千〇丁目番地')],
];
