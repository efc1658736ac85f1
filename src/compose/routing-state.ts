// Keeps the primary's copy of cuts, drills and evidence up to date, so that it can tell its workers. Decides nothing, and forgets nothing
// when the database is away: what was in force stays in force, however old.
import type { ControlStore } from '#continuity';
import type { Clock } from '#kernel';
import { EMPTY_STATE, type RoutingState } from '#routing';

/**
 * Reads that have not answered, before no further one is begun. A cut is seen by the first read that begins after it, so a read begins
 * every `pollMs` whether or not those before it have answered: the delay is `pollMs` and the time of one answer, also while answers are slow.
 */
export const MOST_READS_AT_ONCE = 6;

/** No state has it: the answer is the whole state. */
const NO_VERSION = -1;

export interface RoutingStateFollower {
  /** As last read. */
  readonly state: RoutingState;
  /** Milliseconds since the state was known to be current. */
  ageMs(): number;
  /** Reads the first state and begins to follow; rejects when it cannot be read. Call once. */
  start(): Promise<void>;
  /** Stops following and waits for the reads under way. */
  close(): Promise<void>;
}

export interface FollowOptions {
  /** Reads should end within a second or two: more would break the promise that a cut is in force everywhere within two. */
  readonly store: Pick<ControlStore, 'readState'>;
  readonly clock: Clock;
  /** From the start of one read to the start of the next. Default 250. */
  readonly pollMs?: number;
  /** Of every state but the first. */
  readonly onChange: (state: RoutingState) => void;
  /** Told of the first failed read of an outage, and not of those after it. */
  readonly onError: (error: unknown) => void;
  /** Told when a read succeeds again. */
  readonly onRecovered: () => void;
}

export function followRoutingState({ store, clock, pollMs = 250, onChange, onError, onRecovered }: FollowOptions): RoutingStateFollower {
  let state = EMPTY_STATE;
  /** Monotonic time at which the newest read that succeeded had begun. */
  let currentAt = Number.NEGATIVE_INFINITY;
  /** After an outage the database may have come back from a backup, with numbers that will be given out again: read everything. */
  let isWhole = true;
  let isAway = false;
  let isClosed = false;
  let hasStarted = false;
  let timer: NodeJS.Timeout | undefined;
  const reads = new Set<Promise<void>>();

  async function read(beganAt: number): Promise<void> {
    const wasWhole = isWhole;
    const answer = await store.readState({ version: wasWhole ? NO_VERSION : state.version, nowMs: clock.now() });
    // Overtaken by a read that began later: what that one saw is at least as new.
    if (beganAt < currentAt || isClosed) return;
    currentAt = beganAt;
    if (isAway && wasWhole) {
      isAway = false;
      onRecovered();
    }
    if (!isAway) isWhole = false;
    if (answer === 'unchanged') return;
    const isNew = wasWhole || answer.version !== state.version;
    state = answer;
    if (isNew && hasStarted) onChange(state);
  }

  function failed(beganAt: number, error: unknown): void {
    // Overtaken: whatever kept this read, a later one got through.
    if (beganAt < currentAt || isClosed) return;
    isWhole = true;
    if (isAway) return;
    isAway = true;
    onError(error);
  }

  function begin(): void {
    if (reads.size >= MOST_READS_AT_ONCE) return;
    const beganAt = clock.monotonic();
    const one: Promise<void> = read(beganAt)
      .catch((error: unknown) => failed(beganAt, error))
      .finally(() => reads.delete(one));
    reads.add(one);
  }

  return {
    get state() {
      return state;
    },
    ageMs: () => clock.monotonic() - currentAt,
    async start() {
      await read(clock.monotonic());
      hasStarted = true;
      timer = setInterval(begin, pollMs);
      // Following the database is no reason to keep a process alive.
      timer.unref();
    },
    async close() {
      isClosed = true;
      clearInterval(timer);
      await Promise.all(reads);
    },
  };
}
