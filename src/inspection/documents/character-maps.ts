// Adobe's predefined character maps (data/character-maps) for the library that reads PDFs. Knows the Japanese ones; remembers which others a
// document asked for.
import { readdirSync, readFileSync } from 'node:fs';

const FOLDER = new URL('../../../data/character-maps/', import.meta.url);
const SUFFIX = '.bcmap';

const present = new Set(readdirSync(FOLDER).filter((file) => file.endsWith(SUFFIX)));

export interface CharacterMaps {
  /** What the library asks for files: a class that it makes an object of. */
  readonly Factory: new () => { fetch(file: { readonly kind: string; readonly filename: string }): Promise<Uint8Array> };
  /** A map that the document needs and that is not here; its text would be missing. Safe to show. */
  readonly missing: () => string | undefined;
}

/** For one document. */
export function createCharacterMaps(): CharacterMaps {
  let missing: string | undefined;
  class Factory {
    async fetch({ kind, filename }: { readonly kind: string; readonly filename: string }): Promise<Uint8Array> {
      if (kind === 'cMapUrl') {
        // The document names it, so only what stands in the folder is opened.
        if (present.has(filename)) return new Uint8Array(readFileSync(new URL(filename, FOLDER)));
        missing ??= safeName(filename);
      }
      // Fonts and decoders of pictures: text is read without them.
      throw new Error('not carried');
    }
  }
  return { Factory, missing: () => missing };
}

function safeName(filename: string): string {
  const name = filename.endsWith(SUFFIX) ? filename.slice(0, -SUFFIX.length) : filename;
  return /^[A-Za-z0-9-]{1,40}$/.test(name) ? name : 'of an odd name';
}
