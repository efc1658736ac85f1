// One attempt at one deployment: send, relay the answer as it arrives, observe it on the way. Low-level on purpose (undici dispatch, no
// web streams): this is the hottest code there is. It never chooses a deployment and never writes a record.
import type { Dispatcher } from 'undici';
import { Pieces, type Clock, type RequestId } from '#kernel';
import {
  isTransientStatus,
  providerErrorInBody,
  retryAfterMs,
  splitEvents,
  type AnswerTranslator,
  type ConversationWire,
  type Endpoint,
  type Observation,
  type OutgoingRequest,
  type StreamTranslator,
  type TranslationNote,
  type Transport,
  type UpstreamWire,
  type WireFormat,
} from '#providers';
import { answerHeaders } from './answer-headers.ts';
import type { Answered, AttemptResult, HeldAnswer } from './attempt.ts';
import type { ClientAnswer } from './client-answer.ts';
import { EventFilter, isTransientError, type Passing } from './event-filter.ts';
import type { Reply } from './exchange.ts';
import { failureReason } from './failure-reason.ts';
import { Pacing } from './pacing.ts';
import type { FailureReason } from './refusal.ts';

/** A whole (not streamed) answer up to this size is held until it is complete, so that a break can still fail over. */
const HELD_ANSWER_BYTES = 1 << 20;
/** An error answer is kept for the client up to this size. */
const HELD_ERROR_BYTES = 64 << 10;
/** An observed answer larger than this is not parsed for what it says about itself. */
const LARGEST_PARSED_BYTES = 4 << 20;
/** A whole answer that has to be translated is refused beyond this size: it must be in memory at once, twice. */
const LARGEST_TRANSLATED_BYTES = 16 << 20;

export interface ForwardOptions {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly endpoint: Endpoint;
  readonly request: OutgoingRequest;
  readonly format: WireFormat<UpstreamWire>;
  readonly dropUsage: boolean;
  /** Turns the answer into the client's format; undefined: it passes as it is. */
  readonly translator: AnswerTranslator | undefined;
  /** What the client gets of it, in the client's format; undefined: all of it, as it is. */
  readonly answer: ClientAnswer | undefined;
  /** The client's stream that this attempt goes on with, already started, and what marks the place where it does. */
  readonly continues: { readonly stream: StreamTranslator; readonly seam: Buffer } | undefined;
  /** A stream that breaks off may be continued by another deployment. */
  readonly isResumable: boolean;
  /** Asked when a connection is there and before the first byte leaves: waiting for one takes time, and somebody may have been cut off. */
  readonly mayStillLeave: () => boolean;
  /** Headers of ours that this answer carries, as name, value, … */
  readonly ownHeaders: readonly string[];
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

const EMPTY = Buffer.alloc(0);

/** Trailer that names the deployment whose words an answer ends with, where that is not the one it began with. */
const RESUMED_BY = 'x-sekisho-resumed-by';

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
  /** The client has got its status line, from this attempt or from the one that it continues. */
  #isReplyStarted: boolean;
  /** This attempt has given the client something. */
  #hasAnswered = false;
  #isFlushScheduled = false;
  #isEncoded = false;
  #status = 0;
  #headers: Readonly<Record<string, string | string[] | undefined>> = {};
  readonly #pieces = new Pieces();
  #answerBytes = 0;
  #firstByteMs = 0;
  #events: EventFilter | undefined;
  #stream: StreamTranslator | undefined;
  /** What is left to do when nothing waits any more, once the provider has said all. */
  #whenDecided: (() => void) | undefined;
  readonly #pacing: Pacing;

  constructor(options: RelayOptions, settle: (result: AttemptResult) => void) {
    this.#options = options;
    this.#settle = settle;
    this.#startedAt = options.clock.monotonic();
    this.#pacing = new Pacing(options.reply, () => this.#controller);
    this.#stream = options.continues?.stream;
    this.#isReplyStarted = options.continues !== undefined;
    this.#firstByteTimer = setTimeout(() => this.#tooLate(), options.endpoint.timeouts.firstByteSeconds * 1000);
    options.reply.onGone(() => this.#clientGone());
    if (options.answer !== undefined) options.answer.onReady = () => this.#decided();
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#isSettled) controller.abort(new Error('settled before it was sent'));
    else if (!this.#options.mayStillLeave()) this.#fail('cut-off-waiting');
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
    // Where an answer is already under way, only its continuation is of use.
    if (isTransientStatus(status) || (this.#isReplyStarted && status >= 400)) this.#mode = 'error';
    else if (contentType.startsWith('text/event-stream') && !this.#isEncoded) {
      this.#mode = 'stream';
      this.#events = new EventFilter(this.#options.format.createStreamObserver({ dropUsage: this.#options.dropUsage }));
      this.#stream ??= this.#options.translator?.stream();
    } else this.#mode = this.#isReplyStarted ? 'error' : 'whole';
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#isSettled) return;
    if (this.#mode === 'stream') return this.#relay(this.#events!.push(chunk));
    if (this.#mode === 'error' && this.#pieces.length + chunk.length > HELD_ERROR_BYTES) {
      this.#pieces.clear();
      return this.#fail(this.#heldReason());
    }
    // From here on the time between two pieces is what counts.
    if (this.#mode === 'whole') clearTimeout(this.#firstByteTimer);
    this.#pieces.add(chunk);
    if (this.#mode === 'whole' && this.#isRewritten()) {
      if (this.#pieces.length > LARGEST_TRANSLATED_BYTES) this.#fail('malformed-answer');
    } else if (this.#mode === 'whole' && this.#pieces.length > HELD_ANSWER_BYTES) {
      if (!this.#hasAnswered) this.#startReply();
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
    this.#fail(this.#mode === 'error' ? this.#heldReason() : reason);
  }

  /** What is wrong with an answer that is held because it is none for the client. */
  #heldReason(): FailureReason {
    return this.#status < 400 ? 'malformed-answer' : 'status';
  }

  #tooLate(): void {
    if (this.takeBack()) this.#fail('no-connection');
    else this.#fail(this.#controller === undefined ? 'connect-timeout' : 'first-byte-timeout');
  }

  #relay(passing: Passing): void {
    if (passing === 'transient-error') return this.#fail('stream-error');
    if (passing.length === 0) return;
    if (!this.#hasAnswered) this.#startReply();
    for (const piece of passing) {
      if (this.#stream === undefined) this.#add(piece);
      else if (!this.#translate(piece, this.#stream)) return this.#fail('stream-error');
    }
    this.#scheduleFlush();
  }

  /** False: the provider gave up in the middle, and another one may go on. */
  #translate(piece: Buffer, stream: StreamTranslator): boolean {
    if (!this.#options.isResumable) {
      this.#add(stream.push(piece));
      return true;
    }
    for (const event of splitEvents(piece)) {
      if (this.#isContinuable() && isTransientError(event)) return false;
      this.#add(stream.push(event));
    }
    return true;
  }

  /** Whole events, in the client's format. */
  #add(events: Buffer): void {
    const { answer } = this.#options;
    this.#pieces.add(answer === undefined ? events : answer.push(events));
    if (answer !== undefined) this.#pacing.follow(answer);
  }

  /** A call that waited may leave, or its notice. */
  #decided(): void {
    const { answer } = this.#options;
    if (this.#isSettled || answer === undefined) return;
    this.#pieces.add(answer.take());
    this.#scheduleFlush();
    this.#pacing.follow(answer);
    if (!answer.isWaiting) this.#whenDecided?.();
  }

  /** The whole answer has to be there before any of it can leave. */
  #isRewritten(): boolean {
    return this.#options.translator !== undefined || this.#options.answer?.isTransparent === false;
  }

  #startReply(contentLength?: number): void {
    clearTimeout(this.#firstByteTimer);
    this.#firstByteMs = this.#options.clock.monotonic() - this.#startedAt;
    this.#hasAnswered = true;
    if (this.#isReplyStarted) return this.#markSeam();
    this.#isReplyStarted = true;
    const headers = this.#clientHeaders();
    if (contentLength !== undefined) headers.push('content-length', String(contentLength));
    // A stream that may be continued announces where it will say that it was.
    else if (this.#options.isResumable && this.#mode === 'stream') headers.push('trailer', RESUMED_BY);
    this.#options.reply.start(this.#status, headers);
  }

  /** Only now: one that said nothing has not gone on from anywhere. */
  #markSeam(): void {
    const { continues, format } = this.#options;
    continues!.stream.resume(format.wire as ConversationWire);
    this.#pieces.add(continues!.seam);
    this.#options.reply.trailer(RESUMED_BY, this.#options.endpoint.id);
  }

  #clientHeaders(): string[] {
    const { requestId, endpoint, ownHeaders, translator } = this.#options;
    const ownType =
      translator === undefined ? undefined : this.#mode === 'stream' ? 'text/event-stream; charset=utf-8' : 'application/json';
    return answerHeaders({ upstream: this.#headers, requestId, deploymentId: endpoint.id, ownHeaders, ownType });
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
    this.#pacing.write(bytes);
  }

  #endError(): void {
    const body = this.#pieces.take();
    if (this.#isEncoded && this.#options.answer?.isReviewed === true) return this.#fail(this.#heldReason());
    const error = this.#isEncoded ? undefined : providerErrorInBody(body);
    if (error?.isRefusal === true) {
      const observation: Observation = { error: error.code };
      if (error.refusal !== undefined) observation.refusal = error.refusal;
      if (this.#isReplyStarted) {
        // Declined to go on: nobody else is asked.
        this.#addHeld();
        this.#flush();
        this.#options.reply.interrupt('status', this.#options.requestId, true);
        return this.#conclude(this.#answered('interrupted', observation, { failure: 'status' }));
      }
      this.#deliver(this.#translatedError(body), observation);
      return;
    }
    this.#fail(this.#heldReason(), { status: this.#status, headers: this.#clientHeaders(), body: this.#translatedError(body) });
  }

  #endStream(): void {
    const events = this.#events!;
    this.#relay(events.finish());
    if (this.#isSettled) return;
    if (!events.hasBegun) return this.#fail('malformed-answer');
    // A stream that ends without its own end mark broke off, as far as one that may go on elsewhere is concerned.
    if (this.#isContinuable() && !events.observer.ended) return this.#fail('connection-broken');
    if (!this.#hasAnswered) this.#startReply();
    if (this.#stream !== undefined) this.#add(this.#stream.end());
    this.#addHeld();
    this.#afterDecisions(() => {
      this.#endReply();
      this.#finish(events.observer.ended ? 'complete' : 'unfinished', events.observer.observation);
    });
  }

  /** At once, unless a tool call waits for somebody. */
  #afterDecisions(end: () => void): void {
    if (this.#options.answer?.isWaiting !== true) return end();
    this.#flush();
    this.#whenDecided = end;
  }

  #endWhole(): void {
    const body = this.#pieces.take();
    if (this.#hasAnswered) {
      this.#answerBytes += body.length;
      this.#options.reply.end(body);
      this.#finish('complete', {});
      return;
    }
    const isReadable = !this.#isEncoded && body.length <= LARGEST_PARSED_BYTES;
    const observation = isReadable ? this.#options.format.observeAnswer(body) : {};
    const { translator, answer } = this.#options;
    // What cannot be read cannot be put back, and a provider was asked for nothing encoded.
    if (answer?.isTransparent === false && this.#isEncoded) return this.#fail('malformed-answer');
    if (translator === undefined) return this.#deliverWhole(body, observation);
    if (this.#status >= 400) return this.#deliver(this.#translatedError(body), observation);
    const translated = this.#isEncoded ? undefined : translator.whole(body);
    if (translated?.ok !== true) return this.#fail('malformed-answer');
    // A failure inside a 2xx answer has no place in the client's format but an error of its own.
    this.#status = translated.value.errorStatus ?? this.#status;
    this.#deliverWhole(translated.value.body, observation, translated.value.notes);
  }

  /** In the client's format, once every tool call in it has been decided on. */
  #deliverWhole(body: Buffer, observation: Observation, notes: readonly TranslationNote[] = []): void {
    const { answer } = this.#options;
    const whole = answer === undefined || this.#isEncoded ? body : this.#status >= 400 ? answer.error(body) : answer.whole(body);
    if (whole instanceof Promise) void whole.then((decided) => this.#deliverDecided(decided, observation, notes));
    else this.#deliverDecided(whole, observation, notes);
  }

  #deliverDecided(body: Buffer | undefined, observation: Observation, notes: readonly TranslationNote[]): void {
    if (this.#isSettled) return;
    if (body === undefined) this.#fail('malformed-answer');
    else this.#deliver(body, observation, notes);
  }

  /** A provider's error in the client's format; it may quote what was sent. */
  #translatedError(body: Buffer): Buffer {
    const { translator, answer } = this.#options;
    const said = translator === undefined ? body : translator.error(this.#status, this.#isEncoded ? EMPTY : body);
    return answer === undefined || this.#isEncoded ? said : answer.error(said);
  }

  #deliver(body: Buffer, observation: Observation, notes: readonly TranslationNote[] = []): void {
    this.#startReply(body.length);
    this.#answerBytes = body.length;
    this.#options.reply.end(body);
    this.#finish('complete', observation, { notes });
  }

  /** Another deployment may go on where this one stops. */
  #isContinuable(): boolean {
    if (!this.#options.isResumable || this.#stream?.canResume !== true) return false;
    // Whoever declined has had the last word, whatever became of the connection after that.
    return this.#events?.observer.observation.refusal === undefined;
  }

  /** What was held back because it could have become a placeholder. */
  #addHeld(): void {
    const { answer } = this.#options;
    if (answer === undefined) return;
    this.#pieces.add(answer.end());
    this.#pacing.follow(answer);
  }

  #endReply(): void {
    const rest = this.#pieces.length > 0 ? this.#pieces.take() : undefined;
    this.#answerBytes += rest?.length ?? 0;
    this.#options.reply.end(rest);
  }

  #clientGone(): void {
    if (this.#isSettled) return;
    if (this.#hasAnswered) this.#finish('client-gone', this.#events?.observer.observation ?? {});
    else this.#conclude({ kind: 'abandoned' });
    this.#stop(new Error('the client went away'));
  }

  #finish(
    ended: Answered['ended'],
    observation: Observation,
    rest: { failure?: FailureReason; notes?: readonly TranslationNote[] } = {},
  ): void {
    this.#conclude(this.#answered(ended, observation, rest));
  }

  #answered(
    ended: Answered['ended'],
    observation: Observation,
    rest: { failure?: FailureReason; notes?: readonly TranslationNote[] },
  ): Answered {
    return {
      kind: 'answered',
      status: this.#status,
      ended,
      failure: rest.failure,
      observation,
      answerBytes: this.#answerBytes,
      firstByteMs: this.#firstByteMs,
      upstreamRequestId: this.#upstreamRequestId(),
      notes: rest.notes ?? this.#stream?.notes ?? [],
    };
  }

  #fail(reason: FailureReason, answer?: HeldAnswer): void {
    if (this.#isSettled) return;
    // A status below 500 is the provider's word, and may be its refusal: nobody else is asked because the rest of it got lost.
    if (this.#mode === 'whole' && this.#status >= 400 && !this.#hasAnswered) this.#startReply();
    if (this.#hasAnswered) {
      const isEventStream = this.#mode === 'stream';
      // Whole events that arrived before the break still belong to the client.
      if (isEventStream && !this.#isContinuable()) this.#addHeld();
      if (isEventStream) this.#flush();
      const soFar = this.#answered('interrupted', this.#events?.observer.observation ?? {}, { failure: reason });
      if (this.#isContinuable()) this.#conclude({ kind: 'broken', stream: this.#stream!, soFar });
      else {
        this.#options.reply.interrupt(reason, this.#options.requestId, isEventStream);
        this.#conclude(soFar);
      }
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
    this.#pacing.end();
    this.#pieces.clear();
    this.#settle(result);
  }

  #upstreamRequestId(): string | undefined {
    const id = this.#headers['x-request-id'] ?? this.#headers['request-id'];
    return typeof id === 'string' ? id.slice(0, 128) : undefined;
  }
}
