// One JSON record as an event, for tests of rules: Windows events are known by themselves, everything else is taken to come from where the
// rule looks.
import type { LogEvent, Logsource, Position } from '../event.ts';
import { flattenInto, newFields } from '../inputs/flatten.ts';
import { fieldsText, timeOf, windowsEvent } from '../inputs/windows-json.ts';

const TIMES = ['at', 'from', '@timestamp', 'timestamp', 'time', 'eventTime', 'requestReceivedTimestamp', 'UtcTime', 'date'];
const HOSTS = ['host', 'host.name', 'hostname', 'Computer'];

export function jsonEvent(record: unknown, position: Position, assumed: readonly Logsource[]): LogEvent {
  const windows = windowsEvent(record, position);
  if (windows !== undefined) return windows;
  const fields = newFields();
  flattenInto(fields, '', record);
  const host = HOSTS.map((name) => fields[name]).find((value) => typeof value === 'string');
  return {
    fields,
    position,
    format: 'ndjson',
    logsources: assumed,
    atMs: TIMES.map((name) => timeOf(fields[name])).find((at) => at !== undefined),
    host,
    text: () => fieldsText(fields),
  };
}
