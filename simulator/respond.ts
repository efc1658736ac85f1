// From a recorded request to its answer: authentication, endpoint, validation, and the faults that replace the answer.
import type { Json } from '#kernel';
import { jsonAnswer, type Answer } from './answer.ts';
import type { Fault } from './faults.ts';
import { isObject, type JsonObject } from './json.ts';
import type { Behaviour, RecordedRequest, SimulatedWire } from './options.ts';
import { sha256Hex, SLOW_MODEL, TRIGGER_MODELS, type Speaker } from './reply.ts';
import { answerCountTokens, answerMessages } from './wires/anthropic-messages.ts';
import { answerEmbeddings } from './wires/embeddings.ts';
import { errorAnswer, type ErrorDetails, type Family } from './wires/errors.ts';
import { answerModel, answerModels, unknownModel } from './wires/models.ts';
import { answerChat } from './wires/openai-chat.ts';
import { answerResponses } from './wires/openai-responses.ts';

export interface Provider {
  readonly name: string;
  readonly label: string;
  readonly wires: readonly SimulatedWire[];
  readonly models: readonly string[];
  readonly apiKey: string | undefined;
  /** See `Speaker`. */
  readonly earlier: Map<string, string>;
}

interface Endpoint {
  readonly wire: SimulatedWire;
  readonly family: Family;
  readonly answer: (body: JsonObject, speaker: Speaker, requestId: string) => Answer | ErrorDetails;
}

const ENDPOINTS: { readonly [path: string]: Endpoint } = {
  '/v1/chat/completions': { wire: 'openai-chat', family: 'openai', answer: answerChat },
  '/v1/responses': { wire: 'openai-responses', family: 'openai', answer: answerResponses },
  '/v1/embeddings': { wire: 'openai-embeddings', family: 'openai', answer: answerEmbeddings },
  '/v1/messages': { wire: 'anthropic-messages', family: 'anthropic', answer: answerMessages },
  '/v1/messages/count_tokens': { wire: 'anthropic-messages', family: 'anthropic', answer: answerCountTokens },
};

/** Azure's addresses, dated (with `api-version`) and versioned, lead to the same endpoints. */
function canonicalPath(path: string, query: string): string {
  const dated = /^\/openai\/deployments\/[^/]+(\/.+)$/.exec(path)?.[1];
  if (dated !== undefined && /(?:^|&)api-version=[^&]/.test(query)) return `/v1${dated}`;
  return path.startsWith('/openai/v1/') ? path.slice('/openai'.length) : path;
}

export interface ReceivedRequest {
  readonly recorded: RecordedRequest;
  /** Its body, parsed once. */
  readonly json: Json | undefined;
}

export interface Response {
  readonly answer: Answer;
  readonly fault: Fault | undefined;
}

/** `takeFault` is asked only for requests that a provider would have served: faults are not used up by bad credentials. */
export function respond(
  provider: Provider,
  behaviour: Behaviour,
  received: ReceivedRequest,
  takeFault: (path: string) => Fault | undefined,
): Response {
  const { recorded: request } = received;
  const path = canonicalPath(request.path, request.query);
  const endpoint = Object.hasOwn(ENDPOINTS, path) ? ENDPOINTS[path] : undefined;
  const family = endpoint?.family ?? (request.headers['anthropic-version'] === undefined ? 'openai' : 'anthropic');
  const requestId = requestIdOf(provider, request);
  const headers = {
    [family === 'anthropic' ? 'request-id' : 'x-request-id']: requestId,
    'x-simulated': 'true',
    'x-simulator-name': encodeURIComponent(provider.name),
    'x-simulator-label': encodeURIComponent(provider.label),
  };
  const finish = (outcome: Answer | ErrorDetails, fault?: Fault): Response => {
    const answer = 'kind' in outcome ? outcome : errorAnswer(family, requestId, outcome);
    return { answer: { ...answer, headers: { ...headers, ...answer.headers } }, fault };
  };
  if (!authenticated(provider, request)) return finish({ status: 401 });
  const fault = takeFault(request.path);
  if (fault?.kind === 'status') return finish(statusFault(fault), fault);
  if (fault?.kind === 'redirect') return finish(jsonAnswer({ redirected: true }, fault.status, { location: fault.location }), fault);
  if (request.path === '/v1/models' || request.path.startsWith('/v1/models/')) return finish(models(provider, request, family), fault);
  if (endpoint === undefined || !provider.wires.includes(endpoint.wire)) {
    return finish({ status: 404, message: `${request.method} ${request.path} is not served by this simulator` }, fault);
  }
  return finish(generate(provider, behaviour, received, endpoint, requestId), fault);
}

function generate(provider: Provider, behaviour: Behaviour, received: ReceivedRequest, endpoint: Endpoint, requestId: string) {
  const { recorded: request, json } = received;
  if (request.method !== 'POST') return { status: 405, headers: { allow: 'POST' } };
  if (endpoint.family === 'anthropic' && request.headers['anthropic-version'] === undefined) {
    return { status: 400, message: 'anthropic-version: header is required' };
  }
  if (!isObject(json)) return { status: 400, message: 'We could not parse the JSON body of your request.' };
  const { model } = request;
  const known = model === undefined || provider.models.includes(model) || TRIGGER_MODELS.includes(model);
  if (behaviour.refuseUnknownModels && !known) return unknownModel(endpoint.family, model);
  const digest = sha256Hex(`${provider.name}:${request.bodySha256}`);
  const { name, label, earlier } = provider;
  return endpoint.answer(json, { name, label, behaviour, digest, earlier }, requestId);
}

function models(provider: Provider, request: RecordedRequest, family: Family): Answer | ErrorDetails {
  if (request.method !== 'GET') return { status: 405, headers: { allow: 'GET' } };
  if (request.path === '/v1/models') return answerModels(family, provider.models, provider.name);
  return answerModel(family, provider.models, provider.name, decodedTail(request.path, '/v1/models/'));
}

function decodedTail(path: string, head: string): string {
  const tail = path.slice(head.length);
  try {
    return decodeURIComponent(tail);
  } catch {
    return tail;
  }
}

function statusFault(fault: Extract<Fault, { kind: 'status' }>): ErrorDetails {
  const retryAfterSeconds = fault.retryAfterSeconds ?? (fault.status === 429 ? 1 : undefined);
  return {
    status: fault.status,
    code: fault.code,
    message: fault.message,
    headers: retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) },
  };
}

/** Unlike everything else in an answer, the request id differs between two equal requests. */
function requestIdOf(provider: Provider, request: RecordedRequest): string {
  return `req_sim_${encodeURIComponent(provider.name)}_${request.sequence}`;
}

function authenticated(provider: Provider, request: RecordedRequest): boolean {
  if (provider.apiKey === undefined) return true;
  const { authorization } = request.headers;
  return (
    request.headers['x-api-key'] === provider.apiKey ||
    request.headers['api-key'] === provider.apiKey ||
    authorization === `Bearer ${provider.apiKey}`
  );
}

/** The pauses for this request: the slow trigger model has its own. */
export function pacingFor(behaviour: Behaviour, model: string | undefined): { readonly firstByteMs: number; readonly delayMs: number } {
  return model === SLOW_MODEL ? behaviour.slow : behaviour;
}
