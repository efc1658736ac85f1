// Server-sent events as bytes (WHATWG HTML §9.2): cut a stream at event boundaries without changing a byte, and read an event's data.

/** A blank line: two line ends in a row, in any of the three spellings. */
const BOUNDARY = /(?:\r\n|\n|\r(?!\n)){2}/g;

const EMPTY = Buffer.alloc(0);

/**
 * Holds back an incomplete event until its blank line arrives. A tail longer than `limitBytes` is let go uncut, so memory stays bounded
 * even when a provider never ends an event.
 */
export class EventCutter {
  readonly #limitBytes: number;
  #tail: Buffer = EMPTY;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  /** Bytes that end at an event boundary (or were let go over the limit); empty while an event is incomplete. */
  push(chunk: Buffer): Buffer {
    const length = chunk.length;
    if (this.#tail.length === 0 && length > 1 && chunk[length - 1] === 0x0a && chunk[length - 2] === 0x0a) return chunk;
    const all = this.#tail.length === 0 ? chunk : Buffer.concat([this.#tail, chunk]);
    // Only the new bytes and the three before them can complete a boundary.
    const end = lastBoundaryEnd(all, Math.max(0, this.#tail.length - 3));
    if (end === 0 && all.length > this.#limitBytes) {
      this.#tail = EMPTY;
      return all;
    }
    this.#tail = all.subarray(end);
    return all.subarray(0, end);
  }

  /** What is left when the stream ends: an event without its blank line. */
  finish(): Buffer {
    const tail = this.#tail;
    this.#tail = EMPTY;
    return tail;
  }
}

function lastBoundaryEnd(bytes: Buffer, from: number): number {
  const text = bytes.toString('latin1', from);
  if (!text.includes('\r')) {
    const at = text.lastIndexOf('\n\n');
    return at < 0 ? 0 : from + at + 2;
  }
  let end = 0;
  for (const match of text.matchAll(BOUNDARY)) {
    const matchEnd = match.index + match[0].length;
    // A final CR may be the first half of CR LF: wait for the next byte.
    if (matchEnd === text.length && match[0].endsWith('\r')) break;
    end = from + matchEnd;
  }
  return end;
}

/** Splits bytes that end at a boundary into single events, each with its blank line. */
export function splitEvents(block: Buffer): Buffer[] {
  const events: Buffer[] = [];
  const text = block.toString('latin1');
  let from = 0;
  for (const match of text.matchAll(BOUNDARY)) {
    const end = match.index + match[0].length;
    events.push(block.subarray(from, end));
    from = end;
  }
  if (from < block.length) events.push(block.subarray(from));
  return events;
}

/** The event's data lines joined with line feeds; undefined for an event without data (a comment or a ping). */
export function eventData(event: Buffer): string | undefined {
  let data: string | undefined;
  for (const line of event.toString('utf8').split(/\r\n|\n|\r/)) {
    if (!line.startsWith('data')) continue;
    if (line.length > 4 && line[4] !== ':') continue;
    const value = line.slice(line[5] === ' ' ? 6 : 5);
    data = data === undefined ? value : `${data}\n${value}`;
  }
  return data;
}
