// One process at a time in a directory, where a holder that was killed frees the lock by being dead.
// Node offers no kernel file lock. Does not work across machines or PID namespaces that share a directory.
//
// Holders are numbered files. The newest number is the lock; it is free when its file says "released" or its process is gone.
// Taking it means linking the next number, which only one contender can do. The newest file is never removed, so a number never
// comes back while it matters; a slow contender that links a number below the newest notices and withdraws.
import { randomBytes, randomInt } from 'node:crypto';
import { link, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SekishoError, systemClock, systemErrorCode } from '#kernel';
import { isRunning, ownMark, parseMark } from './process-identity.ts';

export interface DirectoryLockOptions {
  /** Holds nothing but the lock; made when absent. */
  readonly directory: string;
  readonly waitSeconds: number;
  /** Told once when the lock is held by someone else. */
  readonly onWait?: (holderPid: number) => void;
}

/**
 * Runs `work` while holding the lock. `afterDeath` tells that the previous holder died while holding it, possibly halfway.
 * Not reentrant. Error: `directory-busy` when the lock was not free within `waitSeconds`.
 */
export async function withDirectoryLock<T>(options: DirectoryLockOptions, work: (afterDeath: boolean) => Promise<T>): Promise<T> {
  await mkdir(options.directory, { recursive: true, mode: 0o700 });
  const held = await acquire(options);
  try {
    return await work(held.afterDeath);
  } finally {
    await release(options.directory, held.number);
  }
}

interface Newest {
  readonly number: number;
  /** The process that holds the lock; undefined when nobody does. */
  readonly holderPid: number | undefined;
  readonly released: boolean;
}

const NOBODY: Newest = { number: 0, holderPid: undefined, released: true };

async function acquire(options: DirectoryLockOptions): Promise<{ readonly number: number; readonly afterDeath: boolean }> {
  const { directory } = options;
  const deadline = systemClock.monotonic() + options.waitSeconds * 1000;
  let told = false;
  for (;;) {
    const newest = await readNewest(directory);
    if (newest.holderPid === undefined) {
      const number = newest.number + 1;
      if (await take(directory, number)) return { number, afterDeath: !newest.released };
      continue;
    }
    if (!told) options.onWait?.(newest.holderPid);
    told = true;
    if (systemClock.monotonic() > deadline) {
      throw new SekishoError(
        'directory-busy',
        `${directory} is held by process ${newest.holderPid}${options.waitSeconds === 0 ? '' : `, for more than ${options.waitSeconds} s`}`,
        {
          hint: 'Wait for that process, or end it; the lock frees itself when the process is gone.',
        },
      );
    }
    await sleep(randomInt(20, 40));
  }
}

async function take(directory: string, number: number): Promise<boolean> {
  const draft = await writeDraft(directory, { ...ownMark(), released: false });
  try {
    await link(draft, join(directory, String(number)));
  } catch (error) {
    if (systemErrorCode(error) === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
  const numbers = await listNumbers(directory);
  if (Math.max(...numbers) > number) {
    await rm(join(directory, String(number)), { force: true });
    return false;
  }
  await Promise.all(numbers.filter((other) => other < number).map((other) => rm(join(directory, String(other)), { force: true })));
  return true;
}

async function release(directory: string, number: number): Promise<void> {
  const draft = await writeDraft(directory, { released: true });
  await rename(draft, join(directory, String(number)));
}

async function readNewest(directory: string): Promise<Newest> {
  for (;;) {
    const number = Math.max(0, ...(await listNumbers(directory)));
    if (number === 0) return NOBODY;
    let text: string;
    try {
      text = await readFile(join(directory, String(number)), 'utf8');
    } catch (error) {
      // Cleaned away by a newer holder between the two calls.
      if (systemErrorCode(error) === 'ENOENT') continue;
      throw error;
    }
    return { number, ...readHolder(text) };
  }
}

function readHolder(text: string): Omit<Newest, 'number'> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Files appear whole; one that is not whole was cut by a power failure, which its writer did not survive either.
    return { holderPid: undefined, released: false };
  }
  const mark = parseMark(value);
  const alive = mark !== undefined && isRunning(mark);
  const released = typeof value === 'object' && value !== null && 'released' in value && value.released === true;
  return { holderPid: alive ? mark.pid : undefined, released };
}

async function listNumbers(directory: string): Promise<number[]> {
  return (await readdir(directory)).filter((name) => /^[1-9]\d{0,14}$/.test(name)).map(Number);
}

/** Holds no secret, and the directory decides who gets here: root and the directory's owner must be able to read each other's. */
async function writeDraft(directory: string, content: object): Promise<string> {
  const draft = join(directory, `draft-${process.pid}-${randomBytes(6).toString('hex')}`);
  await writeFile(draft, JSON.stringify(content), { mode: 0o644, flag: 'wx' });
  return draft;
}
