import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { sql } from 'kysely';
import { testDatabase } from '../../test/support/database.ts';
import type { Database } from './database.ts';
import { createMaskingVaultStore, type MaskingVaultStore } from './masking-vault-store.ts';

const DAY_SECONDS = 86_400;

let db: Database;
let store: MaskingVaultStore;
before(async () => {
  const database = await testDatabase();
  db = database.open(4);
  store = createMaskingVaultStore(db);
});

let count = 0;
const place = (tenant = 'prn_1') => ({ name: Buffer.alloc(32, ++count), tenant });
const sealed = (byte: number, length = 40) => Buffer.alloc(length, byte);

async function expire(name: Buffer): Promise<void> {
  await sql`update sekisho.masking_vault set created_at = now() - interval '2 days', expires_at = now() - interval '1 day' where name = ${name}`.execute(
    db,
  );
}

test('an entry comes back as it was, to its own tenant only', async () => {
  const own = place();
  await store.save(own, sealed(7), DAY_SECONDS);
  assert.deepEqual(await store.load(own), sealed(7));
  assert.equal(await store.load({ ...own, tenant: 'prn_2' }), undefined);
  assert.equal(await store.load(place()), undefined);
});

test('a later entry takes the place of an earlier one and lives its own time', async () => {
  const own = place();
  await store.save(own, sealed(1), DAY_SECONDS);
  await expire(own.name);
  assert.equal(await store.load(own), undefined, 'its time is over, whether or not it is gone');
  await store.save(own, sealed(2), DAY_SECONDS);
  assert.deepEqual(await store.load(own), sealed(2));
  const { rows } = await sql<{ days: number }>`
    select extract(epoch from expires_at - created_at)::integer / 86400 as days from sekisho.masking_vault where name = ${own.name}`.execute(
    db,
  );
  assert.equal(rows[0]!.days, 1);
});

test('nobody takes the place of an entry of another tenant', async () => {
  const own = place();
  await store.save(own, sealed(1), DAY_SECONDS);
  await assert.rejects(store.save({ ...own, tenant: 'prn_2' }, sealed(2), DAY_SECONDS), /another tenant/);
  assert.deepEqual(await store.load(own), sealed(1));
});

test('only names and sizes that the vault makes are kept', async () => {
  await assert.rejects(store.save({ name: Buffer.alloc(31), tenant: 'prn_1' }, sealed(1), DAY_SECONDS), /check constraint/);
  await assert.rejects(store.save(place(), Buffer.alloc(3), DAY_SECONDS), /check constraint/);
  await assert.rejects(store.save(place(), sealed(1, 1_200_000), DAY_SECONDS), /check constraint/);
  await assert.rejects(store.save(place(), sealed(1), 0), /check constraint/);
});

test('entries whose time is over are deleted in bounded batches, the oldest first, and no others', async () => {
  await store.prune(1000);
  const lasting = place();
  await store.save(lasting, sealed(1), DAY_SECONDS);
  for (let made = 0; made < 5; made++) {
    const old = place();
    await store.save(old, sealed(1), DAY_SECONDS);
    await expire(old.name);
  }
  assert.deepEqual([await store.prune(3), await store.prune(3), await store.prune(3)], [3, 2, 0]);
  assert.deepEqual(await store.load(lasting), sealed(1));
});
