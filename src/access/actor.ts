// Who acts in the management API. Signing in is identity's business; this is what it comes to.
import type { MemberRole } from '#identity';
import type { PrincipalId } from '#kernel';
import type { Authentication } from './taxonomy.ts';

export interface Actor {
  readonly principalId: PrincipalId;
  readonly name: string;
  readonly roles: ReadonlySet<MemberRole>;
  readonly authentication: Authentication;
}
