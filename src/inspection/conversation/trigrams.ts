// Says of most texts at once that they do not hold a value, in whatever case and width of letters and with whatever between its digits: a small
// filter over the three-unit pieces of a text, and its long runs of digits. A yes may be wrong, a no never.
import { digitsInRuns } from '../mask/digit-index.ts';
import { foldUnit } from '../mask/fold.ts';

const BITS_PER_UNIT = 8;
const LEAST_BITS = 1 << 8;
const MOST_BITS = 1 << 21;

export class Trigrams {
  readonly #bits: Uint8Array;
  /** Runs of digits, one after the other. */
  readonly #digits: string;

  constructor(texts: readonly string[]) {
    let units = 0;
    for (const { length } of texts) units += length;
    let bits = LEAST_BITS;
    while (bits < units * BITS_PER_UNIT && bits < MOST_BITS) bits *= 2;
    this.#bits = new Uint8Array(bits >> 3);
    let digits = '';
    for (const text of texts) {
      this.#add(text);
      const runs = digitsInRuns(text);
      if (runs !== '') digits += digits === '' ? runs : ` ${runs}`;
    }
    this.#digits = digits;
  }

  #add(text: string): void {
    const bits = this.#bits;
    const mask = bits.length * 8 - 1;
    let first = foldUnit(text.charCodeAt(0));
    let second = foldUnit(text.charCodeAt(1));
    for (let at = 2; at < text.length; at++) {
      const third = foldUnit(text.charCodeAt(at));
      const place = placeOf(first, second, third) & mask;
      bits[place >> 3]! |= 1 << (place & 7);
      first = second;
      second = third;
    }
  }

  /** False: none of the texts holds the value. */
  mayHold(value: string): boolean {
    return this.mayHoldPieces(piecesOf(value));
  }

  /** The same for a value whose pieces are known: many texts are asked for it. */
  mayHoldPieces(pieces: Int32Array): boolean {
    const bits = this.#bits;
    const mask = bits.length * 8 - 1;
    for (let index = 0; index < pieces.length; index++) {
      const place = pieces[index]! & mask;
      if ((bits[place >> 3]! & (1 << (place & 7))) === 0) return false;
    }
    return true;
  }

  /** False: none of the texts holds these digits in a row, whatever stands between them. */
  mayHoldDigits(digits: string): boolean {
    return this.#digits !== '' && this.#digits.includes(digits);
  }
}

/** From the end: values of one kind begin alike. */
export function piecesOf(value: string): Int32Array {
  const pieces = new Int32Array(Math.max(0, value.length - 2));
  for (let index = 0; index < pieces.length; index++) {
    const at = value.length - 3 - index;
    const [first, second, third] = [value.charCodeAt(at), value.charCodeAt(at + 1), value.charCodeAt(at + 2)];
    pieces[index] = placeOf(foldUnit(first), foldUnit(second), foldUnit(third));
  }
  return pieces;
}

/** ASCII has seven bits: there are no two pieces of it with one hash. */
function placeOf(first: number, second: number, third: number): number {
  return Math.imul((first << 14) ^ (second << 7) ^ third, 0x9e3779b1) >>> 8;
}
