// Reading files for the loader: bounded, regular files only. Small ones whole, with the permissions that decide a warning; large ones piece by
// piece for their hash.
import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { SekishoError } from '#kernel';

export interface FileContent {
  readonly bytes: Uint8Array;
  /** Permission bits such as 0o600; undefined where the platform has none. */
  readonly mode: number | undefined;
}

/**
 * Reads a file whole.
 * Throws the system's error when it cannot be read, SekishoError `file-too-large` above `maxBytes`, `not-a-file` for anything but a regular file.
 */
export type ReadFile = (path: string, maxBytes: number) => FileContent;

/** SHA-256 of a file in hex. Throws as `ReadFile` does. */
export type HashFile = (path: string, maxBytes: number) => string;

const PIECE_BYTES = 1_048_576;

export const readSmallFile: ReadFile = (path, maxBytes) => {
  const descriptor = openRegular(path);
  try {
    const stat = fstatSync(descriptor);
    const buffer = Buffer.alloc(Math.min(stat.size, maxBytes) + 1);
    let length = 0;
    while (length < buffer.length) {
      const count = readSync(descriptor, buffer, length, buffer.length - length, null);
      if (count === 0) break;
      length += count;
    }
    if (length > maxBytes) throw tooLarge(maxBytes);
    return { bytes: buffer.subarray(0, length), mode: process.platform === 'win32' ? undefined : stat.mode & 0o777 };
  } finally {
    closeSync(descriptor);
  }
};

export const hashFileInPieces: HashFile = (path, maxBytes) => {
  const descriptor = openRegular(path);
  try {
    const hash = createHash('sha256');
    const piece = Buffer.alloc(PIECE_BYTES);
    for (let total = 0; ;) {
      const count = readSync(descriptor, piece, 0, piece.length, null);
      if (count === 0) return hash.digest('hex');
      if ((total += count) > maxBytes) throw tooLarge(maxBytes);
      hash.update(piece.subarray(0, count));
    }
  } finally {
    closeSync(descriptor);
  }
};

/** For files that somebody else reads. */
export function hashWhole(readFile: ReadFile): HashFile {
  return (path, maxBytes) => createHash('sha256').update(readFile(path, maxBytes).bytes).digest('hex');
}

function openRegular(path: string): number {
  // O_NONBLOCK: opening a pipe nobody writes to would otherwise stop the whole process, and a reload with it.
  const descriptor = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  if (fstatSync(descriptor).isFile()) return descriptor;
  closeSync(descriptor);
  throw new SekishoError('not-a-file', 'is not a regular file');
}

function tooLarge(maxBytes: number): SekishoError {
  return new SekishoError('file-too-large', `is larger than ${maxBytes} bytes`);
}
