// What rewrites text on its way to the client. The rewriting of answers and streams knows where text sits; what becomes of it is somebody
// else's business, behind these two interfaces.
import type { Slot } from '#slots';

/** `json`: the text is the JSON of a tool's arguments, to be kept JSON. `signed`: it is only valid as it is. */
export type Encoding = 'text' | 'json' | 'signed';

/** One run of text that arrives in pieces. */
export interface Channel {
  /** The next piece in, what may go out out: all of it, less, or what was held back before and more. */
  push(text: string): string;
  /** What is still held back; the channel is not used again. */
  end(): string;
}

export interface Channels {
  open(encoding: Encoding): Channel;
}

/** How to rewrite the string of a slot; undefined for what passes as it is: ids, signatures, pictures, pseudonyms, numbers. */
export function encodingOf({ kind, type }: Slot): Encoding | undefined {
  if (type === 'number') return undefined;
  switch (kind) {
    case 'text':
    case 'definition':
    case 'url':
      return 'text';
    case 'json':
    case 'signed':
      return kind;
    case 'structural':
    case 'opaque':
    case 'user':
    case 'data':
      return undefined;
  }
}

/** A text that arrives at once. */
export function rewriteWhole(channels: Channels, encoding: Encoding, text: string): string {
  const channel = channels.open(encoding);
  return channel.push(text) + channel.end();
}
