// Reading small files for the loader: bounded, regular files only, with the permissions that decide a warning.
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

export const readSmallFile: ReadFile = (path, maxBytes) => {
  // O_NONBLOCK: opening a pipe nobody writes to would otherwise stop the whole process, and a reload with it.
  const descriptor = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const stat = fstatSync(descriptor);
    if (!stat.isFile()) throw new SekishoError('not-a-file', 'is not a regular file');
    const buffer = Buffer.alloc(Math.min(stat.size, maxBytes) + 1);
    let length = 0;
    while (length < buffer.length) {
      const count = readSync(descriptor, buffer, length, buffer.length - length, null);
      if (count === 0) break;
      length += count;
    }
    if (length > maxBytes) throw new SekishoError('file-too-large', `is larger than ${maxBytes} bytes`);
    return { bytes: buffer.subarray(0, length), mode: process.platform === 'win32' ? undefined : stat.mode & 0o777 };
  } finally {
    closeSync(descriptor);
  }
};
