// What the checkpoint needs from the rest of the program. The composition root provides it.
import type { Clock, Random, RequestId } from '#kernel';
import type { Keyring } from '#identity';
import type { Journal } from '#ledger';
import type { Operation, Transport } from '#providers';
import type { Health, Route } from '#routing';
import type { AttemptResult } from './forward.ts';
import type { FailedAttempt, Refusal } from './refusal.ts';
import type { SlotLimits } from './slots.ts';

/** Everything one configuration decides. A request keeps the rules it began with, whatever is reloaded meanwhile. */
export interface Rules {
  /** Names the configuration in every record. */
  readonly version: string;
  readonly routes: ReadonlyMap<string, Route>;
  readonly limits: SlotLimits & { readonly maxBodyBytes: number };
  readonly transport: Transport;
}

/** Seen by logs and metrics after the fact. A failing observer never changes what happened. */
export interface PassageReport {
  readonly id: RequestId;
  readonly operation: Operation;
  readonly caller: string | undefined;
  readonly keyId: string | undefined;
  readonly route: string | undefined;
  readonly deployment: string | undefined;
  readonly result: AttemptResult | undefined;
  readonly failures: readonly FailedAttempt[];
  readonly refusal: Refusal | undefined;
  readonly totalMs: number;
  readonly recordMs: number;
}

export interface Observer {
  passed(report: PassageReport): void;
  failed(id: RequestId, error: unknown): void;
}

export interface Ports {
  readonly clock: Clock;
  readonly random: Random;
  readonly keyring: Pick<Keyring, 'identify'>;
  readonly journal: Pick<Journal, 'append' | 'appendLazily'>;
  readonly health: Health;
  readonly observer: Observer;
  rules(): Rules;
}
