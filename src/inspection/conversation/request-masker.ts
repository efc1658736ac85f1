// One request on its way through masking: masks its body under one policy after another,
// and puts back into its answer what it holds itself.
import { err, ok, type Result } from '#kernel';
import { MaskingFailed } from '../mask/mask-text.ts';
import { newRestoreCounts, restoreText, RestoringText, type RestoreCounts, type TextEncoding } from '../mask/restore.ts';
import type { RememberedValue } from '../mask/placeholders.ts';
import type { VaultEntry } from '../vault.ts';
import type { Conversation } from './conversation.ts';
import { HeldValues } from './held-values.ts';
import { MOST_VALUES, TooManyValues, type MaskedPart, type MaskingProfile, type Used } from './profile-memory.ts';
import { splice, type PlacedPart, type Spliced } from './request-inspection.ts';

export type MaskingProblem =
  /** A masked text could not be proved to come back; nothing may leave. */
  | { readonly kind: 'unmaskable' }
  /** More distinct values than are masked in one request. */
  | { readonly kind: 'too-many-values'; readonly limit: number };

/** The way back, for one answer. */
export interface Restoring {
  readonly counts: RestoreCounts;
  open(encoding: TextEncoding): { push(text: string): string; end(): string };
  whole(text: string, encoding: TextEncoding): string;
}

export interface RequestMaskerOptions {
  readonly body: Buffer;
  readonly parts: readonly PlacedPart[];
  readonly remembered: readonly RememberedValue[];
  /** Asked once, when something may be masked. */
  readonly conversation: () => Conversation;
  /** Called when something has been masked in the conversation. */
  readonly onMasked: (conversation: Conversation) => void;
}

export class RequestMasker {
  readonly #options: RequestMaskerOptions;
  #begun: { readonly conversation: Conversation; readonly held: HeldValues } | undefined;
  /** Under every policy so far. */
  readonly #masked: (readonly MaskedPart[])[] = [];
  #own: { readonly values: ReadonlySet<string>; readonly of: number } | undefined;

  constructor(options: RequestMaskerOptions) {
    this.#options = options;
  }

  async mask(profile: MaskingProfile): Promise<Result<Spliced | undefined, MaskingProblem>> {
    const { body, parts, onMasked } = this.#options;
    const { conversation, held } = (this.#begun ??= this.#begin());
    try {
      const masked = await conversation.mask(held, profile);
      this.#masked.push(masked);
      onMasked(conversation);
      return ok(splice(body, parts, masked));
    } catch (error) {
      if (error instanceof TooManyValues) return err({ kind: 'too-many-values', limit: MOST_VALUES });
      if (error instanceof MaskingFailed) return err({ kind: 'unmaskable' });
      throw error;
    }
  }

  #begin(): { readonly conversation: Conversation; readonly held: HeldValues } {
    const { parts, remembered, conversation } = this.#options;
    const held = new HeldValues(
      parts.map(({ part }) => part),
      remembered,
    );
    return { conversation: conversation(), held };
  }

  /** Undefined as long as nothing has been masked that could come back. */
  restoring(): Restoring | undefined {
    const vocabulary = this.#begun?.conversation.placeholders.vocabulary;
    if (vocabulary === undefined || vocabulary.isEmpty) return undefined;
    const counts = newRestoreCounts();
    const options = { counts, holds: (value: string) => this.#ownValues().has(value) };
    return {
      counts,
      open: (encoding) => new RestoringText(vocabulary, encoding, options),
      whole: (text, encoding) => restoreText(text, vocabulary, encoding, options),
    };
  }

  /** Undefined: nothing was to be masked. */
  toRemember(): VaultEntry | undefined {
    if (this.#begun === undefined) return undefined;
    const { key, placeholders } = this.#begun.conversation;
    return { key, values: placeholders.remembered((value) => this.#ownValues().has(value)) };
  }

  /** What left masked, or had left in the requests that this one goes on from, and what can be said of it: the rest is others'. */
  #ownValues(): ReadonlySet<string> {
    if (this.#own?.of === this.#masked.length) return this.#own.values;
    const { conversation, held } = this.#begun!;
    const values = new Set(held.remembered.map(({ value }) => value));
    for (const { used } of this.#masked.flat())
      for (let each: Used | undefined = used; each !== undefined; each = each.before)
        for (const set of each.values) for (const value of set) values.add(value);
    for (const value of values) for (const derived of conversation.placeholders.derivedOf(value)) values.add(derived);
    this.#own = { values, of: this.#masked.length };
    return values;
  }
}
