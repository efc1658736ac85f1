// What a simulator remembers of the requests it received: a bounded ring of the newest.
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { brotliDecompressSync, gunzipSync, inflateSync, zstdDecompressSync } from 'node:zlib';
import type { Json } from '#kernel';
import type { Fault } from './faults.ts';
import { asObject, asString, parseJson, type JsonObject } from './json.ts';
import type { RecordedRequest } from './options.ts';
import { modelOf } from './answer.ts';
import { sha256Hex } from './reply.ts';

export const REQUEST_ID_HEADER = 'x-client-request-id';

/** The ring's own view of a request: what becomes known after it was recorded can be set. */
export interface Recording extends RecordedRequest {
  fault: Fault['kind'] | undefined;
  aborted: boolean;
}

export interface ReceivedBody {
  readonly body: Buffer;
  readonly complete: boolean;
  readonly tooLarge: boolean;
}

/** Reads a request's body up to `maxBytes`; a client that goes away while sending leaves what it sent. */
export function readBody(request: IncomingMessage, maxBytes: number): Promise<ReceivedBody> {
  return new Promise((resolve) => {
    const parts: Buffer[] = [];
    let size = 0;
    const settle = (complete: boolean, tooLarge = false) => {
      request.off('data', onData);
      resolve({ body: parts.length === 1 ? parts[0]! : Buffer.concat(parts, size), complete, tooLarge });
    };
    const onData = (part: Buffer) => {
      parts.push(part);
      size += part.length;
      if (size > maxBytes) settle(false, true);
    };
    request.on('data', onData);
    request.once('end', () => settle(true));
    request.once('close', () => settle(request.complete));
    request.once('error', () => settle(false));
  });
}

/** A recording, and its body parsed once for the answer: the recording itself keeps the bytes alone and parses them when asked. */
export function recordingOf(
  sequence: number,
  receivedAtMs: number,
  request: IncomingMessage,
  received: ReceivedBody,
): { readonly recording: Recording; readonly json: Json | undefined } {
  const [path = '', query = ''] = (request.url ?? '').split('?', 2);
  const headers = flatten(request.headers);
  const parse = () => parseBody(received.body, headers['content-encoding'], MOST_DECODED_BYTES);
  const json = parse();
  const object = asObject(json);
  let hash: string | undefined;
  const recording: Recording = {
    sequence,
    receivedAtMs,
    method: request.method ?? '',
    path,
    query,
    headers,
    requestId: headers[REQUEST_ID_HEADER],
    body: received.body,
    bodyComplete: received.complete,
    get bodySha256() {
      return (hash ??= sha256Hex(received.body));
    },
    get json() {
      return parse();
    },
    model: object === undefined ? undefined : modelOf(object),
    endUser: object === undefined ? undefined : endUserOf(object),
    stream: object?.stream === true,
    fault: undefined,
    aborted: false,
  };
  return { recording, json };
}

function endUserOf(body: JsonObject): string | undefined {
  return asString(body.safety_identifier) ?? asString(asObject(body.metadata)?.user_id) ?? asString(body.user);
}

const MOST_DECODED_BYTES = 256 * 1024 * 1024;

const DECODERS = { gzip: gunzipSync, deflate: inflateSync, br: brotliDecompressSync, zstd: zstdDecompressSync } as const;

function parseBody(body: Buffer, encoding: string | undefined, maxOutputLength: number): Json | undefined {
  if (body.length === 0) return undefined;
  if (encoding === undefined || encoding === 'identity') return parseJson(body.toString('utf8'));
  const decode = Object.entries(DECODERS).find(([name]) => name === encoding)?.[1];
  if (decode === undefined) return undefined;
  try {
    return parseJson(decode(body, { maxOutputLength }).toString('utf8'));
  } catch {
    return undefined;
  }
}

function flatten(headers: IncomingHttpHeaders): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) flat[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return flat;
}

export interface Ring {
  readonly requests: readonly Recording[];
  add(recording: Recording): void;
  clear(): void;
}

export function createRing(limits: () => { readonly recordedRequests: number; readonly recordedBytes: number }): Ring {
  const requests: Recording[] = [];
  let bytes = 0;
  return {
    requests,
    add(recording) {
      const { recordedRequests, recordedBytes } = limits();
      requests.push(recording);
      bytes += recording.body.length;
      while (requests.length > 1 && (requests.length > recordedRequests || bytes > recordedBytes)) bytes -= requests.shift()!.body.length;
    },
    clear() {
      requests.length = 0;
      bytes = 0;
    },
  };
}
