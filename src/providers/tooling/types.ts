// The tools that a request offers, whatever the wire format.
import type { JsonScanProblem } from '#kernel';

/** One tool, or one server of tools, that a request offers to the model. */
export interface OfferedTool {
  /** By which a call names it (`namespace.name` in a namespace); of a tool that has no name, its type; of an MCP server, its label. */
  readonly name: string;
  /** `function`, `custom`, `mcp`, or the type that the vendor gave it (`web_search`, `bash_20250124`). */
  readonly type: string;
  /** The provider runs it itself: its calls never pass the gate. True of every type that is not known to be run by the client. */
  readonly isHosted: boolean;
}

export type GovernProblem =
  | JsonScanProblem
  /** Bytes that are no UTF-8: every reader repairs them in a way of its own. */
  | { readonly kind: 'not-utf8' }
  /** `member` is not what the format has there. */
  | { readonly kind: 'malformed-member'; readonly member: string }
  /** The request insists on a tool that it may not offer; `name` is `required` where it insists on any and none is left. */
  | { readonly kind: 'tool-choice-removed'; readonly name: string }
  /** A tool that is not allowed is offered within the conversation, from which nothing can be taken out. */
  | { readonly kind: 'tool-refused'; readonly name: string }
  /** It would be answered later and elsewhere, past the gate. */
  | { readonly kind: 'background-refused' }
  /** A prompt stored at the vendor brings tools that nobody here can see; `name` is its id. */
  | { readonly kind: 'stored-prompt-refused'; readonly name: string };

export interface GovernedRequest {
  /** The very Buffer where nothing changed. */
  readonly body: Buffer;
  /** Names of the tools that were taken out, in order. */
  readonly removed: readonly string[];
}
