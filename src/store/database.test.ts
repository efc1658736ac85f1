import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { sql } from 'kysely';
import { testDatabase } from '../../test/support/database.ts';
import { openDatabase } from './database.ts';

test('a statement that runs too long is ended by the server', async () => {
  const { url } = await testDatabase({ migrated: false });
  const db = openDatabase(url, { max: 1, statementTimeoutSeconds: 0.2 });
  const begun = performance.now();
  await assert.rejects(sql`select pg_sleep(10)`.execute(db), /statement timeout/);
  assert.ok(performance.now() - begun < 2000);
  await db.destroy();
});

test('waiting for a free connection ends with an error', async () => {
  const { url } = await testDatabase({ migrated: false });
  const db = openDatabase(url, { max: 1, connectTimeoutSeconds: 0.2 });
  const busy = sql`select pg_sleep(1)`.execute(db);
  await assert.rejects(sql`select 1`.execute(db), /timeout/i);
  await busy;
  await db.destroy();
});

test('a server that accepts and says nothing is given up on', async () => {
  const silent = createServer(() => undefined).listen(0, '127.0.0.1');
  await new Promise((resolve) => silent.once('listening', resolve));
  const address = silent.address();
  assert.ok(typeof address === 'object' && address !== null);
  const db = openDatabase(`postgresql://u:p@127.0.0.1:${address.port}/d?sslmode=disable`, { max: 1, connectTimeoutSeconds: 0.3 });
  await assert.rejects(sql`select 1`.execute(db), /timeout/i);
  await db.destroy();
  silent.close();
});

test('an idle session that the server ends is told and replaced', async () => {
  const database = await testDatabase({ migrated: false });
  const told: Error[] = [];
  const db = openDatabase(database.url, { max: 1, onIdleError: (error) => told.push(error) });
  await sql`select 1`.execute(db);
  const other = database.open(1);
  await sql`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`.execute(
    other,
  );
  for (const deadline = performance.now() + 2000; told.length === 0 && performance.now() < deadline;) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  assert.equal(told.length, 1);
  await sql`select 1`.execute(db);
  await db.destroy();
});

test('a URL that cannot be read is refused without repeating the password', () => {
  const attempt = (): unknown => openDatabase('postgresql://user:hunter2@host:port:5432/db', { max: 1 });
  assert.throws(
    attempt,
    (error: unknown) => error instanceof Error && !JSON.stringify([error.message, error.stack, error]).includes('hunter2'),
  );
});

test('a connection that is ended while it is in use fails what it is used for, and nothing else', async () => {
  const database = await testDatabase({ migrated: false });
  const db = openDatabase(database.url, { max: 1 });
  const other = database.open(1);
  const endOthers = sql`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`;
  // Between two statements of a transaction nothing listens but the connection itself.
  await assert.rejects(
    db.transaction().execute(async (transaction) => {
      await sql`select 1`.execute(transaction);
      await endOthers.execute(other);
      await new Promise((resolve) => setTimeout(resolve, 200));
      await sql`select 1`.execute(transaction);
    }),
  );
  await sql`select 1`.execute(db);
  await db.destroy();
});
