// Reads the segments of one journal from a committed position on, while its process may still be writing. Stops at the first bytes
// that are not an intact frame; whether that is the end, the present end or damage follows from what comes after.
import { constants } from 'node:fs';
import { join } from 'node:path';
import { attempt, run, runFor, type LedgerFs } from './files.ts';
import {
  decodeSegmentHeader,
  FRAME_HEAD_BYTES,
  frameLength,
  frameSequence,
  KIND,
  LAZY,
  MAX_FRAME_BYTES,
  segmentFileName,
} from './journal-format.ts';

// Most rounds find little: no need to read a megabyte of zeros. Holds any one frame.
const FIRST_CHUNK_BYTES = 2 * MAX_FRAME_BYTES;

export interface JournalPosition {
  /** Number of the segment being read; 0 before the first. */
  readonly segment: number;
  readonly offset: number;
  /** Sequence number of the last record taken. */
  readonly sequence: number;
}

/** A record inside the reader's buffer, valid only during the call. The byte at `entryStart - 1` may be overwritten. */
export type TakeRecord = (kind: number, key: string, buffer: Buffer, entryStart: number, entryEnd: number) => void;

export interface JournalReaderOptions {
  readonly fs: LedgerFs;
  readonly folder: string;
  readonly journal: string;
  readonly position: JournalPosition;
  /** Shared by all readers of a sequencer: only one reads at a time. At least twice `MAX_FRAME_BYTES`. */
  readonly buffer: Buffer;
  /** Acknowledged content that cannot be read: the segment is kept for examination. */
  readonly onDamage: (segment: number, message: string) => void;
}

export class JournalReader {
  readonly #options: JournalReaderOptions;
  #segment: number;
  #offset: number;
  #sequence: number;
  #fd: number | undefined;
  #ended = false;

  constructor(options: JournalReaderOptions) {
    this.#options = options;
    this.#segment = options.position.segment;
    this.#offset = options.position.offset;
    this.#sequence = options.position.sequence;
  }

  get position(): JournalPosition {
    return { segment: this.#segment, offset: this.#offset, sequence: this.#sequence };
  }

  /** True when the journal was closed by its process and read to that mark. */
  get ended(): boolean {
    return this.#ended;
  }

  /**
   * Takes records until about `budgetBytes` are read or the journal has no more. `numbers` are the segments that exist, ascending,
   * listed before this call. Resolves to true when the present end was reached.
   */
  async read(numbers: readonly number[], budgetBytes: number, take: TakeRecord): Promise<boolean> {
    let bytes = 0;
    let chunkBytes = FIRST_CHUNK_BYTES;
    while (bytes < budgetBytes) {
      const exists = this.#fd !== undefined || numbers.includes(this.#segment);
      const taken = exists ? await this.#readChunk(chunkBytes, take) : 0;
      bytes += taken;
      chunkBytes = this.#options.buffer.length;
      if (taken > 0) continue;
      const next = numbers.find((number) => number > this.#segment);
      if (next === undefined) return true;
      await this.#enter(next);
    }
    return false;
  }

  /** True when the bytes after the position are not all zero: a torn frame, or damage. */
  async hasTornTail(): Promise<boolean> {
    if (this.#segment === 0) return false;
    const length = await this.#fill(this.#options.buffer, this.#offset);
    return !this.#options.buffer.subarray(0, length).equals(Buffer.alloc(length));
  }

  async close(): Promise<void> {
    const fd = this.#fd;
    this.#fd = undefined;
    if (fd !== undefined) await attempt(run((done) => this.#options.fs.close(fd, done)));
  }

  async #readChunk(chunkBytes: number, take: TakeRecord): Promise<number> {
    const buffer = this.#options.buffer.subarray(0, chunkBytes);
    const length = await this.#fill(buffer, this.#offset);
    let start = 0;
    for (;;) {
      const frame = frameLength(buffer, start, length);
      if (frame === 0) break;
      this.#takeFrame(buffer, start, start + frame, take);
      start += frame;
    }
    this.#offset += start;
    return start;
  }

  #takeFrame(buffer: Buffer, start: number, end: number, take: TakeRecord): void {
    const kind = buffer[start + 8]! & ~LAZY;
    if (kind === KIND.end) this.#ended = true;
    if (kind === KIND.end || kind === KIND.segment) return;
    const sequence = frameSequence(buffer, start);
    // A lazy record of a write that failed late is in two segments.
    if (sequence <= this.#sequence) return;
    this.#sequence = sequence;
    const keyStart = start + FRAME_HEAD_BYTES;
    const entryStart = keyStart + buffer[start + 9]!;
    take(kind, buffer.toString('latin1', keyStart, entryStart), buffer, entryStart, end);
  }

  // Enters a later segment: only called when the one before was complete at listing time and has been read to its end.
  async #enter(next: number): Promise<void> {
    const { buffer, journal, onDamage } = this.#options;
    const before = { segment: this.#segment, offset: this.#offset };
    await this.close();
    this.#segment = next;
    this.#offset = 0;
    const length = await this.#fill(buffer, 0);
    const frame = frameLength(buffer, 0, length);
    const header = frame === 0 ? undefined : decodeSegmentHeader(buffer.subarray(0, frame));
    this.#offset = frame;
    if (header === undefined) return onDamage(next, `${segmentFileName(journal, next)} does not begin with a segment header`);
    const { previous } = header;
    if (previous === undefined || previous.number < before.segment) return;
    if (previous.number > before.segment) {
      return onDamage(previous.number, `${segmentFileName(journal, previous.number)}, which held acknowledged records, is missing`);
    }
    if (before.offset >= previous.end) return;
    const name = segmentFileName(journal, previous.number);
    onDamage(
      previous.number,
      `${name} is damaged at byte ${before.offset}: acknowledged records up to byte ${previous.end} cannot be read`,
    );
  }

  // Reads as much as fits from `position` on; fewer bytes only at the end of the file.
  async #fill(buffer: Buffer, position: number): Promise<number> {
    const { fs, folder, journal } = this.#options;
    this.#fd ??= await runFor<number>((done) => fs.open(join(folder, segmentFileName(journal, this.#segment)), constants.O_RDONLY, done));
    const fd = this.#fd;
    let length = 0;
    while (length < buffer.length) {
      const from = length;
      const count = await runFor<number>((done) => fs.read(fd, buffer, from, buffer.length - from, position + from, done));
      if (count === 0) break;
      length += count;
    }
    return length;
  }
}
