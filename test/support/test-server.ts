// One embedded PostgreSQL for all test files of a run. Started by with-database.ts for a whole run, or by the first test file that needs
// it when files are run by hand; then all files with the same parent process share it.
import { lstat, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startEmbeddedPostgres, withDirectoryLock, type EmbeddedPostgres } from '#store';

export interface TestServer {
  /** A role that may create databases and is no superuser. */
  readonly url: string;
  /** Stops the server and removes every trace, unless another test file still uses it. */
  stop(): Promise<void>;
}

/** `ownerPid`: the process whose end makes the server superfluous. */
export async function startTestServer(ownerPid: number): Promise<TestServer> {
  const base = await prepareBase();
  return await underLock(base, async () => {
    await removeAbandoned(base);
    const directory = join(base, 'servers', String(ownerPid));
    const server = await startEmbeddedPostgres({ directory });
    await writeFile(join(directory, 'location'), server.location);
    await allowDatabases(server);
    return {
      url: server.url,
      stop: () =>
        underLock(base, async () => {
          await server.stop();
          if (!(await isUsed(directory))) await remove(directory);
        }),
    };
  });
}

async function allowDatabases(server: EmbeddedPostgres): Promise<void> {
  const client = new pg.Client({ connectionString: server.administratorUrl });
  await client.connect();
  try {
    await client.query('alter role sekisho createdb');
  } finally {
    await client.end();
  }
}

/** Stays between runs and holds next to nothing. Passable for the account that runs PostgreSQL when the tests run as root. */
async function prepareBase(): Promise<string> {
  const uid = process.geteuid?.() ?? 0;
  const base = join(tmpdir(), `sekisho-test-${uid}`);
  await mkdir(base, { mode: 0o711 }).catch(() => undefined);
  const state = await lstat(base);
  if (!state.isDirectory() || state.uid !== uid || (state.mode & 0o022) !== 0) throw new Error(`${base} is not ours alone`);
  await mkdir(join(base, 'servers'), { mode: 0o711 }).catch(() => undefined);
  return base;
}

async function underLock<T>(base: string, work: () => Promise<T>): Promise<T> {
  return await withDirectoryLock({ directory: join(base, 'lock'), waitSeconds: 120 }, work);
}

/** Servers whose run was killed. */
async function removeAbandoned(base: string): Promise<void> {
  for (const name of await readdir(join(base, 'servers'))) {
    if (isRunning(Number(name))) continue;
    const directory = join(base, 'servers', name);
    try {
      // Takes over what still runs, in order to end it.
      await (await startEmbeddedPostgres({ directory })).stop();
      if (await isUsed(directory)) continue;
    } catch {
      // Half made, so nothing runs there.
    }
    await remove(directory);
  }
}

/** After a `stop`, which clears away the leases of processes that are gone. */
async function isUsed(directory: string): Promise<boolean> {
  return (await readdir(join(directory, 'leases'))).length > 0;
}

async function remove(directory: string): Promise<void> {
  const location = await readFile(join(directory, 'location'), 'utf8').catch(() => directory);
  await rm(location, { recursive: true, force: true });
  await rm(directory, { recursive: true, force: true });
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return typeof error === 'object' && error !== null && 'code' in error && error.code === 'EPERM';
  }
}
