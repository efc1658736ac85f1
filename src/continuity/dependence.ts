// How much of the operator's work depends on whom: shares against limits, how concentrated they are, how that changes, and what would be
// left of each route. Pure: rows of traffic come in, a report comes out. It changes nothing about where requests go.
import {
  hhi,
  sharesOf,
  substitutability,
  trendOf,
  type ConcentrationDimension,
  type ConcentrationLimit,
  type ConcentrationWeight,
  type ConcentrationWindow,
  type DataClass,
  type Deployment,
  type Route,
  type RoutingState,
  type Share,
  type Substitutability,
  type TrafficWeight,
} from '#routing';
import type { TrafficSums } from './traffic.ts';

export const DIMENSIONS: readonly ConcentrationDimension[] = ['company', 'vendor-country', 'lineage', 'hosting-country'];

/** Traffic of a window, and of the window of the same length before it. */
export interface WindowRows {
  readonly now: readonly TrafficWeight[];
  readonly before: readonly TrafficWeight[];
}

export interface DependenceInput {
  readonly by: readonly ConcentrationDimension[];
  readonly window: ConcentrationWindow;
  readonly weight: ConcentrationWeight;
  /** Of `window`, and of every window that a limit counts over. */
  readonly rows: ReadonlyMap<ConcentrationWindow, WindowRows>;
  readonly routes: readonly Route[];
  readonly deployments: readonly Deployment[];
  readonly dataClasses: readonly DataClass[];
  /** The operator's own; those of routes are in the routes. */
  readonly limits: readonly ConcentrationLimit[];
  readonly state: RoutingState;
  readonly configuration: string;
  readonly nowMs: number;
}

export interface DimensionShares {
  readonly by: ConcentrationDimension;
  /** Largest first. */
  readonly shares: readonly (Share & { readonly shareBefore: number })[];
  /** Sum of squared shares, 0 to 1. */
  readonly hhi: number;
  /** Null: there was no traffic before. */
  readonly hhiBefore: number | null;
}

export interface LimitStanding {
  /** Null: the operator's. */
  readonly route: string | null;
  readonly limit: ConcentrationLimit;
  /** The largest share that the limit speaks of; null: there was no such traffic. */
  readonly largest: Share | null;
  readonly isExceeded: boolean;
}

/** "Without the US, 7 of 9 routes go on." */
export interface Without {
  readonly selector: string;
  /** Routes that go on as they should. */
  readonly goesOn: readonly string[];
  /** Routes that go on with something nobody has tried, because they ask for no evidence. */
  readonly untried: readonly string[];
  readonly degraded: readonly string[];
  readonly stops: readonly string[];
  /** Nobody serves them as things are, so this is not to blame. */
  readonly stoppedAlready: readonly string[];
}

export interface UnknownOrigin {
  readonly deployment: string;
  /** In words: "hosting country". */
  readonly unknown: readonly string[];
  /** Routes that it is a candidate of. */
  readonly routes: readonly string[];
}

export interface DependenceReport {
  readonly kind: 'dependence';
  readonly madeAtMs: number;
  readonly configuration: string;
  readonly window: ConcentrationWindow;
  readonly weight: ConcentrationWeight;
  /** Requests in the window that were sent and not given back. */
  readonly requests: number;
  readonly operator: readonly DimensionShares[];
  readonly routes: readonly { readonly route: string; readonly requests: number; readonly dimensions: readonly DimensionShares[] }[];
  readonly limits: readonly LimitStanding[];
  readonly routesConfigured: number;
  readonly without: readonly Without[];
  readonly substitutability: readonly Substitutability[];
  readonly unknownOrigins: readonly UnknownOrigin[];
}

const NO_ROWS: WindowRows = { now: [], before: [] };

export function dependenceReport(input: DependenceInput): DependenceReport {
  const { by, window, weight, rows, routes, dataClasses, state, nowMs, configuration } = input;
  const all = rows.get(window) ?? NO_ROWS;
  const dimensions = (of: WindowRows): readonly DimensionShares[] => by.map((dimension) => sharesIn(of, dimension, weight, routes));
  const alternatives = substitutability({ routes, dataClasses, state, nowMs });
  return {
    kind: 'dependence',
    madeAtMs: nowMs,
    configuration,
    window,
    weight,
    requests: requestsIn(all.now),
    operator: dimensions(all),
    routes: routes.map(({ name }) => {
      const own = ofRoute(all, name);
      return { route: name, requests: requestsIn(own.now), dimensions: dimensions(own) };
    }),
    limits: limitStandings(input),
    routesConfigured: routes.length,
    without: withoutEach(alternatives),
    substitutability: alternatives,
    unknownOrigins: unknownOrigins(input),
  };
}

function sharesIn(
  { now, before }: WindowRows,
  by: ConcentrationDimension,
  weight: ConcentrationWeight,
  routes: readonly Route[],
): DimensionShares {
  const shares = sharesOf({ rows: now, routes, by, weight });
  const sharesBefore = sharesOf({ rows: before, routes, by, weight });
  const trend = trendOf(shares, sharesBefore);
  const was = new Map(trend.values.map(({ value, shareBefore }) => [value, shareBefore]));
  const gone = trend.values.filter(({ share, shareBefore }) => share === 0 && shareBefore > 0);
  return {
    by,
    shares: [
      ...shares.map((share) => ({ ...share, shareBefore: was.get(share.value) ?? 0 })),
      // What had a share before and has none now is part of the picture.
      ...gone.map(({ value, shareBefore }) => ({ value, weight: 0, share: 0, shareBefore })),
    ],
    hhi: hhi(shares),
    hhiBefore: sharesBefore.length === 0 ? null : hhi(sharesBefore),
  };
}

function limitStandings({ limits, routes, rows }: DependenceInput): readonly LimitStanding[] {
  const scoped = [
    ...limits.map((limit) => ({ route: null, limit })),
    ...routes.flatMap(({ name, concentration }) => concentration.map((limit) => ({ route: name, limit }))),
  ];
  return scoped.map(({ route, limit }) => {
    const of = rows.get(limit.window) ?? NO_ROWS;
    const { now } = route === null ? of : ofRoute(of, route);
    const only = limit.only === undefined ? undefined : new Set(limit.only.map(folded));
    const shares = sharesOf({ rows: now, routes, by: limit.by, weight: limit.weight });
    const largest = shares.find(({ value }) => only === undefined || only.has(folded(value))) ?? null;
    return { route, limit, largest, isExceeded: largest !== null && largest.share > limit.limit };
  });
}

/** As routing compares names. */
function folded(name: string): string {
  return name.normalize('NFKC').trim().toLowerCase();
}

function withoutEach(alternatives: readonly Substitutability[]): readonly Without[] {
  const selectors = [...new Set(alternatives.flatMap(({ without }) => without.map(({ selector }) => selector)))];
  return selectors
    .map((selector) => {
      // A route that does not depend on it stays what it is.
      const qualities = alternatives.map(({ route, now, without }) => ({
        route,
        quality: without.find((each) => each.selector === selector)?.quality ?? now,
      }));
      const those = (quality: string): readonly string[] => qualities.filter((each) => each.quality === quality).map(({ route }) => route);
      return {
        selector,
        goesOn: those('qualified'),
        untried: those('unqualified'),
        degraded: those('degraded'),
        stops: those('stops'),
        stoppedAlready: those('stopped-already'),
      };
    })
    .toSorted((a, b) => worse(a, b));
}

/** What stops most comes first, then what leaves most in a worse state; countries before companies. */
function worse(a: Without, b: Without): number {
  const isCountry = ({ selector }: Without): number => (selector.startsWith('country:') ? 0 : 1);
  return (
    b.stops.length - a.stops.length ||
    b.degraded.length - a.degraded.length ||
    b.untried.length - a.untried.length ||
    isCountry(a) - isCountry(b) ||
    (a.selector < b.selector ? -1 : 1)
  );
}

const UNKNOWN = 'unknown';

function unknownOrigins({ deployments, routes }: DependenceInput): readonly UnknownOrigin[] {
  return deployments.flatMap(({ id, origins, retentionDays }) => {
    const { vendor, weights, hosting, subprocessors } = origins;
    const missing = [
      [isUnknown(vendor.company), 'vendor company'],
      [isUnknown(vendor.country), 'vendor country'],
      [isUnknown(weights.lineage), 'lineage of the weights'],
      [isUnknown(weights.country), 'country of the weights'],
      [isUnknown(hosting.country), 'hosting country'],
      [
        subprocessors === undefined || subprocessors.some(({ company, country }) => isUnknown(company) || isUnknown(country)),
        'sub-processors',
      ],
      [retentionDays === undefined, 'retention'],
    ] as const;
    const unknown = missing.flatMap(([is, words]) => (is ? [words] : []));
    if (unknown.length === 0) return [];
    return [
      {
        deployment: id,
        unknown,
        routes: routes.filter(({ candidates }) => candidates.some((each) => each.id === id)).map(({ name }) => name),
      },
    ];
  });
}

function isUnknown(value: string): boolean {
  return folded(value) === UNKNOWN;
}

function ofRoute({ now, before }: WindowRows, route: string): WindowRows {
  return { now: now.filter((row) => row.route === route), before: before.filter((row) => row.route === route) };
}

function requestsIn(rows: readonly TrafficWeight[]): number {
  return rows.reduce((sum, { requests }) => sum + requests, 0);
}

/** What was sent to each deployment on each route, without the attempts that failed: those were given back, as limits count. */
export function trafficWeights(sums: readonly TrafficSums[]): readonly TrafficWeight[] {
  const asked = sums.filter(({ deployment }) => deployment !== '');
  return [...Map.groupBy(asked, ({ route, deployment }) => JSON.stringify([route, deployment])).values()].map((group) => {
    const { route, deployment } = group[0]!;
    const sent = group.reduce((all, each) => all + each.sent, 0);
    const failed = group.reduce((all, each) => all + (each.cause.startsWith('failed:') && !NEVER_SENT.has(each.cause) ? each.ended : 0), 0);
    const tokens = group.reduce((all, each) => all + each.inputTokens + each.outputTokens, 0);
    return { route, deployment, requests: Math.max(0, sent - failed), tokens };
  });
}

/** Attempts that ended before anything left. */
const NEVER_SENT: ReadonlySet<string> = new Set(['failed:untranslatable', 'failed:cut-off', 'failed:access-withdrawn']);
