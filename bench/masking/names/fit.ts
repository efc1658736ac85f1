// A linear-chain conditional random field over hashed features, fitted by AdaGrad: Lafferty et al. (2001); Duchi et al. (2011). The margin
// that makes a missed name cost more: Gimpel, Smith, "Softmax-Margin CRFs" (2010).
import type { Labelled } from './generate.ts';
import { chance, type Chance } from './random.ts';
import {
  BEGINS,
  BITS,
  ENDS,
  INSIDE,
  LABELS,
  mayFollow,
  MOST_FEATURES,
  OTHER,
  OUTSIDE,
  SHIFT,
  SINGLE,
  type Model,
  type Piece,
} from './tagger.ts';

export interface FitOptions {
  /** Added to the score of no name where there is one, while fitting. */
  readonly missCost: number;
  readonly rate: number;
  /** Part of a weight that is lost each time it is touched. */
  readonly decay: number;
  /** A feature seen less often is none. */
  readonly leastSeen: number;
  /** Share of features that each character is learned without. */
  readonly dropped: number;
  /** Of the chance that drops them. */
  readonly seed: number;
}

/** What was learned, as numbers. */
export interface Means {
  readonly weights: Float32Array;
  readonly transitions: Float64Array;
}

const COUNT_SHIFT = 6;

const MOST = 1024;

export class Fitter {
  readonly weights = new Float32Array(8 << BITS);
  readonly #squares = new Float32Array(8 << BITS).fill(1e-3);
  readonly #sum = new Float32Array(8 << BITS);
  readonly #transitionSum = new Float64Array(LABELS * LABELS);
  #summed = 0;
  readonly transitions = new Float64Array(LABELS * LABELS);
  readonly #transitionSquares = new Float64Array(LABELS * LABELS).fill(1);
  readonly #features = Array.from({ length: MOST }, () => new Int32Array(MOST_FEATURES));
  readonly #counts = new Int32Array(MOST);
  readonly #scores = new Float64Array(MOST * LABELS);
  readonly #forward = new Float64Array(MOST * LABELS);
  readonly #backward = new Float64Array(MOST * LABELS);
  readonly #gold = new Uint8Array(MOST);
  readonly #options: FitOptions;
  readonly #seen = new Uint8Array(2 ** (32 - COUNT_SHIFT));
  readonly #chance: Chance;

  constructor(options: FitOptions) {
    this.#options = options;
    this.#chance = chance(options.seed);
    for (let before = 0; before < LABELS; before++)
      for (let label = 0; label < LABELS; label++) if (!mayFollow(before, label)) this.transitions[before * LABELS + label] = -Infinity;
  }

  /** One step along the gradient of one text; `rate` is a share of the rate of the options. */
  learn(piece: Piece, { names, others }: Labelled, rate: number): void {
    const { length } = piece;
    this.#gold.fill(OUTSIDE, 0, piece.length);
    this.#setGold(piece, others ?? [], OTHER);
    this.#setGold(piece, names, 0);
    this.#setScores(piece);
    this.#sumPaths(length);
    const transitionGradient = new Float64Array(LABELS * LABELS);
    let before = OUTSIDE;
    for (let place = 0; place < length; place++) {
      const label = this.#gold[place]!;
      transitionGradient[before * LABELS + label]! += 1;
      before = label;
      this.#expectTransitions(place, transitionGradient);
      this.#learnPlace(place, rate);
    }
    for (let at = 0; at < LABELS * LABELS; at++) {
      if (!Number.isFinite(this.transitions[at])) continue;
      const gradient = transitionGradient[at]!;
      this.#transitionSquares[at]! += gradient * gradient;
      this.transitions[at]! += (rate * this.#options.rate * gradient) / Math.sqrt(this.#transitionSquares[at]!);
    }
  }

  #setGold(piece: Piece, names: Labelled['names'], kind: number): void {
    for (const [start, end] of names) {
      let possible = end <= piece.length;
      for (let at = start; at < end && possible; at++) possible = piece.canBeInName(at);
      if (!possible) continue;
      this.#gold.fill(INSIDE + kind, start, end);
      this.#gold[start] = (end - start === 1 ? SINGLE : BEGINS) + kind;
      if (end - start > 1) this.#gold[end - 1] = ENDS + kind;
    }
  }

  #setScores(piece: Piece): void {
    for (let place = 0; place < piece.length; place++) {
      const at = place * LABELS;
      const gold = this.#gold[place]!;
      const cost = gold === BEGINS || gold === SINGLE ? this.#options.missCost : 0;
      this.#scores[at] = cost;
      if (!piece.canBeInName(place)) {
        this.#scores.fill(-Infinity, at + 1, at + LABELS);
        this.#counts[place] = 0;
        continue;
      }
      const features = this.#features[place]!;
      const count = this.#keep(features, piece.features(place, features));
      this.#counts[place] = count;
      const scale = 1 / (1 - this.#options.dropped);
      for (let label = 1; label < LABELS; label++) {
        let sum = 0;
        for (let n = 0; n < count; n++) sum += this.weights[features[n]! * 8 + label - 1]!;
        this.#scores[at + label] = sum * scale + (label > SINGLE ? cost : 0);
      }
    }
  }

  /** Counts the features of a text; those that are rare in all are never learned. */
  count(piece: Piece): void {
    const features = this.#features[0]!;
    for (let place = 0; place < piece.length; place++) {
      if (!piece.canBeInName(place)) continue;
      const count = piece.features(place, features);
      for (let n = 0; n < count; n++) {
        const at = features[n]! >>> COUNT_SHIFT;
        if (this.#seen[at]! < 255) this.#seen[at]! += 1;
      }
    }
  }

  /** Buckets of the features that are frequent enough, less those that chance takes out, so that none is relied upon alone. */
  #keep(features: Int32Array, count: number): number {
    let kept = 0;
    for (let n = 0; n < count; n++) {
      const hash = features[n]!;
      if (this.#seen[hash >>> COUNT_SHIFT]! < this.#options.leastSeen || this.#chance.happens(this.#options.dropped)) continue;
      features[kept++] = hash >>> SHIFT;
    }
    return kept;
  }

  /** Forward and backward sums of exponentials, each place scaled to a sum of one. */
  #sumPaths(length: number): void {
    const step = this.transitions.map(Math.exp);
    for (let place = 0; place < length; place++) {
      const at = place * LABELS;
      const greatest = Math.max(...this.#scores.subarray(at, at + LABELS));
      for (let label = 0; label < LABELS; label++) this.#scores[at + label] = Math.exp(this.#scores[at + label]! - greatest);
    }
    for (let place = 0; place < length; place++) {
      const at = place * LABELS;
      let total = 0;
      for (let label = 0; label < LABELS; label++) {
        let sum = 0;
        if (place === 0) sum = step[label]!;
        else for (let before = 0; before < LABELS; before++) sum += this.#forward[at - LABELS + before]! * step[before * LABELS + label]!;
        sum *= this.#scores[at + label]!;
        this.#forward[at + label] = sum;
        total += sum;
      }
      for (let label = 0; label < LABELS; label++) this.#forward[at + label]! /= total;
    }
    for (let place = length - 1; place >= 0; place--) {
      const at = place * LABELS;
      let total = 0;
      for (let label = 0; label < LABELS; label++) {
        let sum = 0;
        if (place === length - 1) sum = step[label * LABELS]!;
        else
          for (let after = 0; after < LABELS; after++)
            sum += step[label * LABELS + after]! * this.#scores[at + LABELS + after]! * this.#backward[at + LABELS + after]!;
        this.#backward[at + label] = sum;
        total += sum;
      }
      for (let label = 0; label < LABELS; label++) this.#backward[at + label]! /= total;
    }
  }

  #expectTransitions(place: number, gradient: Float64Array): void {
    if (place === 0) return;
    const at = place * LABELS;
    const joint = new Float64Array(LABELS * LABELS);
    let total = 0;
    for (let before = 0; before < LABELS; before++)
      for (let label = 0; label < LABELS; label++) {
        const step = Math.exp(this.transitions[before * LABELS + label]!);
        const value = this.#forward[at - LABELS + before]! * step * this.#scores[at + label]! * this.#backward[at + label]!;
        joint[before * LABELS + label] = value;
        total += value;
      }
    for (let n = 0; n < joint.length; n++) gradient[n]! -= joint[n]! / total;
  }

  #learnPlace(place: number, rate: number): void {
    const at = place * LABELS;
    let total = 0;
    for (let label = 0; label < LABELS; label++) total += this.#forward[at + label]! * this.#backward[at + label]!;
    const features = this.#features[place]!;
    const count = this.#counts[place]!;
    const speed = rate * this.#options.rate;
    for (let label = 1; label < LABELS; label++) {
      const expected = (this.#forward[at + label]! * this.#backward[at + label]!) / total;
      const gradient = Number(this.#gold[place] === label) - expected;
      if (Math.abs(gradient) < 1e-3) continue;
      for (let n = 0; n < count; n++) {
        const index = features[n]! * 8 + label - 1;
        const square = this.#squares[index]! + gradient * gradient;
        this.#squares[index] = square;
        const weight = this.weights[index]! * (1 - this.#options.decay * rate);
        this.weights[index] = weight + (speed * gradient) / Math.sqrt(square);
      }
    }
  }

  /** Adds the weights of now to the mean that the model is made of: of several, it is steadier than the last. */
  average(): void {
    for (let at = 0; at < this.weights.length; at++) this.#sum[at]! += this.weights[at]!;
    for (let at = 0; at < this.transitions.length; at++) this.#transitionSum[at]! += this.transitions[at]!;
    this.#summed++;
  }

  means(): Means {
    return {
      weights: this.#sum.map((sum) => sum / this.#summed),
      transitions: this.#transitionSum.map((sum) => sum / this.#summed),
    };
  }
}

/** The mean of several that learned by other chance: it errs less than each of them. */
export function meanOf(all: readonly Means[]): Means {
  const weights = new Float32Array(all[0]!.weights.length);
  const transitions = new Float64Array(LABELS * LABELS);
  for (const means of all) {
    for (let at = 0; at < weights.length; at++) weights[at]! += means.weights[at]! / all.length;
    for (let at = 0; at < transitions.length; at++) transitions[at]! += means.transitions[at]! / all.length;
  }
  return { weights, transitions };
}

/** In bytes: weights below `least` are dropped, those above 127 steps are cut. */
export function modelOf(means: Means, step: number, least: number): Model {
  const weights = new Int32Array(2 << BITS);
  const bytes = new Uint8Array(weights.buffer);
  for (let at = 0; at < bytes.length; at++) {
    const weight = means.weights[at]!;
    bytes[at] = 128 + (Math.abs(weight) < least ? 0 : Math.max(-127, Math.min(127, Math.round(weight / step))));
  }
  return { weights, step, transitions: means.transitions };
}
