// What is known of this checkpoint when obligations are assessed: plain data that the composition root gathers from the configuration and
// the database. `null` means that it could not be found out, which is not the same as no.
import type { Condition } from '../grant.ts';
import type { Attestation } from './attestation.ts';

export interface ObligationFacts {
  readonly atMs: number;
  /** Whom a vendor writes to; null: nobody is named. */
  readonly incidentContact: string | null;
  readonly access: {
    /** Routes that can reach a vendor's program need a grant (`access.enforce`). */
    readonly isEnforced: boolean;
    /** Proposed tool calls are checked against the grant's scope before the client gets them. */
    readonly reviewsCalls: boolean;
    /** Ambiguous ones wait for a person. */
    readonly holdsCalls: boolean;
  };
  readonly signIn: {
    /** Identity providers that members may sign in with, by their name in the configuration. */
    readonly identityProviders: readonly string[];
  };
  /** Every configured deployment. */
  readonly deployments: readonly DeploymentFact[];
  /** Grants that are active now. */
  readonly grants: readonly GrantFact[] | null;
  /** Members who may decide on held calls now. */
  readonly approvers: number | null;
  readonly ledger: {
    /** Every decision is recorded before a byte leaves. */
    readonly isWritten: boolean;
    /** Name of the log. */
    readonly origin: string;
    /** Entries of the newest signed checkpoint. */
    readonly entries: number | null;
  };
  readonly fallback: {
    /** Requests that ask for a vendor's own fallback are refused. */
    readonly isRefusedAtVendor: boolean;
    /** A vendor's refusal is asked of nobody else. */
    readonly isRefusalFinal: boolean;
  };
  /** Vendors whose safety notices come in by webhook, by company. */
  readonly safetyNoticesFrom: readonly string[];
  readonly attestations: readonly Attestation[] | null;
}

export interface DeploymentFact {
  readonly id: string;
  readonly company: string;
  /** What every request to it names; null: nothing. */
  readonly accessProgram: string | null;
  /** It is told, under a pseudonym, on whose behalf a request comes. */
  readonly tellsEndUser: boolean;
  /** Days for which the vendor keeps prompts and answers; null: unknown. */
  readonly retentionDays: number | null;
  /** A canary watches it. */
  readonly hasCanary: boolean;
  /** Routes with it as a candidate that need a grant, and those that need none. */
  readonly governedRoutes: readonly string[];
  readonly openRoutes: readonly string[];
}

export interface GrantFact {
  readonly id: string;
  readonly holderKind: 'person' | 'service' | 'agent';
  readonly isOutside: boolean;
  readonly programs: readonly string[];
  readonly conditions: readonly Condition[];
  /** Authorised targets that it names. */
  readonly targetCount: number;
}
