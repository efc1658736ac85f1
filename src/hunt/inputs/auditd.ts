// Linux audit logs: the records of one event, joined by their time and serial. Names that several records state become lists.
// Arguments and titles that the kernel writes in hexadecimal are decoded.
import type { FieldValue, Position } from '../event.ts';

import type { Decoder, DecoderContext } from './decoder.ts';
import { newFields } from './flatten.ts';
import { LineSplitter } from './lines.ts';
import { logsourcesOf, PlainEvent } from './plain-event.ts';

const head = /^(?:node=(\S{1,255}) )?type=(\S{1,64}) msg=audit\((\d{1,12})\.(\d{1,9}):(\d{1,20})\): ?(.*)$/s;
/** What the kernel may write in hexadecimal when it holds blanks or quotes. */
const hexNames = /^(?:a\d+|proctitle|comm|exe|cwd|name|data|cmd|acct|path|dir|key)$/;
const MAX_OPEN = 256;
const MAX_VALUES = 4096;
const sources = logsourcesOf('linux//auditd');

interface OpenEvent {
  readonly id: string;
  readonly fields: Record<string, FieldValue>;
  readonly position: Position;
  readonly atMs: number;
  readonly host: string | undefined;
  readonly lines: string[];
  bytes: number;
}

export function looksLikeAuditd(line: string): boolean {
  return head.test(line);
}

export class AuditdDecoder implements Decoder {
  readonly #context: DecoderContext;
  readonly #lines: LineSplitter;
  readonly #open = new Map<string, OpenEvent>();
  #record = 0;

  constructor(context: DecoderContext) {
    this.#context = context;
    this.#lines = new LineSplitter(context.limits.maxRecordBytes, {
      line: (line, offset) => this.#line(line.toString('utf8', 0, line.length), offset),
      tooLong: (offset) => this.#bad(offset, `a line longer than ${context.limits.maxRecordBytes} bytes`),
    });
  }

  push(chunk: Buffer): void {
    this.#lines.push(chunk);
  }

  end(): void {
    this.#lines.end();
    for (const event of this.#open.values()) this.#emit(event);
    this.#open.clear();
  }

  #bad(offset: number, problem: string): void {
    this.#context.bad({ position: { file: this.#context.file, record: ++this.#record, offset }, problem });
  }

  #line(line: string, offset: number): void {
    if (line.trim() === '') return;
    const found = head.exec(line);
    if (found === null) {
      this.#bad(offset, 'no audit record');
      return;
    }
    const [, node, type = '', seconds = '', fraction = '', serial = '', rest = ''] = found;
    const id = `${node ?? ''} ${seconds}.${fraction}:${serial}`;
    let event = this.#open.get(id);
    if (event !== undefined && event.bytes + line.length > this.#context.limits.maxRecordBytes) {
      this.#close(event);
      event = undefined;
    }
    event ??= this.#begin(id, Number(seconds) * 1000 + Math.floor(Number(`0.${fraction}`) * 1000), node, offset);
    if (type !== 'EOE') {
      event.lines.push(line);
      event.bytes += line.length;
      put(event.fields, 'type', type);
      // A separator stands between what the kernel said and what auditd made of it.
      valuesInto(event.fields, rest.replaceAll('\u001d', ' '));
    }
    if (type === 'EOE') this.#close(event);
    else if (this.#open.size > MAX_OPEN) this.#close(this.#open.values().next().value ?? event);
  }

  #begin(id: string, atMs: number, host: string | undefined, offset: number): OpenEvent {
    const position = { file: this.#context.file, record: ++this.#record, offset };
    const event: OpenEvent = { id, fields: newFields(), position, atMs, host, lines: [], bytes: 0 };
    this.#open.set(id, event);
    return event;
  }

  #close(event: OpenEvent): void {
    this.#open.delete(event.id);
    this.#emit(event);
  }

  #emit(event: OpenEvent): void {
    if (event.lines.length === 0) return;
    const { fields, position, atMs, host } = event;
    const logsources = this.#context.logsource === undefined ? sources : [this.#context.logsource];
    this.#context.emit(new PlainEvent({ fields, position, format: 'auditd', logsources, atMs, host, line: event.lines.join('\n') }));
  }
}

/** `name=value`, `name="value"`, and `msg='name=value …'` of user records; after GS the same again, interpreted, in capitals. */
function valuesInto(fields: Record<string, FieldValue>, text: string): void {
  const pair = /([A-Za-z_][\w-]{0,63})=(?:"([^"]*)"|'([^']*)'|([^\s'"]*))/g;
  let count = 0;
  for (let found = pair.exec(text); found !== null && count < MAX_VALUES; found = pair.exec(text), count++) {
    const [, name = '', quoted, inner, bare] = found;
    if (inner !== undefined && name === 'msg') valuesInto(fields, inner.replaceAll("'", ' '));
    else if (bare !== undefined) put(fields, name, hexNames.test(name) ? decodeHex(bare) : bare);
    else put(fields, name, quoted ?? inner ?? '');
  }
}

function decodeHex(value: string): string {
  // Registers of a SYSCALL record look the same as short arguments: only what decodes to text is decoded.
  if (value.length < 4 || value.length % 2 !== 0 || !/^[0-9A-F]+$/.test(value)) return value;
  const text = Buffer.from(value, 'hex').toString('utf8');
  return /[\p{Cc}\ufffd]/u.test(text.replace(/[\0\t\n\r]/g, '')) ? value : text.replace(/\0+$/, '').replaceAll('\0', ' ');
}

function put(fields: Record<string, FieldValue>, name: string, value: string): void {
  const before = fields[name];
  if (before === undefined) fields[name] = value;
  else if (Array.isArray(before)) {
    if (before.length < MAX_VALUES && !before.includes(value)) (before as string[]).push(value);
  } else if (before !== value) fields[name] = [before as string, value];
}
