// Runs the Japanese name tagger away from the event loop. Bounded: what does not fit into the queue is refused, a worker that is stuck is
// ended, one that dies is replaced; then the texts it had fail, and whoever asked decides. Retries nothing and caches nothing.
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { SekishoError } from '#kernel';
import type { Finding } from '../detect/detector.ts';
import { joinWindows, windowsOf, type Window } from './windows.ts';

export interface NameText {
  /** Normalised: `Subject.text`. */
  readonly text: string;
  readonly hint: string;
}

export interface Task {
  readonly id: number;
  readonly texts: readonly NameText[];
}

export interface Answer {
  readonly id: number;
  readonly findings: readonly Finding[][];
}

export interface NamePool {
  /**
   * Findings for each text, in offsets of that text. Fails with a SekishoError: `names-queue-full`, `names-timeout`, `names-worker-failed`,
   * `names-pool-closed`.
   */
  tag(texts: readonly NameText[]): Promise<Finding[][]>;
  close(): Promise<void>;
}

export interface NamePoolOptions {
  readonly workers: number;
  /** Characters that wait or are being read, in all. */
  readonly maxQueuedCharacters: number;
  /** For what a worker is given at once (about 16,000 characters), its start included. */
  readonly timeoutMs: number;
  /** Another program than names-worker.ts: for tests. */
  readonly entry?: URL;
}

const MOST_IN_A_WINDOW = 8_192;
const MOST_IN_A_TASK = 16_384;
const ENTRY = new URL(`./names-worker${extname(import.meta.url)}`, import.meta.url);

interface Job extends Task {
  readonly characters: number;
  resolve(findings: readonly Finding[][]): void;
  reject(error: SekishoError): void;
}

interface Seat {
  worker: Worker | undefined;
  job: Job | undefined;
  timer: NodeJS.Timeout | undefined;
}

export function createNamePool(options: NamePoolOptions): NamePool {
  const seats: Seat[] = Array.from({ length: Math.max(1, options.workers) }, () => ({
    worker: undefined,
    job: undefined,
    timer: undefined,
  }));
  const waiting: Job[] = [];
  let queuedCharacters = 0;
  let lastId = 0;
  let closed = false;

  function workerFor(seat: Seat): Worker {
    if (seat.worker !== undefined) return seat.worker;
    const worker = new Worker(options.entry ?? ENTRY);
    seat.worker = worker;
    worker.on('message', ({ id, findings }: Answer) => {
      if (seat.worker !== worker || seat.job?.id !== id) return;
      finish(seat)?.resolve(findings);
      next(seat);
    });
    worker.on('error', (cause) =>
      lose(
        seat,
        worker,
        new SekishoError('names-worker-failed', 'The worker that looks for names failed.', {
          cause,
        }),
      ),
    );
    worker.on('exit', () => lose(seat, worker, new SekishoError('names-worker-failed', 'The worker that looks for names ended.')));
    return worker;
  }

  function finish(seat: Seat): Job | undefined {
    const { job } = seat;
    clearTimeout(seat.timer);
    seat.job = undefined;
    // An idle worker keeps no process alive.
    seat.worker?.unref();
    if (job !== undefined) queuedCharacters -= job.characters;
    return job;
  }

  /** The seat is empty; the next job gets a new worker. */
  function lose(seat: Seat, worker: Worker, error: SekishoError): void {
    if (seat.worker !== worker) return;
    const job = finish(seat);
    seat.worker = undefined;
    void worker.terminate();
    job?.reject(error);
    next(seat);
  }

  function next(seat: Seat): void {
    if (closed || seat.job !== undefined) return;
    const job = waiting.shift();
    if (job === undefined) return;
    seat.job = job;
    const worker = workerFor(seat);
    worker.ref();
    seat.timer = setTimeout(() => {
      lose(seat, worker, new SekishoError('names-timeout', `Looking for names took more than ${options.timeoutMs} ms.`));
    }, options.timeoutMs);
    worker.postMessage({ id: job.id, texts: job.texts } satisfies Task, []);
  }

  function run(texts: readonly NameText[]): Promise<readonly Finding[][]> {
    const characters = charactersOf(texts);
    queuedCharacters += characters;
    const { promise, resolve, reject } = Promise.withResolvers<readonly Finding[][]>();
    waiting.push({ id: ++lastId, texts, characters, resolve, reject });
    for (const seat of seats) next(seat);
    return promise;
  }

  return {
    async tag(texts) {
      if (closed) throw poolClosed();
      const characters = charactersOf(texts);
      if (queuedCharacters + characters > options.maxQueuedCharacters)
        throw new SekishoError('names-queue-full', `More than ${options.maxQueuedCharacters} characters wait to be searched for names.`);
      const pieces = texts.flatMap(({ text, hint }, index) => windowsOf(text, MOST_IN_A_WINDOW).map((window) => ({ index, window, hint })));
      const tasks = tasksOf(pieces);
      const answers = await Promise.all(tasks.map((task) => run(task.map(({ window, hint }) => ({ text: window.text, hint })))));
      const parts: { window: Window; findings: readonly Finding[] }[][] = texts.map(() => []);
      tasks.forEach((task, at) => {
        task.forEach(({ index, window }, place) => parts[index]!.push({ window, findings: answers[at]![place]! }));
      });
      return parts.map(joinWindows);
    },
    async close() {
      closed = true;
      for (const job of waiting.splice(0)) job.reject(poolClosed());
      await Promise.all(
        seats.map(async (seat) => {
          const { worker } = seat;
          finish(seat)?.reject(poolClosed());
          seat.worker = undefined;
          await worker?.terminate();
        }),
      );
    },
  };
}

function poolClosed(): SekishoError {
  return new SekishoError('names-pool-closed', 'The pool that looks for names is closed.');
}

function charactersOf(texts: readonly { readonly text: string }[]): number {
  return texts.reduce((sum, { text }) => sum + text.length, 0);
}

interface Piece {
  readonly index: number;
  readonly window: Window;
  readonly hint: string;
}

/** In order, as many to a task as fit. */
function tasksOf(pieces: readonly Piece[]): Piece[][] {
  const tasks: Piece[][] = [];
  let characters = Infinity;
  for (const piece of pieces) {
    if (characters + piece.window.text.length > MOST_IN_A_TASK) {
      tasks.push([]);
      characters = 0;
    }
    tasks.at(-1)!.push(piece);
    characters += piece.window.text.length;
  }
  return tasks;
}
