// Who sees what of applications and grants. Applicants see their own, those who decide and those who audit see everything, administrators
// see how things stand and nothing that anybody wrote.
import type { PrincipalId } from '#kernel';
import type { Actor } from '../actor.ts';
import type { Capability, Tier } from '../taxonomy.ts';
import type { GrantRecord } from './grant-record.ts';
import type { Application, ApplicationState } from './model.ts';

/** How an application stands. */
export interface ApplicationOutline {
  readonly id: string;
  readonly owner: { readonly id: PrincipalId; readonly name: string };
  readonly principalId: PrincipalId | null;
  readonly state: ApplicationState;
  readonly version: number;
  readonly tier: Tier | null;
  readonly capabilities: readonly Capability[];
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  readonly submittedAtMs: number | null;
  readonly round: number;
  /** Who screens it, or has screened it. */
  readonly screener: { readonly id: PrincipalId; readonly name: string } | null;
  readonly approvals: number;
  readonly documents: number;
  readonly renews: string | null;
  readonly grantId: string | null;
}

export type ApplicationView =
  | { readonly detail: 'full'; readonly application: Application }
  | { readonly detail: 'outline'; readonly application: ApplicationOutline };

const ALL = ['screener', 'approver', 'auditor'] as const;

export function seesAll(actor: Actor): boolean {
  return ALL.some((role) => actor.roles.has(role));
}

/** Administrators too. */
export function seesStates(actor: Actor): boolean {
  return seesAll(actor) || actor.roles.has('administrator');
}

export function concerns(actor: Actor, { ownerId, principalId }: Pick<Application, 'ownerId' | 'principalId'>): boolean {
  return ownerId === actor.principalId || principalId === actor.principalId;
}

/** Undefined: this actor is not told that there is such an application. */
export function viewOf(actor: Actor, application: Application): ApplicationView | undefined {
  if (concerns(actor, application)) return { detail: 'full', application: shownTo(actor, application) };
  if (seesAll(actor)) return { detail: 'full', application };
  return seesStates(actor) ? { detail: 'outline', application: outlineOf(application) } : undefined;
}

/** Without what is kept from the applicant, for an applicant; also for one who is a screener as well. */
export function shownTo(actor: Actor, application: Application): Application {
  if (!concerns(actor, application)) return application;
  return { ...application, remarks: application.remarks.filter(({ isInternal }) => !isInternal) };
}

export function outlineOf(application: Application): ApplicationOutline {
  const { id, principalId, state, version, form, rounds, createdAtMs, updatedAtMs, submittedAtMs, renews, grantId } = application;
  const round = rounds.at(-1)!;
  return {
    id,
    owner: { id: application.ownerId, name: application.ownerName },
    principalId,
    state,
    version,
    tier: form.tier ?? null,
    capabilities: form.capabilities ?? [],
    createdAtMs,
    updatedAtMs,
    submittedAtMs,
    round: rounds.length,
    screener: round.screener === null ? null : { id: round.screener.by, name: round.screener.name },
    approvals: round.approvals.length,
    documents: application.evidence.length,
    renews,
    grantId,
  };
}

/** Somebody else's grant is not told to those who only have their own. */
export function seesGrant(actor: Actor, grant: GrantRecord): boolean {
  return concerns(actor, grant) || seesStates(actor);
}
