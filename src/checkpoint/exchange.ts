// The two ends of one exchange as the checkpoint sees them; http/ implements them over node:http. No wire errors and no sockets here.
import type { RequestId, Result } from '#kernel';
import type { Operation, UpstreamWire } from '#providers';
import type { FailureReason, Refusal } from './refusal.ts';

/** What a caller demands of whoever serves its request, as presented. Each can only narrow what the route allows. */
export interface Demands {
  /** `x-sekisho-data-class` */
  readonly dataClass: string | undefined;
  /** `x-sekisho-jurisdiction` */
  readonly jurisdiction: string | undefined;
  /** `x-sekisho-deployment` */
  readonly deployment: string | undefined;
  /** `x-sekisho-purpose` */
  readonly purpose: string | undefined;
  /** `x-sekisho-capability`: what the work is, as the taxonomy of access names it. */
  readonly capability: string | undefined;
  /** `x-sekisho-grant`: which of the caller's grants, where there are several. */
  readonly grant: string | undefined;
  /** `x-sekisho-canary`: takes part in drills that only canaries take part in. */
  readonly isCanary: boolean;
}

export interface Inbound {
  readonly operation: Operation;
  /** The key as presented; undefined when the request carries none. */
  readonly credential: string | undefined;
  /** Where it comes from, as the socket knows it. */
  readonly address: string;
  /** The end user named in a header, as presented. */
  readonly endUserHeader: string | undefined;
  readonly demands: Demands;
  /** `x-sekisho-conversation`: the client's own name for the conversation; undefined: told by how it began. */
  readonly conversation: string | undefined;
  /** Request headers that a provider of this format understands, as name, value, …; nothing else of the client's headers leaves. */
  forwardHeaders(wire: UpstreamWire): readonly string[];
  /** The whole body, decoded. `claim` is asked for every byte that is kept, and a refusal ends the reading. Called once. */
  readBody(limitBytes: number, claim: (bytes: number) => boolean): Promise<Result<Buffer, Refusal>>;
}

export interface Reply {
  /** The client is gone, or everything has been sent. */
  readonly isClosed: boolean;
  /** Called once, when the client goes away before the reply has ended. */
  onGone(listener: () => void): void;
  /** Calls once everything that was sent has been handed to the system, or the client is gone; at once when that is so already. */
  onDone(listener: () => void): void;
  /** Status and headers (name, value, …). They leave with the first bytes. */
  start(status: number, headers: readonly string[]): void;
  /** False: hold on until `onDrain` calls back. */
  write(chunk: Buffer): boolean;
  onDrain(listener: () => void): void;
  end(chunk?: Buffer): void;
  /** Said after the body (RFC 9110 §6.5), where the headers announced it in `trailer`. The last value counts. */
  trailer(name: string, value: string): void;
  /** A refusal in the client's own format. Only before `start`. */
  refuse(refusal: Refusal, requestId: RequestId): void;
  /** After `start`: the answer broke off. A stream gets an error event, anything else a broken connection, so that nobody takes it for whole. */
  interrupt(reason: FailureReason, requestId: RequestId, isEventStream: boolean): void;
}
