// Who makes the provider wait, and what the client hears while a tool call keeps an answer back. Moves no bytes of the answer.
import type { Dispatcher } from 'undici';
import type { ClientAnswer } from './client-answer.ts';
import type { Reply } from './exchange.ts';

/** A comment, which every client of event streams passes over: nothing on the way takes the connection for dead. */
const STILL_HOLDING = Buffer.from(': sekisho holds a tool call until it is complete and decided\n\n');
const STILL_HOLDING_EVERY_MS = 10_000;

type Reason = 'client' | 'review';

export class Pacing {
  readonly #reply: Reply;
  readonly #controller: () => Dispatcher.DispatchController | undefined;
  readonly #reasons = new Set<Reason>();
  #timer: NodeJS.Timeout | undefined;

  constructor(reply: Reply, controller: () => Dispatcher.DispatchController | undefined) {
    this.#reply = reply;
    this.#controller = controller;
  }

  write(bytes: Buffer): void {
    if (this.#reply.write(bytes) || this.#reasons.has('client')) return;
    this.#wait('client');
    this.#reply.onDrain(() => this.#goOn('client'));
  }

  /** After everything that may change what is held. */
  follow({ isOverfull, isHolding }: ClientAnswer): void {
    if (isOverfull) this.#wait('review');
    else this.#goOn('review');
    if (!isHolding) this.end();
    else this.#timer ??= setInterval(() => this.write(STILL_HOLDING), STILL_HOLDING_EVERY_MS);
  }

  end(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #wait(reason: Reason): void {
    if (this.#reasons.size === 0) this.#controller()?.pause();
    this.#reasons.add(reason);
  }

  #goOn(reason: Reason): void {
    if (this.#reasons.delete(reason) && this.#reasons.size === 0) this.#controller()?.resume();
  }
}
