// Windows events as JSON, in the spellings that exporters use: nested as in the XML (evtx_dump), flat (NXLog and others),
// winlogbeat 6 and 7. Flat records are used as they are, without a copy. Reading bytes and lines is somebody else's work.
import type { FieldValue, Fields, LogEvent, LogFormat, Logsource, Position } from '../event.ts';

import { flattenInto, isFlat, newFields } from './flatten.ts';
import { windowsLogsources } from './windows-logsources.ts';

type JsonObject = Readonly<Record<string, unknown>>;

/** Undefined: not a Windows event. */
export function windowsEvent(record: unknown, position: Position, format: LogFormat = 'ndjson'): LogEvent | undefined {
  if (!isObject(record)) return undefined;
  const event = isObject(record.Event) ? record.Event : record;
  const fields = isObject(event.System)
    ? fromXml(event as JsonObject & { System: JsonObject })
    : isFlat(record)
      ? record
      : fromNested(record);
  const logsources = logsourcesOf(fields);
  return logsources === undefined ? undefined : new WindowsEvent(fields, position, format, logsources);
}

/** For readers that have the fields already, under the names that this file gives them. */
export function windowsEventOf(fields: Fields, position: Position, format: LogFormat, logsource: Logsource | undefined): LogEvent {
  return new WindowsEvent(fields, position, format, logsource === undefined ? (logsourcesOf(fields) ?? windowsOnly) : [logsource]);
}

const windowsOnly: readonly Logsource[] = [{ product: 'windows', category: undefined, service: undefined }];

function logsourcesOf(fields: Fields): readonly Logsource[] | undefined {
  const eventId = Number(first(fields, 'EventID', 'EventId', 'event_id', 'winlog.event_id', 'event.code') ?? Number.NaN);
  const channel = first(fields, 'Channel', 'log_name', 'winlog.channel', 'LogName');
  const provider = first(fields, 'Provider_Name', 'SourceName', 'ProviderName', 'source_name', 'winlog.provider_name');
  if (!Number.isInteger(eventId) || (channel === undefined && provider === undefined)) return undefined;
  const eventType = eventId === 12 ? first(fields, 'EventType', 'event_data.EventType', 'winlog.event_data.EventType') : undefined;
  return windowsLogsources(textOf(channel), eventId, textOf(provider), textOf(eventType));
}

class WindowsEvent implements LogEvent {
  readonly fields: Fields;
  readonly position: Position;
  readonly format: LogFormat;
  readonly logsources: readonly Logsource[];

  constructor(fields: Fields, position: Position, format: LogFormat, logsources: readonly Logsource[]) {
    this.fields = fields;
    this.position = position;
    this.format = format;
    this.logsources = logsources;
  }

  get atMs(): number | undefined {
    const names = [
      'TimeCreated',
      'winlog.time_created',
      'EventTime',
      'UtcTime',
      'event_data.UtcTime',
      'winlog.event_data.UtcTime',
      '@timestamp',
      'timestamp',
    ];
    for (const name of names) {
      const at = timeOf(first(this.fields, name));
      if (at !== undefined) return at;
    }
    return undefined;
  }

  get host(): string | undefined {
    const host = first(this.fields, 'Computer', 'Hostname', 'computer_name', 'winlog.computer_name', 'host.name', 'ComputerName');
    return typeof host === 'string' ? host : undefined;
  }

  text(): string {
    return fieldsText(this.fields);
  }
}

/** All values of a record, one a line: what a search for a keyword looks through. */
export function fieldsText(fields: Fields): string {
  let text = '';
  for (const key in fields) {
    const value = fields[key];
    if (value !== null && value !== undefined) text += `${Array.isArray(value) ? value.join('\n') : String(value)}\n`;
  }
  return text;
}

function fromXml(event: JsonObject & { readonly System: JsonObject }): Fields {
  const fields = newFields();
  for (const [name, value] of Object.entries(event.System)) {
    if (name.startsWith('#') || name.startsWith('@')) continue;
    flattenInto(fields, name, value, systemName);
  }
  for (const part of [event.EventData, event.UserData, event.ProcessingErrorData]) addData(fields, part, part === event.UserData);
  // What a converter puts beside the event (a rendered message, a file name) stays under its own name.
  for (const [name, value] of Object.entries(event)) {
    if (!['System', 'EventData', 'UserData', 'ProcessingErrorData'].includes(name) && !name.startsWith('#') && !name.startsWith('@')) {
      flattenInto(fields, name, value);
    }
  }
  return fields;
}

/** `Provider.#attributes.Name` → `Provider_Name`; `EventID.#text` → `EventID`; `TimeCreated.#attributes.SystemTime` → `TimeCreated`. */
function systemName(name: string): string {
  const plain = name.replace(/\.#text$/, '').replace(/\.(?:#attributes\.|@)/, '_');
  return plain === 'TimeCreated_SystemTime' ? 'TimeCreated' : plain;
}

function addData(fields: Record<string, FieldValue>, data: unknown, isUserData: boolean): void {
  if (!isObject(data)) return;
  for (const [name, value] of Object.entries(data)) {
    if (name.startsWith('#') || name.startsWith('@')) continue;
    // UserData wraps its fields once more, in an element named after the event.
    if (isUserData && isObject(value)) addData(fields, value, false);
    else if (name === 'Data' && addNamedData(fields, value)) continue;
    else flattenInto(fields, name, value, dataName);
  }
}

function dataName(name: string): string {
  return name.replace(/\.#text$/, '');
}

/** `[{"#attributes": {"Name": "Image"}, "#text": "…"}]`, as converters write the XML when they do not look into it. */
function addNamedData(fields: Record<string, FieldValue>, value: unknown): boolean {
  const items: readonly unknown[] = Array.isArray(value) ? value : [value];
  let named = 0;
  for (const item of items.slice(0, 4096)) {
    if (!isObject(item)) continue;
    const attributes = isObject(item['#attributes']) ? item['#attributes'] : undefined;
    const name = attributes?.Name ?? item['@Name'];
    if (typeof name !== 'string') continue;
    flattenInto(fields, name, item['#text'] ?? null);
    named++;
  }
  return named > 0;
}

function fromNested(record: JsonObject): Fields {
  const fields = newFields();
  for (const [name, value] of Object.entries(record)) flattenInto(fields, name, value);
  return fields;
}

function first(fields: Fields, ...names: readonly string[]): FieldValue | undefined {
  for (const name of names) {
    const value = fields[name];
    if (value !== undefined && value !== null && typeof value !== 'function') return value;
  }
  return undefined;
}

function textOf(value: FieldValue | undefined): string {
  return typeof value === 'string' ? value : value === undefined || value === null ? '' : String(value);
}

/** Without a zone, the time is taken as UTC. */
export function timeOf(value: FieldValue | undefined): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) && value > 0 ? (value < 1e11 ? value * 1000 : value) : undefined;
  if (typeof value !== 'string' || value.length < 10 || value.length > 40) return undefined;
  const text = value.replace(' ', 'T').replace(/(\.\d{3})\d+/, '$1');
  const at = Date.parse(/(?:Z|[+-]\d{2}:?\d{2})$/i.test(text) || text.length === 10 ? text : `${text}Z`);
  return Number.isNaN(at) ? undefined : at;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
