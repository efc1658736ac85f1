// Answers "whose key is this?" from memory, in microseconds, with a copy that follows the store within a fraction of a second.
// Writes nothing, and never lets a caller in on a copy that is too old: then it refuses everyone.
import { timingSafeEqual } from 'node:crypto';
import { err, type Clock, type Err, type KeyId, type PrincipalId, type Result } from '#kernel';
import { createKeyMac, keyIdOf, MAC_BYTES } from './api-key.ts';
import type { Authentication } from './authentication.ts';
import { createCopy } from './keyring-copy.ts';
import { createFollower } from './keyring-follower.ts';
import type { KeyStore, PrincipalKind, Role } from './principals.ts';

/** Who asks. One frozen object per key, shared by all its requests until the key changes. */
export interface Caller {
  readonly keyId: KeyId;
  readonly principalId: PrincipalId;
  readonly name: string;
  readonly kind: PrincipalKind;
  readonly roles: ReadonlySet<Role>;
  /** Names of routes this key may use; null: every route. */
  readonly routes: ReadonlySet<string> | null;
  /** How whoever made the key had signed in. */
  readonly authentication: Authentication;
}

/**
 * Why a key was not accepted. `revoked`, `disabled` and `expired` are only ever told to someone who holds the whole key; an id with
 * a wrong secret is `unknown`. `stale` is the checkpoint's own trouble (answer 503), the others are the caller's (answer 401).
 */
export type IdentityRefusal =
  | { readonly kind: 'missing' }
  | { readonly kind: 'malformed' }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'revoked'; readonly keyId: KeyId; readonly principalId: PrincipalId; readonly atMs: number }
  | { readonly kind: 'expired'; readonly keyId: KeyId; readonly principalId: PrincipalId; readonly atMs: number }
  | { readonly kind: 'disabled'; readonly keyId: KeyId; readonly principalId: PrincipalId; readonly atMs: number }
  /** `ageSeconds` null: no copy was ever read. */
  | { readonly kind: 'stale'; readonly ageSeconds: number | null };

export interface Keyring {
  /** Synchronous and free of I/O. `presented`: the credential as the client sent it, without the `Bearer ` prefix. */
  identify(presented: string | undefined): Result<Caller, IdentityRefusal>;
  /** Reads the first copy and begins to follow the store; rejects when the store cannot be read. Call once. */
  start(): Promise<void>;
  /** Brings the copy up to date now; joins a poll that is under way and then polls once more. Rejects when the store cannot be read. */
  refresh(): Promise<void>;
  status(): KeyringStatus;
  /** Stops following and waits for the poll under way. Afterwards `identify` refuses once the copy is too old. */
  close(): Promise<void>;
}

export interface KeyringStatus {
  readonly keys: number;
  /** Seconds since the copy was known to be current; null: never. */
  readonly ageSeconds: number | null;
  /** `identify` would refuse everyone. */
  readonly stale: boolean;
}

export interface KeyringOptions {
  readonly store: Pick<KeyStore, 'changesSince'>;
  readonly pepper: Uint8Array;
  readonly clock: Clock;
  readonly maxStaleSeconds: number;
  /** From the start of one poll to the start of the next. Default 250. */
  readonly pollMs?: number;
  /** Told about every failed poll; must not throw. */
  readonly onError?: (error: unknown) => void;
}

const MISSING: Err<IdentityRefusal> = err({ kind: 'missing' });
const MALFORMED: Err<IdentityRefusal> = err({ kind: 'malformed' });
const UNKNOWN: Err<IdentityRefusal> = err({ kind: 'unknown' });
/** Compared with when the id is unknown, so that the answer takes as long as for a known id. */
const NO_MAC = Buffer.alloc(MAC_BYTES);

export function createKeyring(options: KeyringOptions): Keyring {
  const { clock } = options;
  const maxStaleMs = options.maxStaleSeconds * 1000;
  const macOf = createKeyMac(options.pepper);
  const copy = createCopy();
  const follower = createFollower({ ...options, copy });

  function identify(presented: string | undefined): Result<Caller, IdentityRefusal> {
    if (presented === undefined || presented === '') return MISSING;
    const id = keyIdOf(presented);
    if (id === undefined) return MALFORMED;
    const nowMs = clock.now();
    const ageMs = follower.ageMs(nowMs);
    if (!(ageMs <= maxStaleMs)) return err({ kind: 'stale', ageSeconds: Number.isFinite(ageMs) ? ageMs / 1000 : null });
    const mac = macOf(presented);
    const entry = copy.get(id);
    const same = timingSafeEqual(mac, entry === undefined ? NO_MAC : entry.mac);
    if (entry === undefined || !same) return UNKNOWN;
    if (entry.ended !== undefined) return entry.ended;
    if (nowMs >= entry.expiresAtMs && entry.expired !== undefined) return entry.expired;
    return entry.accepted;
  }

  return {
    identify,
    start: () => follower.start(),
    refresh: () => follower.refresh(),
    close: () => follower.close(),
    status() {
      const ageMs = follower.ageMs(clock.now());
      return { keys: copy.size(), ageSeconds: Number.isFinite(ageMs) ? ageMs / 1000 : null, stale: !(ageMs <= maxStaleMs) };
    },
  };
}
