// Syslog lines: RFC 5424, RFC 3164 with or without its priority, and the ISO times that daemons of today write. A line that is neither
// is an event that has only its message: logs of Linux are searched by keyword, and nothing may get lost.
import type { FieldValue, LogEvent, Position } from '../event.ts';

import type { Decoder, DecoderContext } from './decoder.ts';
import { newFields } from './flatten.ts';
import { LineSplitter } from './lines.ts';
import { linuxLogsources, sysmonXmlFields } from './linux.ts';
import { PlainEvent } from './plain-event.ts';
import { timeOf } from './windows-json.ts';

const rfc5424 = /^<(\d{1,3})>(\d{1,2}) (\S{1,40}) (\S{1,255}) (\S{1,48}) (\S{1,128}) (\S{1,32}) (.*)$/s;
const rfc3164 = /^(?:<(\d{1,3})>)?([A-Z][a-z]{2}) {1,2}(\d{1,2}) (?:(\d{4}) )?(\d\d):(\d\d):(\d\d)(\.\d{1,9})? (\S{1,255}) (.*)$/s;
const isoTime = /^(?:<(\d{1,3})>)?(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?) (\S{1,255}) (.*)$/s;
const tag = /^([^\s:[\]]{1,64})(?:\[([^\]]{1,32})\])?: ?(.*)$/s;
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

export function looksLikeSyslog(line: string): boolean {
  return rfc5424.test(line) || rfc3164.test(line) || isoTime.test(line);
}

export interface SyslogOptions {
  /** RFC 3164 states no year; without this, a time without a year is left unknown. */
  readonly year?: number;
}

export function syslogDecoder(context: DecoderContext, options: SyslogOptions = {}): Decoder {
  let record = 0;
  const { file, limits } = context;
  return new LineSplitter(limits.maxRecordBytes, {
    line: (line, offset) => {
      if (line.length === 0) return;
      context.emit(syslogEvent(line.toString('utf8', 0, line.length), { file, record: ++record, offset }, context, options));
    },
    tooLong: (offset) =>
      context.bad({ position: { file, record: ++record, offset }, problem: `a line longer than ${limits.maxRecordBytes} bytes` }),
  });
}

function syslogEvent(line: string, position: Position, context: DecoderContext, options: SyslogOptions): LogEvent {
  const fields = newFields();
  const atMs = headerInto(fields, line, options);
  const message = String(fields.message ?? line);
  fields.message = message;
  const sysmon = sysmonXmlFields(message);
  if (sysmon !== undefined) Object.assign(fields, sysmon.fields);
  const program = typeof fields.program === 'string' ? fields.program : '';
  return new PlainEvent({
    fields,
    position,
    format: 'syslog',
    logsources: context.logsource === undefined ? (sysmon?.logsources ?? linuxLogsources(program)) : [context.logsource],
    atMs,
    host: typeof fields.host === 'string' ? fields.host : undefined,
    line,
  });
}

function headerInto(fields: Record<string, FieldValue>, line: string, options: SyslogOptions): number | undefined {
  const modern = rfc5424.exec(line);
  if (modern !== null) {
    const [, priority, , time = '', host = '', program = '', pid = '', id = '', rest = ''] = modern;
    priorityInto(fields, priority);
    for (const [name, value] of Object.entries({ host, program, pid, msgid: id })) if (value !== '-') fields[name] = value;
    fields.message = structuredData(fields, rest);
    return timeOf(time);
  }
  const iso = isoTime.exec(line);
  if (iso !== null) {
    priorityInto(fields, iso[1]);
    fields.host = iso[3] ?? '';
    tagInto(fields, iso[4] ?? '');
    return timeOf(iso[2]);
  }
  const old = rfc3164.exec(line);
  if (old === null) return undefined;
  const [, priority, month = '', day = '', year, hour = '', minute = '', second = '', fraction = '', host = '', rest = ''] = old;
  priorityInto(fields, priority);
  fields.host = host;
  tagInto(fields, rest);
  const statedYear = year === undefined ? options.year : Number(year);
  const index = months.indexOf(month);
  if (statedYear === undefined || index < 0) return undefined;
  return Date.UTC(statedYear, index, Number(day), Number(hour), Number(minute), Number(second), Number(`0${fraction}`) * 1000);
}

function priorityInto(fields: Record<string, FieldValue>, priority: string | undefined): void {
  if (priority === undefined) return;
  fields.facility = Math.floor(Number(priority) / 8);
  fields.severity = Number(priority) % 8;
}

function tagInto(fields: Record<string, FieldValue>, rest: string): void {
  const found = tag.exec(rest);
  if (found === null) {
    fields.message = rest;
    return;
  }
  fields.program = found[1] ?? '';
  if (found[2] !== undefined) fields.pid = found[2];
  fields.message = found[3] ?? '';
}

/** `[id name="value" …][…] message`: the parameters become `id.name`; what remains is returned. */
function structuredData(fields: Record<string, FieldValue>, text: string): string {
  if (text.startsWith('-')) return text.slice(1).replace(/^ ?\uFEFF?/, '');
  let at = 0;
  for (let element = 0; text[at] === '[' && element < 64; element++) {
    const id = /[^\s\]="]{1,64}/y;
    id.lastIndex = at + 1;
    const name = id.exec(text)?.[0];
    if (name === undefined) break;
    at = id.lastIndex;
    const parameter = / ([^\s\]="]{1,64})="((?:[^"\\\]]|\\.)*)"/sy;
    parameter.lastIndex = at;
    for (let found = parameter.exec(text); found !== null; found = parameter.exec(text)) {
      fields[`${name}.${found[1] ?? ''}`] = (found[2] ?? '').replace(/\\(["\\\]])/g, '$1');
      at = parameter.lastIndex;
    }
    if (text[at] !== ']') break;
    at++;
  }
  return text.slice(at).replace(/^ ?\uFEFF?/, '');
}
