// Tells fonts whose text is glyph numbers: without a map to Unicode the library gives the number as the character, so words come out as
// other words, control characters and a mixture of scripts. Asks what the library knows of a font, and where it says nothing, judges by
// what came out. Reads no font.

/** No writing holds them; a few come from symbols and damaged maps. */
const IMPOSSIBLE = /[\p{Cc}\p{Cn}\p{Cs}]/gu;
const LINE = /[\t\n\r]/g;
const MAX_SHARE = 0.05;

interface Seen {
  characters: number;
  impossible: number;
  isJudged: boolean;
}

export class UnmappedFonts {
  readonly #fonts = new Map<string, Seen>();
  #anyNumbered = false;

  /** `text` was shown in `font`, a name that holds for the whole document. */
  note(font: string, text: string): void {
    if (font === '' || text === '') return;
    let seen = this.#fonts.get(font);
    if (seen === undefined) this.#fonts.set(font, (seen = { characters: 0, impossible: 0, isJudged: false }));
    seen.characters += text.length;
    seen.impossible += (text.match(IMPOSSIBLE)?.length ?? 0) - (text.match(LINE)?.length ?? 0);
  }

  get hasNew(): boolean {
    return [...this.#fonts.values()].some(({ isJudged }) => !isJudged);
  }

  /** `lookUp`: what the library knows of a font. */
  judge(lookUp: (font: string) => unknown): void {
    for (const [font, seen] of this.#fonts) {
      if (seen.isJudged) continue;
      seen.isJudged = true;
      if (isNumbered(lookUp(font))) this.#anyNumbered = true;
    }
  }

  get any(): boolean {
    return this.#anyNumbered || [...this.#fonts.values()].some(({ characters, impossible }) => impossible > characters * MAX_SHARE);
  }
}

/** A composite font that maps a range of numbers to themselves, where others hold a map. */
function isNumbered(font: unknown): boolean {
  if (typeof font !== 'object' || font === null || !('composite' in font) || !('toUnicode' in font)) return false;
  const { composite, toUnicode } = font;
  return composite === true && typeof toUnicode === 'object' && toUnicode !== null && 'firstChar' in toUnicode && 'lastChar' in toUnicode;
}
