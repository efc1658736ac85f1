// Which deployments are worth asking right now: a circuit breaker each, and rests that a provider asked for (Retry-After).
// Kept per worker process: each learns from its own traffic within a few requests, and no request waits for another process.
import type { Clock, Random } from '#kernel';

/** Failures in a row that open the breaker. */
const OPEN_AFTER_FAILURES = 5;
const FIRST_REST_MS = 1_000;
const LONGEST_REST_MS = 60_000;

export type HealthState = 'closed' | 'open' | 'half-open';

export interface Health {
  /** True when a request may be sent: the breaker is closed, or its rest is over and no probe is under way. */
  isAvailable(deploymentId: string): boolean;
  /** Claims the right to send; in half-open state only one caller gets it. Every claim must be settled by one of the next three. */
  claim(deploymentId: string): boolean;
  succeeded(deploymentId: string): void;
  /** A failure of the deployment itself: 5xx, time-out, broken connection. */
  failed(deploymentId: string): void;
  /** The deployment is alive but asks to be left alone (429, 503 with Retry-After). */
  askedToRest(deploymentId: string, restMs: number): void;
  /** The claim ended without telling anything about the deployment (the client went away). */
  released(deploymentId: string): void;
  state(deploymentId: string): HealthState;
  /** Milliseconds until the deployment may be asked again; 0 when it may be now. */
  restMs(deploymentId: string): number;
}

interface Record {
  failuresInARow: number;
  opensInARow: number;
  restUntil: number;
  isProbing: boolean;
}

export function createHealth({ clock, random }: { clock: Clock; random: Random }): Health {
  const records = new Map<string, Record>();

  function recordOf(id: string): Record {
    let record = records.get(id);
    if (record === undefined) records.set(id, (record = { failuresInARow: 0, opensInARow: 0, restUntil: 0, isProbing: false }));
    return record;
  }

  function isOpen(record: Record): boolean {
    return record.failuresInARow >= OPEN_AFTER_FAILURES;
  }

  function isAvailable(id: string): boolean {
    const record = records.get(id);
    if (record === undefined) return true;
    if (record.restUntil > clock.monotonic()) return false;
    return !(isOpen(record) && record.isProbing);
  }

  return {
    isAvailable,
    claim(id) {
      if (!isAvailable(id)) return false;
      const record = recordOf(id);
      if (isOpen(record)) record.isProbing = true;
      return true;
    },
    succeeded(id) {
      const record = recordOf(id);
      record.failuresInARow = 0;
      record.opensInARow = 0;
      record.restUntil = 0;
      record.isProbing = false;
    },
    failed(id) {
      const record = recordOf(id);
      record.failuresInARow++;
      record.isProbing = false;
      // What was under way when the breaker opened fails with the rest and tells nothing new.
      if (!isOpen(record) || record.restUntil > clock.monotonic()) return;
      const restMs = Math.min(FIRST_REST_MS * 2 ** record.opensInARow, LONGEST_REST_MS);
      record.opensInARow++;
      record.restUntil = clock.monotonic() + jittered(restMs, random);
    },
    askedToRest(id, restMs) {
      const record = recordOf(id);
      record.isProbing = false;
      record.restUntil = Math.max(record.restUntil, clock.monotonic() + Math.min(restMs, LONGEST_REST_MS));
    },
    released(id) {
      const record = records.get(id);
      if (record !== undefined) record.isProbing = false;
    },
    state(id) {
      const record = records.get(id);
      if (record === undefined) return 'closed';
      if (record.restUntil > clock.monotonic()) return 'open';
      return isOpen(record) ? 'half-open' : 'closed';
    },
    restMs(id) {
      return Math.max(0, (records.get(id)?.restUntil ?? 0) - clock.monotonic());
    },
  };
}

/** Between half and all of `ms`, so that many workers do not come back at the same moment. */
export function jittered(ms: number, random: Random): number {
  return ms / 2 + (ms / 2) * (random.bytes(1)[0]! / 255);
}
