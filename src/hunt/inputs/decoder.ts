// What turns bytes into records has one shape for every format: bytes are pushed in, events and bad records come out at once.
// Nothing here waits, so a record's fate never depends on how the bytes were cut.
import type { BadRecord, LogEvent, Logsource } from '../event.ts';

export interface ReadLimits {
  /** A line, JSON value or audit event above this is a bad record. Bytes. */
  readonly maxRecordBytes: number;
  /** JSON deeper than this is a bad record. */
  readonly maxDepth: number;
  /** All that one file on the disk may unpack to. Bytes. */
  readonly maxUnpackedBytes: number;
  /** Unpacked to packed, tested once 64 MiB have been unpacked: deflate cannot do more than 1,032. */
  readonly maxRatio: number;
  /** Files within one archive. */
  readonly maxEntries: number;
  /** Archives within archives. */
  readonly maxNesting: number;
}

export const defaultLimits: ReadLimits = {
  maxRecordBytes: 32 * 1024 * 1024,
  maxDepth: 1000,
  maxUnpackedBytes: 4 * 1024 ** 4,
  maxRatio: 1000,
  maxEntries: 100_000,
  maxNesting: 4,
};

export interface DecoderContext {
  /** As a position names it. */
  readonly file: string;
  readonly limits: ReadLimits;
  /** What the records are, when the user knows it better than their content shows. */
  readonly logsource: Logsource | undefined;
  readonly emit: (event: LogEvent) => void;
  readonly bad: (bad: BadRecord) => void;
}

export interface Decoder {
  push(chunk: Buffer): void;
  /** No more bytes come. */
  end(): void;
}
