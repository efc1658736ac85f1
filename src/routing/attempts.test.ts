import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Random } from '#kernel';
import { createAttempts, qualifiedFor } from './attempts.ts';
import type { Deployment, Route } from './deployment.ts';
import { createHealth } from './health.ts';

const MOST: Random = { bytes: (count) => Buffer.alloc(count, 255) };

function deployment(id: string, wires: Deployment['wires'] = ['openai-chat']): Deployment {
  return {
    id,
    provider: 'p',
    model: 'm',
    wires,
    baseUrl: 'http://127.0.0.1',
    credential: undefined,
    authentication: 'none',
    headers: {},
    origins: {
      vendor: { company: 'c', country: 'JP' },
      weights: { lineage: 'w', country: 'JP' },
      hosting: { country: 'JP' },
      subprocessors: [],
    },
    price: undefined,
    contextLength: undefined,
    programs: [],
    timeouts: { connectSeconds: 1, firstByteSeconds: 1, idleSeconds: 1 },
    maxConnections: 1,
    streamUsage: true,
  };
}

function setUp(ids: readonly string[], maxAttempts: number) {
  let now = 0;
  const clock = { now: () => now, monotonic: () => now };
  const health = createHealth({ clock, random: MOST });
  const attempts = createAttempts({ candidates: ids.map((id) => deployment(id)), maxAttempts, health, random: MOST });
  const all = (): string[] => {
    const made: string[] = [];
    for (let next = attempts.next(); next !== undefined; next = attempts.next()) made.push(`${next.deployment.id}+${next.waitMs}`);
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

describe('qualifiedFor', () => {
  it('keeps the order of the route and only who speaks the format', () => {
    const route: Route = {
      name: 'r',
      description: undefined,
      candidates: [deployment('a', ['anthropic-messages']), deployment('b'), deployment('c', ['openai-responses', 'openai-chat'])],
      maxAttempts: 3,
    };
    assert.deepEqual(
      qualifiedFor(route, 'openai-chat').map((found) => found.id),
      ['b', 'c'],
    );
    assert.deepEqual(qualifiedFor(route, 'openai-embeddings'), []);
  });
});
