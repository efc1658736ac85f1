import assert from 'node:assert/strict';
import { test } from 'node:test';

import { readCondition } from './condition.ts';
import type { Expression } from './model.ts';

const selections = new Map<string, Expression>([
  ['sel_a', 0],
  ['sel_b', 1],
  ['filter', 2],
  ['_hidden', 3],
]);
const read = (text: string) => readCondition(text, selections);

test('not binds tighter than and, and tighter than or', () => {
  assert.deepEqual(read('sel_a or sel_b and not filter'), { or: [0, { and: [1, { not: 2 }] }] });
  assert.deepEqual(read('(sel_a or sel_b) and filter'), { and: [{ or: [0, 1] }, 2] });
  assert.deepEqual(read('NOT sel_a AND sel_b'), { and: [{ not: 0 }, 1] });
});

test('quantifiers take names, patterns and them, which leaves out names that start with an underscore', () => {
  assert.deepEqual(read('1 of sel_*'), { or: [0, 1] });
  assert.deepEqual(read('any of sel*'), { or: [0, 1] });
  assert.deepEqual(read('all of them'), { and: [0, 1, 2] });
  assert.deepEqual(read('all of *'), { and: [0, 1, 2] });
  assert.deepEqual(read('2 of them'), { atLeast: 2, of: [0, 1, 2] });
  assert.deepEqual(read('1 of filter'), { or: [2] });
  assert.deepEqual(read('not 1 of *_b'), { not: { or: [1] } });
});

test('a condition that cannot be read says why', () => {
  assert.throws(() => read('sel_a | count() > 5'), /correlation rules replaced/);
  assert.throws(() => read('sel_a and'), /selection is expected/);
  assert.throws(() => read('(sel_a'), /not closed/);
  assert.throws(() => read('sel_a sel_b'), /ends before "sel_b"/);
  assert.throws(() => read('other'), /not a selection/);
  assert.throws(() => read('1 of other_*'), /matches no selection/);
  assert.throws(() => read(''), /empty/);
  assert.throws(() => read(`${'('.repeat(5000)}sel_a`), /2000 words/);
  assert.throws(() => read(`${'not '.repeat(500)}sel_a`), /deeper/);
  assert.throws(() => read(`${'('.repeat(500)}sel_a${')'.repeat(500)}`), /deeper/);
});
