// Holds what was reached: the figures themselves are what `evaluate.ts` prints.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasSentences, readSentences } from './data.ts';
import { heldOutTexts } from './held-out.ts';
import { judge } from './judge.ts';
import { createNameTagger } from './tagger.ts';

const tagger = createNameTagger();

test('names in mails, forms, chats, logs and minutes are found, listed or not', () => {
  const { f1, overlapRecall } = judge(tagger, heldOutTexts(1));
  assert.ok(f1 >= 0.86 && overlapRecall >= 0.93, `${f1} ${overlapRecall}`);
});

test('names in sentences of an encyclopedia are found', { skip: hasSentences() ? false : 'the public sentences are not here' }, () => {
  const { f1, overlapRecall } = judge(tagger, readSentences().judge);
  assert.ok(f1 >= 0.79 && overlapRecall >= 0.92, `${f1} ${overlapRecall}`);
});
