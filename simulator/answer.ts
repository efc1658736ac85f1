// The shape between the wire formats, which decide what to answer, and delivery, which decides how the bytes leave.
import type { Json } from '#kernel';
import { asString, type JsonObject } from './json.ts';
import { sha256Hex, type Speaker } from './reply.ts';

/** One server-sent event. `data` is a single line. */
export interface SseEvent {
  readonly event?: string;
  readonly data: string;
}

export interface JsonAnswer {
  readonly kind: 'json';
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Json;
}

export interface StreamAnswer {
  readonly kind: 'stream';
  readonly headers: Readonly<Record<string, string>>;
  /** Made lazily, one event at a time. */
  readonly events: Iterable<SseEvent>;
  /** What this format sends when it fails at event number `at`. */
  readonly failure: (at: number, code: string | undefined, message: string | undefined) => readonly SseEvent[];
}

export type Answer = JsonAnswer | StreamAnswer;

export function jsonAnswer(body: Json, status = 200, headers: Readonly<Record<string, string>> = {}): JsonAnswer {
  return { kind: 'json', status, headers, body };
}

/** A deterministic identifier in the look of the format: `resp_…`, `chatcmpl-…`. */
export function idFor(speaker: Speaker, prefix: string, part = ''): string {
  return `${prefix}${sha256Hex(`${speaker.digest}:${prefix}${part}`).slice(0, 24)}`;
}

/** `fields` that the request has, for formats that repeat them in the answer. */
export function repeated(body: JsonObject, fields: { readonly [name: string]: Json }): { [name: string]: Json } {
  return Object.fromEntries(Object.entries(fields).map(([name, fallback]) => [name, body[name] ?? fallback]));
}

export function modelOf(body: JsonObject): string | undefined {
  const model = asString(body.model);
  return model === '' ? undefined : model;
}
