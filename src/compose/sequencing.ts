// Turns what workers have made durable into the signed tree, at a steady pace, and says whether it manages to.
import type { Clock } from '#kernel';
import type { Log } from '#ledger';

export interface Sequencing {
  readonly isHealthy: boolean;
  /** Monotonic milliseconds of the last round without error. */
  readonly lastRoundAt: number;
  /** Integrates everything there is now. */
  catchUp(): Promise<void>;
  /** Ends the steady pace, integrates the rest and closes the log. */
  close(): Promise<void>;
}

export interface SequencingOptions {
  readonly log: Log;
  readonly clock: Clock;
  readonly intervalMs: number;
  readonly onHealth: (isHealthy: boolean) => void;
  readonly onError: (error: unknown) => void;
}

export function startSequencing({ log, clock, intervalMs, onHealth, onError }: SequencingOptions): Sequencing {
  let isHealthy = true;
  let isClosing = false;
  let lastRoundAt = clock.monotonic();
  let round: Promise<void> = Promise.resolve();

  async function integrateAll(): Promise<void> {
    while ((await log.integrate()).more);
    lastRoundAt = clock.monotonic();
  }

  async function attempt(): Promise<void> {
    try {
      await integrateAll();
      if (!isHealthy) onHealth((isHealthy = true));
    } catch (error) {
      onError(error);
      if (isHealthy) onHealth((isHealthy = false));
    }
  }

  const timer = setInterval(() => {
    if (!isClosing) round = round.then(attempt);
  }, intervalMs);

  return {
    get isHealthy() {
      return isHealthy;
    },
    get lastRoundAt() {
      return lastRoundAt;
    },
    catchUp() {
      const caughtUp = round.then(integrateAll);
      round = caughtUp.catch(() => undefined);
      return caughtUp;
    },
    async close() {
      isClosing = true;
      clearInterval(timer);
      await round;
      await integrateAll();
      await log.close();
    },
  };
}
