// Regular expressions and JSON Schemas over what a model wrote, in a thread of their own with a time limit: an expression that backtracks
// without end costs one check and not the run. Decides no words.
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { canonicalJson, type Json } from '#kernel';

export type SandboxJob =
  | { readonly kind: 'regex'; readonly pattern: string; readonly flags: string; readonly text: string }
  /** `schema`: JSON text. `schema` alone asks whether it can be used. */
  | { readonly kind: 'schema'; readonly schema: string }
  | { readonly kind: 'validate'; readonly schema: string; readonly text: string };

export type SandboxAnswer =
  | { readonly kind: 'passed' | 'not-json' }
  /** For a schema: the keyword that did not hold, and where it stands in the schema. */
  | { readonly kind: 'failed'; readonly keyword?: string; readonly schemaPath?: string }
  | { readonly kind: 'broken'; readonly reason: string };

/** `too-slow`: the time limit ended it. `broken`: it could not be run at all. */
export type SandboxOutcome = SandboxAnswer | { readonly kind: 'too-slow'; readonly limitMs: number };

export interface CheckSandbox {
  /** Whether the expression matches anywhere in the text. */
  matches(pattern: string, flags: string, text: string): Promise<SandboxOutcome>;
  /** Whether the text is JSON and satisfies the schema (2020-12). */
  validates(schema: Json, text: string): Promise<SandboxOutcome>;
  /** Why a schema cannot be used; undefined when it can. */
  schemaProblem(schema: Json): Promise<string | undefined>;
  /** Ends the thread. Jobs that wait are answered `broken`. */
  close(): Promise<void>;
}

const TIME_LIMIT_MS = 1_000;
const START_LIMIT_MS = 30_000;
const RESOURCE_LIMITS = { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 32, stackSizeMb: 4 };
/** Beside this file, from source and from the build. */
const WORKER_URL = new URL(`./sandbox-worker${extname(import.meta.url)}`, import.meta.url);

/** The thread starts with the first job. One job at a time: what waits is bounded by whoever asks. */
export function createCheckSandbox({ timeLimitMs = TIME_LIMIT_MS }: { readonly timeLimitMs?: number } = {}): CheckSandbox {
  const thread = new Thread(timeLimitMs);
  let queue: Promise<unknown> = Promise.resolve();
  const inTurn = (job: SandboxJob): Promise<SandboxOutcome> => {
    const outcome = queue.then(() => thread.run(job));
    queue = outcome;
    return outcome;
  };
  return {
    matches: (pattern, flags, text) => inTurn({ kind: 'regex', pattern, flags, text }),
    validates: (schema, text) => inTurn({ kind: 'validate', schema: canonicalJson(schema), text }),
    async schemaProblem(schema) {
      const outcome = await inTurn({ kind: 'schema', schema: canonicalJson(schema) });
      if (outcome.kind === 'passed') return undefined;
      if (outcome.kind === 'broken') return outcome.reason;
      return 'it takes too long to prepare';
    },
    close: () => thread.close(),
  };
}

class Thread {
  readonly #timeLimitMs: number;
  #worker: Worker | undefined;
  #closed = false;
  #stop: (() => void) | undefined;

  constructor(timeLimitMs: number) {
    this.#timeLimitMs = timeLimitMs;
  }

  async run(job: SandboxJob): Promise<SandboxOutcome> {
    if (this.#closed) return { kind: 'broken', reason: 'the run has ended' };
    try {
      const worker = this.#worker ?? (await this.#start());
      return await this.#ask(worker, job);
    } catch (error) {
      // The thread died: out of memory or stack. The next job gets a new one.
      await this.#end();
      return { kind: 'broken', reason: error instanceof Error ? error.message : 'unknown' };
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#stop?.();
    await this.#end();
  }

  async #start(): Promise<Worker> {
    const worker = new Worker(WORKER_URL, { resourceLimits: RESOURCE_LIMITS, env: {}, stdin: false });
    // Its end is seen by whoever waits for an answer.
    worker.on('error', () => undefined);
    this.#worker = worker;
    if ((await this.#next(worker, START_LIMIT_MS)) === undefined) throw new Error('the thread for checks did not start');
    return worker;
  }

  async #ask(worker: Worker, job: SandboxJob): Promise<SandboxOutcome> {
    const answer = this.#next(worker, this.#timeLimitMs);
    worker.postMessage(job, []);
    const outcome = (await answer) as SandboxAnswer | undefined;
    if (outcome !== undefined) return outcome;
    await this.#end();
    return { kind: 'too-slow', limitMs: this.#timeLimitMs };
  }

  /** The worker's next message; undefined when the time is over. */
  #next(worker: Worker, limitMs: number): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const settle = (act: () => void): void => {
        clearTimeout(timer);
        worker.off('message', heard).off('error', failed).off('exit', ended);
        this.#stop = undefined;
        act();
      };
      const heard = (message: unknown): void => settle(() => resolve(message));
      const failed = (error: unknown): void => settle(() => reject(error instanceof Error ? error : new Error('the thread failed')));
      const ended = (): void => settle(() => reject(new Error('the thread for checks ended')));
      const timer = setTimeout(() => settle(() => resolve(undefined)), limitMs);
      this.#stop = ended;
      worker.on('message', heard).on('error', failed).on('exit', ended);
    });
  }

  async #end(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
  }
}
