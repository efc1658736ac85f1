// The journal's export format: `NAME=value` lines, binary values with a 64-bit length, an empty line after each entry.
import type { FieldValue } from '../event.ts';

import type { Decoder, DecoderContext } from './decoder.ts';
import { newFields } from './flatten.ts';
import { JOURNAL_TIME, jsonEvent } from './json-events.ts';

const MAX_VALUES = 4096;

export class JournaldDecoder implements Decoder {
  readonly #context: DecoderContext;
  #store: Buffer = Buffer.alloc(0);
  #used = 0;
  #at = 0;
  #base = 0;
  #record = 0;
  #fields: Record<string, FieldValue> = newFields();
  #count = 0;
  #bytes = 0;
  #start = 0;
  #isDropping = false;

  constructor(context: DecoderContext) {
    this.#context = context;
  }

  push(chunk: Buffer): void {
    if (this.#used + chunk.length > this.#store.length) {
      const held = this.#used - this.#at;
      const room = Math.max(2 * held + chunk.length, 65_536);
      const store = room <= this.#store.length ? this.#store : Buffer.allocUnsafeSlow(room);
      this.#store.copy(store, 0, this.#at, this.#used);
      this.#store = store;
      this.#base += this.#at;
      this.#used = held;
      this.#at = 0;
    }
    chunk.copy(this.#store, this.#used);
    this.#used += chunk.length;
    while (this.#field(false));
  }

  end(): void {
    while (this.#field(true));
    this.#finish();
  }

  /** Reads one field or an entry's end. False: not all of it is here. */
  #field(isEnd: boolean): boolean {
    const bytes = this.#store.subarray(this.#at, this.#used);
    let end = bytes.indexOf(10);
    if (end < 0) {
      if (bytes.length > this.#context.limits.maxRecordBytes) this.#drop('a field longer than the limit', bytes.length);
      if (!isEnd || bytes.length === 0) return false;
      end = bytes.length;
    }
    if (end === 0) {
      this.#skip(1);
      this.#finish();
      return true;
    }
    const equals = bytes.indexOf(61);
    if (equals > 0 && equals < end) {
      this.#put(bytes.toString('latin1', 0, equals), bytes.toString('utf8', equals + 1, end), end);
      this.#skip(Math.min(end + 1, bytes.length));
      return true;
    }
    return this.#binary(bytes, end, isEnd);
  }

  #binary(bytes: Buffer, end: number, isEnd: boolean): boolean {
    if (bytes.length < end + 9) {
      if (isEnd) this.#drop('ends in the middle of a field', bytes.length);
      return false;
    }
    const size = bytes.readBigUInt64LE(end + 1);
    if (size > BigInt(this.#context.limits.maxRecordBytes)) {
      // Where the value ends is not known any more: the next entry begins after an empty line.
      const next = bytes.indexOf('\n\n', end);
      this.#drop('a field longer than the limit', next < 0 ? bytes.length : next + 1);
      return true;
    }
    const whole = end + 9 + Number(size);
    if (bytes.length < whole + 1) {
      if (isEnd) this.#drop('ends in the middle of a field', bytes.length);
      return false;
    }
    this.#put(bytes.toString('latin1', 0, end), bytes.toString('utf8', end + 9, whole), whole);
    this.#skip(whole + 1);
    return true;
  }

  #put(name: string, value: string, bytes: number): void {
    if (this.#count === 0 && !this.#isDropping) this.#start = this.#base + this.#at;
    this.#count++;
    this.#bytes += bytes;
    if (this.#isDropping) return;
    if (this.#count > MAX_VALUES || this.#bytes > this.#context.limits.maxRecordBytes) {
      this.#drop('an entry longer than the limit', 0);
      return;
    }
    const before = this.#fields[name];
    if (before === undefined) this.#fields[name] = value;
    else this.#fields[name] = [...(Array.isArray(before) ? (before as string[]) : [before as string]), value];
  }

  #skip(bytes: number): void {
    this.#at += bytes;
  }

  #drop(problem: string, bytes: number): void {
    if (!this.#isDropping) {
      const offset = this.#count === 0 ? this.#base + this.#at : this.#start;
      this.#context.bad({ position: { file: this.#context.file, record: ++this.#record, offset }, problem });
    }
    this.#isDropping = true;
    this.#fields = newFields();
    this.#skip(bytes);
  }

  #finish(): void {
    if (this.#count > 0 && !this.#isDropping) {
      const position = { file: this.#context.file, record: ++this.#record, offset: this.#start };
      this.#fields[JOURNAL_TIME] ??= '0';
      const event = jsonEvent(this.#fields, position, 'journald', this.#context.logsource);
      if (event !== undefined) this.#context.emit(event);
    }
    this.#fields = newFields();
    this.#count = 0;
    this.#bytes = 0;
    this.#isDropping = false;
  }
}
