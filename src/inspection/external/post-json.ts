// Posts JSON to the operator's detector and reads JSON back: own connections, kept alive, no redirects, an answer of bounded size.
import { Agent, request, type Dispatcher } from 'undici';
import { err, ok, systemErrorCode, type Result } from '#kernel';
import type { ExternalProblem } from './problem.ts';

/** The port that the detector sends through. Never rejects; after an abort, what it resolves to does not matter. */
export interface JsonPoster {
  post(body: Buffer, signal: AbortSignal): Promise<Result<unknown, ExternalProblem>>;
  close(): Promise<void>;
}

export interface PosterOptions {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly connections: number;
  readonly timeoutMs: number;
  readonly maxAnswerBytes: number;
}

export function createJsonPoster(options: PosterOptions): JsonPoster {
  const agent = new Agent({
    connections: options.connections,
    pipelining: 1,
    connect: { timeout: options.timeoutMs },
    headersTimeout: options.timeoutMs,
    bodyTimeout: options.timeoutMs,
    // Shorter than what common servers allow, so that a reused connection is rarely one the server is closing.
    keepAliveTimeout: 4000,
  });
  const headers = { ...options.headers, 'content-type': 'application/json', accept: 'application/json', 'accept-encoding': 'identity' };
  const ask = async (body: Buffer, signal: AbortSignal) => {
    const answer = await request(options.url, { method: 'POST', headers, body, signal, dispatcher: agent });
    return readBody(answer, options.maxAnswerBytes);
  };
  return {
    async post(body, signal) {
      try {
        return await ask(body, signal);
      } catch (error) {
        if (!isBrokenConnection(error) || signal.aborted) return err(problemOf(error));
      }
      // The server may have closed a kept connection just then. Asking changes nothing there, so once more does no harm.
      try {
        return await ask(body, signal);
      } catch (error) {
        return err(problemOf(error));
      }
    },
    close: () => agent.close(),
  };
}

async function readBody(answer: Dispatcher.ResponseData, maxBytes: number): Promise<Result<unknown, ExternalProblem>> {
  const { statusCode, headers, body } = answer;
  const leave = (problem: ExternalProblem) => {
    // The rest of the answer is of no interest, and neither is that its connection breaks.
    body.on('error', () => {});
    body.destroy();
    return err(problem);
  };
  if (statusCode !== 200) return leave({ kind: 'status', detail: `status ${statusCode}` });
  const contentType = headers['content-type'];
  if (typeof contentType !== 'string' || !/^application\/(?:[\w.-]{1,40}\+)?json\s*(?:;|$)/i.test(contentType))
    return leave({ kind: 'malformed', detail: 'the answer is not application/json' });
  if (Number(headers['content-length'] ?? 0) > maxBytes) return leave(tooLarge(maxBytes));
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) return leave(tooLarge(maxBytes));
    chunks.push(chunk);
  }
  try {
    return ok(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks))) as unknown);
  } catch {
    return err({ kind: 'malformed', detail: 'the answer cannot be read as JSON' });
  }
}

function tooLarge(maxBytes: number): ExternalProblem {
  return { kind: 'malformed', detail: `the answer has more than ${maxBytes} bytes` };
}

function isBrokenConnection(error: unknown): boolean {
  const code = systemErrorCode(error);
  return code === 'UND_ERR_SOCKET' || code === 'ECONNRESET' || code === 'EPIPE';
}

const TIMEOUTS = new Set(['UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT', 'ETIMEDOUT']);

function problemOf(error: unknown): ExternalProblem {
  const code = systemErrorCode(error) ?? 'unknown';
  if (TIMEOUTS.has(code)) return { kind: 'timeout', detail: code };
  // What the HTTP parser refuses, header lines without end among it.
  if (code.startsWith('HPE_') || code === 'UND_ERR_HEADERS_OVERFLOW' || code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH')
    return { kind: 'malformed', detail: code };
  return { kind: 'unreachable', detail: code };
}
