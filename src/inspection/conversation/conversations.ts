// Which conversation a request belongs to. Told by what the request itself says: a name the client gives it, else who speaks and how it began;
// a client that sends the history again is recognised by any worker, without a session anywhere.
import { createHmac } from 'node:crypto';
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

const DOMAIN = 'sekisho/masking/v1\0';

export class Conversations {
  readonly #options: ConversationsOptions;
  /** In order of last use. */
  readonly #byId = new Map<string, Conversation>();

  constructor(options: ConversationsOptions) {
    this.#options = options;
  }

  /** 32 bytes from which every placeholder of the conversation follows. */
  keyOf({ tenant, named, marks }: ConversationFacts, segments: readonly SegmentInspection[]): Buffer {
    const opening = named === undefined ? [...marks, segments.find((segment) => segment.opening !== undefined)?.opening] : [];
    const facts = [tenant.map(orNull), orNull(named), opening.map(orNull)];
    return createHmac('sha256', this.#options.secret).update(DOMAIN).update(JSON.stringify(facts)).digest();
  }

  get(key: Buffer): Conversation {
    const id = key.toString('base64');
    let conversation = this.#byId.get(id);
    if (conversation === undefined) conversation = new Conversation({ key, neverRestored: this.#options.neverRestored });
    else this.#byId.delete(id);
    this.#byId.set(id, conversation);
    if (this.#byId.size > this.#options.maxConversations) for (const oldest of this.#byId.keys()) if (this.#byId.delete(oldest)) break;
    return conversation;
  }
}

function orNull(value: string | undefined): string | null {
  return value ?? null;
}
