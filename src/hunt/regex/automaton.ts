// Searches a text in one pass, without backtracking: a deterministic automaton that is built while it runs, and forgets when it grows.
// Time per text is at most (length) × (instructions), whatever the pattern; usually one table look-up per character. Work is bounded too.
// It answers "found or not"; it keeps no captures. Source: R. Cox, "Regular Expression Matching: the Virtual Machine Approach" and RE2.
import { NEWLINE, WORD, includes, type CharSet } from './charset.ts';
import type { Instruction } from './program.ts';
import type { AssertKind } from './syntax.ts';

const MAX_STATES = 2000;
const UNKNOWN = -1;
const MATCH = -2;
const DEAD = -3;

/** What lay before the position: the text's start, a word character, a line feed, something else. */
type Before = 0 | 1 | 2 | 3;

interface State {
  /** Instructions to look at before the next character, sorted. */
  readonly pending: readonly number[];
  readonly before: Before;
}

export class Automaton {
  readonly #program: readonly Instruction[];
  readonly #small = new Uint16Array(256);
  /** Starts of the character classes, ascending; class i covers cuts[i] … cuts[i+1]-1. */
  readonly #cuts: readonly number[];
  readonly #classes: number;
  readonly #looksBehind: boolean;
  readonly #anchored: boolean;
  readonly #sets: readonly (Uint8Array | undefined)[];
  readonly #kinds: Uint8Array;
  readonly #marks: Int32Array;
  #mark = 0;
  #states: State[] = [];
  #ids = new Map<string, number>();
  #table = new Int32Array(0);
  readonly #costs = new Int32Array(MAX_STATES + 1);

  constructor(program: readonly Instruction[]) {
    this.#program = program;
    this.#looksBehind = program.some(
      (instruction) => instruction.op === 'assert' && instruction.assert !== 'textStart' && instruction.assert !== 'textEnd',
    );
    this.#cuts = classCuts(program);
    this.#classes = this.#cuts.length + 1;
    for (let code = 0; code < 256; code++) this.#small[code] = this.#search(code);
    this.#sets = program.map((instruction) => (instruction.op === 'set' ? this.#classesOf(instruction.set) : undefined));
    this.#kinds = Uint8Array.from(this.#cuts, (cut) => (includes(WORD, cut) ? 1 : cut === 10 ? 2 : 3));
    this.#marks = new Int32Array(program.length);
    this.#anchored = program[0]?.op === 'assert' && program[0].assert === 'textStart';
    this.#forget();
  }

  /**
   * Whether the pattern is found. Undefined: given up after `maxWork` units; a unit is one instruction alive at one character, so that
   * the answer depends on text and pattern only, never on what was searched before.
   */
  test(text: string, maxWork: number): boolean | undefined {
    const small = this.#small;
    const classes = this.#classes;
    let table = this.#table;
    let state = 0;
    let work = 0;
    for (let index = 0; index < text.length; index++) {
      const code = text.charCodeAt(index);
      const kind = code < 256 ? (small[code] as number) : this.#search(code);
      let next = table[state * classes + kind] as number;
      if (next === UNKNOWN) {
        next = this.#step(state, kind);
        table = this.#table;
      }
      if (next < 0) return next === MATCH;
      work += this.#costs[next] as number;
      if (work > maxWork) return undefined;
      state = next;
    }
    const end = table[state * classes + classes - 1] as number;
    return (end === UNKNOWN ? this.#step(state, classes - 1) : end) === MATCH;
  }

  #search(code: number): number {
    let low = 0;
    let high = this.#cuts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#cuts[middle] as number) <= code) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  #classesOf(set: CharSet): Uint8Array {
    const member = new Uint8Array(this.#classes);
    for (const [index, cut] of this.#cuts.entries()) if (includes(set, cut)) member[index] = 1;
    return member;
  }

  #forget(): void {
    this.#states = [];
    this.#ids = new Map();
    this.#table = new Int32Array(64 * this.#classes).fill(UNKNOWN);
    this.#intern([], 0);
  }

  #intern(pending: readonly number[], before: Before): number {
    const key = String.fromCharCode(before, ...pending.slice(0, 60_000));
    const known = this.#ids.get(key);
    if (known !== undefined) return known;
    const id = this.#states.push({ pending, before }) - 1;
    this.#ids.set(key, id);
    this.#costs[id] = pending.length;
    if ((id + 1) * this.#classes > this.#table.length) {
      const larger = new Int32Array(this.#table.length * 2).fill(UNKNOWN);
      larger.set(this.#table);
      this.#table = larger;
    }
    return id;
  }

  /** Where the automaton goes from a state over a class of characters (the last class is the end of the text). */
  #step(from: number, kind: number): number {
    const state = this.#states[from] as State;
    const atEnd = kind === this.#classes - 1;
    const ahead = atEnd ? 0 : (this.#kinds[kind] as number);
    const next = new Set<number>();
    if (this.#follow(state, ahead, kind, next)) return this.#remember(from, kind, MATCH);
    if (atEnd) return this.#remember(from, kind, DEAD);
    if (this.#anchored && next.size === 0) return this.#remember(from, kind, DEAD);
    const pending = [...next].sort((a, b) => a - b);
    const before = (this.#looksBehind ? ahead : 3) as Before;
    if (this.#states.length >= MAX_STATES) {
      // Too many states to keep: start over from here. The answer is the same, only the memory of earlier states is lost.
      this.#forget();
      return this.#intern(pending, before);
    }
    return this.#remember(from, kind, this.#intern(pending, before));
  }

  #remember(from: number, kind: number, to: number): number {
    this.#table[from * this.#classes + kind] = to;
    return to;
  }

  /** Follows everything that reads no character, then one character. True when the pattern has matched before it. */
  #follow(state: State, ahead: number, kind: number, next: Set<number>): boolean {
    const mark = ++this.#mark;
    const marks = this.#marks;
    const stack: number[] = [...state.pending].reverse();
    // A search may begin at every position.
    if (!this.#anchored || state.before === 0) stack.push(0);
    for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
      if (marks[at] === mark) continue;
      marks[at] = mark;
      const instruction = this.#program[at] as Instruction;
      switch (instruction.op) {
        case 'match':
          return true;
        case 'set':
          if (this.#sets[at]?.[kind] === 1) next.add(at + 1);
          break;
        case 'jump':
          stack.push(instruction.to);
          break;
        case 'split':
          stack.push(instruction.second, instruction.first);
          break;
        case 'assert':
          if (holds(instruction.assert, state.before, ahead)) stack.push(at + 1);
          break;
      }
    }
    return false;
  }
}

/** `ahead`: 0 is the end of the text, else as `Before`. */
function holds(assert: AssertKind, before: Before, ahead: number): boolean {
  switch (assert) {
    case 'textStart':
      return before === 0;
    case 'textEnd':
      return ahead === 0;
    case 'lineStart':
      return before === 0 || before === 2;
    case 'lineEnd':
      return ahead === 0 || ahead === 2;
    case 'wordEdge':
      return (before === 1) !== (ahead === 1);
    default:
      return (before === 1) === (ahead === 1);
  }
}

function classCuts(program: readonly Instruction[]): readonly number[] {
  const cuts = new Set([0]);
  const add = (set: CharSet) => {
    for (const [low, high] of set) {
      cuts.add(low);
      if (high < 0xffff) cuts.add(high + 1);
    }
  };
  let looks = false;
  for (const instruction of program) {
    if (instruction.op === 'set') add(instruction.set);
    if (instruction.op === 'assert') looks = true;
  }
  if (looks) {
    add(WORD);
    add(NEWLINE);
  }
  return [...cuts].sort((a, b) => a - b);
}
