// What the client gets of what a deployment says: masked values are put back, and every tool call is reviewed before any of it leaves. One
// for the client's whole answer, whoever goes on with it. Sends nothing itself.
import {
  createCallGate,
  gateAnswer,
  type CallGate,
  type CallReview,
  type CallVerdict,
  type ClientFormat,
  type GatedAnswer,
} from '#providers';
import type { AnswerRestorer } from './content.ts';

const EMPTY = Buffer.alloc(0);
/** Behind a call that waits for a person, this much of an answer is kept before the provider is made to wait as well. */
const MOST_HELD_BYTES = 8 << 20;

const NO_CALL: CallVerdict = { passes: false, notice: '' };

export interface ClientAnswerOptions {
  readonly format: ClientFormat;
  /** Asked for each deployment: undefined as long as nothing that left could come back as a placeholder. */
  readonly restorer: () => AnswerRestorer | undefined;
  /** Undefined: calls of tools pass unseen. */
  readonly review: CallReview | undefined;
}

/** A stream on its way to the client. */
export class ClientAnswer {
  readonly #options: ClientAnswerOptions;
  #gate: CallGate | undefined;
  #onReady: () => void = () => undefined;
  /** Calls of which a review said that they do not pass. */
  #refused = 0;
  /** Calls that did not pass, in an answer that came at once. */
  #replacedInWhole = 0;

  constructor(options: ClientAnswerOptions) {
    this.#options = { ...options, review: options.review && this.#counting(options.review) };
  }

  /** Calls that could not be reviewed: ambiguous, too large, or incomplete. None of them reached the client. */
  get unreadCalls(): number {
    return (this.#gate?.counts.replaced ?? 0) + this.#replacedInWhole - this.#refused;
  }

  /** Nothing in it is changed or held: whoever relays need not look. */
  get isTransparent(): boolean {
    return this.#options.review === undefined && this.#options.restorer() === undefined;
  }

  /** Somebody has to decide on a call before anything behind it may leave. */
  get isWaiting(): boolean {
    return this.#gate?.isWaiting === true;
  }

  /** Something is kept back: a call that is not complete, or what waits behind one. The client hears nothing meanwhile. */
  get isHolding(): boolean {
    return this.#gate?.isHolding === true;
  }

  /** So much is held that no more should be asked for. */
  get isOverfull(): boolean {
    return this.#gate?.isOverfull === true;
  }

  /** Called whenever `take` has something, after a wait. The last listener counts. */
  set onReady(listener: () => void) {
    this.#onReady = listener;
  }

  /** Whole events in the client's format in, what may leave now out. */
  push(events: Buffer): Buffer {
    if (events.length === 0) return events;
    const restorer = this.#options.restorer();
    const restored = restorer === undefined ? events : restorer.stream().push(events);
    const gate = this.#gateOfStream();
    return gate === undefined ? restored : gate.push(restored);
  }

  /** What became free in a wait. */
  take(): Buffer {
    return this.#gate?.take() ?? EMPTY;
  }

  /** The provider has said all: what was held back because it could have become a placeholder. Something may still wait. */
  end(): Buffer {
    const restorer = this.#options.restorer();
    const rest = restorer === undefined ? EMPTY : restorer.stream().end();
    const gate = this.#gateOfStream();
    if (gate === undefined) return rest;
    return Buffer.concat([rest.length === 0 ? EMPTY : gate.push(rest), gate.end()]);
  }

  /** Calls are looked at: what cannot be read must not reach the client. */
  get isReviewed(): boolean {
    return this.#options.review !== undefined;
  }

  /** An answer that came at once; undefined: it cannot be read, and must not reach the client. */
  whole(body: Buffer): Buffer | undefined | Promise<Buffer | undefined> {
    const { review, format } = this.#options;
    const restored = this.#restored(body);
    if (review === undefined) return restored;
    const gated = gateAnswer(restored, format, review);
    const decided = ({ body: written, counts }: GatedAnswer): Buffer | undefined => {
      this.#replacedInWhole += counts.replaced;
      return written;
    };
    return gated instanceof Promise ? gated.then(decided) : decided(gated);
  }

  /** An error of the provider: it may quote what was sent. A call has no place in it, and nobody is asked about one. */
  error(body: Buffer): Buffer {
    const { review, format } = this.#options;
    const restored = this.#restored(body);
    if (review === undefined) return restored;
    const gated = gateAnswer(restored, format, () => NO_CALL);
    return gated instanceof Promise ? EMPTY : (gated.body ?? EMPTY);
  }

  #restored(body: Buffer): Buffer {
    return this.#options.restorer()?.whole(body) ?? body;
  }

  #counting(review: CallReview): CallReview {
    const count = (verdict: CallVerdict): CallVerdict => {
      if (!verdict.passes) this.#refused++;
      return verdict;
    };
    return (call) => {
      const verdict = review(call);
      return verdict instanceof Promise ? verdict.then(count) : count(verdict);
    };
  }

  #gateOfStream(): CallGate | undefined {
    const { review, format } = this.#options;
    if (review === undefined) return undefined;
    this.#gate ??= createCallGate(format, { review, onReady: () => this.#onReady(), maxHeldBytes: MOST_HELD_BYTES });
    return this.#gate;
  }
}
