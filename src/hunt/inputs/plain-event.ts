// An event that a reader has made from fields: what all formats but Windows share.
import type { FieldValue, Fields, LogEvent, LogFormat, Logsource, Position } from '../event.ts';

import { fieldsText, timeOf } from './windows-json.ts';

export interface EventParts {
  readonly fields: Fields;
  readonly position: Position;
  readonly format: LogFormat;
  readonly logsources: readonly Logsource[];
  readonly atMs: number | undefined;
  readonly host: string | undefined;
  /** The line as it stands, for formats that have one. */
  readonly line?: string;
}

export class PlainEvent implements LogEvent {
  readonly fields: Fields;
  readonly position: Position;
  readonly format: LogFormat;
  readonly logsources: readonly Logsource[];
  readonly atMs: number | undefined;
  readonly host: string | undefined;
  readonly #line: string | undefined;

  constructor(parts: EventParts) {
    this.fields = parts.fields;
    this.position = parts.position;
    this.format = parts.format;
    this.logsources = parts.logsources;
    this.atMs = parts.atMs;
    this.host = parts.host;
    this.#line = parts.line;
  }

  text(): string {
    return this.#line ?? fieldsText(this.fields);
  }
}

const sources = new Map<string, readonly Logsource[]>();

/** `product/category/service`, each may be empty. The same words give the same list, so that a matcher can recognise it. */
export function logsourcesOf(...words: readonly string[]): readonly Logsource[] {
  const key = words.join(' ');
  let known = sources.get(key);
  if (known === undefined) {
    known = words.map((word) => {
      const [product, category, service] = word.split('/').map((part) => (part === '' ? undefined : part));
      return { product, category, service };
    });
    if (sources.size < 4096) sources.set(key, known);
  }
  return known;
}

export const unknownLogsource = logsourcesOf('//');

export function firstTime(fields: Fields, names: readonly string[]): number | undefined {
  for (const name of names) {
    const value: FieldValue | undefined = fields[name];
    const at = typeof value === 'string' && /^\d{9,19}(?:\.\d+)?$/.test(value) ? epochMs(value) : timeOf(value);
    if (at !== undefined) return at;
  }
  return undefined;
}

/** Seconds, milliseconds, microseconds or nanoseconds since 1970, told apart by their size. */
export function epochMs(text: string): number | undefined {
  let value = Number(text);
  if (!Number.isFinite(value) || value <= 0) return undefined;
  if (value < 1e11) return Math.floor(value * 1000);
  while (value >= 1e14) value /= 1000;
  return Math.floor(value);
}

export function firstText(fields: Fields, names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = fields[name];
    if (typeof value === 'string' && value !== '') return value;
  }
  return undefined;
}
