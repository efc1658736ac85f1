// Long work in short steps: a generator yields wherever it may be paused, and whoever runs it gives way to others as often as the clock says.
// Knows nothing of what is done.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { systemClock } from '#kernel';

/** Pauses where it yields. */
export type Work<Result> = Generator<undefined, Result, undefined>;

/** So long others wait at most. */
const TURN_MS = 8;

/** When it is time to give way: one for each piece of work. */
export class Pace {
  #since = systemClock.monotonic();

  get isDue(): boolean {
    return systemClock.monotonic() - this.#since > TURN_MS;
  }

  async giveWay(): Promise<void> {
    await nextTurn();
    this.#since = systemClock.monotonic();
  }
}

/** To its end at once, however long it takes. */
export function atOnce<Result>(work: Work<Result>): Result {
  for (;;) {
    const { done, value } = work.next();
    if (done === true) return value;
  }
}

/** Others get their turn every few milliseconds; short work does not wait for anybody. */
export async function byTurns<Result>(work: Work<Result>, pace = new Pace()): Promise<Result> {
  for (;;) {
    const { done, value } = work.next();
    if (done === true) return value;
    if (pace.isDue) await pace.giveWay();
  }
}
