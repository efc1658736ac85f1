// Answers "whose key is this?" from memory, in microseconds, with a copy that follows the store within a fraction of a second.
// Writes nothing, and never lets a caller in on a copy that is too old: then it refuses everyone.
import { timingSafeEqual } from 'node:crypto';
import { err, ok, type Clock, type Err, type KeyId, type Ok, type PrincipalId, type Result } from '#kernel';
import { createKeyMac, keyIdOf, MAC_BYTES } from './api-key.ts';
import type { KeyChanges, KeyStore, Principal, PrincipalKind, Role, StoredKey } from './principals.ts';

/** Who asks. One frozen object per key, shared by all its requests until the key changes. */
export interface Caller {
  readonly keyId: KeyId;
  readonly principalId: PrincipalId;
  readonly name: string;
  readonly kind: PrincipalKind;
  readonly roles: ReadonlySet<Role>;
  /** Names of routes this key may use; null: every route. */
  readonly routes: ReadonlySet<string> | null;
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

/** Keys that ended longer ago than this are not read at start: they are answered as `unknown`. Bounds memory over the years. */
const REMEMBER_ENDED_MS = 30 * 24 * 3600 * 1000;

const MISSING: Err<IdentityRefusal> = err({ kind: 'missing' });
const MALFORMED: Err<IdentityRefusal> = err({ kind: 'malformed' });
const UNKNOWN: Err<IdentityRefusal> = err({ kind: 'unknown' });
/** Compared with when the id is unknown, so that the answer takes as long as for a known id. */
const NO_MAC = Buffer.alloc(MAC_BYTES);

interface Entry {
  readonly key: StoredKey;
  readonly mac: Uint8Array;
  readonly accepted: Ok<Caller>;
  /** Set when the key is revoked or its owner disabled. */
  readonly ended: Err<IdentityRefusal> | undefined;
  readonly expiresAtMs: number;
  readonly expired: Err<IdentityRefusal> | undefined;
}

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
    start: follower.start,
    refresh: follower.refresh,
    close: follower.close,
    status() {
      const ageMs = follower.ageMs(clock.now());
      return { keys: copy.size(), ageSeconds: Number.isFinite(ageMs) ? ageMs / 1000 : null, stale: !(ageMs <= maxStaleMs) };
    },
  };
}

interface Copy {
  get(id: string): Entry | undefined;
  size(): number;
  /** Applies changes on top (`whole` false) or in place of everything held (`whole` true), without a moment in between. */
  apply(pages: readonly KeyChanges[], whole: boolean): void;
}

function createCopy(): Copy {
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
      }),
    ),
    ended,
    expiresAtMs: key.expiresAtMs ?? Number.POSITIVE_INFINITY,
    expired: key.expiresAtMs === null ? undefined : err({ kind: 'expired', ...who, atMs: key.expiresAtMs }),
  };
}

interface Follower extends Pick<Keyring, 'start' | 'refresh' | 'close'> {
  /** Milliseconds since the copy was known to be current; infinite before the first copy. */
  ageMs(nowMs: number): number;
}

function createFollower({ store, clock, copy, pollMs = 250, onError }: KeyringOptions & { readonly copy: Copy }): Follower {
  let upTo = 0;
  /** Nothing held yet, or not sure that what is held continues from the same store: read everything again. */
  let whole = true;
  let current: { readonly wallMs: number; readonly monotonicMs: number } | undefined;
  let running: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  /** Both clocks count: the monotonic one stands still while a machine sleeps, the wall clock may be set back. */
  function ageMs(nowMs: number): number {
    if (current === undefined) return Number.POSITIVE_INFINITY;
    return Math.max(clock.monotonic() - current.monotonicMs, nowMs - current.wallMs);
  }

  async function read(): Promise<void> {
    const asked = { wallMs: clock.now(), monotonicMs: clock.monotonic() };
    const pages: KeyChanges[] = [];
    let from = whole ? 0 : upTo;
    const endedSinceMs = whole ? asked.wallMs - REMEMBER_ENDED_MS : null;
    for (;;) {
      const page = await store.changesSince({ afterSeq: from, endedSinceMs });
      if (page.latest < from) {
        // A restored backup: numbers will be given out again, so what is held cannot be continued.
        whole = true;
        throw new Error(`the key store went back from change ${from} to ${page.latest}; reading all keys again`);
      }
      pages.push(page);
      from = page.upTo;
      if (!page.more) break;
    }
    copy.apply(pages, whole);
    upTo = from;
    whole = false;
    current = asked;
  }

  function poll(): Promise<void> {
    running ??= read()
      .catch((error: unknown) => {
        // After an outage the store may have come back from a backup, at any number: do not continue, begin anew.
        whole = true;
        throw error;
      })
      .finally(() => {
        running = undefined;
      });
    return running;
  }

  function schedule(delayMs: number): void {
    if (closed) return;
    timer = setTimeout(() => {
      const startedMs = clock.monotonic();
      poll()
        .catch((error: unknown) => onError?.(error))
        .finally(() => schedule(Math.max(0, pollMs - (clock.monotonic() - startedMs))));
    }, delayMs);
    // Following the store is no reason to keep a process alive.
    timer.unref();
  }

  return {
    ageMs,
    async start() {
      await poll();
      schedule(pollMs);
    },
    async refresh() {
      // The poll under way may have read before the change that the caller wants to see.
      if (running !== undefined) await running.catch(() => undefined);
      await poll();
    },
    async close() {
      closed = true;
      clearTimeout(timer);
      await running?.catch(() => undefined);
    },
  };
}
