// One conversation of one tenant, as far as its opening tells: its placeholders, and for each policy the values it masks and the segments it has
// masked already. A memory and nothing more: everything in it follows from the key and the request, so that a worker that never saw the
// conversation masks alike. Two people may begin alike: each request is masked by what it holds itself, whoever else was here.
import { Placeholders, type PlaceholderOptions } from '../mask/placeholders.ts';
import { byTurns } from '../work.ts';
import type { HeldValues } from './held-values.ts';
import { ProfileMemory, type MaskedPart, type MaskingProfile } from './profile-memory.ts';

export class Conversation {
  readonly key: Buffer;
  readonly placeholders: Placeholders;
  readonly #profiles = new Map<string, ProfileMemory>();
  /** One request after the other. */
  #busy: Promise<unknown> = Promise.resolve();

  constructor(options: PlaceholderOptions) {
    this.key = options.key;
    this.placeholders = new Placeholders(options);
  }

  /** Each part of the request as it may leave. @throws MaskingFailed, TooManyValues */
  async mask(held: HeldValues, profile: MaskingProfile): Promise<readonly MaskedPart[]> {
    let memory = this.#profiles.get(profile.id);
    if (memory === undefined) this.#profiles.set(profile.id, (memory = new ProfileMemory(profile, this.placeholders)));
    const masked = this.#busy.then(() => byTurns(memory.mask(held)));
    this.#busy = masked.catch(() => undefined);
    return await masked;
  }
}
