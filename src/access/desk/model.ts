// An application and everything that is done with it, as data. How it moves is application.ts.
import type { PrincipalId } from '#kernel';
import type { Authentication } from '../taxonomy.ts';
import type { FieldProblem } from './form.ts';
import type { EnablementRefusal } from '../obligations/index.ts';
import type { FormDraft } from './form-schema.ts';
import type { Approval, TermsChanges } from './terms.ts';

export const APPLICATION_STATES = ['draft', 'submitted', 'screening', 'screened', 'approved', 'rejected', 'withdrawn', 'appealed'] as const;

/** draft → submitted → screening → screened → approved or rejected; rejected → appealed → screening again, by others. */
export type ApplicationState = (typeof APPLICATION_STATES)[number];

/** Who did something, and when. */
export interface Deed {
  readonly by: PrincipalId;
  readonly name: string;
  readonly atMs: number;
}

export type ItemVerdict = 'pass' | 'fail' | 'not-applicable';

export interface ItemDecision extends Deed {
  readonly item: string;
  readonly verdict: ItemVerdict;
  readonly reason: string;
}

export interface Remark extends Deed {
  readonly text: string;
  /** Kept from the applicant. */
  readonly isInternal: boolean;
}

/** A document, without its bytes. */
export interface Evidence extends Deed {
  /** `evi_` and a ULID. */
  readonly id: string;
  readonly fileName: string;
  readonly mediaType: string;
  readonly bytes: number;
  /** Lower-case hexadecimal, of the bytes. */
  readonly sha256: string;
}

export const REJECTION_CODES = [
  'identity-not-verified',
  'employment-not-confirmed',
  'target-not-authorised',
  'purpose-not-sufficient',
  'prohibited-work',
  'conflict-of-interest',
  'sanctions',
  'retention-conflict',
  'screening-failed',
  'other',
] as const;

export type RejectionCode = (typeof REJECTION_CODES)[number];

export interface Rejection extends Deed {
  readonly code: RejectionCode;
  readonly reason: string;
}

/** One passage through screening and decision; an appeal begins another. */
export interface Round {
  /** Everybody who took part in screening it. */
  readonly screeners: readonly PrincipalId[];
  /** Who screens it now, or has screened it. */
  readonly screener: Deed | null;
  readonly screening: readonly ItemDecision[];
  readonly finishedAtMs: number | null;
  readonly approvals: readonly Approval[];
  readonly rejection: Rejection | null;
  /** The appeal that began the round; null: the first. */
  readonly appeal: (Deed & { readonly reason: string }) | null;
}

export interface Application {
  /** `app_` and a ULID. */
  readonly id: string;
  readonly ownerId: PrincipalId;
  readonly ownerName: string;
  /** Who would use the grant: the owner, or a service. Null while a draft names no service that exists. */
  readonly principalId: PrincipalId | null;
  readonly formVersion: number;
  readonly checklistVersion: number;
  readonly form: FormDraft;
  readonly state: ApplicationState;
  /** Rises by one with every act. */
  readonly version: number;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  readonly submittedAtMs: number | null;
  /** The last is the one under way. */
  readonly rounds: readonly Round[];
  readonly remarks: readonly Remark[];
  readonly evidence: readonly Evidence[];
  /** The grant that this one would follow. */
  readonly renews: string | null;
  /** The grant that was made of it. */
  readonly grantId: string | null;
}

export type Act =
  | { readonly kind: 'edit'; readonly form: FormDraft; readonly principalId: PrincipalId | null }
  | { readonly kind: 'attach'; readonly evidence: Omit<Evidence, keyof Deed> }
  | { readonly kind: 'submit' }
  | { readonly kind: 'withdraw'; readonly reason: string }
  | { readonly kind: 'claim' }
  | { readonly kind: 'decide-item'; readonly item: string; readonly verdict: ItemVerdict; readonly reason: string }
  | { readonly kind: 'finish-screening' }
  | { readonly kind: 'approve'; readonly terms: TermsChanges; readonly reason: string; readonly grantId: string }
  | { readonly kind: 'reject'; readonly code: RejectionCode; readonly reason: string }
  | { readonly kind: 'appeal'; readonly reason: string }
  | { readonly kind: 'remark'; readonly text: string; readonly isInternal: boolean };

export const RULES = [
  /** 403 */
  'role-missing',
  'not-yours',
  'own-application',
  'own-grant',
  'screener-not-approver',
  'one-approval-each',
  'decided-before',
  'not-the-screener',
  'authentication-too-weak',
  'outside',
  /** 404 */
  'unknown-application',
  'unknown-grant',
  'unknown-evidence',
  /** 409 */
  'wrong-state',
  'changed-meanwhile',
  'limit-reached',
  'obligations-unmet',
  /** 422 */
  'form-incomplete',
  'item-unknown',
  'item-needed',
  'screening-incomplete',
  'screening-failed',
  'terms-too-wide',
  'terms-impossible',
  'condition-unknown',
  'evidence-unacceptable',
  'reason-missing',
  /** 503 */
  'not-recorded',
] as const;

/** The rule that said no. */
export type Rule = (typeof RULES)[number];

/** Why an act was not done, ready to be shown to whoever asked for it. */
export interface ActRefusal {
  readonly rule: Rule;
  /** One sentence. */
  readonly reason: string;
  /** What to do about it. */
  readonly next: string;
  /** Of a form: field by field. */
  readonly problems?: readonly FieldProblem[];
  /** Of vendors' programs that a grant would open. */
  readonly unmet?: readonly EnablementRefusal[];
}

/** What counts as proof of who somebody is, where two people have to be two people. */
export const STRONG: ReadonlySet<Authentication> = new Set<Authentication>(['passkey', 'sso-mfa']);

export const EMPTY_ROUND: Round = {
  screeners: [],
  screener: null,
  screening: [],
  finishedAtMs: null,
  approvals: [],
  rejection: null,
  appeal: null,
};
