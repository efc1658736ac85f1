// The diary of administrative acts: one journal beside those of the workers, from which the sequencer takes records into the ledger.
// Decides nothing about who may act; says only who did, as the operating system knows it.
import { stat } from 'node:fs/promises';
import { canonicalJson, createSystemRandom, SekishoError, systemClock, systemErrorCode, type Json } from '#kernel';
import { openJournal, type Journal } from '#ledger';

/** Who acts, as the operating system knows it. Goes into the ledger. */
export interface Administrator {
  readonly user: string;
  /** Undefined where the system has none. */
  readonly uid: number | undefined;
}

/** What a record says of an act, beside who did it and when. */
export type Facts = { readonly [name: string]: Json };

/** The journal of administrative acts; opened by the first of them. */
export interface Diary {
  /** Resolves when the record is durable. `subject`: the id of what the act is about; 1 to 32 printable ASCII characters. */
  record(subject: string, facts: Facts): Promise<void>;
  close(): Promise<void>;
}

const SALT_BYTES = 16;
const SMALLEST_SEGMENT_BYTES = 256 * 1024;

/** `directory`: the ledger's. */
export function createDiary(directory: string, by: Administrator): Diary {
  const random = createSystemRandom();
  let journal: Promise<Journal> | undefined;
  return {
    async record(subject, facts) {
      journal ??= openJournal({ directory, name: 'cli', segmentBytes: SMALLEST_SEGMENT_BYTES });
      const at = new Date(systemClock.now()).toISOString();
      const salt = random.bytes(SALT_BYTES).toString('hex');
      const entry = canonicalJson({ ...facts, at, by: { uid: by.uid ?? null, user: by.user }, salt, v: 1 });
      await (await journal).append('note', subject, entry);
    },
    async close() {
      // One that could not be opened has told its caller so.
      const opened = await journal?.catch(() => undefined);
      await opened?.close();
    },
  };
}

/** A file that another account made in the ledger could not be read by the account that runs the checkpoint. */
export async function refuseOtherAccount(dataDirectory: string): Promise<void> {
  const uid = process.geteuid?.();
  if (uid === undefined) return;
  let owner: number;
  try {
    owner = (await stat(dataDirectory)).uid;
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return;
    throw error;
  }
  if (owner === uid) return;
  throw new SekishoError('other-account', `the data directory ${dataDirectory} belongs to account ${owner}, and this is account ${uid}`, {
    hint: `Run it as the account that runs the checkpoint: sudo -u '#${owner}' …`,
  });
}
