// What the checkpoint needs from the rest of the program. The composition root provides it.
import type { Clock, PrincipalId, Random, RequestId } from '#kernel';
import type { AccessDirectory, Escalations, Holds, SignalEvidence, Watch } from '#access';
import type { Caller, Keyring } from '#identity';
import type { CompiledPolicy, DataLevel, PdfReader, MaskingVault, RequestInspector } from '#inspection';
import type { Journal } from '#ledger';
import type { PolicyEngine } from '#policy';
import type { Operation, ProgramMismatch, Transport } from '#providers';
import type { Concentration, Deployment, Health, Route, Router, RoutingState } from '#routing';
import type { AttemptResult } from './attempt.ts';
import type { FailedAttempt, Refusal } from './refusal.ts';
import type { SlotLimits } from './slots.ts';

/** Everything one configuration decides. A request keeps the rules it began with, whatever is reloaded meanwhile. */
export interface Rules {
  /** Names the configuration in every record. */
  readonly version: string;
  readonly routes: ReadonlyMap<string, Route>;
  readonly limits: SlotLimits & { readonly maxBodyBytes: number };
  readonly transport: Transport;
  readonly router: Router;
  /** Undefined: nothing is looked at. */
  readonly content: ContentRules | undefined;
  readonly access: AccessRules;
}

/** What one configuration says of trusted access. */
export interface AccessRules {
  readonly policy: Pick<PolicyEngine, 'decide'>;
  /** What becomes of a request that offers tools which the grant does not allow. */
  readonly tools: 'remove' | 'refuse';
  /** How long an answer waits for a person. */
  readonly holdWaitMs: number;
  /** Vendor, hosting and every sub-processor are known to be at home. */
  isDomestic(deployment: Deployment): boolean;
  /** The checkpoint's own canaries, whose key no person has. */
  isExempt(caller: Caller): boolean;
}

/** What requests are searched for, and what is masked towards whom. */
export interface ContentRules {
  readonly inspector: RequestInspector;
  /** Larger bodies are refused. */
  readonly maxTextBytes: number;
  /** The configured class of data of a level; undefined: it adds no demands. */
  classOf(level: DataLevel): string | undefined;
  /** Values that are masked towards a deployment count for the class of data it gets all the same. */
  readonly countsMasked: boolean;
  /** The demands of a class on a deployment that it does not meet, in words. */
  unmetDemands(deployment: string, dataClass: string): readonly string[];
  /** What becomes of what cannot be masked, towards deployments for which something is masked. */
  nonTextRule(level: DataLevel): 'allow' | 'refuse' | 'extract';
  /** Reads documents where `extract` asks for it. */
  readonly documents: PdfReader | undefined;
  policyFor(route: string, deployment: string): CompiledPolicy;
  /** Undefined: conversations go on with their history only. */
  readonly vault: MaskingVault | undefined;
}

/** Seen by logs and metrics after the fact. A failing observer never changes what happened. */
export interface PassageReport {
  readonly id: RequestId;
  readonly operation: Operation;
  readonly caller: string | undefined;
  readonly keyId: string | undefined;
  readonly route: string | undefined;
  readonly deployment: string | undefined;
  /** The live drill that applied. */
  readonly drill: string | undefined;
  /** Effective classes of data, sorted. */
  readonly dataClasses: readonly string[];
  /** The answer came from another model or program than was asked for. */
  readonly mismatch: ProgramMismatch | undefined;
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

/** What is known of people and decided about calls, beyond this process. */
export interface AccessPorts {
  readonly directory: Pick<AccessDirectory, 'of' | 'holdState'>;
  readonly holds: Pick<Holds, 'open' | 'consume'>;
  readonly watch: Watch;
  /** Takes note of a text that may be more than a grant covers, and has people or a judge look at it; returns at once and never throws. */
  readonly escalate: Escalations['escalate'];
  /** Takes note of a sign of misuse; returns at once and never throws. */
  suspect(sign: MisuseSign): void;
}

export interface MisuseSign {
  readonly principalId: PrincipalId;
  readonly kind: MisuseKind;
  readonly requestId: RequestId;
  readonly atMs: number;
  readonly evidence: SignalEvidence;
}

export type MisuseKind = 'target-outside-scope' | 'prohibited-work' | 'provider-refusal';

/** Told of every request that is sent, at that moment. */
export interface Traffic {
  sent(route: string, deployment: string, drill: string | undefined, dataClasses: readonly string[]): void;
}

export interface Ports {
  readonly clock: Clock;
  readonly random: Random;
  readonly keyring: Pick<Keyring, 'identify'>;
  readonly journal: Pick<Journal, 'append' | 'appendLazily'>;
  readonly health: Health;
  readonly observer: Observer;
  /** Counts what is sent, and orders candidates so that no company or country gets more than its share. */
  readonly concentration: Concentration;
  readonly traffic: Traffic;
  /** The person or service behind a request, as a provider may know it. */
  pseudonym(caller: Caller, endUser: string | undefined): string;
  readonly access: AccessPorts;
  /** Cuts, drills and evidence, as new as this process knows them. */
  routingState(): RoutingState;
  rules(): Rules;
}
