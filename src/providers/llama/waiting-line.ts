// Who is answered now, who waits, and who is sent away: at most `parallel` at once and `maxQueued` behind them, first come, first served.

export interface Ticket {
  /** Resolves when it is this request's turn; rejects with the signal's reason when it is given up before. */
  turn(signal: AbortSignal): Promise<void>;
  /** Makes room. Must be called once, whatever became of the request. */
  leave(): void;
}

export class WaitingLine {
  readonly #parallel: number;
  readonly #limit: number;
  readonly #waiting: (() => void)[] = [];
  #inside = 0;
  #served = 0;

  constructor(options: { readonly parallel: number; readonly maxQueued: number }) {
    this.#parallel = options.parallel;
    this.#limit = options.parallel + options.maxQueued;
  }

  /** A place, or undefined when all are taken. */
  enter(): Ticket | undefined {
    if (this.#inside >= this.#limit) return undefined;
    this.#inside++;
    let isServed = false;
    let isGone = false;
    return {
      turn: async (signal) => {
        signal.throwIfAborted();
        if (this.#served < this.#parallel) this.#served++;
        else await this.#wait(signal);
        isServed = true;
      },
      leave: () => {
        if (isGone) return;
        isGone = true;
        this.#inside--;
        if (isServed) this.#passOn();
      },
    };
  }

  /** A turn goes to whoever waits longest, without being free in between. */
  #passOn(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#served--;
    else next();
  }

  #wait(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const called = (): void => {
        signal.removeEventListener('abort', givenUp);
        resolve();
      };
      const givenUp = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(called), 1);
        reject(signal.reason as Error);
      };
      signal.addEventListener('abort', givenUp, { once: true });
      this.#waiting.push(called);
    });
  }
}
