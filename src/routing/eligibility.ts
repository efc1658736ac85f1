// Who may serve a request by what the configuration and the request's own words say: demands and formats. Nothing here changes while the
// checkpoint runs.
import { err, type Err } from '#kernel';
import type { Candidate } from './candidate.ts';
import { explainFailures, nearestTo, type Demand } from './demands.ts';
import { WIRES, type Deployment, type Route, type Wire } from './deployment.ts';
import type { SelectionRefusal } from './selection.ts';
import { wireFor, wiresServed } from './serving.ts';

export interface Eligibility {
  readonly route: Route;
  /** In the route's order. */
  readonly candidates: readonly Candidate[];
  /**
   * The first of the route that may serve by its own demands and by format; it needs no evidence. The caller's demands do not make another
   * one preferred: whoever tightens would get a deployment that nobody tried, which the route does not use otherwise.
   */
  readonly preferred: Deployment | undefined;
  /** The caller asked for this one by name: it is used, and marked, even without good evidence. */
  readonly isEvaluation: boolean;
  readonly dataClasses: readonly string[];
  /** Set when there is no candidate. */
  readonly refusal: Err<SelectionRefusal> | undefined;
}

export interface EligibilityRequest {
  /** Formats of clients, any of which will do; the first that works is taken. */
  readonly wires: readonly Wire[];
  readonly translates: boolean;
  readonly pinned: string | undefined;
  readonly evaluates: boolean;
  readonly dataClasses: readonly string[];
  /** Of everybody. */
  readonly demands: readonly Demand[];
  /** Of the route and its own class of data. */
  readonly ownDemands: readonly Demand[];
}

export function eligibilityOf(route: Route, request: EligibilityRequest): Eligibility {
  const { pinned, evaluates, dataClasses, demands, ownDemands } = request;
  const reachable = route.candidates.flatMap((deployment) => candidateFor(deployment, route, request) ?? []);
  const candidates = reachable.filter(({ deployment }) => (pinned === undefined || deployment.id === pinned) && meets(deployment, demands));
  return {
    route,
    candidates,
    preferred: reachable.find(({ deployment }) => meets(deployment, ownDemands))?.deployment,
    isEvaluation: pinned !== undefined && evaluates,
    dataClasses,
    refusal: candidates.length > 0 ? undefined : err(refusalOf(route, reachable, request)),
  };
}

function candidateFor(deployment: Deployment, { translation }: Route, { wires, translates }: EligibilityRequest): Candidate | undefined {
  for (const wire of wires) {
    const spoken = wireFor(deployment, { wire, translates, translation });
    if (spoken !== undefined) return { deployment, wire: spoken, isTranslated: spoken !== wire, degraded: undefined };
  }
  return undefined;
}

function meets(deployment: Deployment, demands: readonly Demand[]): boolean {
  return demands.every(({ holds }) => holds(deployment));
}

function refusalOf(route: Route, reachable: readonly Candidate[], { translates, pinned, demands }: EligibilityRequest): SelectionRefusal {
  const isAsked = ({ id }: Deployment): boolean => pinned === undefined || id === pinned;
  const judged = reachable.map(({ deployment }) => deployment).filter(isAsked);
  if (judged.length > 0)
    return { kind: 'no-qualified-deployment', pinned, failures: explainFailures(judged, demands), nearest: nearestTo(judged, demands) };
  const { translation } = route;
  const served = new Set(route.candidates.filter(isAsked).flatMap((deployment) => wiresServed(deployment, { translates, translation })));
  return { kind: 'wire-not-served', served: WIRES.filter((wire) => served.has(wire)) };
}
