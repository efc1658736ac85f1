// Every act on members and their ways in is a durable ledger record before it takes effect: the record is made inside the transaction,
// just before it commits. What cannot be recorded is not done.
import type { Json, PrincipalId } from '#kernel';
import type { Authentication } from './authentication.ts';

/** Who acts, as the management API knows it. Undefined where one is expected: whoever runs the program; the recorder says who that is. */
export interface Acting {
  readonly principalId: PrincipalId;
  readonly name: string;
  readonly authentication: Authentication;
}

export type ActFacts = { readonly type: string } & { readonly [name: string]: Json };

/** Resolves when the record is durable. `subject`: the id of what the act is about; 1 to 32 printable ASCII characters. */
export type RecordAct = (subject: string, facts: ActFacts) => Promise<void>;

/** Called by a store with what a transaction has come to, just before it commits; a rejection undoes the transaction. */
export type Confirm<T> = (outcome: T) => Promise<void>;

interface Act {
  readonly subject: string;
  readonly facts: ActFacts;
}

/** Runs `work` with a confirmation that records the act. When the transaction fails after that, a second record says so. */
export async function act<T, R>(record: RecordAct, actOf: (outcome: T) => Act, work: (confirm: Confirm<T>) => Promise<R>): Promise<R> {
  let recorded: Act | undefined;
  try {
    return await work(async (outcome) => {
      const made = actOf(outcome);
      await record(made.subject, made.facts);
      recorded = made;
    });
  } catch (error) {
    if (recorded !== undefined) {
      const unconfirmed = { type: 'act-unconfirmed', act: recorded.facts.type, reason: 'database-failed' };
      // The failure itself is what the caller has to hear of.
      await record(recorded.subject, unconfirmed).catch(() => undefined);
    }
    throw error;
  }
}

/** The `by` of a record. */
export function byFacts(by: Acting | undefined): { readonly [name: string]: Json } {
  return by === undefined ? {} : { by: { authentication: by.authentication, name: by.name, principal: by.principalId } };
}
