// What the dictionary says of a character, as features: the word it is in and the words around, how likely the kinds of names are there,
// and every name, place, organisation and common word that begins, goes on or ends there.
import { hashed, mix } from './hashing.ts';
import { LIKELY_SORTS, Segmentation } from './segmentation.ts';
import { SORT } from './sorts.ts';
import type { Words } from './words.ts';

const SIZE = 1100;
/** Sorts with four bits each (begins, inside, ends, single) in the marks of a place. */
const MARKED_SORTS = 7;
const PERSON_MARKS = 0xfff;
const PERSON_SORTS = (1 << (SORT.surname - 1)) | (1 << (SORT.given - 1)) | (1 << (SORT.person - 1));
const NOUN_SORT = 1 << (SORT.noun - 1);

/** What is looked at: see `Piece`. */
export interface Prepared {
  readonly codes: Uint16Array;
  readonly classes: Uint8Array;
  readonly runStarts: Int16Array;
  readonly runEnds: Int16Array;
  readonly runHashes: Int32Array;
  /** Runs of katakana with middle dots between are one name. */
  readonly nameStarts: Int16Array;
  readonly nameEnds: Int16Array;
  readonly dots: Uint8Array;
  readonly last: number;
}

function bin(likelihood: number): number {
  return likelihood < 0.03 ? 0 : likelihood < 0.2 ? 1 : likelihood < 0.5 ? 2 : likelihood < 0.85 ? 3 : 4;
}

function fineBin(likelihood: number): number {
  return likelihood < 0.01 ? 0 : Math.min(15, 1 + Math.floor(likelihood * 14));
}

export class WordEvidence {
  readonly #segmentation: Segmentation;
  readonly #marks = new Int32Array(SIZE);
  /** Sorts that the run of a place is as a whole. */
  readonly #runSorts = new Uint8Array(SIZE);
  readonly #nameSorts = new Uint8Array(SIZE);
  #prepared!: Prepared;
  readonly #surfaces = new Int32Array(SIZE);
  readonly #persons = new Float64Array(SIZE);
  readonly #longest = new Int16Array(MARKED_SORTS + 1);

  constructor(words: Words) {
    this.#segmentation = new Segmentation(words);
  }

  load(prepared: Prepared, forget?: (start: number, end: number) => boolean): void {
    const { codes, classes, runStarts, runEnds, last } = prepared;
    this.#prepared = prepared;
    const { starts, ends, covers } = this.#segmentation;
    this.#segmentation.segment(codes, classes, runEnds, last, forget);
    for (let start = 0; start < last; start = ends[start]!) {
      let hash = 0;
      for (let at = start; at < ends[start]!; at++) hash = mix(hash, codes[at]!);
      this.#surfaces.fill(hash, start, ends[start]);
    }
    starts[last] = last;
    ends[last] = last + 1;
    this.#surfaces[last] = 0;
    for (let at = 0; at < last; at++) {
      const from = at * LIKELY_SORTS;
      this.#persons[at] = covers[from]! + covers[from + 1]! + covers[from + 2]!;
    }
    this.#persons[last] = 0;
    this.#setMarks(last, runStarts, runEnds);
    this.#joinRuns(prepared);
  }

  /** What any part of a name of several runs is. */
  #joinRuns({ nameStarts, nameEnds, last }: Prepared): void {
    for (let start = 0; start < last; start = nameEnds[start]!) {
      let all = 0;
      for (let at = start; at < nameEnds[start]!; at++) all |= this.#runSorts[at]!;
      this.#nameSorts.fill(all, nameStarts[start], nameEnds[start]);
    }
  }

  #setMarks(last: number, runStarts: Int16Array, runEnds: Int16Array): void {
    const marks = this.#marks.fill(0, 0, last + 1);
    this.#runSorts.fill(0, 0, last + 1);
    const longest = this.#longest;
    this.#segmentation.eachPlace(last, (place, words) => {
      longest.fill(0);
      words((sort, end) => {
        const marked = sort === SORT.doing ? SORT.noun : sort;
        if (marked === 0 || marked > MARKED_SORTS) return;
        longest[marked] = Math.max(longest[marked]!, end);
        if (runStarts[place] === place && runEnds[place] === end)
          this.#runSorts.fill(this.#runSorts[place]! | (1 << (marked - 1)), place, end);
      });
      for (let sort = 1; sort <= MARKED_SORTS; sort++) {
        const end = longest[sort]!;
        if (end === 0) continue;
        const shift = (sort - 1) * 4;
        if (end - place === 1) marks[place]! |= 8 << shift;
        else {
          marks[place]! |= 1 << shift;
          for (let at = place + 1; at < end - 1; at++) marks[at]! |= 2 << shift;
          marks[end - 1]! |= 4 << shift;
        }
      }
    });
  }

  /** Whether the run is an ordinary noun as a whole. */
  isNounRun(i: number): boolean {
    return (this.#runSorts[i]! & NOUN_SORT) !== 0;
  }

  /** Whether the run is a name of a person as a whole. */
  isPersonRun(i: number): boolean {
    return (this.#runSorts[i]! & PERSON_SORTS) !== 0;
  }

  /** Whether a word that is only grammar begins or goes on here, and hardly a name. */
  isGrammar(i: number): boolean {
    const sort = this.#segmentation.sorts[this.#segmentation.groups[i]!]!;
    return this.#persons[i]! < 0.01 && (sort === SORT.particle || sort === SORT.auxiliary || sort === SORT.verb || sort === SORT.adjective);
  }

  /** Writes hashes of features of the character at place `i`, from `out[from]`, and returns where they end. */
  features(i: number, out: Int32Array, from: number): number {
    let n = from;
    const { starts, ends, groups, sorts } = this.#segmentation;
    const surfaces = this.#surfaces;
    const start = starts[i]!;
    const end = ends[i]!;
    const position = (i === start ? 1 : 0) | (i + 1 === end ? 2 : 0);
    const group = groups[i]!;
    const sort = sorts[group]!;
    const here = sort | (position << 5);
    const before = Math.max(start - 1, 0);
    const before2 = Math.max(starts[before]! - 1, 0);
    const after2 = ends[end]!;
    const groupBefore = groups[before]!;
    const groupAfter = groups[end]!;
    const grouped = group | (position << 8);
    const word = surfaces[i]!;
    const wordBefore = surfaces[before]!;
    const wordAfter = surfaces[end]!;
    out[n++] = hashed(70, here | (Math.min(end - start, 7) << 7));
    out[n++] = hashed(71, grouped);
    out[n++] = hashed(72, mix(word, here));
    out[n++] = hashed(73, mix(groupBefore, grouped));
    out[n++] = hashed(74, mix(groupAfter, grouped));
    out[n++] = hashed(75, mix(groupBefore | (groupAfter << 8), grouped));
    out[n++] = hashed(76, mix(wordBefore, here));
    out[n++] = hashed(77, mix(wordAfter, here));
    out[n++] = hashed(78, mix(mix(wordBefore, word), position));
    out[n++] = hashed(79, mix(mix(word, wordAfter), position));
    out[n++] = hashed(80, here | (sorts[groupBefore]! << 7) | (sorts[groups[before2]!]! << 12));
    out[n++] = hashed(81, here | (sorts[groupAfter]! << 7) | (sorts[groups[after2]!]! << 12));
    out[n++] = hashed(82, mix(mix(wordBefore, wordAfter), here));
    out[n++] = hashed(83, mix(surfaces[after2]!, here | (groupAfter << 8)));
    out[n++] = hashed(84, mix(surfaces[before2]!, here | (groupBefore << 8)));
    n = this.#markFeatures(i, position, out, n);
    n = this.#nameFeatures(i, out, n);
    return this.#likelihoodFeatures(i, wordBefore, wordAfter, out, n);
  }

  #markFeatures(i: number, position: number, out: Int32Array, from: number): number {
    let n = from;
    const marks = this.#marks;
    const here = marks[i]!;
    const person = here & PERSON_MARKS;
    const before = marks[i - 1]! & PERSON_MARKS;
    const after = marks[i + 1]! & PERSON_MARKS;
    out[n++] = hashed(86, person);
    out[n++] = hashed(87, here);
    out[n++] = hashed(88, mix(here, position));
    out[n++] = hashed(89, mix(before, person));
    out[n++] = hashed(90, person | (after << 12));
    out[n++] = hashed(91, this.#runSorts[i]! | (position << 8));
    out[n++] = hashed(92, mix(this.#runSorts[i]! | (position << 8), this.#surfaces[this.#segmentation.ends[i]!]!));
    return n;
  }

  /** Of the whole name in katakana, or of the run: its first and last part, what they are, and the words around. */
  #nameFeatures(i: number, out: Int32Array, from: number): number {
    let n = from;
    const { nameStarts, nameEnds, dots, classes, runHashes } = this.#prepared;
    const { groups, ends } = this.#segmentation;
    const surfaces = this.#surfaces;
    const start = nameStarts[i]!;
    const end = nameEnds[i]!;
    const place = (i === start ? 1 : 0) | (i + 1 === end ? 2 : 0) | (Math.min(dots[i]!, 3) << 2) | (classes[i]! << 4);
    const before = Math.max(start - 1, 0);
    const wordAfter = surfaces[end]!;
    const all = this.#nameSorts[i]! | (place << 8);
    out[n++] = hashed(101, mix(runHashes[start]!, place));
    out[n++] = hashed(102, mix(runHashes[end - 1]!, place));
    out[n++] = hashed(103, mix(this.#runSorts[start]! | (this.#runSorts[end - 1]! << 8), all));
    out[n++] = hashed(104, mix(wordAfter, place));
    out[n++] = hashed(105, mix(surfaces[before]!, place));
    out[n++] = hashed(106, mix(mix(wordAfter, surfaces[ends[end]!]!), place));
    out[n++] = hashed(107, mix(groups[before]! | (groups[end]! << 8), place));
    out[n++] = hashed(108, mix(wordAfter, all));
    out[n++] = hashed(109, mix(surfaces[before]!, all));
    return n;
  }

  #likelihoodFeatures(i: number, wordBefore: number, wordAfter: number, out: Int32Array, from: number): number {
    let n = from;
    const { begins, finishes, covers } = this.#segmentation;
    const at = i * LIKELY_SORTS;
    const persons = this.#persons;
    const person = fineBin(persons[i]!);
    const family = bin(covers[at]!) | (bin(covers[at + 1]!) << 3) | (bin(covers[at + 2]!) << 6);
    const things = bin(covers[at + 3]!) | (bin(covers[at + 4]!) << 3) | (bin(covers[at + 5]!) << 6);
    const edges =
      bin(begins[at]!) |
      (bin(finishes[at]!) << 3) |
      (bin(begins[at + 1]!) << 6) |
      (bin(finishes[at + 1]!) << 9) |
      (bin(begins[at + 2]!) << 12) |
      (bin(finishes[at + 2]!) << 15);
    out[n++] = hashed(93, family);
    out[n++] = hashed(94, edges);
    out[n++] = hashed(95, mix(things, family));
    out[n++] = hashed(96, person | (fineBin(persons[i - 1]!) << 4) | (fineBin(persons[i + 1]!) << 8));
    out[n++] = hashed(97, mix(edges, wordAfter));
    out[n++] = hashed(98, mix(edges, wordBefore));
    out[n++] = hashed(99, person | (bin(covers[at + 3]!) << 4) | (bin(covers[at + 4]!) << 8));
    return n;
  }
}
