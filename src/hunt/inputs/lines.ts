// Lines out of bytes: LF or CRLF, the last one with or without its end. A line above the limit is dropped and said so.

export interface LineHandler {
  /** Without its line end. Valid only during the call. `offset` is that of its first byte. */
  readonly line: (line: Buffer, offset: number) => void;
  readonly tooLong: (offset: number) => void;
}

export class LineSplitter {
  readonly #handler: LineHandler;
  readonly #maxBytes: number;
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  #start = 0;
  #isDropping = false;

  constructor(maxBytes: number, handler: LineHandler) {
    this.#maxBytes = maxBytes;
    this.#handler = handler;
  }

  push(chunk: Buffer): void {
    let from = 0;
    for (;;) {
      const end = chunk.indexOf(10, from);
      if (end < 0) break;
      this.#finish(chunk, from, end);
      from = end + 1;
    }
    if (from < chunk.length) this.#keep(chunk.subarray(from));
  }

  end(): void {
    if (this.#pendingBytes > 0) this.#finish(empty, 0, 0);
  }

  #finish(chunk: Buffer, from: number, end: number): void {
    const start = this.#start;
    const length = this.#pendingBytes + end - from;
    this.#start = start + length + 1;
    const isDropped = this.#isDropping || length > this.#maxBytes;
    if (isDropped) {
      if (!this.#isDropping) this.#handler.tooLong(start);
      this.#forget();
      return;
    }
    let line = chunk.subarray(from, end);
    if (this.#pendingBytes > 0) {
      line = Buffer.concat([...this.#pending, line]);
      this.#forget();
    }
    this.#handler.line(line.at(-1) === 13 ? line.subarray(0, -1) : line, start);
  }

  #keep(rest: Buffer): void {
    this.#pendingBytes += rest.length;
    if (this.#isDropping) return;
    if (this.#pendingBytes > this.#maxBytes + 1) {
      this.#isDropping = true;
      this.#pending = [];
      this.#handler.tooLong(this.#start);
      return;
    }
    // A copy: whoever hands in chunks may use their memory again, and a short rest must not hold a long chunk.
    this.#pending.push(Buffer.from(rest));
  }

  #forget(): void {
    this.#pending = [];
    this.#pendingBytes = 0;
    this.#isDropping = false;
  }
}

const empty = Buffer.alloc(0);
