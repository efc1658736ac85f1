// The desk: applications, screening, approval and grants as the management API and the command line use them. Every act is in the ledger
// before it takes effect; what cannot be recorded is not done. The rules are application.ts and grant-acts.ts.
import type { Principal } from '#identity';
import type { Clock, PrincipalId, Random, Result } from '#kernel';
import type { Actor } from '../actor.ts';
import type { Condition } from '../grant.ts';
import type { EnablementRefusal, GrantFact } from '../obligations/index.ts';
import { createApplicationDesk } from './desk-of-applications.ts';
import { createGrantDesk } from './desk-of-grants.ts';
import { loadChecklist, loadFormDefinition, type Checklist, type FormDefinition } from './definition.ts';
import type { GivenEvidence } from './evidence.ts';
import type { Facts } from './facts.ts';
import { createAccessForm, type AccessForm } from './form.ts';
import type { VendorProgram } from './form-schema.ts';
import type { GrantRecord } from './grant-record.ts';
import type { Narrowing } from './grant-acts.ts';
import type { ActRefusal, Application, ApplicationState, Evidence, ItemVerdict, RejectionCode } from './model.ts';
import { createPeople } from './people.ts';
import type { DeskEvent, DeskStore, EvidenceContent } from './store.ts';
import type { TermsChanges } from './terms.ts';
import type { ApplicationOutline, ApplicationView } from './views.ts';

export interface DeskSector {
  readonly id: string;
  readonly en: string;
  readonly ja: string;
}

export interface DeskOptions {
  readonly store: DeskStore;
  /** Resolves when the record is durable. `subject`: id of the application or grant. */
  readonly record: (subject: string, facts: Facts) => Promise<void>;
  readonly clock: Clock;
  readonly random: Random;
  /** By name or id. */
  readonly findPrincipal: (nameOrId: string) => Promise<Principal | undefined>;
  readonly sectors: readonly DeskSector[];
  readonly programs: readonly VendorProgram[];
  /** Vendors' programs that such a grant must not open now, and why. */
  readonly unmetObligations: (grant: Omit<GrantFact, 'id'>) => Promise<readonly EnablementRefusal[]>;
}

type Asked = { readonly actor: Actor; readonly id: string };
/** `version`: the one that the actor has seen; left out: whatever it is now. */
type AskedOf = Asked & { readonly version?: number | undefined };
/** A decision about something is about what was seen. */
type DecidedOf = Asked & { readonly version: number };
type Outcome<T> = Promise<Result<T, ActRefusal>>;

export interface ApplicationDesk {
  /** `form`: what was typed, also nothing. `renews`: a grant of the actor's, whose application is taken as the draft. */
  createDraft(input: { readonly actor: Actor; readonly form?: unknown; readonly renews?: string | undefined }): Outcome<Application>;
  /** Puts the whole form in the place of what there was. */
  updateDraft(input: DecidedOf & { readonly form: unknown }): Outcome<Application>;
  submit(input: AskedOf): Outcome<Application>;
  withdraw(input: AskedOf & { readonly reason: string }): Outcome<Application>;
  appeal(input: AskedOf & { readonly reason: string }): Outcome<Application>;
  comment(input: AskedOf & { readonly text: string; readonly isInternal?: boolean | undefined }): Outcome<Application>;
  attachEvidence(input: AskedOf & GivenEvidence): Outcome<Evidence>;
  /** Not for administrators. Reading what is not one's own is recorded. */
  readEvidence(input: Asked & { readonly evidenceId: string }): Outcome<EvidenceContent>;
  claimScreening(input: AskedOf): Outcome<Application>;
  decideItem(input: AskedOf & { readonly item: string; readonly verdict: ItemVerdict; readonly reason: string }): Outcome<Application>;
  finishScreening(input: AskedOf): Outcome<Application>;
  /**
   * `terms`: what to approve instead of everything; never more. `grant` null: another approval is needed. A vendor's program is not opened
   * while a hard obligation of it is unmet.
   */
  approve(
    input: DecidedOf & { readonly terms?: TermsChanges | undefined; readonly reason: string },
  ): Outcome<{ readonly application: Application; readonly grant: GrantRecord | null }>;
  reject(input: DecidedOf & { readonly code: RejectionCode; readonly reason: string }): Outcome<Application>;
  get(input: Asked): Outcome<ApplicationView>;
  /** Newest first, at most 200. Applicants and defenders get their own. `before`: the last id of the page before. */
  list(input: {
    readonly actor: Actor;
    readonly states?: readonly ApplicationState[] | undefined;
    readonly before?: string | undefined;
    readonly limit?: number | undefined;
  }): Promise<readonly ApplicationOutline[]>;
  /** What was done with it and its grant, oldest first. Not for administrators. */
  history(input: Asked): Outcome<readonly DeskEvent[]>;
}

export interface DueGrant {
  readonly grantId: string;
  readonly applicationId: string;
  readonly principalId: PrincipalId;
  readonly tier: GrantRecord['tier'];
  readonly what: 'recertification' | 'end';
  readonly atMs: number;
  readonly isOverdue: boolean;
}

export interface GrantDesk {
  get(input: Asked): Outcome<GrantRecord>;
  /** Newest first, at most 200. Those who only have their own get their own. */
  list(input: {
    readonly actor: Actor;
    readonly principalId?: PrincipalId | undefined;
    readonly states?: readonly GrantRecord['state'][] | undefined;
    readonly before?: string | undefined;
    readonly limit?: number | undefined;
  }): Promise<readonly GrantRecord[]>;
  narrow(input: DecidedOf & { readonly changes: Narrowing; readonly reason: string }): Outcome<GrantRecord>;
  /** Takes effect even where the ledger cannot be told; then the answer is the refusal `not-recorded`. */
  suspend(input: AskedOf & { readonly reason: string }): Outcome<GrantRecord>;
  resume(input: DecidedOf & { readonly reason: string }): Outcome<GrantRecord>;
  revoke(input: AskedOf & { readonly reason: string }): Outcome<GrantRecord>;
  end(input: AskedOf & { readonly reason: string }): Outcome<GrantRecord>;
  recertify(input: DecidedOf & { readonly reason: string }): Outcome<GrantRecord>;
  meetCondition(input: AskedOf & { readonly condition: Condition; readonly reason: string }): Outcome<GrantRecord>;
  /** What is due within so many days, the most urgent first, at most 500. */
  calendar(input: { readonly actor: Actor; readonly withinDays: number }): Promise<readonly DueGrant[]>;
}

export interface Desk {
  readonly form: AccessForm;
  readonly checklist: Checklist;
  readonly sectors: readonly DeskSector[];
  readonly programs: readonly VendorProgram[];
  readonly applications: ApplicationDesk;
  readonly grants: GrantDesk;
}

/** Throws `access-data-invalid` when the form or the checklist that came with the program was changed. */
export function createDesk(options: DeskOptions & { readonly definition?: FormDefinition; readonly checklist?: Checklist }): Desk {
  const { sectors, programs, definition = loadFormDefinition(), checklist = loadChecklist() } = options;
  const form = createAccessForm({ definition, sectors: sectors.map(({ id }) => id), programs });
  const people = createPeople(options);
  return {
    form,
    checklist,
    sectors,
    programs,
    applications: createApplicationDesk({ ...options, form, checklist, people }),
    grants: createGrantDesk({ ...options, people }),
  };
}
