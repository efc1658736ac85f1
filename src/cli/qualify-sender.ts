// Sends chat completions to the running checkpoint for `sekisho qualify`, and looks whether it runs. Talks to nobody else: no redirects,
// bounded answers. Decides nothing about what an answer means.
import { setTimeout as delay } from 'node:timers/promises';
import { Agent, request, type Dispatcher } from 'undici';
import type { ChatReply, ChatRequest, ChatSender } from '#continuity';
import { SekishoError, systemClock, systemErrorCode } from '#kernel';
import type { Config } from '#config';
import { usageError } from './failure.ts';

const MAX_ANSWER_BYTES = 1 << 20;
/** The checkpoint knows each provider's limits and keeps them; this ends what slipped through. */
const ANSWER_LIMIT_MS = 15 * 60_000;
const CONNECT_LIMIT_MS = 10_000;
const PROBE_LIMIT_MS = 10_000;
/** A new key is known to every worker within one second, on a busy machine somewhat later: one may know it and the next not yet. */
const KEY_KNOWN_WITHIN_MS = 5_000;
const KEY_POLL_MS = 250;

export interface CheckpointClient {
  /** A key that was first used less than five seconds ago and is not known is tried again: nothing has been sent to a provider. */
  readonly send: ChatSender;
  /** Resolves when the key is accepted; throws `key-refused` when it is not, after five seconds of trying. */
  waitForKey(signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/** Where the checkpoint is: as given, else where the configuration has it listen. Without a path and a trailing slash. */
export function checkpointUrl(given: string | undefined, { host, port }: Config['server']): string {
  if (given !== undefined) return parseUrl(given);
  if (port === 0)
    throw usageError('the configuration lets the system choose the port', 'Name the running checkpoint: --url http://127.0.0.1:PORT');
  // What listens on every address is reached on this machine's own.
  const reachable = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
}

function parseUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const hasMore = url === undefined || url.search !== '' || url.hash !== '' || url.username !== '' || url.password !== '';
  if (hasMore || !['http:', 'https:'].includes(url.protocol)) {
    throw usageError(`--url ${JSON.stringify(text)} is not the address of a checkpoint`, 'It looks like http://127.0.0.1:8787');
  }
  return (url.origin + url.pathname).replace(/\/+$/, '').replace(/\/v1$/, '');
}

/** Throws `checkpoint-unreachable`, or `not-a-checkpoint` when something else answers. */
export async function assertRunning(url: string): Promise<void> {
  const agent = new Agent({ connect: { timeout: CONNECT_LIMIT_MS } });
  try {
    const { statusCode, headers, body } = await request(`${url}/v1/models`, { dispatcher: agent, headersTimeout: PROBE_LIMIT_MS });
    await body.dump();
    if (statusCode === 401 && headers['x-sekisho-rule'] !== undefined) return;
    throw new SekishoError('not-a-checkpoint', `what answers at ${url} is no checkpoint`, { hint: 'Name the running one with --url.' });
  } catch (error) {
    if (error instanceof SekishoError) throw error;
    throw new SekishoError('checkpoint-unreachable', `no checkpoint can be reached at ${url}: ${reasonOf(error)}`, {
      hint: 'Cases are asked through the running checkpoint. Start it with `sekisho up`, or name it with --url.',
    });
  } finally {
    await agent.destroy();
  }
}

/** `key`: asked for before each request, so that it can be renewed. */
export function createCheckpointClient(options: {
  readonly url: string;
  readonly key: () => Promise<string>;
  readonly connections: number;
}): CheckpointClient {
  const { url } = options;
  let newest = { key: '', firstUsedAt: 0 };
  const keyToUse = async (): Promise<typeof newest> => {
    const key = await options.key();
    if (key !== newest.key) newest = { key, firstUsedAt: systemClock.monotonic() };
    return newest;
  };
  const isNew = ({ firstUsedAt }: typeof newest): boolean => systemClock.monotonic() - firstUsedAt < KEY_KNOWN_WITHIN_MS;
  const agent = new Agent({
    connections: options.connections,
    connect: { timeout: CONNECT_LIMIT_MS },
    headersTimeout: ANSWER_LIMIT_MS,
    bodyTimeout: ANSWER_LIMIT_MS,
  });
  return {
    async send(chat) {
      for (;;) {
        const used = await keyToUse();
        const reply = await sendChat(chat, { url, key: used.key, agent });
        if (reply.kind !== 'replied' || reply.status !== 401 || reply.rule !== 'identity' || !isNew(used)) return reply;
        await delay(KEY_POLL_MS);
        chat.signal.throwIfAborted();
      }
    },
    async waitForKey(signal) {
      for (;;) {
        const used = await keyToUse();
        const headers = { authorization: `Bearer ${used.key}` };
        const { statusCode, body } = await request(`${url}/v1/models`, { dispatcher: agent, headers, signal });
        await body.dump();
        if (statusCode === 200) return;
        if (statusCode !== 401 || !isNew(used)) throw keyRefused(url, statusCode);
        await delay(KEY_POLL_MS, undefined, { signal });
      }
    },
    close: () => agent.destroy(),
  };
}

function keyRefused(url: string, status: number): SekishoError {
  return new SekishoError('key-refused', `the checkpoint at ${url} does not accept the key (it answered ${status})`, {
    hint:
      'Set SEKISHO_KEY, or --key, to a key made with `sekisho keys create` that may use the route and the judge’s route. Without one a key ' +
      'is made in this configuration’s database, which the checkpoint at that address has to use.',
  });
}

interface Connection {
  readonly url: string;
  readonly key: string;
  readonly agent: Agent;
}

async function sendChat(chat: ChatRequest, { url, key, agent }: Connection): Promise<ChatReply> {
  const headers: Record<string, string> = {
    authorization: `Bearer ${key}`,
    'content-type': 'application/json',
    'x-sekisho-purpose': 'qualification',
    ...(chat.deployment === undefined ? {} : { 'x-sekisho-deployment': chat.deployment }),
  };
  const body = JSON.stringify({ model: chat.route, ...chat.body });
  const limit = AbortSignal.timeout(ANSWER_LIMIT_MS);
  const signal = AbortSignal.any([chat.signal, limit]);
  const startedAt = systemClock.monotonic();
  let hasBegun = false;
  try {
    const response = await request(`${url}/v1/chat/completions`, { method: 'POST', dispatcher: agent, headers, body, signal });
    hasBegun = true;
    const text = await readBounded(response.body);
    const latencyMs = systemClock.monotonic() - startedAt;
    if (text === undefined) return { kind: 'too-large', latencyMs };
    const header = (name: string): string | undefined => [response.headers[name]].flat()[0];
    return {
      kind: 'replied',
      status: response.statusCode,
      rule: header('x-sekisho-rule'),
      deployment: header('x-sekisho-deployment'),
      retryAfterMs: retryAfterMs(header('retry-after')),
      body: text,
      latencyMs,
    };
  } catch (error) {
    if (chat.signal.aborted) throw chat.signal.reason;
    if (limit.aborted) return { kind: 'timed-out' };
    return hasBegun ? { kind: 'broken-off' } : { kind: 'unreachable', reason: reasonOf(error) };
  }
}

/** Undefined: more than 1 MiB. */
async function readBounded(body: Dispatcher.ResponseData['body']): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_ANSWER_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, bytes).toString('utf8');
}

/** Seconds only: a date would need this machine's clock to be right. RFC 9110 §10.2.3. */
function retryAfterMs(value: string | undefined): number | undefined {
  return value !== undefined && /^\d{1,6}$/.test(value) ? Number(value) * 1000 : undefined;
}

function reasonOf(error: unknown): string {
  return systemErrorCode(error) ?? (error instanceof Error ? error.message : String(error));
}
