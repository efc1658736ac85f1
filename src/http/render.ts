// The only place that knows wire errors: turns a refusal into the client's own error format, with words that say which rule decided and
// what to do about it. Nothing internal leaves here; that stays in the ledger.
import type { FailureReason, Refusal } from '#checkpoint';
import type { RequestId } from '#kernel';
import { accessWords } from './access-words.ts';
import { contentWords } from './content-words.ts';
import { quoted, type Words } from './words.ts';
import { LEFT_OUT, routingWords } from './routing-words.ts';

/** Whose error shape the client understands. */
export type Dialect = 'openai' | 'anthropic';

export interface RenderedError {
  readonly status: number;
  readonly headers: readonly string[];
  readonly body: Buffer;
}

/** The whole error response for a refusal. */
export function renderRefusal(refusal: Refusal, dialect: Dialect, requestId: RequestId): RenderedError {
  const words = wordsFor(refusal);
  const text = `${words.message} (rule ${refusal.rule}, request ${requestId})`;
  const body = Buffer.from(errorJson(dialect, words.status, words.code, text, requestId));
  const headers = [
    'content-type',
    'application/json',
    'content-length',
    String(body.length),
    'x-request-id',
    requestId,
    'request-id',
    requestId,
    'x-sekisho-rule',
    refusal.rule,
  ];
  if (words.retryAfterSeconds !== undefined) headers.push('retry-after', String(words.retryAfterSeconds));
  if (words.allow !== undefined) headers.push('allow', words.allow);
  if (words.status === 401) headers.push('www-authenticate', 'Bearer realm="sekisho"');
  return { status: words.status, headers, body };
}

/** The event that tells a client that its stream broke off. Both vendors' SDKs raise it as an error. */
export function renderStreamError(reason: FailureReason, dialect: Dialect, requestId: RequestId): Buffer {
  const message = `The provider's answer broke off: ${FAILURES[reason]}. What arrived before is incomplete; send the request again (request ${requestId})`;
  return Buffer.from(`event: error\ndata: ${errorJson(dialect, 502, 'upstream_interrupted', message, requestId)}\n\n`);
}

function errorJson(dialect: Dialect, status: number, code: string, message: string, requestId: RequestId): string {
  if (dialect === 'anthropic')
    return JSON.stringify({ type: 'error', error: { type: anthropicType(status), message }, request_id: requestId });
  return JSON.stringify({ type: 'error', error: { message, type: openaiType(status), param: null, code } });
}

// Anthropic API reference, "Errors".
function anthropicType(status: number): string {
  if (status === 401) return 'authentication_error';
  if (status === 403) return 'permission_error';
  if (status === 404) return 'not_found_error';
  if (status === 413) return 'request_too_large';
  if (status === 429) return 'rate_limit_error';
  if (status === 503) return 'overloaded_error';
  return status >= 500 ? 'api_error' : 'invalid_request_error';
}

// OpenAI API reference, "Error codes".
function openaiType(status: number): string {
  if (status === 401) return 'authentication_error';
  if (status === 403) return 'permission_error';
  if (status === 429) return 'rate_limit_error';
  return status >= 500 ? 'server_error' : 'invalid_request_error';
}

const FAILURES: Readonly<Record<FailureReason, string>> = {
  'send-failed': 'the request could not be sent as it is',
  'no-connection': 'every connection to it stayed busy',
  'connect-failed': 'it could not be reached',
  'connect-timeout': 'it did not accept a connection in time',
  'first-byte-timeout': 'it did not begin to answer in time',
  'idle-timeout': 'it fell silent',
  'connection-broken': 'the connection broke',
  status: 'it answered with an error',
  redirect: 'it answered with a redirect, which is never followed',
  'stream-error': 'it reported an error in its stream',
  'malformed-answer': 'its answer could not be read',
  untranslatable: 'the request cannot be put in its format',
  'content-refused': 'it must not get what the request holds',
  'cut-off': 'it was cut off by the operator',
  'cut-off-waiting': 'it was cut off, or the grant came to an end, before the request could leave',
  'access-withdrawn': 'the grant came to an end first',
};

const IDENTITY: Readonly<Record<Extract<Refusal, { rule: 'identity' }>['reason'], Words>> = {
  missing: {
    status: 401,
    code: 'missing_api_key',
    message: 'This request carries no key. Send one of this checkpoint as `Authorization: Bearer sk_…` or `x-api-key: sk_…`.',
  },
  malformed: {
    status: 401,
    code: 'invalid_api_key',
    message: 'This is not a key of this checkpoint: keys look like sk_<id>_<secret>. A provider key does not work here.',
  },
  unknown: { status: 401, code: 'invalid_api_key', message: 'This key is not known here. Ask the operator for a key.' },
  revoked: { status: 401, code: 'revoked_api_key', message: 'This key has been revoked. Ask the operator for a new one.' },
  expired: { status: 401, code: 'expired_api_key', message: 'This key has expired. Ask the operator for a new one.' },
  disabled: { status: 401, code: 'disabled_owner', message: 'The owner of this key is disabled. Ask the operator.' },
  stale: {
    status: 503,
    code: 'identity_unavailable',
    message: 'Keys cannot be checked right now, because the database is out of reach; nobody is let in until they can. Try again shortly.',
    retryAfterSeconds: 2,
  },
};

const BODY_UNREADABLE: Readonly<Record<Extract<Refusal, { rule: 'body-unreadable' }>['reason'], Words>> = {
  encoding: {
    status: 415,
    code: 'unsupported_encoding',
    message: 'The body has a content encoding that is not understood. Send it plain, or as gzip, deflate, br or zstd.',
  },
  decoding: { status: 400, code: 'invalid_encoding', message: 'The body is not in the content encoding that it claims.' },
  aborted: { status: 400, code: 'incomplete_body', message: 'The body ended early.' },
};

const HTTP_MALFORMED: Readonly<Record<Extract<Refusal, { rule: 'http-malformed' }>['reason'], Words>> = {
  'headers-too-large': { status: 431, code: 'headers_too_large', message: 'The request headers are larger than 16 kB.' },
  timeout: { status: 408, code: 'request_timeout', message: 'The request did not arrive in time. Send it again on a new connection.' },
  syntax: { status: 400, code: 'malformed_http', message: 'This is not a well-formed HTTP request.' },
};

const BUSY: Readonly<Record<Extract<Refusal, { rule: 'busy' }>['scope'], Omit<Words, 'retryAfterSeconds'>>> = {
  worker: { status: 503, code: 'overloaded', message: 'Too many requests are in progress here. Try again shortly.' },
  key: { status: 429, code: 'too_many_concurrent_requests', message: 'This key has too many requests in progress. Wait for one to end.' },
  memory: {
    status: 503,
    code: 'overloaded',
    message: 'Too many request bytes are in memory here. Try again shortly, or send less at once.',
  },
};

function wordsFor(refusal: Refusal): Words {
  switch (refusal.rule) {
    case 'identity':
      return IDENTITY[refusal.reason];
    case 'role':
      return { status: 403, code: 'role_missing', message: `This needs a key with the role ${refusal.needed}. Ask the operator for one.` };
    case 'route-not-granted':
      return {
        status: 403,
        code: 'route_not_granted',
        message: `This key may not use ${quoted(refusal.route)}. GET /v1/models lists what it may use; ask the operator for more.`,
      };
    case 'unknown-route': {
      const guess = refusal.suggestion === undefined ? '' : ` Did you mean ${quoted(refusal.suggestion)}?`;
      return {
        status: 404,
        code: 'model_not_found',
        message: `No route is named ${quoted(refusal.route)}.${guess} GET /v1/models lists what this key may use.`,
      };
    }
    case 'wire-not-served':
      return {
        status: 400,
        code: 'wire_not_served',
        message: `No deployment of ${quoted(refusal.route)} speaks ${refusal.wire}; it is served as ${refusal.served.join(', ')}. Use that API, or another route.`,
      };
    case 'unknown-data-class':
    case 'jurisdiction-malformed':
    case 'pinned-unknown':
    case 'no-qualified-deployment':
    case 'cut-off':
    case 'not-qualified':
    case 'concentration-exceeded':
    case 'untranslatable':
    case 'access-program-conflict':
    case 'vendor-fallback':
      return routingWords(refusal);
    case 'content-too-large':
    case 'content-refused':
    case 'content-class':
    case 'unreadable-content':
    case 'unmaskable':
    case 'too-many-values':
    case 'finder-unavailable':
    case 'masking-memory-missing':
    case 'masking-memory-unreachable':
      return contentWords(refusal);
    case 'access-unknown':
    case 'standing':
    case 'unknown-capability':
    case 'grant-missing':
    case 'access-denied':
    case 'tools-refused':
    case 'tool-choice-refused':
    case 'background-refused':
    case 'stored-prompt-refused':
    case 'prohibited-work':
      return accessWords(refusal);
    case 'http-malformed':
      return HTTP_MALFORMED[refusal.reason];
    case 'unknown-path':
      return { status: 404, code: 'unknown_path', message: 'There is nothing at this path. The API begins at /v1.' };
    case 'method-not-allowed':
      return { status: 405, code: 'method_not_allowed', message: `This path takes ${refusal.allowed}.`, allow: refusal.allowed };
    case 'body-too-large':
      return { status: 413, code: 'request_too_large', message: `The body is larger than the limit of ${refusal.limitBytes} bytes.` };
    case 'body-unreadable':
      return BODY_UNREADABLE[refusal.reason];
    case 'body-malformed':
      return { status: 400, code: 'invalid_body', message: `The request cannot be read: ${refusal.problem}.` };
    case 'end-user-malformed':
      return {
        status: 400,
        code: 'invalid_end_user',
        message: 'The end user named in the header or body must be plain text of at most 256 bytes.',
      };
    case 'busy':
      return { ...BUSY[refusal.scope], retryAfterSeconds: refusal.retryAfterSeconds };
    case 'ledger-unwritable':
      return {
        status: 503,
        code: 'ledger_unwritable',
        message: 'The decision cannot be recorded, so nothing was sent. The operator should look at the disk that holds the ledger.',
        retryAfterSeconds: refusal.retryAfterSeconds,
      };
    case 'deployments-resting': {
      const others = refusal.leftOut.map(({ deployment, reason }) => `${deployment} (${LEFT_OUT[reason]})`).join(', ');
      return {
        status: 503,
        code: 'deployments_resting',
        message: `Every deployment of ${quoted(refusal.route)} that may serve this request failed recently and is being left alone for a moment.${others === '' ? '' : ` Not asked: ${others}.`} Nothing was sent.`,
        retryAfterSeconds: refusal.retryAfterSeconds,
      };
    }
    case 'upstream-failed': {
      const tried = refusal.attempts.map((attempt) => `${attempt.deployment}: ${FAILURES[attempt.reason]}`).join('; ');
      const isTimeout = refusal.attempts.at(-1)?.reason.endsWith('timeout') === true;
      return {
        status: isTimeout ? 504 : 502,
        code: 'upstream_failed',
        message: `Every attempt at ${quoted(refusal.route)} failed. Tried ${tried}.`,
      };
    }
    case 'internal':
      return {
        status: 500,
        code: 'internal_error',
        message: 'Something failed inside the checkpoint. The operator finds it under this request id.',
      };
  }
}
