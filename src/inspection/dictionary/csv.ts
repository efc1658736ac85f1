// Records of a CSV file, RFC 4180 with commas, read from its bytes: a million records must not become one string and a million slices of it.
// It knows nothing of columns, and refuses what the RFC refuses (quotes inside bare fields, text behind a closing quote).

/** One record. Ranges are offsets into the file's bytes, without the quotes around a field. */
export interface CsvRecord {
  /** 1-based line where it begins. */
  readonly line: number;
  readonly fields: number;
  text(field: number): string;
}

export interface CsvHandler {
  record(record: CsvRecord): void;
  bad(line: number, reason: string): void;
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const CR = 0x0d;
const LF = 0x0a;

export function readCsv(bytes: Uint8Array, handler: CsvHandler): void {
  const reader = new Reader(bytes);
  while (reader.next()) {
    if (reader.problem !== '') handler.bad(reader.line, reader.problem);
    else if (!reader.isBlank) handler.record(reader);
  }
}

/** Reads one record after the other into itself. */
class Reader implements CsvRecord {
  line = 1;
  fields = 0;
  problem = '';
  readonly #bytes: Buffer;
  #at: number;
  #nextLine = 1;
  /** Three numbers for each field: start, end, and flags. */
  readonly #ranges: number[] = [];

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const hasBom = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
    this.#at = hasBom ? 3 : 0;
  }

  get isBlank(): boolean {
    return this.fields === 1 && this.#ranges[0] === this.#ranges[1] && this.#ranges[2] === 0;
  }

  text(field: number): string {
    const [start, end, flags] = [this.#ranges[field * 3]!, this.#ranges[field * 3 + 1]!, this.#ranges[field * 3 + 2]!];
    if (start === end) return '';
    const text = this.#bytes.toString((flags & IS_WIDE) === 0 ? 'latin1' : 'utf8', start, end);
    return (flags & HAS_QUOTES) === 0 ? text : text.replaceAll('""', '"');
  }

  next(): boolean {
    const bytes = this.#bytes;
    if (this.#at >= bytes.length) return false;
    this.line = this.#nextLine;
    this.fields = 0;
    this.problem = '';
    for (let isLast = false; !isLast && this.problem === '';) {
      const end = bytes[this.#at] === QUOTE ? this.#quoted() : this.#bare();
      isLast = bytes[end] !== COMMA;
      this.#at = end + 1;
      if (isLast) this.#nextLine++;
    }
    return true;
  }

  /** Both return the offset of what ends the field: a comma, a line feed or the end of the file. */
  #bare(): number {
    const bytes = this.#bytes;
    const start = this.#at;
    let end = start;
    let seen = 0;
    for (; end < bytes.length; end++) {
      const byte = bytes[end]!;
      if (byte === COMMA || byte === LF) break;
      if (byte === QUOTE) return this.#refuse('a quote inside a field that does not begin with one', end);
      seen |= byte;
    }
    const hasCr = end > start && bytes[end] !== COMMA && bytes[end - 1] === CR;
    this.#add(start, hasCr ? end - 1 : end, seen > 0x7f ? IS_WIDE : 0);
    return end;
  }

  #quoted(): number {
    const bytes = this.#bytes;
    const start = this.#at + 1;
    let flags = WAS_QUOTED;
    let end = start;
    for (; ; end++) {
      if (end >= bytes.length) return this.#refuseRest();
      const byte = bytes[end]!;
      if (byte > 0x7f) flags |= IS_WIDE;
      else if (byte === LF) this.#nextLine++;
      else if (byte === QUOTE) {
        if (bytes[end + 1] !== QUOTE) break;
        flags |= HAS_QUOTES;
        end++;
      }
    }
    this.#add(start, end, flags);
    let after = end + 1;
    if (bytes[after] === CR && (bytes[after + 1] === LF || after + 1 === bytes.length)) after++;
    if (after < bytes.length && bytes[after] !== COMMA && bytes[after] !== LF) return this.#refuse('text behind the closing quote', after);
    return after;
  }

  #add(start: number, end: number, flags: number): void {
    const at = this.fields++ * 3;
    this.#ranges[at] = start;
    this.#ranges[at + 1] = end;
    this.#ranges[at + 2] = flags;
  }

  /** The next line is a record again. */
  #refuse(problem: string, at: number): number {
    this.problem = problem;
    const end = this.#bytes.indexOf(LF, at);
    return end < 0 ? this.#bytes.length : end;
  }

  /** A quote that never closes: its own line is bad, the lines behind it are records again. */
  #refuseRest(): number {
    this.#nextLine = this.line;
    return this.#refuse('a quoted field without its closing quote', this.#at);
  }
}

const IS_WIDE = 1;
const HAS_QUOTES = 2;
const WAS_QUOTED = 4;
