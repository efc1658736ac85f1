// An optional detector that the operator runs elsewhere (a privacy-filter model), asked over HTTP. It answers with findings or with a named
// problem within a time budget, and never with less than it was asked; what a problem means is the route's decision. Once it has failed
// several times it costs nothing until somebody finds it alive again.
import { err, ok, SekishoError, type Clock, type Result } from '#kernel';
import type { Finding } from '../detect/detector.ts';
import { readAnswer, requestBody, type AnswerFormat, type TypeMap } from './answer.ts';
import { createBreaker } from './breaker.ts';
import { createJsonPoster, type JsonPoster } from './post-json.ts';
import type { ExternalProblem } from './problem.ts';
import { createTurns } from './turns.ts';

export interface ExternalDetectorOptions {
  readonly url: string;
  /** For the whole call, waiting for a turn included. */
  readonly timeoutMs: number;
  /** Of all texts of a call together, in UTF-8. */
  readonly maxTextBytes: number;
  readonly maxConcurrent: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly format: AnswerFormat;
  readonly types: TypeMap;
  /** 0 to 1; what it is less sure of is dropped. */
  readonly minConfidence: number;
}

export interface ExternalDetector {
  /** Findings per text, in UTF-16 offsets of the text as given; they may overlap. */
  detect(texts: readonly string[], signal: AbortSignal): Promise<Result<Finding[][], ExternalProblem>>;
  /** Lets running calls finish and closes the connections. */
  close(): Promise<void>;
}

/** An answer may be this many times as large as the texts, and has room for a few spans in any case. */
const ANSWER_BYTES_PER_TEXT_BYTE = 8;
const LEAST_ANSWER_BYTES = 1 << 20;

export function createExternalDetector(
  options: ExternalDetectorOptions,
  { clock, poster: given }: { readonly clock: Clock; readonly poster?: JsonPoster },
): ExternalDetector {
  const wrong = externalUrlProblem(options.url);
  if (wrong !== undefined) throw new SekishoError('external-detector-url', `the URL of the external detector ${wrong}`);
  const { url, headers, timeoutMs, maxConcurrent: connections, maxTextBytes } = options;
  const maxAnswerBytes = Math.max(LEAST_ANSWER_BYTES, maxTextBytes * ANSWER_BYTES_PER_TEXT_BYTE);
  const poster = given ?? createJsonPoster({ url, headers, timeoutMs, connections, maxAnswerBytes });
  const breaker = createBreaker(clock);
  const turns = createTurns(options.maxConcurrent);
  const resting = () => err<ExternalProblem>({ kind: 'unreachable', detail: 'it failed before and is left alone for a while' });
  const busy = () => err<ExternalProblem>({ kind: 'busy', detail: `all of its ${connections} turns are taken` });
  const aborted = () => err<ExternalProblem>({ kind: 'aborted', detail: 'the caller gave up' });
  let closing: Promise<void> | undefined;

  /** Asks once it has the right to; the breaker hears how it went. `either` aborts when the time is over or the caller gives up. */
  async function ask(texts: readonly string[], either: AbortSignal, caller: AbortSignal): Promise<Result<Finding[][], ExternalProblem>> {
    if (!breaker.claim()) return resting();
    const asked = clock.monotonic();
    const posted = await withSignal(poster.post(Buffer.from(requestBody(options.format, texts)), either), either);
    if (caller.aborted) {
      breaker.released();
      return aborted();
    }
    if (posted === undefined || either.aborted) {
      // Who waited most of the time for a turn has learnt nothing about the detector.
      const hadTime = clock.monotonic() - asked >= timeoutMs / 2;
      if (hadTime) breaker.failed();
      else breaker.released();
      return hadTime ? err({ kind: 'timeout', detail: `no answer within ${timeoutMs} ms` }) : busy();
    }
    const answer = posted.ok ? readAnswer(posted.value, texts, options) : posted;
    if (answer.ok) breaker.succeeded();
    else breaker.failed();
    return answer;
  }

  return {
    async detect(texts, signal) {
      if (texts.length === 0) return ok([]);
      if (closing !== undefined) return err({ kind: 'unreachable', detail: 'it is closed' });
      if (signal.aborted) return aborted();
      if (texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0) > maxTextBytes)
        return err({ kind: 'too-large', detail: `more than ${maxTextBytes} bytes of text` });
      if (breaker.restMs() > 0) return resting();
      const budget = new AbortController();
      const timer = setTimeout(() => budget.abort(), timeoutMs);
      const either = AbortSignal.any([signal, budget.signal]);
      try {
        if (!(await turns.take(either))) return signal.aborted ? aborted() : busy();
        try {
          return await ask(texts, either, signal);
        } finally {
          turns.giveBack();
        }
      } finally {
        clearTimeout(timer);
      }
    },
    async close() {
      await (closing ??= poster.close());
    },
  };
}

/** What it resolves to, or undefined once the signal aborts: a poster that does not listen to the signal keeps nobody waiting. */
function withSignal<T>(promise: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const onAbort = () => resolve(undefined);
    if (signal.aborted) return onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

/** Why a URL cannot be that of a detector. Loopback and private addresses may be: it is the operator who names it. */
export function externalUrlProblem(url: string): string | undefined {
  if (!URL.canParse(url)) return 'is no URL';
  const { protocol, username, password, hash } = new URL(url);
  if (protocol !== 'http:' && protocol !== 'https:') return 'is neither http nor https';
  if (username !== '' || password !== '') return 'holds credentials; name a header instead';
  return hash === '' ? undefined : 'has a fragment, which is never sent';
}
