// The faults a simulator can serve, their reading from JSON, and the slot that says which one is in force.
// How a fault shapes the bytes is in delivery.ts and sse.ts.
import { err, ok, type Json, type Result } from '#kernel';
import { asCount, asString, isObject, type JsonObject } from './json.ts';

/**
 * Well formed but unusual: `crlf`, `cr`, `bom`, `comments`, `multi-line-data`, `split-utf8`, `one-write`, `byte-by-byte`.
 * Malformed: `bad-json`, `missing-blank-line`, `no-terminator` (ends cleanly without the last event), `half-event` (ends inside one).
 */
export const SSE_FORMS = [
  'bad-json',
  'missing-blank-line',
  'crlf',
  'cr',
  'bom',
  'comments',
  'multi-line-data',
  'split-utf8',
  'one-write',
  'byte-by-byte',
  'no-terminator',
  'half-event',
] as const;
export type SseForm = (typeof SSE_FORMS)[number];

/** Where in the answer a hang or cut happens. `after-chunks` counts events of a stream, or quarters of a JSON body. */
export const FAULT_PLACES = ['before-headers', 'after-headers', 'after-chunks'] as const;
export type FaultPlace = (typeof FAULT_PLACES)[number];

export type Fault =
  /** An error answer in the wire's own shape. 429 and 503 carry `retryAfterSeconds` where given; 429 defaults to 1. */
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly retryAfterSeconds?: number;
      readonly code?: string;
      readonly message?: string;
    }
  /** Stops sending and keeps the connection open until the client leaves. */
  | { readonly kind: 'hang'; readonly at: FaultPlace; readonly chunks?: number }
  /** Ends the connection: orderly (FIN), or by `reset` (RST). */
  | { readonly kind: 'cut'; readonly at: FaultPlace; readonly chunks?: number; readonly reset?: boolean }
  /** Only streams are touched. */
  | { readonly kind: 'sse-form'; readonly form: SseForm }
  /** An error event inside a 200 stream, after which the stream ends. `afterChunks` 0: it is the first event. Only streams are touched. */
  | { readonly kind: 'stream-error'; readonly afterChunks: number; readonly code?: string; readonly message?: string }
  /** `bytes` at a time, `everyMs` apart, headers at once. */
  | { readonly kind: 'drip'; readonly bytes: number; readonly everyMs: number }
  | { readonly kind: 'redirect'; readonly location: string; readonly status: number }
  /** The usual answer grown by one padding member (streams: one padded event) to at least `bytes`. */
  | { readonly kind: 'huge-body'; readonly bytes: number }
  | { readonly kind: 'wrong-content-type'; readonly contentType: string }
  /** Declares `delta` bytes more (or, negative, fewer) than it sends, and ends the connection after the last byte. */
  | { readonly kind: 'content-length'; readonly delta: number }
  /** Content-Encoding: gzip although nobody asked for it. */
  | { readonly kind: 'gzip' };

export interface FaultScope {
  /** Requests it is served to; without it: until replaced. */
  readonly times?: number;
  /** Only requests whose path is this one. */
  readonly path?: string;
}

export const FAULT_KINDS: readonly Fault['kind'][] = [
  'status',
  'hang',
  'cut',
  'sse-form',
  'stream-error',
  'drip',
  'redirect',
  'huge-body',
  'wrong-content-type',
  'content-length',
  'gzip',
];

/** Reads a fault and its scope from JSON such as `{"kind":"status","status":429,"times":2}`. The error is one sentence. */
export function parseFault(value: Json | undefined): Result<{ fault: Fault; scope: FaultScope }, string> {
  if (!isObject(value)) return err('a fault is a JSON object with "kind"');
  const times = asCount(value.times);
  if (value.times !== undefined && (times === undefined || times === 0)) return err('"times" is a whole number from 1');
  const path = asString(value.path);
  const fault = readFault(value);
  if (typeof fault === 'string') return err(fault);
  return ok({ fault, scope: { ...(times === undefined ? {} : { times }), ...(path === undefined ? {} : { path }) } });
}

function readFault(value: JsonObject): Fault | string {
  const text = (key: string) => {
    const found = asString(value[key]);
    return found === undefined ? {} : { [key]: found };
  };
  const count = (key: string) => {
    const found = asCount(value[key]);
    return found === undefined ? {} : { [key]: found };
  };
  switch (value.kind) {
    case 'status': {
      const status = asCount(value.status);
      if (status === undefined || status < 400 || status > 599) return '"status" is a number from 400 to 599';
      return { kind: 'status', status, ...count('retryAfterSeconds'), ...text('code'), ...text('message') };
    }
    case 'hang':
    case 'cut': {
      const at = FAULT_PLACES.find((place) => place === (value.at ?? 'before-headers'));
      if (at === undefined) return `"at" is one of ${FAULT_PLACES.join(', ')}`;
      const place = { at, ...count('chunks') };
      return value.kind === 'hang' ? { kind: 'hang', ...place } : { kind: 'cut', ...place, reset: value.reset === true };
    }
    case 'sse-form': {
      const form = SSE_FORMS.find((known) => known === value.form);
      return form === undefined ? `"form" is one of ${SSE_FORMS.join(', ')}` : { kind: 'sse-form', form };
    }
    case 'stream-error':
      return { kind: 'stream-error', afterChunks: asCount(value.afterChunks) ?? 0, ...text('code'), ...text('message') };
    case 'drip':
      return { kind: 'drip', bytes: Math.max(1, asCount(value.bytes) ?? 1), everyMs: asCount(value.everyMs) ?? 100 };
    case 'redirect': {
      const location = asString(value.location);
      if (location === undefined || !URL.canParse(location)) return '"location" is an absolute URL';
      const status = asCount(value.status) ?? 307;
      return [301, 302, 303, 307, 308].includes(status) ? { kind: 'redirect', location, status } : '"status" is 301, 302, 303, 307 or 308';
    }
    case 'huge-body':
      return { kind: 'huge-body', bytes: asCount(value.bytes) ?? 64 * 1024 * 1024 };
    case 'wrong-content-type':
      return { kind: 'wrong-content-type', contentType: asString(value.contentType) ?? 'text/html; charset=utf-8' };
    case 'content-length': {
      const delta = value.delta ?? 100;
      if (typeof delta !== 'number' || !Number.isSafeInteger(delta) || delta === 0) return '"delta" is a whole number other than 0';
      return { kind: 'content-length', delta };
    }
    case 'gzip':
      return { kind: 'gzip' };
    default:
      return `"kind" is one of ${FAULT_KINDS.join(', ')}`;
  }
}

export interface FaultSlot {
  set(fault: Fault | null, scope?: FaultScope): void;
  /** The fault for this request, counted as served; undefined when none is in force. */
  take(path: string): Fault | undefined;
  /** What is in force now, for display. */
  current(): { fault: Fault; times: number | undefined; path: string | undefined } | undefined;
}

export function createFaultSlot(initial?: Fault): FaultSlot {
  let fault: Fault | null = initial ?? null;
  let left: number | undefined;
  let onlyPath: string | undefined;
  return {
    set(next, scope = {}) {
      fault = next;
      left = scope.times;
      onlyPath = scope.path;
    },
    take(path) {
      if (fault === null || (onlyPath !== undefined && onlyPath !== path)) return undefined;
      const served = fault;
      if (left !== undefined && --left <= 0) fault = null;
      return served;
    },
    current: () => (fault === null ? undefined : { fault, times: left, path: onlyPath }),
  };
}
