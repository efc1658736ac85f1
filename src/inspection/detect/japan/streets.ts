// The part of a Japanese address that has numbers: 丁目, 番地, 号, 条, 地割, numbers with hyphens. It is what makes the name of a town an
// address. Finds all of a text in one pass; whether something in front makes them part of an address is decided elsewhere.
import type { Subject } from '../../text/subject.ts';

/** - `strong`: in words, or three numbers; `weak`: two numbers with a hyphen, which may be anything; `bare`: one number. */
export type Strength = 'strong' | 'weak' | 'bare';

export interface Street {
  readonly start: number;
  readonly end: number;
  readonly strength: Strength;
}

const KANJI = '[〇一二三四五六七八九十百千]';
const N = `(?:[0-9]{1,5}|${KANJI}{1,6})`;
/** `-`, the long vowel mark and の between numbers. */
const DASH = '(?: ?[-ー─] ?|[の之ノ])';
const COUNTERS = '(?:線|手|目|組|煎|付|隊|台|町|丁|街|勝負|出口|外|星|館|弟子|人|叩|頭|長|所)';
/** Behind 丁目 or 番地: `2番3号`, `2番地の3`, `2-3`, `2号`. */
const TAIL = `[東西南北]?(?:${N} ?番(?!${COUNTERS})(?:地割?)?(?: ?の? ?${N} ?号?(?:[のノ]${N}|-[0-9]{1,4})?)?|${N}(?:${DASH}${N}){0,3}(?: ?号)?)`;

const FORMS = {
  strong: [
    // 北1条西2丁目3-4, 4条通8丁目, 西3線15番地
    `(?:[東西南北]{0,2}${N}(?:条|線)(?:通り?)?[東西南北中]?)${N}(?:丁目?)?(?:${DASH}?${TAIL})?`,
    `第?${N} ?地割 ?字?${TAIL}?`,
    `${N} ?丁目?(?![度寧重半])(?: ?${DASH}? ?${TAIL})?`,
    `${N} ?番地(?:割)?(?: ?の? ?${N}(?:${DASH}${N})?(?: ?号)?)?`,
    `${N} ?番(?!${COUNTERS}) ?(?:の ?)?${N} ?号?(?:${DASH}${N})?`,
    '[0-9]{1,5}(?:[-ー─][0-9]{1,5}){2,4}',
    `${KANJI}{1,4}(?:[-ー─]${KANJI}{1,4}){1,3}`,
    '無番地|番外地',
  ],
  weak: [
    '[0-9]{1,5}[-ー─のノ][0-9]{1,5}(?:[のノ][0-9]{1,4}){0,2}',
    `${N} ?番(?!${COUNTERS})`,
    '[0-9]{1,4} - [0-9]{1,4}(?: - [0-9]{1,4}){0,2}',
  ],
  bare: ['[0-9]{1,5}(?!,[0-9]{3}(?![0-9-]))'],
} as const;

/** What makes a number one of something else. */
const NOT_BEHIND =
  '(?:(?<=[^0-9])|(?![0-9]|[-./:][0-9]))(?![a-zA-Z]{1,10}(?![a-zA-Z\\p{Script=Katakana}\\p{Script=Han}])|[年月日時分秒人名回点対勝敗歳才位個本台校度円万億兆票代系形型話巻章戦社件冊枚匹頭羽杯両km㎡%%]|で(?:勝|敗|引|下|破|逆)|世帯|団体|か所|ヶ所|箇所|番線|番出口|ヘクタール|キロ|メートル|パーセント|ドル|つ|st|世紀|世)';

const STREETS = new RegExp(
  `(?<![0-9.:/A-Za-z_]|[0-9][-,])(?:(${FORMS.strong.join('|')})|(${FORMS.weak.join('|')})|(${FORMS.bare.join('|')}))${NOT_BEHIND}`,
  'gu',
);

const KNOWN = new WeakMap<Subject, readonly Street[]>();

export function streetsOf(subject: Subject): readonly Street[] {
  const known = KNOWN.get(subject);
  if (known !== undefined) return known;
  const streets: Street[] = [];
  for (const match of subject.text.matchAll(STREETS)) {
    const [whole, strong, weak] = match;
    const value = whole.trimEnd();
    if (isSomethingElse(value)) continue;
    const strength = YEARS.test(value) ? 'bare' : strong !== undefined ? 'strong' : weak !== undefined ? 'weak' : 'bare';
    streets.push({ start: match.index, end: match.index + value.length, strength });
  }
  KNOWN.set(subject, streets);
  return streets;
}

/** 2024-05, 1998-2004, 2024-05-01: rarely the number of a house. */
const YEARS = /^(?:1[89]|20)[0-9]{2}-(?:(?:1[89]|20)[0-9]{2}|(?:0[1-9]|1[0-2])(?:-[0-9]{2})?)$/;

/** Postal codes, telephone numbers. */
function isSomethingElse(value: string): boolean {
  return /^[0-9]{3}-[0-9]{4}$|^0[0-9]/.test(value);
}

/** Index of the first street that begins at `start` or later. */
export function firstStreetFrom(streets: readonly Street[], start: number): number {
  let low = 0;
  let high = streets.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (streets[middle]!.start < start) low = middle + 1;
    else high = middle;
  }
  return low;
}
