// The reply side of an exchange over node:http, with back-pressure and a bound on how long a client may refuse to read.
import type { ServerResponse } from 'node:http';
import type { FailureReason, Refusal, Reply } from '#checkpoint';
import type { RequestId } from '#kernel';
import { renderRefusal, renderStreamError, type Dialect } from './render.ts';

/** A client that takes nothing for this long while data waits for it is cut off. */
const CLIENT_STALL_MS = 120_000;

export class HttpReply implements Reply {
  readonly #response: ServerResponse;
  readonly #dialect: Dialect;
  #isGone = false;
  readonly #trailers = new Map<string, string>();
  #goneListener: (() => void) | undefined;
  #doneListener: (() => void) | undefined;

  constructor(response: ServerResponse, dialect: Dialect) {
    this.#response = response;
    this.#dialect = dialect;
    response.on('close', () => {
      this.#isGone = true;
      if (!response.writableFinished) this.#goneListener?.();
      this.#doneListener?.();
    });
  }

  get isClosed(): boolean {
    return this.#isGone || this.#response.writableEnded;
  }

  onGone(listener: () => void): void {
    this.#goneListener = listener;
  }

  onDone(listener: () => void): void {
    if (this.#isGone) listener();
    else this.#doneListener = listener;
  }

  start(status: number, headers: readonly string[]): void {
    this.#response.writeHead(status, headers as string[]);
  }

  write(chunk: Buffer): boolean {
    return this.#response.write(chunk);
  }

  onDrain(listener: () => void): void {
    this.#limitStall();
    this.#response.once('drain', () => {
      this.#response.socket?.setTimeout(0);
      listener();
    });
  }

  trailer(name: string, value: string): void {
    this.#trailers.set(name, value);
  }

  end(chunk?: Buffer): void {
    if (this.#trailers.size > 0) this.#response.addTrailers([...this.#trailers]);
    if (chunk === undefined) this.#response.end();
    else this.#response.end(chunk);
    if (this.#response.writableLength > 0) this.#limitStall();
  }

  /** The socket's timer knows progress within one long write; node:http sets its own when the answer has left. */
  #limitStall(): void {
    this.#response.socket?.setTimeout(CLIENT_STALL_MS);
  }

  refuse(refusal: Refusal, requestId: RequestId): void {
    if (this.#response.headersSent) this.#response.destroy();
    else sendRefusal(this.#response, refusal, this.#dialect, requestId);
  }

  interrupt(reason: FailureReason, requestId: RequestId, isEventStream: boolean): void {
    if (isEventStream) this.end(renderStreamError(reason, this.#dialect, requestId));
    else this.#response.destroy();
  }
}

/** Answers with a refusal. What is left of the request's body is read and dropped, so that the client gets to see the answer. */
export function sendRefusal(response: ServerResponse, refusal: Refusal, dialect: Dialect, requestId: RequestId): void {
  const rendered = renderRefusal(refusal, dialect, requestId);
  response.writeHead(rendered.status, rendered.headers as string[]);
  response.end(rendered.body);
  if (!response.req.complete) response.req.resume();
}
