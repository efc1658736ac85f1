// Brings the schema up to date from numbered plain SQL files, and refuses to work on a database whose history is not ours.
// Has no way back: a migration is undone by a later one, or by restoring a backup.
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sql } from 'kysely';
import { SekishoError } from '#kernel';
import type { Database } from './database.ts';

export interface MigrationReport {
  /** File names applied by this call, in order; empty when there was nothing to do. */
  readonly applied: readonly string[];
  /** Number of the newest migration now in the database. */
  readonly version: number;
}

interface Migration {
  readonly version: number;
  readonly name: string;
  readonly text: string;
  /** Lower-case hexadecimal SHA-256 of the file's bytes. */
  readonly sha256: string;
}

/** Two keys of one advisory lock; the first is "seki" in ASCII. */
const LOCK = sql`select pg_advisory_xact_lock(x'73656b69'::int, 0)`;

/**
 * Applies every pending `NNNN_name.sql` in one transaction: all of them or none. Processes that race wait for each other.
 *
 * Errors: `migration-changed` (an applied file differs from what was applied), `migration-missing` (the database knows a migration
 * that this version does not: it is newer), `migration-misnumbered` (the files are not 0001, 0002, …), `migration-failed`.
 */
export async function migrate(db: Database, options: { readonly directory?: string } = {}): Promise<MigrationReport> {
  const migrations = await readMigrations(options.directory ?? fileURLToPath(new URL('./migrations/', import.meta.url)));
  const applied: string[] = [];
  await db.transaction().execute(async (transaction) => {
    await sql`set local statement_timeout = '10min'`.execute(transaction);
    await LOCK.execute(transaction);
    await prepareHistory(transaction);
    const history = await transaction.selectFrom('sekisho.migrations').select(['version', 'name', 'sha256']).orderBy('version').execute();
    compareHistory(history, migrations);
    for (const migration of migrations.slice(history.length)) {
      await apply(transaction, migration);
      applied.push(migration.name);
    }
  });
  return { applied, version: migrations.length };
}

/** Asks first and creates after: an account without the right to create may still use a schema that is there. */
async function prepareHistory(db: Database): Promise<void> {
  const found = await sql<{ present: boolean }>`select to_regclass('sekisho.migrations') is not null as present`.execute(db);
  if (found.rows[0]?.present === true) return;
  await sql`create schema if not exists sekisho`.execute(db);
  await sql`create table sekisho.migrations (
    version integer primary key,
    name text not null,
    sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
    applied_at timestamptz not null default now()
  )`.execute(db);
}

async function apply(db: Database, migration: Migration): Promise<void> {
  try {
    await sql.raw(migration.text).execute(db);
  } catch (error) {
    throw new SekishoError('migration-failed', `${migration.name} failed; nothing was changed`, { cause: error });
  }
  await db
    .insertInto('sekisho.migrations')
    .values({ version: migration.version, name: migration.name, sha256: migration.sha256 })
    .execute();
}

function compareHistory(history: readonly Omit<Migration, 'text'>[], migrations: readonly Migration[]): void {
  for (const [index, was] of history.entries()) {
    const is = migrations[index];
    if (was.version !== index + 1 || is === undefined) {
      throw new SekishoError('migration-missing', `the database has migration ${was.name}, which this version of Sekisho does not know`, {
        hint: 'The database was used by a newer version: run that version, or restore a backup from before it.',
      });
    }
    if (is.name !== was.name || is.sha256 !== was.sha256) {
      throw new SekishoError('migration-changed', `migration ${was.name} was changed after it had been applied`, {
        hint: 'Restore the file as it was released; corrections go into a new migration.',
      });
    }
  }
}

async function readMigrations(directory: string): Promise<readonly Migration[]> {
  const names = (await readdir(directory)).filter((name) => name.endsWith('.sql')).sort();
  return await Promise.all(
    names.map(async (name, index) => {
      const version = Number(/^(\d{4})_[a-z0-9_]+\.sql$/.exec(name)?.[1]);
      if (version !== index + 1) {
        throw new SekishoError('migration-misnumbered', `${name} stands where migration ${index + 1} was expected in ${directory}`);
      }
      const bytes = await readFile(join(directory, name));
      return { version, name, text: bytes.toString('utf8'), sha256: createHash('sha256').update(bytes).digest('hex') };
    }),
  );
}
