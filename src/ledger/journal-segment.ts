// The segment files of one journal: prepares them ahead, switches from one to the next, and remembers how far each was acknowledged.
// Knows nothing of records, queues or retries.
import { constants } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { attempt, run, runFor, syncDirectory, writeFully, type LedgerFs } from './files.ts';
import { encodeSegmentHeader, nextFileName, segmentFileName } from './journal-format.ts';

// Zeros are written in pieces with pauses, so that no request's commit waits behind 8 MiB of them.
const ZEROS = Buffer.alloc(64 * 1024);
const PAUSE_MS = 4;
// Absent on some systems; then each write is followed by an fsync.
const O_DSYNC: number | undefined = constants.O_DSYNC;

export interface SegmentFilesOptions {
  readonly fs: LedgerFs;
  /** The journal folder. */
  readonly folder: string;
  readonly journal: string;
  readonly segmentBytes: number;
  /** A failed preparation ahead of time; the switch itself will try again. */
  readonly onPrepareError: (error: Error) => void;
}

interface OpenSegment {
  readonly fd: number;
  readonly number: number;
  /** End of the acknowledged content. */
  end: number;
}

export class SegmentFiles {
  readonly #options: SegmentFilesOptions;
  #current: OpenSegment | undefined;
  #lastNumber = 0;
  #previous: { number: number; end: number } | undefined;
  #prepared: Promise<number | undefined> | undefined;
  #hurry = true;

  constructor(options: SegmentFilesOptions) {
    this.#options = options;
  }

  /** True when a segment is open and `length` more bytes fit in it. */
  fits(length: number): boolean {
    return this.#current !== undefined && this.#current.end + length <= this.#options.segmentBytes;
  }

  /** Closes the segment in use, if any, and opens a fresh one. Throws when that cannot be made durable; nothing is in use then. */
  async advance(): Promise<void> {
    const { fs, folder, journal } = this.#options;
    this.abandon();
    this.#hurry = true;
    const fd = (await this.#prepared) ?? (await this.#prepare());
    this.#prepared = undefined;
    this.#hurry = false;
    // A number is used once, also by an attempt that fails half-way: a reader may already have seen its file.
    this.#lastNumber += 1;
    const number = this.#lastNumber;
    try {
      const header = encodeSegmentHeader({ previous: this.#previous });
      await writeFully(fs, fd, header, 0);
      await run((done) => fs.fsync(fd, done));
      // The name appears only after the last write of the segment before: a reader that lists this one knows that one is complete.
      await run((done) => fs.rename(join(folder, nextFileName(journal)), join(folder, segmentFileName(journal, number)), done));
      await syncDirectory(fs, folder);
      this.#current = { fd, number, end: header.length };
    } catch (error) {
      await attempt(run((done) => fs.close(fd, done)));
      throw error;
    }
    this.#prepared = this.#prepare().catch((error: unknown) => {
      this.#options.onPrepareError(error as Error);
      return undefined;
    });
  }

  /** Writes durably at the end of the segment in use. Only one write at a time; a failed one must be followed by `abandon`. */
  write(buffer: Buffer, length: number, done: (error: Error | null) => void): void {
    const segment = this.#current;
    if (segment === undefined) throw new TypeError('no journal segment is open');
    this.#writeFrom(segment, buffer, 0, length, done);
  }

  /** Stops using the segment in use; what was acknowledged in it stays. */
  abandon(): void {
    const segment = this.#current;
    if (segment === undefined) return;
    this.#current = undefined;
    this.#previous = { number: segment.number, end: segment.end };
    this.#options.fs.close(segment.fd, () => undefined);
  }

  /** Stops using all files and removes the one prepared ahead. */
  async close(): Promise<void> {
    const { fs, folder, journal } = this.#options;
    this.abandon();
    this.#hurry = true;
    const fd = await this.#prepared;
    this.#prepared = undefined;
    if (fd !== undefined) await attempt(run((done) => fs.close(fd, done)));
    await attempt(run((done) => fs.unlink(join(folder, nextFileName(journal)), done)));
  }

  #writeFrom(segment: OpenSegment, buffer: Buffer, offset: number, length: number, done: (error: Error | null) => void): void {
    const { fs } = this.#options;
    fs.write(segment.fd, buffer, offset, length - offset, segment.end + offset, (error, written) => {
      if (error !== null) return done(error);
      if (written <= 0) return done(new Error('the journal segment took no more bytes'));
      if (offset + written < length) return this.#writeFrom(segment, buffer, offset + written, length, done);
      const finish = (failed: Error | null): void => {
        if (failed === null) segment.end += length;
        done(failed);
      };
      return O_DSYNC === undefined ? fs.fsync(segment.fd, finish) : finish(null);
    });
  }

  async #prepare(): Promise<number> {
    const { fs, folder, journal, segmentBytes } = this.#options;
    const path = join(folder, nextFileName(journal));
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | (O_DSYNC ?? 0);
    const fd = await runFor<number>((done) => fs.open(path, flags, done));
    try {
      for (let offset = 0; offset < segmentBytes; offset += ZEROS.length) {
        await writeFully(fs, fd, ZEROS.subarray(0, Math.min(ZEROS.length, segmentBytes - offset)), offset);
        if (!this.#hurry) await setTimeout(PAUSE_MS);
      }
      await run((done) => fs.fsync(fd, done));
      return fd;
    } catch (error) {
      // Give the space back: the likely cause is a full disk.
      await attempt(run((done) => fs.unlink(path, done)));
      await attempt(run((done) => fs.close(fd, done)));
      throw error;
    }
  }
}
