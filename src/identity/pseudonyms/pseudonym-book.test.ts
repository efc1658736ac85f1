import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock, type PrincipalId } from '#kernel';
import { createPseudonymBook } from './pseudonym-book.ts';

const who = { principalId: 'prn_a' as PrincipalId, endUser: 'tanaka' };
const turn = () => new Promise((resolve) => setImmediate(resolve));

test('each pseudonym is kept once, and again after a failure', async () => {
  const kept: string[] = [];
  const errors: unknown[] = [];
  let isFailing = true;
  const book = createPseudonymBook({
    store: {
      keep: ({ pseudonym, endUser }) => {
        kept.push(`${pseudonym} ${endUser}`);
        return isFailing ? Promise.reject(new Error('the database is away')) : Promise.resolve();
      },
    },
    clock: systemClock,
    onError: (error) => errors.push(error),
  });
  book.note('p1', who);
  await turn();
  assert.equal(errors.length, 1);
  isFailing = false;
  for (let count = 0; count < 3; count++) {
    book.note('p1', who);
    await turn();
  }
  assert.deepEqual(kept, ['p1 tanaka', 'p1 tanaka']);
});
