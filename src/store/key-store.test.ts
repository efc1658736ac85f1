import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { createAdministration, createKeyring, type Administration, type KeyStore } from '#identity';
import { createSystemRandom, systemClock as clock, type KeyId } from '#kernel';
import { testDatabase, type TestDatabase } from '../../test/support/database.ts';
import type { Database } from './database.ts';
import { createKeyStore } from './key-store.ts';

const random = createSystemRandom();
const pepper = random.bytes(32);

interface World {
  readonly database: TestDatabase;
  readonly db: Database;
  readonly store: KeyStore;
  readonly administration: Administration;
}

async function createWorld(max = 4): Promise<World> {
  const database = await testDatabase();
  const db = database.open(max);
  const store = createKeyStore(db);
  return { database, db, store, administration: createAdministration({ store, pepper, clock, random }) };
}

async function createKey(world: World, owner = 'soc'): Promise<{ readonly key: string; readonly id: KeyId }> {
  const created = await world.administration.createKey({ owner, kind: 'service' });
  assert.ok(created.ok);
  return { key: created.value.key, id: created.value.record.id };
}

let shared: World;
before(async () => {
  shared = await createWorld();
});

test('a created key is shown once; what is kept and listed has neither the secret nor its MAC', async () => {
  const { administration, db } = shared;
  const expiresAtMs = clock.now() + 60_000;
  const created = await administration.createKey({
    owner: '解析班',
    kind: 'person',
    label: 'laptop',
    roles: ['caller', 'auditor', 'caller'],
    routes: ['fast', 'careful'],
    expiresAtMs,
  });
  assert.ok(created.ok);
  const { key, record } = created.value;
  assert.deepEqual(
    { label: record.label, roles: record.roles, routes: record.routes, expiresAtMs: record.expiresAtMs, revokedAtMs: record.revokedAtMs },
    { label: 'laptop', roles: ['caller', 'auditor'], routes: ['fast', 'careful'], expiresAtMs, revokedAtMs: null },
  );
  const listed = await administration.listKeys({ owner: '解析班' });
  assert.ok(listed.ok);
  assert.deepEqual(listed.value, [record]);
  const secret = key.slice(20);
  assert.ok(!JSON.stringify(listed.value).includes(secret) && !('mac' in listed.value[0]!));
  const dump = await sql<{ row: string }>`select api_keys::text as row from sekisho.api_keys`.execute(db);
  assert.ok(dump.rows.length > 0 && dump.rows.every(({ row }) => !row.includes(secret)));
});

test('one principal has many keys, found by name or id; another kind under the same name is refused', async () => {
  const { administration } = shared;
  await createKey(shared, 'many');
  await createKey(shared, 'many');
  const found = await administration.findPrincipal('many');
  assert.ok(found.ok);
  assert.deepEqual(await administration.findPrincipal(found.value.id), found);
  const listed = await administration.listKeys({ owner: found.value.id });
  assert.equal(listed.ok && listed.value.length, 2);
  const other = await administration.createKey({ owner: 'many', kind: 'agent' });
  assert.equal(!other.ok && other.error.kind, 'owner-kind-differs');
  const nobody = await administration.listKeys({ owner: 'nobody-of-this-name' });
  assert.equal(!nobody.ok && nobody.error.kind, 'unknown-principal');
});

test('a disabled principal gets no new key', async () => {
  const { administration } = shared;
  await createKey(shared, 'leaver');
  const disabled = await administration.disablePrincipal('leaver');
  assert.ok(disabled.ok && disabled.value.disabledAtMs !== null);
  const refused = await administration.createKey({ owner: 'leaver', kind: 'service' });
  assert.equal(!refused.ok && refused.error.kind, 'owner-disabled');
  const enabled = await administration.enablePrincipal('leaver');
  assert.ok(enabled.ok && enabled.value.disabledAtMs === null);
  assert.ok((await administration.createKey({ owner: 'leaver', kind: 'service' })).ok);
});

test('two processes that create the first key of one owner at once make one principal', async () => {
  const { administration } = shared;
  const outcomes = await Promise.all(Array.from({ length: 8 }, () => administration.createKey({ owner: 'raced', kind: 'agent' })));
  assert.equal(new Set(outcomes.map((outcome) => outcome.ok && outcome.value.record.owner.id)).size, 1);
});

test('a revocation is final: a second one keeps the first instant and reason, and SQL cannot take it back', async () => {
  const { administration, db } = shared;
  const { id, key } = await createKey(shared);
  const first = await administration.revokeKey({ key: id, reason: 'found in a repository' });
  assert.ok(first.ok && first.value.revokedAtMs !== null);
  assert.deepEqual(await administration.revokeKey({ key, reason: 'again' }), first);
  await assert.rejects(
    db.updateTable('sekisho.api_keys').set({ revoked_at: null, revoked_reason: null }).where('id', '=', id).execute(),
    /a revocation is final/,
  );
  const unknown = await administration.revokeKey({ key: '0000000000000000', reason: 'x' });
  assert.equal(!unknown.ok && unknown.error.kind, 'unknown-key');
});

test('rows cannot be removed, nor given another id, owner or MAC', async () => {
  const { db } = shared;
  const { id } = await createKey(shared);
  await assert.rejects(sql`delete from sekisho.api_keys where id = ${id}`.execute(db), /not removed/);
  await assert.rejects(sql`delete from sekisho.principals`.execute(db), /not removed/);
  await assert.rejects(sql`truncate sekisho.api_keys cascade`.execute(db), /not removed/);
  await assert.rejects(sql`update sekisho.api_keys set mac = sha256('x') where id = ${id}`.execute(db), /never change/);
  await assert.rejects(sql`update sekisho.api_keys set authentication = 'passkey' where id = ${id}`.execute(db), /never change/);
  await assert.rejects(sql`update sekisho.principals set created_at = now()`.execute(db), /never change/);
});

test('the tables themselves refuse what the code would never write', async () => {
  const { db } = shared;
  const { id } = await createKey(shared);
  for (const change of [
    `roles = '{}'`,
    `roles = '{root}'`,
    `roles = '{caller,null}'`,
    `routes = '{}'`,
    `revoked_at = now()`,
    `label = repeat('x', 257)`,
  ]) {
    await assert.rejects(sql`update sekisho.api_keys set ${sql.raw(change)} where id = ${id}`.execute(db), /check constraint/, change);
  }
});

test('pages of changes join without a gap, in one order over both tables', async () => {
  const world = await createWorld();
  for (let count = 0; count < 7; count++) await createKey(world, `owner-${count % 3}`);
  const paged = createKeyStore(world.db, { pageRows: 2 });
  const seen: string[] = [];
  for (let from = 0; ;) {
    const page = await paged.changesSince({ afterSeq: from, endedSinceMs: null });
    seen.push(...page.principals.map(({ id }) => id as string), ...page.keys.map(({ id }) => id as string));
    assert.ok(page.upTo > from || !page.more);
    from = page.upTo;
    if (!page.more) break;
  }
  assert.equal(seen.length, 10);
  assert.equal(new Set(seen).size, 10);
  const all = await world.store.changesSince({ afterSeq: 0, endedSinceMs: null });
  assert.equal(all.upTo, all.latest);
  assert.deepEqual(await world.store.changesSince({ afterSeq: all.upTo, endedSinceMs: null }), {
    principals: [],
    keys: [],
    latest: all.latest,
    upTo: all.latest,
    more: false,
  });
});

test('keys that ended long ago are left out of a first copy and only of that', async () => {
  const world = await createWorld();
  const [old, recent, live] = [await createKey(world), await createKey(world), await createKey(world)];
  await world.store.revokeKey({ keyId: old.id, atMs: clock.now() - 100_000, reason: 'x' });
  await world.store.revokeKey({ keyId: recent.id, atMs: clock.now(), reason: 'x' });
  const first = await world.store.changesSince({ afterSeq: 0, endedSinceMs: clock.now() - 50_000 });
  assert.deepEqual(new Set(first.keys.map(({ id }) => id)), new Set([recent.id, live.id]));
  const every = await world.store.changesSince({ afterSeq: 0, endedSinceMs: null });
  assert.equal(every.keys.length, 3);
});

test('a transaction that commits late is not missed: later changes wait for it', async () => {
  const world = await createWorld();
  const slow = await createKey(world);
  const quick = await createKey(world);
  const begun = await world.store.changesSince({ afterSeq: 0, endedSinceMs: null });
  let commit: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (commit = resolve));
  let numbered: () => void = () => undefined;
  const hasNumber = new Promise<void>((resolve) => (numbered = resolve));
  const late = world.db.transaction().execute(async (transaction) => {
    await transaction.updateTable('sekisho.api_keys').set({ label: 'late' }).where('id', '=', slow.id).execute();
    numbered();
    await held;
  });
  await hasNumber;
  const second = world.db.updateTable('sekisho.api_keys').set({ label: 'second' }).where('id', '=', quick.id).execute();
  await sleep(100);
  const between = await world.store.changesSince({ afterSeq: begun.upTo, endedSinceMs: null });
  assert.deepEqual(between.keys, []);
  commit();
  await Promise.all([late, second]);
  const afterwards = await world.store.changesSince({ afterSeq: between.upTo, endedSinceMs: null });
  assert.deepEqual(new Set(afterwards.keys.map(({ id }) => id)), new Set([slow.id, quick.id]));
});

test('200 revocations at once over 16 connections: a poller that never rests sees every one, in rising order', async () => {
  const world = await createWorld(16);
  const keys = await Promise.all(Array.from({ length: 200 }, (_, index) => createKey(world, `owner-${index % 10}`)));
  const seen = new Set<string>();
  let from = (await world.store.changesSince({ afterSeq: 0, endedSinceMs: null })).upTo;
  let done = false;
  const polling = (async () => {
    for (let last = false; !last;) {
      last = done;
      const page = await world.store.changesSince({ afterSeq: from, endedSinceMs: null });
      assert.ok(page.upTo >= from);
      from = page.upTo;
      for (const key of page.keys) if (key.revokedAtMs !== null) seen.add(key.id);
    }
  })();
  const outcomes = await Promise.all(keys.map(({ id }) => world.administration.revokeKey({ key: id, reason: 'drill' })));
  done = true;
  await polling;
  assert.ok(outcomes.every((outcome) => outcome.ok));
  assert.equal(seen.size, 200);
});

test('writers that touch the same rows in opposite order do not deadlock', async () => {
  const world = await createWorld(8);
  const [a, b] = [await createKey(world), await createKey(world)];
  const relabel = (first: KeyId, then: KeyId): Promise<void> =>
    world.db.transaction().execute(async (transaction) => {
      for (const id of [first, then]) await transaction.updateTable('sekisho.api_keys').set({ label: 'x' }).where('id', '=', id).execute();
    });
  await Promise.all(Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? relabel(a.id, b.id) : relabel(b.id, a.id))));
});

test('a revocation is effective within a second in this process and in another one', async () => {
  const world = await createWorld();
  const { key, id } = await createKey(world);
  const here = createKeyring({ store: world.store, pepper, clock, maxStaleSeconds: 30 });
  await here.start();
  assert.ok(here.identify(key).ok);
  const other = spawn(process.execPath, ['--input-type=module', '--eval', OTHER_PROCESS], {
    cwd: new URL('../../', import.meta.url),
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  try {
    other.stdin.end(JSON.stringify({ url: world.database.url, pepper: pepper.toString('hex'), key }));
    const lines = createInterface({ input: other.stdout })[Symbol.asyncIterator]();
    assert.equal((await lines.next()).value, 'accepted');
    const begun = performance.now();
    await world.administration.revokeKey({ key: id, reason: 'drill' });
    const revoked = Promise.resolve(lines.next());
    while (here.identify(key).ok) await sleep(5);
    assert.ok(performance.now() - begun < 1000);
    assert.equal((await revoked).value, 'revoked');
    assert.ok(performance.now() - begun < 1000, `${performance.now() - begun} ms`);
  } finally {
    other.kill('SIGKILL');
    await here.close();
  }
});

const OTHER_PROCESS = `
  import { json } from 'node:stream/consumers';
  import { createKeyring } from '#identity';
  import { systemClock } from '#kernel';
  import { createKeyStore, openDatabase } from '#store';
  const { url, pepper, key } = await json(process.stdin);
  const db = openDatabase(url, { max: 1 });
  const keyring = createKeyring({ store: createKeyStore(db), pepper: Buffer.from(pepper, 'hex'), clock: systemClock, maxStaleSeconds: 30 });
  await keyring.start();
  let last;
  setInterval(() => {
    const outcome = keyring.identify(key);
    const now = outcome.ok ? 'accepted' : outcome.error.kind;
    if (now !== last) console.log(now);
    last = now;
  }, 5);
`;

test('every session cut by the server is an error for one poll and no more', async () => {
  const world = await createWorld();
  const { key } = await createKey(world);
  const errors: unknown[] = [];
  const keyring = createKeyring({
    store: world.store,
    pepper,
    clock,
    maxStaleSeconds: 30,
    pollMs: 20,
    onError: (error) => errors.push(error),
  });
  await keyring.start();
  const cutter = world.database.open(1);
  await sql`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`.execute(
    cutter,
  );
  await sleep(200);
  await keyring.refresh();
  assert.ok(keyring.identify(key).ok);
  assert.ok(errors.length <= 4, `${errors.length} polls failed`);
  await keyring.close();
});
