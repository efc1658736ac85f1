// The order in which one request tries a route's deployments. It sends nothing and records nothing.
import type { Random } from '#kernel';
import type { Deployment, Route, Wire } from './deployment.ts';
import { jittered, type Health } from './health.ts';

/** A deployment is asked a second time only after this wait, doubled on each further round. */
const FIRST_WAIT_MS = 200;
const LONGEST_WAIT_MS = 2_000;
/** A provider that asks for more patience than this is not waited for within the request. */
const LONGEST_RETRY_AFTER_MS = 5_000;

export interface Attempt {
  readonly deployment: Deployment;
  /** Wait this long before sending; 0 for a deployment that this request has not asked yet. */
  readonly waitMs: number;
}

export interface Attempts {
  /** The next deployment to ask; undefined when the request should give up. The caller claims it in `health` before sending. */
  next(): Attempt | undefined;
  /** Tells the wait that a failed deployment asked for, so that a later round honours it. */
  askedToWait(deploymentId: string, waitMs: number): void;
}

/** The route's deployments that speak `wire`, in the route's order. */
export function qualifiedFor(route: Route, wire: Wire): readonly Deployment[] {
  return route.candidates.filter((deployment) => deployment.wires.includes(wire));
}

export function createAttempts(options: {
  candidates: readonly Deployment[];
  maxAttempts: number;
  health: Health;
  random: Random;
}): Attempts {
  const { candidates, maxAttempts, health, random } = options;
  const waits = new Map<string, number>();
  let made = 0;
  let round = 0;
  let position = 0;

  function waitBefore(deployment: Deployment): number {
    if (round === 0) return 0;
    const backoffMs = jittered(Math.min(FIRST_WAIT_MS * 2 ** (round - 1), LONGEST_WAIT_MS), random);
    return Math.max(backoffMs, waits.get(deployment.id) ?? 0);
  }

  return {
    next() {
      while (made < maxAttempts && round < maxAttempts) {
        const deployment = candidates[position];
        if (deployment === undefined) {
          round++;
          position = 0;
          if (candidates.length === 0) return undefined;
          continue;
        }
        position++;
        const waitMs = waitBefore(deployment);
        if (waitMs > LONGEST_RETRY_AFTER_MS) continue;
        // The wait itself may outlast a short rest that the provider asked for.
        if (health.restMs(deployment.id) > waitMs) continue;
        made++;
        return { deployment, waitMs };
      }
      return undefined;
    },
    askedToWait(deploymentId, waitMs) {
      waits.set(deploymentId, waitMs);
    },
  };
}
