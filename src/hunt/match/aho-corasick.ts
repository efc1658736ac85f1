// Finds which of many texts occur in a lower-cased value, in one pass over it. Texts may be pinned to the start or the end of the value.
// Source: Aho, Corasick, "Efficient string matching" (1975). Transitions are complete and dense: a character is one look-up. To keep the
// table in the processor's cache, the automaton knows only a short part of each text, and the whole is compared where that part is found.

export interface Needle {
  /** Not empty, in lower case. */
  readonly text: string;
  readonly atStart: boolean;
  readonly atEnd: boolean;
}

const NONE = -1;
/** Length of the part that the automaton knows. */
const KEY = 8;

/** A part of a needle, and how far after the needle's start it ends. */
interface Key {
  readonly text: string;
  readonly end: number;
}

export class AhoCorasick {
  readonly #needles: readonly Needle[];
  readonly #ends: Int32Array;
  readonly #classes: Uint8Array;
  readonly #width: number;
  /** From row offset and class to the next row offset; complemented when the next state has something to report. */
  readonly #next: Int32Array;
  /** Per state: the first needle whose key ends here, then a chain; and the nearest shorter state that has any. */
  readonly #first: Int32Array;
  readonly #chain: Int32Array;
  readonly #shorter: Int32Array;

  /** Needles are reported by their index. */
  constructor(needles: readonly Needle[]) {
    this.#needles = needles;
    const keys = needles.map(keyOf);
    this.#ends = Int32Array.from(keys, (key) => key.end);
    const { classes: classOf, width } = classesOf(keys);
    this.#classes = classOf;
    this.#width = width;
    const { table, states, ends } = buildTrie(keys, classOf, width);
    this.#first = new Int32Array(states).fill(NONE);
    this.#chain = new Int32Array(needles.length).fill(NONE);
    this.#shorter = new Int32Array(states).fill(NONE);
    for (const [index, state] of ends.entries()) {
      this.#chain[index] = this.#first[state] as number;
      this.#first[state] = index;
    }
    completeTransitions(table, states, width, this.#first, this.#shorter);
    for (let cell = 0; cell < table.length; cell++) {
      const to = table[cell] as number;
      const reports = this.#first[to] !== NONE || this.#shorter[to] !== NONE;
      table[cell] = reports ? ~(to * width) : to * width;
    }
    this.#next = table;
  }

  /** Calls `found` for each needle in the lower-cased text; for one needle perhaps several times. */
  scan(text: string, found: (needle: number) => void): void {
    const next = this.#next;
    const classes = this.#classes;
    const length = text.length;
    let row = 0;
    for (let index = 0; index < length; index++) {
      const code = text.charCodeAt(index);
      row = next[row + (classes[code < 128 ? code : 128 + (code & FOLD)] as number)] as number;
      if (row < 0) {
        row = ~row;
        this.#report(row / this.#width, text, index + 1, found);
      }
    }
  }

  #report(state: number, text: string, end: number, found: (needle: number) => void): void {
    for (let at = state; at !== NONE; at = this.#shorter[at] as number) {
      for (let needle = this.#first[at] as number; needle !== NONE; needle = this.#chain[needle] as number) {
        const wanted = this.#needles[needle] as Needle;
        const start = end - (this.#ends[needle] as number);
        if (start < 0 || (wanted.atStart && start !== 0)) continue;
        if (wanted.atEnd && start + wanted.text.length !== text.length) continue;
        if (text.startsWith(wanted.text, start)) found(needle);
      }
    }
  }
}

/** Beyond ASCII, characters share a few classes by their last bits: there are too many of them for a column each. */
const FOLD = 15;

function classesOf(keys: readonly Key[]): { readonly classes: Uint8Array; readonly width: number } {
  const classes = new Uint8Array(128 + FOLD + 1);
  let width = 1;
  for (const { text } of keys) {
    for (let index = 0; index < text.length; index++) {
      const code = text.charCodeAt(index);
      const place = code < 128 ? code : 128 + (code & FOLD);
      if (classes[place] === 0) classes[place] = width++;
    }
  }
  return { classes, width };
}

/** Characters of paths, command lines and keys from frequent to rare; what is not listed is rarer still. */
const frequent = ' e\\ionrstacmwldpu.:h/fg-y"0_b=v1,2k3x{}';

/** The rarest part of a needle, so that it is seldom found for nothing. */
function keyOf({ text }: Needle): Key {
  if (text.length <= KEY) return { text, end: text.length };
  const rarity = (code: string) => {
    const rank = frequent.indexOf(code);
    return rank === -1 ? frequent.length : rank;
  };
  let best = 0;
  let bestScore = -1;
  for (let start = 0; start + KEY <= text.length; start++) {
    let score = 0;
    for (let at = start; at < start + KEY; at++) score += rarity(text.charAt(at));
    if (score > bestScore) [best, bestScore] = [start, score];
  }
  return { text: text.slice(best, best + KEY), end: best + KEY };
}

function buildTrie(
  keys: readonly Key[],
  classes: Uint8Array,
  width: number,
): { readonly table: Int32Array; readonly states: number; readonly ends: Int32Array } {
  const most = 1 + keys.reduce((sum, { text }) => sum + text.length, 0);
  let table = new Int32Array(Math.min(most, 1024) * width).fill(NONE);
  let states = 1;
  const ends = new Int32Array(keys.length);
  for (const [index, { text }] of keys.entries()) {
    let state = 0;
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at);
      const cell = state * width + (classes[code < 128 ? code : 128 + (code & FOLD)] as number);
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
  return { table: table.slice(0, states * width), states, ends };
}

/** Breadth first: every missing transition goes where the longest proper suffix goes; suffixes with needles are linked. */
function completeTransitions(table: Int32Array, states: number, width: number, first: Int32Array, shorter: Int32Array): void {
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
    shorter[state] = first[fallback] === NONE ? (shorter[fallback] as number) : fallback;
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
