// The key with which `sekisho qualify` asks: the operator's own, or one made for the run, which may use the route and the judge's and
// nothing else, ends by itself soon, and is revoked when the run ends. Both acts are in the ledger.
import type { Config } from '#config';
import type { Administration, AdministrationRefusal, CreatedKey } from '#identity';
import { ok, type Result } from '#kernel';
import type { Context } from './command.ts';
import { administer } from './keys.ts';

const LIFE_MS = 60 * 60_000;
/** Renewed this long before its end; a request that was let in is not affected by it. */
const RENEW_MS = 10 * 60_000;
/** A new key is known to every worker within one second; until then the old one goes on. */
const SPREAD_MS = 1_500;
const OWNER = 'sekisho-qualify';

export interface KeyUse {
  /** The key to use now. */
  readonly key: () => Promise<string>;
}

/** Runs `work` with the given key, or with one made for it. */
export async function withKey<T>(
  context: Context,
  config: Config,
  options: { readonly given: string | undefined; readonly routes: readonly string[]; readonly label: string },
  work: (use: KeyUse) => Promise<T>,
): Promise<T> {
  const { given } = options;
  if (given !== undefined) return await work({ key: () => Promise.resolve(given) });
  return await administer(context, config, async (administration) => {
    const keys = new RunKeys(administration, options);
    const first = await keys.make();
    if (!first.ok) return first;
    try {
      return ok(await work({ key: () => keys.current() }));
    } finally {
      await keys.revokeAll();
    }
  });
}

/** The keys of one run, one after the other. */
class RunKeys {
  readonly #administration: Administration;
  readonly #options: { readonly routes: readonly string[]; readonly label: string };
  readonly #made: CreatedKey[] = [];
  #renewing = false;
  #inUse: CreatedKey | undefined;

  constructor(administration: Administration, options: { readonly routes: readonly string[]; readonly label: string }) {
    this.#administration = administration;
    this.#options = options;
  }

  async make(): Promise<Result<CreatedKey, AdministrationRefusal>> {
    const made = await this.#administration.createKey({
      owner: OWNER,
      kind: 'service',
      label: this.#options.label,
      // An evaluation of what has no evidence yet is the operator's to make.
      roles: ['caller', 'operator'],
      routes: this.#options.routes,
      expiresAtMs: Date.now() + LIFE_MS,
    });
    if (made.ok) {
      this.#made.push(made.value);
      this.#inUse ??= made.value;
    }
    return made;
  }

  async current(): Promise<string> {
    const { key, record } = this.#inUse!;
    if (Date.now() > record.expiresAtMs! - RENEW_MS && !this.#renewing) await this.#renew();
    return this.#renewing ? key : this.#inUse!.key;
  }

  /** What goes wrong here is tried again, and shows when the old key ends. */
  async #renew(): Promise<void> {
    this.#renewing = true;
    const made = await this.make().catch(() => undefined);
    setTimeout(() => {
      if (made?.ok === true) this.#inUse = made.value;
      this.#renewing = false;
    }, SPREAD_MS).unref();
  }

  async revokeAll(): Promise<void> {
    for (const { record } of this.#made) await this.#administration.revokeKey({ key: record.id, reason: 'the qualification has ended' });
  }
}
