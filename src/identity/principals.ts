// Who may ask: principals and their keys as facts, and the store that keeps them. Holds no secret and decides nothing.
import type { ChangePage, KeyId, PrincipalId } from '#kernel';
import type { Authentication } from './authentication.ts';

export type PrincipalKind = 'person' | 'service' | 'agent';

export const PRINCIPAL_KINDS: readonly PrincipalKind[] = ['person', 'service', 'agent'];

/**
 * `caller` uses models, `operator` administers the checkpoint, `auditor` reads the ledger and metrics, `member` acts in the management API
 * with the roles that the key's owner has there as a member.
 */
export type Role = 'caller' | 'operator' | 'auditor' | 'member';

export const ROLES: readonly Role[] = ['caller', 'operator', 'auditor', 'member'];

export interface Principal {
  readonly id: PrincipalId;
  /** Unique, chosen by the operator. */
  readonly name: string;
  readonly kind: PrincipalKind;
  readonly createdAtMs: number;
  /** null while the principal may act. */
  readonly disabledAtMs: number | null;
}

/** What may be shown of a key: everything but the secret and its MAC. */
export interface KeyRecord {
  readonly id: KeyId;
  readonly owner: Principal;
  readonly label: string;
  readonly roles: readonly Role[];
  /** Names of routes the key may use; null: every route. */
  readonly routes: readonly string[] | null;
  /** How whoever made the key had signed in; `none` for keys from the command line. */
  readonly authentication: Authentication;
  readonly createdAtMs: number;
  /** The first millisecond at which the key is no longer accepted; null: never ends by itself. */
  readonly expiresAtMs: number | null;
  readonly revokedAtMs: number | null;
  readonly revokedReason: string | null;
}

/** A key as the checking side needs it. `mac` is HMAC-SHA-256 of the whole key text under the pepper, 32 bytes. */
export interface StoredKey {
  readonly id: KeyId;
  readonly principalId: PrincipalId;
  readonly mac: Uint8Array;
  readonly label: string;
  readonly roles: readonly Role[];
  readonly routes: readonly string[] | null;
  /** How whoever made the key had signed in; `none` for keys from the command line. */
  readonly authentication: Authentication;
  readonly createdAtMs: number;
  readonly expiresAtMs: number | null;
  readonly revokedAtMs: number | null;
  readonly revokedReason: string | null;
}

/** Rows whose last change lies after the sequence number asked for, as they are now. */
export interface KeyChanges extends ChangePage {
  readonly principals: readonly Principal[];
  readonly keys: readonly StoredKey[];
}

export interface NewKey {
  readonly owner: { readonly id: PrincipalId; readonly name: string; readonly kind: PrincipalKind };
  readonly key: Omit<StoredKey, 'principalId' | 'revokedAtMs' | 'revokedReason'>;
}

export type InsertKeyRefusal =
  | { readonly kind: 'owner-kind-differs'; readonly owner: Principal }
  | { readonly kind: 'owner-disabled'; readonly owner: Principal };

/**
 * Where principals and keys live. Every write is durable when its promise resolves. Writes get change numbers in commit
 * order, so that a reader that asks `changesSince` its last `upTo` never misses one, whatever else was in flight.
 */
export interface KeyStore {
  /** `endedSinceMs`: leave out keys that were revoked or expired before this instant; null: tell every change. One query per call. */
  changesSince(input: { readonly afterSeq: number; readonly endedSinceMs: number | null }): Promise<KeyChanges>;
  /** Inserts the key, and its owner when no principal has that name yet; both or neither. */
  insertKey(input: NewKey): Promise<InsertKeyOutcome>;
  /** Final: a second call keeps the first instant and reason. Undefined when there is no such key. */
  revokeKey(input: { readonly keyId: KeyId; readonly atMs: number; readonly reason: string }): Promise<KeyRecord | undefined>;
  /** Newest first. */
  listKeys(filter: { readonly ownerId?: PrincipalId }): Promise<readonly KeyRecord[]>;
  findPrincipal(nameOrId: string): Promise<Principal | undefined>;
  /** `disabledAtMs` null lets the principal act again. Undefined when there is no such principal. */
  setPrincipalDisabled(input: { readonly id: PrincipalId; readonly disabledAtMs: number | null }): Promise<Principal | undefined>;
}

export type InsertKeyOutcome = { readonly ok: true; readonly value: KeyRecord } | { readonly ok: false; readonly error: InsertKeyRefusal };
