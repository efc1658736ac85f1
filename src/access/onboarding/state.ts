// The operator's own application to a vendor's program: where it stands, and which steps lead on from there. An approval is somebody's
// letter; `ready` is a request that the vendor answered under the program, and nothing else leads there.
import type { PrincipalId } from '#kernel';
import type { Authentication } from '../taxonomy.ts';

/**
 * submitted: the vendor has the application. approved: it said yes. provisioned: it says that our account has the access. ready: a live
 * probe was answered under the program. closed: refused, withdrawn or ended.
 */
export const ONBOARDING_STATES = ['submitted', 'approved', 'provisioned', 'ready', 'closed'] as const;

export type OnboardingState = (typeof ONBOARDING_STATES)[number];

/** What a person reports. */
export type OnboardingStep = 'approved' | 'provisioned';

export interface Onboarding {
  /** `onb_` and a ULID. */
  readonly id: string;
  /** Id of the program in the obligations matrix. */
  readonly program: string;
  /** Which account, organisation or project at the vendor. A name, never a key. */
  readonly account: string;
  /** The vendor's own reference; null: none yet. */
  readonly reference: string | null;
  readonly state: OnboardingState;
  readonly createdAtMs: number;
  readonly changedAtMs: number;
  /** Rises by one with each entry of the history: two people at once do not overwrite each other. */
  readonly revision: number;
  /** Oldest first. */
  readonly history: readonly OnboardingEvent[];
}

export interface OnboardingEvent {
  readonly revision: number;
  readonly atMs: number;
  /** Null: it began. */
  readonly from: OnboardingState | null;
  readonly to: OnboardingState;
  /** Who reported it; null: a probe that ran by itself. */
  readonly by: { readonly principal: PrincipalId; readonly name: string; readonly authentication: Authentication } | null;
  /** Empty where nothing was said. */
  readonly note: string;
  readonly probe: ProbeFinding | null;
}

/** What came back when a deployment was asked. Everything but `isConclusive` is the vendor's claim. */
export interface ProbeResult {
  /** A model answered. */
  readonly ok: boolean;
  /** False: nobody answered, or the checkpoint itself did not ask: that says nothing of the access. */
  readonly isConclusive: boolean;
  readonly effectiveModel: string | null;
  readonly effectiveProgram: string | null;
  /** Under which the ledger has it. */
  readonly requestId: string | null;
  /** Why not, as a code such as `access_program_not_enabled`. */
  readonly reason: string | null;
}

export interface ProbeFinding extends ProbeResult {
  readonly deployment: string;
  readonly proves: boolean;
}

/**
 * Whether an answer proves the access. Where requests name a program, the answer has to name the same one: one that is silent proves
 * nothing. Where the approval is tied to the account, an answer is all there is.
 */
export function provesAccess(result: ProbeResult, accessProgram: string | null): boolean {
  return result.ok && result.isConclusive && (accessProgram === null || result.effectiveProgram === accessProgram);
}

/** Whether a person may report the step now. */
export function mayStep(from: OnboardingState, to: OnboardingStep): boolean {
  return (from === 'submitted' && to === 'approved') || (from === 'approved' && to === 'provisioned');
}

/** What a probe makes of the state. `undefined`: nothing changes. */
export function afterProbe(state: OnboardingState, { proves, isConclusive }: ProbeFinding): OnboardingState | undefined {
  if (state === 'provisioned' && proves) return 'ready';
  if (state === 'ready' && !proves && isConclusive) return 'provisioned';
  return undefined;
}
