import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createOnce } from './once.ts';

test('a key is new once, until its time is over', () => {
  let nowMs = 0;
  const isNew = createOnce({ clock: { now: () => 0, monotonic: () => nowMs }, most: 10, lifetimeMs: 100 });
  assert.deepEqual([isNew('a'), isNew('a'), isNew('b')], [true, false, true]);
  nowMs = 99;
  assert.equal(isNew('a'), false);
  // Asking did not make it younger.
  nowMs = 100;
  assert.deepEqual([isNew('a'), isNew('b'), isNew('a')], [true, true, false]);
});

test('of more keys than are remembered the oldest is forgotten', () => {
  const isNew = createOnce({ clock: { now: () => 0, monotonic: () => 0 }, most: 2, lifetimeMs: 100 });
  assert.deepEqual(['a', 'b', 'c', 'b', 'c', 'a'].map(isNew), [true, true, true, false, false, true]);
});
