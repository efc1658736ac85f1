// Finds where any of many literals occur, in one pass. Source: Aho, Corasick, "Efficient string matching" (1975). Transitions are complete
// and dense: a character is one look-up. For some thousands of literals; a dictionary of a million terms has its own matcher (dictionary/).

const NONE = -1;

export class AhoCorasick {
  readonly #lengths: Int32Array;
  readonly #classes: Uint16Array;
  readonly #width: number;
  /** From row offset and class to the next row offset; complemented when the next state has something to report. */
  readonly #next: Int32Array;
  readonly #first: Int32Array;
  readonly #chain: Int32Array;
  readonly #shorter: Int32Array;

  /** Literals are not empty and are reported by their index; the text must be folded as they are. */
  constructor(literals: readonly string[]) {
    this.#lengths = Int32Array.from(literals, ({ length }) => length);
    this.#classes = new Uint16Array(0x10000);
    let width = 1;
    for (const literal of literals)
      for (let at = 0; at < literal.length; at++) {
        const code = literal.charCodeAt(at);
        if (this.#classes[code] === 0) this.#classes[code] = width++;
      }
    this.#width = width;
    const size = 1 + literals.reduce((sum, { length }) => sum + length, 0);
    const table = new Int32Array(size * width).fill(NONE);
    this.#first = new Int32Array(size).fill(NONE);
    this.#chain = new Int32Array(literals.length).fill(NONE);
    this.#shorter = new Int32Array(size).fill(NONE);
    const states = this.#insert(literals, table);
    this.#next = this.#complete(table.slice(0, states * width), states);
  }

  #insert(literals: readonly string[], table: Int32Array): number {
    let states = 1;
    for (const [index, literal] of literals.entries()) {
      let state = 0;
      for (let at = 0; at < literal.length; at++) {
        const cell = state * this.#width + this.#classes[literal.charCodeAt(at)]!;
        if (table[cell] === NONE) table[cell] = states++;
        state = table[cell]!;
      }
      this.#chain[index] = this.#first[state]!;
      this.#first[state] = index;
    }
    return states;
  }

  /** Breadth first: every missing transition goes where the longest proper suffix goes; suffixes with literals are linked. */
  #complete(table: Int32Array, states: number): Int32Array {
    const width = this.#width;
    const suffix = new Int32Array(states);
    const queue = new Int32Array(states);
    let head = 0;
    let tail = 0;
    for (let cls = 0; cls < width; cls++) {
      const to = table[cls]!;
      if (to === NONE) table[cls] = 0;
      else queue[tail++] = to;
    }
    while (head < tail) {
      const state = queue[head++]!;
      const fallback = suffix[state]!;
      this.#shorter[state] = this.#first[fallback] === NONE ? this.#shorter[fallback]! : fallback;
      for (let cls = 0; cls < width; cls++) {
        const cell = state * width + cls;
        const to = table[cell]!;
        const other = table[fallback * width + cls]!;
        if (to === NONE) table[cell] = other;
        else {
          suffix[to] = other;
          queue[tail++] = to;
        }
      }
    }
    for (let cell = 0; cell < table.length; cell++) {
      const to = table[cell]!;
      const reports = this.#first[to] !== NONE || this.#shorter[to] !== NONE;
      table[cell] = reports ? ~(to * width) : to * width;
    }
    return table;
  }

  /** Calls `found` for every occurrence, in order of ends. */
  scan(text: string, found: (literal: number, start: number, end: number) => void): void {
    const next = this.#next;
    const classes = this.#classes;
    let row = 0;
    for (let index = 0; index < text.length; index++) {
      row = next[row + classes[text.charCodeAt(index)]!]!;
      if (row < 0) {
        row = ~row;
        for (let at = row / this.#width; at !== NONE; at = this.#shorter[at]!)
          for (let literal = this.#first[at]!; literal !== NONE; literal = this.#chain[literal]!)
            found(literal, index + 1 - this.#lengths[literal]!, index + 1);
      }
    }
  }
}
