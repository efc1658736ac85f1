// Adding up sums of traffic by what they are about. Knows no request and no database.
import type { TrafficSums } from '#continuity';

export type Subject = Pick<TrafficSums, 'route' | 'deployment' | 'drill' | 'dataClass' | 'cause'>;
export type MutableSums = { -readonly [Name in keyof TrafficSums]: TrafficSums[Name] };

/** Sums by subject. Names hold no line feed: they come from the configuration, or are words of ours. */
export class SumsBySubject {
  readonly #sums = new Map<string, MutableSums>();

  get size(): number {
    return this.#sums.size;
  }

  values(): MapIterator<TrafficSums> {
    return this.#sums.values();
  }

  has(subject: Subject): boolean {
    return this.#sums.has(keyOf(subject));
  }

  /** The sums of a subject, to be counted up; zero at first. */
  of(subject: Subject): MutableSums {
    const key = keyOf(subject);
    let sums = this.#sums.get(key);
    if (sums === undefined) {
      const { route, deployment, drill, dataClass, cause } = subject;
      const counts = { sent: 0, ended: 0, inputTokens: 0, outputTokens: 0, totalMs: 0, firstByteMs: 0, firstAtMs: 0, lastAtMs: 0 };
      sums = { route, deployment, drill, dataClass, cause, ...counts };
      this.#sums.set(key, sums);
    }
    return sums;
  }

  add(all: Iterable<TrafficSums>): void {
    for (const more of all) {
      const sums = this.of(more);
      if (more.ended > 0) {
        sums.firstAtMs = sums.ended === 0 ? more.firstAtMs : Math.min(sums.firstAtMs, more.firstAtMs);
        sums.lastAtMs = Math.max(sums.lastAtMs, more.lastAtMs);
      }
      sums.sent += more.sent;
      sums.ended += more.ended;
      sums.inputTokens += more.inputTokens;
      sums.outputTokens += more.outputTokens;
      sums.totalMs += more.totalMs;
      sums.firstByteMs += more.firstByteMs;
    }
  }

  /** Everything, and begins anew. */
  take(): TrafficSums[] {
    const taken = [...this.#sums.values()];
    this.#sums.clear();
    return taken;
  }
}

function keyOf({ route, deployment, drill, dataClass, cause }: Subject): string {
  return `${route}\n${deployment}\n${drill}\n${dataClass}\n${cause}`;
}
