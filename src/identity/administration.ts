// Making, listing and ending keys: the operator's side. Checks what a person typed and leaves keeping to the store.
// Decides nothing about who may administer: the command line and the management API do that before they call.
import { err, ok, ulid, type Clock, type KeyId, type PrincipalId, type Random, type Result } from '#kernel';
import type { Authentication } from './authentication.ts';
import { createKeyMac, generateApiKey, readKeyId } from './api-key.ts';
import { isPlainText } from './plain-text.ts';
import { PRINCIPAL_KINDS, ROLES } from './principals.ts';
import type { InsertKeyRefusal, KeyRecord, KeyStore, Principal, PrincipalKind, Role } from './principals.ts';

export interface CreateKeyInput {
  /** Name of the principal that owns the key; made when it does not exist yet. 1 to 128 bytes of UTF-8. */
  readonly owner: string;
  readonly kind: PrincipalKind;
  /** What the key is for; up to 256 bytes. Default: empty. */
  readonly label?: string;
  /** Default: caller. */
  readonly roles?: readonly Role[];
  /** Names of routes; null or left out: every route. */
  readonly routes?: readonly string[] | null;
  /** null or left out: no end of its own. */
  readonly expiresAtMs?: number | null;
  /** How whoever makes the key has signed in. Default: none. */
  readonly authentication?: Authentication;
}

export type AdministrationRefusal =
  | InsertKeyRefusal
  | {
      readonly kind: 'invalid-input';
      readonly field: 'owner' | 'kind' | 'label' | 'roles' | 'routes' | 'expires' | 'reason';
      readonly problem: string;
    }
  | { readonly kind: 'unknown-key'; readonly given: string }
  | { readonly kind: 'unknown-principal'; readonly given: string };

export interface CreatedKey {
  /** The key itself: to be shown once and kept nowhere. */
  readonly key: string;
  readonly record: KeyRecord;
}

export interface Administration {
  createKey(input: CreateKeyInput): Promise<Result<CreatedKey, AdministrationRefusal>>;
  /** `key`: the id, or the whole key as someone found it. Revoking twice is no error and keeps the first instant and reason. */
  revokeKey(input: { readonly key: string; readonly reason: string }): Promise<Result<KeyRecord, AdministrationRefusal>>;
  /** Newest first; `owner`: a principal's name or id. Never tells secrets or MACs. */
  listKeys(filter?: { readonly owner?: string }): Promise<Result<readonly KeyRecord[], AdministrationRefusal>>;
  findPrincipal(nameOrId: string): Promise<Result<Principal, AdministrationRefusal>>;
  /** Ends every key of the principal at once, until it is enabled again. */
  disablePrincipal(nameOrId: string): Promise<Result<Principal, AdministrationRefusal>>;
  enablePrincipal(nameOrId: string): Promise<Result<Principal, AdministrationRefusal>>;
}

/** Principals of the checkpoint's own, whose keys no person has. */
export const OWN_PRINCIPALS = { canary: 'sekisho-canary', judge: 'sekisho-judge' } as const;

export interface AdministrationOptions {
  /** The checkpoint itself administers: it alone makes keys for its own principals. Default: false. */
  readonly isOwn?: boolean;

  readonly store: KeyStore;
  readonly pepper: Uint8Array;
  readonly clock: Clock;
  readonly random: Random;
}

const MAX_ROUTES = 256;

export function createAdministration({ store, pepper, clock, random, isOwn = false }: AdministrationOptions): Administration {
  const macOf = createKeyMac(pepper);

  async function createKey(input: CreateKeyInput): Promise<Result<CreatedKey, AdministrationRefusal>> {
    const nowMs = clock.now();
    const problem = problemOf(input, nowMs);
    if (problem !== undefined) return err(problem);
    if (!isOwn && (Object.values(OWN_PRINCIPALS) as string[]).includes(input.owner.normalize('NFC')))
      return err(invalid('owner', 'is a principal of the checkpoint’s own, whose keys nobody else makes'));
    const routes = input.routes ?? null;
    const generated = generateApiKey(random);
    const inserted = await store.insertKey({
      owner: { id: `prn_${ulid(nowMs, random.bytes(10))}` as PrincipalId, name: input.owner.normalize('NFC'), kind: input.kind },
      key: {
        id: generated.id,
        mac: macOf(generated.text),
        label: input.label ?? '',
        roles: [...new Set(input.roles ?? ['caller' as const])],
        routes: routes === null ? null : [...new Set(routes)],
        authentication: input.authentication ?? 'none',
        createdAtMs: nowMs,
        expiresAtMs: input.expiresAtMs ?? null,
      },
    });
    return inserted.ok ? ok({ key: generated.text, record: inserted.value }) : inserted;
  }

  async function revokeKey(input: { readonly key: string; readonly reason: string }): Promise<Result<KeyRecord, AdministrationRefusal>> {
    if (!isPlainText(input.reason, 1024)) return err(invalid('reason', 'must be 1 to 1024 bytes without control characters'));
    const keyId: KeyId | undefined = readKeyId(input.key.trim());
    const record = keyId === undefined ? undefined : await store.revokeKey({ keyId, atMs: clock.now(), reason: input.reason });
    // What was given may be a mangled whole key: repeat no more of it than an id is long.
    return record === undefined ? err({ kind: 'unknown-key', given: input.key.trim().slice(0, 19) }) : ok(record);
  }

  async function findPrincipal(nameOrId: string): Promise<Result<Principal, AdministrationRefusal>> {
    const principal = isPlainText(nameOrId, 128) ? await store.findPrincipal(nameOrId.normalize('NFC')) : undefined;
    return principal === undefined ? err({ kind: 'unknown-principal', given: nameOrId }) : ok(principal);
  }

  async function setDisabled(nameOrId: string, disabledAtMs: number | null): Promise<Result<Principal, AdministrationRefusal>> {
    const found = await findPrincipal(nameOrId);
    if (!found.ok) return found;
    const changed = await store.setPrincipalDisabled({ id: found.value.id, disabledAtMs });
    return changed === undefined ? err({ kind: 'unknown-principal', given: nameOrId }) : ok(changed);
  }

  return {
    createKey,
    revokeKey,
    findPrincipal,
    async listKeys(filter = {}) {
      if (filter.owner === undefined) return ok(await store.listKeys({}));
      const owner = await findPrincipal(filter.owner);
      return owner.ok ? ok(await store.listKeys({ ownerId: owner.value.id })) : owner;
    },
    disablePrincipal: (nameOrId) => setDisabled(nameOrId, clock.now()),
    enablePrincipal: (nameOrId) => setDisabled(nameOrId, null),
  };
}

function problemOf(input: CreateKeyInput, nowMs: number): AdministrationRefusal | undefined {
  const { owner, label = '', roles = ['caller'], routes = null, expiresAtMs = null } = input;
  if (!isPlainText(owner, 128) || owner.trim() !== owner) {
    return invalid('owner', 'must be 1 to 128 bytes without control characters or surrounding spaces');
  }
  // An id-shaped name would make "name or id" ambiguous.
  if (owner.startsWith('prn_')) return invalid('owner', 'must not begin with prn_, which is how principal ids begin');
  if (!PRINCIPAL_KINDS.includes(input.kind)) return invalid('kind', `must be one of ${PRINCIPAL_KINDS.join(', ')}`);
  if (label !== '' && !isPlainText(label, 256)) return invalid('label', 'must be up to 256 bytes without control characters');
  if (roles.length === 0 || roles.some((role) => !ROLES.includes(role))) {
    return invalid('roles', `must name at least one of ${ROLES.join(', ')}`);
  }
  if (routes !== null && (routes.length === 0 || routes.length > MAX_ROUTES || routes.some((route) => !isPlainText(route, 256)))) {
    return invalid('routes', `must name 1 to ${MAX_ROUTES} routes, or be left out for every route`);
  }
  if (expiresAtMs !== null && (!Number.isSafeInteger(expiresAtMs) || expiresAtMs <= nowMs || expiresAtMs > MAX_EXPIRY_MS)) {
    return invalid('expires', 'must lie in the future and before the year 10000');
  }
  return undefined;
}

const MAX_EXPIRY_MS = Date.UTC(9999, 11, 31);

type InvalidInput = Extract<AdministrationRefusal, { kind: 'invalid-input' }>;

function invalid(field: InvalidInput['field'], problem: string): InvalidInput {
  return { kind: 'invalid-input', field, problem };
}
