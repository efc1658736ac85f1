// What the primary and its workers say to each other over the cluster's channel. Never a prompt, never a key that a client presented.
import type { Config } from '#config';

/** Everything a worker needs that only the primary knows; it travels over the channel and never through environment or arguments. */
export interface WorkerStart {
  readonly type: 'start';
  readonly worker: string;
  readonly config: Config;
  readonly configuredAtMs: number;
  readonly isSequencerHealthy: boolean;
  readonly databaseUrl: string;
  /** Base64. */
  readonly pepper: string;
  readonly ledgerDirectory: string;
}

export type ToWorker =
  | WorkerStart
  | { readonly type: 'configure'; readonly config: Config; readonly configuredAtMs: number }
  | { readonly type: 'sequencer'; readonly isHealthy: boolean }
  | { readonly type: 'collect'; readonly request: number }
  | { readonly type: 'metrics'; readonly request: number; readonly text: string }
  | { readonly type: 'drain'; readonly deadlineMs: number };

export type ToPrimary =
  | { readonly type: 'booted' }
  | { readonly type: 'listening'; readonly port: number }
  | { readonly type: 'configured'; readonly version: string }
  | { readonly type: 'collected'; readonly request: number; readonly metrics: object }
  | { readonly type: 'metrics-wanted'; readonly request: number }
  | { readonly type: 'fatal'; readonly code: string; readonly message: string; readonly hint: string | undefined };
