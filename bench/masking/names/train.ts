// Fits the Japanese name tagger and writes data/names/japanese-tagger.bin.gz. Deterministic: the same data and lists give the same file.
//   node bench/masking/names/train.ts
import { writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { hasSentences, readSentences } from './data.ts';
import { dictionaryNames, varied } from './dictionary.ts';
import { Fitter, meanOf, modelOf, type Means } from './fit.ts';
import { fill, filler, nameSource, type Labelled, type NameSource } from './generate.ts';
import { heldOutTexts } from './held-out.ts';
import { judge, line } from './judge.ts';
import { chance, type Chance } from './random.ts';
import { FIT_NEGATIVES, FIT_TEMPLATES } from './templates-fit.ts';
import { createNameTagger, encodeModel, loadLexicon, Piece, subjectOf } from './tagger.ts';

const setting = (name: string, otherwise: number) => Number(process.env[name] ?? otherwise);
const ROUNDS = setting('ROUNDS', 12);
const TEXTS_OF_A_TEMPLATE = setting('TEXTS', 2);
const FORGET = setting('FORGET', 0.2);
const MADE = setting('MADE', 0.5);
const STEP = 1 / setting('STEP', 96);
const LEAST = setting('LEAST', 0.015);

if (!hasSentences()) throw new Error('the public sentences are not here (shared/data/masking)');
/** With a number from 0 to 4, that fifth of the sentences to fit is judged in place of those held in: for decisions. */
const DEVELOP = process.env['DEVELOP'];
const sentencesOf = readSentences();
const develop = sentencesOf.folds[Number(DEVELOP)];
const fit = develop === undefined ? sentencesOf.folds.flat() : sentencesOf.folds.filter((fold) => fold !== develop).flat();
const judged = develop ?? sentencesOf.judge;
const lexicon = loadLexicon();
const dictionary = dictionaryNames();
const { words } = dictionary;
const piece = new Piece(lexicon, words);
const SEEDS = setting('SEEDS', 3);
const VARIED = setting('VARIED', 0.4);

function fitted(seed: number): Means {
  const random = chance(seed);
  const makers: Makers = {
    names: nameSource(random, MADE, dictionary),
    substitutes: nameSource(random, 0.25, dictionary),
    other: filler(random, dictionary.others),
  };
  const fitter = new Fitter({
    missCost: setting('MISS', 1),
    rate: setting('RATE', 0.04),
    decay: setting('DECAY', 1e-4),
    leastSeen: setting('SEEN', 2),
    dropped: setting('DROP', 0.35),
    seed: seed + 7,
  });
  for (const { text } of [...fit.map(normalised), ...made(chance(7), makers), ...made(chance(8), makers)]) {
    piece.load(text, 0, Math.min(text.length, 1000));
    fitter.count(piece);
  }
  for (let round = 0; round < ROUNDS; round++) {
    const texts = [...sentences(fit, random, makers), ...made(random, makers)];
    random.shuffle(texts);
    for (const labelled of texts) {
      const { text } = labelled;
      const hidden = Math.floor(random.next() * 0x7fffffff);
      const rate = FORGET * (random.happens(0.3) ? 3 : 0.7);
      piece.load(text, 0, Math.min(text.length, 1000), (hash) => forgotten(hash, hidden, rate));
      fitter.learn(piece, labelled, 1 - (0.9 * round) / ROUNDS);
    }
    if (round >= ROUNDS / 2) fitter.average();
  }
  return fitter.means();
}

const model = modelOf(meanOf(Array.from({ length: SEEDS }, (_, n) => fitted(n + 4))), STEP, LEAST);
report();
const file = encodeModel(model);
const packed = gzipSync(file, { level: 9 });
if (process.env['DRY'] === undefined) writeFileSync(new URL('../../../data/names/japanese-tagger.bin.gz', import.meta.url), packed);
console.log(`${packed.length} bytes packed, ${file.length} bytes in memory`);

function forgotten(word: number, seed: number, rate: number): boolean {
  const mixed = Math.imul(word ^ seed, 0x9e3779b1);
  return (Math.imul(mixed ^ (mixed >>> 15), 0x85ebca77) >>> 0) / 0x1_0000_0000 < rate;
}

interface Makers {
  readonly names: NameSource;
  /** Of names that stand in sentences in place of others. */
  readonly substitutes: NameSource;
  readonly other: (slot: string) => string;
}

/** Normalised as the tagger sees it; sentences stand alone, behind one another, or on lines. */
function sentences(from: readonly Labelled[], by: Chance, { substitutes }: Makers): Labelled[] {
  const shuffled = from.map((sentence) => normalised(by.happens(VARIED) ? varied(sentence, substitutes, dictionary, by) : sentence));
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

function made(by: Chance, { names, other }: Makers): Labelled[] {
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

function report(): void {
  for (const kanji of [0, 0.5, 1, 1.5])
    for (const rest of [0, 0.5, 1]) {
      const tagger = createNameTagger(model, lexicon, { kanji, other: rest }, words);
      console.log(line(`gains ${kanji} ${rest} sentences`, judge(tagger, judged)));
    }
  console.log(line('other texts', judge(createNameTagger(model, lexicon, { kanji: 1, other: 0.5 }, words), heldOutTexts(1))));
}
