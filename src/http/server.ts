// The HTTP server: finds the route, checks its guard, and hands data-plane requests to the checkpoint. Knows no policy.
import { createServer, STATUS_CODES, type IncomingHttpHeaders, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Server as NetServer, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Demands, Inbound, Refusal } from '#checkpoint';
import type { Caller } from '#identity';
import { systemErrorCode } from '#kernel';
import type { Operation } from '#providers';
import type { Wire } from '#routing';
import { createDispatcher, type Dispatcher } from './api/dispatcher.ts';
import { API_ROUTES } from './api/routes.ts';
import type { HttpContext } from './context.ts';
import { HttpReply, sendRefusal } from './http-reply.ts';
import { renderRefusal, type Dialect } from './render.ts';
import { readRequestBody } from './request-body.ts';
import { ROUTES, type Exchange, type Guard, type RouteDefinition } from './routes.ts';

const LIMITS = {
  maxHeaderBytes: 16_384,
  headersTimeoutMs: 30_000,
  /** For the whole request, body included. */
  requestTimeoutMs: 300_000,
  keepAliveTimeoutMs: 65_000,
  maxConnections: 20_000,
};

/** How long a connection stays after an answer to what was no HTTP. */
const MALFORMED_LINGER_MS = 1_000;

/** Client headers that mean something to a provider. Nothing else of the client's leaves: no cookies, no addresses, no tool names. */
const FORWARDED_HEADERS = ['accept', 'idempotency-key'] as const;
const OPENAI_HEADERS = [...FORWARDED_HEADERS, 'openai-beta'] as const;
const ANTHROPIC_HEADERS = [...FORWARDED_HEADERS, 'anthropic-version', 'anthropic-beta'] as const;
/** Anthropic's API refuses requests without a version; clients that use only a base URL may not send one. */
const DEFAULT_ANTHROPIC_VERSION = '2023-06-01';

export function createHttpServer(context: HttpContext): Server {
  let made: Dispatcher | undefined;
  // Made when it is first needed: where people reach the API follows from the port, and that is known once the server listens.
  const dispatcher = (): Dispatcher | undefined => (made ??= dispatcherOf(context));
  const server = createServer(
    {
      maxHeaderSize: LIMITS.maxHeaderBytes,
      headersTimeout: LIMITS.headersTimeoutMs,
      requestTimeout: LIMITS.requestTimeoutMs,
      keepAliveTimeout: LIMITS.keepAliveTimeoutMs,
      noDelay: true,
    },
    (request, response) => {
      // While the server stops, a connection ends with its answer and not in the middle of the next request.
      if (!server.listening) response.setHeader('connection', 'close');
      handle(request, response, { context, dispatcher: dispatcher() });
    },
  );
  server.maxConnections = LIMITS.maxConnections;
  server.on('clientError', (error, socket) => refuseMalformed(error, socket, context));
  return server;
}

function dispatcherOf(context: HttpContext): Dispatcher | undefined {
  const { api, keyring, newRequestId } = context;
  if (api === undefined) return undefined;
  return createDispatcher({ routes: API_ROUTES, context: api, keyring, newRequestId, onError: (id, error) => context.onError(id, error) });
}

/**
 * Takes no more connections; those there are go on, each until its next answer has left. `server.close()` would cut at once what has
 * been answered and is still on its way to a slow client.
 */
export function stopAccepting(server: Server): void {
  NetServer.prototype.close.call(server);
}

/** What node's parser gave up on never becomes a request; it still gets an answer that says why. */
function refuseMalformed(error: Error, socket: Duplex, context: HttpContext): void {
  const code = systemErrorCode(error);
  // An answer may be on its way on this connection; nothing can be added to it.
  if (!socket.writable || (socket instanceof Socket && socket.bytesWritten > 0) || code === 'ECONNRESET') return void socket.destroy();
  const reason = code === 'HPE_HEADER_OVERFLOW' ? 'headers-too-large' : code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 'timeout' : 'syntax';
  const { status, headers, body } = renderRefusal({ rule: 'http-malformed', reason }, 'openai', context.newRequestId());
  const lines = [`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, 'connection: close'];
  for (let index = 0; index < headers.length; index += 2) lines.push(`${headers[index]}: ${headers[index + 1]}`);
  socket.end(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), body]));
  // Time to read the answer; nothing else watches over a connection that the parser has given up.
  setTimeout(() => socket.destroy(), MALFORMED_LINGER_MS).unref();
}

interface Served {
  readonly context: HttpContext;
  readonly dispatcher: Dispatcher | undefined;
}

function handle(request: IncomingMessage, response: ServerResponse, { context, dispatcher }: Served): void {
  const path = pathOf(request.url ?? '/');
  if (dispatcher?.takes(path) === true) return void dispatcher.answer(request, response, path);
  const match = findRoute(request.method ?? 'GET', path);
  const dialect = dialectOf(path, request.headers);
  if ('refusal' in match) return sendRefusal(response, match.refusal, dialect, context.newRequestId());
  const { route } = match;
  if (route.guard === 'checkpoint') {
    void context.checkpoint.pass(inboundOf(request, route.operation, context), new HttpReply(response, dialect));
    return;
  }
  const caller = admit(route.guard(context, path), request.headers, context);
  if ('refusal' in caller) return sendRefusal(response, caller.refusal, dialect, context.newRequestId());
  void answer(route, { request, response, path, dialect, context }, caller.caller);
}

async function answer(route: Extract<RouteDefinition, { handle: unknown }>, exchange: Exchange, caller: Caller | undefined): Promise<void> {
  const { response, dialect, context } = exchange;
  try {
    const refusal = await route.handle(exchange, caller);
    if (refusal !== undefined) sendRefusal(response, refusal, dialect, context.newRequestId());
  } catch (error) {
    const id = context.newRequestId();
    context.onError(id, error);
    if (response.headersSent) response.destroy();
    else sendRefusal(response, { rule: 'internal' }, dialect, id);
  }
}

function admit(
  guard: Exclude<Guard, 'checkpoint'>,
  headers: IncomingHttpHeaders,
  context: HttpContext,
): { caller: Caller | undefined } | { refusal: Refusal } {
  if (guard === 'public') return { caller: undefined };
  const identified = context.keyring.identify(credentialOf(headers));
  if (!identified.ok) return { refusal: { rule: 'identity', reason: identified.error.kind } };
  const caller = identified.value;
  return guard.some((role) => caller.roles.has(role)) ? { caller } : { refusal: { rule: 'role', needed: guard.join(' or ') } };
}

const EXACT = new Map(ROUTES.filter((route) => !route.path.endsWith('*')).map((route) => [route.path, route]));
const PREFIXED = ROUTES.filter((route) => route.path.endsWith('*')).map((route) => ({ prefix: route.path.slice(0, -1), route }));

function findRoute(method: string, path: string): { route: RouteDefinition } | { refusal: Refusal } {
  const route = EXACT.get(path) ?? PREFIXED.find(({ prefix }) => path.startsWith(prefix) && path.length > prefix.length)?.route;
  if (route === undefined) return { refusal: { rule: 'unknown-path' } };
  if (method !== route.method) return { refusal: { rule: 'method-not-allowed', allowed: route.method } };
  return { route };
}

function pathOf(url: string): string {
  const query = url.indexOf('?');
  return query < 0 ? url : url.slice(0, query);
}

function dialectOf(path: string, headers: IncomingHttpHeaders): Dialect {
  return path.startsWith('/v1/messages') || headers['anthropic-version'] !== undefined ? 'anthropic' : 'openai';
}

function inboundOf(request: IncomingMessage, operation: Operation, context: HttpContext): Inbound {
  const { headers } = request;
  const endUser = headers[context.settings().endUserHeader];
  return {
    operation,
    credential: credentialOf(headers),
    address: request.socket.remoteAddress ?? '',
    endUserHeader: typeof endUser === 'string' ? endUser : endUser?.join(','),
    demands: demandsOf(request),
    conversation: headers['x-sekisho-conversation']?.toString(),
    forwardHeaders: (wire) => forwardedHeaders(headers, wire),
    readBody: (limitBytes, claim) => readRequestBody(request, { limitBytes, claim }),
  };
}

function demandsOf(request: IncomingMessage): Demands {
  const { headers } = request;
  const one = (name: string): string | undefined => {
    const value = headers[name];
    // Joined by commas, a second `x-sekisho-jurisdiction` would add countries to the first one's. No demand has a plus sign: it is refused.
    if (typeof value === 'string' && value.includes(',')) return request.headersDistinct[name]?.join(' + ');
    return Array.isArray(value) ? value.join(' + ') : value;
  };
  return {
    dataClass: one('x-sekisho-data-class'),
    jurisdiction: one('x-sekisho-jurisdiction'),
    deployment: one('x-sekisho-deployment'),
    purpose: one('x-sekisho-purpose'),
    capability: one('x-sekisho-capability'),
    grant: one('x-sekisho-grant'),
    isCanary: headers['x-sekisho-canary'] !== undefined,
  };
}

function forwardedHeaders(headers: IncomingHttpHeaders, wire: Wire): string[] {
  const forwarded: string[] = [];
  const isAnthropic = wire === 'anthropic-messages';
  for (const name of isAnthropic ? ANTHROPIC_HEADERS : OPENAI_HEADERS) {
    const value = headers[name];
    if (typeof value === 'string') forwarded.push(name, value);
  }
  if (isAnthropic && headers['anthropic-version'] === undefined) forwarded.push('anthropic-version', DEFAULT_ANTHROPIC_VERSION);
  return forwarded;
}

/** `Authorization: Bearer` wins over `x-api-key` unless it is empty: some tools send both, one of them empty or stale. */
function credentialOf(headers: IncomingHttpHeaders): string | undefined {
  const { authorization } = headers;
  const bearer = authorization !== undefined && /^bearer /i.test(authorization) ? authorization.slice(7).trim() : '';
  if (bearer !== '') return bearer;
  const apiKey = headers['x-api-key'];
  return typeof apiKey === 'string' ? apiKey : undefined;
}
