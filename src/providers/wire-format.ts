// What every wire format offers the checkpoint: reading a request's facts, addressing it to a deployment, and observing the answer.
// It does not re-model payloads: unknown fields pass through untouched in both directions.
import type { JsonObjectScan } from '#kernel';
import type { Observation } from './observation.ts';

export interface StreamObserver {
  readonly observation: Observation;
  /** The stream's own end mark was seen. */
  readonly ended: boolean;
  /** Global expression that finds events which `observe` needs to see; all others may pass unread. */
  readonly interesting: RegExp;
  /** Reads one complete event (its bytes up to and including the blank line). 'drop': an event that only we asked for. */
  observe(event: Buffer): 'keep' | 'drop';
}

/** The parts of a deployment that change a request's bytes. */
export interface RequestTarget {
  readonly model: string;
  readonly streamUsage: boolean;
}

export interface PreparedRequest {
  readonly body: Buffer;
  /** Usage was asked for on our own account, so the event that carries it is kept from the client. */
  readonly addedStreamUsage: boolean;
}

export interface WireFormat {
  readonly wire: 'openai-chat' | 'openai-responses' | 'openai-embeddings' | 'anthropic-messages';
  /** Top-level request members that decisions read; ambiguity in any of them refuses the request. */
  readonly members: ReadonlySet<string>;
  /** The value with which a request names its end user, unchecked; undefined when it names none. */
  endUser(request: JsonObjectScan): unknown;
  prepare(request: JsonObjectScan, target: RequestTarget): PreparedRequest;
  observeAnswer(body: Buffer): Observation;
  createStreamObserver(options: { dropUsage: boolean }): StreamObserver;
}
