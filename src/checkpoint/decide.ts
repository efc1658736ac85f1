// May this caller use this route? The answer comes from configuration and grants only; who may serve the request is routing's.
import { closestName, err, ok, type Result } from '#kernel';
import type { Caller } from '#identity';
import type { Route } from '#routing';
import type { Rules } from './ports.ts';
import type { Refusal } from './refusal.ts';

/** A caller learns of a route's existence only when it may use it. */
export function decide(caller: Caller, routeName: string, rules: Pick<Rules, 'routes'>): Result<Route, Refusal> {
  const route = rules.routes.get(routeName);
  if (route === undefined) {
    const suggestion = closestName(
      routeName,
      visibleRoutes(caller, rules).map((visible) => visible.name),
    );
    return err({ rule: 'unknown-route', route: routeName, suggestion });
  }
  if (!mayUse(caller, route.name)) return err({ rule: 'route-not-granted', route: routeName });
  return ok(route);
}

/** The routes a caller may use, by name. */
export function visibleRoutes(caller: Caller, rules: Pick<Rules, 'routes'>): readonly Route[] {
  return [...rules.routes.values()].filter((route) => mayUse(caller, route.name));
}

function mayUse(caller: Caller, routeName: string): boolean {
  return caller.roles.has('caller') && (caller.routes === null || caller.routes.has(routeName));
}
