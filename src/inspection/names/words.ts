// A dictionary of Japanese words with their kinds and costs (data/names/japanese-words.bin.gz): the file's form, and finding the words that
// begin at a place. Which of them a text is made of is segmentation.ts.
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { foldedCode } from './characters.ts';

export interface Sense {
  /** Index of a kind of word that joins its neighbours in one way. */
  readonly group: number;
  /** In steps, 128 is nothing. */
  readonly cost: number;
}

export interface WordFile {
  readonly groups: readonly string[];
  readonly costStep: number;
  /** What it costs that a word of group `[before]` is followed by one of group `[after]`, in steps. */
  readonly connections: Int16Array;
  /** In order, folded. */
  readonly words: readonly { readonly word: string; readonly senses: readonly Sense[] }[];
}

export function foldedWord(word: string): string {
  let folded = '';
  for (const unit of word.normalize('NFKC').split('')) folded += String.fromCharCode(foldedCode(unit.charCodeAt(0)));
  return folded;
}

/** `SKW1`, length of the header, header as JSON, connections, then column by column: shared, length, senses, groups, costs, characters. */
export function encodeWords({ groups, costStep, connections, words }: WordFile): Buffer {
  const senses = words.flatMap((entry) => entry.senses);
  const rests: string[] = [];
  const shared = words.map(({ word }, at) => {
    const before = words[at - 1]?.word ?? '';
    let same = 0;
    while (same < before.length && before[same] === word[same]) same++;
    rests.push(word.slice(same));
    return same;
  });
  const rest = rests.join('');
  const header = Buffer.from(
    JSON.stringify({
      groups,
      costStep,
      words: words.length,
      senses: senses.length,
      rest: rest.length,
    }),
  );
  const begin = Buffer.alloc(8);
  begin.write('SKW1', 'latin1');
  begin.writeUInt32LE(header.length, 4);
  const units = rest.split('').map((unit) => unit.charCodeAt(0));
  return Buffer.concat([
    begin,
    header,
    Buffer.from(connections.buffer, connections.byteOffset, connections.byteLength),
    Buffer.from(shared),
    Buffer.from(rests.map(({ length }) => length)),
    Buffer.from(words.map((entry) => entry.senses.length)),
    Buffer.from(senses.map(({ group }) => group)),
    Buffer.from(senses.map(({ cost }) => cost)),
    Buffer.from(units.map((unit) => unit & 0xff)),
    Buffer.from(units.map((unit) => unit >>> 8)),
  ]);
}

const TABLE = 1 << 20;
const MASK = TABLE - 1;
/** Words are far shorter; a hash that is met by chance ends here. */
const MOST_CHARACTERS = 16;

export class Words {
  readonly groups: readonly string[];
  /** In the same unit as the costs of senses. */
  readonly connections: Float64Array;
  /** Senses of word `w` lie in `[firstSense[w], firstSense[w + 1])`. */
  readonly firstSense: Uint32Array;
  readonly senseGroups: Uint8Array;
  readonly senseCosts: Int32Array;
  // Open addressing over hashes of 32 bits of words and of what words begin with; the value is a word, or -1 for a beginning. Two words of
  // one hash are told apart nowhere: among the 10^9 and more hashes that do not occur, this happens to few.
  readonly #keys = new Int32Array(TABLE);
  readonly #values = new Int32Array(TABLE);

  /** `seen` is told every word, for whoever makes texts of them. */
  constructor(file: Buffer, seen?: (word: string, index: number) => void) {
    if (file.toString('latin1', 0, 4) !== 'SKW1') throw new Error('not a dictionary of this tagger');
    let at = 8 + file.readUInt32LE(4);
    const header = JSON.parse(file.toString('utf8', 8, at)) as {
      groups: string[];
      costStep: number;
      words: number;
      senses: number;
      rest: number;
    };
    const take = (length: number) => file.subarray(at, (at += length));
    this.groups = header.groups;
    const size = header.groups.length ** 2;
    const connections = take(size * 2);
    this.connections = Float64Array.from({ length: size }, (_, n) => connections.readInt16LE(n * 2) * header.costStep);
    const shared = take(header.words);
    const lengths = take(header.words);
    const counts = take(header.words);
    this.senseGroups = new Uint8Array(take(header.senses));
    this.senseCosts = Int32Array.from(take(header.senses), (cost) => (cost - 128) * header.costStep);
    const low = take(header.rest);
    const high = take(header.rest);
    this.firstSense = new Uint32Array(header.words + 1);
    const hashes = new Int32Array(256);
    let unit = 0;
    let surface = '';
    for (let word = 0; word < header.words; word++) {
      this.firstSense[word + 1] = this.firstSense[word]! + counts[word]!;
      const end = shared[word]! + lengths[word]!;
      for (let n = shared[word]!; n < end; n++, unit++) {
        hashes[n] = chained(n === 0 ? 0 : hashes[n - 1]!, low[unit]! | (high[unit]! << 8));
        this.#put(hashes[n]!, n === end - 1 ? word : -1);
        if (seen !== undefined) surface = surface.slice(0, n) + String.fromCharCode(low[unit]! | (high[unit]! << 8));
      }
      seen?.(surface, word);
    }
  }

  /** Every word that begins at `start` of these folded codes, shorter ones first. */
  matches(codes: Uint16Array, start: number, end: number, found: (word: number, end: number) => void): void {
    const last = Math.min(end, start + MOST_CHARACTERS);
    let hash = 0;
    for (let at = start; at < last; at++) {
      hash = chained(hash, codes[at]!);
      const slot = this.#slot(hash);
      if (this.#keys[slot] === 0) return;
      const word = this.#values[slot]!;
      if (word >= 0) found(word, at + 1);
    }
  }

  #put(hash: number, word: number): void {
    const slot = this.#slot(hash);
    if (this.#keys[slot] === 0) {
      this.#keys[slot] = hash;
      this.#values[slot] = word;
    } else if (word >= 0) this.#values[slot] = word;
  }

  #slot(hash: number): number {
    let slot = (hash ^ (hash >>> 17)) & MASK;
    while (this.#keys[slot] !== 0 && this.#keys[slot] !== hash) slot = (slot + 1) & MASK;
    return slot;
  }
}

/** Never zero, which stands for nothing. */
function chained(hash: number, code: number): number {
  const mixed = Math.imul(hash ^ Math.imul(code + 1, 0x85ebca6b), 0x9e3779b1);
  return mixed ^ (mixed >>> 15) || 1;
}

export function loadWords(seen?: (word: string, index: number) => void): Words {
  return new Words(gunzipSync(readFileSync(new URL('../../../data/names/japanese-words.bin.gz', import.meta.url))), seen);
}
