// CSV with a header line, RFC 4180: quoted fields may hold line ends; separators comma, semicolon or tab, told by the header.
// A record with too many or too few fields is bad, and the next line is a record again.
import type { FieldValue } from '../event.ts';

import type { Decoder, DecoderContext } from './decoder.ts';
import { newFields } from './flatten.ts';
import { jsonEvent } from './json-events.ts';
import { LineSplitter } from './lines.ts';

const MAX_COLUMNS = 4096;

export class CsvDecoder implements Decoder {
  readonly #context: DecoderContext;
  readonly #lines: LineSplitter;
  #header: readonly string[] | undefined;
  #separator = ',';
  #record = 0;
  /** Lines of a record whose quotes are still open. */
  #open: string[] = [];
  #openBytes = 0;
  #openOffset = 0;
  #isQuoted = false;

  constructor(context: DecoderContext) {
    this.#context = context;
    this.#lines = new LineSplitter(context.limits.maxRecordBytes, {
      line: (line, offset) => this.#line(line.toString('utf8', 0, line.length), line.length, offset),
      tooLong: (offset) => this.#bad(offset, `a line longer than ${context.limits.maxRecordBytes} bytes`),
    });
  }

  push(chunk: Buffer): void {
    this.#lines.push(chunk);
  }

  end(): void {
    this.#lines.end();
    if (this.#open.length > 0) this.#bad(this.#openOffset, 'a quoted field without its end');
  }

  #bad(offset: number, problem: string): void {
    this.#context.bad({ position: { file: this.#context.file, record: ++this.#record, offset }, problem });
    this.#forget();
  }

  #forget(): void {
    this.#open = [];
    this.#openBytes = 0;
    this.#isQuoted = false;
  }

  #line(line: string, bytes: number, offset: number): void {
    if (this.#open.length === 0) {
      if (line.trim() === '') return;
      this.#openOffset = offset;
    }
    this.#open.push(line);
    this.#openBytes += bytes + 1;
    // An odd number of quotes opens or closes a field; doubled quotes change nothing.
    let quotes = 0;
    for (let at = line.indexOf('"'); at >= 0; at = line.indexOf('"', at + 1)) quotes++;
    if (quotes % 2 === 1) this.#isQuoted = !this.#isQuoted;
    if (this.#isQuoted) {
      if (this.#openBytes > this.#context.limits.maxRecordBytes) this.#bad(this.#openOffset, 'a quoted field without its end');
      return;
    }
    const text = this.#open.join('\n');
    const start = this.#openOffset;
    this.#forget();
    this.#take(text, start);
  }

  #take(text: string, offset: number): void {
    if (this.#header === undefined) {
      this.#separator = separatorOf(text);
      this.#header = csvFields(text, this.#separator).map((name, index) => (name.trim() === '' ? `column${index + 1}` : name.trim()));
      return;
    }
    const values = csvFields(text, this.#separator);
    if (values.length !== this.#header.length) {
      this.#bad(offset, `${values.length} fields where the header has ${this.#header.length}`);
      return;
    }
    const fields: Record<string, FieldValue> = newFields();
    for (const [index, name] of this.#header.entries()) {
      const value = values[index] ?? '';
      if (value !== '') fields[name] = value;
    }
    const position = { file: this.#context.file, record: ++this.#record, offset };
    const event = jsonEvent(fields, position, 'csv', this.#context.logsource);
    if (event !== undefined) this.#context.emit(event);
  }
}

export function separatorOf(header: string): string {
  const count = (separator: string): number => header.split(separator).length;
  return [',', ';', '\t', '|'].reduce((best, next) => (count(next) > count(best) ? next : best), ',');
}

/** The fields of one record. Quotes within an unquoted field stand for themselves. */
export function csvFields(text: string, separator = ','): string[] {
  const fields: string[] = [];
  let at = 0;
  while (fields.length < MAX_COLUMNS) {
    if (text[at] === '"') {
      let value = '';
      let from = at + 1;
      let end = text.indexOf('"', from);
      while (end >= 0 && text[end + 1] === '"') {
        value += text.slice(from, end + 1);
        from = end + 2;
        end = text.indexOf('"', from);
      }
      value += text.slice(from, end < 0 ? text.length : end);
      const next = end < 0 ? -1 : text.indexOf(separator, end + 1);
      fields.push(value + (end < 0 ? '' : text.slice(end + 1, next < 0 ? text.length : next)));
      if (next < 0) return fields;
      at = next + 1;
      continue;
    }
    const next = text.indexOf(separator, at);
    fields.push(text.slice(at, next < 0 ? text.length : next));
    if (next < 0) return fields;
    at = next + 1;
  }
  return fields;
}
