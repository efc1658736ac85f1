// Bounds on what is in progress at once: requests per worker, requests per key, and request bytes held in memory.
import { err, ok, type KeyId, type Result } from '#kernel';
import type { Refusal } from './refusal.ts';

export interface SlotLimits {
  readonly maxConcurrentRequests: number;
  readonly maxConcurrentPerKey: number;
  readonly maxBufferedBytes: number;
}

export interface BodyMemory {
  /** False: too much is held already. */
  readonly claim: (bytes: number) => boolean;
  readonly release: () => void;
}

export class Slots {
  #inProgress = 0;
  #bufferedBytes = 0;
  readonly #perKey = new Map<KeyId, number>();

  get inProgress(): number {
    return this.#inProgress;
  }

  /** Takes a place for one request; every place taken is given back with `leave`. */
  enter(keyId: KeyId, limits: SlotLimits): Result<true, Refusal> {
    if (this.#inProgress >= limits.maxConcurrentRequests) return err({ rule: 'busy', scope: 'worker', retryAfterSeconds: 1 });
    const ofKey = this.#perKey.get(keyId) ?? 0;
    if (ofKey >= limits.maxConcurrentPerKey) return err({ rule: 'busy', scope: 'key', retryAfterSeconds: 1 });
    this.#inProgress++;
    this.#perKey.set(keyId, ofKey + 1);
    return ok(true);
  }

  leave(keyId: KeyId): void {
    this.#inProgress--;
    const ofKey = (this.#perKey.get(keyId) ?? 1) - 1;
    if (ofKey === 0) this.#perKey.delete(keyId);
    else this.#perKey.set(keyId, ofKey);
  }

  /** Memory for one request's body: claimed before bytes are kept, given back as a whole. */
  memory(limits: SlotLimits): BodyMemory {
    let heldBytes = 0;
    return {
      claim: (bytes) => {
        if (this.#bufferedBytes + bytes > limits.maxBufferedBytes) return false;
        this.#bufferedBytes += bytes;
        heldBytes += bytes;
        return true;
      },
      release: () => {
        this.#bufferedBytes -= heldBytes;
        heldBytes = 0;
      },
    };
  }
}
