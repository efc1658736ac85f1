import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Random } from '#kernel';
import { deploymentOf } from '#test/routing';
import { createAttempts } from './attempts.ts';
import type { Candidate } from './candidate.ts';
import { createHealth } from './health.ts';

const MOST: Random = { bytes: (count) => Buffer.alloc(count, 255) };

function candidate(id: string): Candidate {
  return { deployment: deploymentOf(id), wire: 'openai-chat', isTranslated: false, degraded: undefined };
}

function setUp(ids: readonly string[], maxAttempts: number) {
  let now = 0;
  const clock = { now: () => now, monotonic: () => now };
  const health = createHealth({ clock, random: MOST });
  const attempts = createAttempts({ candidates: ids.map(candidate), maxAttempts, health, random: MOST });
  const all = (): string[] => {
    const made: string[] = [];
    for (let next = attempts.next(); next !== undefined; next = attempts.next())
      made.push(`${next.candidate.deployment.id}+${next.waitMs}`);
    return made;
  };
  return { health, attempts, all, pass: (ms: number) => (now += ms) };
}

describe('createAttempts', () => {
  it('asks each candidate once without waiting, then again with growing waits', () => {
    assert.deepEqual(setUp(['a', 'b'], 5).all(), ['a+0', 'b+0', 'a+200', 'b+200', 'a+400']);
    assert.deepEqual(setUp(['a'], 3).all(), ['a+0', 'a+200', 'a+400']);
  });

  it('skips a candidate that rests', () => {
    const { health, all } = setUp(['a', 'b'], 2);
    health.askedToRest('a', 10_000);
    assert.deepEqual(all(), ['b+0', 'b+200']);
  });

  it('waits out a short Retry-After and gives up on a long one', () => {
    const short = setUp(['a'], 2);
    short.attempts.next();
    short.health.askedToRest('a', 1_000);
    short.attempts.askedToWait('a', 1_000);
    assert.deepEqual(short.all(), ['a+1000']);
    const long = setUp(['a'], 2);
    long.attempts.next();
    long.health.askedToRest('a', 30_000);
    long.attempts.askedToWait('a', 30_000);
    assert.deepEqual(long.all(), []);
  });

  it('takes back an attempt that was not sent, and does not name that candidate again', () => {
    const { attempts, all } = setUp(['a', 'b'], 2);
    assert.equal(attempts.next()?.candidate.deployment.id, 'a');
    attempts.exclude('a');
    attempts.exclude('a');
    attempts.exclude('nobody');
    assert.deepEqual(all(), ['b+0', 'b+200']);
    const none = setUp(['a'], 3);
    none.attempts.next();
    none.attempts.exclude('a');
    assert.deepEqual(none.all(), []);
  });

  it('makes nothing out of nothing', () => {
    assert.deepEqual(setUp([], 3).all(), []);
  });

  it('never exceeds its attempts and never names a stranger', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 4 }),
        fc.integer({ min: 1, max: 10 }),
        (ids, maxAttempts) => {
          const made = setUp(ids, maxAttempts).all();
          assert.equal(made.length, ids.length === 0 ? 0 : maxAttempts);
          for (const attempt of made) assert.ok((ids as string[]).includes(attempt.split('+')[0]!));
        },
      ),
    );
  });
});
