// The file operations the ledger needs, behind a port so that tests can make each one fail, and durable writing on top of it.
// Callbacks and not promises because the journal's hot path is one `write`.
import * as fs from 'node:fs';
import { dirname } from 'node:path';
import { systemErrorCode } from '#kernel';

type Done<T extends unknown[] = []> = (error: Error | null, ...results: T) => void;

export interface LedgerFs {
  open(path: string, flags: number, done: Done<[fd: number]>): void;
  read(fd: number, buffer: Buffer, offset: number, length: number, position: number, done: Done<[bytesRead: number]>): void;
  write(fd: number, buffer: Buffer, offset: number, length: number, position: number, done: Done<[bytesWritten: number]>): void;
  fsync(fd: number, done: Done): void;
  close(fd: number, done: Done): void;
  rename(from: string, to: string, done: Done): void;
  link(existing: string, path: string, done: Done): void;
  unlink(path: string, done: Done): void;
  /** Makes one directory. */
  mkdir(path: string, done: Done): void;
  /** Removes one empty directory. */
  rmdir(path: string, done: Done): void;
  readdir(path: string, done: Done<[names: string[]]>): void;
}

// Entries say who asked for what: readable by the ledger's user and group only.
const FILE_MODE = 0o640;
const DIRECTORY_MODE = 0o750;

export const nodeFs: LedgerFs = {
  open: (path, flags, done) => fs.open(path, flags, FILE_MODE, done),
  read: (fd, buffer, offset, length, position, done) => fs.read(fd, buffer, offset, length, position, done),
  write: (fd, buffer, offset, length, position, done) => fs.write(fd, buffer, offset, length, position, done),
  fsync: fs.fsync,
  close: fs.close,
  rename: fs.rename,
  link: fs.link,
  unlink: fs.unlink,
  mkdir: (path, done) => fs.mkdir(path, DIRECTORY_MODE, done),
  rmdir: fs.rmdir,
  readdir: fs.readdir,
};

/** Turns one callback operation into a promise: `await run((done) => fs.fsync(fd, done))`. */
export function run(start: (done: Done) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    start((error) => (error === null ? resolve() : reject(error)));
  });
}

/** As `run`, for operations with a result. */
export function runFor<T>(start: (done: Done<[T]>) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    start((error, result) => (error === null ? resolve(result) : reject(error)));
  });
}

/** Runs an operation whose failure changes nothing, such as removing a leftover. */
export async function attempt(operation: Promise<unknown>): Promise<void> {
  await operation.catch(() => undefined);
}

export async function readWholeFile(port: LedgerFs, path: string): Promise<Buffer | undefined> {
  let fd: number;
  try {
    fd = await runFor<number>((done) => port.open(path, fs.constants.O_RDONLY, done));
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
  try {
    let buffer = Buffer.allocUnsafe(16_384);
    let length = 0;
    for (;;) {
      if (length === buffer.length) buffer = Buffer.concat([buffer], buffer.length * 2);
      const [target, offset] = [buffer, length];
      const bytesRead = await runFor<number>((done) => port.read(fd, target, offset, target.length - offset, offset, done));
      if (bytesRead === 0) return buffer.subarray(0, length);
      length += bytesRead;
    }
  } finally {
    await attempt(run((done) => port.close(fd, done)));
  }
}

export async function writeFully(port: LedgerFs, fd: number, buffer: Buffer, position: number): Promise<void> {
  let written = 0;
  while (written < buffer.length) {
    const from = written;
    const count = await runFor<number>((done) => port.write(fd, buffer, from, buffer.length - from, position + from, done));
    if (count === 0) throw new Error('the file took no more bytes');
    written += count;
  }
}

/** Writes a file whose name nobody relies on before it is committed. Content durable on return, the name after `syncDirectory`. */
export async function writeFileDurably(port: LedgerFs, path: string, content: Buffer): Promise<void> {
  const { O_WRONLY, O_CREAT, O_TRUNC } = fs.constants;
  const fd = await runFor<number>((done) => port.open(path, O_WRONLY | O_CREAT | O_TRUNC, done));
  try {
    await writeFully(port, fd, content, 0);
    await run((done) => port.fsync(fd, done));
  } catch (error) {
    // Give the space back: the likely cause is a full disk.
    await attempt(run((done) => port.unlink(path, done)));
    throw error;
  } finally {
    await attempt(run((done) => port.close(fd, done)));
  }
}

/**
 * Replaces a file atomically: whoever opens it sees the old or the new content, whole. The content is durable on return, the name
 * only after `syncDirectory` of its folder.
 */
export async function replaceFile(port: LedgerFs, path: string, content: Buffer): Promise<void> {
  await writeFileDurably(port, `${path}.tmp`, content);
  await run((done) => port.rename(`${path}.tmp`, path, done));
}

/** Makes the names in a directory durable. */
export async function syncDirectory(port: LedgerFs, path: string): Promise<void> {
  const fd = await runFor<number>((done) => port.open(path, fs.constants.O_RDONLY, done));
  try {
    await run((done) => port.fsync(fd, done));
  } finally {
    await attempt(run((done) => port.close(fd, done)));
  }
}

/** Makes a directory and those above it, and makes its name durable. */
export async function makeDirectory(port: LedgerFs, path: string): Promise<void> {
  try {
    await run((done) => port.mkdir(path, done));
  } catch (error) {
    const code = systemErrorCode(error);
    // It may be there without being durable; its parent may also not be ours to read.
    if (code === 'EEXIST') return attempt(syncDirectory(port, dirname(path)));
    if (code !== 'ENOENT' || dirname(path) === path) throw error;
    await makeDirectory(port, dirname(path));
    return makeDirectory(port, path);
  }
  await syncDirectory(port, dirname(path));
}

/** Names in a directory; empty when there is no such directory. */
export async function listDirectory(port: LedgerFs, path: string): Promise<string[]> {
  try {
    return await runFor<string[]>((done) => port.readdir(path, done));
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return [];
    throw error;
  }
}
