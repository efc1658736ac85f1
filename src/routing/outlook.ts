// Who serves a route as things are, for reports and plans, which ask without a request: for any format of the route's first candidate.
import { demandsOn, effectiveClasses, type Demand } from './demands.ts';
import type { DataClass, Route } from './deployment.ts';
import { eligibilityOf, type Eligibility } from './eligibility.ts';
import type { LiveState } from './live-state.ts';
import { standingOf, type Standing } from './standing.ts';

export interface Outlook {
  readonly eligibility: Eligibility;
  readonly standing: Standing;
  readonly demands: readonly Demand[];
}

export interface OutlookOptions {
  /** Effective classes: the route's own among them. */
  readonly dataClasses: readonly string[];
  readonly known: ReadonlyMap<string, DataClass>;
  readonly live: LiveState;
  readonly nowMs: number;
}

export function outlook(route: Route, { dataClasses, known, live, nowMs }: OutlookOptions): Outlook {
  const demands = demandsOn(route, dataClasses, known);
  const eligibility = eligibilityOf(route, {
    wires: route.candidates[0]?.wires ?? [],
    translates: true,
    pinned: undefined,
    evaluates: false,
    dataClasses,
    demands,
    ownDemands: demandsOn(route, effectiveClasses(route, undefined), known),
  });
  return { eligibility, standing: standingOf(eligibility, live, nowMs), demands };
}
