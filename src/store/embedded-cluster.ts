// Where an embedded database keeps its data, its socket and its passwords, and how it comes to be. Starts no server.
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, chown, lstat, mkdir, mkdtemp, open, readdir, readFile, realpath, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, sep } from 'node:path';
import { promisify } from 'node:util';
import { describeError, SekishoError, systemErrorCode } from '#kernel';
import { canTraverse, MINIMAL_ENVIRONMENT, type Account } from './embedded-account.ts';
import { SYSTEM_STATE_DIRECTORY, type Binaries } from './embedded-binaries.ts';
import { loadOrCreatePrivateFile } from './secret-file.ts';

export const ADMINISTRATOR = 'postgres';
export const APPLICATION = 'sekisho';
/** Names the socket file; nothing listens on a network. */
export const SOCKET_PORT = 5432;

const MAJOR_VERSION = '18';
/** sockaddr_un holds 108 bytes on Linux and 104 on macOS, with the final NUL. */
const MAX_SOCKET_PATH_BYTES = 103;

/** What `cluster.json` (mode 0600) remembers: enough for another process of the same account to connect. */
export interface Cluster {
  /** Holds `data`, the log and, when its path is short enough, the socket. Usually the directory the caller named. */
  readonly root: string;
  readonly dataDirectory: string;
  readonly socketDirectory: string;
  readonly administratorPassword: string;
  readonly applicationPassword: string;
}

type Remembered = Omit<Cluster, 'dataDirectory'>;

/**
 * The cluster of `directory`; decides where it lives when it is new. Call under the directory's lock.
 * Errors: `embedded-database-gone`, `secret-file-unusable`.
 */
export async function openCluster(input: {
  readonly directory: string;
  readonly account: Account | undefined;
  readonly onProgress: (message: string) => void;
}): Promise<Cluster> {
  const { directory, account } = input;
  const path = join(directory, 'cluster.json');
  let remembered = await readRemembered(path);
  if (remembered === undefined) {
    const root = await chooseRoot(directory, account);
    if (root !== directory) input.onProgress(`the database's account cannot reach ${directory}; its data will be in ${root}`);
    const draft: Remembered = {
      root,
      socketDirectory: await chooseSocketDirectory(root, account),
      administratorPassword: randomBytes(32).toString('base64url'),
      applicationPassword: randomBytes(32).toString('base64url'),
    };
    await loadOrCreatePrivateFile(path, () => `${JSON.stringify(draft, undefined, 2)}\n`, (text) => parseRemembered(text) !== undefined);
    remembered = draft;
  }
  const root = await lstat(remembered.root).catch(() => undefined);
  if (root === undefined || !root.isDirectory()) {
    throw new SekishoError('embedded-database-gone', `the database of ${directory} should be in ${remembered.root}, which is not there`, {
      hint: `Restore it from a backup; or remove ${path} to begin with an empty database.`,
    });
  }
  if (!(await provideSocketDirectory(remembered.socketDirectory, account))) {
    remembered = { ...remembered, socketDirectory: await makeTemporarySocketDirectory(account) };
    await replacePrivateFile(path, `${JSON.stringify(remembered, undefined, 2)}\n`);
  }
  return { ...remembered, dataDirectory: join(remembered.root, 'data') };
}

/** Where the data of a cluster is, or would be if it lived in `directory`. */
export async function dataDirectoryOf(directory: string): Promise<string> {
  const remembered = await readRemembered(join(directory, 'cluster.json'));
  return join(remembered?.root ?? directory, 'data');
}

/** A connection URI as libpq and node-postgres read it, over the Unix socket. Contains the password. */
export function connectionUrl(cluster: Cluster, user: typeof ADMINISTRATOR | typeof APPLICATION, database: string): string {
  const password = user === ADMINISTRATOR ? cluster.administratorPassword : cluster.applicationPassword;
  const socket = encodeURIComponent(cluster.socketDirectory);
  return `postgresql://${user}:${password}@/${database}?host=${socket}&port=${SOCKET_PORT}&sslmode=disable`;
}

/**
 * Creates the data directory when there is none. It appears under its name only when it is complete.
 * Errors: `embedded-database-create-failed`, `embedded-database-version`.
 */
export async function createDataDirectory(input: {
  readonly cluster: Cluster;
  readonly account: Account | undefined;
  readonly binaries: Binaries;
  readonly onProgress: (message: string) => void;
}): Promise<void> {
  const { cluster, account } = input;
  const version = await readFile(join(cluster.dataDirectory, 'PG_VERSION'), 'utf8').catch((error: unknown) => {
    if (systemErrorCode(error) === 'ENOENT') return undefined;
    throw error;
  });
  if (version !== undefined) return requireVersion(version.trim(), cluster);
  input.onProgress(`creating the database in ${cluster.dataDirectory}`);
  await removeLeftovers(cluster.root);
  const draft = join(cluster.root, `data.new-${randomBytes(6).toString('hex')}`);
  const passwordFile = `${draft}.password`;
  try {
    await mkdir(draft, { mode: 0o700 });
    await writeFile(passwordFile, `${cluster.administratorPassword}\n`, { mode: 0o600, flag: 'wx' });
    if (account !== undefined) {
      await chown(draft, account.uid, account.gid);
      await chown(passwordFile, account.uid, account.gid);
    }
    const options = [`--pgdata=${draft}`, `--username=${ADMINISTRATOR}`, `--pwfile=${passwordFile}`, '--auth=scram-sha-256'];
    options.push('--encoding=UTF8', '--locale=C', '--data-checksums', '--no-instructions');
    await promisify(execFile)(input.binaries.initdb, options, { env: MINIMAL_ENVIRONMENT, cwd: '/', timeout: 120_000, ...account });
    await rename(draft, cluster.dataDirectory);
    await syncDirectory(cluster.root);
  } catch (cause) {
    await rm(draft, { recursive: true, force: true });
    throw new SekishoError('embedded-database-create-failed', `the database could not be created: ${reasonOf(cause)}`, {
      cause,
      hint: 'Check the space and the rights of the directory, or set DATABASE_URL to a PostgreSQL server of your own.',
    });
  } finally {
    await rm(passwordFile, { force: true });
  }
}

function requireVersion(version: string, cluster: Cluster): void {
  if (version === MAJOR_VERSION) return;
  throw new SekishoError('embedded-database-version', `${cluster.dataDirectory} was made by PostgreSQL ${version}; this is ${MAJOR_VERSION}`, {
    hint: 'Start the version of Sekisho that made it, export the data, and import it into a new directory.',
  });
}

/** initdb's own words: the last line it wrote, without the command line around it. */
function reasonOf(error: unknown): string {
  const words = typeof error === 'object' && error !== null && 'stderr' in error && typeof error.stderr === 'string' ? error.stderr : '';
  return words.trim().split('\n').slice(-3).join(' ') || describeError(error);
}

async function removeLeftovers(root: string): Promise<void> {
  const names = await readdir(root);
  await Promise.all(
    names.filter((name) => name.startsWith('data.new-')).map((name) => rm(join(root, name), { recursive: true, force: true, maxRetries: 3 })),
  );
}

/** In place when the account can get there. Otherwise beside the temporary files for a temporary checkout, else in the system's place. */
async function chooseRoot(directory: string, account: Account | undefined): Promise<string> {
  if (account === undefined || (await canTraverse(directory, account))) return directory;
  const temporary = await realpath(tmpdir());
  const id = randomBytes(8).toString('hex');
  const inTemporary = join(temporary, `sekisho-embedded-${id}`);
  const inSystem = join(SYSTEM_STATE_DIRECTORY, `embedded-${id}`);
  const places = directory.startsWith(temporary + sep) ? [inTemporary, inSystem] : [inSystem, inTemporary];
  for (const place of places) {
    try {
      const first = await mkdir(place, { recursive: true });
      for (let at = place; first !== undefined && at.length >= first.length; at = dirname(at)) await chmod(at, at === place ? 0o711 : 0o755);
      if (await canTraverse(place, account)) return place;
      await rm(place, { recursive: true });
    } catch (error) {
      if (!['EACCES', 'EROFS', 'EPERM', 'ENOSPC'].includes(systemErrorCode(error) ?? '')) throw error;
    }
  }
  throw new SekishoError('embedded-database-unreachable', `neither ${directory} nor ${places.join(' nor ')} can hold the database`, {
    hint: 'Put the data directory where the account "postgres" or "nobody" can reach it, or set DATABASE_URL.',
  });
}

/** Beside the data if the path fits into a socket address and into PostgreSQL's list syntax. */
async function chooseSocketDirectory(root: string, account: Account | undefined): Promise<string> {
  const beside = join(root, 'run');
  const fits = Buffer.byteLength(join(beside, `.s.PGSQL.${SOCKET_PORT}`)) <= MAX_SOCKET_PATH_BYTES && !/[",\s]/.test(beside);
  return fits ? beside : await makeTemporarySocketDirectory(account);
}

async function makeTemporarySocketDirectory(account: Account | undefined): Promise<string> {
  for (const base of [tmpdir(), '/tmp']) {
    const path = join(await realpath(base), 'sekisho-pg-XXXXXX', `.s.PGSQL.${SOCKET_PORT}`);
    if (Buffer.byteLength(path) > MAX_SOCKET_PATH_BYTES || /[",\s]/.test(path) || !(await canTraverse(base, account))) continue;
    const made = await mkdtemp(join(await realpath(base), 'sekisho-pg-'));
    if (account !== undefined) await chown(made, account.uid, account.gid);
    return made;
  }
  throw new SekishoError('embedded-database-unreachable', 'there is no directory with a path short enough for a Unix socket', {
    hint: 'Set TMPDIR to a short path, or set DATABASE_URL.',
  });
}

/** Makes the directory if a cleaner removed it; false when something else, or somebody else's, is in its place. */
async function provideSocketDirectory(path: string, account: Account | undefined): Promise<boolean> {
  try {
    await mkdir(path, { mode: 0o700 });
    if (account !== undefined) await chown(path, account.uid, account.gid);
  } catch (error) {
    if (systemErrorCode(error) !== 'EEXIST') return false;
  }
  const state = await lstat(path);
  const owner = account?.uid ?? process.geteuid?.();
  return state.isDirectory() && state.uid === owner && (state.mode & 0o077) === 0;
}

/** After the server's end. The path is kept: the next start makes the directory again, or takes another if somebody sits there. */
export async function removeTemporarySocketDirectory(cluster: Cluster): Promise<void> {
  if (!cluster.socketDirectory.startsWith(cluster.root + sep)) await rmdir(cluster.socketDirectory).catch(() => undefined);
}

async function readRemembered(path: string): Promise<Remembered | undefined> {
  try {
    await stat(path);
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return undefined;
    throw new SekishoError('embedded-database-private', `cannot read ${path}`, {
      cause: error,
      hint: 'The database belongs to another account: use the account that runs Sekisho.',
    });
  }
  const text = await loadOrCreatePrivateFile(path, () => '', (content) => parseRemembered(content) !== undefined);
  return parseRemembered(text);
}

function parseRemembered(text: string): Remembered | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null) return undefined;
    const { root, socketDirectory, administratorPassword, applicationPassword } = value as Record<string, unknown>;
    if (typeof root !== 'string' || typeof socketDirectory !== 'string') return undefined;
    if (typeof administratorPassword !== 'string' || typeof applicationPassword !== 'string') return undefined;
    return { root, socketDirectory, administratorPassword, applicationPassword };
  } catch {
    return undefined;
  }
}

async function replacePrivateFile(path: string, text: string): Promise<void> {
  const owner = await stat(path);
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  const file = await open(draft, 'wx', 0o600);
  try {
    if (process.geteuid?.() === 0) await file.chown(owner.uid, owner.gid);
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, path);
  await syncDirectory(dirname(path));
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
