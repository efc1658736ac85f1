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
  #buffer: Buffer = Buffer.alloc(0);
  #offset = 0;
  /** Where in the buffer scanning goes on. */
  #at = 0;
  #depth = 0;
  #isInString = false;
  #isInside = false;
  /** Within a top-level list (1) or the list of an envelope (2). */
  #list: 0 | 1 | 2 = 0;
  #rescanBudget: number;

  constructor(limits: { readonly maxRecordBytes: number; readonly maxDepth: number }, handler: JsonValueHandler) {
    this.#handler = handler;
    this.#maxBytes = limits.maxRecordBytes;
    this.#maxDepth = limits.maxDepth;
    this.#rescanBudget = 8 * limits.maxRecordBytes;
  }

  push(chunk: Buffer): void {
    this.#buffer = this.#buffer.length === 0 ? Buffer.from(chunk) : Buffer.concat([this.#buffer, chunk]);
    this.#scan(false);
  }

  end(): void {
    this.#scan(true);
    while (this.#isInside) {
      this.#break('ends in the middle of a value');
      this.#scan(true);
    }
    this.#drop(this.#buffer.length);
  }

  #scan(isEnd: boolean): void {
    for (;;) {
      if (!this.#isInside && !this.#begin(isEnd)) break;
      if (!this.#follow()) break;
    }
    if (this.#isInside && this.#buffer.length > this.#maxBytes) this.#break(`longer than ${this.#maxBytes} bytes`);
  }

  /** Finds where the next value begins. False: not in what is here. */
  #begin(isEnd: boolean): boolean {
    const buffer = this.#buffer;
    for (let at = this.#at; at < buffer.length; at++) {
      const byte = buffer[at] as number;
      if (byte <= 32 || byte === COMMA) continue;
      if (byte === OPEN_BRACKET && this.#list === 0) {
        this.#list = 1;
        continue;
      }
      if (byte === CLOSE_BRACKET && this.#list !== 0) {
        this.#list = this.#list === 2 ? 2 : 0;
        if (this.#list === 2) {
          // The rest of the envelope, up to its closing brace, is a value without interest.
          this.#list = 0;
          this.#isSkipping = true;
          this.#drop(at + 1);
          this.#isInside = true;
          this.#depth = 1;
          return true;
        }
        continue;
      }
      if (byte === OPEN_BRACE && this.#list === 0) {
        if (buffer.length - at < ENVELOPE_HEAD && !isEnd && !this.#hasWholeHead(at)) {
          this.#drop(at);
          return false;
        }
        const head = envelope.exec(buffer.toString('latin1', at, at + ENVELOPE_HEAD));
        if (head !== null) {
          this.#list = 2;
          at += head[0].length - 1;
          continue;
        }
      }
      this.#drop(at);
      this.#isInside = true;
      return true;
    }
    this.#drop(buffer.length);
    return false;
  }

  #isSkipping = false;

  /** Whether the value's first closing bracket is here: then there is nothing to wait for. */
  #hasWholeHead(at: number): boolean {
    const close = this.#buffer.indexOf(CLOSE_BRACE, at);
    const open = this.#buffer.indexOf(OPEN_BRACKET, at);
    return close >= 0 && (open < 0 || close < open);
  }

  /** Goes through the value under way. False: it does not end in what is here. */
  #follow(): boolean {
    const buffer = this.#buffer;
    const { length } = buffer;
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
          this.#break('a string without its end');
          return true;
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
        this.#break(`nested deeper than ${this.#maxDepth}`);
        return true;
      }
    }
    this.#at = at;
    this.#depth = depth;
    this.#isInString = isInString;
    return false;
  }

  /** A number, a word or a string at the top, or no JSON at all: one line of it. */
  #followBare(): boolean {
    const end = this.#buffer.indexOf(NEWLINE);
    if (end < 0) return false;
    this.#handler.broken('not a JSON object', this.#offset);
    this.#reset(end + 1);
    return true;
  }

  #finish(end: number): void {
    if (!this.#isSkipping) {
      if (end > this.#maxBytes) this.#handler.broken(`longer than ${this.#maxBytes} bytes`, this.#offset);
      else this.#handler.value(this.#buffer.toString('utf8', 0, end), this.#offset);
    }
    this.#reset(end);
  }

  /** The value under way is bad: says so once, and goes on at the next line that begins like a value. */
  #break(problem: string): void {
    this.#handler.broken(problem, this.#offset);
    const next = nextStart(this.#buffer);
    const rescanned = this.#buffer.length - next;
    this.#rescanBudget -= rescanned;
    this.#reset(this.#rescanBudget < 0 ? this.#buffer.length : next);
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

/** After a line end, perhaps a comma and blanks, a brace; or the end. */
function nextStart(buffer: Buffer): number {
  for (let line = buffer.indexOf(NEWLINE); line >= 0; line = buffer.indexOf(NEWLINE, line + 1)) {
    let at = line + 1;
    while (at < buffer.length && (buffer[at] === 32 || buffer[at] === 9 || buffer[at] === COMMA)) at++;
    if (buffer[at] === OPEN_BRACE) return at;
  }
  return buffer.length;
}
