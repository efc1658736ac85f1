// The public sentences that the tagger is fitted and judged on (shared/data/masking, not part of the project), split by article.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Labelled } from './generate.ts';

const FILE = resolve(import.meta.dirname, '../../../../shared/data/masking/stockmark_ner_dev.jsonl.gz');

interface Sentence {
  readonly curid: string;
  readonly text: string;
  readonly entities: readonly { readonly span: readonly [number, number]; readonly type: string }[];
}

export function hasSentences(): boolean {
  return existsSync(FILE);
}

/** Four fifths of the articles to fit, in five folds, and one fifth to judge: by the hash of the article's number. */
export function readSentences(): {
  readonly folds: readonly (readonly Labelled[])[];
  readonly judge: readonly Labelled[];
} {
  const folds: Labelled[][] = [[], [], [], [], []];
  const judge: Labelled[] = [];
  for (const line of gunzipSync(readFileSync(FILE)).toString('utf8').trim().split('\n')) {
    const sentence = JSON.parse(line) as Sentence;
    const spans = (person: boolean) =>
      sentence.entities
        .filter(({ type }) => (type === '人名') === person)
        .map(({ span }) => span)
        .toSorted((a, b) => a[0] - b[0]);
    const [first, second] = createHash('sha256').update(sentence.curid).digest();
    const part = first! % 5 === 0 ? judge : folds[second! % 5]!;
    part.push({ text: sentence.text, names: spans(true), others: spans(false) });
  }
  return { folds, judge };
}
