// Group commit: what is appended while a write is under way becomes durable with the next one. Owns the queue, the timers and the
// retries of one journal; files are the business of journal-segment.ts.
import { SekishoError, type Clock } from '#kernel';
import { Batch } from './journal-batch.ts';
import { encodeEnd, FRAME_HEAD_BYTES, KIND, LAZY, MAX_KEY_BYTES, type RecordKind } from './journal-format.ts';
import type { Journal, JournalStats } from './journal.ts';
import type { SegmentFiles } from './journal-segment.ts';
import { MAX_ENTRY_BYTES } from './tiles.ts';

const FIRST_BACKOFF_MS = 25;
const MAX_BACKOFF_MS = 1000;
const KEY = /^[\x21-\x7e]{1,32}$/;

export interface GroupCommitParts {
  readonly segments: SegmentFiles;
  readonly clock: Clock;
  readonly lingerMs: number;
  readonly maxQueueBytes: number;
  readonly maxBatchBytes: number;
  readonly onError: (error: SekishoError) => void;
}

export class GroupCommitJournal implements Journal {
  readonly #parts: GroupCommitParts;
  #filling: Batch;
  #sealed: Batch[] = [];
  #inFlight: Batch | undefined;
  #spare: Batch | undefined;
  #sequence = 0;
  #queuedBytes = 0;
  #commits = 0;
  #records = 0;
  #bytes = 0;
  #failures = 0;
  #scheduled = false;
  #linger: NodeJS.Timeout | undefined;
  #retry: NodeJS.Timeout | undefined;
  #backoffMs = 0;
  #retryAtMs = 0;
  #lastError: SekishoError | undefined;
  #closed: Promise<void> | undefined;

  constructor(parts: GroupCommitParts) {
    this.#parts = parts;
    this.#filling = new Batch(parts.maxBatchBytes);
  }

  get healthy(): boolean {
    return this.#lastError === undefined && this.#closed === undefined;
  }

  get stats(): JournalStats {
    const [commits, records, bytes] = [this.#commits, this.#records, this.#bytes];
    return { commits, records, bytes, failures: this.#failures, queuedBytes: this.#queuedBytes };
  }

  append(kind: RecordKind, key: string, entry: string | Buffer): Promise<void> {
    const refusal = this.#refusal() ?? invalidRecord(key, entry);
    if (refusal !== undefined) return Promise.reject(refusal);
    this.#add(KIND[kind], key, entry);
    this.#schedule();
    return this.#filling.settled();
  }

  appendLazily(kind: RecordKind, key: string, entry: string | Buffer): void {
    this.#retry?.ref();
    const refusal = this.#closed === undefined ? invalidRecord(key, entry) : closedError();
    if (refusal !== undefined) throw refusal;
    this.#add(KIND[kind] | LAZY, key, entry);
    this.#armLinger();
  }

  flush(): Promise<void> {
    const last = this.#filling.length > 0 ? this.#filling : (this.#sealed.at(-1) ?? this.#inFlight);
    if (last === undefined) return Promise.resolve();
    const settled = last.settled();
    this.#schedule();
    return settled;
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    // What was appended before has one more attempt, whatever the back-off says.
    try {
      await this.flush();
      const end = encodeEnd();
      if (!this.#parts.segments.fits(end.length)) await this.#parts.segments.advance();
      await new Promise<void>((resolve, reject) => {
        this.#parts.segments.write(end, end.length, (error) => (error === null ? resolve() : reject(error)));
      });
    } catch (error) {
      throw unwritable(error);
    } finally {
      clearTimeout(this.#linger);
      clearTimeout(this.#retry);
      await this.#parts.segments.close();
    }
  }

  #refusal(): SekishoError | undefined {
    if (this.#closed !== undefined) return closedError();
    if (this.#queuedBytes > this.#parts.maxQueueBytes) {
      return new SekishoError('ledger-overloaded', `more than ${this.#parts.maxQueueBytes} bytes wait for the ledger's disk`, {
        hint: 'The disk of the ledger directory is too slow for this load.',
      });
    }
    // Fails at once while the disk is known to be bad; one attempt per back-off finds out when it is good again.
    if (this.#lastError !== undefined && this.#parts.clock.monotonic() < this.#retryAtMs) return this.#lastError;
    return undefined;
  }

  #add(kind: number, key: string, entry: string | Buffer): void {
    const entryBytes = maxEntryBytes(entry);
    if (!this.#filling.reserve(FRAME_HEAD_BYTES + key.length + entryBytes)) {
      this.#sealed.push(this.#filling);
      this.#filling = this.#emptyBatch();
      this.#filling.reserve(FRAME_HEAD_BYTES + key.length + entryBytes);
    }
    this.#sequence += 1;
    this.#queuedBytes += this.#filling.add(kind, key, entry, this.#sequence);
  }

  // After the poll phase, so that requests that arrived together share a commit.
  #schedule(): void {
    if (this.#scheduled || this.#inFlight !== undefined) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#start();
    });
  }

  #armLinger(): void {
    if (this.#linger !== undefined || this.#retry !== undefined) return;
    this.#linger = setTimeout(() => {
      this.#linger = undefined;
      this.#start();
    }, this.#parts.lingerMs);
  }

  // A probe goes as far as opening a fresh segment when there is nothing to write.
  #start({ probe = false } = {}): void {
    if (this.#inFlight !== undefined) return;
    let batch = this.#sealed.shift();
    if (batch === undefined) {
      if (this.#filling.length === 0 && !probe) return;
      batch = this.#filling;
      this.#filling = this.#emptyBatch();
    }
    this.#inFlight = batch;
    const { segments } = this.#parts;
    if (segments.fits(batch.length)) return this.#write(batch);
    const inFlight = batch;
    segments.advance().then(
      () => this.#write(inFlight),
      (error: unknown) => this.#fail(error),
    );
  }

  #write(batch: Batch): void {
    if (batch.length === 0) return this.#commit(batch);
    this.#parts.segments.write(batch.buffer, batch.length, (error) => {
      if (error === null) this.#commit(batch);
      else this.#fail(error);
    });
  }

  #commit(batch: Batch): void {
    this.#inFlight = undefined;
    this.#commits += batch.length > 0 ? 1 : 0;
    this.#records += batch.records;
    this.#bytes += batch.length;
    this.#queuedBytes -= batch.length;
    this.#lastError = undefined;
    this.#backoffMs = 0;
    batch.resolve();
    this.#spare = batch;
    if (this.#sealed.length > 0) this.#start();
    else if (this.#filling.awaited) this.#schedule();
    else if (this.#filling.length > 0) this.#armLinger();
  }

  #fail(cause: unknown): void {
    const { segments, clock, onError } = this.#parts;
    segments.abandon();
    const error = unwritable(cause);
    this.#failures += 1;
    this.#lastError = error;
    this.#backoffMs = Math.min(MAX_BACKOFF_MS, Math.max(FIRST_BACKOFF_MS, this.#backoffMs * 2));
    this.#retryAtMs = clock.monotonic() + this.#backoffMs;
    const batches = [...(this.#inFlight === undefined ? [] : [this.#inFlight]), ...this.#sealed, this.#filling];
    this.#inFlight = undefined;
    this.#filling = this.#emptyBatch();
    for (const batch of batches) {
      this.#queuedBytes -= batch.length;
      batch.keepLazyRecords();
      this.#queuedBytes += batch.length;
      batch.reject(error);
    }
    this.#sealed = batches.filter((batch) => batch.length > 0);
    onError(error);
    if (this.#retry !== undefined || this.#closed !== undefined) return;
    this.#retry = setTimeout(() => {
      this.#retry = undefined;
      this.#start({ probe: true });
    }, this.#backoffMs);
    // Only records that would be lost keep a process from ending.
    if (this.#sealed.length === 0) this.#retry.unref();
  }

  #emptyBatch(): Batch {
    const batch = this.#spare ?? new Batch(this.#parts.maxBatchBytes);
    this.#spare = undefined;
    batch.clear();
    return batch;
  }
}

function invalidRecord(key: string, entry: string | Buffer): SekishoError | undefined {
  if (!KEY.test(key)) return new SekishoError('ledger-entry-invalid', `a record key has 1 to ${MAX_KEY_BYTES} printable ASCII characters`);
  if (maxEntryBytes(entry) <= MAX_ENTRY_BYTES) return undefined;
  return new SekishoError('ledger-entry-invalid', `a ledger entry has at most ${MAX_ENTRY_BYTES} bytes`);
}

// Three bytes per UTF-16 unit are the worst case; only where that could be too much are they counted.
function maxEntryBytes(entry: string | Buffer): number {
  if (typeof entry !== 'string') return entry.length;
  const most = entry.length * 3;
  return most <= MAX_ENTRY_BYTES || entry.length > MAX_ENTRY_BYTES ? most : Buffer.byteLength(entry);
}

/** Wraps a failed write so that everybody who waits learns what to look at. */
export function unwritable(cause: unknown): SekishoError {
  if (cause instanceof SekishoError) return cause;
  const detail = cause instanceof Error ? cause.message : String(cause);
  return new SekishoError('ledger-unwritable', `the ledger journal cannot be written: ${detail}`, {
    cause,
    hint: 'Check free space, permissions and health of the disk that holds the ledger directory; writing resumes by itself.',
  });
}

function closedError(): SekishoError {
  return new SekishoError('ledger-closed', 'the ledger journal is closed');
}
