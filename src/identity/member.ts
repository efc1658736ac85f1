// Members: people (and services) of the operator who may act in the management API, with their roles. A member is a principal with more to it.
import type { PrincipalId } from '#kernel';

/** `administrator` manages members and settings, and neither screens nor approves by that role alone. */
export const MEMBER_ROLES = ['applicant', 'defender', 'screener', 'approver', 'auditor', 'administrator'] as const;

export type MemberRole = (typeof MEMBER_ROLES)[number];

export interface Member {
  readonly principalId: PrincipalId;
  /** The principal's name: unique, what people type. */
  readonly name: string;
  readonly displayName: string;
  readonly email: string | null;
  readonly roles: readonly MemberRole[];
  /** Somebody who is not the operator's: refused wherever a grant is needed, and never granted anything. */
  readonly isOutside: boolean;
  readonly createdAtMs: number;
  readonly disabledAtMs: number | null;
}
