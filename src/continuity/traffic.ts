// Traffic as sums: enough for shares, plans and drill reports, and nothing about any single request. The ledger has those.

/** Sums over requests that agree in everything but time. */
export interface TrafficSums {
  readonly route: string;
  /** Empty: no deployment was asked. */
  readonly deployment: string;
  /** The live drill that applied; empty: none. */
  readonly drill: string;
  /** Effective data classes, sorted, joined by `+`; empty: none. */
  readonly dataClass: string;
  /** Empty: answered to the end. Otherwise `refused:<rule>`, `failed:<reason>` (an attempt), `ended:<how>` or `declined` (by the provider). */
  readonly cause: string;
  /** Requests sent to the deployment, counted when they were sent. */
  readonly sent: number;
  /** Requests (or, with `failed:…`, attempts) that ended this way. */
  readonly ended: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Sum over those that ended, milliseconds from arrival to the end. */
  readonly totalMs: number;
  readonly firstByteMs: number;
  /** Wall clock of the first and the last that ended this way. */
  readonly firstAtMs: number;
  readonly lastAtMs: number;
}

export type TrafficWindow = { readonly fromMs: number; readonly toMs: number };

export interface TrafficStore {
  /**
   * Adds to the sums of the minute that `atMs` lies in. `node` names the machine, so that nodes do not wait for each other's rows. With
   * `batch` (1 to 64 characters), the node's last batch may be repeated, after an answer was lost, and counts once.
   */
  add(input: {
    readonly node: string;
    readonly atMs: number;
    readonly sums: readonly TrafficSums[];
    readonly batch?: string;
  }): Promise<void>;
  /** Sums over whole minutes (hours, where minutes are no longer kept) that begin in the window. */
  sums(window: TrafficWindow): Promise<readonly TrafficSums[]>;
  /** The same for one drill. */
  drillSums(drill: string): Promise<readonly TrafficSums[]>;
  /** Requests and tokens per day, oldest first, for trends. `day` is YYYY-MM-DD (UTC). */
  daily(
    window: TrafficWindow,
  ): Promise<readonly (Pick<TrafficSums, 'route' | 'deployment' | 'sent' | 'inputTokens' | 'outputTokens'> & { readonly day: string })[]>;
  /** Turns minutes older than 26 hours into hours and forgets what is older than 400 days. Returns rows removed. */
  compact(nowMs: number): Promise<number>;
}
