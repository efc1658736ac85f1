// Which format a file has, by its first bytes; never by its name.
import type { LogFormat } from '../event.ts';

import { accessLogDecoder, looksLikeAccessLog } from './access-log.ts';
import { AuditdDecoder, looksLikeAuditd } from './auditd.ts';
import { CsvDecoder, csvFields, separatorOf } from './csv.ts';
import type { Decoder, DecoderContext } from './decoder.ts';
import { EvtxDecoder } from './evtx/decoder.ts';
import { JournaldDecoder } from './journald.ts';
import { jsonValuesDecoder, ndjsonDecoder } from './json-decoder.ts';
import { looksLikeSyslog, syslogDecoder, type SyslogOptions } from './syslog.ts';
import { encodingOf, toUtf8, unicodeDecoder } from './unicode.ts';
import { ZeekDecoder } from './zeek.ts';

/** How much of a file detection looks at. */
export const HEAD_BYTES = 64 * 1024;

type Arrangement = 'lines' | 'values';

/** Undefined: no log that is known. */
export function detectFormat(head: Buffer): LogFormat | undefined {
  if (head.toString('latin1', 0, 8) === 'ElfFile\0') return 'evtx';
  const { encoding, bom } = encodingOf(head);
  const text = toUtf8(encoding)(head.subarray(bom)).toString('utf8');
  const start = text.trimStart();
  if (start.startsWith('{') || start.startsWith('[')) {
    if (arrangementOf(text) === 'lines') return 'ndjson';
    if (start.startsWith('{') || /^\[\s*(?:[\]{[]|$)/.test(start)) return 'json-array';
  }
  if (/^#(?:separator|fields|path)[ \t]/m.test(text.slice(0, 1024))) return 'zeek';
  if (/^(?:__CURSOR|__REALTIME_TIMESTAMP|_BOOT_ID)=/m.test(text.slice(0, 4096))) return 'journald';
  if (text.includes('\0')) return undefined;
  const lines = text.split(/\r?\n/, 20).filter((line) => line.trim() !== '');
  const most = (test: (line: string) => boolean): boolean => lines.filter(test).length * 2 > lines.length;
  if (lines.length === 0) return undefined;
  if (most(looksLikeAuditd)) return 'auditd';
  if (most(looksLikeAccessLog)) return 'access-log';
  if (most(looksLikeSyslog)) return 'syslog';
  if (most((line) => line.trimStart().startsWith('{'))) return 'ndjson';
  return looksLikeCsv(lines) ? 'csv' : undefined;
}

/** JSON whose first line is a value by itself is read line by line: faster, and a bad line costs only itself. */
function arrangementOf(text: string): Arrangement {
  const line = text.split('\n').find((each) => each.trim() !== '') ?? '';
  const trimmed = line.trim();
  if (trimmed.startsWith('[')) return 'values';
  // A list in an envelope may be far longer than a line should be.
  if (/^\{\s*"(?:Records|records|value|items|entries|events|logEvents)"\s*:\s*\[/.test(trimmed)) return 'values';
  if (!text.includes('\n')) return trimmed.length >= HEAD_BYTES / 2 || isJson(trimmed) ? 'lines' : 'values';
  if (isJson(trimmed)) return 'lines';
  // The first line may be the bad one.
  const others = text.split('\n', 20).slice(1, -1);
  return others.filter((each) => each.startsWith('{') && isJson(each)).length * 2 > others.length ? 'lines' : 'values';
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function looksLikeCsv(lines: readonly string[]): boolean {
  const [header = ''] = lines;
  const separator = separatorOf(header);
  const names = csvFields(header, separator);
  if (names.length < 2 || !names.every((name) => name.trim().length <= 128) || new Set(names).size !== names.length) return false;
  const others = lines.slice(1);
  const fitting = others.filter((line) => line.includes('"') || csvFields(line, separator).length === names.length);
  return fitting.length * 2 >= others.length;
}

export interface DecoderOptions extends SyslogOptions {
  readonly format?: LogFormat | undefined;
}

/** The decoder for a file that begins with these bytes; undefined: its format is not known and none was given. */
export function decoderFor(head: Buffer, context: DecoderContext, options: DecoderOptions): Decoder | undefined {
  const format = options.format ?? detectFormat(head);
  if (format === undefined) return undefined;
  if (format === 'evtx') return new EvtxDecoder(context);
  return unicodeDecoder(head, textDecoder(format, head, context, options));
}

function textDecoder(format: LogFormat, head: Buffer, context: DecoderContext, options: DecoderOptions): Decoder {
  switch (format) {
    case 'csv':
      return new CsvDecoder(context);
    case 'syslog':
      return syslogDecoder(context, options);
    case 'auditd':
      return new AuditdDecoder(context);
    case 'access-log':
      return accessLogDecoder(context);
    case 'journald':
      return detectFormat(head) === 'ndjson' ? ndjsonDecoder(context, format) : new JournaldDecoder(context);
    case 'zeek':
      return detectFormat(head) === 'ndjson' ? ndjsonDecoder(context, format) : new ZeekDecoder(context);
    case 'ndjson':
      return ndjsonDecoder(context);
    case 'json-array':
      return jsonValuesDecoder(context);
    default: {
      // The cloud's formats are JSON in either arrangement.
      return detectFormat(head) === 'ndjson' ? ndjsonDecoder(context, format) : jsonValuesDecoder(context, format);
    }
  }
}
