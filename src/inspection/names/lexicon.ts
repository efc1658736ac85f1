// Lists of words (data/names) in one trie over folded characters: which of them begin at a place. A match is evidence, never a finding.
import { readFileSync } from 'node:fs';
import { foldedCode } from './characters.ts';

export const KIND = {
  surname: 1,
  given: 2,
  foreign: 4,
  against: 8,
  kana: 16,
  honorific: 32,
  role: 64,
} as const;

const FOLDER = new URL('../../../data/names/', import.meta.url);

/** Words of a list: separated by white space; lines that begin with `#` are comments. */
export function readWords(file: string): string[] {
  return readFileSync(new URL(file, FOLDER), 'utf8')
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .flatMap((line) => line.split(/\s+/))
    .filter((word) => word !== '');
}

/** The two lists of readings, in hiragana. */
export function readReadings(): {
  readonly surnames: readonly string[];
  readonly given: readonly string[];
} {
  const words = readWords('kana-names.txt');
  const second = words.indexOf('[given]');
  return { surnames: words.slice(1, second), given: words.slice(second + 1) };
}

export function katakanaOf(hiragana: string): string {
  return hiragana.replaceAll(/[\u3041-\u3096]/g, (character) => String.fromCharCode(character.charCodeAt(0) + 0x60));
}

/** How often a character begins and ends surnames and given names of the lists, and stands in words that are none: two bits each. */
function shapesOf(lists: readonly (readonly [words: readonly string[], place: (word: string) => string])[]): Uint16Array {
  const shapes = new Uint16Array(0x10000);
  lists.forEach(([words, place], list) => {
    const counts = new Map<number, number>();
    for (const word of words)
      for (const character of place(word)) {
        const code = foldedCode(character.charCodeAt(0));
        counts.set(code, (counts.get(code) ?? 0) + 1);
      }
    for (const [code, count] of counts) shapes[code]! |= (count > 8 ? 3 : count > 2 ? 2 : 1) << (list * 2);
  });
  return shapes;
}

export class Lexicon {
  /** By folded character: what lists of names and of other words make of it. */
  shapes: Uint16Array = new Uint16Array(0x10000);
  // Open addressing from (node, character) to the next node.
  #nodes = new Int32Array(1 << 17).fill(-1);
  #codes = new Uint16Array(1 << 17);
  #next = new Int32Array(1 << 17);
  readonly #kinds: number[] = [0];
  readonly #begins = new Uint8Array(0x10000);

  add(word: string, kind: number): void {
    let node = 0;
    for (let at = 0; at < word.length; at++) {
      const code = foldedCode(word.charCodeAt(at));
      if (at === 0) this.#begins[code] = 1;
      const slot = this.#slot(node, code);
      if (this.#nodes[slot] === -1) {
        if (this.#kinds.length * 2 > this.#nodes.length) throw new RangeError('too many words for the lexicon');
        this.#nodes[slot] = node;
        this.#codes[slot] = code;
        this.#next[slot] = this.#kinds.length;
        this.#kinds.push(0);
      }
      node = this.#next[slot]!;
    }
    this.#kinds[node]! |= kind;
  }

  /** Every word that begins at `start` of these folded codes, shorter ones first. */
  matches(codes: Uint16Array, start: number, end: number, found: (kinds: number, end: number) => void): void {
    if (this.#begins[codes[start]!] === 0) return;
    let node = 0;
    for (let at = start; at < end; at++) {
      const slot = this.#slot(node, codes[at]!);
      if (this.#nodes[slot] === -1) return;
      node = this.#next[slot]!;
      const kinds = this.#kinds[node]!;
      if (kinds !== 0) found(kinds, at + 1);
    }
  }

  #slot(node: number, code: number): number {
    const mask = this.#nodes.length - 1;
    let slot = (Math.imul(node, 0x9e3779b1) ^ Math.imul(code, 0x85ebca6b)) & mask;
    slot ^= slot >>> 7;
    while (this.#nodes[slot] !== -1 && (this.#nodes[slot] !== node || this.#codes[slot] !== code)) slot = (slot + 1) & mask;
    return slot;
  }
}

export function loadLexicon(): Lexicon {
  const lexicon = new Lexicon();
  const add = (words: readonly string[], kind: number) => {
    for (const word of words) lexicon.add(word, kind);
  };
  add(readWords('japanese-surnames.txt'), KIND.surname);
  add(readWords('japanese-given-names.txt'), KIND.given);
  add(readWords('foreign-names-katakana.txt'), KIND.foreign);
  add(readWords('places.txt'), KIND.against);
  add(readWords('katakana-words.txt'), KIND.against);
  add(readWords('kanji-words.txt'), KIND.against);
  add(readWords('honorifics.txt'), KIND.honorific);
  add(readWords('roles.txt'), KIND.role);
  const native = [readWords('japanese-surnames.txt'), readWords('japanese-given-names.txt')] as const;
  const [first, last] = [(word: string) => word.slice(0, 1), (word: string) => word.slice(-1)];
  lexicon.shapes = shapesOf([
    [native[0], first],
    [native[0], last],
    [native[1], first],
    [native[1], last],
    [readWords('kanji-words.txt'), (word) => word],
  ]);
  const { surnames, given } = readReadings();
  for (const word of [...surnames, ...given]) {
    if (word.length < 2) continue;
    lexicon.add(word, KIND.kana);
    lexicon.add(katakanaOf(word), KIND.kana);
  }
  return lexicon;
}
