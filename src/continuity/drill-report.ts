// What a live drill showed, from the sums that were kept while it ran: per route what took over, who noticed and why, and how long it took.
// Pure: it reads no store and no clock, so that the same report can be made again at any later time.
import type { DrillRecord } from './control-store.ts';
import { drilledRoute, type DrilledRoute } from './drilled-route.ts';
import type { TrafficSums } from './traffic.ts';

/** A deployment that the drill's selectors mean, and where it comes from. */
export interface RemovedDeployment {
  readonly id: string;
  readonly company: string;
  readonly vendorCountry: string;
  readonly lineage: string;
  readonly hostingCountry: string;
}

/** Where the ledger has an act of this drill. */
export interface LedgerReference {
  /** `drill-started` or `drill-aborted`. */
  readonly type: string;
  /** Position in the signed tree. */
  readonly index: number;
  readonly at: string;
  /** The configuration that was in force, as the record has it. */
  readonly configuration: string | null;
}

/** What the sender of canaries saw from outside, where one ran. */
export interface CanaryCount {
  readonly route: string;
  readonly sent: number;
  readonly answered: number;
  readonly failures: readonly { readonly cause: string; readonly count: number }[];
}

export interface DrillReportInput {
  readonly drill: DrillRecord;
  /** Of this drill alone. */
  readonly sums: readonly TrafficSums[];
  /** Of the time before it, to compare with. */
  readonly before: readonly TrafficSums[];
  readonly beforeWindow: { readonly fromMs: number; readonly toMs: number };
  /** Names of the routes that are configured, in order. */
  readonly routes: readonly string[];
  readonly removed: readonly RemovedDeployment[];
  /** What a route and its classes of data demand and this deployment does not meet, in words; undefined: not configured any more. */
  readonly unmetDemands: (route: string, deployment: string, dataClasses: readonly string[]) => readonly string[] | undefined;
  readonly ledger: readonly LedgerReference[];
  readonly canaries: readonly CanaryCount[];
  /** Version of the configuration that the report is made with. */
  readonly configuration: string;
  readonly nowMs: number;
}

/** Requests that were sent where they must not go. There must be none. */
export interface Violation {
  readonly route: string;
  readonly deployment: string;
  readonly dataClasses: readonly string[];
  readonly requests: number;
  readonly demands: readonly string[];
}

export interface DrillReport {
  readonly kind: 'drill';
  readonly drill: DrillRecord;
  readonly state: 'not-begun' | 'running' | 'ended' | 'aborted';
  /** When it ended, or will. */
  readonly endsAtMs: number;
  readonly madeAtMs: number;
  readonly configuration: string;
  readonly removed: readonly RemovedDeployment[];
  readonly totals: Pick<DrilledRoute, 'requests' | 'answered' | 'declined' | 'clientGone' | 'failed' | 'unrelated'>;
  readonly routes: readonly DrilledRoute[];
  readonly beforeWindow: { readonly fromMs: number; readonly toMs: number };
  /** Sent to a deployment that the drill had taken away. */
  readonly sentToRemoved: readonly Violation[];
  /** Sent to a deployment that does not meet what the route or the class of data demands. */
  readonly sentAgainstDemands: readonly Violation[];
  /** Requests to deployments that are not configured any more, about whose origins nothing can be said. */
  readonly unassessed: number;
  readonly canaries: readonly CanaryCount[];
  readonly ledger: readonly LedgerReference[];
}

export function drillReport(input: DrillReportInput): DrillReport {
  const { drill, nowMs, removed, beforeWindow, canaries, ledger, configuration } = input;
  const sums = input.sums.filter((sum) => sum.drill === drill.id);
  const seen = new Set([...sums.map(({ route }) => route), ...canaries.map(({ route }) => route)]);
  const names = [
    ...input.routes.filter((route) => seen.has(route)),
    ...[...seen].filter((route) => !input.routes.includes(route)).toSorted(),
  ];
  const routes = names.map((route) =>
    drilledRoute(
      route,
      sums.filter((sum) => sum.route === route),
      input.before.filter((sum) => sum.route === route && sum.drill === ''),
      drill.startsAtMs,
    ),
  );
  const { sentToRemoved, sentAgainstDemands, unassessed } = violations(sums, input);
  const total = (count: (route: DrilledRoute) => number): number => routes.reduce((sum, route) => sum + count(route), 0);
  return {
    kind: 'drill',
    drill,
    state: stateOf(drill, nowMs),
    endsAtMs: endOf(drill),
    madeAtMs: nowMs,
    configuration,
    removed,
    totals: {
      requests: total((route) => route.requests),
      answered: total((route) => route.answered),
      declined: total((route) => route.declined),
      clientGone: total((route) => route.clientGone),
      failed: total((route) => route.failed),
      unrelated: total((route) => route.unrelated),
    },
    routes,
    beforeWindow,
    sentToRemoved,
    sentAgainstDemands,
    unassessed,
    canaries,
    ledger,
  };
}

export function endOf({ endsAtMs, abortedAtMs }: DrillRecord): number {
  return abortedAtMs === null ? endsAtMs : Math.min(abortedAtMs, endsAtMs);
}

export function stateOf(drill: DrillRecord, nowMs: number): DrillReport['state'] {
  if (drill.abortedAtMs !== null && drill.abortedAtMs < drill.endsAtMs) return 'aborted';
  if (nowMs >= drill.endsAtMs) return 'ended';
  return nowMs < drill.startsAtMs ? 'not-begun' : 'running';
}

function violations(
  sums: readonly TrafficSums[],
  { removed, unmetDemands }: Pick<DrillReportInput, 'removed' | 'unmetDemands'>,
): Pick<DrillReport, 'sentToRemoved' | 'sentAgainstDemands' | 'unassessed'> {
  const gone = new Set(removed.map(({ id }) => id));
  const sentToRemoved: Violation[] = [];
  const sentAgainstDemands: Violation[] = [];
  let unassessed = 0;
  const sent = sums.filter((sum) => sum.sent > 0 && sum.deployment !== '');
  for (const group of Map.groupBy(sent, ({ route, deployment, dataClass }) => JSON.stringify([route, deployment, dataClass])).values()) {
    const { route, deployment, dataClass } = group[0]!;
    const dataClasses = dataClass === '' ? [] : dataClass.split('+');
    const requests = group.reduce((all, each) => all + each.sent, 0);
    const demands = unmetDemands(route, deployment, dataClasses);
    if (gone.has(deployment)) sentToRemoved.push({ route, deployment, dataClasses, requests, demands: [] });
    if (demands === undefined) unassessed += requests;
    else if (demands.length > 0) sentAgainstDemands.push({ route, deployment, dataClasses, requests, demands });
  }
  return { sentToRemoved, sentAgainstDemands, unassessed };
}
