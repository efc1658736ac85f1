// One attempt at one deployment: send, relay the answer as it arrives, observe it on the way. Low-level on purpose (undici dispatch, no
// web streams): this is the hottest code there is. It never chooses a deployment and never writes a record.
import type { Dispatcher } from 'undici';
import { Pieces, systemErrorCode, type Clock, type RequestId } from '#kernel';
import {
  isTransientStatus,
  providerErrorInBody,
  retryAfterMs,
  type Endpoint,
  type Observation,
  type OutgoingRequest,
  type Transport,
  type WireFormat,
} from '#providers';
import { answerHeaders } from './answer-headers.ts';
import { EventFilter, type Passing } from './event-filter.ts';
import type { Reply } from './exchange.ts';
import type { FailureReason } from './refusal.ts';

/** A whole (not streamed) answer up to this size is held until it is complete, so that a break can still fail over. */
const HELD_ANSWER_BYTES = 1 << 20;
/** An error answer is kept for the client up to this size. */
const HELD_ERROR_BYTES = 64 << 10;
/** An observed answer larger than this is not parsed for what it says about itself. */
const LARGEST_PARSED_BYTES = 4 << 20;

export interface HeldAnswer {
  readonly status: number;
  readonly headers: readonly string[];
  readonly body: Buffer;
}

export type AttemptResult =
  | {
      readonly kind: 'answered';
      readonly status: number;
      /** complete: to the stream's own end mark; unfinished: ended cleanly without it; interrupted: broke off; client-gone: nobody to send to. */
      readonly ended: 'complete' | 'unfinished' | 'interrupted' | 'client-gone';
      readonly failure: FailureReason | undefined;
      readonly observation: Observation;
      readonly answerBytes: number;
      readonly firstByteMs: number;
      readonly upstreamRequestId: string | undefined;
    }
  | {
      readonly kind: 'failed';
      readonly reason: FailureReason;
      readonly status: number | undefined;
      readonly restMs: number | undefined;
      readonly answer: HeldAnswer | undefined;
      readonly upstreamRequestId: string | undefined;
    }
  | { readonly kind: 'abandoned' };

export interface ForwardOptions {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly endpoint: Endpoint;
  readonly request: OutgoingRequest;
  readonly format: WireFormat;
  readonly dropUsage: boolean;
  readonly reply: Reply;
  readonly requestId: RequestId;
}

export function forward(options: ForwardOptions): Promise<AttemptResult> {
  return new Promise((settle) => {
    const { transport, request, ...rest } = options;
    const relay = new Relay(rest, settle);
    relay.takeBack = transport.dispatch(options.endpoint, request, relay);
  });
}

/** Without the request: its bytes are let go as soon as they have left. */
type RelayOptions = Omit<ForwardOptions, 'transport' | 'request'>;

type Mode = 'waiting' | 'error' | 'whole' | 'stream';

class Relay implements Dispatcher.DispatchHandler {
  /** Takes the request back while it waits for a connection; true when it did. */
  takeBack: () => boolean = () => false;
  readonly #options: RelayOptions;
  readonly #settle: (result: AttemptResult) => void;
  readonly #startedAt: number;
  readonly #firstByteTimer: NodeJS.Timeout;
  #controller: Dispatcher.DispatchController | undefined;
  #mode: Mode = 'waiting';
  #isSettled = false;
  #isReplyStarted = false;
  #isFlushScheduled = false;
  #isEncoded = false;
  #status = 0;
  #headers: Readonly<Record<string, string | string[] | undefined>> = {};
  readonly #pieces = new Pieces();
  #answerBytes = 0;
  #firstByteMs = 0;
  #events: EventFilter | undefined;

  constructor(options: RelayOptions, settle: (result: AttemptResult) => void) {
    this.#options = options;
    this.#settle = settle;
    this.#startedAt = options.clock.monotonic();
    this.#firstByteTimer = setTimeout(() => this.#tooLate(), options.endpoint.timeouts.firstByteSeconds * 1000);
    options.reply.onGone(() => this.#clientGone());
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#isSettled) controller.abort(new Error('settled before it was sent'));
    // What was spent on getting a connection is not the provider's time.
    else this.#firstByteTimer.refresh();
  }

  onResponseStart(
    _: Dispatcher.DispatchController,
    status: number,
    headers: Readonly<Record<string, string | string[] | undefined>>,
  ): void {
    if (this.#isSettled || status < 200) return;
    this.#status = status;
    this.#headers = headers;
    if (status >= 300 && status < 400) return this.#fail('redirect');
    const contentType = String(headers['content-type'] ?? '').toLowerCase();
    this.#isEncoded = headers['content-encoding'] !== undefined && headers['content-encoding'] !== 'identity';
    if (isTransientStatus(status)) this.#mode = 'error';
    else if (contentType.startsWith('text/event-stream') && !this.#isEncoded) {
      this.#mode = 'stream';
      this.#events = new EventFilter(this.#options.format.createStreamObserver({ dropUsage: this.#options.dropUsage }));
    } else this.#mode = 'whole';
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#isSettled) return;
    if (this.#mode === 'stream') return this.#relay(this.#events!.push(chunk));
    if (this.#mode === 'error' && this.#pieces.length + chunk.length > HELD_ERROR_BYTES) {
      this.#pieces.clear();
      return this.#fail('status');
    }
    // From here on the time between two pieces is what counts.
    if (this.#mode === 'whole') clearTimeout(this.#firstByteTimer);
    this.#pieces.add(chunk);
    if (this.#mode === 'whole' && this.#pieces.length > HELD_ANSWER_BYTES) {
      if (!this.#isReplyStarted) this.#startReply();
      this.#flush();
    }
  }

  onResponseEnd(): void {
    if (this.#isSettled) return;
    if (this.#mode === 'error') return this.#endError();
    if (this.#mode === 'stream') return this.#endStream();
    this.#endWhole();
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    if (this.#isSettled) return;
    const reason = failureReason(error, this.#controller !== undefined);
    // A held error answer that broke off is still a failed status.
    if (this.#mode === 'error') this.#pieces.clear();
    this.#fail(this.#mode === 'error' ? 'status' : reason);
  }

  #tooLate(): void {
    if (this.takeBack()) this.#fail('no-connection');
    else this.#fail(this.#controller === undefined ? 'connect-timeout' : 'first-byte-timeout');
  }

  #relay(passing: Passing): void {
    if (passing === 'transient-error') return this.#fail('stream-error');
    if (passing.length === 0) return;
    if (!this.#isReplyStarted) this.#startReply();
    for (const piece of passing) this.#pieces.add(piece);
    this.#scheduleFlush();
  }

  #startReply(contentLength?: number): void {
    clearTimeout(this.#firstByteTimer);
    this.#firstByteMs = this.#options.clock.monotonic() - this.#startedAt;
    this.#isReplyStarted = true;
    const headers = this.#clientHeaders();
    if (contentLength !== undefined) headers.push('content-length', String(contentLength));
    this.#options.reply.start(this.#status, headers);
  }

  #clientHeaders(): string[] {
    return answerHeaders(this.#headers, this.#options.requestId, this.#options.endpoint.id);
  }

  /** One write for everything that one read of the provider's socket brought. */
  #scheduleFlush(): void {
    if (this.#isFlushScheduled) return;
    this.#isFlushScheduled = true;
    queueMicrotask(() => {
      this.#isFlushScheduled = false;
      if (!this.#isSettled) this.#flush();
    });
  }

  #flush(): void {
    if (this.#pieces.length === 0) return;
    const bytes = this.#pieces.take();
    this.#answerBytes += bytes.length;
    if (this.#options.reply.write(bytes)) return;
    this.#controller?.pause();
    this.#options.reply.onDrain(() => this.#controller?.resume());
  }

  #endError(): void {
    const body = this.#pieces.take();
    const error = this.#isEncoded ? undefined : providerErrorInBody(body);
    if (error?.isRefusal === true) {
      this.#deliver(body, { error: error.code, refusal: error.code });
      return;
    }
    this.#fail('status', { status: this.#status, headers: this.#clientHeaders(), body });
  }

  #endStream(): void {
    const events = this.#events!;
    this.#relay(events.finish());
    if (this.#isSettled) return;
    if (!events.hasBegun) return this.#fail('malformed-answer');
    if (!this.#isReplyStarted) this.#startReply();
    this.#endReply();
    this.#finish(events.observer.ended ? 'complete' : 'unfinished', events.observer.observation);
  }

  #endWhole(): void {
    const body = this.#pieces.take();
    if (this.#isReplyStarted) {
      this.#answerBytes += body.length;
      this.#options.reply.end(body);
      this.#finish('complete', {});
      return;
    }
    const isReadable = !this.#isEncoded && body.length <= LARGEST_PARSED_BYTES;
    this.#deliver(body, isReadable ? this.#options.format.observeAnswer(body) : {});
  }

  #deliver(body: Buffer, observation: Observation): void {
    this.#startReply(body.length);
    this.#answerBytes = body.length;
    this.#options.reply.end(body);
    this.#finish('complete', observation);
  }

  #endReply(): void {
    const rest = this.#pieces.length > 0 ? this.#pieces.take() : undefined;
    this.#answerBytes += rest?.length ?? 0;
    this.#options.reply.end(rest);
  }

  #clientGone(): void {
    if (this.#isSettled) return;
    if (this.#isReplyStarted) this.#finish('client-gone', this.#events?.observer.observation ?? {});
    else this.#conclude({ kind: 'abandoned' });
    this.#stop(new Error('the client went away'));
  }

  #finish(ended: 'complete' | 'unfinished' | 'interrupted' | 'client-gone', observation: Observation, failure?: FailureReason): void {
    this.#conclude({
      kind: 'answered',
      status: this.#status,
      ended,
      failure,
      observation,
      answerBytes: this.#answerBytes,
      firstByteMs: this.#firstByteMs,
      upstreamRequestId: this.#upstreamRequestId(),
    });
  }

  #fail(reason: FailureReason, answer?: HeldAnswer): void {
    if (this.#isSettled) return;
    if (this.#isReplyStarted) {
      const isEventStream = this.#mode === 'stream';
      // Whole events that arrived before the break still belong to the client.
      if (isEventStream) this.#flush();
      this.#options.reply.interrupt(reason, this.#options.requestId, isEventStream);
      this.#finish('interrupted', this.#events?.observer.observation ?? {}, reason);
    } else {
      this.#conclude({
        kind: 'failed',
        reason,
        status: this.#status > 0 ? this.#status : undefined,
        restMs: retryAfterMs(this.#headers, this.#options.clock.now()),
        answer,
        upstreamRequestId: this.#upstreamRequestId(),
      });
    }
    if (answer === undefined) this.#stop(new Error(reason));
  }

  /** A request that was sent is cut; one that waits for a connection leaves the queue. */
  #stop(reason: Error): void {
    if (this.#controller === undefined) this.takeBack();
    else this.#controller.abort(reason);
  }

  #conclude(result: AttemptResult): void {
    this.#isSettled = true;
    clearTimeout(this.#firstByteTimer);
    this.#pieces.clear();
    this.#settle(result);
  }

  #upstreamRequestId(): string | undefined {
    const id = this.#headers['x-request-id'] ?? this.#headers['request-id'];
    return typeof id === 'string' ? id.slice(0, 128) : undefined;
  }
}

function failureReason(error: Error, wasSent: boolean): FailureReason {
  const code = systemErrorCode(error);
  if (code === 'UND_ERR_CONNECT_TIMEOUT') return 'connect-timeout';
  if (code === 'UND_ERR_HEADERS_TIMEOUT') return 'first-byte-timeout';
  if (code === 'UND_ERR_BODY_TIMEOUT') return 'idle-timeout';
  if (error.name === 'HTTPParserError' || MALFORMED.has(code)) return 'malformed-answer';
  if (wasSent) return 'connection-broken';
  // Our own argument was refused: a defect, not an outage.
  if (code?.startsWith('UND_ERR_INVALID') === true || code === 'UND_ERR_REQ_CONTENT_LENGTH_MISMATCH') return 'send-failed';
  return 'connect-failed';
}

/** The assertion is the client library's own, for status codes below 100. */
const MALFORMED: ReadonlySet<string | undefined> = new Set([
  'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
  'UND_ERR_HEADERS_OVERFLOW',
  'ERR_ASSERTION',
]);
