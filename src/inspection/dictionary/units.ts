// What a dictionary needs to know of each UTF-16 code unit, as tables: which letters are the same but for their case, which are blanks, and
// which letters belong to one word. Built once, when the first dictionary is.

/** Units of one class stand in one word; a change of class, or `OTHER`, is the edge of a word. */
export const OTHER = 0;
/** Letters and digits of scripts that put blanks between words (Latin, Greek, Cyrillic). */
const SPACED = 1;
const KATAKANA = 2;
const HIRAGANA = 3;
const KANJI = 4;

export const BLANK = 0x20;
const UNITS = 0x10000;

export interface UnitTables {
  /** Lower case where that is one unit again; every blank is a space. */
  readonly folded: Uint16Array;
  readonly classes: Uint8Array;
  /** 1 where the unit is a blank. */
  readonly isBlank: Uint8Array;
}

let tables: UnitTables | undefined;

export function unitTables(): UnitTables {
  return (tables ??= buildTables());
}

function buildTables(): UnitTables {
  const folded = new Uint16Array(UNITS);
  const classes = new Uint8Array(UNITS);
  const isBlank = new Uint8Array(UNITS);
  for (let unit = 0; unit < UNITS; unit++) {
    folded[unit] = unit;
    if (isSurrogate(unit)) continue;
    const character = String.fromCharCode(unit);
    classes[unit] = classOf(character);
    if (/[\s\u0085]/.test(character)) {
      folded[unit] = BLANK;
      isBlank[unit] = 1;
    } else if (classes[unit] === SPACED) {
      const lower = character.toLowerCase();
      if (lower.length === 1) folded[unit] = lower.charCodeAt(0);
    }
  }
  return { folded, classes, isBlank };
}

function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff;
}

function classOf(character: string): number {
  if (/[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Nd}]/u.test(character)) return SPACED;
  if (/[\p{Script=Han}々〆]/u.test(character)) return KANJI;
  if (/[\p{Script=Katakana}ー]/u.test(character)) return KATAKANA;
  if (/[\p{Script=Hiragana}]/u.test(character)) return HIRAGANA;
  return OTHER;
}
