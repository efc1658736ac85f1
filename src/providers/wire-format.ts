// What every wire format offers the checkpoint: reading a request's facts, addressing it to a deployment, and observing the answer.
// It does not re-model payloads: unknown fields pass through untouched in both directions.
import type { JsonObjectScan, Result } from '#kernel';
import type { SlotTree } from '#slots';
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
  /** The vendor's trusted-access program that the request has to name; undefined: none is named. */
  readonly accessProgram: string | undefined;
  /** Pseudonym of the person or service behind the request (pseudonym.ts); undefined: the provider is told of nobody. */
  readonly endUser: string | undefined;
}

export interface PreparedRequest {
  readonly body: Buffer;
  /** Usage was asked for on our own account, so the event that carries it is kept from the client. */
  readonly addedStreamUsage: boolean;
  /** Headers that this format needs beside the body, as name, value, … */
  readonly headers?: readonly string[];
}

/** Why a request cannot be prepared for any deployment: the client asks for what only the operator decides. */
export type PreparationRefusal =
  /** `asked`: the program that the client named, safe to show. */
  | { readonly kind: 'access-program-conflict'; readonly asked: string }
  /** `member`: the request member that lets somebody else than the chosen deployment answer. */
  | { readonly kind: 'vendor-fallback'; readonly member: string };

/** Formats that clients speak. */
export type ClientWire = 'openai-chat' | 'openai-responses' | 'openai-embeddings' | 'anthropic-messages';
/** Formats that are spoken with providers: `nec-cotomi` with them only. */
export type UpstreamWire = ClientWire | 'nec-cotomi';

export interface WireFormat<Wire extends UpstreamWire = ClientWire> {
  readonly wire: Wire;
  /** Top-level request members that decisions read; ambiguity in any of them refuses the request. */
  readonly members: ReadonlySet<string>;
  /** The value with which a request names its end user, unchecked; undefined when it names none. */
  endUser(request: JsonObjectScan): unknown;
  /**
   * Addresses the request to a deployment: its model, its program, and the end user under a pseudonym. What the client says of end users
   * never leaves as it is: it may be a person's name.
   */
  prepare(request: JsonObjectScan, target: RequestTarget): Result<PreparedRequest, PreparationRefusal>;
  observeAnswer(body: Buffer): Observation;
  createStreamObserver(options: { dropUsage: boolean }): StreamObserver;
}

/** Where the strings of a format that clients speak sit. */
export interface FormatSlots {
  /** Of the whole request body. */
  readonly requestSlots: SlotTree;
  /** Of the whole answer body, also of an error. */
  readonly answerSlots: SlotTree;
  /** Of the JSON of one event of a stream. */
  readonly eventSlots: SlotTree;
  /** Request members whose array elements are read one by one (segments.ts): what a conversation repeats from turn to turn. */
  readonly segmentedMembers: ReadonlySet<string>;
}

export type ClientFormat = WireFormat & FormatSlots;
