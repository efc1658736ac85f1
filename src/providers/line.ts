// The connections to one deployment and who waits for them. Waiting happens here and not inside the pool, because a request that is
// given up must leave the queue with its bytes: the pool would hold them until a connection comes free, however long that takes.
import type { Dispatcher, Pool } from 'undici';

export interface LineRequest {
  readonly path: string;
  readonly headers: readonly string[];
  readonly body: Buffer;
}

/** Takes a request out of the queue; false when it has left the queue already. */
export type TakeBack = () => boolean;

interface Waiting {
  readonly request: LineRequest;
  readonly handler: Dispatcher.DispatchHandler;
}

const ALREADY_LEFT: TakeBack = () => false;

export class Line {
  readonly #pool: Pool;
  readonly #pathPrefix: string;
  readonly #pathSuffix: string;
  readonly #headers: readonly string[];
  /** In order of arrival. */
  readonly #waiting = new Set<Waiting>();
  #free: number;

  constructor(options: { pool: Pool; connections: number; pathPrefix: string; pathSuffix: string; headers: readonly string[] }) {
    this.#pool = options.pool;
    this.#free = options.connections;
    this.#pathPrefix = options.pathPrefix;
    this.#pathSuffix = options.pathSuffix;
    this.#headers = options.headers;
  }

  send(request: LineRequest, handler: Dispatcher.DispatchHandler): TakeBack {
    if (this.#free > 0) {
      this.#start(request, handler);
      return ALREADY_LEFT;
    }
    const waiting: Waiting = { request, handler };
    this.#waiting.add(waiting);
    return () => this.#waiting.delete(waiting);
  }

  close(): Promise<void> {
    return this.#pool.close();
  }

  async destroy(): Promise<void> {
    const destroyed = this.#pool.destroy();
    // The destroyed pool refuses them, so that each handler hears of its end.
    for (const { request, handler } of this.#waiting) this.#start(request, handler);
    this.#waiting.clear();
    await destroyed;
  }

  #start(request: LineRequest, handler: Dispatcher.DispatchHandler): void {
    this.#free--;
    this.#pool.dispatch(
      {
        path: this.#pathPrefix + request.path + this.#pathSuffix,
        method: 'POST',
        headers: [...this.#headers, ...request.headers],
        body: request.body,
      },
      new Exchange(handler, this.#ended),
    );
  }

  readonly #ended = (): void => {
    this.#free++;
    // Not from inside the pool's own call: it has yet to note that the connection is free.
    if (this.#waiting.size > 0) queueMicrotask(() => this.#startNext());
  };

  #startNext(): void {
    for (const waiting of this.#waiting) {
      if (this.#free <= 0) return;
      this.#waiting.delete(waiting);
      this.#start(waiting.request, waiting.handler);
    }
  }
}

/** Passes everything on and says once when the exchange is over. */
class Exchange implements Dispatcher.DispatchHandler {
  readonly #handler: Dispatcher.DispatchHandler;
  readonly #onEnd: () => void;
  #hasEnded = false;

  constructor(handler: Dispatcher.DispatchHandler, onEnd: () => void) {
    this.#handler = handler;
    this.#onEnd = onEnd;
  }

  onRequestStart(...told: Parameters<NonNullable<Dispatcher.DispatchHandler['onRequestStart']>>): void {
    this.#handler.onRequestStart?.(...told);
  }

  onResponseStart(...told: Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseStart']>>): void {
    this.#handler.onResponseStart?.(...told);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#handler.onResponseData?.(controller, chunk);
  }

  onResponseEnd(...told: Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseEnd']>>): void {
    this.#end();
    this.#handler.onResponseEnd?.(...told);
  }

  onResponseError(...told: Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseError']>>): void {
    this.#end();
    this.#handler.onResponseError?.(...told);
  }

  #end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#onEnd();
  }
}
