// Rows of applications, grants and their events, and what access makes of them. Reads and writes nothing.
import type { Insertable, Selectable } from 'kysely';
import type { Application, DeskEvent, Facts, GrantRecord } from '#access';
import type { PrincipalId } from '#kernel';
import type { ApplicationEventsTable, ApplicationsTable, GrantsTable } from './tables-access.ts';

/** The columns say what is; the document says the rest. */
export function applicationOf(row: Selectable<ApplicationsTable>): Application {
  return {
    ...(row.document as Application),
    id: row.id,
    ownerId: row.owner_id as PrincipalId,
    principalId: row.principal_id as PrincipalId | null,
    state: row.state,
    version: row.version,
    createdAtMs: row.created_at.getTime(),
    updatedAtMs: row.updated_at.getTime(),
    submittedAtMs: row.submitted_at === null ? null : row.submitted_at.getTime(),
  };
}

export function applicationRow(application: Application) {
  const { id, ownerId, principalId, state, version, createdAtMs, updatedAtMs, submittedAtMs, ...document } = application;
  return {
    id,
    owner_id: ownerId,
    principal_id: principalId,
    state,
    tier: application.form.tier ?? null,
    version,
    created_at: new Date(createdAtMs),
    updated_at: new Date(updatedAtMs),
    submitted_at: submittedAtMs === null ? null : new Date(submittedAtMs),
    document: JSON.stringify(document),
  } satisfies Insertable<ApplicationsTable>;
}

type StoredGrant = Pick<
  GrantRecord,
  'capabilities' | 'scope' | 'conditions' | 'conditionsMet' | 'programs' | 'recertified' | 'stateReason'
>;

export function grantRecordOf(row: Selectable<GrantsTable>): GrantRecord {
  return {
    ...(row.document as StoredGrant),
    id: row.id,
    applicationId: row.application_id,
    principalId: row.principal_id as PrincipalId,
    ownerId: row.owner_id as PrincipalId,
    tier: row.tier,
    state: row.state,
    startsAtMs: row.starts_at.getTime(),
    endsAtMs: row.ends_at.getTime(),
    recertifyByMs: row.recertify_by.getTime(),
    approvedBy: row.approved_by as PrincipalId[],
    version: row.version,
    createdAtMs: row.created_at.getTime(),
    updatedAtMs: row.updated_at.getTime(),
  };
}

export function grantRow(grant: GrantRecord) {
  const { capabilities, scope, conditions, conditionsMet, programs, recertified, stateReason } = grant;
  const document: StoredGrant = { capabilities, scope, conditions, conditionsMet, programs, recertified, stateReason };
  return {
    id: grant.id,
    application_id: grant.applicationId,
    principal_id: grant.principalId,
    owner_id: grant.ownerId,
    tier: grant.tier,
    state: grant.state,
    starts_at: new Date(grant.startsAtMs),
    ends_at: new Date(grant.endsAtMs),
    recertify_by: new Date(grant.recertifyByMs),
    approved_by: [...grant.approvedBy],
    version: grant.version,
    created_at: new Date(grant.createdAtMs),
    updated_at: new Date(grant.updatedAtMs),
    document: JSON.stringify(document),
  } satisfies Insertable<GrantsTable>;
}

export function eventOf(row: Omit<Selectable<ApplicationEventsTable>, 'id'>): DeskEvent {
  return {
    applicationId: row.application_id,
    grantId: row.grant_id,
    version: row.version,
    atMs: row.at.getTime(),
    by: row.by_principal as PrincipalId,
    name: row.by_name,
    type: row.type,
    reason: row.reason,
    facts: row.facts as Facts,
  };
}

export function eventRow(event: DeskEvent) {
  return {
    application_id: event.applicationId,
    grant_id: event.grantId,
    version: event.version,
    at: new Date(event.atMs),
    by_principal: event.by,
    by_name: event.name,
    type: event.type,
    reason: event.reason,
    facts: JSON.stringify(event.facts),
  } satisfies Insertable<ApplicationEventsTable>;
}
