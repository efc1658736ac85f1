// Tool calls on their way to the client, whatever the wire format: what is proposed, what becomes of it, and what holds it until somebody
// has said so.

/** A tool call whose arguments are complete. */
export interface ProposedCall {
  /** The id by which the client would answer it; '' where the format gives none (the old `function_call`). */
  readonly id: string;
  /** As the tool is named in the request, `namespace.name` in a namespace; of a call of another kind, its type (`local_shell_call`). */
  readonly name: string;
  /** `json`: arguments are the text of a JSON object, as far as the model wrote one. `text`: the raw input of a custom tool. */
  readonly encoding: 'json' | 'text';
  readonly arguments: string;
}

/** `notice`: what the client reads in the call's place, as text of the assistant. */
export type CallVerdict = { readonly passes: true } | { readonly passes: false; readonly notice: string };

/** A promise: somebody has to be asked. It never rejects; one that does refuses the call. */
export type CallReview = (call: ProposedCall) => CallVerdict | Promise<CallVerdict>;

export interface CallCounts {
  /** Calls that a review was asked about. */
  readonly reviewed: number;
  /** Calls that did not pass, also those that no review was asked about because they could not be read. */
  readonly replaced: number;
}

export interface CallGateOptions {
  readonly review: CallReview;
  /** Called, never from within `push`, `end` or `take`, each time a promised verdict is in: `take` may have something, `isWaiting` may be over. */
  readonly onReady: () => void;
  /** A call of which more has to be held is replaced without a review. */
  readonly maxHeldBytes: number;
}

/** Holds back the calls of one stream in the client's format. */
export interface CallGate {
  /** Events in, as they arrive and cut anywhere; what may go out now. The very Buffer where nothing is held or changed. */
  push(block: Buffer): Buffer;
  /** The stream is over or broken: what may go out now. A call that was not complete never does. More may follow while `isWaiting`. */
  end(): Buffer;
  /** What has become free since. */
  take(): Buffer;
  /** A promised verdict is outstanding, and what came after it waits. */
  readonly isWaiting: boolean;
  /** Something is held: for a verdict, or because a call is not complete yet. Nothing reaches the client meanwhile. */
  readonly isHolding: boolean;
  /** More than `maxHeldBytes` wait for verdicts: the provider has to wait too. */
  readonly isOverfull: boolean;
  readonly hasCalls: boolean;
  readonly counts: CallCounts;
}

export interface GatedAnswer {
  /** The very Buffer where nothing was replaced; undefined: it cannot be read, and might carry a call. It must not reach the client. */
  readonly body: Buffer | undefined;
  readonly counts: CallCounts;
}
