// Reads what a call brings: query and body, within bounds, in the shape that the route's schemas demand. Nothing of it is trusted before.
import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import type { Refusal } from '#checkpoint';
import { err, ok, type Result } from '#kernel';
import { readRequestBody } from '../request-body.ts';
import { ApiRefusal } from './refusal.ts';
import type { ApiRoute } from './route.ts';

const DEFAULT_BODY_BYTES = 256 * 1024;
const MOST_QUERY_MEMBERS = 64;
/** Whatever is made of a body may be walked without fear for the stack. */
const DEEPEST = 32;
const MOST_PROBLEMS = 20;

export interface Input {
  readonly query: unknown;
  readonly body: unknown;
  readonly rawBody: Buffer | undefined;
}

const NOTHING = z.strictObject({});

/** `claim` is asked before bytes are kept. */
export async function readInput(
  route: ApiRoute,
  request: IncomingMessage,
  claim: (bytes: number) => boolean,
): Promise<Result<Input, ApiRefusal>> {
  const query = readQuery(route, request.url ?? '');
  if (!query.ok) return query;
  if (route.method === 'GET') return ok({ query: query.value, body: undefined, rawBody: undefined });
  const isJson = route.body !== undefined || route.rawBody !== true;
  if (isJson && hasBody(request) && !isJsonType(request.headers['content-type'])) return err(NOT_JSON);
  const read = await readRequestBody(request, { limitBytes: route.maxBodyBytes ?? DEFAULT_BODY_BYTES, claim });
  if (!read.ok) return err(bodyRefusal(read.error));
  const body = isJson ? readJson(route, read.value) : ok(undefined);
  if (!body.ok) return body;
  return ok({ query: query.value, body: body.value, rawBody: route.rawBody === true ? read.value : undefined });
}

function readQuery(route: ApiRoute, url: string): Result<unknown, ApiRefusal> {
  const start = url.indexOf('?');
  const members = new Map<string, string | string[]>();
  let count = 0;
  for (const [name, value] of new URLSearchParams(start < 0 ? '' : url.slice(start + 1))) {
    if (++count > MOST_QUERY_MEMBERS) return err(new ApiRefusal(400, 'query-too-long', 'The query has too many members.'));
    const known = members.get(name);
    members.set(name, known === undefined ? value : [known, value].flat());
  }
  const given: unknown = Object.fromEntries(members);
  if (!isStorable(given, 0)) return err(UNUSABLE_TEXT);
  const parsed = (route.query ?? NOTHING).safeParse(given);
  return parsed.success ? ok(parsed.data) : err(schemaRefusal(400, 'query-invalid', 'The query of this call cannot be used', parsed.error));
}

function readJson(route: ApiRoute, bytes: Buffer): Result<unknown, ApiRefusal> {
  let given: unknown;
  if (bytes.length > 0) {
    try {
      given = JSON.parse(UTF8.decode(bytes));
    } catch {
      return err(new ApiRefusal(400, 'body-not-json', 'The body is not JSON in UTF-8.'));
    }
    if (!isStorable(given, 0)) return err(UNUSABLE_TEXT);
  }
  const parsed = (route.body ?? NOTHING.optional()).safeParse(given);
  return parsed.success ? ok(parsed.data) : err(schemaRefusal(422, 'body-invalid', 'The body of this call cannot be used', parsed.error));
}

const UTF8 = new TextDecoder('utf-8', { fatal: true });

/** Text that the database takes as it is: whole characters and no NUL. Not too deep either. */
function isStorable(value: unknown, depth: number): boolean {
  if (typeof value === 'string') return value.isWellFormed() && !value.includes('\0');
  if (typeof value !== 'object' || value === null) return true;
  if (depth >= DEEPEST) return false;
  if (Array.isArray(value)) return value.every((item) => isStorable(item, depth + 1));
  return Object.entries(value).every(([name, item]) => isStorable(name, depth) && isStorable(item, depth + 1));
}

/** Says where and what, and repeats nothing of what was sent but names. */
function schemaRefusal(status: 400 | 422, code: string, what: string, error: z.ZodError): ApiRefusal {
  const problems = error.issues
    .slice(0, MOST_PROBLEMS)
    .map((issue) => ({ path: pathText(issue.path), problem: issue.message.slice(0, 300) }));
  const first = problems[0]!;
  return new ApiRefusal(status, code, `${what}: ${first.path === '' ? '' : `${first.path}: `}${first.problem}.`, {
    next: 'GET /api/v1/openapi.json says what the call takes.',
    facts: { problems },
  });
}

/** `targets[2].value` */
function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part).slice(0, 80)}`))
    .join('')
    .replace(/^\./, '')
    .slice(0, 300);
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

/** RFC 9110, section 8.3.1. A form or plain text, which any site can send, is not JSON. */
function isJsonType(contentType: string | undefined): boolean {
  return contentType !== undefined && /^application\/json *(;|$)/i.test(contentType.trim());
}

const NOT_JSON = new ApiRefusal(415, 'not-json', 'The body has to be JSON.', { next: 'Send it with content-type: application/json.' });

const UNUSABLE_TEXT = new ApiRefusal(
  400,
  'unusable-text',
  `The call holds text with NUL or half characters, or is nested deeper than ${DEEPEST} levels.`,
);

function bodyRefusal(refusal: Refusal): ApiRefusal {
  switch (refusal.rule) {
    case 'body-too-large':
      return new ApiRefusal(413, 'body-too-large', `The body is larger than ${refusal.limitBytes} bytes.`, {
        facts: { limitBytes: refusal.limitBytes },
      });
    case 'body-unreadable':
      return refusal.reason === 'encoding'
        ? new ApiRefusal(415, 'unsupported-encoding', 'The content encoding of the body is not understood.')
        : new ApiRefusal(400, 'body-unreadable', 'The body ended early, or is not in the content encoding that it claims.');
    default:
      return new ApiRefusal(503, 'busy', 'Too much is being sent here at once.', {
        next: 'Try again shortly.',
        facts: { retryAfterSeconds: 1 },
      });
  }
}
