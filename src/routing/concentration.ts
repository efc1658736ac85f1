// How much of the work may depend on one company, country or lineage: the terms in which limits are stated, counted and exceeded. Who
// counts is shares.ts.
import type { Candidate } from './candidate.ts';
import type { Route } from './deployment.ts';

export type ConcentrationDimension = 'company' | 'vendor-country' | 'lineage' | 'hosting-country';
export type ConcentrationWindow = 'hour' | 'day' | '30-days';
export type ConcentrationWeight = 'requests' | 'tokens' | 'criticality';

export interface ConcentrationLimit {
  readonly by: ConcentrationDimension;
  /** Largest share, 0 to 1, of any single value of the dimension (or of those in `only`). */
  readonly limit: number;
  readonly window: ConcentrationWindow;
  readonly weight: ConcentrationWeight;
  readonly action: 'steer' | 'warn' | 'enforce';
  /** Values that the limit applies to; undefined: each. */
  readonly only: readonly string[] | undefined;
}

/** Whose traffic a limit is about: everybody's, or that of one route. */
export type LimitScope = 'operator' | { readonly route: string };

/** What was sent to one deployment on one route. Sums, so that parts of it can be taken back: both may be negative. */
export interface TrafficWeight {
  readonly route: string;
  readonly deployment: string;
  readonly requests: number;
  readonly tokens: number;
}

/** The counters of one limit over its window. */
export interface LimitTotals {
  /** As `limitKeyOf` makes it. */
  readonly limitKey: string;
  readonly total: number;
  /** By value of the dimension, as `valueKeyOf` makes it. */
  readonly byValue: Readonly<Record<string, number>>;
}

/** A limit that sending this request to this deployment exceeds. */
export interface LimitBreach {
  /** "operator", or "route NAME". */
  readonly scope: string;
  readonly by: ConcentrationDimension;
  readonly window: ConcentrationWindow;
  readonly weight: ConcentrationWeight;
  readonly action: ConcentrationLimit['action'];
  /** 0 to 1. */
  readonly limit: number;
  /** The company, country or lineage. */
  readonly value: string;
  /** Its share with this request, 0 to 1. */
  readonly share: number;
  readonly deployment: string;
}

export interface Arranged {
  /** The very array that was given when nothing in it changes. */
  readonly order: readonly Candidate[];
  /** Limits that the first of `order` exceeds (`warn`, and `steer` without a choice); when refused, those that exclude each candidate. */
  readonly breaches: readonly LimitBreach[];
  /** Limits with `enforce` leave nobody. */
  readonly refused: boolean;
}

/**
 * Counts what is sent and puts candidates in an order that keeps shares under their limits. One per worker, for all its life.
 *
 * A candidate fits a limit when S + w ≤ limit·(T + w) + A: S is what its value has in the window, T what all have, w the weight of this
 * request and A = w an allowance, without which the first request of all would be impossible. So a share exceeds its limit by at most
 * one request's weight: (S − limit·T) ≤ w.
 *
 * With several workers, on any number of nodes, each knows its own traffic at once and that of the others as of its last snapshot. With W
 * workers of which each sends at most r requests of weight w that another has not seen yet (what it sends within the time from a flush to
 * the snapshot that includes it, and for limits by tokens also what it has in flight), S − limit·T ≤ A + (W − 1)·r·w, hence a share
 * exceeds its limit by at most (A + (W − 1)·r·w) / T whenever every request had a candidate that fits. A worker that sees T′ = T − u and
 * S′ ≥ S − u, with u ≤ (W − 1)·r·w unseen, sends to the value only if S′ + w ≤ limit·(T′ + w) + A; then S + w ≤ limit·(T + w) + A +
 * (1 − limit)·u, and what goes elsewhere lowers S − limit·T. Failed attempts are given back, and one that another value lost may raise
 * the bound by limit·w until the next request; traffic that leaves a rolling window moves shares without anything being sent. Limits by
 * tokens reserve the route's running mean; w is then the largest difference between that mean and what a request took, or the mean.
 */
export interface Concentration {
  /** Orders candidates for one request: those that fit first, in the order given, and never a degraded one before one that is not. */
  arrange(route: Route, candidates: readonly Candidate[]): Arranged;
  /** Limits that one more request to this deployment exceeds now, whatever their action: for failover, where `arrange` spoke of another. */
  breachesOf(route: string, deployment: string): readonly LimitBreach[];
  /** A request is being sent. Every call is settled by exactly one of the next two. */
  took(route: string, deployment: string): void;
  /** It was answered. `tokens`: input and output together; undefined: nobody said, and the estimate stands. */
  spent(route: string, deployment: string, tokens: number | undefined): void;
  /** It failed before an answer began. */
  gaveBack(route: string, deployment: string): void;
  /** What was counted since the last flush. `seq` rises with every flush that has something. Requests in flight are counted, their tokens not yet. */
  flush(): Flush;
  /** Replaces what is known of everybody's traffic; this worker's flushes after `upTo` stay added. An older snapshot than the last is ignored. */
  adopt(snapshot: { readonly upTo: number; readonly totals: readonly LimitTotals[] }): void;
  /** New limits and routes; what was counted stays. */
  reconfigure(configuration: LimitedRoutes): void;
}

export interface Flush {
  readonly seq: number;
  readonly deltas: readonly TrafficWeight[];
}

export interface LimitedRoutes {
  /** On the traffic of all routes together. */
  readonly limits: readonly ConcentrationLimit[];
  readonly routes: readonly Route[];
}
