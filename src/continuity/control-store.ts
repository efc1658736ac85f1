// What operators decided about who may be used: cuts, live drills, and the evidence that fallbacks work. The store implements it on
// PostgreSQL, so that every node sees the same; the primary of each node reads it several times a second.
import type { Evidence, RoutingState } from '#routing';

/** An emergency cut. It is never deleted: a restored one keeps its times and reasons. */
export interface CutRecord {
  /** `cut_` and a ULID. */
  readonly id: string;
  /** A selector as routing reads it: `country:US`. */
  readonly selector: string;
  readonly reason: string;
  readonly by: string;
  readonly atMs: number;
  readonly restoredAtMs: number | null;
  readonly restoredBy: string | null;
  readonly restoredReason: string | null;
}

export interface DrillRecord {
  /** `drl_` and a ULID. */
  readonly id: string;
  readonly selectors: readonly string[];
  /** Share of the requests, 0 to 1, for which the selected deployments count as gone. */
  readonly share: number;
  /** Only requests that say they are canaries take part. */
  readonly canariesOnly: boolean;
  readonly reason: string;
  readonly by: string;
  readonly startsAtMs: number;
  /** It ends by itself at this time, whatever becomes of whoever started it. */
  readonly endsAtMs: number;
  /** When somebody ended it before its time. */
  readonly abortedAtMs: number | null;
  readonly abortedBy: string | null;
}

/** What one evaluation case said of one deployment; kept so that an interrupted run can go on. */
export interface CaseResult {
  readonly run: string;
  readonly route: string;
  readonly deployment: string;
  readonly caseId: string;
  readonly passed: boolean;
  /** 0 to 1. */
  readonly score: number;
  readonly latencyMs: number;
  /** In the currency of the deployment's price; null when the price or the usage is unknown. */
  readonly cost: number | null;
  readonly effectiveModel: string | null;
  /** Which checks failed, in words without the answer's text. */
  readonly problems: readonly string[];
  readonly atMs: number;
}

export interface ControlStore {
  /** Cuts in force, drills that have not ended, and the newest evidence for each route and deployment. One round trip when nothing changed. */
  readState(known: { readonly version: number; readonly nowMs: number }): Promise<RoutingState | 'unchanged'>;
  insertCut(cut: CutRecord): Promise<void>;
  /** False: no such cut in force. */
  restoreCut(input: { readonly id: string; readonly atMs: number; readonly by: string; readonly reason: string }): Promise<boolean>;
  /** Newest first. */
  listCuts(options: { readonly inForceOnly: boolean; readonly limit: number }): Promise<readonly CutRecord[]>;
  insertDrill(drill: DrillRecord): Promise<void>;
  abortDrill(input: { readonly id: string; readonly atMs: number; readonly by: string }): Promise<boolean>;
  findDrill(id: string): Promise<DrillRecord | undefined>;
  listDrills(limit: number): Promise<readonly DrillRecord[]>;
  /** Replaces what the same run said of the same case and deployment. */
  insertCaseResult(result: CaseResult): Promise<void>;
  caseResults(run: string): Promise<readonly CaseResult[]>;
  /** The run that the route's newest case result belongs to; undefined when the route has none. */
  latestRun(route: string): Promise<string | undefined>;
  insertEvidence(evidence: Evidence & { readonly run: string }): Promise<void>;
  /** Newest first. */
  listEvidence(options: { readonly route?: string; readonly limit: number }): Promise<readonly Evidence[]>;
}
