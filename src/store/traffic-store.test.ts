import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { sql } from 'kysely';
import type { TrafficStore, TrafficSums } from '#continuity';
import { testDatabase, type TestDatabase } from '../../test/support/database.ts';
import type { Database } from './database.ts';
import { createTrafficStore } from './traffic-store.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const NOON = Date.UTC(2026, 10, 24, 12, 0, 30);
const ALWAYS = { fromMs: 0, toMs: NOON + 400 * DAY_MS };

function sum(changes: Partial<TrafficSums> = {}): TrafficSums {
  return {
    route: 'chat',
    deployment: 'jp/a',
    drill: '',
    dataClass: '',
    cause: '',
    sent: 1,
    ended: 1,
    inputTokens: 10,
    outputTokens: 5,
    totalMs: 100.5,
    firstByteMs: 20.25,
    firstAtMs: NOON,
    lastAtMs: NOON,
    ...changes,
  };
}

interface World {
  readonly database: TestDatabase;
  readonly db: Database;
  readonly store: TrafficStore;
}

async function createWorld(max = 4): Promise<World> {
  const database = await testDatabase();
  const db = database.open(max);
  return { database, db, store: createTrafficStore(db) };
}

async function rowsOf({ db }: World): Promise<readonly { seconds: number; node: string; start: Date; sent: number }[]> {
  const { rows } = await sql<{ seconds: number; node: string; start: Date; sent: number }>`
    select period_seconds as seconds, node, period_start as start, sent::integer as sent from sekisho.traffic order by start, node`.execute(
    db,
  );
  return rows;
}

describe('traffic store', () => {
  test('sums come back as they were, and equal ones are added up over minutes and nodes', async () => {
    const { store } = await createWorld();
    const drilled = sum({
      drill: 'drl_1',
      dataClass: 'personal+restricted',
      cause: 'refused:cut-off',
      deployment: '',
      sent: 0,
      inputTokens: 0,
    });
    await store.add({ node: 'a', atMs: NOON, sums: [sum(), drilled] });
    await store.add({ node: 'a', atMs: NOON + 1000, sums: [sum({ firstAtMs: NOON - 5, lastAtMs: NOON - 5 })] });
    await store.add({ node: 'b', atMs: NOON + 61_000, sums: [sum({ lastAtMs: NOON + 60_000 })] });
    assert.deepEqual(await store.sums(ALWAYS), [
      drilled,
      sum({
        sent: 3,
        ended: 3,
        inputTokens: 30,
        outputTokens: 15,
        totalMs: 301.5,
        firstByteMs: 60.75,
        firstAtMs: NOON - 5,
        lastAtMs: NOON + 60_000,
      }),
    ]);
    assert.deepEqual(await store.drillSums('drl_1'), [drilled]);
    assert.deepEqual(await store.drillSums(''), []);
  });

  test('what was only sent has no times, and gets them with the first that ends', async () => {
    const { store } = await createWorld();
    const sent = sum({ ended: 0, inputTokens: 0, outputTokens: 0, totalMs: 0, firstByteMs: 0, firstAtMs: 0, lastAtMs: 0 });
    await store.add({ node: 'a', atMs: NOON, sums: [sent] });
    assert.deepEqual(await store.sums(ALWAYS), [sent]);
    await store.add({ node: 'a', atMs: NOON, sums: [sum({ sent: 0 })] });
    assert.deepEqual(await store.sums(ALWAYS), [sum()]);
  });

  test('a window takes the minutes that begin in it', async () => {
    const { store } = await createWorld();
    for (const minute of [0, 1, 2]) await store.add({ node: 'a', atMs: NOON + minute * 60_000, sums: [sum()] });
    const start = NOON - 30_000;
    const sent = async (fromMs: number, toMs: number): Promise<number> => (await store.sums({ fromMs, toMs }))[0]?.sent ?? 0;
    assert.equal(await sent(start, start + 120_000), 2);
    assert.equal(await sent(start + 1, start + 120_001), 2);
    assert.equal(await sent(start + 120_000, start + 120_000), 0);
  });

  test('the same key twice in one call is one row', async () => {
    const { store } = await createWorld();
    await store.add({ node: 'a', atMs: NOON, sums: [sum(), sum()] });
    assert.equal((await store.sums(ALWAYS))[0]!.sent, 2);
    await store.add({ node: 'a', atMs: NOON, sums: [] });
  });

  test('a batch that is repeated counts once; another one, and another node’s of the same name, count', async () => {
    const { store } = await createWorld();
    const add = (node: string, batch: string): Promise<void> => store.add({ node, atMs: NOON, sums: [sum()], batch });
    await Promise.all([add('a', '1'), add('a', '1'), add('a', '1'), add('b', '1')]);
    await add('a', '1');
    assert.equal((await store.sums(ALWAYS))[0]!.sent, 2);
    await add('a', '2');
    assert.equal((await store.sums(ALWAYS))[0]!.sent, 3);
  });

  test('a batch that failed is not claimed', async () => {
    const { store } = await createWorld();
    await assert.rejects(store.add({ node: 'a', atMs: NOON, sums: [sum({ route: 'x'.repeat(200) })], batch: '1' }), /check constraint/);
    await store.add({ node: 'a', atMs: NOON, sums: [sum()], batch: '1' });
    assert.equal((await store.sums(ALWAYS))[0]!.sent, 1);
  });

  test('many writers on the same and on other rows lose nothing and do not deadlock', async () => {
    const { store } = await createWorld(16);
    const keys = Array.from({ length: 30 }, (_, index) => sum({ route: `route-${index}` }));
    await Promise.all(
      Array.from({ length: 120 }, (_, index) =>
        store.add({ node: `node-${index % 3}`, atMs: NOON, sums: index % 2 === 0 ? keys : keys.toReversed(), batch: `b${index}` }),
      ),
    );
    const all = await store.sums(ALWAYS);
    assert.equal(all.length, 30);
    assert.ok(
      all.every(({ sent, ended, inputTokens, totalMs }) => sent === 120 && ended === 120 && inputTokens === 1200 && totalMs === 12_060),
    );
  });
});

describe('traffic that gets old', () => {
  test('compaction turns old minutes into hours of all nodes, keeps every sum, and forgets after 400 days', async () => {
    const world = await createWorld();
    const { store } = world;
    const now = Date.UTC(2026, 10, 24, 12, 30);
    const old = now - 30 * HOUR_MS;
    for (const minute of [0, 10, 29, 31]) {
      for (const node of ['a', 'b'])
        await store.add({ node, atMs: old + minute * 60_000, sums: [sum(), sum({ route: 'other', drill: 'drl_1' })] });
    }
    await store.add({ node: 'a', atMs: now - 26 * HOUR_MS, sums: [sum()] });
    await store.add({ node: 'a', atMs: now, sums: [sum()] });
    await store.add({ node: 'a', atMs: now - 401 * DAY_MS, sums: [sum({ route: 'forgotten' })] });
    const before = await store.sums({ fromMs: now - 48 * HOUR_MS, toMs: now + HOUR_MS });
    const drill = await store.drillSums('drl_1');
    // 4 minutes, 2 nodes, 2 routes; the forgotten minute twice: once as a minute, once as an hour.
    assert.equal(await store.compact(now), 18);
    assert.deepEqual(await store.sums({ fromMs: now - 48 * HOUR_MS, toMs: now + HOUR_MS }), before);
    assert.deepEqual(await store.drillSums('drl_1'), drill);
    assert.deepEqual(await store.sums({ fromMs: 0, toMs: now - 48 * HOUR_MS }), []);
    const rows = await rowsOf(world);
    assert.deepEqual(
      rows.filter(({ seconds }) => seconds === 3600).map(({ node, sent, start }) => [node, sent, start.toISOString()]),
      [
        ['', 6, '2026-11-23T06:00:00.000Z'],
        ['', 6, '2026-11-23T06:00:00.000Z'],
        ['', 2, '2026-11-23T07:00:00.000Z'],
        ['', 2, '2026-11-23T07:00:00.000Z'],
      ],
    );
    assert.equal(rows.filter(({ seconds }) => seconds === 60).length, 2);
    assert.equal(await store.compact(now), 0);
    // A node that could not reach the database for a day writes late.
    await store.add({ node: 'c', atMs: old, sums: [sum()] });
    await store.compact(now);
    assert.equal((await store.sums({ fromMs: now - 48 * HOUR_MS, toMs: now - 27 * HOUR_MS }))[0]!.sent, 9);
  });

  test('nodes that compact at once, while others write and read, keep every sum at every moment', async () => {
    const { store } = await createWorld(12);
    const now = NOON;
    for (let minute = 0; minute < 60; minute++) await store.add({ node: 'a', atMs: now - 40 * HOUR_MS + minute * 60_000, sums: [sum()] });
    const seen: number[] = [];
    let done = false;
    const reading = (async () => {
      for (let last = false; !last;) {
        last = done;
        seen.push((await store.sums({ fromMs: now - 48 * HOUR_MS, toMs: now - 20 * HOUR_MS }))[0]!.sent);
      }
    })();
    const writing = Promise.all(Array.from({ length: 20 }, () => store.add({ node: 'b', atMs: now, sums: [sum()] })));
    const removed = await Promise.all(Array.from({ length: 4 }, () => store.compact(now)));
    await writing;
    done = true;
    await reading;
    assert.equal(
      removed.reduce((all, each) => all + each),
      60,
    );
    assert.ok(seen.length > 0 && seen.every((sent) => sent === 60), String(seen));
    assert.equal((await store.sums(ALWAYS))[0]!.sent, 80);
  });

  test('days are those of UTC, oldest first, without what was never sent', async () => {
    const { store } = await createWorld();
    const midnight = Date.UTC(2026, 10, 24);
    await store.add({
      node: 'a',
      atMs: midnight - 1,
      sums: [sum(), sum({ deployment: '', cause: 'refused:busy', sent: 0, inputTokens: 0, outputTokens: 0 })],
    });
    await store.add({ node: 'a', atMs: midnight, sums: [sum({ sent: 4 }), sum({ cause: 'declined', sent: 0 })] });
    assert.deepEqual(await store.daily({ fromMs: midnight - DAY_MS, toMs: midnight + DAY_MS }), [
      { day: '2026-11-23', route: 'chat', deployment: 'jp/a', sent: 1, inputTokens: 10, outputTokens: 5 },
      { day: '2026-11-24', route: 'chat', deployment: 'jp/a', sent: 4, inputTokens: 20, outputTokens: 10 },
    ]);
  });

  test('the table refuses what the code would never write', async () => {
    const world = await createWorld();
    await world.store.add({ node: 'a', atMs: NOON, sums: [sum()] });
    for (const change of [
      `sent = -1`,
      `first_at = null`,
      `period_seconds = 61`,
      `node = ''`,
      `period_start = period_start + interval '1 second'`,
      `cause = repeat('x', 129)`,
    ])
      await assert.rejects(sql`update sekisho.traffic set ${sql.raw(change)}`.execute(world.db), /check constraint/, change);
  });
});
