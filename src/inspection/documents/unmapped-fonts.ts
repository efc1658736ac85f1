// Tells fonts whose text is glyph numbers: without a map to Unicode the library gives the number as the character, so letters come out as
// control characters, unassigned ones and a mixture of scripts. Judges by what came out, since the library does not say.

/** No writing holds them; a few come from symbols and damaged maps. */
const IMPOSSIBLE = /[\p{Cc}\p{Cn}\p{Cs}]/gu;
const LINE = /[\t\n\r]/g;
const MAX_SHARE = 0.05;

export class UnmappedFonts {
  readonly #fonts = new Map<string, { characters: number; impossible: number }>();

  note(font: string, text: string): void {
    let counts = this.#fonts.get(font);
    if (counts === undefined) this.#fonts.set(font, (counts = { characters: 0, impossible: 0 }));
    counts.characters += text.length;
    counts.impossible += (text.match(IMPOSSIBLE)?.length ?? 0) - (text.match(LINE)?.length ?? 0);
  }

  get any(): boolean {
    return [...this.#fonts.values()].some(({ characters, impossible }) => impossible > characters * MAX_SHARE);
  }
}
