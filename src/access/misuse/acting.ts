// How anything about misuse is done: looked at while nobody else changes it, recorded, and then done. What cannot be recorded is not done,
// but for one thing: a suspension. That is in force even when the ledger fails, and then the failure is told.
import { err, ok, type Json, type PrincipalId, type Result } from '#kernel';
import type { Actor } from '../actor.ts';
import type { RecordAct } from '../holds/hold.ts';
import type { Standing } from '../taxonomy.ts';
import type { MisuseCase, MisuseChange, MisuseState, MisuseStore, MisuseSubject } from './case.ts';
import type { MisuseRefusal } from './refusal.ts';

export interface Act<T> {
  readonly change: MisuseChange;
  /** What goes into the ledger, in this order. */
  readonly records: readonly ActRecord[];
  readonly result: T;
}

export interface ActRecord {
  readonly subject: string;
  readonly facts: { readonly [name: string]: Json };
}

/** A suspension is in force on every node within a second, whatever the ledger does. */
const SUSPENSION_WAITS_MS = 500;

export type CarryOut = <T>(
  subject: MisuseSubject,
  look: (state: MisuseState) => Result<Act<T>, MisuseRefusal>,
) => Promise<Result<T, MisuseRefusal>>;

export function createCarryOut({ store, record }: { readonly store: MisuseStore; readonly record: RecordAct }): CarryOut {
  return <T>(subject: MisuseSubject, look: (state: MisuseState) => Result<Act<T>, MisuseRefusal>) =>
    store.change<Result<T, MisuseRefusal>>(subject, async (state) => {
      const looked = look(state);
      if (!looked.ok) return { result: looked };
      const { change, records, result } = looked.value;
      const isSuspension = suspends(state, change);
      try {
        const recorded = recordAll(record, records);
        await (isSuspension ? within(SUSPENSION_WAITS_MS, recorded) : recorded);
      } catch (error) {
        if (!isSuspension) throw error;
        const caseId = change.standing?.caseId ?? null;
        return { change: unrecorded(change), result: err({ kind: 'not-recorded', standing: 'suspended', caseId, cause: error }) };
      }
      return { change, result: ok(result) };
    });
}

async function recordAll(record: RecordAct, records: readonly ActRecord[]): Promise<void> {
  for (const { subject, facts } of records) await record(subject, facts);
}

/** A ledger that hangs is one that fails. */
async function within(ms: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`the ledger did not answer within ${ms} ms`)), ms);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

function suspends({ standing }: MisuseState, change: MisuseChange): boolean {
  return change.standing?.standing === 'suspended' && standing?.standing !== 'suspended';
}

/** The timeline says what the ledger could not. */
function unrecorded(change: MisuseChange): MisuseChange {
  return change.events === undefined
    ? change
    : { ...change, events: change.events.map((event) => ({ ...event, facts: { ...event.facts, recorded: false } })) };
}

export const BY_ITSELF = { principal: null, name: 'checkpoint', authentication: 'none' } as const;

export function byOf({ principalId, name, authentication }: Actor): { readonly [name: string]: Json } {
  return { principal: principalId, name, authentication };
}

export function standingChanged(input: {
  readonly principalId: PrincipalId;
  readonly from: Standing;
  readonly to: Standing;
  readonly score: number;
  readonly reason?: string;
  readonly reasonHash?: string;
  readonly by: { readonly [name: string]: Json };
  readonly caseId: string | null;
}): ActRecord {
  const { principalId, from, to, score, by, caseId } = input;
  const why = input.reasonHash === undefined ? { reason: input.reason ?? null } : { reasonHash: input.reasonHash };
  return {
    subject: principalId,
    facts: { type: 'standing-changed', by, principal: principalId, from, to, score: rounded(score), ...why, case: caseId },
  };
}

export function caseOpened({ id, principalId, cause, vendorNotice }: MisuseCase, by: { readonly [name: string]: Json }): ActRecord {
  const vendor =
    vendorNotice === null ? {} : { vendor: vendorNotice.vendor, vendorCase: vendorNotice.vendorCaseId, notice: vendorNotice.notice };
  return { subject: id, facts: { type: 'case-opened', by, case: id, principal: principalId, cause, ...vendor } };
}

/** Points as people read them. */
export function rounded(score: number): number {
  return Math.round(score * 100) / 100;
}
