// The order in which one request tries a route's deployments. It sends nothing and records nothing.
import type { Random } from '#kernel';
import type { Candidate } from './candidate.ts';
import { jittered, type Health } from './health.ts';

/** A deployment is asked a second time only after this wait, doubled on each further round. */
const FIRST_WAIT_MS = 200;
const LONGEST_WAIT_MS = 2_000;
/** A provider that asks for more patience than this is not waited for within the request. */
const LONGEST_RETRY_AFTER_MS = 5_000;

export interface Attempt {
  readonly candidate: Candidate;
  /** Wait this long before sending; 0 for a deployment that this request has not asked yet. */
  readonly waitMs: number;
}

export interface Attempts {
  /** The next deployment to ask; undefined when the request should give up. The caller claims it in `health` before sending. */
  next(): Attempt | undefined;
  /** Tells the wait that a failed deployment asked for, so that a later round honours it. */
  askedToWait(deploymentId: string, waitMs: number): void;
  /** Takes back the attempt that `next` gave for this deployment, because nothing was sent; it is not named again. */
  exclude(deploymentId: string): void;
}

export function createAttempts(options: {
  candidates: readonly Candidate[];
  maxAttempts: number;
  health: Health;
  random: Random;
}): Attempts {
  const { candidates, maxAttempts, health, random } = options;
  const waits = new Map<string, number>();
  const excluded = new Set<string>();
  let made = 0;
  let round = 0;
  let position = 0;

  function waitBefore(deploymentId: string): number {
    if (round === 0) return 0;
    const backoffMs = jittered(Math.min(FIRST_WAIT_MS * 2 ** (round - 1), LONGEST_WAIT_MS), random);
    return Math.max(backoffMs, waits.get(deploymentId) ?? 0);
  }

  return {
    next() {
      while (made < maxAttempts && round < maxAttempts) {
        const candidate = candidates[position];
        if (candidate === undefined) {
          round++;
          position = 0;
          if (candidates.length === excluded.size) return undefined;
          continue;
        }
        position++;
        const { id } = candidate.deployment;
        if (excluded.has(id)) continue;
        const waitMs = waitBefore(id);
        if (waitMs > LONGEST_RETRY_AFTER_MS) continue;
        // The wait itself may outlast a short rest that the provider asked for.
        if (health.restMs(id) > waitMs) continue;
        made++;
        return { candidate, waitMs };
      }
      return undefined;
    },
    askedToWait(deploymentId, waitMs) {
      waits.set(deploymentId, waitMs);
    },
    exclude(deploymentId) {
      if (excluded.has(deploymentId) || !candidates.some(({ deployment }) => deployment.id === deploymentId)) return;
      excluded.add(deploymentId);
      made--;
    },
  };
}
