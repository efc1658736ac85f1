// Keeps the copy of access records up to date by asking the store for changes, and knows how old the copy is. Decides about nobody.
import type { AccessCopy } from './copy.ts';
import type { AccessDirectory, AccessDirectoryOptions } from './directory.ts';
import type { AccessChanges } from './record.ts';

/** Grants that ended longer ago than this are not read at start: nobody is told that they once had them. Bounds memory over the years. */
const REMEMBER_GRANTS_MS = 30 * 24 * 3600 * 1000;
/** Whoever waits for a decision has given up by then. */
const REMEMBER_HOLDS_MS = 24 * 3600 * 1000;

export interface AccessFollower extends Pick<AccessDirectory, 'start' | 'refresh' | 'close'> {
  /** Milliseconds since the copy was known to be current; infinite before the first copy. */
  ageMs(nowMs: number): number;
  version(): number;
}

export function createAccessFollower(options: AccessDirectoryOptions & { readonly copy: AccessCopy }): AccessFollower {
  const { store, clock, copy, pollMs = 250, onError } = options;
  let upTo = 0;
  /** Nothing held yet, or not sure that what is held continues from the same store: read everything again. */
  let whole = true;
  let current: { readonly wallMs: number; readonly monotonicMs: number } | undefined;
  let running: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  /** Both clocks count: the monotonic one stands still while a machine sleeps, the wall clock may be set back. */
  function ageMs(nowMs: number): number {
    if (current === undefined) return Number.POSITIVE_INFINITY;
    return Math.max(clock.monotonic() - current.monotonicMs, nowMs - current.wallMs);
  }

  async function read(): Promise<void> {
    const asked = { wallMs: clock.now(), monotonicMs: clock.monotonic() };
    const pages: AccessChanges[] = [];
    let from = whole ? 0 : upTo;
    const endedSince = whole ? { grantsMs: asked.wallMs - REMEMBER_GRANTS_MS, holdsMs: asked.wallMs - REMEMBER_HOLDS_MS } : null;
    for (;;) {
      const page = await store.changesSince({ afterSeq: from, endedSince });
      if (page.latest < from) {
        // A restored backup: numbers will be given out again, so what is held cannot be continued.
        whole = true;
        throw new Error(`the access store went back from change ${from} to ${page.latest}; reading everything again`);
      }
      pages.push(page);
      from = page.upTo;
      if (!page.more) break;
    }
    copy.apply(pages, whole);
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
    ageMs,
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
