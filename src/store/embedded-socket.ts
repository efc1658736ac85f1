// The directory of the Unix socket through which an embedded database is reached: private, and short enough for a socket address.
import { chown, lstat, mkdir, mkdtemp, realpath, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import { SekishoError, systemErrorCode } from '#kernel';
import { canTraverse, type Account } from './embedded-account.ts';

/** Names the socket file; nothing listens on a network. */
export const SOCKET_PORT = 5432;

/** sockaddr_un holds 108 bytes on Linux and 104 on macOS, with the final NUL. */
const MAX_SOCKET_PATH_BYTES = 103;

/** Beside the data if the path fits into a socket address and into PostgreSQL's list syntax. */
export async function chooseSocketDirectory(root: string, account: Account | undefined): Promise<string> {
  const beside = join(root, 'run');
  const fits = Buffer.byteLength(join(beside, `.s.PGSQL.${SOCKET_PORT}`)) <= MAX_SOCKET_PATH_BYTES && !/[",\s]/.test(beside);
  return fits ? beside : await makeTemporarySocketDirectory(account);
}

export async function makeTemporarySocketDirectory(account: Account | undefined): Promise<string> {
  for (const base of [tmpdir(), '/tmp']) {
    const path = join(await realpath(base), 'sekisho-pg-XXXXXX', `.s.PGSQL.${SOCKET_PORT}`);
    if (Buffer.byteLength(path) > MAX_SOCKET_PATH_BYTES || /[",\s]/.test(path) || !(await canTraverse(base, account))) continue;
    const made = await mkdtemp(join(await realpath(base), 'sekisho-pg-'));
    if (account !== undefined) await chown(made, account.uid, account.gid);
    return made;
  }
  throw new SekishoError('embedded-database-unreachable', 'there is no directory with a path short enough for a Unix socket', {
    hint: 'Set TMPDIR to a short path, or name a PostgreSQL server of your own under database.url in the configuration.',
  });
}

/** Makes the directory if a cleaner removed it; false when something else, or somebody else's, is in its place. */
export async function provideSocketDirectory(path: string, account: Account | undefined): Promise<boolean> {
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
export async function removeTemporarySocketDirectory(cluster: { readonly root: string; readonly socketDirectory: string }): Promise<void> {
  if (!cluster.socketDirectory.startsWith(cluster.root + sep)) await rmdir(cluster.socketDirectory).catch(() => undefined);
}
