// What a conversation request says, free of any wire format: decoders turn a client's JSON into it, encoders turn it into what a deployment
// takes. It models what all three formats mean to say; what only one of them knows stays beside it as `extra` or `opaque`, under its place
// in the client's body, so that each encoder has to carry it, call it harmless, or refuse it. Holds no logic.
import type { Fields } from '../json-fields.ts';

export type ConversationWire = 'openai-chat' | 'openai-responses' | 'anthropic-messages';

/** What every node of a conversation has. */
export interface Node {
  /** Place in the client's body, such as `messages[2].content[1]`. Built of known names and numbers only. */
  readonly at: string;
  /** Members that the neutral form has no word for, none of them null. Only the client's own format can carry them. */
  readonly extra?: Fields;
}

export interface TextPart extends Node {
  readonly type: 'text';
  readonly text: string;
}

/** The assistant's own words of refusal. */
export interface RefusalPart extends Node {
  readonly type: 'refusal';
  readonly text: string;
}

export type MediaSource =
  /** `data` is base64. */
  | { readonly kind: 'data'; readonly mediaType: string; readonly data: string }
  | { readonly kind: 'url'; readonly url: string }
  /** A file at the provider, which only that provider can resolve. */
  | { readonly kind: 'stored'; readonly id: string };

export interface ImagePart extends Node {
  readonly type: 'image';
  readonly source: MediaSource;
  /** How closely to look: `auto`, `low`, `high`, `original`. */
  readonly detail?: string;
}

export interface FilePart extends Node {
  readonly type: 'file';
  readonly source: MediaSource;
  readonly name?: string;
}

export interface ToolCallPart extends Node {
  readonly type: 'tool-call';
  readonly id: string;
  readonly name: string;
  /** Group of tools that the name belongs to. */
  readonly namespace?: string;
  readonly kind: 'function' | 'custom';
  /** `function`: JSON text as the model wrote it, maybe malformed. `custom`: free text. */
  readonly input: string;
}

/** What only its own format can say, as the client wrote it. */
export interface OpaquePart extends Node {
  readonly type: 'opaque';
  readonly raw: Fields;
  /** `reasoning`: sealed or private thoughts of one vendor's model, without use to another one. */
  readonly kind: 'reasoning' | 'other';
  /** What to say instead where the format is another one. */
  readonly asText?: string;
}

export type UserPart = TextPart | ImagePart | FilePart | OpaquePart;
export type AssistantPart = TextPart | RefusalPart | ToolCallPart | OpaquePart;

export interface SystemTurn extends Node {
  readonly role: 'system' | 'developer';
  readonly parts: readonly (TextPart | OpaquePart)[];
}

export interface UserTurn extends Node {
  readonly role: 'user';
  readonly parts: readonly UserPart[];
}

export interface AssistantTurn extends Node {
  readonly role: 'assistant';
  readonly parts: readonly AssistantPart[];
}

/** The result of one tool call. */
export interface ToolTurn extends Node {
  readonly role: 'tool';
  readonly callId: string;
  readonly parts: readonly UserPart[];
  readonly isError?: boolean;
}

/** A whole message or item of a kind that the neutral form does not know. */
export interface OpaqueTurn extends Node {
  readonly role: 'opaque';
  readonly raw: Fields;
}

export type Turn = SystemTurn | UserTurn | AssistantTurn | ToolTurn | OpaqueTurn;

export interface FunctionTool extends Node {
  readonly kind: 'function';
  readonly name: string;
  readonly namespace?: string;
  readonly description?: string;
  /** JSON Schema of the arguments; undefined: none was given. */
  readonly schema?: Fields;
  readonly strict?: boolean;
}

/** A tool that takes free text. */
export interface CustomTool extends Node {
  readonly kind: 'custom';
  readonly name: string;
  readonly namespace?: string;
  readonly description?: string;
  /** What the text has to follow. */
  readonly grammar?: { readonly syntax: string; readonly definition: string };
}

export interface OpaqueTool extends Node {
  readonly kind: 'opaque';
  readonly raw: Fields;
  readonly problem: string;
}

export type Tool = FunctionTool | CustomTool | OpaqueTool;

export interface ToolName {
  readonly name: string;
  readonly namespace?: string;
  readonly kind: 'function' | 'custom';
}

export interface ToolChoice extends Node {
  /** `required`: any tool, but one. `named`: `tools` holds the one to call. `allowed`: none but these may be called. */
  readonly mode: 'auto' | 'none' | 'required' | 'named' | 'allowed-auto' | 'allowed-required';
  readonly tools: readonly ToolName[];
}

export type AnswerFormat = Node &
  (
    | { readonly type: 'json-object' }
    | {
        readonly type: 'json-schema';
        readonly schema: Fields | undefined;
        readonly name?: string;
        readonly description?: string;
        readonly strict?: boolean;
      }
  );

export interface Reasoning {
  /** As the client wrote it; known are none, minimal, low, medium, high, xhigh, max. */
  readonly effort?: { readonly at: string; readonly value: string };
  /** Anthropic's switch; `mode` as the client wrote it. */
  readonly thinking?: Node & { readonly mode: string; readonly budgetTokens?: number; readonly display?: string };
  /** How reasoning is summed up for readers: auto, concise, detailed. */
  readonly summary?: { readonly at: string; readonly value: string };
}

/** A setting under the name it has in the client's body. */
export interface Setting<T> {
  readonly at: string;
  readonly value: T;
}

export interface Settings {
  readonly temperature?: Setting<number>;
  readonly topP?: Setting<number>;
  readonly seed?: Setting<number>;
  readonly presencePenalty?: Setting<number>;
  readonly frequencyPenalty?: Setting<number>;
  readonly verbosity?: Setting<string>;
  readonly stop?: Setting<readonly string[]>;
  readonly maxOutputTokens?: Setting<number>;
}

export interface Conversation {
  readonly wire: ConversationWire;
  /** Standing instructions apart from the turns (`system`, `instructions`). */
  readonly instructions: readonly TextPart[];
  readonly turns: readonly Turn[];
  readonly tools: readonly Tool[];
  readonly toolChoice?: ToolChoice;
  readonly parallelToolCalls?: boolean;
  readonly format?: AnswerFormat;
  readonly reasoning: Reasoning;
  readonly settings: Settings;
  readonly stream: boolean;
  /** Request members that the neutral form has no word for. */
  readonly extra: Fields;
}
