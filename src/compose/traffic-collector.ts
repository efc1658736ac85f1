// Collects in the primary what its workers have counted: writes it to the store, and tells workers what everybody has sent, for limits on
// dependence. No request waits for any of this.
//
// Delays, beside those of the database: a worker hands over twice a second and is told twice a second, so workers of one node know of each
// other within a second. Other nodes know when it is written (a second) and read: within three seconds for limits by the hour, twelve by
// the day, about a minute by 30 days. Lost is what a worker had not handed over when it died (half a second of counts), and with a primary
// that is killed what it had not written (a second more).
import { trafficWeights, type TrafficStore, type TrafficSums } from '#continuity';
import { systemErrorCode, type Clock, type Random } from '#kernel';
import { limitTotals, WINDOW_MS, windowsOf, type ConcentrationWindow, type LimitedRoutes, type LimitTotals } from '#routing';
import { SumsBySubject } from './traffic-sums.ts';

const WRITE_EVERY_MS = 1_000;
const TELL_EVERY_MS = 500;
const COMPACT_EVERY_MS = 60 * 60 * 1_000;
const FIRST_COMPACTION_MS = 60 * 1_000;
/** How often each window is read again; between, what this node sends is added at once. */
const READ_EVERY_MS: Readonly<Record<ConcentrationWindow, number>> = { hour: 1_000, day: 10_000, '30-days': 60_000 };
/** A window that takes long to read is read less often: at most this part of the time is spent on it. */
const MOST_READING = 0.05;
/** Rows of nodes whose clock is ahead count as well. */
const CLOCKS_AHEAD_MS = 60 * 60 * 1_000;
const MINUTE_MS = 60_000;
/** Sums kept while they cannot be written; beyond, the oldest minute is dropped. */
const MOST_WAITING = 100_000;
const BATCH_ID_BYTES = 12;
const CLOSE_WITHIN_MS = 5_000;

/** What everybody has sent, as a worker's `Concentration` adopts it. */
export interface Shares {
  /** By worker: its last flush that is in the totals. */
  readonly upTo: Readonly<Record<string, number>>;
  readonly totals: readonly LimitTotals[];
}

export interface TrafficCollector {
  /** Reads the windows that limits need, and begins to write. Rejects when the store cannot be read. Call once. */
  start(): Promise<void>;
  /** From one worker: its counts since its last message, and the number of the flush that was made at the same moment. */
  received(worker: string, message: { readonly seq: number; readonly sums: readonly TrafficSums[] }): void;
  /** The worker is gone; one of the same name counts its flushes anew. */
  forget(worker: string): void;
  /** Undefined: no limits, or not everything is read that they need. */
  shares(): Shares | undefined;
  reconfigure(limited: LimitedRoutes): void;
  /** Sums that could not be written so far. */
  readonly waiting: number;
  /** Writes what there is and ends; what cannot be written within a few seconds is lost. */
  close(): Promise<void>;
}

export interface CollectorOptions {
  readonly store: Pick<TrafficStore, 'add' | 'sums' | 'compact'>;
  readonly clock: Clock;
  readonly random: Random;
  /** Names this machine's rows; the same after a restart. */
  readonly node: string;
  readonly limited: LimitedRoutes;
  readonly onShares: (shares: Shares) => void;
  /** Told of the first failure of an outage, and not of those after it. */
  readonly onError: (what: string, error: unknown) => void;
  /** Told when counts are lost. */
  readonly onLost: (facts: { readonly sums: number; readonly sent: number; readonly ended: number; readonly reason: string }) => void;
}

/** The sums of one minute. Once a write was tried it does not change any more, so that it can be tried again and counts once. */
interface Batch {
  readonly id: string;
  readonly atMs: number;
  readonly sums: readonly TrafficSums[];
}

/** What the store said of a window, and what this node's workers have sent that was not in it. Drills and classes are left out. */
interface ReadWindow {
  readonly sums: SumsBySubject;
  readonly readAt: number;
  readonly tookMs: number;
}

export function createTrafficCollector(options: CollectorOptions): TrafficCollector {
  return new Collector(options);
}

class Collector implements TrafficCollector {
  readonly #options: CollectorOptions;
  readonly #minutes = new Map<number, SumsBySubject>();
  readonly #upTo = new Map<string, number>();
  readonly #windows = new Map<ConcentrationWindow, ReadWindow>();
  #limited: LimitedRoutes;
  /** Of which the outcome is not known, or is not good. */
  #unsettled: Batch | undefined;
  /** Something changed since workers were told. */
  #isNews = false;
  readonly #failing = new Set<string>();
  #round: Promise<void> | undefined;
  #compaction: Promise<void> | undefined;
  #closing: Promise<void> | undefined;
  #compactAt: number;
  readonly #timers: NodeJS.Timeout[] = [];

  constructor(options: CollectorOptions) {
    this.#options = options;
    this.#limited = options.limited;
    this.#compactAt = options.clock.monotonic() + FIRST_COMPACTION_MS;
  }

  get waiting(): number {
    return [...this.#minutes.values()].reduce((all, { size }) => all + size, this.#unsettled?.sums.length ?? 0);
  }

  async start(): Promise<void> {
    for (const window of windowsOf(this.#limited)) await this.#read(window);
    this.#timers.push(
      setInterval(() => this.#tick(), WRITE_EVERY_MS),
      setInterval(() => this.#tell(), TELL_EVERY_MS),
    );
    for (const timer of this.#timers) timer.unref();
  }

  received(worker: string, { seq, sums }: { readonly seq: number; readonly sums: readonly TrafficSums[] }): void {
    this.#upTo.set(worker, seq);
    this.#isNews = true;
    if (sums.length === 0) return;
    const minute = Math.floor(this.#options.clock.now() / MINUTE_MS) * MINUTE_MS;
    let waiting = this.#minutes.get(minute);
    if (waiting === undefined) this.#minutes.set(minute, (waiting = new SumsBySubject()));
    waiting.add(sums);
    const asked = sums.flatMap(asLimitsCount);
    for (const window of this.#windows.values()) window.sums.add(asked);
    this.#dropOldest();
  }

  forget(worker: string): void {
    this.#upTo.delete(worker);
  }

  shares(): Shares | undefined {
    const windows = windowsOf(this.#limited);
    if (windows.length === 0) return undefined;
    const totals: LimitTotals[] = [];
    for (const window of windows) {
      const read = this.#windows.get(window);
      if (read === undefined) return undefined;
      totals.push(...limitTotals(this.#limited, { window, rows: trafficWeights([...read.sums.values()]) }));
    }
    return { upTo: Object.fromEntries(this.#upTo), totals };
  }

  reconfigure(limited: LimitedRoutes): void {
    this.#limited = limited;
    this.#isNews = true;
    const needed = new Set(windowsOf(limited));
    for (const window of this.#windows.keys()) if (!needed.has(window)) this.#windows.delete(window);
    this.#tick();
  }

  close(): Promise<void> {
    return (this.#closing ??= this.#end());
  }

  async #end(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    const written = Promise.resolve(this.#round).then(() => this.#attempt('traffic could not be written', () => this.#write()));
    let timer: NodeJS.Timeout | undefined;
    await Promise.race([written, new Promise((resolve) => (timer = setTimeout(resolve, CLOSE_WITHIN_MS)))]);
    clearTimeout(timer);
    this.#lost(this.#unwritten(), 'not written at the end');
  }

  /** One at a time: a window that is read after a write has everything that was written. */
  #tick(): void {
    this.#round ??= this.#writeAndRead().finally(() => (this.#round = undefined));
    if (this.#options.clock.monotonic() < this.#compactAt || this.#compaction !== undefined) return;
    this.#compactAt = this.#options.clock.monotonic() + COMPACT_EVERY_MS;
    this.#compaction = this.#attempt('traffic could not be compacted', () =>
      this.#options.store.compact(this.#options.clock.now()),
    ).finally(() => (this.#compaction = undefined));
  }

  async #writeAndRead(): Promise<void> {
    await this.#attempt('traffic could not be written', () => this.#write());
    await this.#attempt('traffic could not be read', async () => {
      for (const window of windowsOf(this.#limited)) if (this.#isDue(window)) await this.#read(window);
    });
  }

  async #attempt(what: string, work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
      this.#failing.delete(what);
    } catch (error) {
      if (!this.#failing.has(what)) this.#options.onError(what, error);
      this.#failing.add(what);
    }
  }

  /** Oldest minute first. Throws when one could not be written; it and those after it stay. */
  async #write(): Promise<void> {
    const { store, node, random } = this.#options;
    for (;;) {
      const [minute] = this.#minutes.keys();
      if (this.#unsettled === undefined) {
        if (minute === undefined) return;
        const sums = this.#minutes.get(minute)!.take();
        this.#minutes.delete(minute);
        this.#unsettled = { id: random.bytes(BATCH_ID_BYTES).toString('hex'), atMs: minute, sums };
      }
      const { id, atMs, sums } = this.#unsettled;
      try {
        await store.add({ node, atMs, sums, batch: id });
      } catch (error) {
        if (!isRefused(error)) throw error;
        // It would be refused again, and keep everything after it waiting.
        this.#lost(sums, 'refused by the database');
        this.#unsettled = undefined;
        throw error;
      }
      this.#unsettled = undefined;
    }
  }

  #isDue(window: ConcentrationWindow): boolean {
    const read = this.#windows.get(window);
    // A little early rather than a whole round late.
    return (
      read === undefined ||
      this.#options.clock.monotonic() - read.readAt >= Math.max(READ_EVERY_MS[window] - WRITE_EVERY_MS / 2, read.tookMs / MOST_READING)
    );
  }

  async #read(window: ConcentrationWindow): Promise<void> {
    const { store, clock } = this.#options;
    const [beganAt, now] = [clock.monotonic(), clock.now()];
    const rows = await store.sums({ fromMs: now - WINDOW_MS[window], toMs: now + CLOCKS_AHEAD_MS });
    const sums = new SumsBySubject();
    sums.add(rows.flatMap(asLimitsCount));
    // Nothing was written meanwhile: what waits is what the rows lack.
    sums.add(this.#unwritten().flatMap(asLimitsCount));
    this.#windows.set(window, { sums, readAt: clock.monotonic(), tookMs: clock.monotonic() - beganAt });
    this.#isNews = true;
  }

  #unwritten(): TrafficSums[] {
    return [...(this.#unsettled?.sums ?? []), ...[...this.#minutes.values()].flatMap((sums) => [...sums.values()])];
  }

  #tell(): void {
    if (!this.#isNews) return;
    const shares = this.shares();
    this.#isNews = false;
    if (shares !== undefined) this.#options.onShares(shares);
  }

  #dropOldest(): void {
    let waiting = this.waiting;
    while (waiting > MOST_WAITING && this.#minutes.size > 1) {
      const [oldest] = this.#minutes.keys();
      const dropped = this.#minutes.get(oldest!)!.take();
      this.#minutes.delete(oldest!);
      waiting -= dropped.length;
      this.#lost(dropped, 'too much waits to be written');
    }
  }

  #lost(sums: readonly TrafficSums[], reason: string): void {
    if (sums.length === 0) return;
    const sent = sums.reduce((all, each) => all + each.sent, 0);
    const ended = sums.reduce((all, each) => all + each.ended, 0);
    this.#options.onLost({ sums: sums.length, sent, ended, reason });
  }
}

/** Shares do not ask for drill and class, and only what went to a deployment counts. */
function asLimitsCount(sums: TrafficSums): TrafficSums[] {
  return sums.deployment === '' ? [] : [{ ...sums, drill: '', dataClass: '' }];
}

/** SQLSTATE 22 and 23: the values themselves cannot be kept. */
function isRefused(error: unknown): boolean {
  return /^2[23][0-9A-Z]{3}$/.test(systemErrorCode(error) ?? '');
}
