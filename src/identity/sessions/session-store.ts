// What sessions need of a store.
import type { PrincipalId, Result } from '#kernel';
import type { Confirm } from '../act.ts';
import type { Session, SignedIn } from './session.ts';

export interface NewSession extends Omit<Session, 'lastSeenAtMs'> {
  readonly tokenHash: Buffer;
}

/** What the passkey that is signed in with becomes. */
export interface PasskeyUse {
  readonly id: string;
  readonly signCount: number;
  readonly isBackedUp: boolean;
}

export type InsertSessionRefusal =
  /** No such member, or it may not act. */
  | { readonly kind: 'member-disabled' }
  /** WebAuthn level 3, section 7.2, step 22: the authenticator may have been copied. */
  | { readonly kind: 'counter-went-back' }
  | { readonly kind: 'unknown-passkey' };

export interface SessionStore {
  /** The oldest beyond `most` of the same member end. With `use`, the passkey's counter moves in the same transaction. */
  insert(
    input: { readonly session: NewSession; readonly use?: PasskeyUse; readonly most: number },
    confirm: Confirm<void>,
  ): Promise<Result<Session, InsertSessionRefusal>>;
  /** Undefined: none, over, idle for too long, or its member may not act. Notes the use, at most every `noteEveryMs`. */
  resume(input: {
    readonly tokenHash: Buffer;
    readonly nowMs: number;
    readonly idleMs: number;
    readonly noteEveryMs: number;
  }): Promise<SignedIn | undefined>;
  /** Those that are not over, newest first. */
  list(input: { readonly principalId: PrincipalId; readonly nowMs: number; readonly idleMs: number }): Promise<readonly Session[]>;
  /** Sessions of the member, all or the one of that id, but for `exceptId`. Confirmed only where there are any. Returns what has ended. */
  remove(
    input: { readonly principalId: PrincipalId; readonly id?: string | undefined; readonly exceptId?: string | undefined },
    confirm: Confirm<readonly string[]>,
  ): Promise<readonly string[]>;
}
