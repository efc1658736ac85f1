// A grant as the desk keeps it: what the checkpoint reads, and where it came from.
import type { PrincipalId } from '#kernel';
import type { Condition, Grant } from '../grant.ts';
import type { Application } from './model.ts';
import { recertificationDue, type Approval, type Terms } from './terms.ts';

export interface GrantRecord extends Grant {
  /** Who applied: the holder, or whoever answers for the service that is. */
  readonly ownerId: PrincipalId;
  /** Rises by one with every act. */
  readonly version: number;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  readonly approvedBy: readonly PrincipalId[];
  /** Who said that it is still needed, and when; null: nobody yet. */
  readonly recertified: { readonly by: PrincipalId; readonly atMs: number } | null;
  /** Why it is in the state that it is in; null: as it was approved. */
  readonly stateReason: string | null;
}

export function newGrant(input: {
  readonly id: string;
  readonly application: Application;
  readonly approvals: readonly Approval[];
  readonly terms: Terms;
  readonly conditionsMet: readonly Condition[];
}): GrantRecord {
  const { id, application, approvals, terms, conditionsMet } = input;
  if (application.principalId === null) throw new TypeError('an application that was approved is for nobody');
  const atMs = approvals.at(-1)!.atMs;
  return {
    id,
    applicationId: application.id,
    principalId: application.principalId,
    ownerId: application.ownerId,
    version: 1,
    createdAtMs: atMs,
    updatedAtMs: atMs,
    approvedBy: approvals.map(({ by }) => by),
    ...terms,
    conditionsMet,
    recertifyByMs: recertificationDue(terms.tier, terms.startsAtMs),
    recertified: null,
    state: 'active',
    stateReason: null,
  };
}

/** What the checkpoint reads, without the rest. */
export function grantOf(record: GrantRecord): Grant {
  const { id, applicationId, principalId, tier, capabilities, scope, conditions, conditionsMet, programs } = record;
  const { startsAtMs, endsAtMs, recertifyByMs, state } = record;
  return {
    id,
    applicationId,
    principalId,
    tier,
    capabilities,
    scope,
    conditions,
    conditionsMet,
    programs,
    startsAtMs,
    endsAtMs,
    recertifyByMs,
    state,
  };
}
