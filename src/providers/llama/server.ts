// The local model over HTTP, on the loopback interface and behind a token: chat completions and the list of models, as any
// OpenAI-compatible server offers them. Holds no prompt longer than its request and writes no log.
import { timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Pieces, type Clock, type Random } from '#kernel';
import { errorJson, type WireError } from './chat-answer.ts';
import { readChatRequest, type ChatRequest } from './chat-request.ts';
import { EngineBroken, PromptTooLong, type Engine } from './engine.ts';
import type { LocalModelOptions } from './options.ts';
import { StreamReply, WholeReply } from './reply.ts';
import { WaitingLine, type Ticket } from './waiting-line.ts';

export interface ServerPorts {
  readonly engine: Engine;
  readonly options: LocalModelOptions;
  readonly token: string;
  readonly clock: Clock;
  readonly random: Random;
  onWarning(message: string): void;
  /** The engine must not be asked again. */
  readonly onBroken: (error: EngineBroken) => void;
}

const MAX_HEADER_BYTES = 16_384;
const MAX_CONNECTIONS = 1_024;
const BODY_TIMEOUT_MS = 60_000;
const HEADERS_TIMEOUT_MS = 10_000;
const RETRY_AFTER_SECONDS = 2;
/** More bytes than this per token of context cannot be a prompt that fits. */
const BODY_BYTES_PER_TOKEN = 64;
const LEAST_BODY_BYTES = 262_144;
const MOST_BODY_BYTES = 16_777_216;

const FAILED: WireError = { status: 500, code: 'generation_failed', message: 'The local model could not answer this request.' };

/** The largest body for a context of so many tokens. */
export function bodyLimitBytes(contextTokens: number): number {
  return Math.min(MOST_BODY_BYTES, Math.max(LEAST_BODY_BYTES, contextTokens * BODY_BYTES_PER_TOKEN));
}

/** Not listening yet. */
export function createModelServer(ports: ServerPorts): Server {
  const service = new Service(ports);
  const server = createServer({
    maxHeaderSize: MAX_HEADER_BYTES,
    headersTimeout: HEADERS_TIMEOUT_MS,
    requestTimeout: BODY_TIMEOUT_MS,
    keepAliveTimeout: 60_000,
  });
  server.maxConnections = MAX_CONNECTIONS;
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    service.serve(request, response).catch((error: unknown) => {
      ports.onWarning(`a request failed: ${error instanceof Error ? error.name : 'unknown'}`);
      if (response.headersSent) response.destroy();
      else refuse(response, FAILED);
    });
  });
  return server;
}

class Service {
  readonly #ports: ServerPorts;
  readonly #line: WaitingLine;
  readonly #authorization: Buffer;
  readonly #startedAt: number;

  constructor(ports: ServerPorts) {
    this.#ports = ports;
    this.#line = new WaitingLine(ports.options);
    this.#authorization = Buffer.from(`Bearer ${ports.token}`);
    this.#startedAt = Math.floor(ports.clock.now() / 1000);
  }

  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!this.#isAuthorized(request)) {
      return refuse(response, { status: 401, code: 'invalid_api_key', message: 'This model answers the checkpoint that started it only.' });
    }
    const path = request.url?.split('?')[0];
    if (path === '/v1/models') {
      if (request.method !== 'GET') return refuse(response, methodNotAllowed('GET'), { allow: 'GET' });
      return sendJson(response, 200, this.#modelsJson());
    }
    if (path !== '/v1/chat/completions')
      return refuse(response, { status: 404, code: 'not_found', message: 'There is nothing at this path.' });
    if (request.method !== 'POST') return refuse(response, methodNotAllowed('POST'), { allow: 'POST' });
    const ticket = this.#line.enter();
    if (ticket === undefined) {
      const message = 'The local model has as many requests waiting as it may. Try again shortly.';
      return refuse(response, { status: 503, code: 'overloaded', message }, { 'retry-after': String(RETRY_AFTER_SECONDS) });
    }
    try {
      await this.#complete(request, response, ticket);
    } finally {
      ticket.leave();
    }
  }

  async #complete(request: IncomingMessage, response: ServerResponse, ticket: Ticket): Promise<void> {
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const body = await readBody(request, bodyLimitBytes(this.#ports.options.contextTokens));
    if (body === 'gone') return;
    if (!Buffer.isBuffer(body)) return refuse(response, body);
    const read = readChatRequest(body);
    if (!read.ok) return refuse(response, { status: 400, ...read.error });
    const asked = read.value;
    const head = { id: `chatcmpl-${this.#identifier()}`, created: Math.floor(this.#ports.clock.now() / 1000), model: asked.model };
    const nextCallId = (): string => `call_${this.#identifier()}`;
    const reply = asked.isStream
      ? new StreamReply(response, head, nextCallId, asked.includeUsage)
      : new WholeReply(response, head, nextCallId);
    try {
      await ticket.turn(gone.signal);
      reply.finish(await this.#ports.engine.answer(asked, reply, gone.signal));
    } catch (error) {
      if (error instanceof EngineBroken) this.#ports.onBroken(error);
      if (!gone.signal.aborted) reply.fail(this.#wireError(error, asked));
    }
  }

  #wireError(error: unknown, request: ChatRequest): WireError {
    if (error instanceof PromptTooLong) {
      const { contextTokens } = this.#ports.options;
      const message = `This model's context is ${contextTokens} tokens, and the messages${request.tools.length > 0 ? ' and tools' : ''} take up ${error.promptTokens}. Shorten them.`;
      return { status: 400, code: 'context_length_exceeded', message, param: 'messages' };
    }
    // The caller learns that it failed and the operator why: messages of the library may quote the prompt.
    this.#ports.onWarning(`an answer failed: ${error instanceof Error ? error.name : 'unknown'}`);
    return FAILED;
  }

  #isAuthorized(request: IncomingMessage): boolean {
    const given = Buffer.from(request.headers.authorization ?? '');
    return given.length === this.#authorization.length && timingSafeEqual(given, this.#authorization);
  }

  #modelsJson(): string {
    const model = { id: this.#ports.options.id, object: 'model', created: this.#startedAt, owned_by: 'local' };
    return JSON.stringify({ object: 'list', data: [model] });
  }

  #identifier(): string {
    return this.#ports.random.bytes(12).toString('hex');
  }
}

/** The whole body, why it is refused, or that whoever sent it is gone. */
function readBody(request: IncomingMessage, limitBytes: number): Promise<Buffer | WireError | 'gone'> {
  const encoding = request.headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity')
    return Promise.resolve({ status: 415, code: 'unsupported_encoding', message: 'Send the body without a content encoding.' });
  const tooLarge: WireError = {
    status: 413,
    code: 'request_too_large',
    message: `The body is larger than ${limitBytes} bytes, which no prompt that fits is.`,
  };
  if (Number(request.headers['content-length'] ?? 0) > limitBytes) return Promise.resolve(tooLarge);
  return new Promise((resolve) => {
    const pieces = new Pieces();
    const keep = (piece: Buffer): void => {
      if (pieces.length + piece.length <= limitBytes) return pieces.add(piece);
      pieces.clear();
      request.removeListener('data', keep);
      resolve(tooLarge);
    };
    request.on('data', keep);
    request.on('end', () => resolve(pieces.take()));
    request.on('close', () => resolve('gone'));
    request.on('error', () => undefined);
  });
}

function methodNotAllowed(method: string): WireError {
  return { status: 405, code: 'method_not_allowed', message: `Only ${method} is answered here.` };
}

/** What was not read of the request is not waited for. */
function refuse(response: ServerResponse, error: WireError, headers: Readonly<Record<string, string>> = {}): void {
  sendJson(response, error.status, errorJson(error), response.req.complete ? headers : { ...headers, connection: 'close' });
}

function sendJson(response: ServerResponse, status: number, json: string, headers: Readonly<Record<string, string>> = {}): void {
  if (response.destroyed) return;
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(json), ...headers });
  response.end(json);
}
