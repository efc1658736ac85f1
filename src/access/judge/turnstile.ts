// Lets so many in at once, so many wait, and so many in within a minute. Whoever is not let in is told so at once.
import type { Clock } from '#kernel';

export interface TurnstileOptions {
  readonly clock: Clock;
  readonly maxConcurrent: number;
  readonly maxPerMinute: number;
  readonly mostWaiting: number;
}

export type TurnedBack = 'judge-busy' | 'judge-rate';

const MINUTE_MS = 60_000;

export class Turnstile {
  readonly #options: TurnstileOptions;
  readonly #waiting: ((entered: boolean) => void)[] = [];
  /** When those of the last minute were let in or began to wait. */
  readonly #entries: number[] = [];
  #inside = 0;
  #isClosed = false;

  constructor(options: TurnstileOptions) {
    this.#options = options;
  }

  /** Runs `work` once there is a place for it; otherwise says why there is none. */
  async pass<T>(work: () => Promise<T>): Promise<T | TurnedBack> {
    const turnedBack = await this.#enter();
    if (turnedBack !== undefined) return turnedBack;
    try {
      return await work();
    } finally {
      this.#leave();
    }
  }

  /** Turns back everybody who waits, and everybody who comes. */
  close(): void {
    this.#isClosed = true;
    for (const enter of this.#waiting.splice(0)) enter(false);
  }

  async #enter(): Promise<TurnedBack | undefined> {
    const { clock, maxConcurrent, maxPerMinute, mostWaiting } = this.#options;
    const now = clock.monotonic();
    while (this.#entries[0] !== undefined && this.#entries[0] <= now - MINUTE_MS) this.#entries.shift();
    if (this.#isClosed || this.#waiting.length >= mostWaiting) return 'judge-busy';
    if (this.#entries.length >= maxPerMinute) return 'judge-rate';
    this.#entries.push(now);
    if (this.#inside < maxConcurrent) {
      this.#inside++;
      return undefined;
    }
    const entered = await new Promise<boolean>((resolve) => this.#waiting.push(resolve));
    return entered ? undefined : 'judge-busy';
  }

  /** The place goes to whoever has waited longest. */
  #leave(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#inside--;
    else next(true);
  }
}
