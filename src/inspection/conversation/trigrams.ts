// Says of most texts at once that they do not hold a value: a small filter over the three-unit pieces of a text. A yes may be wrong, a no never.

const BITS_PER_UNIT = 8;
const LEAST_BITS = 1 << 8;
const MOST_BITS = 1 << 21;

export class Trigrams {
  readonly #bits: Uint8Array;

  constructor(texts: readonly string[]) {
    const units = texts.reduce((sum, { length }) => sum + length, 0);
    let bits = LEAST_BITS;
    while (bits < units * BITS_PER_UNIT && bits < MOST_BITS) bits *= 2;
    this.#bits = new Uint8Array(bits >> 3);
    for (const text of texts) this.#add(text);
  }

  get bytes(): number {
    return this.#bits.length;
  }

  #add(text: string): void {
    const bits = this.#bits;
    const mask = bits.length * 8 - 1;
    let first = text.charCodeAt(0);
    let second = text.charCodeAt(1);
    for (let at = 2; at < text.length; at++) {
      const third = text.charCodeAt(at);
      const place = placeOf(first, second, third) & mask;
      bits[place >> 3]! |= 1 << (place & 7);
      first = second;
      second = third;
    }
  }

  /** False: none of the texts holds the value. */
  mayHold(value: string): boolean {
    const bits = this.#bits;
    const mask = bits.length * 8 - 1;
    // From the end: values of one kind begin alike.
    for (let at = value.length - 1; at >= 2; at--) {
      const place = placeOf(value.charCodeAt(at - 2), value.charCodeAt(at - 1), value.charCodeAt(at)) & mask;
      if ((bits[place >> 3]! & (1 << (place & 7))) === 0) return false;
    }
    return true;
  }
}

function placeOf(first: number, second: number, third: number): number {
  const hash = Math.imul(Math.imul(first, 0x9e3779b1) ^ second, 0x85ebca6b) ^ third;
  return Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) >>> 8;
}
