// The disk under the benchmark: a scratch directory that is not in memory, and what one fdatasync costs there.
import { chmodSync, closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { percentile } from './statistics.ts';

/** statfs(2): file systems that keep their data in memory. */
const TMPFS = 0x01021994;
const RAMFS = 0x858458f6;

const APPENDED_BYTES = 512;

/** A fresh directory on a real disk: under `wanted`, else the first of the usual places that is not in memory. The caller removes it. */
export function createScratchDirectory(wanted: string | undefined): string {
  const places = wanted === undefined ? [tmpdir(), '/var/tmp', resolve(import.meta.dirname, '..', '..')] : [resolve(wanted)];
  const place = places.find((path) => !isInMemory(path));
  if (place === undefined) throw new Error(`${places.join(', ')}: in memory; name a directory on a disk with --scratch`);
  const directory = mkdtempSync(join(place, 'sekisho-bench-'));
  chmodSync(directory, 0o711); // the embedded database may run as another user and must be able to pass through
  return directory;
}

function isInMemory(path: string): boolean {
  try {
    const { type } = statfsSync(path);
    return type === TMPFS || type === RAMFS;
  } catch {
    return true; // not there or not readable: no place for us
  }
}

/** Median time of one fdatasync after appending a small record to a growing file in `directory`, in milliseconds. */
export function measureFdatasyncMs(directory: string, samples: number): number {
  const path = join(directory, 'fdatasync-probe');
  const file = openSync(path, 'a');
  try {
    const record = Buffer.alloc(APPENDED_BYTES, 'r');
    const times = Float64Array.from({ length: samples }, () => {
      writeSync(file, record);
      const before = performance.now();
      fdatasyncSync(file);
      return performance.now() - before;
    });
    return percentile(times.sort(), 0.5);
  } finally {
    closeSync(file);
    rmSync(path);
  }
}
