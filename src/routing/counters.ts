// Sums by value of a dimension, and the limits that look at them. Knows nothing of requests.
import type { ConcentrationLimit, LimitedRoutes } from './concentration.ts';
import { limitKeyOf, scopedLimits, WINDOW_MS } from './limit-totals.ts';
import { nameKey } from './names.ts';

/** Sums by value of one dimension, over one window, of one weight. Limits that need the same share it. */
export interface Counter {
  readonly weight: ConcentrationLimit['weight'];
  readonly windowMs: number;
  readonly indexes: Map<string, number>;
  readonly sums: number[];
  total: number;
}

export interface ActiveLimit {
  readonly limit: ConcentrationLimit;
  readonly scope: string;
  readonly counter: Counter;
  readonly only: ReadonlySet<string> | undefined;
}

/** What applies to the traffic of one route. */
export interface RouteLimits {
  readonly criticality: number;
  readonly limits: readonly ActiveLimit[];
  /** Each counter once. */
  readonly counters: readonly { readonly counter: Counter; readonly by: ConcentrationLimit['by'] }[];
}

export interface CompiledLimits {
  readonly counters: ReadonlyMap<string, Counter>;
  readonly routes: ReadonlyMap<string, RouteLimits>;
  /** For traffic of a route that is not configured: the operator's limits alone. */
  readonly others: RouteLimits;
}

export function compileLimits({ limits, routes }: LimitedRoutes): CompiledLimits {
  const counters = new Map<string, Counter>();
  const active = scopedLimits({ limits, routes }).map(({ scope, limit }) => {
    const key = limitKeyOf(scope, limit);
    let counter = counters.get(key);
    if (counter === undefined) {
      counter = { weight: limit.weight, windowMs: WINDOW_MS[limit.window], indexes: new Map(), sums: [], total: 0 };
      counters.set(key, counter);
    }
    const only = limit.only === undefined ? undefined : new Set(limit.only.map(nameKey));
    const route = scope === 'operator' ? undefined : scope.route;
    return { route, limit, scope: route === undefined ? 'operator' : `route ${route}`, counter, only };
  });
  const own = Map.groupBy(active, ({ route }) => route);
  const common = own.get(undefined) ?? [];
  return {
    counters,
    routes: new Map(routes.map(({ name, criticality }) => [name, routeLimits(criticality, [...common, ...(own.get(name) ?? [])])])),
    others: routeLimits(1, common),
  };
}

function routeLimits(criticality: number, limits: readonly ActiveLimit[]): RouteLimits {
  const counters = [...new Map(limits.map(({ counter, limit }) => [counter, { counter, by: limit.by }])).values()];
  return { criticality, limits, counters };
}

export function indexIn(counter: Counter, key: string): number {
  let index = counter.indexes.get(key);
  if (index === undefined) {
    index = counter.sums.length;
    counter.indexes.set(key, index);
    counter.sums.push(0);
  }
  return index;
}

export function add(counter: Counter, index: number, weight: number): void {
  counter.sums[index]! += weight;
  counter.total += weight;
}

/** Share by which S + w exceeds limit·(T + w) + w; 0 or less: it fits. The tolerance is for sums of fractions. */
export function excessOf({ sums, total }: Counter, index: number, weight: number, limit: number): number {
  const all = total + weight;
  const over = sums[index]! - limit * all;
  return over > 1e-9 * all ? over / all : 0;
}
