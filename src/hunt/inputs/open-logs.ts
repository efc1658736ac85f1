// Logs in files, folders and standard input as batches of events: found in a fixed order, unpacked, recognised, read in one pass.
// Nothing is written anywhere; names inside archives are labels. Memory is bounded by the limits, whatever the size of the input.
import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, readdir, stat } from 'node:fs/promises';
import path from 'node:path';

import { describeError, SekishoError, systemErrorCode } from '#kernel';

import type { BadRecord, LogEvent, LogFormat, Logsource } from '../event.ts';

import { ByteReader } from './byte-reader.ts';
import { unpack, type Budget } from './containers.ts';
import { defaultLimits, type DecoderContext, type ReadLimits } from './decoder.ts';
import { decoderFor, HEAD_BYTES } from './detect.ts';
import { DamagedInput } from './inflate.ts';

export interface OpenLogsOptions {
  /** Instead of what the content looks like. */
  readonly format?: LogFormat;
  /** Instead of what the records look like. */
  readonly logsource?: Logsource;
  /** Read for the path `-`. */
  readonly stdin?: AsyncIterable<Buffer>;
  readonly limits?: Partial<ReadLimits>;
  /** The year of syslog lines that state none (RFC 3164). */
  readonly year?: number;
  /**
   * When a file's SHA-256 is known. `after`: in the same pass, once its last byte is read. `before`: each file is read twice, so that
   * every event of it can already be cited. Standard input is always `after`.
   */
  readonly hash?: 'before' | 'after';
}

/** Of one file on the disk, or of standard input. */
export interface FileReport {
  /** As given, or found in a folder given. */
  readonly file: string;
  readonly bytes: number;
  /** Hex, of the file as it lies on the disk. Empty until it is known. */
  readonly sha256: string;
  readonly events: number;
  readonly bad: number;
}

export interface LogBatch {
  /** The file on the disk that it comes from. */
  readonly file: string;
  /** Empty until it is known; see `hash`. */
  readonly sha256: string;
  readonly events: readonly LogEvent[];
  /** Bad records, and damage to the file itself, which has the position of where reading stopped. */
  readonly bad: readonly BadRecord[];
  /** With the last batch of each file. */
  readonly done: FileReport | undefined;
}

export interface Progress {
  readonly bytesRead: number;
  /** Undefined with standard input. */
  readonly bytesTotal: number | undefined;
  readonly filesDone: number;
  readonly filesTotal: number;
}

export interface Logs extends AsyncIterable<LogBatch> {
  progress(): Progress;
}

export interface LogFile {
  readonly file: string;
  readonly bytes: number;
}

const MAX_FILES = 1_000_000;
const READ_BYTES = 256 * 1024;

/**
 * Every regular file under the paths, folders in the order of their names. Links within folders are not followed.
 * @throws SekishoError `log-not-found` when a path given is not there
 */
export async function listLogs(paths: readonly string[]): Promise<readonly LogFile[]> {
  const found: LogFile[] = [];
  const walk = async (place: string): Promise<void> => {
    for (const entry of (await readdir(place, { withFileTypes: true })).sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const inner = path.join(place, entry.name);
      if (entry.isDirectory()) await walk(inner);
      else if (entry.isFile()) found.push({ file: inner, bytes: (await lstat(inner)).size });
      if (found.length > MAX_FILES) throw new SekishoError('too-many-logs', `More than ${MAX_FILES} files lie under the paths given.`);
    }
  };
  for (const place of paths) {
    if (place === '-') {
      found.push({ file: '-', bytes: 0 });
      continue;
    }
    try {
      const about = await stat(place);
      if (about.isDirectory()) await walk(place);
      else found.push({ file: place, bytes: about.size });
    } catch (error) {
      if (error instanceof SekishoError) throw error;
      throw new SekishoError('log-not-found', `Cannot read the logs at ${place}: ${describeError(error)}`, { cause: error });
    }
  }
  return found;
}

/** Reads nothing before it is iterated, and only once. */
export function openLogs(paths: readonly string[], options: OpenLogsOptions = {}): Logs {
  const counters = { bytesRead: 0, bytesTotal: 0 as number | undefined, filesDone: 0, filesTotal: 0 };
  return {
    progress: () => ({ ...counters }),
    async *[Symbol.asyncIterator]() {
      const files = await listLogs(paths);
      counters.filesTotal = files.length;
      counters.bytesTotal = files.some(({ file }) => file === '-') ? undefined : files.reduce((sum, { bytes }) => sum + bytes, 0);
      for (const { file } of files) {
        yield* readLog(file, options, (bytes) => {
          counters.bytesRead += bytes;
        });
        counters.filesDone++;
      }
    },
  };
}

/** The events alone, for who does not need the rest. */
export async function* eventsOf(
  logs: AsyncIterable<LogBatch>,
  onBad?: (bad: BadRecord) => void,
): AsyncGenerator<LogEvent, void, undefined> {
  for await (const batch of logs) {
    for (const bad of batch.bad) onBad?.(bad);
    yield* batch.events;
  }
}

/** One file as batches; the last one carries its report. */
export async function* readLog(
  file: string,
  options: OpenLogsOptions = {},
  onBytes?: (bytes: number) => void,
): AsyncGenerator<LogBatch, void, undefined> {
  const limits = { ...defaultLimits, ...options.limits };
  const budget: Budget = { packed: 0, unpacked: 0, entries: 0 };
  const total = { events: 0, bad: 0 };
  const batch = new BatchCollector(file, total);
  const hash = createHash('sha256');
  try {
    if (options.hash === 'before' && file !== '-') batch.sha256 = await hashFile(file);
    const raw = tapped(sourceOf(file, options), hash, budget, onBytes);
    try {
      for await (const { file: name, bytes } of unpack(file, raw, limits, budget)) {
        yield* readContent(name, bytes, options, limits, batch);
      }
    } catch (error) {
      batch.damage(file, budget.packed, error);
    }
    // What an archive did not ask for still belongs to the file and its hash.
    for await (const rest of raw) void rest;
  } catch (error) {
    batch.damage(file, budget.packed, error);
  }
  batch.sha256 = hash.digest('hex');
  yield batch.take({ file, bytes: budget.packed, sha256: batch.sha256, ...total });
}

async function* readContent(
  file: string,
  bytes: AsyncIterable<Buffer>,
  options: OpenLogsOptions,
  limits: ReadLimits,
  batch: BatchCollector,
): AsyncGenerator<LogBatch, void, undefined> {
  const context: DecoderContext = { file, limits, logsource: options.logsource, emit: batch.emit, bad: batch.bad };
  const { format, year } = options;
  const reader = new ByteReader(bytes);
  let read = 0;
  let problem: Error | undefined;
  const head = await headOf(reader, (error) => {
    problem = error instanceof Error ? error : new Error(describeError(error));
  });
  if (head.length === 0 && problem === undefined) return;
  const decoder = decoderFor(head, context, { format, ...(year === undefined ? {} : { year }) });
  if (decoder === undefined) {
    if (problem === undefined)
      batch.bad({ position: { file, record: 0, offset: 0 }, problem: 'no log format that is known; it can be given with --format' });
    else batch.damage(file, head.length, problem);
    return;
  }
  try {
    for (let at = 0; at < head.length; at += READ_BYTES) decoder.push(head.subarray(at, at + READ_BYTES));
    read = head.length;
    if (problem !== undefined) throw problem;
    for await (const chunk of reader.rest()) {
      decoder.push(chunk);
      read += chunk.length;
      if (batch.isFull) yield batch.take(undefined);
    }
  } catch (error) {
    decoder.end();
    batch.damage(file, read, error);
    return;
  }
  decoder.end();
  if (batch.isFull) yield batch.take(undefined);
}

async function headOf(reader: ByteReader, onProblem: (error: unknown) => void): Promise<Buffer> {
  const parts: Buffer[] = [];
  try {
    for (let missing = HEAD_BYTES; missing > 0;) {
      const part = await reader.some(missing);
      if (part === undefined) break;
      parts.push(part);
      missing -= part.length;
    }
  } catch (error) {
    onProblem(error);
  }
  return Buffer.concat(parts);
}

class BatchCollector {
  readonly #file: string;
  readonly #total: { events: number; bad: number };
  sha256 = '';
  #events: LogEvent[] = [];
  #bad: BadRecord[] = [];

  constructor(file: string, total: { events: number; bad: number }) {
    this.#file = file;
    this.#total = total;
  }

  readonly emit = (event: LogEvent): void => {
    this.#total.events++;
    this.#events.push(event);
  };

  readonly bad = (bad: BadRecord): void => {
    this.#total.bad++;
    this.#bad.push(bad);
  };

  /** Damage of the input is told; what is neither that nor the system's refusal to read is a bug and goes on up. */
  damage(file: string, offset: number, error: unknown): void {
    if (!(error instanceof DamagedInput) && systemErrorCode(error) === undefined) throw error;
    this.bad({ position: { file, record: 0, offset }, problem: describeError(error) });
  }

  get isFull(): boolean {
    return this.#events.length + this.#bad.length > 0;
  }

  take(done: FileReport | undefined): LogBatch {
    const batch = { file: this.#file, sha256: this.sha256, events: this.#events, bad: this.#bad, done };
    this.#events = [];
    this.#bad = [];
    return batch;
  }
}

function sourceOf(file: string, options: OpenLogsOptions): AsyncIterable<Buffer> {
  if (file !== '-') return createReadStream(file, { highWaterMark: READ_BYTES });
  if (options.stdin === undefined) throw new SekishoError('no-stdin', 'Logs were asked for from standard input, but there is none.');
  return options.stdin;
}

/** Not an async generator: breaking off a container early must not close it, because the rest is still to be hashed. */
function tapped(source: AsyncIterable<Buffer>, hash: Hash, budget: Budget, onBytes?: (bytes: number) => void): AsyncIterable<Buffer> {
  const iterator = source[Symbol.asyncIterator]();
  const next = async (): Promise<IteratorResult<Buffer, undefined>> => {
    const result = await iterator.next();
    if (result.done === true) return { done: true, value: undefined };
    hash.update(result.value);
    budget.packed += result.value.length;
    onBytes?.(result.value.length);
    return { done: false, value: result.value };
  };
  return { [Symbol.asyncIterator]: () => ({ next }) };
}

async function hashFile(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file, { highWaterMark: READ_BYTES })) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
