// Server-sent events as bytes (WHATWG HTML §9.2): cut a stream at event boundaries without changing a byte, and read an event's data.
import { Pieces } from '#kernel';
import type { StreamObserver } from './wire-format.ts';

/** A blank line: two line ends in a row, in any of the three spellings. */
const BOUNDARY = /(?:\r\n|\n|\r(?!\n)){2}/g;

const EMPTY = Buffer.alloc(0);

/** A boundary is at most four bytes long, CR LF CR LF. */
const EDGE_BYTES = 3;

/**
 * Holds back an incomplete event until its blank line arrives. A tail longer than `limitBytes` is let go uncut, so memory stays bounded
 * even when a provider never ends an event.
 */
export class EventCutter {
  readonly #limitBytes: number;
  readonly #tail = new Pieces();
  /** The last bytes of the tail: a boundary may begin in them and end in the next chunk. */
  #edge: Buffer = EMPTY;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  /** Bytes that end at an event boundary (or were let go over the limit); empty while an event is incomplete. */
  push(chunk: Buffer): Buffer {
    const length = chunk.length;
    if (this.#tail.length === 0 && length > 1 && chunk[length - 1] === 0x0a && chunk[length - 2] === 0x0a) return chunk;
    const window = this.#edge.length === 0 ? chunk : Buffer.concat([this.#edge, chunk]);
    const end = lastBoundaryEnd(window);
    if (end === 0) {
      this.#hold(chunk, window);
      return this.#tail.length > this.#limitBytes ? this.finish() : EMPTY;
    }
    const rest = window.subarray(end);
    const block = this.#tail.length === 0 ? chunk.subarray(0, length - rest.length) : this.#takeWith(chunk, rest.length);
    this.#edge = EMPTY;
    if (rest.length > 0) this.#hold(rest, rest);
    return block;
  }

  /** What is left when the stream ends: an event without its blank line. */
  finish(): Buffer {
    this.#edge = EMPTY;
    return this.#tail.take();
  }

  #hold(bytes: Buffer, window: Buffer): void {
    this.#tail.add(bytes);
    this.#edge = window.subarray(-EDGE_BYTES);
  }

  #takeWith(chunk: Buffer, restBytes: number): Buffer {
    this.#tail.add(chunk);
    const all = this.#tail.take();
    return all.subarray(0, all.length - restBytes);
  }
}

function lastBoundaryEnd(bytes: Buffer): number {
  const text = bytes.toString('latin1');
  if (!text.includes('\r')) {
    const at = text.lastIndexOf('\n\n');
    return at < 0 ? 0 : at + 2;
  }
  let end = 0;
  for (const match of text.matchAll(BOUNDARY)) {
    const matchEnd = match.index + match[0].length;
    // A final CR may be the first half of CR LF: wait for the next byte.
    if (matchEnd === text.length && match[0].endsWith('\r')) break;
    end = matchEnd;
  }
  return end;
}

/** Splits bytes that end at a boundary into single events, each with its blank line. */
export function* splitEvents(block: Buffer): Generator<Buffer, void, undefined> {
  let from = 0;
  for (const match of block.toString('latin1').matchAll(BOUNDARY)) {
    const end = match.index + match[0].length;
    yield block.subarray(from, end);
    from = end;
  }
  if (from < block.length) yield block.subarray(from);
}

/**
 * The block in pieces without the events that the observer drops. Only events that match `observer.interesting` are cut out and read, so
 * the cost follows what is interesting and not the length of the stream.
 */
export function keptPieces(block: Buffer, observer: Pick<StreamObserver, 'interesting' | 'observe'>): readonly Buffer[] {
  const text = block.toString('latin1');
  let match = nextMatch(observer.interesting, text, 0);
  if (match < 0) return [block];
  if (text.includes('\r')) return [...splitEvents(block)].filter((event) => observer.observe(event) === 'keep');
  const pieces: Buffer[] = [];
  let from = 0;
  while (match >= 0) {
    const boundary = text.lastIndexOf('\n\n', match);
    const start = boundary < 0 ? 0 : boundary + 2;
    const next = text.indexOf('\n\n', match);
    const end = next < 0 ? text.length : next + 2;
    if (observer.observe(block.subarray(start, end)) === 'drop') {
      if (start > from) pieces.push(block.subarray(from, start));
      from = end;
    }
    match = nextMatch(observer.interesting, text, end);
  }
  if (from < block.length) pieces.push(block.subarray(from));
  return pieces;
}

function nextMatch(pattern: RegExp, text: string, from: number): number {
  pattern.lastIndex = from;
  return pattern.exec(text)?.index ?? -1;
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
