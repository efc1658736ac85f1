// Finds every string in a piece of JSON and says what it is by a tree. Strict RFC 8259 over a JavaScript string, linear, bounded in depth.
// Fails closed: what the tree does not know is text. Reads nothing into values and changes nothing (rewrite.ts does).
import { err, ok, type Result } from '#kernel';
import { kindOf } from './classify.ts';
import type { Slot } from './slot.ts';
import { FREE_JSON, type SlotTree } from './tree.ts';

/** `path`: the member names and positions that lead to the slot, valid during the call only. */
export type SlotVisitor = (slot: Slot, path: readonly (string | number)[]) => void;

export interface WalkOptions {
  /** The member name above the source. */
  readonly name?: string;
  readonly isTainted?: boolean;
  /** Accepts several values one after another, as JSON lines are. */
  readonly isSequence?: boolean;
}

/** Levels of objects and arrays; deeper ones are an error. */
const MAX_DEPTH = 256;
/** Digits from which a number can be somebody's. */
const MIN_NUMBER_DIGITS = 6;
/** No vocabulary has ten million tokens. */
const MIN_TOKEN_DIGITS = 8;
/** Past this many characters the native search costs less than the loop. */
const SHORT_STRING = 24;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
/** Every code unit from the blank on may stand in a string as it is. */
const CONTROL = /[^ -\uffff]/;
const NON_DIGITS = /[^0-9]+/g;

/**
 * Visits the slots of `source` (one JSON value of any type) in the order in which they stand. `offset`: where the source stops being JSON,
 * is nested too deeply, or repeats the member that decides what its object is; the slots before it were visited.
 */
export function walkSlots(source: string, tree: SlotTree, visit: SlotVisitor, options: WalkOptions = {}): Result<true, { offset: number }> {
  const walker = new Walker(source, visit);
  return walker.run(tree, options) ? ok(true) : err({ offset: walker.at });
}

class Walker {
  at = 0;
  readonly #source: string;
  readonly #visit: SlotVisitor;
  readonly #path: (string | number)[] = [];

  constructor(source: string, visit: SlotVisitor) {
    this.#source = source;
    this.#visit = visit;
  }

  run(tree: SlotTree, { name = '', isTainted = false, isSequence = false }: WalkOptions): boolean {
    for (;;) {
      this.#skipSpace();
      if (!this.#value(tree, name, isTainted, undefined)) return false;
      this.#skipSpace();
      if (this.at === this.#source.length) return true;
      if (!isSequence) return false;
    }
  }

  #value(tree: SlotTree, name: string, isTaintedAbove: boolean, mediaType: string | undefined): boolean {
    const isTainted = isTaintedAbove || tree.isTainted === true;
    const first = this.#source.charCodeAt(this.at);
    if (first === QUOTE) {
      const start = this.at;
      const value = this.#string();
      if (value === undefined) return false;
      const kind = kindOf(tree.kind ?? 'text', value);
      this.#visit({ kind, start, end: this.at, value, type: 'string', name, isTainted, mediaType }, this.#path);
      return true;
    }
    if (first === OPEN_BRACE) return this.#object(tree, name, isTainted);
    if (first === OPEN_BRACKET) return this.#array(tree, name, isTainted);
    if (first === 0x74) return this.#literal('true');
    if (first === 0x66) return this.#literal('false');
    if (first === 0x6e) return this.#literal('null');
    return this.#number(tree, name, isTainted);
  }

  #object(given: SlotTree, name: string, isTaintedAbove: boolean): boolean {
    if (this.#path.length >= MAX_DEPTH) return false;
    const chosen = given.variants === undefined ? undefined : this.#peek(given.variants.member);
    const tree = (chosen === undefined ? undefined : given.variants?.trees.get(chosen)) ?? given;
    const isKnown = tree.members !== undefined || tree.others !== undefined;
    const others = isKnown ? (tree.others ?? FREE_JSON) : tree.isFree ? tree : FREE_JSON;
    const isTainted = isTaintedAbove || tree.isTainted === true;
    const decisive = given.variants?.member;
    let decisions = 0;
    let mediaType: string | undefined;
    const open = this.at++;
    this.#skipSpace();
    if (this.#take(CLOSE_BRACE)) return true;
    for (;;) {
      const start = this.at;
      if (this.#source.charCodeAt(start) !== QUOTE) return false;
      const member = this.#string();
      if (member === undefined) return false;
      const end = this.at;
      const known = tree.members?.get(member);
      if (known === undefined) {
        const kind = others.kind === 'definition' ? 'definition' : 'text';
        // Without the name of what it stands in: that says what values are, not what their names are.
        this.#visit({ kind, start, end, value: member, type: 'member-name', name: '', isTainted }, this.#path);
      }
      if (decisive !== undefined && decides(member, decisive) && (++decisions > 1 || member !== decisive)) return false;
      this.#skipSpace();
      if (!this.#take(COLON)) return false;
      this.#skipSpace();
      if (known?.mediaType !== undefined) mediaType ??= this.#mediaType(known.mediaType, open);
      this.#path.push(member);
      if (!this.#value(known ?? others, member, isTainted, known?.mediaType === undefined ? undefined : mediaType || undefined))
        return false;
      this.#path.pop();
      this.#skipSpace();
      if (this.#take(CLOSE_BRACE)) return true;
      if (!this.#take(COMMA)) return false;
      this.#skipSpace();
    }
  }

  #array(tree: SlotTree, name: string, isTainted: boolean): boolean {
    if (this.#path.length >= MAX_DEPTH) return false;
    const items = tree.items ?? (tree.isFree ? tree : FREE_JSON);
    this.at++;
    this.#skipSpace();
    if (this.#take(CLOSE_BRACKET)) return true;
    for (let index = 0; ; index++) {
      this.#path.push(index);
      if (!this.#value(items, name, isTainted, undefined)) return false;
      this.#path.pop();
      this.#skipSpace();
      if (this.#take(CLOSE_BRACKET)) return true;
      if (!this.#take(COMMA)) return false;
      this.#skipSpace();
    }
  }

  #number(tree: SlotTree, name: string, isTainted: boolean): boolean {
    const start = this.at;
    NUMBER.lastIndex = start;
    if (!NUMBER.test(this.#source)) return false;
    this.at = NUMBER.lastIndex;
    if (tree.numbers === 'plain') return true;
    const minDigits = tree.numbers === 'always' ? 1 : tree.numbers === 'tokens' ? MIN_TOKEN_DIGITS : MIN_NUMBER_DIGITS;
    if (this.at - start < minDigits) return true;
    const value = this.#source.slice(start, this.at);
    if (minDigits > 1 && value.replaceAll(NON_DIGITS, '').length < minDigits) return true;
    const kind = tree.numbers === 'always' ? 'structural' : tree.kind === 'definition' ? 'definition' : 'text';
    this.#visit({ kind, start, end: this.at, value, type: 'number', name, isTainted }, this.#path);
    return true;
  }

  #literal(word: string): boolean {
    if (!this.#source.startsWith(word, this.at)) return false;
    this.at += word.length;
    return true;
  }

  /** The decoded string that opens at `at`, which moves past it; undefined when it is none. */
  #string(): string | undefined {
    const source = this.#source;
    const open = this.at;
    let at = open + 1;
    const near = Math.min(source.length, at + SHORT_STRING);
    while (at < near) {
      const code = source.charCodeAt(at);
      if (code === QUOTE) {
        this.at = at + 1;
        return source.slice(open + 1, at);
      }
      if (code === BACKSLASH || code < 0x20) break;
      at++;
    }
    const quote = closingQuote(source, at);
    if (quote < 0) return undefined;
    const raw = source.slice(open + 1, quote);
    if (raw.includes('\\')) {
      try {
        const value = JSON.parse(source.slice(open, quote + 1)) as string;
        this.at = quote + 1;
        return value;
      } catch {
        return undefined;
      }
    }
    if (CONTROL.test(raw)) return undefined;
    this.at = quote + 1;
    return raw;
  }

  /** The string value of a member of the object that opens at `at`; mostly the first member, so that little is read twice. */
  #peek(member: string): string | undefined {
    const back = this.at;
    const found = this.#findMember(member);
    this.at = back;
    return found;
  }

  #findMember(member: string): string | undefined {
    this.at++;
    this.#skipSpace();
    while (this.#source.charCodeAt(this.at) === QUOTE) {
      const name = this.#string();
      this.#skipSpace();
      if (name === undefined || !this.#take(COLON)) return undefined;
      this.#skipSpace();
      if (name === member) return this.#source.charCodeAt(this.at) === QUOTE ? this.#string() : undefined;
      this.at = skipValue(this.#source, this.at);
      this.#skipSpace();
      if (!this.#take(COMMA)) return undefined;
      this.#skipSpace();
    }
    return undefined;
  }

  #mediaType({ member, prefix }: NonNullable<SlotTree['mediaType']>, open: number): string {
    const back = this.at;
    this.at = open;
    const found = this.#findMember(member);
    this.at = back;
    return found === undefined ? '' : prefix + found;
  }

  #take(code: number): boolean {
    if (this.#source.charCodeAt(this.at) !== code) return false;
    this.at++;
    return true;
  }

  #skipSpace(): void {
    for (;;) {
      const code = this.#source.charCodeAt(this.at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
      this.at++;
    }
  }
}

/** The same name, also for a parser that takes capitals for small letters. */
function decides(member: string, decisive: string): boolean {
  return member === decisive || (member.length === decisive.length && member.toLowerCase() === decisive);
}

/** Offset of the first quote from `from` on that no backslash escapes, or -1. */
function closingQuote(source: string, from: number): number {
  let at = from;
  for (;;) {
    const quote = source.indexOf('"', at);
    if (quote < 0) return -1;
    let slashes = 0;
    while (quote - 1 - slashes >= at && source.charCodeAt(quote - 1 - slashes) === BACKSLASH) slashes++;
    if (slashes % 2 === 0) return quote;
    at = quote + 1;
  }
}

/** Offset past the value at `from`, not validated: it is read again. */
function skipValue(source: string, from: number): number {
  let depth = 0;
  let at = from;
  while (at < source.length) {
    const code = source.charCodeAt(at);
    if (code === QUOTE) {
      const quote = closingQuote(source, at + 1);
      if (quote < 0) return source.length;
      at = quote + 1;
      if (depth === 0) return at;
      continue;
    }
    if (code === OPEN_BRACE || code === OPEN_BRACKET) depth++;
    else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) {
      if (depth <= 1) return depth === 0 ? at : at + 1;
      depth--;
    } else if (code === COMMA && depth === 0) return at;
    at++;
  }
  return at;
}
