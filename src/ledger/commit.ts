// What the sequencer has committed: the tree head, how far each journal is integrated, and which decisions still lack an outcome. One
// file, replaced atomically, is the only truth about the log; tiles beyond its size mean nothing.
import { SekishoError } from '#kernel';

const FORMAT = 'sekisho-ledger/1';

export interface JournalProgress {
  readonly journal: string;
  readonly segment: number;
  readonly offset: number;
  readonly sequence: number;
  /** True when nothing will come any more and every decision is closed: its files may go. */
  readonly finished: boolean;
  /** Segments to keep for examination. */
  readonly damaged: readonly number[];
  /** Decisions without outcome: key and index in the tree. */
  readonly open: readonly (readonly [key: string, index: number])[];
}

export interface Commit {
  readonly size: number;
  readonly root: Buffer;
  /** The signed note of exactly this tree. */
  readonly checkpoint: string;
  readonly journals: readonly JournalProgress[];
}

export function encodeCommit({ size, root, checkpoint, journals }: Commit): Buffer {
  return Buffer.from(`${JSON.stringify({ format: FORMAT, size, root: root.toString('base64'), checkpoint, journals })}\n`);
}

/** Reads a commit file. Throws `ledger-damaged` when it is not one: it is replaced atomically, so it is never half written. */
export function decodeCommit(content: Buffer): Commit {
  let value: unknown;
  try {
    value = JSON.parse(content.toString('utf8'));
  } catch (error) {
    throw damagedCommit(error);
  }
  const { format, size, root, checkpoint, journals } = asRecord(value);
  if (format !== FORMAT || !isCount(size) || typeof root !== 'string' || typeof checkpoint !== 'string' || !Array.isArray(journals)) {
    throw damagedCommit();
  }
  return { size, root: Buffer.from(root, 'base64'), checkpoint, journals: journals.map((item) => decodeProgress(item, size)) };
}

function decodeProgress(value: unknown, size: number): JournalProgress {
  const { journal, segment, offset, sequence, finished, damaged, open } = asRecord(value);
  if (typeof journal !== 'string' || !isCount(segment) || !isCount(offset) || !isCount(sequence)) throw damagedCommit();
  if (typeof finished !== 'boolean' || !Array.isArray(damaged) || !damaged.every(isCount) || !Array.isArray(open)) throw damagedCommit();
  const pairs = open.map((pair: unknown): readonly [string, number] => {
    const [key, index] = Array.isArray(pair) ? (pair as readonly unknown[]) : [];
    if (typeof key !== 'string' || !isCount(index) || index >= size) throw damagedCommit();
    return [key, index];
  });
  return { journal, segment, offset, sequence, finished, damaged, open: pairs };
}

function asRecord(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null) throw damagedCommit();
  return value as Record<string, unknown>;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function damagedCommit(cause?: unknown): SekishoError {
  return new SekishoError('ledger-damaged', 'commit.json of the ledger is damaged', {
    cause,
    hint: 'It is never half written, so the disk or somebody changed it. Restore it together with the whole directory from a copy.',
  });
}
