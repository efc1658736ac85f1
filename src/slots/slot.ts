// What a string inside a request or an answer is. A wire format declares it with a tree (providers/), the walker finds the strings
// (walk.ts), inspection reads and replaces them, and nobody but the format knows the format.

/**
 * - `structural`: roles, types, ids, names of tools and models. Passes unread when it looks like one; anything else is read as text.
 * - `text`: words of people, models and tools. Every string that a format does not know is text.
 * - `json`: a string that holds JSON, such as the arguments of a tool call: its strings, numbers and names of members are slots themselves.
 * - `definition`: descriptions and schemas of tools: text that the client's program brings along, the same in every request.
 * - `signed`: text that the provider signed and that only passes unchanged (thinking blocks).
 * - `opaque`: what only the provider can read (encrypted reasoning, signatures).
 * - `user`: names a person; replaced by a pseudonym elsewhere.
 * - `url`: where something is to be fetched from, or a `data:` URL.
 * - `data`: base64 of something that is not text (image, audio, PDF).
 */
export type SlotKind = 'structural' | 'text' | 'json' | 'definition' | 'signed' | 'opaque' | 'user' | 'url' | 'data';

export interface Slot {
  readonly kind: SlotKind;
  /** Range of the JSON text of the value in the source (of a string: with its quotes). */
  readonly start: number;
  readonly end: number;
  /** Decoded. Of a number: its digits as they stand. */
  readonly value: string;
  readonly type: 'string' | 'number' | 'member-name';
  /** The nearest member name above it: `content`, `my_number`; '' where there is none. */
  readonly name: string;
  /** It came from outside the conversation: the result of a tool, a fetched document. */
  readonly isTainted: boolean;
  /** `data`: the media type where the request says it. */
  readonly mediaType?: string | undefined;
}
