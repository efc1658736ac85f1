// A session of a member as it may be shown: everything but the secret that the browser holds.
import type { PrincipalId } from '#kernel';
import type { Authentication } from '../authentication.ts';
import type { Member } from '../member.ts';

export interface Session {
  /** `ses_` and a ULID; says nothing of the secret. */
  readonly id: string;
  readonly principalId: PrincipalId;
  /** How the member signed in. */
  readonly authentication: Authentication;
  /** The passkey that was used: the session ends with it. */
  readonly passkeyId: string | null;
  readonly createdAtMs: number;
  /** Brought up to date at most once a minute. */
  readonly lastSeenAtMs: number;
  /** The first millisecond at which it is over, however much it is used. */
  readonly expiresAtMs: number;
  /** Of the peer that signed in. */
  readonly address: string;
  readonly userAgent: string;
}

/** A session that counts now, with whose it is. */
export interface SignedIn {
  readonly session: Session;
  readonly member: Member;
}
