// One PostgreSQL server process over one data directory: starts it, finds one that is already there, stops it.
// The caller holds the directory's lock.
import { spawn } from 'node:child_process';
import { open, readFile, realpath, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { describeError, SekishoError, systemErrorCode } from '#kernel';
import { MINIMAL_ENVIRONMENT, type Account } from './embedded-account.ts';
import type { Binaries } from './embedded-binaries.ts';
import { ADMINISTRATOR, APPLICATION, connectionUrl, SOCKET_PORT, type Cluster } from './embedded-cluster.ts';
import { isRunning, processDirectory, processIdentity, type ProcessMark } from './process-identity.ts';

/** Crash recovery replays at most what `max_wal_size` allows, so this is generous. */
const READY_SECONDS = 300;
const FAST_SHUTDOWN_SECONDS = 30;
const IMMEDIATE_SHUTDOWN_SECONDS = 15;
const LOG_LIMIT_BYTES = 8 * 1024 * 1024;

const SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: '',
  port: String(SOCKET_PORT),
  unix_socket_permissions: '0700',
  shared_buffers: '32MB',
  max_connections: '100',
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  max_wal_size: '256MB',
  min_wal_size: '32MB',
  io_method: 'sync',
  jit: 'off',
  logging_collector: 'off',
  log_min_messages: 'warning',
  log_timezone: 'UTC',
  timezone: 'UTC',
};

/**
 * A server that already runs over this data directory and answers to our password, for instance one whose parent was killed; undefined
 * when there is none. One that is ours but does not answer is stopped. Errors: `embedded-database-not-ready`, `embedded-database-stuck`.
 */
export async function findRunningServer(cluster: Cluster, onProgress: (message: string) => void): Promise<ProcessMark | undefined> {
  const file = await readPidFile(cluster);
  if (file === undefined) return undefined;
  const identity = processIdentity(file.pid);
  if (identity === undefined || !(await worksIn(file.pid, cluster.dataDirectory))) return undefined;
  const server: ProcessMark = { pid: file.pid, identity };
  const outcome = await waitUntilReady(cluster, server, () => isRunning(server), onProgress);
  if (outcome === 'ready') return server;
  if (outcome === 'silent') {
    onProgress(`the database server ${server.pid} of this directory does not answer on its socket; stopping it`);
    await stopServer(server);
  }
  return undefined;
}

/** Starts a server and waits until it answers. Errors: `embedded-database-start-failed`, `embedded-database-not-ready`. */
export async function startServer(input: {
  readonly cluster: Cluster;
  readonly account: Account | undefined;
  readonly binaries: Binaries;
  readonly onProgress: (message: string) => void;
}): Promise<ProcessMark> {
  const { cluster } = input;
  await removeStalePidFile(cluster);
  for (let attempt = 1; ; attempt++) {
    const words = await trySpawn(input);
    if (typeof words !== 'string') return words;
    // After a server was killed, its last processes need a moment to notice; PostgreSQL refuses to start beside them, rightly.
    if (attempt < 40 && /pre-existing shared memory block|lock file .* already exists/.test(words)) {
      await sleep(250);
      continue;
    }
    throw new SekishoError('embedded-database-start-failed', `PostgreSQL did not start: ${words}`, {
      hint: `See ${logPath(cluster)}, or set DATABASE_URL to a PostgreSQL server of your own.`,
    });
  }
}

/** Ends sessions, writes everything out and waits for the end; harder when that takes too long. Error: `embedded-database-stuck`. */
export async function stopServer(server: ProcessMark): Promise<void> {
  // PostgreSQL 18, section 18.5: SIGINT is the fast shutdown, SIGQUIT the immediate one (recovery at the next start).
  for (const [signal, seconds] of [['SIGINT', FAST_SHUTDOWN_SECONDS], ['SIGQUIT', IMMEDIATE_SHUTDOWN_SECONDS]] as const) {
    if (!isRunning(server)) return;
    try {
      process.kill(server.pid, signal);
    } catch (error) {
      if (systemErrorCode(error) !== 'ESRCH') throw error;
    }
    const deadline = performance.now() + seconds * 1000;
    while (performance.now() < deadline) {
      if (!isRunning(server)) return;
      await sleep(10);
    }
  }
  throw new SekishoError('embedded-database-stuck', `the database server, process ${server.pid}, does not stop`, {
    hint: 'Look at the disk: a process that cannot be stopped usually waits for it.',
  });
}

/** Makes the role and the database that Sekisho works with, when they are not there yet. The role is no superuser. */
export async function provideDatabase(cluster: Cluster): Promise<void> {
  await withAdministrator(cluster, async (client) => {
    const found = await client.query<{ role: boolean; database: boolean }>(
      `select exists (select from pg_roles where rolname = $1) as role, exists (select from pg_database where datname = $1) as database`,
      [APPLICATION],
    );
    if (found.rows[0]?.role !== true) {
      await client.query(`create role ${APPLICATION} login password ${client.escapeLiteral(cluster.applicationPassword)}`);
    }
    if (found.rows[0]?.database !== true) {
      await client.query(`create database ${APPLICATION} owner ${APPLICATION}`);
      await client.query(`revoke all on database ${APPLICATION} from public`);
    }
  });
}

/** The started server, or the words with which it gave up. */
async function trySpawn(input: Parameters<typeof startServer>[0]): Promise<ProcessMark | string> {
  const { cluster, account } = input;
  const log = await openLog(cluster, account);
  const settings = { ...SETTINGS, unix_socket_directories: cluster.socketDirectory };
  const options = ['-D', cluster.dataDirectory, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
  let ended: string | undefined;
  let pid: number | undefined;
  try {
    // In a session of its own: Ctrl-C at the terminal must reach us first and not the database under us.
    const child = spawn(input.binaries.postgres, options, {
      cwd: '/',
      env: MINIMAL_ENVIRONMENT,
      stdio: ['ignore', log.file.fd, log.file.fd],
      detached: true,
      ...account,
    });
    child.once('error', (error) => (ended = describeError(error)));
    child.once('exit', (code, signal) => (ended ??= `it ended with ${signal ?? `code ${code}`}`));
    child.unref();
    pid = child.pid;
  } finally {
    await log.file.close();
  }
  const identity = pid === undefined ? undefined : processIdentity(pid);
  if (pid !== undefined && identity !== undefined) {
    const server = { pid, identity };
    const outcome = await waitUntilReady(cluster, server, () => ended === undefined && isRunning(server), input.onProgress);
    if (outcome === 'ready') return server;
    if (outcome === 'silent') await stopServer(server);
  }
  // Let the exit event arrive.
  await sleep(20);
  return (await readLogSince(cluster, log.offset)) || (ended ?? 'it ended at once');
}

/**
 * `ready`: it answers and is the server over our data. `gone`: the process ended. `silent`: it runs and says it is ready, but its socket
 * leads nowhere (a cleaner removed it).
 */
async function waitUntilReady(
  cluster: Cluster,
  server: ProcessMark,
  runs: () => boolean,
  onProgress: (message: string) => void,
): Promise<'ready' | 'gone' | 'silent'> {
  const begun = performance.now();
  let silentSince: number | undefined;
  let told = false;
  while (runs()) {
    const file = await readPidFile(cluster);
    if (file?.pid === server.pid && file.status === 'ready') {
      const problem = await tryConnect(cluster);
      if (problem === undefined) return 'ready';
      if (problem === '28P01') throw passwordRefused(cluster);
      if (problem === 'ENOENT' || problem === 'ECONNREFUSED') silentSince ??= performance.now();
      else silentSince = undefined;
      if (silentSince !== undefined && performance.now() - silentSince > 3000) return 'silent';
    }
    const seconds = (performance.now() - begun) / 1000;
    if (seconds > 2 && !told) onProgress('waiting for the database to be ready (it may be recovering)');
    told ||= seconds > 2;
    if (seconds > READY_SECONDS) {
      throw new SekishoError('embedded-database-not-ready', `the database server was not ready after ${READY_SECONDS} s`, {
        hint: `See ${logPath(cluster)}.`,
      });
    }
    await sleep(15);
  }
  return 'gone';
}

function passwordRefused(cluster: Cluster): SekishoError {
  return new SekishoError('embedded-database-password', `the database in ${cluster.dataDirectory} refuses the password of its cluster.json`, {
    hint: 'Restore cluster.json from the same backup as the data.',
  });
}

/** Undefined when a session as administrator works and is in our data directory; otherwise an error code. */
async function tryConnect(cluster: Cluster): Promise<string | undefined> {
  try {
    return await withAdministrator(cluster, async (client) => {
      const answer = await client.query<{ data_directory: string }>('show data_directory');
      const directory = answer.rows[0]?.data_directory;
      return directory !== undefined && (await realpath(directory)) === (await realpath(cluster.dataDirectory)) ? undefined : 'other-server';
    });
  } catch (error) {
    return systemErrorCode(error) ?? 'unknown';
  }
}

async function withAdministrator<T>(cluster: Cluster, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({
    connectionString: connectionUrl(cluster, ADMINISTRATOR, 'postgres'),
    connectionTimeoutMillis: 5000,
    query_timeout: 60_000,
  });
  // A server that ends between two queries also emits an event, which would be fatal without a listener; the query rejects anyway.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

interface PidFile {
  readonly pid: number;
  readonly status: string;
}

/** postmaster.pid: the pid in line 1, the status in line 8 (PostgreSQL 18, src/include/utils/pidfile.h). */
async function readPidFile(cluster: Cluster): Promise<PidFile | undefined> {
  try {
    const lines = (await readFile(join(cluster.dataDirectory, 'postmaster.pid'), 'utf8')).split('\n');
    const pid = Math.abs(Number(lines[0]));
    return Number.isSafeInteger(pid) && pid > 1 ? { pid, status: lines[7]?.trim() ?? '' } : undefined;
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** A server works inside its data directory: the one sign of belonging that a reused pid cannot fake by accident. */
async function worksIn(pid: number, dataDirectory: string): Promise<boolean> {
  return processDirectory(pid) === (await realpath(dataDirectory));
}

/**
 * PostgreSQL refuses to start while any process has the number in postmaster.pid, and after a restart of a container that is often some
 * other program. Removed only when that number belongs to a process that runs elsewhere; in every other case PostgreSQL judges itself,
 * because it also looks for children that a killed server left behind.
 */
async function removeStalePidFile(cluster: Cluster): Promise<void> {
  const file = await readPidFile(cluster);
  if (file === undefined || !pidIsTaken(file.pid)) return;
  if (await worksIn(file.pid, cluster.dataDirectory)) return;
  await rm(join(cluster.dataDirectory, 'postmaster.pid'), { force: true });
}

/** True for zombies too: this asks what PostgreSQL will ask. */
function pidIsTaken(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemErrorCode(error) === 'EPERM';
  }
}

function logPath(cluster: Cluster): string {
  return join(cluster.root, 'postgres.log');
}

interface Log {
  readonly file: FileHandle;
  /** Where this start's lines begin. */
  readonly offset: number;
}

async function openLog(cluster: Cluster, account: Account | undefined): Promise<Log> {
  const path = logPath(cluster);
  const bytes = await stat(path).then(
    (state) => state.size,
    () => 0,
  );
  if (bytes > LOG_LIMIT_BYTES) await rename(path, `${path}.1`);
  const file = await open(path, 'a', 0o600);
  if (account !== undefined) await file.chown(account.uid, account.gid);
  return { file, offset: bytes > LOG_LIMIT_BYTES ? 0 : bytes };
}

/** The lines that tell why, without the time and process number in front. */
async function readLogSince(cluster: Cluster, offset: number): Promise<string> {
  const written = (await readFile(logPath(cluster))).subarray(offset).toString('utf8');
  const lines = written.split('\n').filter((line) => /\b(FATAL|PANIC|HINT|could not|error while loading)\b/.test(line));
  return lines.map((line) => line.replace(/^.*?\b(?=FATAL|PANIC|HINT)/, '')).slice(-3).join(' ');
}
