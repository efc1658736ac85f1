// Characters as the Japanese name tagger sees them: variants of one kanji are one, digits are one, Latin letters are two; and the class of
// each. Decides nothing.

export const CLASS = {
  edge: 0,
  space: 1,
  digit: 2,
  latin: 3,
  hiragana: 4,
  katakana: 5,
  kanji: 6,
  middleDot: 7,
  open: 8,
  close: 9,
  stop: 10,
  colon: 11,
  other: 12,
} as const;

const CLASSES = new Uint8Array(0x10000).fill(CLASS.other);
const FOLDED = new Uint16Array(0x10000);

/** Other forms of kanji that names are written with, each beside the common form. */
const VARIANTS =
  '髙高 﨑崎 嵜崎 邊辺 邉辺 澤沢 齋斎 齊斉 濱浜 濵浜 廣広 櫻桜 惠恵 國国 嶋島 冨富 眞真 龍竜 瀧滝 槇槙 舘館 壽寿 德徳 淺浅 榮栄 實実 靜静 條条 萬万 與与 圓円 晉晋 藏蔵 來来 應応 關関 櫛櫛 淵渕 峯峰 巖巌 禮礼 學学 豐豊 將将 敎教 戶戸 吳呉 黃黄 顯顕 祐祐 曾曽';

for (let code = 0; code < 0x10000; code++) FOLDED[code] = code;
const range = (from: number, to: number, kind: number) => CLASSES.fill(kind, from, to + 1);
const each = (characters: string, kind: number) => {
  for (const character of characters) CLASSES[character.charCodeAt(0)] = kind;
};
range(0x30, 0x39, CLASS.digit);
range(0x41, 0x5a, CLASS.latin);
range(0x61, 0x7a, CLASS.latin);
range(0xc0, 0x24f, CLASS.latin);
range(0x3041, 0x309f, CLASS.hiragana);
range(0x30a1, 0x30ff, CLASS.katakana);
range(0x3400, 0x9fff, CLASS.kanji);
range(0xf900, 0xfaff, CLASS.kanji);
each('々〆ヶ', CLASS.kanji);
each('・=＝゠', CLASS.middleDot);
each('「『(〈《【[{<"“‘（', CLASS.open);
each('」』)〉》】]}>”’）', CLASS.close);
each('、。,.!?！？;', CLASS.stop);
each(':|/', CLASS.colon);
each(' \t　', CLASS.space);
each('\n\r', CLASS.edge);
FOLDED.fill(0x30, 0x30, 0x3a);
FOLDED.fill(0x41, 0x41, 0x5b);
FOLDED.fill(0x61, 0x61, 0x7b);
FOLDED[0x09] = FOLDED[0x3000] = 0x20;
FOLDED[0x0d] = 0x0a;
for (const pair of VARIANTS.split(' ')) FOLDED[pair.charCodeAt(0)] = pair.charCodeAt(1);

export function classOf(code: number): number {
  return CLASSES[code]!;
}

export function foldedCode(code: number): number {
  return FOLDED[code]!;
}

/** Whether a name can contain it. */
export function canBeInName(kind: number): boolean {
  return (
    kind !== CLASS.edge &&
    kind !== CLASS.open &&
    kind !== CLASS.close &&
    kind !== CLASS.stop &&
    kind !== CLASS.colon &&
    kind !== CLASS.other
  );
}
