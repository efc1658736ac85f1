// One PostgreSQL server process over one data directory: starts it, finds one that is already there, stops it.
// The caller holds the directory's lock.
import { spawn } from 'node:child_process';
import { realpath } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { describeError, SekishoError, systemClock, systemErrorCode } from '#kernel';
import { MINIMAL_ENVIRONMENT, type Account } from './embedded-account.ts';
import type { Binaries } from './embedded-binaries.ts';
import { ADMINISTRATOR, APPLICATION, connectionUrl, type Cluster } from './embedded-cluster.ts';
import { logPath, openLog, readLogSince } from './embedded-log.ts';
import { readPidFile, removeStalePidFile, worksIn } from './embedded-pid-file.ts';
import { SOCKET_PORT } from './embedded-socket.ts';
import { isRunning, processIdentity, type ProcessMark } from './process-identity.ts';

/** Crash recovery replays at most what `max_wal_size` allows, so this is generous. */
const READY_SECONDS = 300;
const FAST_SHUTDOWN_SECONDS = 30;
const IMMEDIATE_SHUTDOWN_SECONDS = 15;

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
      hint: `See ${logPath(cluster)}, or name a PostgreSQL server of your own under database.url in the configuration.`,
    });
  }
}

/** Ends sessions, writes everything out and waits for the end; harder when that takes too long. Error: `embedded-database-stuck`. */
export async function stopServer(server: ProcessMark): Promise<void> {
  // PostgreSQL 18, section 18.5: SIGINT is the fast shutdown, SIGQUIT the immediate one (recovery at the next start).
  for (const [signal, seconds] of [
    ['SIGINT', FAST_SHUTDOWN_SECONDS],
    ['SIGQUIT', IMMEDIATE_SHUTDOWN_SECONDS],
  ] as const) {
    if (!isRunning(server)) return;
    try {
      process.kill(server.pid, signal);
    } catch (error) {
      if (systemErrorCode(error) !== 'ESRCH') throw error;
    }
    const deadline = systemClock.monotonic() + seconds * 1000;
    while (systemClock.monotonic() < deadline) {
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
    try {
      const outcome = await waitUntilReady(cluster, server, () => ended === undefined && isRunning(server), input.onProgress);
      if (outcome === 'ready') return server;
      if (outcome === 'silent') await stopServer(server);
    } catch (error) {
      // It runs, but not for us.
      await stopServer(server);
      throw error;
    }
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
  const begun = systemClock.monotonic();
  let silentSince: number | undefined;
  let told = false;
  while (runs()) {
    const file = await readPidFile(cluster);
    if (file?.pid === server.pid && file.status === 'ready') {
      const problem = await tryConnect(cluster);
      if (problem === undefined) return 'ready';
      if (problem === '28P01') throw passwordRefused(cluster);
      if (problem === 'ENOENT' || problem === 'ECONNREFUSED') silentSince ??= systemClock.monotonic();
      else silentSince = undefined;
      if (silentSince !== undefined && systemClock.monotonic() - silentSince > 3000) return 'silent';
    }
    const seconds = (systemClock.monotonic() - begun) / 1000;
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
  return new SekishoError(
    'embedded-database-password',
    `the database in ${cluster.dataDirectory} refuses the password of its cluster.json`,
    {
      hint: 'Restore cluster.json from the same backup as the data.',
    },
  );
}

/** Undefined when a session as administrator works and is in our data directory; otherwise an error code. */
async function tryConnect(cluster: Cluster): Promise<string | undefined> {
  try {
    return await withAdministrator(cluster, async (client) => {
      const answer = await client.query<{ data_directory: string }>('show data_directory');
      const directory = answer.rows[0]?.data_directory;
      return directory !== undefined && (await realpath(directory)) === (await realpath(cluster.dataDirectory))
        ? undefined
        : 'other-server';
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
