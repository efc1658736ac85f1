// Reads HTTP/1.1 responses off a byte stream, one after the other, as cheaply as a correct reader can: status, body length, number of
// SSE events, and the body itself only when asked. Content-Length and chunked bodies (RFC 9112 sections 6.2 and 7.1), no pipelining,
// no interim responses, no bodies that end with the connection: none of the contenders sends those, and the reader says so if one does.

export interface Answer {
  readonly status: number;
  readonly bodyBytes: number;
  /** Blank lines in the body: server-sent events. */
  readonly events: number;
  /** The server will close the connection after this answer. */
  readonly closes: boolean;
  /** Only with `keepBody`. */
  readonly body: Buffer | undefined;
}

const HEAD_END = Buffer.from('\r\n\r\n');
const LF = 10;
const MAX_HEAD_BYTES = 65_536;

type State = 'head' | 'fixed' | 'chunk-size' | 'chunk-data' | 'chunk-end' | 'trailer';

/** Owns the reading state of one connection. */
export class ResponseReader {
  readonly #keepBody: boolean;
  #state: State = 'head';
  #head: Buffer | undefined;
  #line = '';
  #remaining = 0;
  #status = 0;
  #closes = false;
  #bodyBytes = 0;
  #events = 0;
  #lastByte = 0;
  #kept: Buffer[] = [];

  constructor(options: { readonly keepBody: boolean }) {
    this.#keepBody = options.keepBody;
  }

  /** Takes the next bytes; returns the answer when these bytes complete it. Throws on anything that is not a response. */
  push(bytes: Buffer): Answer | undefined {
    let at = 0;
    while (at < bytes.length) {
      at = this.#step(bytes, at);
      if (at >= 0) continue;
      if (-at - 1 < bytes.length) throw new Error('bytes after the end of the answer');
      return this.#finish();
    }
    return undefined;
  }

  /** Consumes from `at`; returns the next position, or -(position) - 1 when the answer ends there. */
  #step(bytes: Buffer, at: number): number {
    if (this.#state === 'head') return this.#readHead(bytes, at);
    if (this.#state !== 'fixed' && this.#state !== 'chunk-data') return this.#readLine(bytes, at);
    const end = Math.min(bytes.length, at + this.#remaining);
    this.#take(bytes, at, end);
    this.#remaining -= end - at;
    if (this.#remaining > 0) return end;
    if (this.#state === 'fixed') return -end - 1;
    this.#state = 'chunk-end';
    return end;
  }

  #readHead(bytes: Buffer, at: number): number {
    const rest = at === 0 ? bytes : bytes.subarray(at);
    const head = this.#head === undefined ? rest : Buffer.concat([this.#head, rest]);
    const end = head.indexOf(HEAD_END);
    if (end < 0) {
      if (head.length > MAX_HEAD_BYTES) throw new Error('the head of the answer has no end');
      this.#head = Buffer.from(head);
      return bytes.length;
    }
    const seenBefore = this.#head?.length ?? 0;
    this.#head = undefined;
    this.#parseHead(head.toString('latin1', 0, end + 2).toLowerCase());
    const next = at + end + HEAD_END.length - seenBefore;
    return this.#state === 'fixed' && this.#remaining === 0 ? -next - 1 : next;
  }

  #parseHead(head: string): void {
    if (!head.startsWith('http/1.1 ')) throw new Error(`not an HTTP/1.1 answer: ${JSON.stringify(head.slice(0, 40))}`);
    this.#status = Number(head.slice(9, 12));
    this.#closes = head.includes('\r\nconnection: close\r\n');
    if (head.includes('\r\ntransfer-encoding: chunked\r\n')) {
      this.#state = 'chunk-size';
      return;
    }
    const length = head.indexOf('\r\ncontent-length:');
    if (length < 0) throw new Error('the answer has neither a length nor chunks');
    this.#remaining = Number(head.slice(length + 17, head.indexOf('\r\n', length + 17)));
    this.#state = 'fixed';
  }

  #readLine(bytes: Buffer, at: number): number {
    const lineEnd = bytes.indexOf(LF, at);
    const next = lineEnd < 0 ? bytes.length : lineEnd + 1;
    this.#line += bytes.toString('latin1', at, next);
    if (lineEnd < 0) return next;
    const line = this.#line;
    this.#line = '';
    if (this.#state === 'chunk-size') {
      this.#remaining = Number.parseInt(line, 16);
      if (!(this.#remaining >= 0)) throw new Error(`not a chunk size: ${JSON.stringify(line)}`);
      this.#state = this.#remaining === 0 ? 'trailer' : 'chunk-data';
      return next;
    }
    if (this.#state === 'trailer') return line === '\r\n' ? -next - 1 : next;
    if (line !== '\r\n') throw new Error('a chunk is longer than it said');
    this.#state = 'chunk-size';
    return next;
  }

  #take(bytes: Buffer, start: number, end: number): void {
    let last = this.#lastByte;
    for (let index = start; index < end; index++) {
      const byte = bytes[index]!;
      if (byte === LF && last === LF) {
        this.#events++;
        last = 0;
      } else last = byte;
    }
    this.#lastByte = last;
    this.#bodyBytes += end - start;
    if (this.#keepBody) this.#kept.push(Buffer.from(bytes.subarray(start, end)));
  }

  #finish(): Answer {
    const answer = {
      status: this.#status,
      bodyBytes: this.#bodyBytes,
      events: this.#events,
      closes: this.#closes,
      body: this.#keepBody ? Buffer.concat(this.#kept) : undefined,
    };
    this.#state = 'head';
    this.#bodyBytes = 0;
    this.#events = 0;
    this.#lastByte = 0;
    this.#kept = [];
    return answer;
  }
}
