// JSON values out of bytes without holding the whole: values one after the other, the elements of a top-level array, and the elements
// of the list in an envelope such as `{"Records": […]}`. What is between brackets is JSON.parse's business; here only strings and
// depth are followed. After a broken value it goes on at the next line that begins with a brace.

export interface JsonValueHandler {
  /** One value's text. `offset` is that of its first byte. */
  readonly value: (text: string, offset: number) => void;
  readonly broken: (problem: string, offset: number) => void;
}

/** The first list under one of these names is what the document is about; a few plain members may stand before it. */
const envelope =
  /^\{\s*(?:"(?:[^"\\]|\\.){0,100}"\s*:\s*(?:"(?:[^"\\]|\\.){0,300}"|[-\d.eE+]{1,30}|true|false|null)\s*,\s*){0,8}"(?:Records|records|value|items|entries|events|logEvents)"\s*:\s*\[/;
const ENVELOPE_HEAD = 4096;

const [QUOTE, BACKSLASH, OPEN_BRACE, CLOSE_BRACE, OPEN_BRACKET, CLOSE_BRACKET, COMMA, NEWLINE] = [34, 92, 123, 125, 91, 93, 44, 10];

export class JsonValueSplitter {
  readonly #handler: JsonValueHandler;
  readonly #maxBytes: number;
  readonly #maxDepth: number;
  /** Bytes not yet given away, beginning with the value under way (or with nothing under way). */
  #store: Buffer = Buffer.allocUnsafeSlow(65_536);
  #buffer: Buffer = this.#store.subarray(0, 0);
  #offset = 0;
  /** Where in the buffer scanning goes on. */
  #at = 0;
  #depth = 0;
  #isInString = false;
  #isInside = false;
  /** Within a top-level list (1) or the list of an envelope (2). */
  #list: 0 | 1 | 2 = 0;
  #isSkipping = false;
  #isResyncing = false;
  /** Blanks before the value on its line; -1: something else stands before it. */
  #indent = 0;
  #rescanBudget: number;

  constructor(limits: { readonly maxRecordBytes: number; readonly maxDepth: number }, handler: JsonValueHandler) {
    this.#handler = handler;
    this.#maxBytes = limits.maxRecordBytes;
    this.#maxDepth = limits.maxDepth;
    this.#rescanBudget = 8 * limits.maxRecordBytes;
  }

  push(chunk: Buffer): void {
    this.#append(chunk);
    this.#scan(false);
  }

  end(): void {
    this.#scan(true);
    while (this.#isInside) {
      this.#at = this.#buffer.length;
      this.#break('ends in the middle of a value');
      this.#scan(true);
    }
    this.#drop(this.#buffer.length);
  }

  /** Room grows by doubling, so that a long value in many small chunks is not copied over and over. */
  #append(chunk: Buffer): void {
    const held = this.#buffer.length;
    const used = this.#buffer.byteOffset - this.#store.byteOffset + held;
    if (held === 0 || used + chunk.length > this.#store.length) {
      const room = Math.max(2 * held + chunk.length, 65_536);
      const store = room <= this.#store.length ? this.#store : Buffer.allocUnsafeSlow(room);
      this.#buffer.copy(store, 0);
      chunk.copy(store, held);
      this.#store = store;
      this.#buffer = store.subarray(0, held + chunk.length);
      return;
    }
    chunk.copy(this.#store, used);
    this.#buffer = this.#store.subarray(used - held, used + chunk.length);
  }

  #scan(isEnd: boolean): void {
    while (this.#isInside || (this.#isResyncing ? this.#resync(isEnd) : this.#begin(isEnd))) {
      if (this.#isInside && !this.#follow()) break;
    }
  }

  /** Finds where the next value begins. False: not in what is here. */
  #begin(isEnd: boolean): boolean {
    const buffer = this.#buffer;
    for (let at = this.#at; at < buffer.length; at++) {
      const byte = buffer[at] as number;
      if (byte === NEWLINE) this.#indent = 0;
      else if (byte <= 32) this.#indent += this.#indent < 0 ? 0 : 1;
      if (byte <= 32 || byte === COMMA) continue;
      if (byte === OPEN_BRACKET && this.#list === 0) {
        this.#list = 1;
        this.#indent = -1;
        continue;
      }
      if (byte === CLOSE_BRACKET && this.#list === 1) {
        this.#list = 0;
        this.#indent = -1;
        continue;
      }
      this.#drop(at);
      this.#isInside = true;
      if (byte === CLOSE_BRACKET && this.#list === 2) {
        // What is left of the envelope, up to its closing brace, is of no interest.
        this.#drop(1);
        this.#list = 0;
        this.#isSkipping = true;
        this.#depth = 1;
      } else if (byte === OPEN_BRACE && this.#list === 0) {
        const head = envelope.exec(this.#buffer.toString('latin1', 0, ENVELOPE_HEAD));
        if (head !== null) {
          this.#reset(head[0].length);
          this.#list = 2;
          return true;
        }
        this.#isInside = isEnd || this.#buffer.length >= ENVELOPE_HEAD;
        return this.#isInside;
      }
      return true;
    }
    this.#drop(buffer.length);
    return false;
  }

  /** After a bad value: the next line that begins with a brace where the bad one began. */
  #resync(isEnd: boolean): boolean {
    const buffer = this.#buffer;
    for (let line = buffer.indexOf(NEWLINE, this.#at); line >= 0; line = buffer.indexOf(NEWLINE, line + 1)) {
      let at = line + 1;
      while (at < buffer.length && (buffer[at] === 32 || buffer[at] === 9 || buffer[at] === COMMA)) at++;
      if (at >= buffer.length && !isEnd && at - line < ENVELOPE_HEAD) {
        this.#drop(line);
        return false;
      }
      if (buffer[at] !== OPEN_BRACE || (this.#indent >= 0 && this.#indent !== at - line - 1)) continue;
      this.#isResyncing = false;
      this.#drop(line);
      return true;
    }
    this.#drop(buffer.length);
    return false;
  }

  /** Goes through the value under way. False: it does not end in what is here. */
  #follow(): boolean {
    const buffer = this.#buffer;
    const length = Math.min(buffer.length, this.#maxBytes + 1);
    let at = this.#at;
    let depth = this.#depth;
    let isInString = this.#isInString;
    const isBare = depth === 0 && at === 0 && !isStructured(buffer[0]);
    if (isBare) return this.#followBare();
    while (at < length) {
      const byte = buffer[at] as number;
      if (isInString) {
        if (byte === BACKSLASH) {
          if (at + 1 >= length) break;
          at += 2;
          continue;
        }
        if (byte === QUOTE) isInString = false;
        else if (byte === NEWLINE) {
          this.#at = at;
          return this.#break('a string without its end');
        }
      } else if (byte === QUOTE) isInString = true;
      else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth++;
      else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
        depth--;
        if (depth <= 0) {
          this.#finish(at + 1);
          return true;
        }
      }
      at++;
      if (depth > this.#maxDepth) {
        this.#at = at;
        return this.#break(`nested deeper than ${this.#maxDepth}`);
      }
    }
    this.#at = Math.min(at, length);
    this.#depth = depth;
    this.#isInString = isInString;
    return length > this.#maxBytes ? this.#break(`longer than ${this.#maxBytes} bytes`) : false;
  }

  /** A number, a word or a string at the top, or no JSON at all: one line of it. */
  #followBare(): boolean {
    const end = this.#buffer.indexOf(NEWLINE);
    if (end < 0 && this.#buffer.length <= this.#maxBytes) return false;
    this.#handler.broken('not a JSON object', this.#offset);
    // A line too long is left by the same way whether its end has come already or not.
    this.#isResyncing = end < 0 || end > this.#maxBytes;
    this.#reset(end < 0 ? this.#buffer.length : end);
    return true;
  }

  #finish(end: number): void {
    if (!this.#isSkipping) this.#handler.value(this.#buffer.toString('utf8', 0, end), this.#offset);
    this.#reset(end);
    this.#indent = -1;
  }

  /** The value under way is bad: says so once. What was read of it may hold good values, but is not read again without end. */
  #break(problem: string): true {
    if (!this.#isSkipping) this.#handler.broken(problem, this.#offset);
    const at = this.#at;
    this.#rescanBudget -= at;
    this.#reset(this.#rescanBudget < 0 ? at : 0);
    this.#isResyncing = true;
    return true;
  }

  #reset(drop: number): void {
    this.#drop(drop);
    this.#depth = 0;
    this.#isInString = false;
    this.#isInside = false;
    this.#isSkipping = false;
  }

  #drop(bytes: number): void {
    this.#offset += bytes;
    this.#buffer = this.#buffer.subarray(bytes);
    this.#at = 0;
  }
}

function isStructured(byte: number | undefined): boolean {
  return byte === OPEN_BRACE || byte === OPEN_BRACKET || byte === undefined;
}
