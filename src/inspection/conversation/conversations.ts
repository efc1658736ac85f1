// Which conversation a request belongs to. Told by what the request itself says: a name the client gives it, else who speaks and how it began;
// a client that sends the history again is recognised by any worker, without a session anywhere.
import { macOf, type Mac } from '../mask/mac.ts';
import type { SensitiveType } from '../types.ts';
import { Conversation } from './conversation.ts';
import type { SegmentInspection } from './segment-inspection.ts';

export interface ConversationsOptions {
  /** At least 32 random bytes that never leave this installation; the same on all its nodes. */
  readonly secret: Buffer;
  readonly neverRestored: ReadonlySet<SensitiveType>;
  /** Conversations kept in memory; the ones longest unused go first. */
  readonly maxConversations: number;
  /** The same, in values of all of them together. */
  readonly maxValues: number;
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

/** A conversation of more values is begun anew; its placeholders stay the same. */
const MOST_VALUES = 10_000;

export class Conversations {
  readonly #options: ConversationsOptions;
  readonly #mac: Mac;
  /** In order of last use. */
  readonly #byId = new Map<string, { readonly conversation: Conversation; readonly size: number }>();
  #values = 0;

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

  get(key: Buffer): Conversation {
    const id = key.toString('base64');
    const kept = this.#byId.get(id);
    const conversation =
      kept !== undefined && kept.size <= MOST_VALUES
        ? kept.conversation
        : new Conversation({ secret: this.#options.secret, key, neverRestored: this.#options.neverRestored });
    this.#keep(id, conversation);
    return conversation;
  }

  /** Lets go of the ones longest unused, now that something has been masked in this one. */
  settle(conversation: Conversation): void {
    const id = conversation.key.toString('base64');
    if (this.#byId.get(id)?.conversation === conversation) this.#keep(id, conversation);
  }

  #keep(id: string, conversation: Conversation): void {
    this.#values += conversation.placeholders.size - (this.#byId.get(id)?.size ?? 0);
    this.#byId.delete(id);
    this.#byId.set(id, { conversation, size: conversation.placeholders.size });
    for (const [oldest, { size }] of this.#byId) {
      if (this.#byId.size <= this.#options.maxConversations && this.#values <= this.#options.maxValues) break;
      this.#byId.delete(oldest);
      this.#values -= size;
    }
  }
}

function orNull(value: string | undefined): string | null {
  return value ?? null;
}
