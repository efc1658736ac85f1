// Who acts in the management API, and with which roles. Signing in is identity's business; this is what it comes to.
import type { MemberRole } from '#identity';
import type { PrincipalId } from '#kernel';
import type { Authentication, Standing } from './taxonomy.ts';

export interface Actor {
  readonly principalId: PrincipalId;
  readonly name: string;
  readonly roles: ReadonlySet<MemberRole>;
  readonly authentication: Authentication;
}

/** Somebody else's employee may look, and decides about nobody's access here. */
const NOT_FOR_OUTSIDERS: ReadonlySet<MemberRole> = new Set(['screener', 'approver', 'administrator']);

/**
 * What of a member's roles counts. Suspended, nothing but administering does: a false alarm must not lock the last administrator out, and who
 * administers decides about nobody's access by that. Their own standing, cases and appeals stay open to everybody.
 */
export function rolesInForce(
  roles: readonly MemberRole[],
  facts: { readonly standing: Standing; readonly isOutside: boolean },
): MemberRole[] {
  const { standing, isOutside } = facts;
  return roles.filter((role) => (standing !== 'suspended' || role === 'administrator') && !(isOutside && NOT_FOR_OUTSIDERS.has(role)));
}
