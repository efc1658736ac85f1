import assert from 'node:assert/strict';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { sql } from 'kysely';
import { SekishoError } from '#kernel';
import { testDatabase } from '../../test/support/database.ts';
import { migrate } from './migrate.ts';

const released = fileURLToPath(new URL('./migrations/', import.meta.url));
const directories: string[] = [];

async function copyOfMigrations(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'sekisho-migrations-'));
  directories.push(directory);
  await cp(released, directory, { recursive: true });
  return directory;
}

after(async () => {
  await Promise.all(directories.map((directory) => rm(directory, { recursive: true })));
});

function withCode(code: string) {
  return (error: unknown): boolean => error instanceof SekishoError && error.code === code;
}

test('applies every migration once and has nothing to do afterwards', async () => {
  const db = (await testDatabase({ migrated: false })).open();
  const first = await migrate(db);
  assert.ok(first.applied.includes('0001_identity.sql'));
  assert.equal(first.version, first.applied.length);
  assert.deepEqual(await migrate(db), { applied: [], version: first.version });
});

test('processes that race apply each migration once between them', async () => {
  const database = await testDatabase({ migrated: false });
  const reports = await Promise.all(Array.from({ length: 6 }, () => migrate(database.open(1))));
  assert.equal(reports.filter((report) => report.applied.length > 0).length, 1);
});

test('refuses when an applied migration was changed afterwards, and changes nothing', async () => {
  const db = (await testDatabase()).open();
  const directory = await copyOfMigrations();
  await writeFile(join(directory, '0001_identity.sql'), '-- tampered\n', { flag: 'a' });
  await assert.rejects(migrate(db, { directory }), withCode('migration-changed'));
});

test('refuses when an applied migration was renamed', async () => {
  const db = (await testDatabase()).open();
  await db.updateTable('sekisho.migrations').set({ name: '0001_other.sql' }).where('version', '=', 1).execute();
  await assert.rejects(migrate(db), withCode('migration-changed'));
});

test('refuses a database that a newer version has migrated', async () => {
  const db = (await testDatabase()).open();
  const { version } = await migrate(db);
  const directory = await copyOfMigrations();
  const name = `${String(version + 1).padStart(4, '0')}_later.sql`;
  await writeFile(join(directory, name), 'create table sekisho.later (id int);');
  assert.deepEqual((await migrate(db, { directory })).applied, [name]);
  await assert.rejects(migrate(db), withCode('migration-missing'));
});

test('refuses files whose numbers have a gap', async () => {
  const db = (await testDatabase({ migrated: false })).open();
  const directory = await copyOfMigrations();
  await writeFile(join(directory, '0099_gap.sql'), 'select 1;');
  await assert.rejects(migrate(db, { directory }), withCode('migration-misnumbered'));
});

test('a migration that fails leaves nothing of itself and nothing of those before it', async () => {
  const db = (await testDatabase({ migrated: false })).open();
  const directory = await copyOfMigrations();
  const { version } = { version: (await migrate((await testDatabase({ migrated: false })).open(), { directory })).version };
  await writeFile(
    join(directory, `${String(version + 1).padStart(4, '0')}_broken.sql`),
    'create table sekisho.half (id int); select 1 / 0;',
  );
  await assert.rejects(migrate(db, { directory }), withCode('migration-failed'));
  const found = await sql<{ present: boolean }>`select exists (select from pg_namespace where nspname = 'sekisho') as present`.execute(db);
  assert.equal(found.rows[0]?.present, false);
});
