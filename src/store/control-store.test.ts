import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import type { CaseResult, ControlStore, CutRecord, DrillRecord } from '#continuity';
import { createSystemRandom, SekishoError, systemClock as clock, ulid } from '#kernel';
import type { Evidence, RoutingState } from '#routing';
import { testDatabase } from '../../test/support/database.ts';
import { createControlStore } from './control-store.ts';
import type { Database } from './database.ts';

const random = createSystemRandom();
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

function idOf(prefix: string): string {
  return `${prefix}_${ulid(clock.now(), random.bytes(10))}`;
}

function cut(changes: Partial<CutRecord> = {}): CutRecord {
  return {
    id: idOf('cut'),
    selector: 'country:US',
    reason: '輸出令',
    by: 'ops',
    atMs: clock.now(),
    restoredAtMs: null,
    restoredBy: null,
    restoredReason: null,
    ...changes,
  };
}

function drill(changes: Partial<DrillRecord> = {}): DrillRecord {
  const startsAtMs = changes.startsAtMs ?? clock.now();
  return {
    id: idOf('drl'),
    selectors: ['country:US', 'company:Example "Inc", {a}'],
    share: 0.25,
    canariesOnly: false,
    reason: 'autumn drill',
    by: 'ops',
    startsAtMs,
    endsAtMs: startsAtMs + 10 * MINUTE_MS,
    abortedAtMs: null,
    abortedBy: null,
    ...changes,
  };
}

function evidence(changes: Partial<Evidence & { run: string }> = {}): Evidence & { readonly run: string } {
  return {
    run: 'qlf_1',
    route: 'chat',
    deployment: 'jp/a',
    model: 'm-1',
    score: 1 / 3,
    latencyMsP50: 123.456,
    costPerCase: 0.1 + 0.2,
    effectiveModel: 'm-1-2026',
    atMs: clock.now(),
    casesHash: 'ab'.repeat(32),
    ...changes,
  };
}

function caseResult(changes: Partial<CaseResult> = {}): CaseResult {
  return {
    run: 'qlf_1',
    route: 'chat',
    deployment: 'jp/a',
    caseId: 'one',
    passed: false,
    score: 0.5,
    latencyMs: 12.5,
    cost: null,
    effectiveModel: null,
    problems: ['the word "関所" is missing', 'a, {b} \\ "c"'],
    atMs: clock.now(),
    ...changes,
  };
}

interface World {
  readonly db: Database;
  readonly store: ControlStore;
}

async function createWorld(max = 4): Promise<World> {
  const db = (await testDatabase()).open(max);
  return { db, store: createControlStore(db) };
}

async function stateOf({ store }: World, nowMs = clock.now()): Promise<RoutingState> {
  const state = await store.readState({ version: -1, nowMs });
  assert.ok(state !== 'unchanged');
  return state;
}

let shared: World;
before(async () => {
  shared = await createWorld();
});

describe('routing state', () => {
  test('is empty at first, whole for whoever knows nothing, and unchanged for whoever knows it', async () => {
    const world = await createWorld();
    assert.deepEqual(await stateOf(world), { version: 0, cuts: [], drills: [], evidence: [] });
    assert.equal(await world.store.readState({ version: 0, nowMs: clock.now() }), 'unchanged');
    const [made, running, shown] = [cut(), drill(), evidence()];
    await world.store.insertCut(made);
    await world.store.insertDrill(running);
    await world.store.insertEvidence(shown);
    const state = await stateOf(world);
    const { run: _, ...expected } = shown;
    const { selectors, share, canariesOnly, startsAtMs, endsAtMs } = running;
    assert.deepEqual(state, {
      version: 3,
      cuts: [{ id: made.id, selector: made.selector, reason: made.reason, atMs: made.atMs }],
      drills: [{ id: running.id, selectors, share, canariesOnly, startsAtMs, endsAtMs }],
      evidence: [expected],
    });
    assert.equal(await world.store.readState({ version: 3, nowMs: clock.now() }), 'unchanged');
    // A database restored from a backup has a smaller version: another state all the same.
    assert.deepEqual(await world.store.readState({ version: 4, nowMs: clock.now() }), state);
  });

  test('changes with every act, and holds only what is in force', async () => {
    const world = await createWorld();
    const [made, other] = [cut(), cut({ selector: 'company:Example' })];
    const running = drill();
    await world.store.insertCut(made);
    await world.store.insertCut(other);
    await world.store.insertDrill(running);
    const first = await stateOf(world);
    assert.ok(await world.store.restoreCut({ id: made.id, atMs: clock.now(), by: 'ops', reason: 'false alarm' }));
    const second = await world.store.readState({ version: first.version, nowMs: clock.now() });
    assert.ok(second !== 'unchanged' && second.version > first.version);
    assert.deepEqual(
      second.cuts.map(({ id }) => id),
      [other.id],
    );
    assert.ok(await world.store.abortDrill({ id: running.id, atMs: clock.now(), by: 'ops' }));
    const third = await world.store.readState({ version: second.version, nowMs: clock.now() });
    assert.ok(third !== 'unchanged' && third.version > second.version);
    assert.deepEqual(third.drills, []);
    assert.deepEqual((await stateOf(world)).cuts, third.cuts);
  });

  test('a drill is in it before its start and not after its end, which changes no version', async () => {
    const world = await createWorld();
    const later = drill({ startsAtMs: clock.now() + HOUR_MS });
    await world.store.insertDrill(later);
    const { version, drills } = await stateOf(world);
    assert.equal(drills.length, 1);
    const ended = await stateOf(world, later.endsAtMs);
    assert.deepEqual([ended.version, ended.drills], [version, []]);
  });

  test('the newest evidence of a route and deployment is the one recorded last, whatever the clocks say', async () => {
    const world = await createWorld();
    await world.store.insertEvidence(evidence({ score: 1, atMs: clock.now() + DAY_MS }));
    await world.store.insertEvidence(evidence({ score: 0 }));
    await world.store.insertEvidence(evidence({ score: 0.5, deployment: 'jp/b', costPerCase: null, effectiveModel: null }));
    assert.deepEqual(
      (await stateOf(world)).evidence.map(({ deployment, score }) => [deployment, score]),
      [
        ['jp/a', 0],
        ['jp/b', 0.5],
      ],
    );
    const listed = await world.store.listEvidence({ route: 'chat', limit: 2 });
    assert.deepEqual(
      listed.map(({ score }) => score),
      [0.5, 0],
    );
    assert.deepEqual(await world.store.listEvidence({ route: 'other', limit: 2 }), []);
  });

  test('a change that commits late is not missed: later ones wait for it', async () => {
    const world = await createWorld();
    const { version } = await stateOf(world);
    let commit: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (commit = resolve));
    let inserted: () => void = () => undefined;
    const hasInserted = new Promise<void>((resolve) => (inserted = resolve));
    const late = world.db.transaction().execute(async (transaction) => {
      await createControlStore(transaction).insertCut(cut({ selector: 'company:late' }));
      inserted();
      await held;
    });
    await hasInserted;
    const second = world.store.insertCut(cut({ selector: 'company:second' }));
    await sleep(100);
    assert.equal(await world.store.readState({ version, nowMs: clock.now() }), 'unchanged');
    commit();
    await Promise.all([late, second]);
    assert.equal((await stateOf(world)).cuts.length, 2);
  });

  test('100 acts at once over 12 connections: whoever reads all the time sees the last one, and versions only rise', async () => {
    const world = await createWorld(12);
    let known = await stateOf(world);
    let done = false;
    const reading = (async () => {
      for (let last = false; !last;) {
        last = done;
        const read = await world.store.readState({ version: known.version, nowMs: clock.now() });
        if (read === 'unchanged') continue;
        assert.ok(read.version > known.version);
        known = read;
      }
    })();
    await Promise.all(
      Array.from({ length: 50 }, () => world.store.insertCut(cut())).concat(
        Array.from({ length: 50 }, () => world.store.insertDrill(drill())),
      ),
    );
    done = true;
    await reading;
    assert.deepEqual([known.cuts.length, known.drills.length], [50, 50]);
  });
});

describe('the routing state of a checkpoint that has evaluated for years', () => {
  test('is read without reading every evaluation there ever was: that would one day take longer than a cut may', async () => {
    const world = await createWorld();
    await sql`insert into sekisho.evidence (run, route, deployment, model, score, latency_ms_p50, at, cases_hash)
      select 'run', 'chat', 'jp/' || n % 3, 'm', n / 10000.0, 1, now(), repeat('0', 64) from generate_series(1, 9999) as n`.execute(
      world.db,
    );
    await sql`analyze sekisho.evidence`.execute(world.db);
    const { state, read } = await world.db.transaction().execute(async (transaction) => {
      const found = await createControlStore(transaction).readState({ version: -1, nowMs: clock.now() });
      const { rows } = await sql<{ read: string }>`select seq_tup_read + coalesce(idx_tup_fetch, 0) as read
        from pg_stat_xact_user_tables where relname = 'evidence'`.execute(transaction);
      return { state: found, read: Number(rows[0]!.read) };
    });
    assert.ok(state !== 'unchanged');
    assert.deepEqual(
      state.evidence.map(({ deployment, score }) => [deployment, score]),
      [
        ['jp/0', 0.9999],
        ['jp/1', 0.9997],
        ['jp/2', 0.9998],
      ],
    );
    assert.ok(read < 100, `${read} rows`);
  });
});

describe('cuts', () => {
  test('come back newest first, with who restored them and why', async () => {
    const { store } = await createWorld();
    const [old, recent] = [cut({ atMs: clock.now() - 1000 }), cut()];
    await store.insertCut(recent);
    await store.insertCut(old);
    const restored = { atMs: clock.now(), by: '当直', reason: '誤報' };
    assert.ok(await store.restoreCut({ id: recent.id, ...restored }));
    const expected = { ...recent, restoredAtMs: restored.atMs, restoredBy: restored.by, restoredReason: restored.reason };
    assert.deepEqual(await store.listCuts({ inForceOnly: false, limit: 10 }), [expected, old]);
    assert.deepEqual(await store.listCuts({ inForceOnly: true, limit: 10 }), [old]);
    assert.deepEqual(await store.listCuts({ inForceOnly: false, limit: 1 }), [expected]);
  });

  test('restoring is final, and one of many who do it at once does it', async () => {
    const { db, store } = shared;
    const made = cut();
    await store.insertCut(made);
    const outcomes = await Promise.all(
      Array.from({ length: 6 }, (_, index) => store.restoreCut({ id: made.id, atMs: clock.now(), by: `ops-${index}`, reason: 'x' })),
    );
    assert.equal(outcomes.filter(Boolean).length, 1);
    assert.equal(await store.restoreCut({ id: idOf('cut'), atMs: clock.now(), by: 'ops', reason: 'x' }), false);
    await assert.rejects(
      sql`update sekisho.cuts set restored_at = null, restored_by = null, restored_reason = null where id = ${made.id}`.execute(db),
      /restoring is final/,
    );
  });

  test('are never changed otherwise, and never removed', async () => {
    const { db, store } = shared;
    const made = cut();
    await store.insertCut(made);
    await assert.rejects(sql`update sekisho.cuts set selector = 'country:ZZ' where id = ${made.id}`.execute(db), /never changes/);
    await assert.rejects(sql`update sekisho.cuts set reason = 'x' where id = ${made.id}`.execute(db), /never changes/);
    await assert.rejects(sql`delete from sekisho.cuts where id = ${made.id}`.execute(db), /never removed/);
    await assert.rejects(sql`truncate sekisho.cuts`.execute(db), /never removed/);
    await assert.rejects(store.insertCut(made), /duplicate key/);
    await assert.rejects(store.insertCut(cut({ id: 'cut_1' })), /check constraint/);
    await assert.rejects(store.insertCut(cut({ reason: '' })), /check constraint/);
    await assert.rejects(store.insertCut(cut({ restoredAtMs: 1 })), /check constraint/);
  });

  test('in force are at most a thousand', async () => {
    const { db, store } = await createWorld();
    await sql`insert into sekisho.cuts (id, selector, reason, made_by, at)
      select 'cut_' || lpad(n::text, 26, '0'), 'country:US', 'x', 'ops', now() from generate_series(1, 1000) as n`.execute(db);
    await assert.rejects(store.insertCut(cut()), (error) => error instanceof SekishoError && error.code === 'too-many-in-force');
    await store.restoreCut({ id: `cut_${'1'.padStart(26, '0')}`, atMs: clock.now(), by: 'ops', reason: 'x' });
    await store.insertCut(cut());
  });
});

describe('drills', () => {
  test('come back as they were, by id and newest first', async () => {
    const { store } = await createWorld();
    const [early, late] = [drill({ startsAtMs: clock.now() - HOUR_MS, canariesOnly: true, share: 1 }), drill()];
    await store.insertDrill(late);
    await store.insertDrill(early);
    assert.deepEqual(await store.listDrills(10), [late, early]);
    assert.deepEqual(await store.listDrills(1), [late]);
    assert.deepEqual(await store.findDrill(early.id), early);
    assert.equal(await store.findDrill(idOf('drl')), undefined);
  });

  test('aborting is final, and an ended one is over already', async () => {
    const { db, store } = shared;
    const [running, over] = [drill(), drill({ startsAtMs: clock.now() - HOUR_MS })];
    await store.insertDrill(running);
    await store.insertDrill(over);
    const atMs = clock.now();
    assert.equal(await store.abortDrill({ id: over.id, atMs, by: 'ops' }), false);
    assert.equal(await store.abortDrill({ id: running.id, atMs, by: 'ops' }), true);
    assert.equal(await store.abortDrill({ id: running.id, atMs, by: 'other' }), false);
    assert.deepEqual(await store.findDrill(running.id), { ...running, abortedAtMs: atMs, abortedBy: 'ops' });
    await assert.rejects(
      sql`update sekisho.drills set aborted_at = null, aborted_by = null where id = ${running.id}`.execute(db),
      /aborting is final/,
    );
  });

  test('are never made longer or larger, never removed, and none lasts longer than a day', async () => {
    const { db, store } = shared;
    const running = drill();
    await store.insertDrill(running);
    await assert.rejects(
      sql`update sekisho.drills set ends_at = ends_at + interval '1 hour' where id = ${running.id}`.execute(db),
      /never changes/,
    );
    await assert.rejects(sql`update sekisho.drills set share = 1 where id = ${running.id}`.execute(db), /never changes/);
    await assert.rejects(sql`delete from sekisho.drills`.execute(db), /never removed/);
    await assert.rejects(store.insertDrill(drill({ endsAtMs: clock.now() + 2 * DAY_MS })), /check constraint/);
    await assert.rejects(store.insertDrill(drill({ share: 1.1 })), /check constraint/);
    await assert.rejects(store.insertDrill(drill({ selectors: [] })), /check constraint/);
  });
});

describe('evaluations', () => {
  test('a case result replaces what the same run said of the same case and deployment', async () => {
    const { store } = await createWorld();
    const [first, other] = [
      caseResult({ atMs: clock.now() - 10 }),
      caseResult({ deployment: 'jp/b', cost: 0.5, effectiveModel: 'm', passed: true }),
    ];
    await store.insertCaseResult(first);
    await store.insertCaseResult(other);
    const again = caseResult({ passed: true, score: 1, problems: [], atMs: clock.now() + 10 });
    await store.insertCaseResult(again);
    assert.deepEqual(await store.caseResults('qlf_1'), [other, again]);
    assert.deepEqual(await store.caseResults('qlf_2'), []);
  });

  test('the latest run is that of the newest result', async () => {
    const { store } = await createWorld();
    assert.equal(await store.latestRun('chat'), undefined);
    await store.insertCaseResult(caseResult({ run: 'qlf_2' }));
    await store.insertCaseResult(caseResult({ run: 'qlf_1', atMs: clock.now() + 1000 }));
    await store.insertCaseResult(caseResult({ run: 'qlf_3', route: 'other', atMs: clock.now() + 2000 }));
    assert.equal(await store.latestRun('chat'), 'qlf_1');
  });

  test('what a provider calls its model is kept as far as a database can: long, broken and with NUL', async () => {
    const { store } = await createWorld();
    const hostile = `\0\uD800${'x'.repeat(10_000)}`;
    await store.insertCaseResult(caseResult({ effectiveModel: hostile, problems: Array.from({ length: 500 }, () => hostile) }));
    await store.insertEvidence(evidence({ effectiveModel: hostile }));
    const [kept] = await store.caseResults('qlf_1');
    assert.ok(kept!.effectiveModel!.startsWith('\u{FFFD}\u{FFFD}xx') && kept!.effectiveModel!.length === 256);
    assert.equal(kept!.problems.length, 100);
    assert.equal((await store.listEvidence({ limit: 1 }))[0]!.effectiveModel, kept!.effectiveModel);
  });

  test('evidence never changes and is never removed; old case results are forgotten when newer evidence comes', async () => {
    const { db, store } = await createWorld();
    await store.insertCaseResult(caseResult({ run: 'qlf_old', atMs: clock.now() - 91 * DAY_MS }));
    await store.insertCaseResult(caseResult());
    await store.insertEvidence(evidence());
    assert.deepEqual(await store.caseResults('qlf_old'), []);
    assert.equal((await store.caseResults('qlf_1')).length, 1);
    await assert.rejects(sql`update sekisho.evidence set score = 1`.execute(db), /never changes/);
    await assert.rejects(sql`delete from sekisho.evidence`.execute(db), /never removed/);
    await assert.rejects(store.insertEvidence(evidence({ score: 2 })), /check constraint/);
    await assert.rejects(store.insertEvidence(evidence({ casesHash: 'x' })), /check constraint/);
  });
});
