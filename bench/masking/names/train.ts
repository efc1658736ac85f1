// Fits the Japanese name tagger and writes data/names/japanese-tagger.bin.gz. Deterministic: the same data and lists give the same file.
//   node bench/masking/names/train.ts
import { writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { hasSentences, readSentences } from './data.ts';
import { Fitter } from './fit.ts';
import { fill, filler, nameSource, type Labelled } from './generate.ts';
import { heldOutTexts } from './held-out.ts';
import { judge, line } from './judge.ts';
import { chance, type Chance } from './random.ts';
import { FIT_NEGATIVES, FIT_TEMPLATES } from './templates-fit.ts';
import { createNameTagger, encodeModel, loadLexicon, Piece, subjectOf } from './tagger.ts';

const setting = (name: string, otherwise: number) => Number(process.env[name] ?? otherwise);
const ROUNDS = setting('ROUNDS', 12);
const TEXTS_OF_A_TEMPLATE = setting('TEXTS', 6);
const FORGET = setting('FORGET', 0.2);
const MADE = setting('MADE', 0.5);
const STEP = 1 / setting('STEP', 96);
const LEAST = setting('LEAST', 0.015);

if (!hasSentences()) throw new Error('the public sentences are not here (shared/data/masking)');
const random = chance(4);
const { fit, judge: judged } = readSentences();
const lexicon = loadLexicon();
const piece = new Piece(lexicon);
const fitter = new Fitter({
  missCost: setting('MISS', 0.5),
  rate: setting('RATE', 0.04),
  decay: setting('DECAY', 1e-4),
  leastSeen: setting('SEEN', 3),
  dropped: setting('DROP', 0.2),
});
const names = nameSource(random, MADE);
const other = filler(random);

for (const { text } of [...fit.map(normalised), ...made(chance(7)), ...made(chance(8))]) {
  piece.load(text, 0, Math.min(text.length, 1000));
  fitter.count(piece);
}
for (let round = 0; round < ROUNDS; round++) {
  const texts = [...sentences(fit, random), ...made(random)];
  random.shuffle(texts);
  for (const labelled of texts) {
    const { text } = labelled;
    const seed = Math.floor(random.next() * 0x7fffffff);
    const rate = FORGET * (random.happens(0.3) ? 3 : 0.7);
    piece.load(text, 0, Math.min(text.length, 1000), (word) => forgotten(word, seed, rate));
    fitter.learn(piece, labelled, 1 - (0.9 * round) / ROUNDS);
  }
  if (round >= ROUNDS / 2) fitter.average();
  if (process.env['QUIET'] === undefined || round === ROUNDS - 1) report(round);
}
const file = encodeModel(fitter.model(STEP, LEAST));
const packed = gzipSync(file, { level: 9 });
if (process.env['DRY'] === undefined) writeFileSync(new URL('../../../data/names/japanese-tagger.bin.gz', import.meta.url), packed);
console.log(
  `${packed.length} bytes packed, ${fitter.weights.filter((weight) => Math.abs(weight) >= LEAST).length} weights, ${file.length} bytes in memory`,
);

function forgotten(word: number, seed: number, rate: number): boolean {
  const mixed = Math.imul(word ^ seed, 0x9e3779b1);
  return (Math.imul(mixed ^ (mixed >>> 15), 0x85ebca77) >>> 0) / 0x1_0000_0000 < rate;
}

/** Normalised as the tagger sees it; sentences stand alone, behind one another, or on lines. */
function sentences(from: readonly Labelled[], by: Chance): Labelled[] {
  const shuffled = from.map(normalised);
  by.shuffle(shuffled);
  const texts: Labelled[] = [];
  for (let at = 0; at < shuffled.length;) {
    const count = by.happens(0.5) ? 1 : 2;
    const joint = by.happens(0.5) ? '' : '\n';
    let text = '';
    const spans: [number, number][] = [];
    const others: [number, number][] = [];
    for (const sentence of shuffled.slice(at, at + count)) {
      if (text !== '') text += joint;
      for (const [start, end] of sentence.names) spans.push([text.length + start, text.length + end]);
      for (const [start, end] of sentence.others ?? []) others.push([text.length + start, text.length + end]);
      text += sentence.text;
    }
    texts.push({ text, names: spans, others });
    at += count;
  }
  return texts;
}

function made(by: Chance): Labelled[] {
  const texts: Labelled[] = [];
  for (const template of [...FIT_TEMPLATES, ...FIT_NEGATIVES])
    for (let n = 0; n < TEXTS_OF_A_TEMPLATE; n++) texts.push(normalised(fill(template, names, other, by)));
  return texts;
}

function normalised({ text, names: spans, others = [] }: Labelled): Labelled {
  const subject = subjectOf(text);
  const moved = ([start, end]: readonly [number, number]): [number, number] => {
    let from = 0;
    while (from < subject.text.length && subject.originalRange(from, from + 1)[0] < start) from++;
    let to = from;
    while (to < subject.text.length && subject.originalRange(to, to + 1)[0] < end) to++;
    return [from, to];
  };
  return { text: subject.text, names: spans.map(moved), others: others.map(moved) };
}

function report(round: number): void {
  const model = fitter.model(STEP, LEAST);
  for (const kanji of [0.1, 0.5, 0.9])
    for (const rest of [0, 0.2]) {
      const tagger = createNameTagger(model, lexicon, { kanji, other: rest });
      console.log(line(`round ${round} costs ${kanji} ${rest} sentences`, judge(tagger, judged)));
      console.log(line(`round ${round} costs ${kanji} ${rest} other texts`, judge(tagger, heldOutTexts(0.5))));
    }
}
