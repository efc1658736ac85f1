import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import type { CanaryRecord, CanaryStore } from '#continuity';
import { ulid } from '#kernel';
import { testDatabase } from '../../test/support/database.ts';
import { createCanaryStore } from './canary-store.ts';
import type { Database } from './database.ts';

let db: Database;
let store: CanaryStore;
before(async () => {
  const database = await testDatabase();
  db = database.open(4);
  store = createCanaryStore(db);
});

let count = 0;
function record(changes: Partial<CanaryRecord> = {}): CanaryRecord {
  count++;
  const atMs = Date.parse('2026-11-24T00:00:00Z') + count * 1000;
  return {
    id: `cnr_${ulid(atMs, Buffer.alloc(10, count))}`,
    deployment: 'openai/sol',
    program: 'daybreak_blue',
    route: 'defender',
    atMs,
    result: 'entitled',
    kind: null,
    code: null,
    effectiveModel: 'gpt-6-sol',
    effectiveProgram: 'daybreak_blue',
    requestId: 'req_1',
    latencyMs: 12,
    ...changes,
  };
}

test('records come back as they were, newest first, each canary by itself', async () => {
  const first = record();
  const refused = record({
    result: 'refused',
    kind: 'access-program',
    code: '承認なし',
    effectiveModel: null,
    effectiveProgram: null,
    requestId: null,
  });
  const other = record({ deployment: 'local/plamo', program: null });
  const red = record({ program: 'daybreak_red' });
  for (const one of [first, refused, other, red]) await store.insert(one);
  assert.deepEqual(await store.latest(first, 2), [refused, first]);
  assert.deepEqual(await store.latest(first, 1), [refused]);
  assert.deepEqual(await store.latest({ deployment: 'local/plamo', program: null }, 5), [other]);
  assert.deepEqual(await store.latest({ deployment: 'nobody/there', program: null }, 5), []);
  assert.deepEqual(await store.list({ limit: 10 }), [red, other, refused, first]);
  assert.deepEqual(await store.list({ deployment: 'openai/sol', limit: 2 }), [red, refused]);
});

test('a record is never changed, and only known results are kept', async () => {
  const one = record({ deployment: 'fixed/one' });
  await store.insert(one);
  await assert.rejects(sql`update sekisho.canary_runs set result = 'refused' where id = ${one.id}`.execute(db), /never changes/);
  await assert.rejects(store.insert(record({ result: 'fine' as CanaryRecord['result'] })), /check constraint/);
  await assert.rejects(store.insert(one), /duplicate key/);
});

test('old records are forgotten, and only those', async () => {
  const old = record({ deployment: 'aged/one', atMs: Date.parse('2020-01-01T00:00:00Z') });
  const recent = record({ deployment: 'aged/one' });
  await store.insert(old);
  await store.insert(recent);
  assert.equal(await store.prune(Date.parse('2021-01-01T00:00:00Z')), 1);
  assert.deepEqual(await store.latest(recent, 5), [recent]);
});

test('one of many gets a lease, and after its time one of them again', async () => {
  const race = async () => (await Promise.all(Array.from({ length: 12 }, () => store.tryLease('canary:a:b', 400)))).filter(Boolean).length;
  assert.equal(await race(), 1);
  assert.equal(await race(), 0, 'held');
  assert.equal(await store.tryLease('canary:a:c', 400), true, 'another name is another lease');
  await sleep(500);
  assert.equal(await race(), 1);
});
