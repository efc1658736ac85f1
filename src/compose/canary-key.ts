// The key with which canaries ask: made when it is first needed, renewed before it ends, revoked at the end. Its secret lives in this
// process alone.
import type { Administration } from '#identity';
import { SekishoError, type Clock } from '#kernel';

export const CANARY_OWNER = 'sekisho-canary';

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

export interface CanaryKeyOptions {
  readonly administration: Pick<Administration, 'createKey' | 'revokeKey'>;
  readonly routes: readonly string[];
  readonly clock: Clock;
  /** Default: a second. */
  readonly spreadMs?: number;
}

export class CanaryKey {
  readonly #options: CanaryKeyOptions;
  #held: Held | undefined;
  /** Canaries that ask at the same time share one key: another one would be revoked by nobody. */
  #making: Promise<Held> | undefined;
  #hasEnded = false;

  constructor(options: CanaryKeyOptions) {
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
    const { administration, routes, clock, spreadMs = KEY_SPREAD_MS } = this.#options;
    if (this.#hasEnded) throw new SekishoError('canary-key', 'the canaries have ended');
    const endsAtMs = clock.now() + KEY_MS;
    const created = await administration.createKey({
      owner: CANARY_OWNER,
      kind: 'service',
      label: 'entitlement canaries',
      roles: ['caller', 'operator'],
      routes: [...new Set(routes)],
      expiresAtMs: endsAtMs,
    });
    if (!created.ok) throw new SekishoError('canary-key', `no key could be made for the canaries (${created.error.kind})`);
    const made = { id: created.value.record.id, key: created.value.key, endsAtMs };
    if (!this.#hasEnded) await new Promise((resolve) => setTimeout(resolve, spreadMs));
    // Known here once it is known everywhere. The one before ends by itself within the hour.
    this.#held = made;
    return made;
  }
}
