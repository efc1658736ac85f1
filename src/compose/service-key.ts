// A key with which the checkpoint itself asks, as nobody else does: made when it is first needed, renewed before it ends, revoked at the end. Its
// secret lives in this process alone.
import { OWN_PRINCIPALS, type Administration, type Role } from '#identity';
import { SekishoError, type Clock } from '#kernel';

/** Owns the keys of canaries and probes. */
export const CANARY_OWNER = OWN_PRINCIPALS.canary;
/** Owns the keys with which texts are shown to the judge. */
export const JUDGE_OWNER = OWN_PRINCIPALS.judge;

const KEY_MS = 24 * 3_600_000;
/** A new key is made before the last one ends. */
const RENEW_BEFORE_MS = 3_600_000;
/** A new key must reach every worker before it is used. */
const KEY_SPREAD_MS = 1_000;

interface Held {
  readonly id: string;
  readonly key: string;
  readonly endsAtMs: number;
}

export interface ServiceKeyOptions {
  readonly administration: Pick<Administration, 'createKey' | 'revokeKey'>;
  readonly owner: string;
  /** What the key is for. */
  readonly label: string;
  readonly roles: readonly Role[];
  readonly routes: readonly string[];
  readonly clock: Clock;
  /** Default: a second. */
  readonly spreadMs?: number;
}

export class ServiceKey {
  readonly #options: ServiceKeyOptions;
  #held: Held | undefined;
  /** Those that ask at the same time share one key: another one would be revoked by nobody. */
  #making: Promise<Held> | undefined;
  #hasEnded = false;

  constructor(options: ServiceKeyOptions) {
    this.#options = options;
  }

  /** A key that every worker knows. Rejects when none can be made, and after `end`. */
  async current(): Promise<string> {
    const held = this.#held;
    if (held !== undefined && this.#options.clock.now() < held.endsAtMs - RENEW_BEFORE_MS) return held.key;
    this.#making ??= this.#make().finally(() => (this.#making = undefined));
    return (await this.#making).key;
  }

  async end(): Promise<void> {
    this.#hasEnded = true;
    await this.#making?.catch(() => undefined);
    if (this.#held !== undefined) await this.#options.administration.revokeKey({ key: this.#held.id, reason: 'the checkpoint stops' });
  }

  async #make(): Promise<Held> {
    const { administration, owner, label, roles, routes, clock, spreadMs = KEY_SPREAD_MS } = this.#options;
    if (this.#hasEnded) throw new SekishoError('service-key', `the key of ${owner} has ended`);
    const endsAtMs = clock.now() + KEY_MS;
    const created = await administration.createKey({
      owner,
      kind: 'service',
      label,
      roles,
      routes: [...new Set(routes)],
      expiresAtMs: endsAtMs,
    });
    if (!created.ok) throw new SekishoError('service-key', `no key could be made for ${owner} (${created.error.kind})`);
    const made = { id: created.value.record.id, key: created.value.key, endsAtMs };
    if (!this.#hasEnded) await new Promise((resolve) => setTimeout(resolve, spreadMs));
    // Known here once it is known everywhere. The one before ends by itself within the hour.
    this.#held = made;
    return made;
  }
}
