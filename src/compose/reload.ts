// One configuration on its way to the workers: who has yet to answer, and why some cannot go by it. Decides nothing.

export class Reload {
  /** Once every worker has answered, died, or kept silent for too long: the reasons of those that keep what they had. */
  readonly ended: Promise<readonly string[]>;
  readonly #generation: number;
  readonly #waiting: Set<number>;
  readonly #refusals: string[] = [];
  readonly #timer: NodeJS.Timeout;
  readonly #end: () => void;

  constructor(options: { readonly generation: number; readonly workers: readonly number[]; readonly timeoutMs: number }) {
    const { promise, resolve } = Promise.withResolvers<readonly string[]>();
    this.ended = promise;
    this.#generation = options.generation;
    this.#waiting = new Set(options.workers);
    this.#end = () => resolve(this.#refusals);
    // A worker that is stuck hears of it when it goes on.
    this.#timer = setTimeout(this.#end, options.timeoutMs);
    this.#endIfAllAnswered();
  }

  answered(worker: number, generation: number, problem: string | undefined): void {
    if (generation !== this.#generation || !this.#waiting.delete(worker)) return;
    if (problem !== undefined) this.#refusals.push(problem);
    this.#endIfAllAnswered();
  }

  /** It is dead; the one that replaces it begins with what is in force then. */
  gone(worker: number): void {
    this.#waiting.delete(worker);
    this.#endIfAllAnswered();
  }

  #endIfAllAnswered(): void {
    if (this.#waiting.size > 0) return;
    clearTimeout(this.#timer);
    this.#end();
  }
}
