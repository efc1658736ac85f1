// Puts answers and refusals of the management API on the wire: JSON, problem documents (RFC 9457), and headers that let no browser make
// more of them.
import { STATUS_CODES, type ServerResponse } from 'node:http';
import type { RequestId } from '#kernel';
import type { ApiRefusal } from './refusal.ts';
import type { ApiAnswer } from './route.ts';

/** On every answer; a page says by itself what it may load. */
const BASE_HEADERS: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

export function sendAnswer(response: ServerResponse, answer: ApiAnswer, id: RequestId): void {
  const { body, contentType } = answer;
  if (body === undefined) return send(response, answer.status, { ...answer.headers, 'x-request-id': id }, Buffer.alloc(0));
  const bytes = contentType === undefined ? Buffer.from(JSON.stringify(body)) : asItIs(body);
  send(response, answer.status, { 'content-type': contentType ?? 'application/json', ...answer.headers, 'x-request-id': id }, bytes);
}

/** A body with a content type of its own is text or bytes. */
function asItIs(body: unknown): Buffer {
  if (typeof body === 'string') return Buffer.from(body);
  if (body instanceof Uint8Array) return Buffer.from(body);
  throw new TypeError('an answer with a content type of its own holds text or bytes');
}

export function sendProblem(response: ServerResponse, refusal: ApiRefusal, id: RequestId): void {
  const { allow, retryAfterSeconds } = refusal.facts;
  const headers: Record<string, string> = { 'content-type': 'application/problem+json', 'x-request-id': id };
  if (refusal.status === 401) headers['www-authenticate'] = 'Bearer realm="sekisho"';
  if (typeof retryAfterSeconds === 'number') headers['retry-after'] = String(Math.ceil(retryAfterSeconds));
  if (Array.isArray(allow)) headers['allow'] = allow.join(', ');
  send(response, refusal.status, headers, Buffer.from(JSON.stringify(problemDocument(refusal, id))));
}

/** What failed stays in the log, under the request's id. */
export function sendFailure(response: ServerResponse, id: RequestId): void {
  const document = {
    type: problemType('internal'),
    title: STATUS_CODES[500],
    status: 500,
    detail: 'Something failed inside the checkpoint.',
    code: 'internal',
    next: 'Try again; the operator finds what failed under this request id.',
    requestId: id,
  };
  send(response, 500, { 'content-type': 'application/problem+json', 'x-request-id': id }, Buffer.from(JSON.stringify(document)));
}

/** What to do where nothing more particular is known: no refusal leaves anybody without a next step. */
const NEXT: Readonly<Record<ApiRefusal['status'], string>> = {
  400: 'GET /api/v1/openapi.json says what the call takes.',
  401: 'Sign in at /sign-in, or send a key that counts.',
  403: 'Ask an administrator.',
  404: 'Look it up in the list that it belongs to: GET /api/v1/openapi.json names the lists.',
  405: 'Use one of the methods that are allowed.',
  409: 'Read it again, and decide again.',
  413: 'Send less at once.',
  415: 'GET /api/v1/openapi.json says what the call takes.',
  422: 'Correct what is named, and send it again.',
  429: 'Wait a minute and try again.',
  503: 'Try again shortly.',
};

function problemDocument({ status, code, detail, next, facts }: ApiRefusal, id: RequestId): Readonly<Record<string, unknown>> {
  const todo = next ?? NEXT[status];
  return { ...facts, type: problemType(code), title: STATUS_CODES[status], status, detail, code, next: todo, requestId: id };
}

/** RFC 9457, section 3.1.1: a URI that names the kind of problem; nothing is found there. */
function problemType(code: string): string {
  return `urn:sekisho:problem:${code}`;
}

/** What is left of the request's body is read and dropped, so that the client gets to see the answer. */
function send(response: ServerResponse, status: number, headers: Readonly<Record<string, string>>, body: Buffer): void {
  const length: Record<string, string> = status === 204 ? {} : { 'content-length': String(body.length) };
  response.writeHead(status, { ...BASE_HEADERS, ...headers, ...length });
  response.end(status === 204 ? undefined : body);
  if (!response.req.complete) response.req.resume();
}
