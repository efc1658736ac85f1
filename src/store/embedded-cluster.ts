// Where an embedded database keeps its data, its socket and its passwords. Creates no database and starts no server.
import { randomBytes } from 'node:crypto';
import { chmod, lstat, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import { SekishoError, systemErrorCode } from '#kernel';
import { canTraverse, makeOpenDirectory, SYSTEM_STATE_DIRECTORY, type Account } from './embedded-account.ts';
import { chooseSocketDirectory, makeTemporarySocketDirectory, provideSocketDirectory, SOCKET_PORT } from './embedded-socket.ts';
import { loadOrCreatePrivateFile, replacePrivateFile } from './secret-file.ts';

export const ADMINISTRATOR = 'postgres';
export const APPLICATION = 'sekisho';
/** A root that is not the caller's directory: its name in the temporary directory, and the file in it that names the directory. */
export const TEMPORARY_ROOT_PREFIX = 'sekisho-embedded-root-';
export const OWNER_FILE = 'directory';

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
    await loadOrCreatePrivateFile(
      path,
      () => `${JSON.stringify(draft, undefined, 2)}\n`,
      (text) => parseRemembered(text) !== undefined,
    );
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

/** In place when the account can get there. Otherwise beside the temporary files for a temporary checkout, else in the system's place. */
async function chooseRoot(directory: string, account: Account | undefined): Promise<string> {
  if (account === undefined || (await canTraverse(directory, account))) return directory;
  const temporary = await realpath(tmpdir());
  const id = randomBytes(8).toString('hex');
  const inTemporary = join(temporary, `${TEMPORARY_ROOT_PREFIX}${id}`);
  const inSystem = join(SYSTEM_STATE_DIRECTORY, `embedded-${id}`);
  const places = directory.startsWith(temporary + sep) ? [inTemporary, inSystem] : [inSystem, inTemporary];
  for (const place of places) {
    try {
      await makeOpenDirectory(place);
      await chmod(place, 0o711);
      if (await canTraverse(place, account)) {
        await writeFile(join(place, OWNER_FILE), directory, { mode: 0o600, flag: 'wx' });
        return place;
      }
      await rm(place, { recursive: true });
    } catch (error) {
      if (!['EACCES', 'EROFS', 'EPERM', 'ENOSPC'].includes(systemErrorCode(error) ?? '')) throw error;
    }
  }
  throw new SekishoError('embedded-database-unreachable', `neither ${directory} nor ${places.join(' nor ')} can hold the database`, {
    hint: 'Put the data directory where the account "postgres" or "nobody" can reach it, or name a PostgreSQL server of your own under database.url in the configuration.',
  });
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
  const text = await loadOrCreatePrivateFile(
    path,
    () => '',
    (content) => parseRemembered(content) !== undefined,
  );
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
