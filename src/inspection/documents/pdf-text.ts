// The text of PDFs, read in threads of their own: a hostile document costs its time limit and a thread, and nobody else anything. Starts
// nothing before the first document. Keeps no text, retries nothing, and looks at no picture.
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { err, type Result } from '#kernel';
import type { PdfJob, PdfLimits, PdfMessage, PdfProblem, PdfText } from './pdf-job.ts';

export type { PdfProblem, PdfText } from './pdf-job.ts';

export interface PdfReaderOptions extends PdfLimits {
  /** For one document, and for its turn to come. The start of a thread is not counted. */
  readonly timeoutMs: number;
  /** Of a document as it came. */
  readonly maxBytes: number;
  readonly workers: number;
  /** Documents that wait for their turn; more are refused as `busy`. */
  readonly maxWaiting?: number;
}

export interface PdfReader {
  read(bytes: Buffer): Promise<Result<PdfText, PdfProblem>>;
  /** Ends the threads. What waits or is being read is answered `busy`. */
  close(): Promise<void>;
}

type Outcome = Result<PdfText, PdfProblem>;

interface Job extends PdfJob {
  waiting: NodeJS.Timeout | undefined;
  settle(outcome: Outcome): void;
}

interface Seat {
  worker: Worker | undefined;
  isReady: boolean;
  job: Job | undefined;
  timer: NodeJS.Timeout | undefined;
  watch: NodeJS.Timeout | undefined;
}

const ENTRY = new URL(`./pdf-worker${extname(import.meta.url)}`, import.meta.url);
const START_LIMIT_MS = 30_000;
const MAX_WAITING = 8;
const MAX_MEMORY_MB = 256;
/** V8 bounds the heap, and not the buffers into which streams are unpacked: those are looked at this often. */
const WATCH_INTERVAL_MS = 20;

export function createPdfReader(options: PdfReaderOptions): PdfReader {
  const { timeoutMs, maxBytes, maxPages, maxCharacters, maxWaiting = MAX_WAITING } = options;
  const seats = Array.from({ length: Math.max(1, options.workers) }, (): Seat => ({
    worker: undefined,
    isReady: false,
    job: undefined,
    timer: undefined,
    watch: undefined,
  }));
  const queue: Job[] = [];
  let lastId = 0;
  let closed = false;

  function start(seat: Seat): Worker {
    const worker = new Worker(ENTRY, {
      workerData: { maxPages, maxCharacters } satisfies PdfLimits,
      resourceLimits: { maxOldGenerationSizeMb: MAX_MEMORY_MB, maxYoungGenerationSizeMb: 32, stackSizeMb: 4 },
      env: {},
      stdin: false,
    });
    seat.worker = worker;
    seat.isReady = false;
    worker.on('message', (message: PdfMessage) => {
      if (seat.worker !== worker) return;
      if (message === 'ready') {
        seat.isReady = true;
        give(seat, worker);
      } else if (message.id === seat.job?.id) {
        finish(seat, message.outcome);
        next(seat);
      }
    });
    worker.on('error', (cause) => lose(seat, worker, problemOfThread(cause)));
    worker.on('exit', () => lose(seat, worker, { kind: 'unreadable', detail: 'the thread that read it ended' }));
    return worker;
  }

  /** To a thread that is ready: its time begins. */
  function give(seat: Seat, worker: Worker): void {
    const { job } = seat;
    if (job === undefined) return;
    clearTimeout(seat.timer);
    seat.timer = setTimeout(() => {
      lose(seat, worker, { kind: 'timeout', detail: `reading it took more than ${timeoutMs} ms` });
    }, timeoutMs);
    seat.watch = watchMemory(worker, () =>
      lose(seat, worker, { kind: 'too-large', detail: `reading it takes more than ${MAX_MEMORY_MB} MB of memory` }),
    );
    worker.postMessage({ id: job.id, bytes: job.bytes } satisfies PdfJob, [job.bytes.buffer]);
  }

  function finish(seat: Seat, outcome: Outcome): void {
    const { job } = seat;
    clearTimeout(seat.timer);
    clearInterval(seat.watch);
    seat.job = undefined;
    // An idle thread keeps no process alive.
    seat.worker?.unref();
    job?.settle(outcome);
  }

  /** The seat is empty; the next document gets a new thread. */
  function lose(seat: Seat, worker: Worker, problem: PdfProblem): void {
    if (seat.worker !== worker) return;
    seat.worker = undefined;
    void worker.terminate();
    finish(seat, err(problem));
    next(seat);
  }

  function next(seat: Seat): void {
    if (closed || seat.job !== undefined) return;
    const job = queue.shift();
    if (job === undefined) return;
    clearTimeout(job.waiting);
    seat.job = job;
    const worker = seat.worker ?? start(seat);
    worker.ref();
    if (seat.isReady) return give(seat, worker);
    seat.timer = setTimeout(
      () => lose(seat, worker, { kind: 'timeout', detail: 'the thread that reads it did not start' }),
      START_LIMIT_MS,
    );
  }

  function enqueue(bytes: Buffer): Promise<Outcome> {
    const { promise, resolve } = Promise.withResolvers<Outcome>();
    // A copy: it moves to the thread, and `bytes` stays the caller's.
    const job: Job = { id: ++lastId, bytes: new Uint8Array(bytes), waiting: undefined, settle: resolve };
    queue.push(job);
    for (const seat of seats) next(seat);
    if (queue.includes(job)) {
      job.waiting = setTimeout(() => {
        queue.splice(queue.indexOf(job), 1);
        resolve(busy(`its turn did not come within ${timeoutMs} ms`));
      }, timeoutMs);
    }
    return promise;
  }

  return {
    async read(bytes) {
      if (closed) return busy('no more documents are read');
      if (bytes.length > maxBytes) return err({ kind: 'too-large', detail: `it has ${bytes.length} bytes, and ${maxBytes} are allowed` });
      if (queue.length >= maxWaiting) return busy(`${queue.length} others wait`);
      return enqueue(bytes);
    },
    async close() {
      closed = true;
      for (const job of queue.splice(0)) {
        clearTimeout(job.waiting);
        job.settle(busy('no more documents are read'));
      }
      await Promise.all(
        seats.map(async (seat) => {
          const { worker } = seat;
          finish(seat, busy('no more documents are read'));
          seat.worker = undefined;
          await worker?.terminate();
        }),
      );
    },
  };
}

function busy(detail: string): Outcome {
  return err({ kind: 'busy', detail });
}

function problemOfThread(cause: unknown): PdfProblem {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  return code === 'ERR_WORKER_OUT_OF_MEMORY'
    ? { kind: 'too-large', detail: `reading it takes more than ${MAX_MEMORY_MB} MB of memory` }
    : { kind: 'unreadable', detail: 'the thread that read it failed' };
}

/** Answers come also from a thread that is busy: V8 interrupts it for them. */
function watchMemory(worker: Worker, exceeded: () => void): NodeJS.Timeout {
  let isAsked = false;
  return setInterval(() => {
    if (isAsked) return;
    isAsked = true;
    worker.getHeapStatistics().then(
      ({ external_memory: bytes }) => {
        isAsked = false;
        if (bytes > MAX_MEMORY_MB * 1024 * 1024) exceeded();
      },
      // It has ended.
      () => undefined,
    );
  }, WATCH_INTERVAL_MS);
}
