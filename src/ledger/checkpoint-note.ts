// C2SP checkpoints (https://c2sp.org/tlog-checkpoint): a signed note that states a log's origin, size and root. No I/O.
import { err, ok, SekishoError, type Result } from '#kernel';
import { decodeBase64, type NoteFault, type NoteSigner, type NoteVerifier, parseNote, signNote, verifyNote } from './signed-note.ts';
import { assertSize, HASH_BYTES } from './merkle.ts';

export interface Checkpoint {
  /** Identifies the log; one line, usually a URL without scheme. */
  readonly origin: string;
  /** Number of entries. */
  readonly size: number;
  /** 32 bytes. */
  readonly root: Buffer;
}

export type CheckpointFault = NoteFault | { readonly kind: 'malformed-checkpoint' | 'wrong-origin'; readonly message: string };

/** The signed note for a tree head. Throws when the origin cannot stand on one line. */
export function signCheckpoint({ origin, size, root }: Checkpoint, signers: readonly NoteSigner[]): string {
  assertSize(size);
  if (origin === '' || origin.includes('\n')) throw new SekishoError('ledger-origin-malformed', 'a log origin is one non-empty line');
  return signNote(`${origin}\n${size}\n${root.toString('base64')}\n`, signers);
}

/** Verifies a checkpoint's signature and reads it. With `origin`, a checkpoint of another log is refused. */
export function verifyCheckpoint(note: string | Uint8Array, verifier: NoteVerifier, origin?: string): Result<Checkpoint, CheckpointFault> {
  const text = verifyNote(note, [verifier]);
  if (!text.ok) return text;
  const checkpoint = parseCheckpointText(text.value);
  if (!checkpoint.ok || origin === undefined || checkpoint.value.origin === origin) return checkpoint;
  return err({ kind: 'wrong-origin', message: `the checkpoint is of '${checkpoint.value.origin}', not of '${origin}'` });
}

/** Reads a note text; extension lines are accepted and ignored. Sizes above 2^53 - 1 are refused. tlog-checkpoint "Note text". */
export function parseCheckpointText(text: string): Result<Checkpoint, CheckpointFault> {
  const lines = text.split('\n');
  const [origin, size, root] = lines;
  if (lines.pop() !== '' || lines.includes('')) return malformed('it has an empty line or does not end with a newline');
  if (origin === undefined || size === undefined || root === undefined || lines.length < 3)
    return malformed('it has fewer than three lines');
  if (!/^(?:0|[1-9][0-9]*)$/.test(size)) return malformed(`'${size.slice(0, 40)}' is not a tree size`);
  if (!Number.isSafeInteger(Number(size))) return malformed(`the tree size ${size.slice(0, 40)} is above 2^53 - 1`);
  const hash = decodeBase64(root);
  if (hash?.length !== HASH_BYTES) return malformed('the root is not a base 64 SHA-256 hash');
  return ok({ origin, size: Number(size), root: hash });
}

function malformed(message: string): Result<never, CheckpointFault> {
  return err({ kind: 'malformed-checkpoint', message: `not a checkpoint: ${message}` });
}

/** The tree size that a checkpoint states, without verifying anything: for our own files. */
export function treeSize(note: Uint8Array): number | undefined {
  const parsed = parseNote(note);
  if (!parsed.ok) return undefined;
  const checkpoint = parseCheckpointText(parsed.value.text);
  return checkpoint.ok ? checkpoint.value.size : undefined;
}
