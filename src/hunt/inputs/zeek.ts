// Zeek's own tab-separated logs: `#` lines say how to read what follows, and may change in the middle of a file.
import type { FieldValue } from '../event.ts';

import type { Decoder, DecoderContext } from './decoder.ts';
import { newFields } from './flatten.ts';
import { LineSplitter } from './lines.ts';
import { epochMs, logsourcesOf, PlainEvent } from './plain-event.ts';

const MAX_ITEMS = 4096;

export class ZeekDecoder implements Decoder {
  readonly #context: DecoderContext;
  readonly #lines: LineSplitter;
  #separator = '\t';
  #setSeparator = ',';
  #empty = '(empty)';
  #unset = '-';
  #path = '';
  #names: readonly string[] = [];
  #types: readonly string[] = [];
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
  }

  #bad(offset: number, problem: string): void {
    this.#context.bad({ position: { file: this.#context.file, record: ++this.#record, offset }, problem });
  }

  #line(line: string, offset: number): void {
    if (line === '') return;
    if (line.startsWith('#')) {
      this.#directive(line);
      return;
    }
    const values = line.split(this.#separator);
    if (this.#names.length === 0 || values.length !== this.#names.length) {
      this.#bad(offset, `${values.length} fields where #fields has ${this.#names.length}`);
      return;
    }
    const fields: Record<string, FieldValue> = newFields();
    for (const [index, name] of this.#names.entries()) this.#put(fields, name, this.#types[index] ?? 'string', values[index] ?? '');
    const { ts } = fields;
    this.#context.emit(
      new PlainEvent({
        fields,
        position: { file: this.#context.file, record: ++this.#record, offset },
        format: 'zeek',
        logsources: this.#context.logsource === undefined ? logsourcesOf(...zeekSources(this.#path)) : [this.#context.logsource],
        atMs: ts === undefined ? undefined : epochMs(String(ts)),
        host: undefined,
        line,
      }),
    );
  }

  #directive(line: string): void {
    const gap = line.search(/[ \t]/);
    const name = gap < 0 ? line : line.slice(0, gap);
    if (name === '#separator') {
      const value = line.slice(gap + 1).trim();
      this.#separator = value.replace(/\\x([0-9a-fA-F]{2})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16))) || '\t';
      return;
    }
    const values = line.split(this.#separator).slice(1, 4097);
    const [first = ''] = values;
    if (name === '#set_separator') this.#setSeparator = first || ',';
    else if (name === '#empty_field') this.#empty = first;
    else if (name === '#unset_field') this.#unset = first;
    else if (name === '#path') this.#path = first.toLowerCase().slice(0, 64);
    else if (name === '#fields') this.#names = values;
    else if (name === '#types') this.#types = values;
  }

  #put(fields: Record<string, FieldValue>, name: string, type: string, raw: string): void {
    if (raw === this.#unset) return;
    if (type.startsWith('set[') || type.startsWith('vector[')) {
      fields[name] = raw === this.#empty ? [] : raw.split(this.#setSeparator).slice(0, MAX_ITEMS).map(unescape);
    } else if (type === 'count' || type === 'int' || type === 'port' || type === 'double' || type === 'interval') {
      const value = Number(raw);
      fields[name] = Number.isFinite(value) && (Number.isSafeInteger(value) || raw.includes('.')) ? value : raw;
    } else if (type === 'bool') fields[name] = raw === 'T';
    else fields[name] = raw === this.#empty ? '' : unescape(raw);
  }
}

/** Zeek's DNS and HTTP logs are what Sigma's general categories speak of as well. */
function zeekSources(path: string): readonly string[] {
  return path === 'conn' ? ['zeek//conn', '/firewall/'] : path === 'dns' ? ['zeek//dns', '/dns/'] : [`zeek//${path}`];
}

function unescape(text: string): string {
  return text.includes('\\x')
    ? text.replace(/\\x([0-9a-fA-F]{2})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
    : text;
}
