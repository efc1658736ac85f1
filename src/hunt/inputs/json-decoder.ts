// JSON in bytes to events: one value a line, or values in any other arrangement. Which of the two the caller has found out.
import type { LogFormat } from '../event.ts';

import type { Decoder, DecoderContext } from './decoder.ts';
import { jsonEvent } from './json-events.ts';
import { JsonValueSplitter } from './json-values.ts';
import { LineSplitter } from './lines.ts';

/** `{"Records": […]}` on one line is many records. */
const lists = ['Records', 'records', 'value', 'items', 'entries', 'events', 'logEvents'];

export function ndjsonDecoder(context: DecoderContext, format: LogFormat = 'ndjson'): Decoder {
  const take = taker(context, format);
  return new LineSplitter(context.limits.maxRecordBytes, {
    line: (line, offset) => {
      if (line.length === 0 || isBlank(line)) return;
      take.value(line.toString('utf8', 0, line.length), offset);
    },
    tooLong: (offset) => take.broken(`longer than ${context.limits.maxRecordBytes} bytes`, offset),
  });
}

export function jsonValuesDecoder(context: DecoderContext, format: LogFormat = 'json-array'): Decoder {
  return new JsonValueSplitter(context.limits, taker(context, format));
}

function taker(context: DecoderContext, format: LogFormat) {
  const { file } = context;
  let record = 0;
  const broken = (problem: string, offset: number): void => context.bad({ position: { file, record: ++record, offset }, problem });
  const one = (value: unknown, offset: number): void => {
    const event = jsonEvent(value, { file, record: ++record, offset }, format, context.logsource);
    if (event !== undefined) context.emit(event);
    else context.bad({ position: { file, record, offset }, problem: 'not a JSON object' });
  };
  const value = (text: string, offset: number): void => {
    let parsed: unknown;
    try {
      parsed = JSON.parse(text);
    } catch {
      broken(`no valid JSON: ${JSON.stringify(text.slice(0, 60))}`, offset);
      return;
    }
    const inner = listOf(parsed);
    if (inner === undefined) one(parsed, offset);
    else for (const item of inner) one(item, offset);
  };
  return { value, broken };
}

function listOf(value: unknown): readonly unknown[] | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (Array.isArray(value)) return value as readonly unknown[];
  const names = Object.keys(value);
  if (names.length > 8) return undefined;
  for (const name of lists) {
    const list: unknown = (value as Readonly<Record<string, unknown>>)[name];
    // A record may well have a list called `events`, but then it says more than that list.
    if (Array.isArray(list) && list.length > 0 && list.every((item) => typeof item === 'object' && item !== null) && !('id' in value))
      return list as readonly unknown[];
  }
  return undefined;
}

function isBlank(line: Buffer): boolean {
  for (const byte of line) if (byte > 32) return false;
  return true;
}
