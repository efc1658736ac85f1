// Clears away what temporary checkouts leave behind. When root's data directory is out of reach for the database's account and lies
// under the temporary directory, its data lives beside it; removing the checkout does not remove the data, and may leave a server.
// Touches nothing outside the temporary directory: data elsewhere may belong to a volume that is only not mounted.
import { readdir, readFile, realpath, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import { systemErrorCode } from '#kernel';
import { isOursAlone } from './embedded-account.ts';
import { OWNER_FILE, TEMPORARY_ROOT_PREFIX } from './embedded-cluster.ts';
import { readPidFile, worksIn } from './embedded-pid-file.ts';
import { stopServer } from './embedded-server.ts';
import { processIdentity } from './process-identity.ts';

/** Removes every relocated root of ours whose directory no longer exists, and first stops a server that still runs there. */
export async function removeForsaken(onProgress: (message: string) => void): Promise<void> {
  const temporary = await realpath(tmpdir());
  for (const name of await readdir(temporary)) {
    if (!name.startsWith(TEMPORARY_ROOT_PREFIX)) continue;
    const root = join(temporary, name);
    if (!(await isForsaken(root, temporary))) continue;
    onProgress(`removing ${root}: the directory it belonged to is gone`);
    const dataDirectory = join(root, 'data');
    const pid = (await readPidFile({ dataDirectory }))?.pid;
    const identity = pid === undefined ? undefined : processIdentity(pid);
    if (pid !== undefined && identity !== undefined && (await worksIn(pid, dataDirectory))) await stopServer({ pid, identity });
    await rm(root, { recursive: true, force: true, maxRetries: 3 });
  }
}

async function isForsaken(root: string, temporary: string): Promise<boolean> {
  if (!(await isOursAlone(root))) return false;
  try {
    const directory = await readFile(join(root, OWNER_FILE), 'utf8');
    if (!directory.startsWith(temporary + sep)) return false;
    await stat(directory);
    return false;
  } catch (error) {
    // Either there is no owner file yet (just being made) or the directory is gone: only the second counts.
    return (
      systemErrorCode(error) === 'ENOENT' &&
      (await stat(join(root, OWNER_FILE)).then(
        () => true,
        () => false,
      ))
    );
  }
}
