import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { sql } from 'kysely';
import type { HoldStore, StoredHold } from '#access';
import { createSystemRandom, systemClock as clock, ulid, type PrincipalId, type RequestId } from '#kernel';
import { testDatabase } from '../../test/support/database.ts';
import type { Database } from './database.ts';
import { createHoldStore } from './hold-store.ts';

const random = createSystemRandom();
const MINUTE_MS = 60_000;
const MOST = { ofPrincipal: 3, overall: 1000 };
const recorded = async (): Promise<void> => undefined;

function idOf(prefix: string): string {
  return `${prefix}_${ulid(clock.now(), random.bytes(10))}`;
}

let db: Database;
let store: HoldStore;
before(async () => {
  db = (await testDatabase()).open(6);
  store = createHoldStore(db);
});

async function principal(): Promise<PrincipalId> {
  const id = idOf('prn') as PrincipalId;
  await db
    .insertInto('sekisho.principals')
    .values({ id, name: id.slice(4), kind: 'person', created_at: new Date(), disabled_at: null })
    .execute();
  return id;
}

function hold(principalId: PrincipalId, changes: Partial<StoredHold> = {}): StoredHold {
  const createdAtMs = changes.createdAtMs ?? clock.now();
  return {
    id: idOf('hld'),
    principalId,
    grantId: 'grt_1',
    requestId: idOf('req') as RequestId,
    route: 'defender',
    deployment: 'openai/sol',
    tool: 'シェル "a", {b}',
    reasonCodes: ['target-unknown', 'tainted-context'],
    isTainted: true,
    status: 'waiting',
    createdAtMs,
    expiresAtMs: createdAtMs + 60 * MINUTE_MS,
    decision: null,
    deliveredAtMs: null,
    deliveredTo: null,
    sealedCall: random.bytes(64),
    fingerprint: Buffer.from(random.bytes(32)),
    ...changes,
  };
}

async function kept(changes: Partial<StoredHold> = {}, owner?: PrincipalId): Promise<StoredHold> {
  const made = hold(owner ?? (await principal()), changes);
  const inserted = await store.insert(made, { ...MOST, ofPrincipal: 100 }, recorded);
  assert.ok(typeof inserted === 'object' && inserted.isNew);
  return made;
}

async function approve(id: string, by: PrincipalId, expiresAtMs = clock.now() + 15 * MINUTE_MS): Promise<void> {
  const decision = { by, byName: '承認者', atMs: clock.now(), reason: 'ok' };
  await store.change(id, async () => ({ change: { to: 'approved', decision, expiresAtMs }, result: undefined }));
}

async function deliver(id: string): Promise<void> {
  await store.change(id, async () => ({
    change: { to: 'delivered', atMs: clock.now(), requestId: 'req_2' as RequestId },
    result: undefined,
  }));
}

describe('holds in the database', () => {
  test('come back as they were kept, through every state', async () => {
    const made = await kept();
    assert.deepEqual(await store.find(made.id), made);
    const by = await principal();
    const expiresAtMs = clock.now() + 15 * MINUTE_MS;
    await approve(made.id, by, expiresAtMs);
    const approved = (await store.find(made.id))!;
    assert.deepEqual(
      [approved.status, approved.decision?.by, approved.decision?.byName, approved.expiresAtMs],
      ['approved', by, '承認者', expiresAtMs],
    );
    await deliver(made.id);
    const delivered = (await store.find(made.id))!;
    assert.deepEqual(
      [delivered.status, delivered.deliveredTo, delivered.sealedCall?.equals(made.sealedCall!)],
      ['delivered', 'req_2', true],
    );
    assert.equal(await store.find('hld_none'), undefined);
    assert.equal(await store.change('hld_none', async () => ({ result: 1 })), undefined);
  });

  test('are bounded, and the same call is not kept twice', async () => {
    const owner = await principal();
    const first = hold(owner);
    const outcomes = await Promise.all(
      [first, ...Array.from({ length: 7 }, () => hold(owner))].map((each) => store.insert(each, MOST, recorded)),
    );
    assert.equal(outcomes.filter((outcome) => outcome === 'too-many-of-principal').length, 5);
    const { fingerprint } = (await store.list({ principalId: owner, limit: 1 }))[0]!;
    const again = await store.insert(hold(owner, { fingerprint }), MOST, recorded);
    assert.ok(typeof again === 'object' && !again.isNew && again.hold.fingerprint.equals(fingerprint));
    assert.equal(await store.insert(hold(await principal()), { ofPrincipal: 3, overall: 1 }, recorded), 'too-many');
  });

  test('are not kept when they cannot be recorded', async () => {
    const made = hold(await principal());
    await assert.rejects(
      store.insert(made, MOST, async () => {
        throw new Error('disk full');
      }),
      /disk full/,
    );
    assert.equal(await store.find(made.id), undefined);
  });

  test('are changed by one at a time, and not at all when the work fails', async () => {
    const made = await kept();
    let inside = 0;
    const work = async () => {
      assert.equal(++inside, 1);
      await new Promise((resolve) => setImmediate(resolve));
      inside--;
      return { result: undefined };
    };
    await Promise.all(Array.from({ length: 5 }, () => store.change(made.id, work)));
    const by = await principal();
    const failing = store.change(made.id, async () => {
      throw new Error(`no ${by}`);
    });
    await assert.rejects(failing, /no prn/);
    assert.equal((await store.find(made.id))!.status, 'waiting');
  });

  test('that were approved are found by who they are for, while they are valid', async () => {
    const made = await kept();
    const { principalId, grantId, fingerprint } = made;
    const find = (changes = {}) => store.findApproved({ principalId, grantId, fingerprint, nowMs: clock.now(), ...changes });
    assert.equal(await find(), undefined);
    await approve(made.id, await principal());
    assert.equal((await find())?.id, made.id);
    assert.equal(await find({ grantId: 'grt_2' }), undefined);
    assert.equal(await find({ principalId: await principal() }), undefined);
    assert.equal(await find({ fingerprint: Buffer.alloc(32) }), undefined);
    assert.equal(await find({ nowMs: clock.now() + 16 * MINUTE_MS }), undefined);
  });

  test('end when their time is over, but for one that somebody is deciding about', async () => {
    const [a, b, c] = [
      await kept({ createdAtMs: clock.now() - 120 * MINUTE_MS }),
      await kept({ createdAtMs: clock.now() - 120 * MINUTE_MS }),
      await kept(),
    ];
    await store.change(b.id, async () => {
      assert.equal(await store.expire(clock.now()), 1);
      return { result: undefined };
    });
    const states = await Promise.all([a, b, c].map(async ({ id }) => (await store.find(id))!.status));
    assert.deepEqual(states, ['expired', 'waiting', 'waiting']);
    await store.expire(clock.now());
  });

  test('are listed newest first, in pages', async () => {
    const owner = await principal();
    const all = [];
    for (let index = 0; index < 3; index++) all.push(await kept({ id: `hld_${ulid(clock.now() + index, random.bytes(10))}` }, owner));
    const ids = all.map(({ id }) => id).reverse();
    const list = async (changes = {}) => (await store.list({ principalId: owner, limit: 10, ...changes })).map(({ id }) => id);
    assert.deepEqual(await list(), ids);
    assert.deepEqual(await list({ limit: 2 }), ids.slice(0, 2));
    assert.deepEqual(await list({ beforeId: ids[1]! }), ids.slice(2));
    assert.deepEqual(await list({ status: 'denied' }), []);
  });

  test('lose what is sealed some time after their end, not before', async () => {
    const old = clock.now() - 30 * 24 * 60 * MINUTE_MS;
    const [ended, waiting] = [await kept({ createdAtMs: old }), await kept({ createdAtMs: old, expiresAtMs: clock.now() + MINUTE_MS })];
    await store.expire(clock.now());
    assert.equal(await store.prune(clock.now() - 7 * 24 * 60 * MINUTE_MS, 10), 1);
    assert.equal((await store.find(ended.id))!.sealedCall, null);
    assert.notEqual((await store.find(waiting.id))!.sealedCall, null);
  });
});

describe('the database itself refuses', () => {
  const refused = (statement: Promise<unknown>, why: RegExp) => assert.rejects(statement, why);

  test('an approval by whom the call is for', async () => {
    const made = await kept();
    await refused(approve(made.id, made.principalId), /holds_check|check constraint/);
  });

  test('a row that begins as approved', async () => {
    await refused(store.insert(hold(await principal(), { status: 'approved' }), MOST, recorded), /begins by waiting|check constraint/);
  });

  test('delivery of what is not approved, a second decision and a second delivery', async () => {
    const [made, by] = [await kept(), await principal()];
    await refused(deliver(made.id), /does not become delivered/);
    await approve(made.id, by);
    await refused(approve(made.id, await principal()), /made once/);
    const denied = store.change(made.id, async () => ({
      change: { to: 'denied', decision: { by, byName: 'x', atMs: clock.now(), reason: 'no' } },
      result: undefined,
    }));
    await refused(denied, /does not become denied/);
    await deliver(made.id);
    await refused(deliver(made.id), /delivered once/);
    await refused(sql`update sekisho.holds set state = 'approved' where id = ${made.id}`.execute(db), /does not become approved/);
  });

  test('another call, a longer approval, an early erasure, and any removal', async () => {
    const made = await kept();
    const update = (what: string) => sql`update sekisho.holds set ${sql.raw(what)} where id = ${made.id}`.execute(db);
    await refused(update(`fingerprint = decode(repeat('00', 32), 'hex')`), /never changes/);
    await refused(update(`sealed_call = decode(repeat('00', 40), 'hex')`), /held call never changes/);
    await refused(update('sealed_call = null'), /erased only after its end/);
    await approve(made.id, await principal());
    await refused(update(`expires_at = now() + interval '1 year'`), /made once/);
    await refused(sql`delete from sekisho.holds where id = ${made.id}`.execute(db), /never removed/);
  });

  test('no change without a number that rises', async () => {
    const seq = async (id: string) =>
      Number((await db.selectFrom('sekisho.holds').select('change_seq').where('id', '=', id).executeTakeFirstOrThrow()).change_seq);
    const [a, b] = [await kept(), await kept()];
    const [first, second] = [await seq(a.id), await seq(b.id)];
    assert.ok(second > first);
    await approve(a.id, await principal());
    assert.ok((await seq(a.id)) > second);
  });
});
