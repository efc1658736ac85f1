// What the model knows of a character: hashed features of its surroundings, of its run and of what the lists say. Training and tagging
// use this same code, so weights belong to exactly these features; a change here needs a new model.
import { CLASS, canBeInName, classOf, foldedCode } from './characters.ts';
import { hashed, mix } from './hashing.ts';
import { KIND, type Lexicon } from './lexicon.ts';
import { type Prepared, WordEvidence } from './word-evidence.ts';
import type { Words } from './words.ts';

/** Weights per label lie in 2^BITS buckets. */
export const BITS = 20;
export const SHIFT = 32 - BITS;
/** Longest text that is looked at in one piece. */
export const MOST_CHARACTERS = 1024;
const PAD = 8;
const SIZE = MOST_CHARACTERS + 2 * PAD + 4;
const FAR = 7;

/** Four bits (begins, inside, ends, single) for each kind of word at these places of `marks`. */
const MARK_SHIFT = new Int32Array(128);
MARK_SHIFT[KIND.surname] = 0;
MARK_SHIFT[KIND.given] = 4;
MARK_SHIFT[KIND.foreign] = 8;
MARK_SHIFT[KIND.against] = 12;
MARK_SHIFT[KIND.kana] = 16;
const NATIVE = 0xff;
const FOREIGN = 0xf00;
const AGAINST = 0xf000;
const MARKED = [KIND.surname, KIND.given, KIND.foreign, KIND.against, KIND.kana] as const;

/** One piece of text, prepared. Reused for the next piece. */
export class Piece {
  length = 0;
  readonly #codes = new Uint16Array(SIZE);
  readonly #classes = new Uint8Array(SIZE);
  readonly #two = new Int32Array(SIZE);
  readonly #three = new Int32Array(SIZE);
  readonly #four = new Int32Array(SIZE);
  readonly #marks = new Int32Array(SIZE);
  readonly #runStart = new Int16Array(SIZE);
  readonly #runEnd = new Int16Array(SIZE);
  readonly #runHash = new Int32Array(SIZE);
  readonly #nameStart = new Int16Array(SIZE);
  readonly #nameEnd = new Int16Array(SIZE);
  readonly #dots = new Uint8Array(SIZE);
  readonly #nameKinds = new Uint8Array(SIZE);
  readonly #honorific = new Uint8Array(SIZE);
  readonly #role = new Uint8Array(SIZE);
  readonly #lexicon: Lexicon;
  readonly #evidence: WordEvidence;

  constructor(lexicon: Lexicon, words: Words) {
    this.#lexicon = lexicon;
    this.#evidence = new WordEvidence(words);
  }

  /** Prepares `[start, end)` of the text. `forget` makes training do without some words, by their hash. */
  load(text: string, start: number, end: number, forget?: (hash: number) => boolean): void {
    this.length = end - start;
    const last = this.length + 2 * PAD;
    for (let at = 0; at < last; at++) {
      const source = start + at - PAD;
      const code = source < 0 || source >= text.length ? 0x0a : text.charCodeAt(source);
      const folded = foldedCode(code);
      this.#codes[at] = folded;
      this.#classes[at] = classOf(folded);
    }
    const codes = this.#codes;
    // What an earlier, longer piece left behind is no feature of this one.
    codes.fill(0, last, last + 4);
    for (let at = 0; at <= last; at++) {
      const two = mix(codes[at]!, codes[at + 1]!);
      const three = mix(two, codes[at + 2]!);
      this.#two[at] = two;
      this.#three[at] = three;
      this.#four[at] = mix(three, codes[at + 3]!);
    }
    this.#findRuns(last);
    this.#findNameRuns(last);
    this.#findWords(last, forget);
    this.#spreadMarks(last);
    const spans = forget === undefined ? undefined : (from: number, to: number) => forget(this.#hashOf(from, to));
    this.#evidence.load(this.#prepared(last), spans);
  }

  #prepared(last: number): Prepared {
    return {
      codes: this.#codes,
      classes: this.#classes,
      runStarts: this.#runStart,
      runEnds: this.#runEnd,
      runHashes: this.#runHash,
      nameStarts: this.#nameStart,
      nameEnds: this.#nameEnd,
      dots: this.#dots,
      last,
    };
  }

  #hashOf(start: number, end: number): number {
    let hash = 0;
    for (let at = start; at < end; at++) hash = mix(hash, this.#codes[at]!);
    return hash;
  }

  /** Whether the character at this place can be part of a name at all; nothing else has features. */
  canBeInName(place: number): boolean {
    return canBeInName(this.#classes[place + PAD]!);
  }

  /** Whether a word begins here that the lists or the dictionary know as no name: a whole run of katakana, or grammar in hiragana. */
  isCommonWord(place: number): boolean {
    const i = place + PAD;
    const kind = this.#classes[i]!;
    if (kind === CLASS.hiragana) return this.#evidence.isGrammar(i);
    if (kind !== CLASS.katakana || this.#nameStart[i] !== i || this.#dots[i] !== 0) return false;
    const end = this.#nameEnd[i]! - 1;
    const listed = this.#marks[i]!;
    if ((listed & FOREIGN) !== 0 || this.#evidence.isPersonRun(i)) return false;
    const against = (listed & AGAINST) !== 0 && (this.#marks[end]! & AGAINST) !== 0;
    return against || this.#evidence.isNounRun(i);
  }

  isKanji(place: number): boolean {
    return this.#classes[place + PAD] === CLASS.kanji;
  }

  #findRuns(last: number): void {
    for (let start = 0; start < last;) {
      const kind = this.#classes[start]!;
      let end = start + 1;
      let hash = this.#codes[start]!;
      while (end < last && this.#classes[end] === kind) hash = mix(hash, this.#codes[end++]!);
      for (let at = start; at < end; at++) {
        this.#runStart[at] = start;
        this.#runEnd[at] = end;
        this.#runHash[at] = hash;
      }
      start = end;
    }
  }

  /** Katakana with middle dots between: a whole name from another language. Elsewhere the same as runs. */
  #findNameRuns(last: number): void {
    for (let start = 0; start < last;) {
      let end = this.#runEnd[start]!;
      let dots = 0;
      if (this.#classes[start] === CLASS.katakana)
        while (end + 1 < last && this.#classes[end] === CLASS.middleDot && this.#classes[end + 1] === CLASS.katakana) {
          end = this.#runEnd[end + 1]!;
          dots++;
        }
      for (let at = start; at < end; at++) {
        this.#nameStart[at] = start;
        this.#nameEnd[at] = end;
        this.#dots[at] = Math.min(dots, 3);
      }
      start = end;
    }
  }

  #findWords(last: number, forget: ((hash: number) => boolean) | undefined): void {
    this.#marks.fill(0, 0, last);
    this.#honorific.fill(FAR, 0, last);
    this.#role.fill(FAR, 0, last);
    const longest = new Int32Array(128);
    for (let start = 0; start < last; start++) {
      let seen = 0;
      this.#lexicon.matches(this.#codes, start, last, (kinds, end) => {
        if (forget?.(this.#hashOf(start, end)) === true) return;
        seen |= kinds;
        for (const kind of MARKED) if ((kinds & kind) !== 0) longest[kind] = end;
        if ((kinds & KIND.role) !== 0) this.#role[end] = 0;
      });
      if ((seen & KIND.honorific) !== 0) this.#honorific[start] = 0;
      if (seen === 0) continue;
      for (const kind of MARKED) if ((seen & kind) !== 0) this.#mark(MARK_SHIFT[kind]!, start, longest[kind]!);
    }
    for (let at = last - 2; at >= 0; at--) this.#honorific[at] = Math.min(this.#honorific[at]!, this.#honorific[at + 1]! + 1, FAR);
    for (let at = 1; at < last; at++) this.#role[at] = Math.min(this.#role[at]!, this.#role[at - 1]! + 1, FAR);
  }

  #mark(shift: number, start: number, end: number): void {
    const marks = this.#marks;
    if (end - start === 1) {
      marks[start]! |= 8 << shift;
      return;
    }
    marks[start]! |= 1 << shift;
    for (let at = start + 1; at < end - 1; at++) marks[at]! |= 2 << shift;
    marks[end - 1]! |= 4 << shift;
  }

  /** What the lists say of any part of a name in katakana counts for all of it. */
  #spreadMarks(last: number): void {
    for (let start = 0; start < last; start = this.#nameEnd[start]!) {
      const end = this.#nameEnd[start]!;
      let all = 0;
      for (let at = start; at < end; at++) all |= this.#marks[at]!;
      let kinds = 0;
      for (let shift = 0; shift < 20; shift += 4) if (((all >>> shift) & 0xd) !== 0) kinds |= 1 << (shift >>> 2);
      this.#nameKinds.fill(kinds, start, end);
    }
  }

  /** Writes the hashes of the features of the character at this place and returns how many they are. `>>> SHIFT` of one is its bucket. */
  features(place: number, out: Int32Array): number {
    const i = place + PAD;
    const codes = this.#codes;
    const classes = this.#classes;
    const two = this.#two;
    const three = this.#three;
    const four = this.#four;
    let n = 0;
    out[n++] = hashed(1, 0);
    for (let k = -3; k <= 3; k++) out[n++] = hashed(5 + k, codes[i + k]!);
    for (let k = -3; k <= 2; k++) out[n++] = hashed(13 + k, two[i + k]!);
    for (let k = -3; k <= 1; k++) out[n++] = hashed(20 + k, three[i + k]!);
    out[n++] = hashed(23, four[i - 4]!);
    out[n++] = hashed(24, four[i - 3]!);
    out[n++] = hashed(25, four[i]!);
    out[n++] = hashed(26, four[i + 1]!);
    const near = classes[i - 1]! | (classes[i]! << 4) | (classes[i + 1]! << 8);
    const five = near | (classes[i - 2]! << 12) | (classes[i + 2]! << 16);
    out[n++] = hashed(27, five);
    out[n++] = hashed(28, five | (classes[i - 3]! << 20) | (classes[i + 3]! << 24));
    out[n++] = hashed(29, mix(near, codes[i]!));
    n = this.#runFeatures(i, out, n);
    n = this.#wordFeatures(i, near, out, n);
    return this.#evidence.features(i, out, n);
  }

  #runFeatures(i: number, out: Int32Array, from: number): number {
    let n = from;
    const start = this.#runStart[i]!;
    const end = this.#runEnd[i]!;
    const position = Math.min(i - start, 8) | (Math.min(end - start, 9) << 4) | (this.#classes[i]! << 8);
    const before = this.#codes[Math.max(start - 1, 0)]!;
    const beforeTwo = this.#two[Math.max(start - 2, 0)]!;
    out[n++] = hashed(31, position);
    out[n++] = hashed(32, mix(position, before));
    out[n++] = hashed(33, mix(position, this.#two[end]!));
    out[n++] = hashed(34, mix(Math.min(i - start, 8), this.#runHash[i]!));
    out[n++] = hashed(35, mix(position, beforeTwo));
    out[n++] = hashed(36, mix(mix(position, before), this.#codes[end]!));
    const nameStart = this.#nameStart[i]!;
    const nameEnd = this.#nameEnd[i]!;
    const shape = this.#dots[i]! | (Math.min(i - nameStart, 15) << 2) | (Math.min(nameEnd - i, 15) << 6);
    const coarse = this.#dots[i]! | (this.#classes[i]! << 2) | (Number(i === nameStart) << 6) | (Number(i + 1 === nameEnd) << 7);
    out[n++] = hashed(37, mix(shape, this.#classes[i]!));
    out[n++] = hashed(38, mix(coarse, this.#two[nameEnd]!));
    const kinds = this.#nameKinds[i]! | (coarse << 8);
    out[n++] = hashed(57, kinds);
    out[n++] = hashed(58, mix(kinds, this.#two[Math.max(nameEnd - 2, 0)]!));
    out[n++] = hashed(59, mix(coarse, this.#three[Math.max(nameEnd - 3, 0)]!));
    out[n++] = hashed(60, mix(coarse, this.#three[nameStart]!));
    out[n++] = hashed(39, mix(coarse, this.#two[Math.max(nameStart - 2, 0)]!));
    return n;
  }

  #wordFeatures(i: number, near: number, out: Int32Array, from: number): number {
    let n = from;
    const marks = this.#marks;
    const here = marks[i]!;
    const native = here & NATIVE;
    const before = marks[i - 1]! & NATIVE;
    const after = marks[i + 1]! & NATIVE;
    const honorific = this.#honorific[i + 1]!;
    const role = this.#role[i]!;
    out[n++] = hashed(41, here);
    out[n++] = hashed(42, mix(native | (after << 8), 1));
    out[n++] = hashed(43, mix(before | (native << 8), 2));
    out[n++] = hashed(44, before | (native << 8) | (after << 16));
    out[n++] = hashed(45, mix(here, this.#codes[i + 1]!));
    out[n++] = hashed(46, mix(here, this.#codes[i - 1]!));
    out[n++] = hashed(47, mix(here, near));
    out[n++] = hashed(48, mix(marks[this.#runEnd[i]! - 1]! | (Math.min(this.#runEnd[i]! - i, 7) << 24), this.#codes[this.#runEnd[i]!]!));
    out[n++] = hashed(49, honorific | (role << 4) | (this.#classes[i]! << 8));
    out[n++] = hashed(50, mix(honorific | (native << 4), near));
    out[n++] = hashed(51, mix(role | (native << 4), near));
    out[n++] = hashed(52, mix(honorific | (Math.min(i - this.#runStart[i]!, 7) << 4), near));
    const { shapes } = this.#lexicon;
    const shape = shapes[this.#codes[i]!]!;
    const next = shapes[this.#codes[i + 1]!]!;
    const past = shapes[this.#codes[i - 1]!]!;
    out[n++] = hashed(53, mix(shape, near));
    out[n++] = hashed(54, mix(shape | (next << 10), near));
    out[n++] = hashed(55, mix(past | (shape << 10), near));
    out[n++] = hashed(56, past | (shape << 10) | (next << 20));
    return n;
  }
}

export const MOST_FEATURES = 128;
