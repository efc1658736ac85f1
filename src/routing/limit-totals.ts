// Totals of limits from rows of traffic: what one company, country or lineage has, of what. Knows no window's clock: whoever calls takes
// the rows of one window.
import type {
  ConcentrationDimension,
  ConcentrationLimit,
  ConcentrationWeight,
  ConcentrationWindow,
  LimitedRoutes,
  LimitScope,
  LimitTotals,
  TrafficWeight,
} from './concentration.ts';
import type { Deployment, Route } from './deployment.ts';
import { nameKey } from './names.ts';

const HOUR_MS = 60 * 60 * 1000;

export const WINDOW_MS: Readonly<Record<ConcentrationWindow, number>> = { hour: HOUR_MS, day: 24 * HOUR_MS, '30-days': 30 * 24 * HOUR_MS };

/** Names the counters of a limit. Limits that differ only in what follows from a share have the same counters. */
export function limitKeyOf(scope: LimitScope, { by, window, weight }: Pick<ConcentrationLimit, 'by' | 'window' | 'weight'>): string {
  return JSON.stringify([scope === 'operator' ? null : scope.route, by, window, weight]);
}

/** "unknown" is a value like any other: all that is unknown counts together. */
export function valueOf({ origins }: Deployment, by: ConcentrationDimension): string {
  switch (by) {
    case 'company':
      return origins.vendor.company;
    case 'vendor-country':
      return origins.vendor.country;
    case 'lineage':
      return origins.weights.lineage;
    case 'hosting-country':
      return origins.hosting.country;
  }
}

/** Equal for two ways of writing the same name. */
export function valueKeyOf(deployment: Deployment, by: ConcentrationDimension): string {
  return nameKey(valueOf(deployment, by));
}

export function weigh(
  { requests, tokens }: Pick<TrafficWeight, 'requests' | 'tokens'>,
  weight: ConcentrationWeight,
  criticality: number,
): number {
  if (weight === 'tokens') return tokens;
  return weight === 'criticality' ? requests * criticality : requests;
}

/** Every limit with its scope, the operator's first. */
export function scopedLimits({
  limits,
  routes,
}: LimitedRoutes): readonly { readonly scope: LimitScope; readonly limit: ConcentrationLimit }[] {
  return [
    ...limits.map((limit) => ({ scope: 'operator' as const, limit })),
    ...routes.flatMap(({ name, concentration }) => concentration.map((limit) => ({ scope: { route: name }, limit }))),
  ];
}

/** The windows that any limit counts over. */
export function windowsOf(configuration: LimitedRoutes): readonly ConcentrationWindow[] {
  return [...new Set(scopedLimits(configuration).map(({ limit }) => limit.window))];
}

export function deploymentsOf(routes: readonly Route[]): ReadonlyMap<string, Deployment> {
  return new Map(routes.flatMap(({ candidates }) => candidates.map((deployment) => [deployment.id, deployment] as const)));
}

/**
 * Totals of all limits over `window`, from all rows that lie in it. Rows of deployments that are not configured any more take no part,
 * because nobody can say whose they are; rows of a route that is gone count with criticality 1, for the operator's limits.
 */
export function limitTotals(
  configuration: LimitedRoutes,
  { window, rows }: { readonly window: ConcentrationWindow; readonly rows: readonly TrafficWeight[] },
): readonly LimitTotals[] {
  const deployments = deploymentsOf(configuration.routes);
  const criticality = new Map(configuration.routes.map((route) => [route.name, route.criticality]));
  const totals = new Map<string, { limitKey: string; total: number; byValue: Record<string, number> }>();
  for (const { scope, limit } of scopedLimits(configuration)) {
    const limitKey = limitKeyOf(scope, limit);
    if (limit.window !== window || totals.has(limitKey)) continue;
    const counted = { limitKey, total: 0, byValue: Object.create(null) as Record<string, number> };
    totals.set(limitKey, counted);
    for (const row of rows) {
      if (scope !== 'operator' && scope.route !== row.route) continue;
      const deployment = deployments.get(row.deployment);
      if (deployment === undefined) continue;
      const weight = weigh(row, limit.weight, criticality.get(row.route) ?? 1);
      const key = valueKeyOf(deployment, limit.by);
      counted.total += weight;
      counted.byValue[key] = (counted.byValue[key] ?? 0) + weight;
    }
  }
  return [...totals.values()];
}
