// Which conversation a request belongs to. Told by what the request itself says: a name the client gives it, else who speaks and how it began;
// a client that sends the history again is recognised by any worker, without a session anywhere.
import { macOf, type Mac } from '../mask/mac.ts';
import type { RememberedValue } from '../mask/placeholders.ts';
import type { SensitiveType } from '../types.ts';
import { Conversation } from './conversation.ts';
import type { SegmentInspection } from './segment-inspection.ts';

export interface ConversationsOptions {
  /** At least 32 random bytes that never leave this installation; the same on all its nodes. */
  readonly secret: Buffer;
  readonly neverRestored: ReadonlySet<SensitiveType>;
  /** Conversations kept in memory; the ones longest unused go first. */
  readonly maxConversations: number;
}

/** What tells conversations apart. */
export interface ConversationFacts {
  /** The key's principal, and whom it speaks for. */
  readonly tenant: readonly (string | undefined)[];
  /** As the client names it; undefined: by its opening. */
  readonly named: string | undefined;
  /** Further things the request says about its conversation, such as a cache key. */
  readonly marks: readonly (string | undefined)[];
}

export class Conversations {
  readonly #options: ConversationsOptions;
  readonly #mac: Mac;
  /** In order of last use. */
  readonly #byId = new Map<string, Conversation>();

  constructor(options: ConversationsOptions) {
    this.#options = options;
    this.#mac = macOf(options.secret);
  }

  /** 32 bytes from which every placeholder of the conversation follows. */
  keyOf({ tenant, named, marks }: ConversationFacts, segments: readonly SegmentInspection[]): Buffer {
    const opening = named === undefined ? [...marks, segments.find((segment) => segment.opening !== undefined)?.opening] : [];
    const facts = [tenant.map(orNull), orNull(named), opening.map(orNull)];
    return this.#mac('conversation', JSON.stringify(facts));
  }

  /** `remembered`: values that earlier requests masked and this one may not hold. */
  get(key: Buffer, remembered: readonly RememberedValue[] = []): Conversation {
    const id = key.toString('base64');
    let conversation = this.#byId.get(id);
    if (conversation === undefined)
      conversation = new Conversation({ secret: this.#options.secret, key, neverRestored: this.#options.neverRestored });
    else this.#byId.delete(id);
    this.#byId.set(id, conversation);
    conversation.recall(remembered);
    if (this.#byId.size > this.#options.maxConversations) for (const oldest of this.#byId.keys()) if (this.#byId.delete(oldest)) break;
    return conversation;
  }
}

function orNull(value: string | undefined): string | null {
  return value ?? null;
}
