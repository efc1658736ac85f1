// What changes for requests that move to another deployment: their time and their price, as far as either is known.
import type { Deployment, Price, Route } from './deployment.ts';
import { evidenceKey, type EvidenceIndex } from './evidence.ts';
import type { LiveState } from './live-state.ts';

/** Requests that were answered by one deployment on one route, with data of the same classes. */
export interface RecordedTraffic {
  readonly route: string;
  readonly deployment: string;
  /** Effective classes of the data. */
  readonly dataClasses: readonly string[];
  readonly requests: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** From the request's arrival to the answer's end; null when nothing was measured. */
  readonly meanLatencyMs: number | null;
}

export interface PlannedCost {
  readonly currency: string;
  readonly before: number;
  readonly after: number;
  readonly beforePerMillionTokens: number;
  readonly afterPerMillionTokens: number;
}

/** Recorded requests and the deployment that would serve them instead. */
export interface Moved {
  readonly row: RecordedTraffic;
  readonly serves: Deployment;
}

interface Measurements {
  readonly traffic: readonly RecordedTraffic[];
  readonly live: Pick<LiveState, 'evidence'>;
}

/** Null: nothing moves, or nobody knows. */
export function latencyChange(
  route: Route,
  moved: readonly Moved[],
  measurements: Measurements,
): { readonly beforeMs: number; readonly afterMs: number } | null {
  let requests = 0;
  let before = 0;
  let after = 0;
  for (const { row, serves } of moved) {
    const expected = expectedLatencyMs(route, serves.id, measurements);
    if (row.meanLatencyMs === null || expected === null) return null;
    requests += row.requests;
    before += row.meanLatencyMs * row.requests;
    after += expected * row.requests;
  }
  return requests === 0 ? null : { beforeMs: before / requests, afterMs: after / requests };
}

/** What was measured on the route, else on other routes, else in the evaluation, which is a median over other requests. */
function expectedLatencyMs(route: Route, deployment: string, { traffic, live }: Measurements): number | null {
  const rows = traffic.filter((row) => row.deployment === deployment);
  const evidence: EvidenceIndex = live.evidence;
  return (
    meanLatencyMs(rows.filter((row) => row.route === route.name)) ??
    meanLatencyMs(rows) ??
    evidence.get(evidenceKey(route.name, deployment))?.latencyMsP50 ??
    null
  );
}

function meanLatencyMs(rows: readonly RecordedTraffic[]): number | null {
  const measured = rows.filter((row) => row.meanLatencyMs !== null && row.requests > 0);
  const requests = sum(measured, (row) => row.requests);
  return requests === 0 ? null : sum(measured, (row) => row.meanLatencyMs! * row.requests) / requests;
}

/** Null: nothing moves, a price is unknown, or prices are in several currencies. */
export function costChange(moved: readonly Moved[], deployments: ReadonlyMap<string, Deployment>): PlannedCost | null {
  let currency: string | undefined;
  let before = 0;
  let after = 0;
  let tokens = 0;
  for (const { row, serves } of moved) {
    const was = deployments.get(row.deployment)?.price;
    const { price } = serves;
    currency ??= price?.currency;
    if (was === undefined || price === undefined || was.currency !== currency || price.currency !== currency) return null;
    before += priceOf(row, was);
    after += priceOf(row, price);
    tokens += row.inputTokens + row.outputTokens;
  }
  if (currency === undefined || tokens === 0) return null;
  return {
    currency,
    before: before / 1_000_000,
    after: after / 1_000_000,
    beforePerMillionTokens: before / tokens,
    afterPerMillionTokens: after / tokens,
  };
}

/** In millionths of the currency. Tokens read from a cache cost what others cost: the sums do not tell them apart. */
function priceOf({ inputTokens, outputTokens }: RecordedTraffic, price: Price): number {
  return inputTokens * price.inputPerMillionTokens + outputTokens * price.outputPerMillionTokens;
}

export function sum<Item>(items: readonly Item[], of: (item: Item) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}
