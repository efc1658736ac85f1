// Writing styles: full-width forms, kanji numerals, and names of invented people and firms.
import type { Random } from './random.ts';

/** ASCII to its full-width form. */
export function fullWidth(text: string): string {
  return text.replaceAll(/[!-~]/g, (character) => String.fromCodePoint(character.codePointAt(0)! + 0xfee0));
}

const KANJI_DIGITS = '〇一二三四五六七八九';

/** 1 to 9999 as people write it in addresses and dates: 二十三, 百五. */
export function kanjiNumber(number: number): string {
  let text = '';
  let rest = number;
  for (const [unit, size] of [
    ['千', 1000],
    ['百', 100],
    ['十', 10],
  ] as const) {
    const count = Math.floor(rest / size);
    if (count > 0) text += (count === 1 ? '' : KANJI_DIGITS[count]!) + unit;
    rest %= size;
  }
  return text + (rest === 0 ? '' : KANJI_DIGITS[rest]!);
}

/** Digit by digit: 一九八五. */
export function kanjiDigits(number: number): string {
  return String(number).replaceAll(/\d/g, (digit) => KANJI_DIGITS[Number(digit)]!);
}

const SURNAMES = [
  '佐藤',
  '鈴木',
  '高橋',
  '田中',
  '伊藤',
  '渡辺',
  '山本',
  '中村',
  '小林',
  '加藤',
  '吉田',
  '山田',
  '松本',
  '井上',
  '木村',
  '𠮷野',
  '髙島',
  '五十嵐',
  '小野寺',
  '長谷川',
];
const GIVEN = [
  '太郎',
  '花子',
  '健一',
  '美咲',
  '翔太',
  '陽子',
  '大輔',
  '由美子',
  '拓也',
  '恵',
  '直樹',
  '真由美',
  '隆',
  '智子',
  '悠斗',
  '結衣',
];
const KANA = [
  'サトウ タロウ',
  'スズキ ハナコ',
  'タカハシ ケンイチ',
  'タナカ ミサキ',
  'イトウ ショウタ',
  'ワタナベ ヨウコ',
  'ヤマモト ダイスケ',
];
const ROMAN = ['Taro Sato', 'Hanako Suzuki', 'Kenichi Takahashi', 'Misaki Tanaka', 'Shota Ito', 'Yoko Watanabe'];
const FIRMS = [
  '株式会社青葉電機',
  '東洋精密工業株式会社',
  '有限会社山川商店',
  '合同会社みなと企画',
  '一般社団法人地域防災協会',
  '日本海送電株式会社',
  '北斗水道サービス株式会社',
];

export const surname = (random: Random): string => random.pick(SURNAMES);
export const personName = (random: Random): string => random.pick(SURNAMES) + random.pick(['', ' ', '　']) + random.pick(GIVEN);
export const kanaName = (random: Random): string => random.pick(KANA);
export const romanName = (random: Random): string => random.pick(ROMAN);
export const firm = (random: Random): string => random.pick(FIRMS);
