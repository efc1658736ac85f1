import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeModel, encodeModel, LABELS, loadModel, mayFollow } from './model.ts';

test('a model that is written is the one that is read', () => {
  const model = loadModel();
  const again = decodeModel(encodeModel(model));
  assert.deepEqual(again.transitions, model.transitions);
  assert.equal(again.step, model.step);
  assert.ok(Buffer.from(again.weights.buffer).equals(Buffer.from(model.weights.buffer)));
});

test('a file that is none is refused', () => {
  const file = encodeModel(loadModel());
  assert.throws(() => decodeModel(file.subarray(0, -1)), /not a model/);
  file[0] = 0;
  assert.throws(() => decodeModel(file), /not a model/);
});

test('a name that began has to end before anything else begins', () => {
  const after = (before: number) => Array.from({ length: LABELS }, (_, label) => label).filter((label) => mayFollow(before, label));
  assert.deepEqual([0, 1, 2, 3, 4, 5].map(after), [
    [0, 1, 4, 5, 8],
    [2, 3],
    [2, 3],
    [0, 1, 4, 5, 8],
    [0, 1, 4, 5, 8],
    [6, 7],
  ]);
});
