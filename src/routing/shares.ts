// Counts the shares of companies, countries and lineages in one worker, and orders candidates by them. The rule and its error bound are in
// concentration.ts. Keeps nothing on disk and talks to nobody: snapshots of everybody's traffic are brought to it.
import type { Clock } from '#kernel';
import type { Candidate } from './candidate.ts';
import type {
  Arranged,
  Concentration,
  ConcentrationLimit,
  Flush,
  LimitBreach,
  LimitedRoutes,
  LimitTotals,
  TrafficWeight,
} from './concentration.ts';
import { add, compileLimits, excessOf, indexIn, type CompiledLimits, type Counter, type RouteLimits } from './counters.ts';
import type { Deployment, Route } from './deployment.ts';
import { deploymentsOf, valueKeyOf, valueOf, weigh } from './limit-totals.ts';
import { PendingFlushes } from './pending-flushes.ts';

/** What a request is thought to take before any was answered. */
const FIRST_MEAN_TOKENS = 1000;
/** The running mean follows about this many requests. */
const MEAN_OVER_REQUESTS = 64;
/** Usage comes from providers; more than this is no usage. */
const MOST_TOKENS = 100_000_000;

/** Named in one refusal. */
const MOST_BREACHES = 20;

const NONE: readonly LimitBreach[] = [];

/** One deployment on one route. */
interface Pair {
  readonly route: string;
  readonly deployment: string;
  /** Since the last flush. */
  requests: number;
  tokens: number;
  inFlight: number;
  /** Tokens that those in flight are thought to take. */
  reserved: number;
  criticality: number;
  /** Where its weights go; undefined until the next use after a change of configuration. */
  slots: readonly { readonly counter: Counter; readonly index: number }[] | undefined;
}

interface MeanTokens {
  value: number;
  over: number;
}

/** Positions of an array of candidates in the counters, row by row per limit; −1: the limit does not speak of this one. */
interface Prepared {
  readonly of: RouteLimits;
  readonly indexes: Int32Array;
}

export function createConcentration(options: LimitedRoutes & { readonly clock: Clock }): Concentration {
  return new Shares(options, options.clock);
}

class Shares implements Concentration {
  readonly #clock: Clock;
  readonly #pairs = new Map<string, Map<string, Pair>>();
  readonly #pending = new PendingFlushes();
  readonly #means = new Map<string, MeanTokens>();
  #deployments: ReadonlyMap<string, Deployment> = new Map();
  #limits: CompiledLimits = compileLimits({ limits: [], routes: [] });
  #prepared = new WeakMap<readonly Candidate[], Prepared>();
  #totals: readonly LimitTotals[] = [];
  #seq = 0;
  #adopted = 0;
  /** Per candidate of the request at hand: over 0 is the share by which `steer` limits are exceeded, Infinity is excluded. */
  #excess = new Float64Array(64);

  constructor(configuration: LimitedRoutes, clock: Clock) {
    this.#clock = clock;
    this.reconfigure(configuration);
  }

  reconfigure({ limits, routes }: LimitedRoutes): void {
    this.#deployments = deploymentsOf(routes);
    this.#limits = compileLimits({ limits, routes });
    this.#prepared = new WeakMap();
    const known = this.#limits.routes;
    for (const name of this.#means.keys()) if (!known.has(name)) this.#means.delete(name);
    for (const [route, pairs] of this.#pairs) {
      for (const [id, pair] of pairs) {
        pair.slots = undefined;
        const isIdle = pair.requests === 0 && pair.tokens === 0 && pair.inFlight === 0;
        if (isIdle && !(known.has(route) && this.#deployments.has(id))) pairs.delete(id);
      }
      if (pairs.size === 0) this.#pairs.delete(route);
    }
    this.#rebuild();
  }

  arrange(route: Route, candidates: readonly Candidate[]): Arranged {
    const limits = this.#limitsOf(route.name);
    if (limits.limits.length === 0) return { order: candidates, breaches: NONE, refused: false };
    let prepared = this.#prepared.get(candidates);
    if (prepared?.of !== limits) this.#prepared.set(candidates, (prepared = prepare(limits, candidates)));
    const { isOrdered, isFree } = this.#measure(route.name, prepared, candidates.length);
    if (isFree) return { order: candidates, breaches: NONE, refused: false };
    const order = isOrdered ? candidates : ordered(candidates, this.#excess);
    const first = order[0];
    if (first !== undefined) return { order, breaches: this.#breaches(route.name, first.deployment), refused: false };
    const breaches = candidates.flatMap(({ deployment }) => this.#breaches(route.name, deployment, 'enforce'));
    return { order, breaches: breaches.slice(0, MOST_BREACHES), refused: true };
  }

  breachesOf(route: string, deploymentId: string): readonly LimitBreach[] {
    const deployment = this.#deployments.get(deploymentId);
    return deployment === undefined || this.#limitsOf(route).limits.length === 0 ? NONE : this.#breaches(route, deployment);
  }

  took(route: string, deployment: string): void {
    const pair = this.#pairOf(route, deployment);
    const tokens = this.#meanTokens(route);
    pair.requests++;
    pair.inFlight++;
    pair.reserved += tokens;
    this.#count(pair, 1, tokens);
  }

  spent(route: string, deployment: string, tokens: number | undefined): void {
    const pair = this.#pairOf(route, deployment);
    const released = release(pair);
    const used = tokens === undefined || !(tokens >= 0) ? released : Math.min(tokens, MOST_TOKENS);
    pair.tokens += used;
    if (tokens !== undefined) this.#learn(route, used);
    this.#count(pair, 0, used - released);
  }

  gaveBack(route: string, deployment: string): void {
    const pair = this.#pairOf(route, deployment);
    const released = release(pair);
    pair.requests--;
    this.#count(pair, -1, -released);
  }

  flush(): Flush {
    const deltas: TrafficWeight[] = [];
    for (const pairs of this.#pairs.values()) {
      for (const pair of pairs.values()) {
        const { route, deployment, requests, tokens } = pair;
        if (requests === 0 && tokens === 0) continue;
        deltas.push({ route, deployment, requests, tokens });
        pair.requests = 0;
        pair.tokens = 0;
      }
    }
    if (deltas.length === 0) return { seq: this.#seq, deltas };
    const seq = ++this.#seq;
    // Nobody brings snapshots: what is old leaves its window all the same.
    if (this.#pending.push({ seq, atMs: this.#clock.now(), deltas })) this.#rebuild();
    return { seq, deltas };
  }

  adopt({ upTo, totals }: { readonly upTo: number; readonly totals: readonly LimitTotals[] }): void {
    if (upTo < this.#adopted) return;
    this.#adopted = upTo;
    this.#totals = totals;
    this.#pending.dropUpTo(upTo);
    this.#rebuild();
  }

  #limitsOf(route: string): RouteLimits {
    return this.#limits.routes.get(route) ?? this.#limits.others;
  }

  #pairOf(route: string, deployment: string): Pair {
    let pairs = this.#pairs.get(route);
    if (pairs === undefined) this.#pairs.set(route, (pairs = new Map<string, Pair>()));
    let pair = pairs.get(deployment);
    if (pair === undefined) {
      pair = { route, deployment, requests: 0, tokens: 0, inFlight: 0, reserved: 0, criticality: 1, slots: undefined };
      pairs.set(deployment, pair);
    }
    if (pair.slots === undefined) {
      const { counters, criticality } = this.#limitsOf(route);
      const found = this.#deployments.get(deployment);
      pair.criticality = criticality;
      // Of a deployment that is not configured any more, nobody can say whose it is.
      pair.slots =
        found === undefined ? [] : counters.map(({ counter, by }) => ({ counter, index: indexIn(counter, valueKeyOf(found, by)) }));
    }
    return pair;
  }

  #count(pair: Pair, requests: number, tokens: number): void {
    for (const { counter, index } of pair.slots!) add(counter, index, weigh({ requests, tokens }, counter.weight, pair.criticality));
  }

  #meanTokens(route: string): number {
    return this.#means.get(route)?.value ?? FIRST_MEAN_TOKENS;
  }

  #learn(route: string, tokens: number): void {
    let mean = this.#means.get(route);
    if (mean === undefined) this.#means.set(route, (mean = { value: FIRST_MEAN_TOKENS, over: 0 }));
    mean.over = Math.min(mean.over + 1, MEAN_OVER_REQUESTS);
    mean.value += (tokens - mean.value) / mean.over;
  }

  /** The weight of one more request. */
  #weight(route: string, weight: ConcentrationLimit['weight'], criticality: number): number {
    return weight === 'requests' ? 1 : weigh({ requests: 1, tokens: this.#meanTokens(route) }, weight, criticality);
  }

  /** Fills `#excess`. `isFree`: no limit is exceeded by anybody; `isOrdered`: the order stays as it is. */
  #measure(route: string, { of, indexes }: Prepared, count: number): { isOrdered: boolean; isFree: boolean } {
    if (this.#excess.length < count) this.#excess = new Float64Array(count);
    const excess = this.#excess.fill(0, 0, count);
    let isFree = true;
    let isOrdered = true;
    let at = 0;
    for (const { limit, counter } of of.limits) {
      const weight = this.#weight(route, limit.weight, of.criticality);
      for (let candidate = 0; candidate < count; candidate++, at++) {
        const index = indexes[at]!;
        if (index < 0) continue;
        const over = excessOf(counter, index, weight, limit.limit);
        if (over <= 0) continue;
        isFree = false;
        if (limit.action === 'warn') continue;
        isOrdered = false;
        excess[candidate] = limit.action === 'enforce' ? Infinity : Math.max(excess[candidate]!, over);
      }
    }
    return { isOrdered, isFree };
  }

  #breaches(route: string, deployment: Deployment, action?: ConcentrationLimit['action']): readonly LimitBreach[] {
    const breaches: LimitBreach[] = [];
    const { limits, criticality } = this.#limitsOf(route);
    for (const { limit, scope, counter, only } of limits) {
      const key = valueKeyOf(deployment, limit.by);
      if (only?.has(key) === false || (action !== undefined && limit.action !== action)) continue;
      const index = indexIn(counter, key);
      const weight = this.#weight(route, limit.weight, criticality);
      if (excessOf(counter, index, weight, limit.limit) <= 0) continue;
      breaches.push({
        scope,
        by: limit.by,
        window: limit.window,
        weight: limit.weight,
        action: limit.action,
        limit: limit.limit,
        value: valueOf(deployment, limit.by),
        share: (counter.sums[index]! + weight) / (counter.total + weight),
        deployment: deployment.id,
      });
    }
    return breaches.length === 0 ? NONE : breaches;
  }

  /** Counts everything anew: what everybody sent as of the snapshot, and what only this worker knows. */
  #rebuild(): void {
    for (const counter of this.#limits.counters.values()) {
      counter.sums.fill(0);
      counter.total = 0;
    }
    for (const { limitKey, total, byValue } of this.#totals) {
      const counter = this.#limits.counters.get(limitKey);
      if (counter === undefined) continue;
      for (const [key, sum] of Object.entries(byValue)) counter.sums[indexIn(counter, key)] = sum;
      counter.total = total;
    }
    const now = this.#clock.now();
    for (const { atMs, deltas } of this.#pending.all) {
      for (const { route, deployment, requests, tokens } of deltas) {
        const { slots, criticality } = this.#pairOf(route, deployment);
        for (const { counter, index } of slots!)
          if (now - atMs < counter.windowMs) add(counter, index, weigh({ requests, tokens }, counter.weight, criticality));
      }
    }
    for (const [route, pairs] of this.#pairs) {
      for (const id of pairs.keys()) {
        const pair = this.#pairOf(route, id);
        this.#count(pair, pair.requests, pair.tokens + pair.reserved);
      }
    }
  }
}

function prepare(of: RouteLimits, candidates: readonly Candidate[]): Prepared {
  const indexes = new Int32Array(of.limits.length * candidates.length);
  let at = 0;
  for (const { limit, counter, only } of of.limits) {
    for (const { deployment } of candidates) {
      const key = valueKeyOf(deployment, limit.by);
      indexes[at++] = only?.has(key) === false ? -1 : indexIn(counter, key);
    }
  }
  return { of, indexes };
}

/** Takes one request's part out of what is reserved, and returns it. */
function release(pair: Pair): number {
  if (pair.inFlight === 0) return 0;
  const released = pair.inFlight === 1 ? pair.reserved : pair.reserved / pair.inFlight;
  pair.inFlight--;
  pair.reserved -= released;
  return released;
}

/** Those that fit in their order, then those that do not by their excess; first among candidates with evidence, then among the rest. */
function ordered(candidates: readonly Candidate[], excess: Float64Array): readonly Candidate[] {
  const positions: number[] = [];
  for (let index = 0; index < candidates.length; index++) if (excess[index] !== Infinity) positions.push(index);
  const isDegraded = (index: number): number => (candidates[index]!.degraded === undefined ? 0 : 1);
  positions.sort((a, b) => isDegraded(a) - isDegraded(b) || excess[a]! - excess[b]! || a - b);
  return positions.map((index) => candidates[index]!);
}
