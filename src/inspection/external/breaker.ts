// A circuit breaker: after some failures in a row nobody asks for a while, then one caller tries, and only its success lets the others ask
// again. Times come from the monotonic clock.
import type { Clock } from '#kernel';

const OPEN_AFTER_FAILURES = 5;
const FIRST_REST_MS = 1_000;
const LONGEST_REST_MS = 60_000;

export interface Breaker {
  /** Milliseconds until somebody may ask, 1 or more while another one tries; 0 when anybody may now. */
  restMs(): number;
  /** Claims the right to ask; every claim that is granted ends with one of the next three. */
  claim(): boolean;
  succeeded(): void;
  failed(): void;
  /** It ended without telling anything (the caller went away). */
  released(): void;
}

export function createBreaker(clock: Clock): Breaker {
  let failuresInARow = 0;
  let opensInARow = 0;
  let restUntil = 0;
  let isProbing = false;
  const isOpen = () => failuresInARow >= OPEN_AFTER_FAILURES;
  const restMs = () => {
    if (!isOpen()) return 0;
    const rest = Math.max(0, Math.ceil(restUntil - clock.monotonic()));
    return isProbing ? Math.max(rest, 1) : rest;
  };
  return {
    restMs,
    claim() {
      if (restMs() > 0) return false;
      isProbing = isOpen();
      return true;
    },
    succeeded() {
      failuresInARow = 0;
      opensInARow = 0;
      isProbing = false;
    },
    failed() {
      failuresInARow++;
      isProbing = false;
      // What was under way when it opened fails with the rest and tells nothing new.
      if (!isOpen() || restUntil > clock.monotonic()) return;
      restUntil = clock.monotonic() + Math.min(FIRST_REST_MS * 2 ** opensInARow, LONGEST_REST_MS);
      opensInARow++;
    },
    released() {
      isProbing = false;
    },
  };
}
