// What the operator is told about dependence: shares, how concentrated they are, how that changes, and what would be left of each route
// without one company or country. Pure sums and what-ifs; nothing here routes a request.
import type { ConcentrationDimension, ConcentrationWeight, TrafficWeight } from './concentration.ts';
import { classesByName, effectiveClasses } from './demands.ts';
import type { DataClass, Deployment, Route } from './deployment.ts';
import { deploymentsOf, valueOf, weigh } from './limit-totals.ts';
import { liveState } from './live-state.ts';
import { isKnownName, nameKey } from './names.ts';
import { outlook, type Outlook } from './outlook.ts';
import { describeSelector, selects, type Selector } from './selectors.ts';
import type { RoutingState } from './state.ts';

export interface Share {
  /** A company, country or lineage as the configuration writes it; `NOT_CONFIGURED` for deployments that are not in it any more. */
  readonly value: string;
  readonly weight: number;
  /** 0 to 1. */
  readonly share: number;
}

export const NOT_CONFIGURED = '(not configured any more)';

/** Largest first. Empty when there was no traffic. */
export function sharesOf(options: {
  readonly rows: readonly TrafficWeight[];
  readonly routes: readonly Route[];
  readonly by: ConcentrationDimension;
  readonly weight: ConcentrationWeight;
}): readonly Share[] {
  const { rows, routes, by, weight } = options;
  const deployments = deploymentsOf(routes);
  const criticality = new Map(routes.map((route) => [route.name, route.criticality]));
  const sums = new Map<string, { value: string; weight: number }>();
  let total = 0;
  for (const row of rows) {
    const deployment = deployments.get(row.deployment);
    const value = deployment === undefined ? NOT_CONFIGURED : valueOf(deployment, by);
    const key = nameKey(value);
    const sum = sums.get(key) ?? { value, weight: 0 };
    const added = weigh(row, weight, criticality.get(row.route) ?? 1);
    sum.weight += added;
    total += added;
    sums.set(key, sum);
  }
  return [...sums.values()]
    .filter((sum) => sum.weight > 0)
    .map((sum) => ({ ...sum, share: sum.weight / total }))
    .toSorted((a, b) => b.weight - a.weight || (a.value < b.value ? -1 : 1));
}

/** Herfindahl-Hirschman index: the sum of squared shares. 1: all with one; 1/n: evenly with n; 0: no traffic. */
export function hhi(shares: readonly Pick<Share, 'share'>[]): number {
  return shares.reduce((sum, { share }) => sum + share * share, 0);
}

export interface Trend {
  readonly hhi: number;
  readonly hhiBefore: number;
  readonly values: readonly {
    readonly value: string;
    readonly share: number;
    readonly shareBefore: number;
    /** In shares: 0.05 is five percentage points more. */
    readonly change: number;
  }[];
}

/** Compares a window with the one before it; largest change first. A value that is missing from one has the share 0 there. */
export function trendOf(now: readonly Share[], before: readonly Share[]): Trend {
  const merged = new Map<string, { value: string; share: number; shareBefore: number }>();
  for (const { value, share } of now) merged.set(nameKey(value), { value, share, shareBefore: 0 });
  for (const { value, share } of before) {
    const entry = merged.get(nameKey(value)) ?? { value, share: 0, shareBefore: 0 };
    merged.set(nameKey(value), { ...entry, shareBefore: share });
  }
  const values = [...merged.values()].map((entry) => ({ ...entry, change: entry.share - entry.shareBefore }));
  return {
    hhi: hhi(now),
    hhiBefore: hhi(before),
    values: values.toSorted((a, b) => Math.abs(b.change) - Math.abs(a.change) || (a.value < b.value ? -1 : 1)),
  };
}

/** `unqualified`: it goes on with deployments that the route asks no evidence of, so nobody tried. */
export type Quality = 'qualified' | 'degraded' | 'unqualified' | 'stops' | 'stopped-already';

export interface Substitutability {
  readonly route: string;
  /** As things are, with the cuts in force. */
  readonly now: Quality;
  readonly without: readonly {
    /** `country:US`, `company:openai`. */
    readonly selector: string;
    /** Candidates of the route that are gone then. */
    readonly gone: readonly string[];
    readonly quality: Quality;
    /** Vendor companies that are left, each with a deployment as good as `quality` says, none of them the company of one that is gone. */
    readonly alternatives: number;
    /** What would serve, in order. */
    readonly left: readonly string[];
  }[];
}

/**
 * For each route and each company and country that any of its candidates depends on. Counts a deployment that meets the demands of the
 * route and its class, and that can serve a format of the route's first candidate.
 */
export function substitutability(options: {
  readonly routes: readonly Route[];
  readonly dataClasses: readonly DataClass[];
  readonly state: RoutingState;
  readonly nowMs: number;
}): readonly Substitutability[] {
  const { routes, dataClasses, state, nowMs } = options;
  const known = classesByName(dataClasses);
  const live = liveState(state);
  return routes.map((route) => {
    const current = outlook(route, { dataClasses: effectiveClasses(route, undefined), known, live, nowMs });
    return {
      route: route.name,
      now: qualityOf(route, current, () => false),
      without: dependencesOf(route.candidates).map((selector) => {
        const isGone = (deployment: Deployment): boolean => selects(selector, deployment);
        const gone = route.candidates.filter(isGone);
        const left = current.standing.candidates.filter(({ deployment }) => !isGone(deployment));
        const companies = new Set(gone.map(({ origins }) => nameKey(origins.vendor.company)));
        const quality = qualityOf(route, current, isGone);
        const independent = left
          .filter(({ degraded }) => quality === 'degraded' || degraded === undefined)
          .map(({ deployment }) => deployment.origins.vendor.company)
          .filter((company) => isKnownName(company) && !companies.has(nameKey(company)));
        return {
          selector: describeSelector(selector),
          gone: gone.map(({ id }) => id),
          quality,
          alternatives: new Set(independent.map(nameKey)).size,
          left: left.map(({ deployment }) => deployment.id),
        };
      }),
    };
  });
}

function qualityOf(route: Route, { eligibility, standing }: Outlook, isGone: (deployment: Deployment) => boolean): Quality {
  if (standing.candidates.length === 0) return 'stopped-already';
  const left = standing.candidates.filter(({ deployment }) => !isGone(deployment));
  if (left.length === 0) return 'stops';
  if (left.every(({ degraded }) => degraded !== undefined)) return 'degraded';
  const isTried = route.qualification !== undefined || left.some(({ deployment }) => deployment === eligibility.preferred);
  return isTried ? 'qualified' : 'unqualified';
}

/** Every country and company in whose hands a deployment is, each once, countries first. */
export function dependencesOf(deployments: readonly Deployment[]): readonly Selector[] {
  const countries = new Set<string>();
  const companies = new Map<string, string>();
  for (const { origins } of deployments) {
    const { vendor, hosting, subprocessors } = origins;
    const all = [vendor.country, ...vendor.subjectTo, hosting.country, ...(subprocessors ?? []).map(({ country }) => country)];
    for (const country of all) countries.add(country);
    if (subprocessors === undefined) countries.add('unknown');
    for (const { company } of [vendor, ...(subprocessors ?? [])])
      if (!companies.has(nameKey(company))) companies.set(nameKey(company), company);
  }
  return [
    ...[...countries].toSorted().map((value) => ({ kind: 'country' as const, value })),
    ...[...companies.values()].toSorted().map((value) => ({ kind: 'company' as const, value })),
  ];
}
