// A fresh database for a test file: migrated, empty, and gone afterwards. Import it from test files only: it registers a hook.
import { createHash, randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { after } from 'node:test';
import pg from 'pg';
import { migrate, openDatabase, type Database } from '#store';
import { startTestServer, type TestServer } from './test-server.ts';

export interface TestDatabase {
  readonly url: string;
  /** A pool that is closed at the end of the test file. */
  open(max?: number): Database;
}

export interface TestDatabaseOptions {
  /** False: without tables, for tests of the migrations themselves. Default true. */
  readonly migrated?: boolean;
}

/** Costs some 50 ms: a migrated template is made once per run and copied. Everything is cleared away after the file's last test. */
export async function testDatabase(options: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const url = await serverUrl();
  const name = `sekisho_test_${randomBytes(8).toString('hex')}`;
  await withClient(url, async (client) => {
    const template = options.migrated === false ? 'template1' : await provideTemplate(client, url);
    await client.query(`create database ${name} template ${template} strategy wal_log`);
  });
  databases.push(name);
  const own = databaseUrl(url, name);
  return {
    url: own,
    open(max = 4) {
      const database = openDatabase(own, { max });
      pools.push(database);
      return database;
    },
  };
}

const databases: string[] = [];
const pools: Database[] = [];
let server: Promise<TestServer> | undefined;

after(async () => {
  await Promise.all(pools.map((pool) => pool.destroy()));
  // A server of this run is removed as a whole.
  if (server === undefined && databases.length > 0) {
    await withClient(await serverUrl(), async (client) => {
      for (const name of databases) await client.query(`drop database if exists ${name} with (force)`);
    });
  }
  await (await server)?.stop();
});

/** Set by with-database.ts, or by hand to use a server of one's own: its role must be allowed to create databases. */
async function serverUrl(): Promise<string> {
  const given = process.env['SEKISHO_TEST_DATABASE_URL'];
  if (given !== undefined) return given;
  server ??= startTestServer(process.ppid);
  return (await server).url;
}

/** Named after the migrations' content, so that a server which outlives a change never gives out the old tables. */
async function provideTemplate(client: pg.Client, url: string): Promise<string> {
  const folder = new URL('../../src/store/migrations/', import.meta.url);
  const hash = createHash('sha256');
  for (const file of (await readdir(folder)).sort()) hash.update(file).update(await readFile(new URL(file, folder)));
  const name = `sekisho_template_${hash.digest('hex').slice(0, 16)}`;
  await client.query('select pg_advisory_lock(74, 1)');
  try {
    const found = await client.query('select from pg_database where datname = $1', [name]);
    if (found.rowCount !== 0) return name;
    // Renamed when complete: a run that is killed halfway leaves no half template under the name.
    const draft = `${name}_${randomBytes(4).toString('hex')}`;
    await client.query(`create database ${draft}`);
    const database = openDatabase(databaseUrl(url, draft), { max: 1 });
    try {
      await migrate(database);
    } finally {
      await database.destroy();
    }
    await client.query(`alter database ${draft} rename to ${name}`);
    return name;
  } finally {
    await client.query('select pg_advisory_unlock(74, 1)');
  }
}

/** The same server and role, another database. The host may be empty (a socket), which the URL class does not read. */
function databaseUrl(url: string, name: string): string {
  return url.replace(/^([a-z]+:\/\/[^/?]*)\/?[^?]*/, `$1/${name}`);
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
