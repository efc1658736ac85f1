// What of a provider's event stream may pass, and when: nothing until an event with data has arrived, so that a failure can still move to
// another deployment; afterwards everything but what the observer drops. Knows no connection and no reply.
import { Pieces } from '#kernel';
import { EventCutter, eventData, keptPieces, parseFields, providerErrorOf, splitEvents, type StreamObserver } from '#providers';

/** The longest event that is cut and observed; a longer one passes uncut. */
const LONGEST_EVENT_BYTES = 4 << 20;
/** Comments before the first event wait up to this size. */
const HELD_COMMENT_BYTES = 64 << 10;

export type Passing = readonly Buffer[] | 'transient-error';

export class EventFilter {
  readonly observer: StreamObserver;
  readonly #cutter = new EventCutter(LONGEST_EVENT_BYTES);
  #hasBegun = false;
  readonly #held = new Pieces();

  constructor(observer: StreamObserver) {
    this.observer = observer;
  }

  /** An event with data has arrived, so the answer has begun. */
  get hasBegun(): boolean {
    return this.#hasBegun;
  }

  /** The pieces that may pass now. 'transient-error': the first event says that the provider failed, and nothing has passed. */
  push(chunk: Buffer): Passing {
    return this.#pass(this.#cutter.push(chunk));
  }

  /** The same for what is left when the stream ends: an event without its blank line. */
  finish(): Passing {
    return this.#pass(this.#cutter.finish());
  }

  #pass(block: Buffer): Passing {
    if (block.length === 0) return [];
    return this.#hasBegun ? keptPieces(block, this.observer) : this.#begin(block);
  }

  #begin(block: Buffer): Passing {
    let at = 0;
    for (const event of splitEvents(block)) {
      at += event.length;
      const data = eventData(event);
      if (data === undefined && this.#held.length < HELD_COMMENT_BYTES) {
        this.#held.add(event);
        continue;
      }
      if (data !== undefined && saysTransient(data)) return 'transient-error';
      this.#hasBegun = true;
      if (this.observer.observe(event) === 'keep') this.#held.add(event);
      const first = this.#held.length > 0 ? [this.#held.take()] : [];
      return at < block.length ? [...first, ...keptPieces(block.subarray(at), this.observer)] : first;
    }
    return [];
  }
}

/** The provider says in this event that it failed, and that another one may do better. */
export function isTransientError(event: Buffer): boolean {
  if (!event.includes('error')) return false;
  const data = eventData(event);
  return data !== undefined && saysTransient(data);
}

function saysTransient(data: string): boolean {
  const error = providerErrorOf(parseFields(data) ?? {});
  return error?.isTransient === true && !error.isRefusal;
}
