// Where log lines go: a file descriptor that may be full, slow or gone. Losing lines is its answer to all three, because the ledger is
// what must not fail: it never throws, never holds up an exit, and keeps no more in memory than a bound. Does not format anything.
import { write, writeSync } from 'node:fs';
import { systemErrorCode } from '#kernel';

/** Lines beyond this that wait for the descriptor are dropped. */
const LONGEST_BACKLOG = 1 << 20;
const FLUSH_MS = 500;
/** How long a descriptor that does not take anything now is left alone. */
const AGAIN_MS = 50;

const EMPTY = Buffer.alloc(0);

export class LogSink {
  readonly #descriptor: number;
  readonly #blockLength: number;
  #lines = '';
  /** Rest of a block that the descriptor took only in part. */
  #rest: Buffer = EMPTY;
  #isWriting = false;
  #waiting: (() => void)[] = [];

  /** `blockLength` 0 writes every line at once; otherwise lines leave in blocks of at least that many characters, or twice a second. */
  constructor(descriptor: number, blockLength: number) {
    this.#descriptor = descriptor;
    this.#blockLength = blockLength;
    if (blockLength > 0) setInterval(() => this.#pump(), FLUSH_MS).unref();
    process.on('exit', () => this.#writeNow());
  }

  write(line: string): void {
    if (this.#lines.length + line.length > LONGEST_BACKLOG) return;
    this.#lines += line;
    if (this.#blockLength === 0) this.#writeNow();
    else if (this.#lines.length >= this.#blockLength) this.#pump();
  }

  /** Calls back when all lines so far have been written or given up. */
  flush(done: () => void): void {
    this.#waiting.push(done);
    this.#pump();
  }

  #pump(): void {
    if (this.#isWriting) return;
    const block = this.#next();
    if (block.length === 0) {
      for (const done of this.#waiting.splice(0)) done();
      return;
    }
    this.#isWriting = true;
    write(this.#descriptor, block, (error, written) => {
      this.#isWriting = false;
      if (error === null) this.#rest = block.subarray(written);
      else if (systemErrorCode(error) === 'EAGAIN') {
        this.#rest = block;
        setTimeout(() => this.#pump(), AGAIN_MS).unref();
        return;
      }
      if (this.#rest.length > 0 || this.#lines.length >= this.#blockLength || this.#waiting.length > 0) this.#pump();
    });
  }

  #writeNow(): void {
    if (this.#isWriting) return;
    const block = this.#next();
    let from = 0;
    try {
      while (from < block.length) from += writeSync(this.#descriptor, block, from);
    } catch (error) {
      if (systemErrorCode(error) === 'EAGAIN') this.#rest = block.subarray(from);
    }
  }

  /** What is to be written now; from here on it is the caller's. */
  #next(): Buffer {
    const block = this.#lines === '' ? this.#rest : Buffer.concat([this.#rest, Buffer.from(this.#lines)]);
    this.#lines = '';
    this.#rest = EMPTY;
    return block;
  }
}
