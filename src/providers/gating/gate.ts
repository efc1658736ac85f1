// The gate of a stream: what has to do with no call passes at once, byte for byte; a call waits for its arguments and its verdict, and what
// comes after it waits behind it. Knows no format (chat.ts, responses.ts, messages.ts do) and decides nothing about calls.
//
// Fails closed: an event that cannot be read, or that readers could read in more than one way, is left out where it may belong to a call.
// Everybody who accumulates what is left reads the same, and that is what was reviewed.
import { Pieces } from '#kernel';
import { EventCutter, splitEvents } from '../sse.ts';
import type { ClientWire } from '../wire-format.ts';
import { chatGating } from './chat.ts';
import { ReviewDesk } from './desk.ts';
import { eventName, eventWith, readEventBytes, type EventBytes } from './event-bytes.ts';
import { messagesGating } from './messages.ts';
import { TOO_LARGE } from './notices.ts';
import { asItIs, LEFT_OUT, type Gating, type Payload, type Reading, type StreamReader } from './reading.ts';
import { responsesGating } from './responses.ts';
import type { CallCounts, CallGate, CallGateOptions } from './types.ts';

/** Embeddings call nothing. */
export const GATINGS: Readonly<Record<ClientWire, Gating | undefined>> = {
  'openai-chat': chatGating,
  'openai-responses': responsesGating,
  'anthropic-messages': messagesGating,
  'openai-embeddings': undefined,
};

/** What a held event weighs beside its bytes, about. */
const ENTRY_BYTES = 256;
const EMPTY = Buffer.alloc(0);

export function createCallGate(format: { readonly wire: ClientWire }, options: CallGateOptions): CallGate {
  const gating = GATINGS[format.wire];
  return gating === undefined ? OPEN_GATE : new Gate(gating, options);
}

const OPEN_GATE: CallGate = {
  push: (block) => block,
  end: () => EMPTY,
  take: () => EMPTY,
  isWaiting: false,
  isHolding: false,
  isOverfull: false,
  hasCalls: false,
  counts: { reviewed: 0, replaced: 0 },
};

interface Held {
  readonly bytes: Buffer;
  readonly event: EventBytes | undefined;
  readonly reading: Reading;
}

class Gate implements CallGate {
  readonly #marks: RegExp;
  readonly #reader: StreamReader;
  readonly #desk: ReviewDesk;
  readonly #maxHeldBytes: number;
  #cutter = new EventCutter(Number.MAX_SAFE_INTEGER);
  /** Bytes in the cutter: of an event that is not complete. */
  #cutBytes = 0;
  /** The rest of an event that was too long, up to its end, belongs to nothing. */
  #isSkipping = false;
  #queue: Held[] = [];
  #head = 0;
  #heldBytes = 0;
  #hasEnded = false;
  /** Something went out in another form than it came in. */
  #hasChanged = false;

  constructor({ marks, createReader }: Gating, { review, onReady, maxHeldBytes }: CallGateOptions) {
    this.#marks = marks;
    this.#desk = new ReviewDesk(review, onReady);
    this.#reader = createReader(this.#desk);
    this.#maxHeldBytes = maxHeldBytes;
  }

  get isWaiting(): boolean {
    return this.isHolding && this.#desk.pending > 0;
  }

  get isHolding(): boolean {
    return this.#head < this.#queue.length;
  }

  get isOverfull(): boolean {
    return this.isWaiting && this.#heldBytes > this.#maxHeldBytes;
  }

  get hasCalls(): boolean {
    return this.#desk.hasCalls;
  }

  get counts(): CallCounts {
    return { reviewed: this.#desk.reviewed, replaced: this.#desk.replaced };
  }

  push(block: Buffer): Buffer {
    if (this.#hasEnded) return this.take();
    const whole = this.#whole(block);
    if (whole.length === 0) return this.take();
    if (this.#isIdle() && this.#passesUnread(whole)) return whole;
    const out = new Pieces();
    this.#hasChanged = this.isHolding;
    for (const event of splitEvents(whole)) {
      if (this.#isIdle() && this.#passesUnread(event)) out.add(event);
      else this.#add(event, out);
    }
    return this.#hasChanged || this.isHolding ? out.take() : whole;
  }

  end(): Buffer {
    if (this.#hasEnded) return this.take();
    const rest = this.#isSkipping ? EMPTY : this.#cutter.finish();
    const out = new Pieces();
    if (rest.length > 0 && this.#isIdle() && this.#passesUnread(rest)) out.add(rest);
    else if (rest.length > 0) this.#add(rest, out);
    this.#hasEnded = true;
    for (const call of this.#desk.open) this.#desk.refuse(call, '');
    this.#release(out);
    return out.take();
  }

  take(): Buffer {
    const out = new Pieces();
    this.#release(out);
    return out.take();
  }

  #isIdle(): boolean {
    return !this.isHolding && !this.#reader.readsAll;
  }

  #passesUnread(events: Buffer): boolean {
    const text = events.toString('latin1');
    if (this.#marks.test(text)) return false;
    this.#reader.glance(text);
    return true;
  }

  /** Whole events. An event longer than may be held is left out: it could not be read. */
  #whole(block: Buffer): Buffer {
    let whole = this.#cutter.push(block);
    this.#cutBytes += block.length - whole.length;
    if (this.#isSkipping && whole.length > 0) {
      const [first] = splitEvents(whole);
      whole = whole.subarray(first?.length ?? 0);
      this.#isSkipping = false;
    }
    if (this.#cutBytes > this.#maxHeldBytes) {
      this.#cutter = new EventCutter(Number.MAX_SAFE_INTEGER);
      this.#cutBytes = 0;
      this.#isSkipping = true;
    }
    return whole;
  }

  /** Reads an event and lets go what can go. */
  #add(bytes: Buffer, out: Pieces): void {
    const event = readEventBytes(bytes);
    const reading = event === undefined ? asItIs(bytes) : this.#read(event);
    this.#queue.push({ bytes, event, reading });
    this.#heldBytes += bytes.length + ENTRY_BYTES;
    this.#release(out);
    this.#relieve(out);
  }

  #read(event: EventBytes): Reading {
    const reading = this.#reader.read(event.data, () => eventName(event));
    if (reading !== undefined) return reading;
    const mayBelongToCall = this.#desk.open.size > 0 || this.#marks.test(event.bytes.toString('latin1'));
    return mayBelongToCall ? LEFT_OUT : asItIs(event.data);
  }

  #release(out: Pieces): void {
    while (this.#head < this.#queue.length) {
      const { bytes, event, reading } = this.#queue[this.#head]!;
      if (reading.calls.some((call) => call.verdict === undefined)) break;
      this.#head++;
      this.#heldBytes -= bytes.length + ENTRY_BYTES;
      if (event === undefined) out.add(bytes);
      else this.#write(bytes, event, reading.write(), out);
    }
    if (this.#head === this.#queue.length || this.#head > 1024) {
      this.#queue.splice(0, this.#head);
      this.#head = 0;
    }
  }

  #write(bytes: Buffer, event: EventBytes, payloads: readonly Payload[], out: Pieces): void {
    if (payloads.length !== 1) this.#hasChanged = true;
    for (const { data, type } of payloads) {
      if (data === event.data) {
        out.add(bytes);
        continue;
      }
      this.#hasChanged = true;
      out.add(eventWith(event, data, type));
    }
  }

  /** Too much is held for a call that is still not complete: waiting for the rest of it would only add to it. */
  #relieve(out: Pieces): void {
    while (this.#heldBytes > this.#maxHeldBytes && this.isHolding) {
      const open = this.#queue[this.#head]!.reading.calls.find((call) => !call.isClosed);
      if (open === undefined) return;
      this.#desk.refuse(open, TOO_LARGE);
      this.#release(out);
    }
  }
}
