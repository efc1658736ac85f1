// The journal of one worker process: makes records durable with group commit, before the request they speak of goes anywhere.
// It does not hash, order or publish anything: the sequencer integrates what it reads here into the log (sequencer.ts).
import { join } from 'node:path';
import { systemClock, type Clock, type SekishoError } from '#kernel';
import { makeDirectory, nodeFs, type LedgerFs } from './files.ts';
import { GroupCommitJournal, unwritable } from './group-commit.ts';
import { formatJournalId, type RecordKind } from './journal-format.ts';
import { SegmentFiles } from './journal-segment.ts';
import { currentProcess } from './processes.ts';

const MIB = 1024 * 1024;
const MIN_SEGMENT_BYTES = 128 * 1024;

export interface JournalStats {
  /** Durable writes. */
  readonly commits: number;
  /** Records made durable, and their bytes with framing. */
  readonly records: number;
  readonly bytes: number;
  /** Failed writes or segment switches. */
  readonly failures: number;
  /** Bytes that wait for a commit now. */
  readonly queuedBytes: number;
}

export interface JournalOptions {
  /** The ledger directory, the same as for `openLog`; segments lie in its folder `journal`. */
  readonly directory: string;
  /** Worker name: 1 to 32 of a-z, 0-9 and underscore. */
  readonly name: string;
  readonly fs?: LedgerFs;
  readonly clock?: Clock;
  /** Size of a segment file; at least 128 KiB, 8 MiB by default. */
  readonly segmentBytes?: number;
  /** How long a lazily appended record waits at most for a commit to ride on; 20 ms by default. */
  readonly lingerMs?: number;
  /** Above this many waiting bytes `append` refuses; 16 MiB by default. Lazy records are always taken. */
  readonly maxQueueBytes?: number;
  /** Called for every failed write or preparation. Lazy records are kept, waiting ones have been rejected. */
  readonly onError?: (error: SekishoError) => void;
}

/**
 * Keys tie an outcome to its decision: 1 to 32 printable ASCII characters. Entries hold at most 65,535 bytes. Records appear in the
 * log in the order they were appended to this journal.
 */
export interface Journal {
  /**
   * Resolves when the record is durable. Rejects with `ledger-unwritable` (nothing may be done on the strength of this record; it may
   * still turn up in the log), `ledger-overloaded`, `ledger-entry-invalid` or `ledger-closed`.
   */
  append(kind: RecordKind, key: string, entry: string | Buffer): Promise<void>;
  /**
   * Takes the record without waiting: it rides on the next commit, or on its own after the linger time. It is kept and written again
   * after failures for as long as the process lives. Throws `ledger-entry-invalid` or `ledger-closed`.
   */
  appendLazily(kind: RecordKind, key: string, entry: string | Buffer): void;
  /** Resolves when everything appended before is durable; rejects when the attempt fails (lazy records are kept). */
  flush(): Promise<void>;
  /** Flushes, marks the journal as ended so that its open decisions count as interrupted, and closes it. */
  close(): Promise<void>;
  /** False between a failed write and the next successful one. */
  readonly healthy: boolean;
  readonly stats: JournalStats;
}

let openings = 0;

/** Opens a new journal for this process. Rejects with `ledger-unwritable` when its first segment cannot be made durable. */
export async function openJournal(options: JournalOptions): Promise<Journal> {
  const { fs = nodeFs, clock = systemClock, segmentBytes = 8 * MIB } = options;
  if (!/^[a-z0-9_]{1,32}$/.test(options.name)) throw new TypeError(`'${options.name}' cannot name a journal`);
  if (segmentBytes < MIN_SEGMENT_BYTES) throw new RangeError(`a journal segment has at least ${MIN_SEGMENT_BYTES} bytes`);
  // Sorts by time; the counter tells apart what one process opens within a millisecond.
  openings += 1;
  const incarnation = clock.now().toString(36).padStart(9, '0').slice(-9) + (openings % 46_656).toString(36).padStart(3, '0');
  const journal = formatJournalId({ incarnation, name: options.name, ...currentProcess() });
  const folder = join(options.directory, 'journal');
  const onError = options.onError ?? (() => undefined);
  const onPrepareError = (error: Error): void => onError(unwritable(error));
  const segments = new SegmentFiles({ fs, folder, journal, segmentBytes, onPrepareError });
  try {
    await makeDirectory(fs, options.directory);
    await makeDirectory(fs, folder);
    await segments.advance();
  } catch (error) {
    throw unwritable(error);
  }
  const { lingerMs = 20, maxQueueBytes = 16 * MIB } = options;
  return new GroupCommitJournal({ segments, clock, lingerMs, maxQueueBytes, maxBatchBytes: Math.min(MIB, segmentBytes - 4096), onError });
}
