// Which words of the dictionary a text is made of: the cheapest sequence, and how likely each kind of word is at each place over all
// sequences. The lattice of Kudo et al., "Applying Conditional Random Fields to Japanese Morphological Analysis" (2004), with groups of
// words in place of words. Evidence for the tagger; decides nothing.
import { CLASS } from './characters.ts';
import { SORT, sortsOf } from './sorts.ts';
import type { Words } from './words.ts';

/** Sorts of which the likelihood is told. */
export const LIKELY_SORTS = 6;
/** Characters looked at in one piece, at most. */
const MOST = 1044;
const NODES = MOST * 32;
/** Costs per unit of a logarithm. */
const TEMPERATURE = 900;
const FARTHEST = 4096;

/** What an unknown word of a class of characters costs, and as which group. Costs are those of the dictionary's authors. */
interface Unknown {
  readonly group: number;
  readonly cost: number;
}

export class Segmentation {
  /** First place of the word that each place is in, the place behind its end, and its group. */
  readonly starts = new Int16Array(MOST);
  readonly ends = new Int16Array(MOST);
  readonly groups = new Uint8Array(MOST);
  /** `[place * LIKELY_SORTS + sort - 1]`: how likely a word of the sort begins there, ends there, is there. */
  readonly begins = new Float64Array(MOST * LIKELY_SORTS);
  readonly finishes = new Float64Array(MOST * LIKELY_SORTS);
  readonly covers = new Float64Array(MOST * LIKELY_SORTS);
  /** By group. */
  readonly sorts: Uint8Array;
  readonly #words: Words;
  readonly #unknown: readonly (readonly Unknown[])[];
  readonly #edge: number;
  readonly #exponentials = new Float64Array(2 * FARTHEST + 1);
  readonly #size: number;
  #nodes = 0;
  // A node is a word at a place in one of its groups.
  readonly #from = new Int16Array(NODES);
  readonly #to = new Int16Array(NODES);
  readonly #group = new Uint8Array(NODES);
  readonly #cost = new Int32Array(NODES);
  /** Nodes that end at a place: the last of them, and the one before each. */
  readonly #lastEnding = new Int32Array(MOST + 1);
  readonly #nextEnding = new Int32Array(NODES);
  readonly #firstStarting = new Int32Array(MOST + 2);
  /** Behind the nodes of a place that are of the dictionary. */
  readonly #knownEnds = new Int32Array(MOST + 2);
  readonly #best = new Float64Array(NODES);
  readonly #previous = new Int32Array(NODES);
  readonly #forward = new Float64Array(NODES);
  readonly #placeBest = new Float64Array(MOST + 1);
  readonly #entered = new Float64Array(NODES);
  // By group, of the place at hand.
  readonly #groupBest = new Float64Array(256);
  readonly #groupPrevious = new Int32Array(256);
  readonly #groupSum = new Float64Array(256);
  readonly #groupSeen = new Int32Array(256).fill(-1);
  // Backward sums of nodes, by what follows them.
  readonly #backward = new Float64Array(NODES);

  constructor(words: Words) {
    this.#words = words;
    const group = (name: string) => words.groups.indexOf(name);
    this.#size = words.groups.length;
    this.#edge = group('BOS/EOS');
    this.sorts = sortsOf(words.groups);
    for (let n = -FARTHEST; n <= FARTHEST; n++)
      this.#exponentials[n + FARTHEST] = Math.exp(Math.max(-600, Math.min(600, (-n * 8) / TEMPERATURE)));
    const noun = group('名詞,一般');
    const symbol = [{ group: group('記号,一般'), cost: 4769 }];
    this.#unknown = Array.from({ length: 13 }, (_, kind) => {
      if (kind === CLASS.edge) return [{ group: this.#edge, cost: 0 }];
      if (kind === CLASS.digit) return [{ group: group('名詞,数'), cost: 2000 }];
      if (kind === CLASS.latin) return [{ group: noun, cost: 8000 }];
      if (kind === CLASS.hiragana) return [{ group: noun, cost: 13_069 }];
      if (kind === CLASS.katakana)
        return [
          { group: noun, cost: 9461 },
          { group: group('名詞,固有名詞,人名,一般'), cost: 10_900 },
          { group: group('名詞,固有名詞,一般'), cost: 10_521 },
        ];
      if (kind === CLASS.kanji)
        return [
          { group: noun, cost: 11_426 },
          { group: group('名詞,固有名詞,組織'), cost: 12_649 },
        ];
      return symbol;
    });
  }

  /** Fills the arrays for `[0, last)` of these folded codes, whose classes and ends of runs are given. */
  segment(
    codes: Uint16Array,
    classes: Uint8Array,
    runEnds: Int16Array,
    last: number,
    forget?: (start: number, end: number) => boolean,
  ): void {
    this.#lastEnding.fill(-1, 0, last + 1);
    this.#nodes = 0;
    this.#addNode(0, 0, this.#edge, 0);
    this.#best[0] = 0;
    this.#forward[0] = 1;
    this.#placeBest[0] = 0;
    for (let place = 0; place < last; place++) {
      this.#firstStarting[place] = this.#nodes;
      this.#finishPlace(place);
      this.#knownEnds[place] = this.#nodes;
      if (this.#lastEnding[place] === -1) continue;
      this.#startWords(codes, classes, runEnds, place, last, forget);
      this.#enter(place);
    }
    this.#firstStarting[last] = this.#nodes;
    this.#finishPlace(last);
    this.#readBest(last);
    this.#readLikelihoods(last);
  }

  /** The words of the dictionary that begin at each place, in one sort after another. */
  eachPlace(last: number, found: (place: number, words: (each: (sort: number, end: number) => void) => void) => void): void {
    for (let place = 0; place < last; place++) {
      const first = this.#firstStarting[place]!;
      const end = this.#knownEnds[place]!;
      if (first === end) continue;
      found(place, (each) => {
        for (let node = first; node < end; node++) each(this.sorts[this.#group[node]!]!, this.#to[node]!);
      });
    }
  }

  #addNode(from: number, to: number, group: number, cost: number): void {
    const node = this.#nodes;
    if (node >= NODES) return;
    this.#nodes++;
    this.#from[node] = from;
    this.#to[node] = to;
    this.#group[node] = group;
    this.#cost[node] = cost;
    this.#nextEnding[node] = this.#lastEnding[to]!;
    this.#lastEnding[to] = node;
  }

  #startWords(
    codes: Uint16Array,
    classes: Uint8Array,
    runEnds: Int16Array,
    place: number,
    last: number,
    forget: ((start: number, end: number) => boolean) | undefined,
  ): void {
    const words = this.#words;
    const before = this.#nodes;
    const kind = classes[place]!;
    // The room that is left is shared among the places that are left, so that one always goes on.
    if (this.#nodes < NODES - 8 * (last - place) - 256)
      words.matches(codes, place, last, (word, end) => {
        const less = forget?.(place, end) === true;
        for (let sense = words.firstSense[word]!; sense < words.firstSense[word + 1]!; sense++) {
          const group = words.senseGroups[sense]!;
          const sort = this.sorts[group]!;
          if (less && sort >= SORT.surname && sort <= SORT.person) continue;
          this.#addNode(place, end, group, words.senseCosts[sense]!);
        }
      });
    this.#knownEnds[place] = this.#nodes;
    const together = kind === CLASS.katakana || kind === CLASS.latin || kind === CLASS.digit;
    if (this.#nodes > before && !together) return;
    const end = together ? runEnds[place]! : place + 1;
    if (this.#nodes === before || runEnds[place - 1] !== runEnds[place])
      for (const { group, cost } of this.#unknown[kind]!) {
        this.#addNode(place, end, group, cost);
        if (kind === CLASS.kanji && end < last && classes[end] === CLASS.kanji) this.#addNode(place, end + 1, group, cost);
      }
  }

  /** For each node that begins here: its cheapest predecessor, and the sum over all. Nodes of one group share both. */
  #enter(place: number): void {
    const { connections } = this.#words;
    for (let node = this.#firstStarting[place]!; node < this.#nodes; node++) {
      const group = this.#group[node]!;
      if (this.#groupSeen[group] !== place) {
        this.#groupSeen[group] = place;
        let best = Infinity;
        let previous = -1;
        let sum = 0;
        for (let ending = this.#lastEnding[place]!; ending !== -1; ending = this.#nextEnding[ending]!) {
          const connection = connections[this.#group[ending]! * this.#size + group]!;
          const cost = this.#best[ending]! + connection;
          if (cost < best) {
            best = cost;
            previous = ending;
          }
          sum += this.#forward[ending]! * this.#exponential(connection);
        }
        this.#groupBest[group] = best;
        this.#groupPrevious[group] = previous;
        this.#groupSum[group] = sum;
      }
      this.#best[node] = this.#groupBest[group]! + this.#cost[node]!;
      this.#previous[node] = this.#groupPrevious[group]!;
      this.#entered[node] = this.#groupSum[group]!;
    }
    this.#groupSeen.fill(-1);
  }

  /** Sums are kept relative to the cheapest way to the place, so that they stay near one. */
  #finishPlace(place: number): void {
    let best = Infinity;
    for (let node = this.#lastEnding[place]!; node !== -1; node = this.#nextEnding[node]!) best = Math.min(best, this.#best[node]!);
    this.#placeBest[place] = best;
    if (place === 0) return;
    for (let node = this.#lastEnding[place]!; node !== -1; node = this.#nextEnding[node]!)
      this.#forward[node] = this.#entered[node]! * this.#step(node);
  }

  #step(node: number): number {
    return this.#exponential(this.#cost[node]! - (this.#placeBest[this.#to[node]!]! - this.#placeBest[this.#from[node]!]!));
  }

  #exponential(cost: number): number {
    return this.#exponentials[Math.max(-FARTHEST, Math.min(FARTHEST, Math.round(cost / 8))) + FARTHEST]!;
  }

  #readBest(last: number): void {
    let node = -1;
    let best = Infinity;
    for (let ending = this.#lastEnding[last]!; ending !== -1; ending = this.#nextEnding[ending]!)
      if (this.#best[ending]! < best) {
        best = this.#best[ending]!;
        node = ending;
      }
    for (; node > 0; node = this.#previous[node]!) {
      const from = this.#from[node]!;
      const to = this.#to[node]!;
      this.starts.fill(from, from, to);
      this.ends.fill(to, from, to);
      this.groups.fill(this.#group[node]!, from, to);
    }
  }

  #readLikelihoods(last: number): void {
    const { connections } = this.#words;
    this.begins.fill(0, 0, last * LIKELY_SORTS);
    this.finishes.fill(0, 0, last * LIKELY_SORTS);
    this.covers.fill(0, 0, last * LIKELY_SORTS);
    let total = 0;
    for (let node = this.#lastEnding[last]!; node !== -1; node = this.#nextEnding[node]!) {
      this.#backward[node] = 1;
      total += this.#forward[node]!;
    }
    for (let place = last - 1; place >= 0; place--) {
      const first = this.#firstStarting[place]!;
      const end = this.#firstStarting[place + 1]!;
      if (first === end) continue;
      // Once for each group that begins here, then for each node that ends here.
      const groups: number[] = [];
      for (let node = first; node < end; node++) {
        const group = this.#group[node]!;
        if (this.#groupSeen[group] !== place) {
          this.#groupSeen[group] = place;
          this.#groupSum[group] = 0;
          groups.push(group);
        }
        const onward = this.#step(node) * this.#backward[node]!;
        this.#groupSum[group]! += onward;
        const sort = this.sorts[group]!;
        if (sort !== 0 && sort <= LIKELY_SORTS) this.#addLikelihood(node, sort - 1, (this.#entered[node]! * onward) / total);
      }
      for (let node = this.#lastEnding[place]!; node !== -1; node = this.#nextEnding[node]!) {
        const row = this.#group[node]! * this.#size;
        let sum = 0;
        for (const group of groups) sum += this.#exponential(connections[row + group]!) * this.#groupSum[group]!;
        this.#backward[node] = sum;
      }
    }
    this.#groupSeen.fill(-1);
  }

  #addLikelihood(node: number, sort: number, likelihood: number): void {
    const from = this.#from[node]!;
    const to = this.#to[node]!;
    this.begins[from * LIKELY_SORTS + sort]! += likelihood;
    this.finishes[(to - 1) * LIKELY_SORTS + sort]! += likelihood;
    for (let at = from; at < to; at++) this.covers[at * LIKELY_SORTS + sort]! += likelihood;
  }
}
