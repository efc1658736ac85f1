// What a request asks for, free of any wire format: decoders read a client's request into this form, encoders write it for a deployment.
// It holds only what at least two formats can say; what a single format can say has no translation and is reported by its decoder.
// `at` is everywhere the path in the client's own body, so that an encoder can name what its format has no place for.

export type ConversationWire = 'openai-chat' | 'openai-responses' | 'anthropic-messages';

export interface Conversation {
  /** In the order in which they were said. Instructions come first where the format keeps them apart. */
  readonly items: readonly Item[];
  readonly stream: boolean | undefined;
  readonly tools: readonly Tool[];
  readonly toolChoice: At<ToolChoice> | undefined;
  readonly parallelCalls: At<boolean> | undefined;
  readonly format: At<OutputFormat> | undefined;
  readonly effort: At<Effort> | undefined;
  readonly verbosity: At<string> | undefined;
  readonly maxOutputTokens: At<number> | undefined;
  readonly temperature: At<number> | undefined;
  readonly topP: At<number> | undefined;
  readonly stop: At<readonly string[]> | undefined;
  /** The client wants the answer kept by the provider. */
  readonly store: At<boolean> | undefined;
}

export interface At<T> {
  readonly at: string;
  readonly value: T;
}

export type Role = 'system' | 'developer' | 'user' | 'assistant';

export type Item = Message | ToolCall | ToolResult;

export interface Message {
  readonly kind: 'message';
  readonly at: string;
  readonly role: Role;
  readonly parts: readonly Part[];
}

export interface ToolCall {
  readonly kind: 'call';
  /** Place of the call's input. */
  readonly at: string;
  readonly tool: 'function' | 'custom';
  readonly id: string;
  readonly name: string;
  /** JSON text of a function's arguments as the model wrote it, perhaps broken; a custom tool's input as it is. */
  readonly input: string;
}

export interface ToolResult {
  readonly kind: 'result';
  readonly at: string;
  /** Id of the call that it answers. */
  readonly id: string;
  readonly parts: readonly Part[];
  readonly isError: boolean;
}

export type Part = TextPart | ImagePart | FilePart;

export interface TextPart {
  readonly type: 'text' | 'refusal';
  readonly at: string;
  readonly text: string;
}

export interface ImagePart {
  readonly type: 'image';
  readonly at: string;
  readonly source: Source;
  /** How closely to look: `low`, `high`, `original`; undefined is `auto`. */
  readonly detail: string | undefined;
}

export interface FilePart {
  readonly type: 'file';
  readonly at: string;
  readonly source: Source;
  readonly name: string | undefined;
}

/** `data` is base64. */
export type Source = { readonly url: string } | { readonly mediaType: string; readonly data: string };

export interface Tool {
  readonly at: string;
  readonly kind: 'function' | 'custom';
  readonly name: string;
  readonly description: string | undefined;
  /** JSON Schema of a function's arguments; undefined: none were stated. */
  readonly parameters: Schema | undefined;
  readonly strict: boolean | undefined;
  /** Of a custom tool. */
  readonly grammar: Grammar | undefined;
}

export interface Grammar {
  readonly at: string;
  readonly syntax: string;
  readonly definition: string;
}

export type Schema = Readonly<Record<string, unknown>>;

export type ToolChoice =
  | { readonly type: 'auto' | 'none' | 'required' }
  | ({ readonly type: 'named' } & ToolName)
  | { readonly type: 'allowed'; readonly mode: 'auto' | 'required'; readonly tools: readonly ToolName[] };

export interface ToolName {
  readonly tool: 'function' | 'custom';
  readonly name: string;
}

export type OutputFormat = { readonly type: 'json_object' } | JsonSchemaFormat;

export interface JsonSchemaFormat {
  readonly type: 'json_schema';
  readonly name: string | undefined;
  readonly description: string | undefined;
  readonly schema: Schema;
  readonly strict: boolean | undefined;
}

export const EFFORTS = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'] as const;
export type Effort = (typeof EFFORTS)[number];

/** What one request may hold; beyond it is malformed. */
export const LIMITS = {
  /** Entries of one list: messages, parts of one, tools. */
  listLength: 10_000,
  /** Entries of all lists together. */
  itemCount: 50_000,
  depth: 128,
  nameChars: 256,
  noteCount: 64,
} as const;
