// How many may do something at once, and who waits for it, in order. Whoever stops waiting leaves the queue.

export interface Turns {
  /** True once it is this caller's turn, and then `giveBack` follows; false when the signal aborts first or too many wait already. */
  take(signal: AbortSignal): Promise<boolean>;
  giveBack(): void;
}

/** More than these per turn would only wait until their time is over. */
const MOST_WAITING_PER_TURN = 16;

export function createTurns(count: number): Turns {
  let free = count;
  const waiting = new Set<() => void>();
  return {
    take(signal) {
      if (signal.aborted) return Promise.resolve(false);
      if (free > 0) {
        free--;
        return Promise.resolve(true);
      }
      if (waiting.size >= count * MOST_WAITING_PER_TURN) return Promise.resolve(false);
      return new Promise((resolve) => {
        const giveUp = () => {
          waiting.delete(proceed);
          resolve(false);
        };
        const proceed = () => {
          signal.removeEventListener('abort', giveUp);
          resolve(true);
        };
        waiting.add(proceed);
        signal.addEventListener('abort', giveUp, { once: true });
      });
    },
    giveBack() {
      const [next] = waiting;
      if (next === undefined) free++;
      else {
        waiting.delete(next);
        next();
      }
    },
  };
}
