// Starts a local model and keeps it running: one process that holds the weights and serves the OpenAI chat completions API to this machine's
// checkpoint, as if it were any other server. A process that dies or no longer answers is replaced, behind the same port and token. It is a
// process and not a thread because the library is native code: what makes it abort, a damaged model file or an end while it computes, would
// take the checkpoint with it. What the model is asked is decided elsewhere; nothing reaches it but through the checkpoint.
import { fork, type ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describeError, SekishoError, type Clock, type Random } from '#kernel';
import { findLibrary } from './library.ts';
import { checkModelFile } from './model-file.ts';
import type { FromProcess, LocalModelOptions, ProcessData, ToProcess } from './options.ts';

export type { LocalModelOptions } from './options.ts';

export interface LocalModel {
  readonly id: string;
  /** The base URL of its API: `http://127.0.0.1:PORT/v1`. Stays the same while it lives. */
  readonly url: string;
  /** The bearer token that it asks for. Made at start, and nowhere stored. */
  readonly token: string;
  /** Resolves with the last reason when the process has died too often and is not started again. Pending as long as it lives. */
  readonly failed: Promise<SekishoError>;
  /** Ends the process; requests under way are cut. */
  close(): Promise<void>;
}

export interface LocalModelPorts {
  readonly clock: Clock;
  readonly random: Random;
  /** In words for the operator, of bounded length and rate; also what the library prints. */
  onWarning(message: string): void;
  /** Waits before a restart; rejects when the signal aborts. Default: a timer. */
  readonly pause?: (milliseconds: number, signal: AbortSignal) => Promise<unknown>;
}

/** Beside this file, from source and from the build. */
const PROGRAM = fileURLToPath(new URL(`./model-process${extname(import.meta.url)}`, import.meta.url));
/** A model of a hundred gigabytes on a slow disk takes minutes. */
const START_LIMIT_MS = 900_000;
const ASK_EVERY_MS = 10_000;
/** Reading a long prompt into tokens blocks the process for seconds at most. */
const SILENCE_LIMIT_MS = 60_000;
/** Far beyond any model. Not far beyond this, the library no longer estimates the memory that it takes but aborts, or takes it. */
const MAX_TOKENS_IN_MEMORY = 2 ** 26;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;
/** A process that lived this long starts again with a clean slate. */
const HEALTHY_AFTER_MS = 300_000;
const MAX_DEATHS = 6;
/** The weights are outside the JavaScript heap. */
const NODE_OPTIONS = ['--max-old-space-size=2048'];
const MAX_WARNING_CHARACTERS = 500;
const MAX_WARNINGS = 40;
const WARNINGS_PER_MS = MAX_WARNINGS / 60_000;

/**
 * Resolves when the model is loaded and serves.
 * @throws SekishoError `llama-missing`, `llama-incompatible`, `llama-no-binary`, `llama-model-missing`, `llama-model-invalid`,
 * `llama-memory`, `llama-load-failed`, `llama-failed`
 */
export async function startLocalModel(options: LocalModelOptions, ports: LocalModelPorts): Promise<LocalModel> {
  if (options.contextTokens * options.parallel > MAX_TOKENS_IN_MEMORY) {
    throw new SekishoError(
      'llama-memory',
      `No model remembers ${options.contextTokens} tokens for each of ${options.parallel} requests at once`,
      {
        hint: 'Lower contextTokens or parallel.',
      },
    );
  }
  const library = await findLibrary(options.resolveFrom);
  await checkModelFile(options.modelPath);
  const data = { options, token: ports.random.bytes(32).toString('base64url'), library: library.href };
  const keeper = new Keeper(data, ports);
  await keeper.start();
  return {
    id: options.id,
    url: `http://127.0.0.1:${keeper.port}/v1`,
    token: data.token,
    failed: keeper.failed,
    close: () => keeper.close(),
  };
}

class Keeper {
  readonly failed: Promise<SekishoError>;
  readonly #data: Omit<ProcessData, 'port'>;
  readonly #clock: Clock;
  readonly #warn: (message: string) => void;
  readonly #pause: NonNullable<LocalModelPorts['pause']>;
  readonly #giveUp: (error: SekishoError) => void;
  readonly #closing = new AbortController();
  #process: ModelProcess | undefined;
  #restarting: Promise<void> = Promise.resolve();
  #deaths = 0;
  port = 0;

  constructor(data: Omit<ProcessData, 'port'>, ports: LocalModelPorts) {
    this.#data = data;
    this.#clock = ports.clock;
    this.#pause = ports.pause ?? ((milliseconds, signal) => sleep(milliseconds, undefined, { signal }));
    this.#warn = limited(ports.clock, (message) => {
      ports.onWarning(`local model ${data.options.id}: ${message.slice(0, MAX_WARNING_CHARACTERS)}`);
    });
    const { promise, resolve } = Promise.withResolvers<SekishoError>();
    this.failed = promise;
    this.#giveUp = resolve;
  }

  async start(): Promise<void> {
    const child = new ModelProcess({ ...this.#data, port: this.port }, { clock: this.#clock, warn: this.#warn });
    this.#process = child;
    this.port = await child.ready;
    const startedAt = this.#clock.monotonic();
    void child.ended.then((reason) => {
      if (this.#closing.signal.aborted) return;
      if (this.#clock.monotonic() - startedAt > HEALTHY_AFTER_MS) this.#deaths = 0;
      this.#restarting = this.#restart(reason);
    });
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#process?.close();
    await this.#restarting;
    // One more may have been started meanwhile.
    await this.#process?.close();
  }

  async #restart(reason: string): Promise<void> {
    let last = reason;
    while (!this.#closing.signal.aborted) {
      if (++this.#deaths >= MAX_DEATHS) {
        this.#warn(`it ended ${this.#deaths} times and is not started again: ${last}`);
        return this.#giveUp(
          new SekishoError('llama-failed', `The local model ${this.#data.options.id} ended ${this.#deaths} times: ${last}`),
        );
      }
      const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (this.#deaths - 1));
      this.#warn(`its process ended (${last}) and is started again in ${pauseMs / 1000} s`);
      await this.#pause(pauseMs, this.#closing.signal).catch(() => undefined);
      if (this.#closing.signal.aborted) return;
      try {
        return await this.start();
      } catch (error) {
        last = describeError(error);
      }
    }
  }
}

/** One process from its start to its end. */
class ModelProcess {
  /** Resolves with the port; rejects when it ends before it serves. */
  readonly ready: Promise<number>;
  /** Resolves with the reason. */
  readonly ended: Promise<string>;
  readonly #child: ChildProcess;
  readonly #clock: Clock;
  #reason: string | undefined;
  #heardAt: number;
  #asking: NodeJS.Timeout | undefined;

  constructor(data: ProcessData, { clock, warn }: { readonly clock: Clock; readonly warn: (message: string) => void }) {
    this.#clock = clock;
    this.#heardAt = clock.monotonic();
    // Without the environment, because the library takes options from there, and because it holds what a model has no use for.
    const child = fork(PROGRAM, [], { env: {}, execArgv: NODE_OPTIONS, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
    this.#child = child;
    this.#tell({ type: 'begin', data });
    for (const output of [child.stdout, child.stderr]) {
      output?.setEncoding('utf8').on('data', (text: string) => {
        if (text.trim() !== '') warn(text.trim());
      });
    }
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    this.ready = promise;
    // Whoever waits for it is told; nobody has to.
    promise.catch(() => undefined);
    const slow = setTimeout(() => this.#end(`it was not ready after ${START_LIMIT_MS / 1000} s`), START_LIMIT_MS);
    child.on('message', (message: FromProcess) => {
      this.#heardAt = clock.monotonic();
      if (message.type === 'warning') warn(message.message);
      else if (message.type === 'failed') {
        reject(new SekishoError(message.code, message.message, message.hint === undefined ? {} : { hint: message.hint }));
        this.#end(message.message);
      } else if (message.type === 'ready') {
        clearTimeout(slow);
        this.#watch();
        resolve(message.port);
      }
    });
    this.ended = new Promise((settle) => {
      const over = (reason: string): void => {
        clearTimeout(slow);
        clearInterval(this.#asking);
        reject(new SekishoError('llama-failed', `The process of the local model ${data.options.id} ended before it served: ${reason}`));
        settle(reason);
      };
      child.once('exit', (code, signal) => over(this.#reason ?? (signal === null ? `exit code ${code}` : `signal ${signal}`)));
      child.on('error', (error) => {
        this.#reason ??= describeError(error);
        // Without a pid it never began, and no exit follows.
        if (child.pid === undefined) over(this.#reason);
      });
    });
  }

  async close(): Promise<void> {
    this.#end('closed');
    await this.ended;
  }

  #watch(): void {
    this.#asking = setInterval(() => {
      if (this.#clock.monotonic() - this.#heardAt > SILENCE_LIMIT_MS) this.#end(`it did not answer for ${SILENCE_LIMIT_MS / 1000} s`);
      else this.#tell({ type: 'ask' });
    }, ASK_EVERY_MS);
    this.#asking.unref();
  }

  /** A process that is gone is told nothing; its end is reported by itself. */
  #tell(message: ToProcess): void {
    if (this.#child.connected) this.#child.send(message, () => undefined);
  }

  #end(reason: string): void {
    this.#reason ??= reason;
    this.#child.kill('SIGKILL');
  }
}

/** Lets through as much as a log can take: what comes faster is counted and said once it can be. */
function limited(clock: Clock, warn: (message: string) => void): (message: string) => void {
  let allowance = MAX_WARNINGS;
  let at = clock.monotonic();
  let dropped = 0;
  return (message) => {
    const now = clock.monotonic();
    allowance = Math.min(MAX_WARNINGS, allowance + (now - at) * WARNINGS_PER_MS);
    at = now;
    if (allowance < 1) {
      dropped++;
      return;
    }
    allowance--;
    warn(dropped === 0 ? message : `${message} (${dropped} messages before this one were left out)`);
    dropped = 0;
  };
}
