import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Random } from '#kernel';
import { createHealth, type Health } from './health.ts';

const MOST: Random = { bytes: (count) => Buffer.alloc(count, 255) };

function setUp(): { health: Health; pass: (ms: number) => void } {
  let now = 0;
  return { health: createHealth({ clock: { now: () => now, monotonic: () => now }, random: MOST }), pass: (ms) => (now += ms) };
}

function failTimes(health: Health, times: number): void {
  for (let count = 0; count < times; count++) {
    health.claim('d');
    health.failed('d');
  }
}

describe('health', () => {
  it('opens after five failures in a row and not before', () => {
    const { health } = setUp();
    failTimes(health, 4);
    assert.equal(health.isAvailable('d'), true);
    failTimes(health, 1);
    assert.equal(health.isAvailable('d'), false);
    assert.equal(health.state('d'), 'open');
  });

  it('forgets failures at a success', () => {
    const { health } = setUp();
    failTimes(health, 4);
    health.succeeded('d');
    failTimes(health, 4);
    assert.equal(health.isAvailable('d'), true);
  });

  it('lets exactly one probe through after the rest', () => {
    const { health, pass } = setUp();
    failTimes(health, 5);
    pass(1_001);
    assert.equal(health.state('d'), 'half-open');
    assert.deepEqual([health.claim('d'), health.claim('d')], [true, false]);
    health.succeeded('d');
    assert.deepEqual([health.claim('d'), health.claim('d')], [true, true]);
  });

  it('rests longer each time a probe fails, up to a minute', () => {
    const { health, pass } = setUp();
    failTimes(health, 5);
    const rests: number[] = [];
    for (let probe = 0; probe < 9; probe++) {
      rests.push(health.restMs('d'));
      pass(health.restMs('d') + 1);
      failTimes(health, 1);
    }
    assert.deepEqual(rests, [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000]);
  });

  it('takes a burst of requests that break together for one failure of the deployment', () => {
    const { health } = setUp();
    for (let count = 0; count < 64; count++) assert.equal(health.claim('d'), true);
    for (let count = 0; count < 64; count++) health.failed('d');
    assert.equal(health.restMs('d'), 1_000);
  });

  it('gives the probe back when its request was abandoned', () => {
    const { health, pass } = setUp();
    failTimes(health, 5);
    pass(1_001);
    assert.equal(health.claim('d'), true);
    health.released('d');
    assert.equal(health.claim('d'), true);
  });

  it('honours a wish to rest without counting it as a failure', () => {
    const { health, pass } = setUp();
    health.askedToRest('d', 3_000);
    assert.deepEqual([health.isAvailable('d'), health.restMs('d')], [false, 3_000]);
    pass(3_000);
    assert.equal(health.state('d'), 'closed');
  });
});
