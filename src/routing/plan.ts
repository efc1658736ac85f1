// The plan of a drill: what would go on and what would stop if some deployments were gone, from configuration, evidence and recorded
// traffic. Sends nothing and changes nothing. Limits on shares take no part: they decide between those that are left.
import type { Candidate } from './candidate.ts';
import { classesByName, unmetBy } from './demands.ts';
import type { DataClass, Deployment, Route } from './deployment.ts';
import { evidenceKey, type EvidenceIndex, type EvidenceProblem } from './evidence.ts';
import { deploymentsOf } from './limit-totals.ts';
import { cutsOf, liveState, type LiveState } from './live-state.ts';
import { outlook, type Outlook } from './outlook.ts';
import { costChange, latencyChange, sum, type Moved, type PlannedCost, type RecordedTraffic } from './plan-change.ts';
import { describeSelector, selects, type Selector } from './selectors.ts';
import type { RoutingState } from './state.ts';

/** `stopped-already`: nobody serves as things are, so nothing that is taken away changes it. */
export type PlannedOutcome = 'goes-on' | 'degraded' | 'stops' | 'stopped-already';

export interface Takeover {
  readonly deployment: string;
  /** The route asks for evidence and this one has none that is good. */
  readonly degraded: EvidenceProblem | undefined;
  /** Of its evaluation for this route, 0 to 1; null: it was never evaluated. */
  readonly score: number | null;
  readonly evaluatedAtMs: number | null;
}

export interface PlannedClass {
  readonly dataClasses: readonly string[];
  readonly outcome: PlannedOutcome;
  /** Recorded requests with such data. */
  readonly requests: number;
  /** What serves then, in order; empty when it stops. */
  readonly takesOver: readonly Takeover[];
  /** What is not taken away and does not serve either, with the reasons in words. */
  readonly blocked: readonly { readonly deployment: string; readonly reasons: readonly string[] }[];
}

export interface PlannedRoute {
  readonly route: string;
  /** The worst that becomes of its classes of data; `stopped-already` when all of them have. */
  readonly outcome: PlannedOutcome;
  /** Candidates that are taken away. Empty: nothing changes here. */
  readonly gone: readonly string[];
  /** It goes on with a deployment that was never evaluated for it, because the route asks for no evidence. */
  readonly isUntried: boolean;
  /** Of the route's recorded requests, those that went to what is gone, 0 to 1; null: none were recorded. */
  readonly affectedShare: number | null;
  readonly requests: number;
  /** Requests that were affected and that somebody takes over: their mean time then and now. Null: not known. */
  readonly latency: { readonly beforeMs: number; readonly afterMs: number } | null;
  /** The same requests at the prices of those who take over. Null: a price or the usage is unknown, or currencies differ. */
  readonly cost: PlannedCost | null;
  /** One for the route's own class, and one for each that was recorded. */
  readonly classes: readonly PlannedClass[];
}

export interface DrillPlan {
  readonly selectors: readonly string[];
  /** Deployments of all routes that are taken away. */
  readonly gone: readonly string[];
  readonly routes: readonly PlannedRoute[];
  readonly totals: {
    readonly goesOn: number;
    readonly degraded: number;
    readonly stops: number;
    /** Not among those that stop. */
    readonly stoppedAlready: number;
    readonly requests: number;
    /** Of all recorded requests, 0 to 1. */
    readonly affectedShare: number;
    /** Of all recorded requests, those whose route or class of data stops, without what has stopped already. */
    readonly stoppedShare: number;
  };
}

export interface PlanOptions {
  readonly selectors: readonly Selector[];
  readonly routes: readonly Route[];
  readonly dataClasses: readonly DataClass[];
  readonly state: RoutingState;
  readonly traffic: readonly RecordedTraffic[];
  readonly nowMs: number;
}

interface Planning {
  readonly isGone: (deployment: Deployment) => boolean;
  readonly known: ReadonlyMap<string, DataClass>;
  readonly live: LiveState;
  readonly nowMs: number;
  readonly traffic: readonly RecordedTraffic[];
  readonly deployments: ReadonlyMap<string, Deployment>;
}

export function planDrill({ selectors, routes, dataClasses, state, traffic, nowMs }: PlanOptions): DrillPlan {
  const deployments = deploymentsOf(routes);
  const gone = new Set([...deployments.values()].filter((deployment) => selectors.some((selector) => selects(selector, deployment))));
  const planning: Planning = {
    isGone: (deployment) => gone.has(deployments.get(deployment.id) ?? deployment),
    known: classesByName(dataClasses),
    live: liveState(state),
    nowMs,
    traffic,
    deployments,
  };
  const byRoute = Map.groupBy(traffic, ({ route }) => route);
  const planned = routes.map((route) => plannedRoute(route, byRoute.get(route.name) ?? [], planning));
  const count = (outcome: PlannedOutcome): number => planned.filter((route) => route.outcome === outcome).length;
  const requests = sum(planned, (route) => route.requests);
  const affected = sum(planned, (route) => route.requests * (route.affectedShare ?? 0));
  const stopped = sum(planned, ({ classes }) => sum(classes, (each) => (each.outcome === 'stops' ? each.requests : 0)));
  return {
    selectors: selectors.map(describeSelector),
    gone: [...gone].map(({ id }) => id).toSorted(),
    routes: planned,
    totals: {
      goesOn: count('goes-on'),
      degraded: count('degraded'),
      stops: count('stops'),
      stoppedAlready: count('stopped-already'),
      requests,
      affectedShare: requests === 0 ? 0 : affected / requests,
      stoppedShare: requests === 0 ? 0 : stopped / requests,
    },
  };
}

interface ClassOutlook {
  readonly planned: PlannedClass;
  readonly rows: readonly RecordedTraffic[];
  readonly serves: Candidate | undefined;
  readonly isPreferred: boolean;
}

/** What has stopped already is last: a drill makes it no worse. */
const WORST_FIRST: readonly PlannedOutcome[] = ['stops', 'degraded', 'goes-on', 'stopped-already'];

function plannedRoute(route: Route, rows: readonly RecordedTraffic[], planning: Planning): PlannedRoute {
  const own = route.dataClass === undefined ? '' : route.dataClass;
  const groups = Map.groupBy(rows, ({ dataClasses }) => classKey(route, dataClasses, planning));
  if (!groups.has(own)) groups.set(own, []);
  const classes = [...groups].map(([key, group]) => plannedClass(route, key === '' ? [] : key.split('+'), group, planning));
  const worst = WORST_FIRST.find((outcome) => classes.some(({ planned }) => planned.outcome === outcome));
  const requests = sum(rows, (row) => row.requests);
  const affected = rows.filter(({ deployment }) => isGoneId(deployment, planning));
  const moved = movedRequests(classes, planning);
  return {
    route: route.name,
    outcome: worst ?? 'stops',
    gone: route.candidates.filter(planning.isGone).map(({ id }) => id),
    isUntried: route.qualification === undefined && classes.some(({ serves, isPreferred }) => serves !== undefined && !isPreferred),
    affectedShare: requests === 0 ? null : sum(affected, (row) => row.requests) / requests,
    requests,
    latency: latencyChange(route, moved, planning),
    cost: costChange(moved, planning.deployments),
    classes: classes.map(({ planned }) => planned),
  };
}

/** The classes of recorded data, with the route's own as of now, without those that are not configured any more. */
function classKey(route: Route, dataClasses: readonly string[], { known }: Planning): string {
  const names = new Set(dataClasses.filter((name) => known.has(name)));
  if (route.dataClass !== undefined) names.add(route.dataClass);
  return [...names].toSorted().join('+');
}

function plannedClass(route: Route, dataClasses: readonly string[], rows: readonly RecordedTraffic[], planning: Planning): ClassOutlook {
  const { isGone, live } = planning;
  const now = outlook(route, { ...planning, dataClasses });
  const left = now.standing.candidates.filter(({ deployment }) => !isGone(deployment));
  const serves = left[0];
  return {
    planned: {
      dataClasses,
      outcome: outcomeFor(serves, now),
      requests: sum(rows, (row) => row.requests),
      takesOver: left.map((candidate) => takeover(route, candidate, live.evidence)),
      blocked: route.candidates
        .filter((deployment) => !isGone(deployment) && !left.some((candidate) => candidate.deployment === deployment))
        .map((deployment) => ({ deployment: deployment.id, reasons: reasonsAgainst(deployment, now, live) })),
    },
    rows,
    serves,
    isPreferred: serves?.deployment === now.eligibility.preferred,
  };
}

function outcomeFor(serves: Candidate | undefined, { standing }: Outlook): PlannedOutcome {
  if (serves !== undefined) return serves.degraded === undefined ? 'goes-on' : 'degraded';
  return standing.candidates.length === 0 ? 'stopped-already' : 'stops';
}

function takeover(route: Route, { deployment, degraded }: Candidate, evidence: EvidenceIndex): Takeover {
  const found = evidence.get(evidenceKey(route.name, deployment.id));
  return { deployment: deployment.id, degraded: degraded?.reason, score: found?.score ?? null, evaluatedAtMs: found?.atMs ?? null };
}

const EVIDENCE_WORDS: Readonly<Record<EvidenceProblem, string>> = {
  'no-evidence': 'it was never evaluated for this route',
  'stale-evidence': 'its evaluation for this route is too old',
  'below-bar': 'its evaluation is below the bar of this route',
  'model-changed': 'its evaluation was of another model',
};

function reasonsAgainst(deployment: Deployment, { demands, standing, eligibility }: Outlook, live: LiveState): readonly string[] {
  const unmet = [...new Set(unmetBy(deployment, demands).map(({ text, from }) => `${text} (${from})`))];
  if (unmet.length > 0) return unmet;
  if (!eligibility.candidates.some((candidate) => candidate.deployment === deployment))
    return ['it cannot serve the format of the clients'];
  const cuts = cutsOf(deployment, live);
  if (cuts.length > 0) return [`it is cut off (${cuts.join(', ')})`];
  const problem = standing.left.find((candidate) => candidate.deployment === deployment)?.degraded?.reason;
  return problem === undefined ? [] : [EVIDENCE_WORDS[problem]];
}

/** Recorded requests that went to what is gone, with who takes them over. */
function movedRequests(classes: readonly ClassOutlook[], planning: Planning): readonly Moved[] {
  return classes.flatMap(({ rows, serves }) =>
    serves === undefined
      ? []
      : rows
          .filter(({ deployment, requests }) => requests > 0 && isGoneId(deployment, planning))
          .map((row) => ({ row, serves: serves.deployment })),
  );
}

function isGoneId(id: string, { deployments, isGone }: Planning): boolean {
  const deployment = deployments.get(id);
  return deployment !== undefined && isGone(deployment);
}
