// May this caller use this route, and who in it can serve the request? Both answers come from configuration and grants only.
import { closestName, err, ok, type Result } from '#kernel';
import type { Caller } from '#identity';
import type { Operation } from '#providers';
import { qualifiedFor, type Deployment, type Route } from '#routing';
import type { Rules } from './ports.ts';
import type { Refusal } from './refusal.ts';

export interface Decision {
  readonly route: Route;
  /** Deployments that qualify, in order of preference; never empty. */
  readonly candidates: readonly Deployment[];
}

/** A caller learns of a route's existence only when it may use it. */
export function decide(caller: Caller, routeName: string, operation: Operation, rules: Pick<Rules, 'routes'>): Result<Decision, Refusal> {
  const route = rules.routes.get(routeName);
  if (route === undefined) {
    const suggestion = closestName(
      routeName,
      visibleRoutes(caller, rules).map((visible) => visible.name),
    );
    return err({ rule: 'unknown-route', route: routeName, suggestion });
  }
  if (!mayUse(caller, route.name)) return err({ rule: 'route-not-granted', route: routeName });
  const { wire } = operation.format;
  const candidates = qualifiedFor(route, wire);
  if (candidates.length === 0) {
    const served = [...new Set(route.candidates.flatMap((deployment) => deployment.wires))];
    return err({ rule: 'wire-not-served', route: routeName, wire, served });
  }
  return ok({ route, candidates });
}

/** The routes a caller may use, by name. */
export function visibleRoutes(caller: Caller, rules: Pick<Rules, 'routes'>): readonly Route[] {
  return [...rules.routes.values()].filter((route) => mayUse(caller, route.name));
}

function mayUse(caller: Caller, routeName: string): boolean {
  return caller.roles.has('caller') && (caller.routes === null || caller.routes.has(routeName));
}
