// Recording before doing, for applications and grants alike; and reading what a person wrote as a reason.
import { ok, type Result } from '#kernel';
import type { Facts } from './facts.ts';
import { textSchema } from './form-schema.ts';
import { LONGEST_REASON } from './limits.ts';
import type { ActRefusal } from './model.ts';
import { refuse } from './separation.ts';

/**
 * Records `facts`, then writes. Where the write does not happen after all, the ledger is told that too: a record alone is no grant.
 */
export async function recordThen(
  record: (subject: string, facts: Facts) => Promise<void>,
  subject: string,
  facts: Facts,
  write: () => Promise<boolean>,
): Promise<Result<undefined, ActRefusal>> {
  const notDone = (reason: string): Promise<void> =>
    record(subject, { type: 'access-act-not-done', act: facts.type, version: facts['version'] ?? null, reason });
  await record(subject, facts);
  let isWritten: boolean;
  try {
    isWritten = await write();
  } catch (error) {
    await notDone('database-failed');
    throw error;
  }
  if (isWritten) return ok(undefined);
  await notDone('changed-meanwhile');
  return changedMeanwhile();
}

/** The one act that does not wait for the ledger: stopping somebody. Whoever did it is told that the ledger does not have it. */
export async function writeEvenUnrecorded(
  record: (subject: string, facts: Facts) => Promise<void>,
  subject: string,
  facts: Facts,
  write: () => Promise<boolean>,
): Promise<Result<undefined, ActRefusal>> {
  let isRecorded = true;
  const outcome = await recordThen(
    async (about, told) => {
      try {
        await record(about, told);
      } catch {
        isRecorded = false;
      }
    },
    subject,
    facts,
    write,
  );
  if (!outcome.ok || isRecorded) return outcome;
  return refuse(
    'not-recorded',
    'It is done, but the ledger could not be told.',
    'Have the ledger looked at, and write down why you did it.',
  );
}

export function changedMeanwhile() {
  return refuse('changed-meanwhile', 'Somebody else has changed it in the meantime.', 'Read it again, and decide again.');
}

export function readReason(text: string): Result<string, ActRefusal> {
  const read = textSchema(LONGEST_REASON).safeParse(text);
  if (read.success && read.data !== '') return ok(read.data);
  return refuse('reason-missing', 'A reason is needed, as plain text.', `Say why, in at most ${LONGEST_REASON} characters.`);
}
