// What signing in through identity providers needs of a store.
import type { PrincipalId, Result } from '#kernel';
import type { Confirm } from '../act.ts';
import type { Member } from '../member.ts';

/** Whom a provider means: an invitation until it is used, an identity from then on. */
export interface OidcIdentity {
  /** `oid_` and a ULID. */
  readonly id: string;
  readonly principalId: PrincipalId;
  /** As the configuration calls it. */
  readonly provider: string;
  /** What the provider had to call whoever used the invitation. Means nothing once it is linked: renaming changes nothing. */
  readonly invitedName: string;
  readonly createdAtMs: number;
  /** The first millisecond at which the invitation can no longer be used. */
  readonly expiresAtMs: number;
  /** null: nobody has used the invitation. */
  readonly linked: { readonly issuer: string; readonly subject: string; readonly atMs: number } | null;
}

export type NewInvitation = Omit<OidcIdentity, 'linked'>;

export interface NewLink {
  readonly provider: string;
  readonly name: string;
  readonly issuer: string;
  readonly subject: string;
  readonly nowMs: number;
}

export interface LinkedIdentity {
  readonly identity: OidcIdentity;
  readonly member: Member;
}

export type InviteRefusal =
  | { readonly kind: 'unknown-member' | 'member-disabled' | 'not-a-person' | 'too-many-identities' }
  /** Somebody else is invited under that name. */
  | { readonly kind: 'name-invited' };

export type LinkRefusal =
  /** Nobody is invited under that name, or no longer. */
  | { readonly kind: 'not-invited' }
  | { readonly kind: 'member-disabled' }
  /** It has been linked in the meantime. */
  | { readonly kind: 'already-linked' };

export interface OidcStore {
  insertAttempt(attempt: {
    readonly stateHash: Buffer;
    readonly provider: string;
    readonly nowMs: number;
    readonly expiresAtMs: number;
  }): Promise<void>;
  /** Uses it up, whatever comes of it. False: never made for this provider, used, or too late. */
  takeAttempt(attempt: { readonly stateHash: Buffer; readonly provider: string; readonly nowMs: number }): Promise<boolean>;
  findLinked(by: { readonly issuer: string; readonly subject: string }): Promise<LinkedIdentity | undefined>;
  /** Replaces the member's earlier invitation of that provider. */
  invite(invitation: NewInvitation & { readonly most: number }, confirm: Confirm<Member>): Promise<Result<Member, InviteRefusal>>;
  link(link: NewLink, confirm: Confirm<LinkedIdentity>): Promise<Result<LinkedIdentity, LinkRefusal>>;
  /** Oldest first. */
  list(principalId: PrincipalId): Promise<readonly OidcIdentity[]>;
  /** Ends sessions that began with a provider, where an identity goes. Undefined: there is no such identity of that member. */
  remove(
    input: { readonly principalId: PrincipalId; readonly id: string },
    confirm: Confirm<{ readonly identity: OidcIdentity; readonly sessions: readonly string[] }>,
  ): Promise<OidcIdentity | undefined>;
}
