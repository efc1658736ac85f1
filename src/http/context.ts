// What the HTTP layer needs; the composition root provides it.
import type { Checkpoint, Rules } from '#checkpoint';
import type { Keyring } from '#identity';
import type { RequestId } from '#kernel';
import type { TileSource } from '#ledger';
import type { ApiContext } from './api/context.ts';

export interface ReadinessCheck {
  readonly name: string;
  readonly ok: boolean;
}

export interface HttpContext {
  readonly checkpoint: Checkpoint;
  readonly keyring: Pick<Keyring, 'identify'>;
  readonly ledgerFiles: TileSource;
  readonly newRequestId: () => RequestId;
  /** The management API; undefined: there is none here, and its paths lead nowhere. */
  readonly api?: ApiContext | undefined;
  rules(): Rules;
  settings(): HttpSettings;
  readiness(): Promise<readonly ReadinessCheck[]>;
  /** Version of cuts, drills and evidence that every worker goes by; −1: not known. */
  routingVersion(): number;
  /** The metrics of every worker, in Prometheus text format. */
  metrics(): Promise<string>;
  /** Told about a handler that threw. */
  onError(id: RequestId, error: unknown): void;
}

export interface HttpSettings {
  /** Lower-case name of the header that names an end user. */
  readonly endUserHeader: string;
  readonly metricsAccess: 'key' | 'open';
  /** When this configuration was read, in seconds since the epoch: the `created` of every model. */
  readonly configuredAt: number;
}
