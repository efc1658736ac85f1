// What the primary and its workers say to each other over the cluster's channel. Never a prompt, never a key that a client presented.
import type { ProbeResult } from '#access';
import type { Config } from '#config';
import type { TrafficSums } from '#continuity';
import type { RoutingState } from '#routing';
import type { Shares } from './traffic-collector.ts';

/** Everything a worker needs that only the primary knows; it travels over the channel and never through environment or arguments. */
export interface WorkerStart {
  readonly type: 'start';
  readonly worker: string;
  /** Name of this very process among those that count traffic. */
  readonly countsAs: string;
  readonly config: Config;
  readonly configuredAtMs: number;
  /** Number of this configuration among those of the primary's life. */
  readonly generation: number;
  readonly isSequencerHealthy: boolean;
  readonly databaseUrl: string;
  /** Base64. */
  readonly pepper: string;
  readonly ledgerDirectory: string;
  /** Verifier key of the ledger. */
  readonly vkey: string;
  readonly routingState: RoutingState;
  /** Version of it that every serving worker knows; −1: not known. */
  readonly routingInForce: number;
  /** Undefined: no limits on dependence, or nothing is known yet. */
  readonly shares: Shares | undefined;
}

export type ToWorker =
  | WorkerStart
  | (Pick<WorkerStart, 'config' | 'configuredAtMs' | 'generation'> & { readonly type: 'configure' })
  | { readonly type: 'sequencer'; readonly isHealthy: boolean }
  | { readonly type: 'routing-state'; readonly state: RoutingState }
  /** Every worker that serves knows this version of the routing state, or a newer one. */
  | { readonly type: 'routing-in-force'; readonly version: number }
  | ({ readonly type: 'shares' } & Shares)
  | { readonly type: 'collect'; readonly request: number }
  | { readonly type: 'metrics'; readonly request: number; readonly text: string }
  | { readonly type: 'probed'; readonly request: number; readonly result: ProbeResult }
  | { readonly type: 'drain'; readonly deadlineMs: number };

export type ToPrimary =
  | { readonly type: 'booted' }
  | { readonly type: 'listening'; readonly port: number }
  /** `problem`: why it cannot go by this configuration and keeps the one it had. */
  | { readonly type: 'configured'; readonly generation: number; readonly problem: string | undefined }
  /** From now on this worker goes by this version. */
  | { readonly type: 'routing-state-known'; readonly version: number }
  /** What was counted since the last one; `seq`: of the flush that `Concentration` made at the same moment. */
  | { readonly type: 'traffic'; readonly seq: number; readonly sums: readonly TrafficSums[] }
  | { readonly type: 'collected'; readonly request: number; readonly metrics: object }
  | { readonly type: 'metrics-wanted'; readonly request: number }
  /** Ask the deployment something, through the checkpoint, as canaries do. */
  | { readonly type: 'probe-wanted'; readonly request: number; readonly deployment: string }
  | { readonly type: 'fatal'; readonly code: string; readonly message: string; readonly hint: string | undefined };
