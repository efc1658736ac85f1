// The weights of the Japanese name tagger and the best sequence of labels under them. The file: see data/names/README.md.
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { BITS, MOST_CHARACTERS, MOST_FEATURES, SHIFT, type Piece } from './features.ts';

/** Outside; begins, inside, ends, single character of a person's name; then the same four of another name, which is evidence against a person. */
export const LABELS = 9;
export const OUTSIDE = 0;
export const BEGINS = 1;
export const INSIDE = 2;
export const ENDS = 3;
export const SINGLE = 4;
/** Added to a label of a person's name makes that of another name. */
export const OTHER = 4;

/** Which label may follow which. */
export function mayFollow(before: number, label: number): boolean {
  const kind = before > SINGLE ? OTHER : 0;
  const within = before - kind === BEGINS || before - kind === INSIDE;
  if (within) return label === INSIDE + kind || label === ENDS + kind;
  return label === OUTSIDE || label === BEGINS || label === SINGLE || label === BEGINS + OTHER || label === SINGLE + OTHER;
}

const PREDECESSORS = Array.from({ length: LABELS }, (_, label) =>
  Array.from({ length: LABELS }, (__, before) => before).filter((before) => mayFollow(before, label)),
);

export interface Model {
  /** Two numbers for each bucket, a byte for each label but the first, 128 for nothing. */
  readonly weights: Int32Array;
  /** What one step of a byte is worth. */
  readonly step: number;
  /** `[before][label]`, -Infinity where one must not follow the other. */
  readonly transitions: Float64Array;
}

const HEADER = 8 + LABELS * LABELS * 4;

export function encodeModel(model: Model): Buffer {
  const header = Buffer.alloc(HEADER);
  header.write('SKN1', 'latin1');
  header.writeFloatLE(model.step, 4);
  model.transitions.forEach((value, at) => header.writeFloatLE(Number.isFinite(value) ? value : 0, 8 + at * 4));
  // Label by label and with the nothing as zero, so that packing finds long runs.
  const bytes = new Uint8Array(model.weights.buffer, model.weights.byteOffset, model.weights.byteLength);
  const planes = Buffer.alloc(bytes.length);
  const size = bytes.length / 8;
  for (let at = 0; at < bytes.length; at++) planes[(at & 7) * size + (at >>> 3)] = bytes[at]! ^ 0x80;
  return Buffer.concat([header, planes]);
}

export function decodeModel(file: Buffer): Model {
  if (file.toString('latin1', 0, 4) !== 'SKN1' || file.length !== HEADER + (8 << BITS)) throw new Error('not a model of this tagger');
  const transitions = new Float64Array(LABELS * LABELS);
  for (let before = 0; before < LABELS; before++)
    for (let label = 0; label < LABELS; label++) {
      const at = before * LABELS + label;
      transitions[at] = mayFollow(before, label) ? file.readFloatLE(8 + at * 4) : -Infinity;
    }
  const weights = new Int32Array(2 << BITS);
  const size = 1 << BITS;
  for (let at = 0; at < size; at++)
    for (const half of [0, 1]) {
      const from = HEADER + half * 4 * size + at;
      const four = file[from]! | (file[from + size]! << 8) | (file[from + 2 * size]! << 16) | (file[from + 3 * size]! << 24);
      weights[at * 2 + half] = four ^ (0x80808080 | 0);
    }
  return { weights, step: file.readFloatLE(4), transitions };
}

export function loadModel(): Model {
  return decodeModel(gunzipSync(readFileSync(new URL('../../../data/names/japanese-tagger.bin.gz', import.meta.url))));
}

/** Added to the score of every name, by the script of its first character: more finds more, and more that is none. */
export interface NameGains {
  readonly kanji: number;
  readonly other: number;
}

/** For a name that would begin with what the dictionary or the lists say is an ordinary word: only what stands around can outweigh it. */
const COMMON_WORD = -2.5;

/** Reads one piece after another; owns what it needs for the longest. */
export class Decoder {
  readonly scores = new Float64Array(MOST_CHARACTERS * LABELS);
  readonly labels = new Uint8Array(MOST_CHARACTERS);
  readonly #model: Model;
  readonly #from = new Uint8Array(MOST_CHARACTERS * LABELS);
  readonly #features = new Int32Array(MOST_FEATURES);
  readonly #gains: NameGains;

  constructor(model: Model, gains: NameGains) {
    this.#model = model;
    this.#gains = gains;
  }

  /** Fills `labels` for the piece. */
  decode(piece: Piece): void {
    this.#score(piece);
    this.#best(piece.length);
  }

  #score(piece: Piece): void {
    const { weights, step } = this.#model;
    const features = this.#features;
    for (let place = 0; place < piece.length; place++) {
      const at = place * LABELS;
      const gain = this.#gain(piece, place);
      this.scores[at] = 0;
      if (!piece.canBeInName(place)) {
        this.scores.fill(-Infinity, at + 1, at + LABELS);
        continue;
      }
      const count = piece.features(place, features);
      // Two labels in the halves of one number: no sum of at most 128 bytes reaches the other half.
      let even = 0;
      let odd = 0;
      let evenOther = 0;
      let oddOther = 0;
      for (let n = 0; n < count; n++) {
        const bucket = (features[n]! >>> SHIFT) * 2;
        const person = weights[bucket]!;
        even += person & 0x00ff00ff;
        odd += (person >>> 8) & 0x00ff00ff;
        const other = weights[bucket + 1]!;
        evenOther += other & 0x00ff00ff;
        oddOther += (other >>> 8) & 0x00ff00ff;
      }
      const nothing = count * 128;
      this.scores[at + BEGINS] = ((even & 0xffff) - nothing) * step + gain;
      this.scores[at + INSIDE] = ((odd & 0xffff) - nothing) * step;
      this.scores[at + ENDS] = ((even >>> 16) - nothing) * step;
      this.scores[at + SINGLE] = ((odd >>> 16) - nothing) * step + gain;
      this.scores[at + BEGINS + OTHER] = ((evenOther & 0xffff) - nothing) * step;
      this.scores[at + INSIDE + OTHER] = ((oddOther & 0xffff) - nothing) * step;
      this.scores[at + ENDS + OTHER] = ((evenOther >>> 16) - nothing) * step;
      this.scores[at + SINGLE + OTHER] = ((oddOther >>> 16) - nothing) * step;
    }
  }

  #gain(piece: Piece, place: number): number {
    if (piece.isCommonWord(place)) return COMMON_WORD;
    return piece.isKanji(place) ? this.#gains.kanji : this.#gains.other;
  }

  #best(length: number): void {
    const { transitions } = this.#model;
    let previous = new Float64Array(LABELS).fill(-Infinity, 1);
    let current = new Float64Array(LABELS);
    for (let place = 0; place < length; place++) {
      for (let label = 0; label < LABELS; label++) {
        let best = -Infinity;
        let from = 0;
        for (const before of PREDECESSORS[label]!) {
          const score = previous[before]! + transitions[before * LABELS + label]!;
          if (score > best) {
            best = score;
            from = before;
          }
        }
        current[label] = best + this.scores[place * LABELS + label]!;
        this.#from[place * LABELS + label] = from;
      }
      [previous, current] = [current, previous];
    }
    let label = OUTSIDE;
    for (const candidate of [ENDS, SINGLE, ENDS + OTHER, SINGLE + OTHER]) if (previous[candidate]! > previous[label]!) label = candidate;
    for (let place = length - 1; place >= 0; place--) {
      this.labels[place] = label;
      label = this.#from[place * LABELS + label]!;
    }
  }

  /** How much better these labels are than none for the name `[start, end)` of the piece, less the gain, as a logarithm of odds. */
  margin(piece: Piece, start: number, end: number): number {
    const { transitions } = this.#model;
    let sum = -this.#gain(piece, start);
    let before = OUTSIDE;
    let outside = 0;
    for (let place = start; place < end; place++) {
      const label = this.labels[place]!;
      sum += this.scores[place * LABELS + label]! + transitions[before * LABELS + label]!;
      outside += transitions[0]!;
      before = label;
    }
    return sum + transitions[before * LABELS]! - outside - transitions[0]!;
  }
}
