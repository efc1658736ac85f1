// A PostgreSQL server of our own for installations that have none: real PostgreSQL from npm, reachable through a Unix socket only.
//
// The server belongs to its directory and not to one process: `up` and short commands share it, each holding a lease. Whoever ends its
// lease last stops the server. A process that is killed leaves the server running; the next one to come takes it over. While a lease
// is held, a server that died is started again. Nothing here can help when the whole machine goes down: then PostgreSQL recovers.
import { chmod, mkdir, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describeError, systemClock } from '#kernel';
import { withDirectoryLock } from './directory-lock.ts';
import { chooseAccount } from './embedded-account.ts';
import { findBinaries } from './embedded-binaries.ts';
import { ADMINISTRATOR, APPLICATION, connectionUrl, dataDirectoryOf, openCluster, type Cluster } from './embedded-cluster.ts';
import { createDataDirectory } from './embedded-initdb.ts';
import { removeForsaken } from './embedded-leftovers.ts';
import { findRunningServer, provideDatabase, startServer, stopServer } from './embedded-server.ts';
import { removeTemporarySocketDirectory } from './embedded-socket.ts';
import { isRunning, ownMark, parseMark, type ProcessMark } from './process-identity.ts';

export interface EmbeddedPostgresOptions {
  /** Private to the embedded database; made when absent. Keep it to keep the data. */
  readonly directory: string;
  /** One sentence at each step that may take a while. */
  readonly onProgress?: (message: string) => void;
}

export interface EmbeddedPostgres {
  /** For `openDatabase`; contains the password. An ordinary role that owns its database. Stays valid when the server restarts. */
  readonly url: string;
  /** As the superuser, for maintenance and tests; contains the password. */
  readonly administratorUrl: string;
  /** Where data and log are: the directory, or a reachable place when root's server could not get there. */
  readonly location: string;
  /** A server of this directory was running before: another process uses it, or one that used it was killed. */
  readonly alreadyRunning: boolean;
  /** Gives up the lease; the last one stops the server and waits for its end. Later calls do nothing. */
  stop(): Promise<void>;
}

const LOCK_WAIT_SECONDS = 330;
const WATCH_MS = 1000;

/**
 * Connects to the server of `directory`, starting it when it does not run and creating the database when there is none.
 *
 * Errors (SekishoError, each with a hint): `embedded-database-not-installed`, `-not-runnable`, `-no-account`, `-unreachable`, `-private`,
 * `-gone`, `-version`, `-create-failed`, `-start-failed`, `-not-ready`, `-password`, `-stuck`; `directory-busy`.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const directory = await prepareDirectory(options.directory);
  const onProgress = options.onProgress ?? (() => undefined);
  const lease = await underLock(directory, onProgress, async (afterDeath) => {
    const running = await provideServer({ directory, afterDeath, onProgress });
    return { ...running, path: await writeLease(directory) };
  });
  const holder = watch({ directory, onProgress, server: lease.server });
  let stopped: Promise<void> | undefined;
  return {
    url: connectionUrl(lease.cluster, APPLICATION, APPLICATION),
    administratorUrl: connectionUrl(lease.cluster, ADMINISTRATOR, 'postgres'),
    location: lease.cluster.root,
    alreadyRunning: lease.alreadyRunning,
    stop() {
      stopped ??= holder.close().then(() => endLease({ directory, path: lease.path, onProgress }));
      return stopped;
    },
  };
}

interface Running {
  readonly cluster: Cluster;
  readonly server: ProcessMark;
  readonly alreadyRunning: boolean;
}

async function provideServer(input: {
  readonly directory: string;
  readonly afterDeath: boolean;
  readonly onProgress: (message: string) => void;
}): Promise<Running> {
  const { directory, onProgress } = input;
  // Whoever died with the lock may have started a server that has not yet written its pid file.
  if (input.afterDeath) await sleep(500);
  const account = await chooseAccount(await dataDirectoryOf(directory));
  const cluster = await openCluster({ directory, account, onProgress });
  const running = await findRunningServer(cluster, onProgress);
  if (running !== undefined) {
    await provideDatabase(cluster);
    return { cluster, server: running, alreadyRunning: true };
  }
  if (cluster.root !== directory) await removeForsaken(onProgress);
  const binaries = await findBinaries({ account, ownDirectory: directory, onProgress });
  await createDataDirectory({ cluster, account, binaries, onProgress });
  onProgress('starting the database');
  const server = await startServer({ cluster, account, binaries, onProgress });
  try {
    await provideDatabase(cluster);
  } catch (error) {
    await stopServer(server);
    throw error;
  }
  return { cluster, server, alreadyRunning: false };
}

/** Looks once a second whether the server lives, and starts it again when it does not. */
function watch(input: { readonly directory: string; readonly onProgress: (message: string) => void; readonly server: ProcessMark }): {
  close(): Promise<void>;
} {
  const { directory, onProgress } = input;
  let server = input.server;
  let restarting: Promise<void> | undefined;
  let notBefore = 0;
  let failures = 0;

  async function restart(): Promise<void> {
    onProgress('the database server has ended unexpectedly; starting it again');
    try {
      server = (await underLock(directory, onProgress, (afterDeath) => provideServer({ directory, afterDeath, onProgress }))).server;
      failures = 0;
      onProgress('the database is back');
    } catch (error) {
      failures += 1;
      notBefore = systemClock.monotonic() + Math.min(60_000, WATCH_MS * 2 ** failures);
      onProgress(`the database could not be started again: ${describeError(error)}`);
    }
  }

  const timer = setInterval(() => {
    if (restarting !== undefined || systemClock.monotonic() < notBefore || isRunning(server)) return;
    restarting = restart().finally(() => (restarting = undefined));
  }, WATCH_MS);
  timer.unref();
  return {
    async close() {
      clearInterval(timer);
      await restarting;
    },
  };
}

async function endLease(input: {
  readonly directory: string;
  readonly path: string;
  readonly onProgress: (message: string) => void;
}): Promise<void> {
  await underLock(input.directory, input.onProgress, async (afterDeath) => {
    await rm(input.path, { force: true });
    if (await hasLiveLease(input.directory)) return;
    if (afterDeath) await sleep(500);
    const account = await chooseAccount(await dataDirectoryOf(input.directory));
    const cluster = await openCluster({ directory: input.directory, account, onProgress: input.onProgress });
    const running = await findRunningServer(cluster, input.onProgress);
    if (running !== undefined) await stopServer(running);
    await removeTemporarySocketDirectory(cluster);
  });
}

async function underLock<T>(
  directory: string,
  onProgress: (message: string) => void,
  work: (afterDeath: boolean) => Promise<T>,
): Promise<T> {
  const onWait = (holderPid: number): void => onProgress(`waiting for process ${holderPid}, which is starting or stopping the database`);
  return await withDirectoryLock({ directory: join(directory, 'lock'), waitSeconds: LOCK_WAIT_SECONDS, onWait }, work);
}

/** As root, the database's account passes through; it cannot list, and what is private has modes of its own. */
async function prepareDirectory(given: string): Promise<string> {
  const made = await mkdir(resolve(given), { recursive: true, mode: 0o700 });
  const directory = await realpath(given);
  if (made !== undefined) await chmod(directory, process.geteuid?.() === 0 ? 0o711 : 0o700);
  await mkdir(join(directory, 'leases'), { recursive: true, mode: 0o700 });
  return directory;
}

async function writeLease(directory: string): Promise<string> {
  const path = join(directory, 'leases', `${process.pid}-${randomBytes(6).toString('hex')}.json`);
  await writeFile(path, JSON.stringify(ownMark()), { mode: 0o644, flag: 'wx' });
  return path;
}

/** Also clears away the leases of processes that are gone. */
async function hasLiveLease(directory: string): Promise<boolean> {
  let live = false;
  for (const name of await readdir(join(directory, 'leases'))) {
    const path = join(directory, 'leases', name);
    const mark = parseLease(await readFile(path, 'utf8'));
    if (mark !== undefined && isRunning(mark)) live = true;
    else await rm(path, { force: true });
  }
  return live;
}

function parseLease(text: string): ProcessMark | undefined {
  try {
    return parseMark(JSON.parse(text));
  } catch {
    return undefined;
  }
}
