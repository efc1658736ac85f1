// The compiled dictionary: a hash table over prefixes and terms, all terms in one array of code units, no string per term.
//
// The table has three kinds of entries, each under a hash of 32 bits:
// - a leaf, under the shortest prefix (of a length in LEVELS) that one term alone has: that term
// - an inner entry, under a prefix that several terms share: which lengths below the next level end a term here, and whether longer ones exist
// - a whole term, under its full text, where an inner entry above it says that a term of this length exists
// So a term has one entry, a look-up asks for a few prefixes however many terms there are, and two texts with one hash cost only a comparison.
import { extended, LEVELS, prefixKey, SEED, termKey } from './hashing.ts';
import { MAX_TERM_UNITS } from './term.ts';
import { unitTables } from './units.ts';

export const LEAF = 1;
export const WHOLE = 2;
export const INNER = 3;
const KIND_MASK = 3;
/** Above the kind: of an inner entry the lengths (bit 0: the level itself), then this one; of others the number of the term. */
export const CONTINUES = 1 << 26;

export const kindOf = (value: number): number => value & KIND_MASK;
export const termOf = (value: number): number => value >>> 2;
const lengthBit = (lengthAboveLevel: number): number => 1 << (lengthAboveLevel + 2);
/** Bit n: a term ends n units above the level. */
export const lengthsOf = (value: number): number => (value & ~CONTINUES) >>> 2;

/** `info` of a term: flags of term.ts, then its data class (0 is none), then the number of its label. */
export const FLAGS_MASK = 7;
const CLASS_SHIFT = 3;
const CLASS_MASK = 7;
const LABEL_SHIFT = 6;
export const classNumberOf = (info: number): number => (info >>> CLASS_SHIFT) & CLASS_MASK;
export const labelNumberOf = (info: number): number => info >>> LABEL_SHIFT;
export const infoOf = (flags: number, classNumber: number, label: number): number =>
  flags | (classNumber << CLASS_SHIFT) | (label << LABEL_SHIFT);

export interface CompiledTerms {
  readonly count: number;
  /** Code units of all terms, one behind the other; term `n` has `[offsets[n], offsets[n + 1])`. */
  readonly units: Uint16Array;
  readonly offsets: Uint32Array;
  readonly infos: Uint32Array;
  readonly keys: Uint32Array;
  /** 0 where the slot is free. As many as there are keys, a power of two. */
  readonly values: Uint32Array;
}

/** Most entries that one more term can make: one for each level that it shares with another, and one for each of the two. */
const MOST_NEW_ENTRIES = LEVELS.length + 2;

export class TermCompiler {
  #units = new Uint16Array(1 << 12);
  #offsets = new Uint32Array(1 << 10);
  #infos = new Uint32Array(1 << 10);
  #keys = new Uint32Array(1 << 12);
  #values = new Uint32Array(1 << 12);
  #entries = 0;
  #count = 0;
  readonly #folded = unitTables().folded;

  get count(): number {
    return this.#count;
  }

  /** False when the same term with the same flags is there: it keeps its label and gets the stricter of the two classes. */
  add(text: string, info: number): boolean {
    this.#makeRoom();
    const term = this.#count;
    const start = this.#offsets[term]!;
    for (let at = 0; at < text.length; at++) this.#units[start + at] = text.charCodeAt(at);
    this.#offsets[term + 1] = start + text.length;
    this.#infos[term] = info;
    if (!this.#place(term, 0)) return false;
    this.#count++;
    return true;
  }

  finish(): CompiledTerms {
    const count = this.#count;
    return {
      count,
      units: this.#units.slice(0, this.#offsets[count]),
      offsets: this.#offsets.slice(0, count + 1),
      infos: this.#infos.slice(0, count),
      keys: this.#keys,
      values: this.#values,
    };
  }

  /** Puts a term below the inner entries it shares with others, from this level on. */
  #place(term: number, fromLevel: number): boolean {
    const length = this.#lengthOf(term);
    for (let level = fromLevel; ; level++) {
      const key = prefixKey(this.#hash(term, LEVELS[level]!), LEVELS[level]!);
      const slot = this.#prefixSlot(key);
      const value = this.#values[slot]!;
      if (value === 0) {
        this.#take(slot, key, (term << 2) | LEAF);
        return true;
      }
      if (kindOf(value) === LEAF) {
        const other = termOf(value);
        if (this.#merges(other, term)) return false;
        this.#values[slot] = INNER;
        this.#placeBelow(slot, other, level);
      }
      if (length < LEVELS[level + 1]!) {
        this.#values[slot]! |= lengthBit(length - LEVELS[level]!);
        return this.#placeWhole(term);
      }
      this.#values[slot]! |= CONTINUES;
    }
  }

  #placeBelow(slot: number, term: number, level: number): void {
    const length = this.#lengthOf(term);
    if (length < LEVELS[level + 1]!) {
      this.#values[slot]! |= lengthBit(length - LEVELS[level]!);
      this.#placeWhole(term);
    } else {
      this.#values[slot]! |= CONTINUES;
      this.#place(term, level + 1);
    }
  }

  #placeWhole(term: number): boolean {
    const length = this.#lengthOf(term);
    const key = termKey(this.#hash(term, length), length);
    const mask = this.#keys.length - 1;
    let slot = key & mask;
    for (; this.#values[slot] !== 0; slot = (slot + 1) & mask) {
      const value = this.#values[slot]!;
      if (this.#keys[slot] === key && kindOf(value) === WHOLE && this.#merges(termOf(value), term)) return false;
    }
    this.#take(slot, key, (term << 2) | WHOLE);
    return true;
  }

  /** The slot of the leaf or inner entry under this key, or the free one where it would be. */
  #prefixSlot(key: number): number {
    const mask = this.#keys.length - 1;
    let slot = key & mask;
    while (this.#values[slot] !== 0 && (this.#keys[slot] !== key || kindOf(this.#values[slot]!) === WHOLE)) slot = (slot + 1) & mask;
    return slot;
  }

  #take(slot: number, key: number, value: number): void {
    this.#keys[slot] = key;
    this.#values[slot] = value;
    this.#entries++;
  }

  /** When both are the same term: the first takes the stricter class. */
  #merges(known: number, added: number): boolean {
    if (known === added) return false;
    const [one, other] = [this.#infos[known]!, this.#infos[added]!];
    const length = this.#lengthOf(known);
    if (((one ^ other) & FLAGS_MASK) !== 0 || length !== this.#lengthOf(added)) return false;
    const [from, to] = [this.#offsets[known]!, this.#offsets[added]!];
    for (let at = 0; at < length; at++) if (this.#units[from + at] !== this.#units[to + at]) return false;
    const stricter = Math.max(classNumberOf(one), classNumberOf(other));
    this.#infos[known] = infoOf(one & FLAGS_MASK, stricter, labelNumberOf(one));
    return true;
  }

  /** Of the first `length` units, whatever their case. */
  #hash(term: number, length: number): number {
    const start = this.#offsets[term]!;
    let hash = SEED;
    for (let at = 0; at < length; at++) hash = extended(hash, this.#folded[this.#units[start + at]!]!);
    return hash;
  }

  #lengthOf(term: number): number {
    return this.#offsets[term + 1]! - this.#offsets[term]!;
  }

  #makeRoom(): void {
    const used = this.#offsets[this.#count]!;
    if (used + MAX_TERM_UNITS > this.#units.length) this.#units = grown(this.#units, new Uint16Array(this.#units.length * 2));
    if (this.#count + 2 > this.#offsets.length) {
      this.#offsets = grown(this.#offsets, new Uint32Array(this.#offsets.length * 2));
      this.#infos = grown(this.#infos, new Uint32Array(this.#infos.length * 2));
    }
    // Three quarters full at most.
    if ((this.#entries + MOST_NEW_ENTRIES) * 4 > this.#keys.length * 3) this.#rehash();
  }

  #rehash(): void {
    const [keys, values] = [this.#keys, this.#values];
    this.#keys = new Uint32Array(keys.length * 2);
    this.#values = new Uint32Array(keys.length * 2);
    const mask = this.#keys.length - 1;
    for (let old = 0; old < keys.length; old++) {
      if (values[old] === 0) continue;
      let slot = keys[old]! & mask;
      while (this.#values[slot] !== 0) slot = (slot + 1) & mask;
      this.#keys[slot] = keys[old]!;
      this.#values[slot] = values[old]!;
    }
  }
}

function grown<Numbers extends Uint16Array | Uint32Array>(from: Numbers, to: Numbers): Numbers {
  to.set(from);
  return to;
}
