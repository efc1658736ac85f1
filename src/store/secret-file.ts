// Secrets that Sekisho makes for itself and keeps in a file: the pepper, a signing seed, the embedded database's passwords.
// Does not rotate or encrypt them: whoever can read the file has the secret.
import { link, lstat, mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { randomBytes } from 'node:crypto';
import { SekishoError, systemErrorCode } from '#kernel';

export const SECRET_BYTES = 32;

/**
 * The 32 bytes kept at `path` (64 hexadecimal digits and a newline, mode 0600); made from the operating system's generator when the
 * file does not exist. Processes that race all get the same bytes, and the bytes are on disk before anyone uses them.
 * Errors: `secret-file-unusable` when the file is not ours alone or does not hold exactly 32 bytes.
 */
export async function loadOrCreateSecret(path: string): Promise<Buffer> {
  return Buffer.from(await loadOrCreatePrivateFile(path, () => `${randomBytes(SECRET_BYTES).toString('hex')}\n`, isHexSecret), 'hex');
}

function isHexSecret(text: string): boolean {
  return /^[0-9a-f]{64}\n?$/.test(text);
}

/** As `loadOrCreateSecret`, for any text: `create` runs only when the file is absent, `isUsable` judges what is on disk. */
export async function loadOrCreatePrivateFile(path: string, create: () => string, isUsable: (text: string) => boolean): Promise<string> {
  const existing = await readPrivateFile(path);
  if (existing === undefined) {
    await makeDirectory(dirname(path));
    await createOnce(path, create());
  }
  const text = existing ?? (await readPrivateFile(path));
  if (text === undefined || !isUsable(text)) {
    throw new SekishoError('secret-file-unusable', `${path} does not hold what it should`, {
      hint: 'Restore the file from a backup; removing it makes a new secret, and everything protected by the old one is lost.',
    });
  }
  return text.replace(/\n$/, '');
}

/** The first thing that is written below a data directory, so the place where one that cannot be used shows. */
async function makeDirectory(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new SekishoError('secret-file-unusable', `cannot make the directory ${path}`, {
      cause,
      hint: 'Point server.dataDirectory at a directory that this account can write, or give it that right.',
    });
  }
}

async function readPrivateFile(path: string): Promise<string | undefined> {
  let state;
  try {
    state = await lstat(path);
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return undefined;
    throw unreadable(path, error);
  }
  if (!state.isFile() || (state.mode & 0o077) !== 0) {
    throw new SekishoError('secret-file-unusable', `${path} must be a regular file that only its owner can read`, {
      hint: `chmod 600 ${path}`,
    });
  }
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** Written and synced beside the target, then linked: the name appears with its whole content, for exactly one of those who race. */
async function createOnce(path: string, text: string): Promise<void> {
  const draft = `${path}.${process.pid}.${randomBytes(6).toString('hex')}`;
  try {
    const file = await open(draft, 'wx', 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await link(draft, path).catch((error: unknown) => {
      if (systemErrorCode(error) !== 'EEXIST') throw error;
    });
  } catch (error) {
    throw new SekishoError('secret-file-unusable', `cannot create ${path}`, {
      cause: error,
      hint: 'Check that the directory can be written.',
    });
  } finally {
    await rm(draft, { force: true });
  }
  await syncDirectory(dirname(path));
}

function unreadable(path: string, cause: unknown): SekishoError {
  return new SekishoError('secret-file-unusable', `cannot read ${path}`, {
    cause,
    hint: 'Run this as the account that owns it, or name another server.dataDirectory.',
  });
}

/** New content for a file that exists: whole or not at all, on disk, and still its owner's when root does it. */
export async function replacePrivateFile(path: string, text: string): Promise<void> {
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

/** Makes names that were just created or renamed in the directory survive a power failure. */
export async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
