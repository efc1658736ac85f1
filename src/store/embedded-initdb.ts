// Creates the files of a new database with PostgreSQL's own initdb. Starts no server.
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chown, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describeError, SekishoError, systemErrorCode } from '#kernel';
import { MINIMAL_ENVIRONMENT, type Account } from './embedded-account.ts';
import type { Binaries } from './embedded-binaries.ts';
import { ADMINISTRATOR, type Cluster } from './embedded-cluster.ts';
import { syncDirectory } from './secret-file.ts';

const MAJOR_VERSION = '18';

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
      hint: 'Check the space and the rights of the directory, or name a PostgreSQL server of your own under database.url in the configuration.',
    });
  } finally {
    await rm(passwordFile, { force: true });
  }
}

function requireVersion(version: string, cluster: Cluster): void {
  if (version === MAJOR_VERSION) return;
  throw new SekishoError(
    'embedded-database-version',
    `${cluster.dataDirectory} was made by PostgreSQL ${version}; this is ${MAJOR_VERSION}`,
    {
      hint: 'Start the version of Sekisho that made it, export the data, and import it into a new directory.',
    },
  );
}

/** initdb's own words, without the command line around them: what PostgreSQL called fatal, else the last lines. */
function reasonOf(error: unknown): string {
  const words = typeof error === 'object' && error !== null && 'stderr' in error && typeof error.stderr === 'string' ? error.stderr : '';
  const lines = words
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const fatal = lines.find((line) => /\b(?:FATAL|PANIC|error):/.test(line))?.replace(/^.*?\b(?:FATAL|PANIC|error):\s*/, '');
  return fatal ?? (lines.slice(-3).join(' ') || describeError(error));
}

async function removeLeftovers(root: string): Promise<void> {
  const names = await readdir(root);
  await Promise.all(
    names
      .filter((name) => name.startsWith('data.new-'))
      .map((name) => rm(join(root, name), { recursive: true, force: true, maxRetries: 3 })),
  );
}
