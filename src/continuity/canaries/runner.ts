// Runs canaries on time: one of many nodes sends each, at moments nobody can predict, and a change of state is told once. A canary that
// cannot be sent, kept or told costs that run and nothing else; requests of people are never touched.
import { describeError, ulid, type Clock, type Random } from '#kernel';
import {
  canaryKey,
  changeOf,
  cut,
  judge,
  type CanaryAlert,
  type CanaryAnswer,
  type CanaryRecord,
  type CanaryRequest,
  type CanarySubject,
} from './canary.ts';
import { canaryRequest } from './request.ts';

export interface CanaryStore {
  insert(record: CanaryRecord): Promise<void>;
  /** The newest records of one canary, newest first. */
  latest(of: { readonly deployment: string; readonly program: string | null }, limit: number): Promise<readonly CanaryRecord[]>;
  /** Newest first, over all canaries or those of one deployment. */
  list(options: { readonly deployment?: string; readonly limit: number }): Promise<readonly CanaryRecord[]>;
  /** True: this caller has the name for so long, by the store's own clock, and no other caller has it. */
  tryLease(name: string, forMs: number): Promise<boolean>;
  /** Forgets what is older; returns how many were forgotten. */
  prune(beforeMs: number): Promise<number>;
}

export interface CanaryPorts {
  readonly schedule: readonly CanarySubject[];
  /** Sends it through the checkpoint and reads the answer. A rejection counts as nobody having answered. */
  readonly send: (request: CanaryRequest) => Promise<CanaryAnswer>;
  readonly store: CanaryStore;
  readonly clock: Clock;
  readonly random: Random;
  /** A change of state, before its record is kept. When it rejects, the record is not kept, and the next run tells it again. */
  readonly onAlert: (alert: CanaryAlert) => Promise<void> | void;
  /** After every run that was kept: for metrics. */
  readonly onRun?: (record: CanaryRecord) => void;
  /** What kept a run from being sent, told or kept. */
  readonly onError?: (subject: CanarySubject, error: unknown) => void;
  /** Calls once after so many milliseconds; what it returns takes that back. Default: a timer that keeps no process alive. */
  readonly later?: (delayMs: number, run: () => void) => () => void;
}

export interface CanaryRunner {
  start(): void;
  /** Sends no more, cuts what is under way, and waits until it has ended. */
  stop(): Promise<void>;
  /** One run of one canary now, if this node gets the lease; undefined when it does not. */
  run(subject: CanarySubject): Promise<CanaryRecord | undefined>;
}

const MINUTE_MS = 60_000;
/** Each interval differs from the configured one by up to this share, either way. */
const JITTER = 0.1;
/** Shorter than the shortest interval, so that the holder of one run can be the holder of the next. */
const LEASE_SHARE = 0.85;
/** The first run comes between these, so that a restart of all nodes does not ask every vendor at once. */
const FIRST_MS = { from: 1_000, to: 60_000 };
/** Nor later than this share of the interval. */
const FIRST_SHARE = 0.1;
const ANSWER_MS = 120_000;
const MOST_AT_ONCE = 2;
/** Enough to find the last two that say something of the vendor. */
const RECENT_RUNS = 10;
const KEPT_MS = 400 * 24 * 60 * MINUTE_MS;
const PRUNE_EVERY_MS = 24 * 60 * MINUTE_MS;
/** As long as timers take at once. */
const LONGEST_DELAY_MS = 0x7fff_ffff;

export function createCanaryRunner(ports: CanaryPorts): CanaryRunner {
  return new Runner(ports);
}

class Runner implements CanaryRunner {
  readonly #ports: CanaryPorts;
  readonly #stopping = new AbortController();
  readonly #timers = new Map<CanarySubject, () => void>();
  readonly #running = new Set<Promise<unknown>>();
  readonly #queue: CanarySubject[] = [];
  #prunedAtMs = Number.NEGATIVE_INFINITY;

  constructor(ports: CanaryPorts) {
    this.#ports = ports;
  }

  start(): void {
    for (const subject of this.#ports.schedule) {
      const latestMs = Math.min(FIRST_MS.to, Math.max(FIRST_MS.from, subject.everyMinutes * MINUTE_MS * FIRST_SHARE));
      this.#wait(subject, FIRST_MS.from + this.#chance() * (latestMs - FIRST_MS.from));
    }
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    for (const takeBack of this.#timers.values()) takeBack();
    this.#timers.clear();
    this.#queue.length = 0;
    await Promise.all(this.#running);
  }

  async run(subject: CanarySubject): Promise<CanaryRecord | undefined> {
    const { store, clock, random, onAlert, onRun } = this.#ports;
    const intervalMs = subject.everyMinutes * MINUTE_MS;
    if (!(await store.tryLease(canaryKey(subject), Math.floor(intervalMs * LEASE_SHARE)))) return undefined;
    const startedAt = clock.monotonic();
    const answer = await this.#ask(subject);
    if (this.#stopping.signal.aborted) return undefined;
    const atMs = clock.now();
    const record: CanaryRecord = {
      id: `cnr_${ulid(atMs, random.bytes(10))}`,
      deployment: subject.deployment,
      program: subject.program ?? null,
      route: subject.route,
      atMs,
      ...judge(answer),
      effectiveModel: cut(answer.effectiveModel),
      effectiveProgram: cut(answer.effectiveProgram),
      requestId: cut(answer.requestId),
      latencyMs: Math.max(0, Math.round(clock.monotonic() - startedAt)),
    };
    const change = changeOf(record, await store.latest(record, RECENT_RUNS));
    if (change !== undefined) await onAlert(change);
    await store.insert(record);
    onRun?.(record);
    return record;
  }

  async #ask(subject: CanarySubject): Promise<CanaryAnswer> {
    const signal = AbortSignal.any([AbortSignal.timeout(ANSWER_MS), this.#stopping.signal]);
    try {
      return await this.#ports.send(canaryRequest(subject, signal));
    } catch (error) {
      return { status: undefined, reason: signal.aborted ? 'timeout' : describeError(error) };
    }
  }

  #wait(subject: CanarySubject, delayMs: number): void {
    if (this.#stopping.signal.aborted) return;
    const { later = systemLater } = this.#ports;
    this.#timers.get(subject)?.();
    const takeBack = later(Math.min(Math.max(0, Math.round(delayMs)), LONGEST_DELAY_MS), () => {
      this.#timers.delete(subject);
      this.#queue.push(subject);
      this.#startNext();
    });
    this.#timers.set(subject, takeBack);
  }

  #startNext(): void {
    while (this.#running.size < MOST_AT_ONCE) {
      const subject = this.#queue.shift();
      if (subject === undefined) return;
      const running = this.#turn(subject).finally(() => {
        this.#running.delete(running);
        this.#startNext();
      });
      this.#running.add(running);
    }
  }

  /** One turn and the wait for the next; never rejects. */
  async #turn(subject: CanarySubject): Promise<void> {
    const { clock, store } = this.#ports;
    const intervalMs = subject.everyMinutes * MINUTE_MS;
    let delayMs = intervalMs * (1 - JITTER + 2 * JITTER * this.#chance());
    try {
      const ran = await this.run(subject);
      if (ran === undefined) {
        // Another node has it: follow its rhythm, so that this one takes over soon when that one is gone.
        const [latest] = await store.latest({ deployment: subject.deployment, program: subject.program ?? null }, 1);
        if (latest !== undefined) delayMs = Math.max(latest.atMs + delayMs - clock.now(), intervalMs * JITTER);
      } else await this.#prune();
    } catch (error) {
      this.#ports.onError?.(subject, error);
    }
    this.#wait(subject, delayMs);
  }

  async #prune(): Promise<void> {
    const { store, clock } = this.#ports;
    const now = clock.now();
    if (now - this.#prunedAtMs < PRUNE_EVERY_MS) return;
    this.#prunedAtMs = now;
    await store.prune(now - KEPT_MS);
  }

  /** 0 up to 1. */
  #chance(): number {
    return this.#ports.random.bytes(4).readUInt32BE() / 2 ** 32;
  }
}

function systemLater(delayMs: number, run: () => void): () => void {
  const timer = setTimeout(run, delayMs);
  timer.unref();
  return () => clearTimeout(timer);
}
