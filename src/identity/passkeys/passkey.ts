// Passkeys as facts, and what they need of a store.
import type { PrincipalId, Result } from '#kernel';
import type { Confirm } from '../act.ts';

/** What may be shown of a passkey. */
export interface Passkey {
  /** `pky_` and a ULID; the authenticator knows another name for it. */
  readonly id: string;
  readonly principalId: PrincipalId;
  readonly label: string;
  /** How browsers reach the authenticator, as one said: `usb`, `internal`, … */
  readonly transports: readonly string[];
  /** Model of the authenticator, as it says; all zero where it says nothing. */
  readonly aaguid: string;
  /** WebAuthn level 3, section 8: `none`, `packed`, … */
  readonly attestationFormat: string;
  /**
   * The attestation statement was checked, and is signed by the key (or a certificate) that it names. Whose certificate that is remains
   * open: nothing is looked up with a vendor.
   */
  readonly attestationVerified: boolean;
  /** Synchronised by a provider, and so not bound to one device. */
  readonly isBackedUp: boolean;
  readonly createdAtMs: number;
  readonly lastUsedAtMs: number | null;
}

export interface NewPasskey extends Omit<Passkey, 'lastUsedAtMs'> {
  readonly credentialId: Buffer;
  /** COSE_Key, RFC 9052, section 7. */
  readonly publicKey: Buffer;
  readonly signCount: number;
}

/** As the verifying side needs it. */
export interface StoredPasskey {
  readonly id: string;
  readonly principalId: PrincipalId;
  readonly memberName: string;
  readonly publicKey: Buffer;
}

export type InsertPasskeyRefusal =
  /** The authenticator's key is registered, for this member or for another one. */
  { readonly kind: 'already-registered' } | { readonly kind: 'too-many-passkeys' } | { readonly kind: 'member-disabled' };

export type RemovePasskeyRefusal = { readonly kind: 'unknown-passkey' } | { readonly kind: 'last-passkey' };

export interface PasskeyStore {
  insertChallenge(challenge: {
    readonly hash: Buffer;
    readonly boundTo: string;
    readonly principalId: PrincipalId | null;
    readonly nowMs: number;
    readonly expiresAtMs: number;
  }): Promise<void>;
  /** Takes the challenge away, whatever comes of it. True: it was there, for this purpose and this principal, and in time. */
  takeChallenge(input: {
    readonly hash: Buffer;
    readonly boundTo: string;
    readonly principalId: PrincipalId | null;
    readonly nowMs: number;
  }): Promise<boolean>;
  findCredential(credentialId: Buffer): Promise<StoredPasskey | undefined>;
  /** What an authenticator must not be registered twice for. */
  credentialsOf(principalId: PrincipalId): Promise<readonly { readonly id: Buffer; readonly transports: readonly string[] }[]>;
  list(principalId: PrincipalId): Promise<readonly Passkey[]>;
  insert(passkey: NewPasskey, confirm: Confirm<void>): Promise<Result<Passkey, InsertPasskeyRefusal>>;
  rename(input: {
    readonly principalId: PrincipalId;
    readonly id: string;
    readonly label: string;
  }): Promise<Result<Passkey, RemovePasskeyRefusal>>;
  /** Ends the sessions that it began, too. `mayBeLast`: the member has another way in. */
  remove(
    input: { readonly principalId: PrincipalId; readonly id: string; readonly mayBeLast: boolean },
    confirm: Confirm<void>,
  ): Promise<Result<void, RemovePasskeyRefusal>>;
}
