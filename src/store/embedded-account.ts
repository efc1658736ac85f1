// Which account runs the embedded PostgreSQL, and what that account can reach. PostgreSQL refuses to run as root.
// Makes no accounts.
import { execFile } from 'node:child_process';
import { chmod, lstat, mkdir, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { promisify } from 'node:util';
import { SekishoError, systemErrorCode } from '#kernel';

export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/** Where root keeps what other accounts must reach. */
export const SYSTEM_STATE_DIRECTORY = '/var/lib/sekisho';

/** All that a PostgreSQL process gets to see of the environment: nothing of ours, so that no secret leaks into it. */
export const MINIMAL_ENVIRONMENT: Readonly<Record<string, string>> = { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };

/**
 * The account to run as, or undefined for our own. For root: the owner of existing data, else `postgres`, else `nobody`.
 * Error: `embedded-database-no-account`.
 */
export async function chooseAccount(dataDirectory: string): Promise<Account | undefined> {
  if (process.geteuid?.() !== 0) return undefined;
  const data = await stat(dataDirectory).catch((error: unknown) => {
    if (systemErrorCode(error) === 'ENOENT') return undefined;
    throw error;
  });
  if (data !== undefined && data.uid !== 0) return { uid: data.uid, gid: data.gid };
  for (const name of ['postgres', 'nobody']) {
    const account = await lookUp(name);
    if (account !== undefined && account.uid !== 0) return account;
  }
  throw new SekishoError(
    'embedded-database-no-account',
    'PostgreSQL does not run as root, and there is no account "postgres" or "nobody"',
    {
      hint: 'Run Sekisho as an ordinary user, or name a PostgreSQL server of your own under database.url in the configuration.',
    },
  );
}

/** Through `id`, which asks every source of accounts and not only /etc/passwd. */
async function lookUp(name: string): Promise<Account | undefined> {
  const run = promisify(execFile);
  try {
    const [uid, gid] = await Promise.all(
      ['-u', '-g'].map(async (flag) => Number((await run('id', [flag, name], { env: MINIMAL_ENVIRONMENT })).stdout.trim())),
    );
    return Number.isSafeInteger(uid) && Number.isSafeInteger(gid) ? { uid: uid!, gid: gid! } : undefined;
  } catch {
    return undefined;
  }
}

/** True when the account may pass through `path` and every directory above it, by the permission bits. */
export async function canTraverse(path: string, account: Account | undefined): Promise<boolean> {
  if (account === undefined) return true;
  for (let at = resolve(path); ; at = dirname(at)) {
    const { uid, gid, mode } = await stat(at);
    const bit = uid === account.uid ? 0o100 : gid === account.gid ? 0o010 : 0o001;
    if ((mode & bit) === 0) return false;
    if (at === dirname(at)) return true;
  }
}

/** True for a real directory that we own and nobody else can write, below directories where nobody else can swap it. */
export async function isOursAlone(path: string): Promise<boolean> {
  const own = process.geteuid?.();
  let at = resolve(path);
  const self = await lstat(at);
  if (!self.isDirectory() || self.uid !== own || (self.mode & 0o022) !== 0) return false;
  while (at !== dirname(at)) {
    at = dirname(at);
    const above = await stat(at);
    const sticky = (above.mode & 0o1000) !== 0;
    if ((above.uid !== own && above.uid !== 0) || ((above.mode & 0o022) !== 0 && !sticky)) return false;
  }
  return true;
}

/** Mode 0755 for every directory made here, whatever the umask; directories that were there keep what they have. */
export async function makeOpenDirectory(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true });
  if (first === undefined) return;
  for (let at = path; at.length >= first.length; at = dirname(at)) await chmod(at, 0o755);
}
