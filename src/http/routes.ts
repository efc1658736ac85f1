// Every route there is, with what it takes to use it. A route without a guard does not exist: the type demands one, and a test walks
// this table with every kind of key.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Refusal } from '#checkpoint';
import type { Caller, Role } from '#identity';
import { chatCompletions, countTokens, embeddings, messages, responses, type Operation } from '#providers';
import type { HttpContext } from './context.ts';
import { LEDGER_PREFIX, ledgerResource, sendLedgerResource } from './ledger-routes.ts';
import { modelList, oneModel } from './models.ts';
import type { Dialect } from './render.ts';

/**
 * public: anyone who reaches the port. checkpoint: the checkpoint itself identifies and decides. Otherwise: a valid key with one of the
 * named roles, checked before the handler runs.
 */
export type Guard = 'public' | 'checkpoint' | readonly Role[];

export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly path: string;
  readonly dialect: Dialect;
  readonly context: HttpContext;
}

/** A handler answers, or returns the refusal to send. `caller` is there exactly when the guard names roles. */
type Handler = (exchange: Exchange, caller: Caller | undefined) => Promise<Refusal | undefined> | Refusal | undefined;

export type RouteDefinition = {
  readonly method: 'GET' | 'POST';
  /** An exact path, or a prefix that ends in `/*`. */
  readonly path: string;
} & (
  | { readonly guard: 'checkpoint'; readonly operation: Operation }
  | { readonly guard: (context: HttpContext, path: string) => Exclude<Guard, 'checkpoint'>; readonly handle: Handler }
);

const NOT_FOUND: Refusal = { rule: 'unknown-path' };
const CALLERS: readonly Role[] = ['caller'];
const AUDITORS: readonly Role[] = ['auditor'];
const OPERATORS: readonly Role[] = ['operator', 'auditor'];

export const ROUTES: readonly RouteDefinition[] = [
  { method: 'POST', path: '/v1/chat/completions', guard: 'checkpoint', operation: chatCompletions },
  { method: 'POST', path: '/v1/responses', guard: 'checkpoint', operation: responses },
  { method: 'POST', path: '/v1/embeddings', guard: 'checkpoint', operation: embeddings },
  { method: 'POST', path: '/v1/messages', guard: 'checkpoint', operation: messages },
  { method: 'POST', path: '/v1/messages/count_tokens', guard: 'checkpoint', operation: countTokens },
  { method: 'GET', path: '/v1/models', guard: () => CALLERS, handle: listModels },
  { method: 'GET', path: '/v1/models/*', guard: () => CALLERS, handle: getModel },
  { method: 'GET', path: '/healthz', guard: () => 'public', handle: health },
  { method: 'GET', path: '/readyz', guard: () => 'public', handle: readiness },
  {
    method: 'GET',
    path: '/metrics',
    guard: (context) => (context.settings().metricsAccess === 'open' ? 'public' : OPERATORS),
    handle: metrics,
  },
  {
    method: 'GET',
    path: `${LEDGER_PREFIX}*`,
    guard: (_, path) => (ledgerResource(path)?.kind === 'entries' ? AUDITORS : 'public'),
    handle: ledger,
  },
];

function listModels({ response, dialect, context }: Exchange, caller: Caller | undefined): undefined {
  sendJson(response, 200, modelList(caller!, context.rules(), dialect, context.settings().configuredAt));
}

function getModel({ response, path, dialect, context }: Exchange, caller: Caller | undefined): Refusal | undefined {
  let name: string;
  try {
    name = decodeURIComponent(path.slice('/v1/models/'.length));
  } catch {
    return NOT_FOUND;
  }
  const model = oneModel(name, caller!, context.rules(), dialect, context.settings().configuredAt);
  if (model === undefined) return { rule: 'unknown-route', route: name, suggestion: undefined };
  sendJson(response, 200, model);
  return undefined;
}

function health({ response }: Exchange): undefined {
  sendJson(response, 200, '{"status":"ok"}');
}

async function readiness({ response, context }: Exchange): Promise<undefined> {
  const checks = await context.readiness();
  const isReady = checks.every((check) => check.ok);
  sendJson(
    response,
    isReady ? 200 : 503,
    JSON.stringify({ status: isReady ? 'ready' : 'not-ready', checks, routingVersion: context.routingVersion() }),
  );
}

async function metrics({ response, context }: Exchange): Promise<undefined> {
  const text = await context.metrics();
  response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' });
  response.end(text);
}

async function ledger({ response, path, context }: Exchange): Promise<Refusal | undefined> {
  const resource = ledgerResource(path);
  return resource !== undefined && (await sendLedgerResource(resource, response, context)) ? undefined : NOT_FOUND;
}

function sendJson(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
  });
  response.end(body);
}
