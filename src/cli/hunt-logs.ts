// Logs as a hunt reads them: opened, counted, hashed, and stopped when asked to. Records of our own ledger are recognised here.
import {
  fieldsText,
  openLogs,
  timeOf,
  type BadRecord,
  type Coverage,
  type Fields,
  type FileCoverage,
  type LogBatch,
  type LogEvent,
  type LogFormat,
  type Logsource,
} from '#hunt';

export interface LogReading {
  /** Ends early, in good order, when the signal came. */
  readonly batches: AsyncIterable<readonly LogEvent[]>;
  readonly bytesRead: () => number;
  /** Undefined: not known, as of standard input. */
  readonly bytesTotal: () => number | undefined;
  readonly files: () => readonly FileCoverage[];
  readonly badRecords: () => Coverage['badRecords'];
  /** Hex SHA-256 of the file on the disk that a position names; empty for standard input until it has ended. */
  readonly fileSha256: (file: string) => string;
}

export const FORMATS = [
  'ndjson',
  'json-array',
  'evtx',
  'csv',
  'syslog',
  'auditd',
  'access-log',
  'cloudtrail',
  'azure',
  'gcp-audit',
  'kubernetes-audit',
  'journald',
  'zeek',
] as const satisfies readonly LogFormat[];

const MOST_BAD = 1_000;

export function readLogs(paths: readonly string[], format: LogFormat | undefined, signal: AbortSignal): LogReading {
  const logs = openLogs(paths, { hash: 'before', stdin: inputUntil(signal), ...(format === undefined ? {} : { format }) });
  const tally = new Tally();
  async function* batches(): AsyncGenerator<readonly LogEvent[]> {
    for await (const batch of logs) {
      tally.add(batch);
      yield batch.events.map(recognised);
      if (signal.aborted) return;
    }
  }
  return {
    batches: batches(),
    bytesRead: () => logs.progress().bytesRead,
    bytesTotal: () => logs.progress().bytesTotal,
    files: () => tally.files(),
    badRecords: () => ({ total: tally.bad, shown: tally.shown }),
    fileSha256: (file) => tally.sha256(file),
  };
}

interface OpenFile {
  readonly file: string;
  readonly formats: Set<LogFormat>;
  events: number;
  bad: number;
  problem: string | undefined;
}

/** Per file on the disk: what came of it so far. */
class Tally {
  bad = 0;
  readonly shown: BadRecord[] = [];
  readonly #hashes = new Map<string, string>();
  readonly #done: FileCoverage[] = [];
  #open: OpenFile | undefined;

  add({ file, sha256, events, bad, done }: LogBatch): void {
    if (sha256 !== '') this.#hashes.set(file, sha256);
    if (this.#open?.file !== file) this.#open = { file, formats: new Set(), events: 0, bad: 0, problem: undefined };
    const open = this.#open;
    open.events += events.length;
    open.bad += bad.length;
    const first = events[0];
    if (first !== undefined && open.formats.size < FORMATS.length) open.formats.add(first.format);
    for (const each of bad) {
      this.bad++;
      if (this.shown.length < MOST_BAD) this.shown.push(each);
      // A problem of the file and not of a record.
      if (each.position.record === 0) open.problem ??= each.problem;
    }
    if (done === undefined) return;
    this.#done.push({ ...this.#coverageOf(open), bytes: done.bytes, sha256: done.sha256 });
    this.#open = undefined;
  }

  #coverageOf({ file, formats, events, bad, problem }: OpenFile): FileCoverage {
    const format = formats.size === 0 ? '-' : [...formats].join(', ');
    return { file, format, events, badRecords: bad, bytes: undefined, sha256: this.#hashes.get(file), problem };
  }

  files(): readonly FileCoverage[] {
    if (this.#open === undefined) return this.#done;
    return [...this.#done, { ...this.#coverageOf(this.#open), problem: 'not read to its end' }];
  }

  /** Inside an archive a position names the archive, an exclamation mark and the inner file. */
  sha256(file: string): string {
    for (let name = file; ; name = name.slice(0, name.lastIndexOf('!'))) {
      const known = this.#hashes.get(name);
      if (known !== undefined) return known;
      if (!name.includes('!')) return '';
    }
  }
}

const LEDGER: readonly Logsource[] = [{ product: 'sekisho', category: undefined, service: 'ledger' }];

/** A record of our own ledger where readers know nothing about it; everything else as it is. */
function recognised(event: LogEvent): LogEvent {
  const [first] = event.logsources;
  if (first?.product !== undefined || first?.category !== undefined || first?.service !== undefined) return event;
  const { fields, position, format } = event;
  if (!isLedgerRecord(fields)) return event;
  const atMs = timeOf(fields['at']) ?? timeOf(fields['from']);
  return { fields, position, format, logsources: LEDGER, atMs, host: undefined, text: () => fieldsText(fields) };
}

/** What every record of ours has; see src/checkpoint/records.ts. */
export function isLedgerRecord(fields: Fields): boolean {
  const { v, type, salt, at, from } = fields;
  return v === 1 && typeof type === 'string' && typeof salt === 'string' && typeof (at ?? from) === 'string';
}

/** Standard input until it ends or the signal comes. Read only when somebody asks for it. */
async function* inputUntil(signal: AbortSignal): AsyncGenerator<Buffer> {
  const iterator = process.stdin[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  const aborted = new Promise<IteratorResult<Buffer>>((resolve) => {
    const stop = (): void => resolve({ done: true, value: undefined });
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
  for (;;) {
    const next = iterator.next();
    // What is still awaited when the signal comes fails with the stream below, and nobody waits for it.
    next.catch(() => undefined);
    const result = await Promise.race([next, aborted]);
    if (result.done === true) break;
    yield result.value;
  }
  if (signal.aborted) process.stdin.destroy();
}
