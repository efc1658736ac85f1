// The keys and principals that a keyring holds in memory, each key with its answer made in advance. Knows no store and no clock.
import { err, ok, type Err, type Ok } from '#kernel';
import { MAC_BYTES } from './api-key.ts';
import type { Caller, IdentityRefusal } from './keyring.ts';
import type { KeyChanges, Principal, StoredKey } from './principals.ts';

export interface Entry {
  readonly key: StoredKey;
  readonly mac: Uint8Array;
  readonly accepted: Ok<Caller>;
  /** Set when the key is revoked or its owner disabled. */
  readonly ended: Err<IdentityRefusal> | undefined;
  readonly expiresAtMs: number;
  readonly expired: Err<IdentityRefusal> | undefined;
}

export interface Copy {
  get(id: string): Entry | undefined;
  size(): number;
  /** Applies changes on top (`whole` false) or in place of everything held (`whole` true), without a moment in between. */
  apply(pages: readonly KeyChanges[], whole: boolean): void;
}

export function createCopy(): Copy {
  let principals = new Map<string, Principal>();
  let entries = new Map<string, Entry>();

  function apply(pages: readonly KeyChanges[], whole: boolean): void {
    const nextPrincipals = whole ? new Map<string, Principal>() : principals;
    const nextEntries = whole ? new Map<string, Entry>() : entries;
    const changedPrincipals = new Set<string>();
    for (const page of pages) {
      for (const principal of page.principals) {
        nextPrincipals.set(principal.id, principal);
        changedPrincipals.add(principal.id);
      }
    }
    if (!whole && changedPrincipals.size > 0) {
      for (const [id, entry] of nextEntries) {
        if (changedPrincipals.has(entry.key.principalId)) nextEntries.set(id, entryOf(entry.key, nextPrincipals));
      }
    }
    for (const page of pages) for (const key of page.keys) nextEntries.set(key.id, entryOf(key, nextPrincipals));
    principals = nextPrincipals;
    entries = nextEntries;
  }

  return { get: (id) => entries.get(id), size: () => entries.size, apply };
}

function entryOf(key: StoredKey, principals: ReadonlyMap<string, Principal>): Entry {
  const owner = principals.get(key.principalId);
  if (owner === undefined) throw new Error(`key ${key.id} belongs to a principal that the store did not tell`);
  if (key.mac.length !== MAC_BYTES) throw new Error(`key ${key.id} has a MAC of ${key.mac.length} bytes`);
  const who = { keyId: key.id, principalId: key.principalId };
  let ended: Err<IdentityRefusal> | undefined;
  if (key.revokedAtMs !== null) ended = err({ kind: 'revoked', ...who, atMs: key.revokedAtMs });
  else if (owner.disabledAtMs !== null) ended = err({ kind: 'disabled', ...who, atMs: owner.disabledAtMs });
  return {
    key,
    mac: key.mac,
    accepted: ok(
      Object.freeze({
        ...who,
        name: owner.name,
        kind: owner.kind,
        roles: new Set(key.roles),
        routes: key.routes === null ? null : new Set(key.routes),
        authentication: key.authentication,
      }),
    ),
    ended,
    expiresAtMs: key.expiresAtMs ?? Number.POSITIVE_INFINITY,
    expired: key.expiresAtMs === null ? undefined : err({ kind: 'expired', ...who, atMs: key.expiresAtMs }),
  };
}
