// Keeps a copy in memory up to date by asking its store for changes by number, page by page, and knows how old the copy is. What the changes
// are about, and what an old copy means, is whoever holds the copy's business.
import type { Clock } from './ports.ts';

/** One answer of a store that numbers its changes in commit order. */
export interface ChangePage {
  /** Ask from here next time: everything up to and including this number has been told. */
  readonly upTo: number;
  /** The newest change in the store; below the number asked from, it means that the store went back in time (a restored backup). */
  readonly latest: number;
  /** The answer was cut to a page: ask again from `upTo`. */
  readonly more: boolean;
}

export interface ChangeFollowerOptions<Page extends ChangePage> {
  /** One question. `whole`: everything is read anew, and `nowMs` says when that began. */
  ask(input: { readonly afterSeq: number; readonly whole: boolean; readonly nowMs: number }): Promise<Page>;
  /** Applies changes on top, or in place of everything held, without a moment in between. */
  apply(pages: readonly Page[], whole: boolean): void;
  /** For errors: `key store`. */
  readonly what: string;
  readonly clock: Clock;
  /** From the start of one poll to the start of the next. */
  readonly pollMs: number;
  /** Told about every failed poll; must not throw. */
  readonly onError: ((error: unknown) => void) | undefined;
}

export interface ChangeFollower {
  /** Milliseconds since the copy was known to be current; infinite before the first copy. */
  ageMs(nowMs: number): number;
  /** The number up to which the copy goes. */
  version(): number;
  /** Reads the first copy and begins to follow the store; rejects when the store cannot be read. Call once. */
  start(): Promise<void>;
  /** Joins a poll that is under way and then polls once more. Rejects when the store cannot be read. */
  refresh(): Promise<void>;
  /** Stops following and waits for the poll under way. */
  close(): Promise<void>;
}

export function followChanges<Page extends ChangePage>(options: ChangeFollowerOptions<Page>): ChangeFollower {
  const { clock, pollMs, onError, what } = options;
  let upTo = 0;
  /** Nothing held yet, or not sure that what is held continues from the same store: read everything again. */
  let whole = true;
  let current: { readonly wallMs: number; readonly monotonicMs: number } | undefined;
  let running: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  async function read(): Promise<void> {
    const asked = { wallMs: clock.now(), monotonicMs: clock.monotonic() };
    const pages: Page[] = [];
    let from = whole ? 0 : upTo;
    for (;;) {
      const page = await options.ask({ afterSeq: from, whole, nowMs: asked.wallMs });
      if (page.latest < from) {
        // A restored backup: numbers will be given out again, so what is held cannot be continued.
        whole = true;
        throw new Error(`the ${what} went back from change ${from} to ${page.latest}; reading everything again`);
      }
      pages.push(page);
      from = page.upTo;
      if (!page.more) break;
    }
    options.apply(pages, whole);
    upTo = from;
    whole = false;
    current = asked;
  }

  function poll(): Promise<void> {
    running ??= read()
      .catch((error: unknown) => {
        // After an outage the store may have come back from a backup, at any number: do not continue, begin anew.
        whole = true;
        throw error;
      })
      .finally(() => {
        running = undefined;
      });
    return running;
  }

  function schedule(delayMs: number): void {
    if (closed) return;
    timer = setTimeout(() => {
      const startedMs = clock.monotonic();
      poll()
        .catch((error: unknown) => onError?.(error))
        .finally(() => schedule(Math.max(0, pollMs - (clock.monotonic() - startedMs))));
    }, delayMs);
    // Following the store is no reason to keep a process alive.
    timer.unref();
  }

  return {
    /** Both clocks count: the monotonic one stands still while a machine sleeps, the wall clock may be set back. */
    ageMs(nowMs) {
      if (current === undefined) return Number.POSITIVE_INFINITY;
      return Math.max(clock.monotonic() - current.monotonicMs, nowMs - current.wallMs);
    },
    version: () => upTo,
    async start() {
      await poll();
      schedule(pollMs);
    },
    async refresh() {
      // The poll under way may have read before the change that the caller wants to see.
      if (running !== undefined) await running.catch(() => undefined);
      await poll();
    },
    async close() {
      closed = true;
      clearTimeout(timer);
      await running?.catch(() => undefined);
    },
  };
}
