import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ControlStore, CutRecord } from '#continuity';
import { createSystemRandom, systemClock as clock, ulid } from '#kernel';
import { EMPTY_STATE, type RoutingState } from '#routing';
import { createControlStore } from '#store';
import { testDatabase } from '#test/database';
import { followRoutingState, MOST_READS_AT_ONCE, type FollowOptions, type RoutingStateFollower } from './routing-state.ts';

type Read = ControlStore['readState'];

const random = createSystemRandom();
const followers: RoutingStateFollower[] = [];
after(() => Promise.all(followers.map((follower) => follower.close())));

interface Followed {
  readonly follower: RoutingStateFollower;
  /** What was told, in order. */
  readonly told: (RoutingState | 'error' | 'recovered')[];
}

function follow(readState: Read, options: Partial<FollowOptions> = {}): Followed {
  const told: Followed['told'] = [];
  const follower = followRoutingState({
    store: { readState },
    clock,
    onChange: (state) => told.push(state),
    onError: () => told.push('error'),
    onRecovered: () => told.push('recovered'),
    ...options,
  });
  followers.push(follower);
  return { follower, told };
}

function cutOf(selector: string): CutRecord {
  const atMs = clock.now();
  return {
    id: `cut_${ulid(atMs, random.bytes(10))}`,
    selector,
    reason: 'test',
    by: 'ops',
    atMs,
    restoredAtMs: null,
    restoredBy: null,
    restoredReason: null,
  };
}

async function until(condition: () => boolean, withinMs: number): Promise<number> {
  const begun = performance.now();
  while (!condition()) {
    assert.ok(performance.now() - begun < withinMs, `not within ${withinMs} ms`);
    await sleep(5);
  }
  return performance.now() - begun;
}

describe('following the routing state', () => {
  test('does not begin without a first state', async () => {
    const { follower, told } = follow(() => Promise.reject(new Error('away')));
    await assert.rejects(follower.start(), /away/);
    assert.equal(follower.state, EMPTY_STATE);
    assert.deepEqual(told, []);
    assert.equal(follower.ageMs(), Infinity);
  });

  test('a cut reaches two nodes within two seconds, also while the database takes almost a second to answer', async (t) => {
    const store = createControlStore((await testDatabase()).open(12));
    const slowly: Read = async (known) => {
      await sleep(450);
      const answer = await store.readState(known);
      await sleep(450);
      return answer;
    };
    const nodes = [follow((known) => store.readState(known)), follow(slowly)];
    await Promise.all(nodes.map(({ follower }) => follower.start()));
    for (const selector of ['country:US', 'company:Example', 'deployment:us/d']) {
      const cut = cutOf(selector);
      await store.insertCut(cut);
      const knows = (index: number) => (): boolean => nodes[index]!.follower.state.cuts.some(({ id }) => id === cut.id);
      const [quick, slow] = await Promise.all([until(knows(0), 1_000), until(knows(1), 2_000)]);
      t.diagnostic(`known after ${quick.toFixed(0)} ms, and ${slow.toFixed(0)} ms where an answer takes 900 ms`);
      await sleep(Math.random() * 250);
    }
    for (const { told, follower } of nodes) {
      assert.deepEqual(
        told.map((each) => typeof each !== 'string' && each.cuts.length),
        [1, 2, 3],
      );
      assert.ok(follower.ageMs() < 1_500);
    }
  });

  test('reads that hang hold up none that begin later, and are no outage when they fail at last', async () => {
    let version = 1;
    let count = 0;
    const readState: Read = async (known) => {
      if (count++ % 2 === 1) {
        await sleep(300);
        throw new Error('timeout');
      }
      return known.version === version ? 'unchanged' : { ...EMPTY_STATE, version };
    };
    const { follower, told } = follow(readState, { pollMs: 20 });
    await follower.start();
    await sleep(400);
    version = 2;
    await until(() => follower.state.version === 2, 500);
    assert.ok(!told.includes('error'));
  });

  test('an answer that was overtaken changes nothing', async () => {
    const answers: ((state: RoutingState) => void)[] = [];
    let isFirst = true;
    const readState: Read = () => {
      if (isFirst) {
        isFirst = false;
        return Promise.resolve({ ...EMPTY_STATE, version: 1 });
      }
      return new Promise((resolve) => answers.push(resolve));
    };
    const { follower, told } = follow(readState, { pollMs: 10 });
    await follower.start();
    await until(() => answers.length >= 2, 1_000);
    answers[1]!({ ...EMPTY_STATE, version: 3 });
    await sleep(5);
    answers[0]!({ ...EMPTY_STATE, version: 2 });
    await sleep(5);
    assert.deepEqual(
      told.map((each) => typeof each !== 'string' && each.version),
      [3],
    );
    await until(() => answers.length === MOST_READS_AT_ONCE + 2, 1_000);
    await sleep(50);
    assert.equal(answers.length, MOST_READS_AT_ONCE + 2, 'no more reads at once than that');
    for (const answer of answers) answer({ ...EMPTY_STATE, version: 3 });
  });
});

describe('the database that routing state is read from', () => {
  test('an outage is told once; what was in force stays; afterwards everything is read anew, whatever the version', async () => {
    let isAway = false;
    let state: RoutingState = { ...EMPTY_STATE, version: 7, cuts: [{ id: 'cut_1', selector: 'country:US', reason: 'x', atMs: 0 }] };
    const asked: number[] = [];
    const readState: Read = (known) => {
      asked.push(known.version);
      if (isAway) return Promise.reject(new Error('away'));
      return Promise.resolve(known.version === state.version ? 'unchanged' : state);
    };
    const { follower, told } = follow(readState, { pollMs: 10 });
    await follower.start();
    await sleep(50);
    assert.deepEqual(told, []);
    isAway = true;
    await sleep(100);
    assert.deepEqual(told, ['error']);
    assert.equal(follower.state.cuts.length, 1);
    assert.ok(follower.ageMs() >= 60);
    // From a backup: the same version, and another content.
    state = { ...state, cuts: [] };
    isAway = false;
    await until(() => told.length === 3, 1_000);
    assert.deepEqual(told, ['error', 'recovered', state]);
    assert.deepEqual(follower.state.cuts, []);
    assert.ok(follower.ageMs() < 60);
    assert.equal(asked[0], -1);
    await sleep(30);
    assert.equal(asked.at(-1), 7);
    isAway = true;
    await until(() => told.length === 4, 1_000);
    assert.equal(told[3], 'error');
  });

  test('closing ends it', async () => {
    let reads = 0;
    const { follower } = follow(
      () => {
        reads++;
        return Promise.resolve({ ...EMPTY_STATE, version: reads });
      },
      { pollMs: 5 },
    );
    await follower.start();
    await until(() => reads > 3, 1_000);
    await follower.close();
    const at = reads;
    await sleep(30);
    assert.equal(reads, at);
  });
});
