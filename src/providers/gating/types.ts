// Tool calls on their way to the client, whatever the wire format: what is proposed, and what becomes of it.

/** A tool call whose arguments are complete. */
export interface ProposedCall {
  /** The id by which the client would answer it. */
  readonly id: string;
  readonly name: string;
  /** `json`: arguments are the text of a JSON object. `text`: the raw input of a custom tool. */
  readonly encoding: 'json' | 'text';
  readonly arguments: string;
}

/** `notice`: what the client reads in the call's place, as text of the assistant. */
export type CallVerdict = { readonly passes: true } | { readonly passes: false; readonly notice: string };

/** A promise: somebody has to be asked. It never rejects. */
export type CallReview = (call: ProposedCall) => CallVerdict | Promise<CallVerdict>;
