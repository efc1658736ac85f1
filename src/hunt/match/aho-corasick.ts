// Finds which of many texts occur in a value, case aside, in one pass over it. Texts may be pinned to the start or the end of the value.
// "Case aside" means: in the value's `toLowerCase()`; the value itself is read, and only where that could differ is it lowered first.
// Source: Aho, Corasick, "Efficient string matching" (1975); transitions are complete and dense, so a character is one look-up.

export interface Needle {
  /** Not empty, in lower case. */
  readonly text: string;
  readonly atStart: boolean;
  readonly atEnd: boolean;
}

const NONE = -1;
/** What cannot be lowered by itself: dotted capital I becomes two characters, capital sigma depends on what follows, surrogates on pairs. */
function needsLowering(code: number): boolean {
  return code === 0x130 || code === 0x3a3 || (code >= 0xd800 && code <= 0xdbff);
}

export class AhoCorasick {
  readonly #needles: readonly Needle[];
  readonly #small = new Uint16Array(128);
  readonly #large = new Map<number, number>();
  readonly #width: number;
  /** From row offset and class to the next row offset; complemented when the next state has something to report on the way. */
  readonly #next: Int32Array;
  /** Per state: the first needle that ends here, then a chain; and the nearest shorter state that has needles. */
  readonly #anywhere: Chains;
  readonly #ending: Chains;

  /** Needles are reported by their index. */
  constructor(needles: readonly Needle[]) {
    this.#needles = needles;
    let classes = 1;
    for (const { text } of needles) {
      for (let index = 0; index < text.length; index++) {
        const code = text.charCodeAt(index);
        if (code < 128) {
          if (this.#small[code] === 0) this.#small[code] = classes++;
        } else if (!this.#large.has(code)) this.#large.set(code, classes++);
      }
    }
    this.#width = classes;
    this.#foldCase();
    const built = build(needles, (code) => this.#classOf(code), classes);
    this.#next = built.next;
    this.#anywhere = built.anywhere;
    this.#ending = built.ending;
  }

  #foldCase(): void {
    for (let code = 65; code <= 90; code++) this.#small[code] = this.#small[code + 32] as number;
    const capitals = otherCases();
    // What is added on the way is upper case, which nothing lowers to: the loop ends.
    for (const [code, cls] of this.#large) for (const upper of capitals.get(code) ?? []) this.#large.set(upper, cls);
    // The Kelvin sign lowers to an ASCII letter.
    if (this.#small[107] !== 0) this.#large.set(0x212a, this.#small[107] as number);
  }

  #classOf(code: number): number {
    return code < 128 ? (this.#small[code] as number) : (this.#large.get(code) ?? 0);
  }

  /** Calls `found` for each needle in the text; for one needle perhaps several times. */
  scan(text: string, found: (needle: number) => void): void {
    if (!this.#scan(text, found, false)) this.#scan(text.toLowerCase(), found, true);
  }

  /** False: the text has to be lowered first. What was found until then is found again. */
  #scan(text: string, found: (needle: number) => void, lowered: boolean): boolean {
    const next = this.#next;
    const small = this.#small;
    const length = text.length;
    let row = 0;
    for (let index = 0; index < length; index++) {
      const code = text.charCodeAt(index);
      let cls: number;
      if (code < 128) cls = small[code] as number;
      else {
        if (!lowered && needsLowering(code)) return false;
        cls = this.#large.get(code) ?? 0;
      }
      row = next[row + cls] as number;
      if (row < 0) {
        row = ~row;
        this.#report(row / this.#width, index + 1, found);
      }
    }
    this.#reportEnd(row / this.#width, length, found);
    return true;
  }

  #report(state: number, end: number, found: (needle: number) => void): void {
    const { first, chain, shorter } = this.#anywhere;
    for (let at = state; at !== NONE; at = shorter[at] as number) {
      for (let needle = first[at] as number; needle !== NONE; needle = chain[needle] as number) {
        const { atStart, text } = this.#needles[needle] as Needle;
        if (!atStart || text.length === end) found(needle);
      }
    }
  }

  #reportEnd(state: number, length: number, found: (needle: number) => void): void {
    const { first, chain, shorter } = this.#ending;
    for (let at = state; at !== NONE; at = shorter[at] as number) {
      for (let needle = first[at] as number; needle !== NONE; needle = chain[needle] as number) {
        const { atStart, text } = this.#needles[needle] as Needle;
        if (!atStart || text.length === length) found(needle);
      }
    }
  }
}

let upperCases: ReadonlyMap<number, readonly number[]> | undefined;

/** Code units beyond ASCII by the single code unit they lower to. Made once. */
function otherCases(): ReadonlyMap<number, readonly number[]> {
  if (upperCases !== undefined) return upperCases;
  const table = new Map<number, number[]>();
  for (let code = 128; code <= 0xffff; code++) {
    const lower = String.fromCharCode(code).toLowerCase();
    const to = lower.charCodeAt(0);
    if (lower.length !== 1 || to === code) continue;
    const known = table.get(to);
    if (known === undefined) table.set(to, [code]);
    else known.push(code);
  }
  upperCases = table;
  return table;
}

interface Chains {
  readonly first: Int32Array;
  readonly chain: Int32Array;
  readonly shorter: Int32Array;
}

function build(
  needles: readonly Needle[],
  classOf: (code: number) => number,
  width: number,
): { readonly next: Int32Array; readonly anywhere: Chains; readonly ending: Chains } {
  const most = 1 + needles.reduce((sum, { text }) => sum + text.length, 0);
  let table = new Int32Array(Math.min(most, 1024) * width).fill(NONE);
  let states = 1;
  const ends = new Int32Array(needles.length);
  for (const [index, { text }] of needles.entries()) {
    let state = 0;
    for (let at = 0; at < text.length; at++) {
      const cell = state * width + classOf(text.charCodeAt(at));
      let to = table[cell] as number;
      if (to === NONE) {
        to = states++;
        if (states * width > table.length) {
          const larger = new Int32Array(Math.min(most, states * 2) * width).fill(NONE);
          larger.set(table);
          table = larger;
        }
        table[cell] = to;
      }
      state = to;
    }
    ends[index] = state;
  }
  const anywhere = chainsOf(needles, ends, states, false);
  const ending = chainsOf(needles, ends, states, true);
  completeTransitions(table, states, width, [anywhere, ending]);
  const next = new Int32Array(states * width);
  for (let cell = 0; cell < next.length; cell++) {
    const to = table[cell] as number;
    const reports = anywhere.first[to] !== NONE || anywhere.shorter[to] !== NONE;
    next[cell] = reports ? ~(to * width) : to * width;
  }
  return { next, anywhere, ending };
}

function chainsOf(needles: readonly Needle[], ends: Int32Array, states: number, atEnd: boolean): Chains {
  const first = new Int32Array(states).fill(NONE);
  const chain = new Int32Array(needles.length).fill(NONE);
  for (const [index, needle] of needles.entries()) {
    if (needle.atEnd !== atEnd) continue;
    const state = ends[index] as number;
    chain[index] = first[state] as number;
    first[state] = index;
  }
  return { first, chain, shorter: new Int32Array(states).fill(NONE) };
}

/** Breadth first: every missing transition goes where the longest proper suffix goes; suffixes with needles are linked. */
function completeTransitions(table: Int32Array, states: number, width: number, chains: readonly Chains[]): void {
  const suffix = new Int32Array(states);
  const queue = new Int32Array(states);
  let head = 0;
  let tail = 0;
  for (let cls = 0; cls < width; cls++) {
    const to = table[cls] as number;
    if (to === NONE) table[cls] = 0;
    else queue[tail++] = to;
  }
  while (head < tail) {
    const state = queue[head++] as number;
    const fallback = suffix[state] as number;
    for (const { first, shorter } of chains) shorter[state] = first[fallback] === NONE ? (shorter[fallback] as number) : fallback;
    for (let cls = 0; cls < width; cls++) {
      const cell = state * width + cls;
      const to = table[cell] as number;
      const other = table[fallback * width + cls] as number;
      if (to === NONE) table[cell] = other;
      else {
        suffix[to] = other;
        queue[tail++] = to;
      }
    }
  }
}
