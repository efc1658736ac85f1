export type { Actor } from './actor.ts';
export { createAccessDirectory } from './directory/directory.ts';
export type { AccessDirectory, AccessDirectoryOptions, AccessDirectoryStatus, StaleDirectory } from './directory/directory.ts';
export type { AccessChanges, AccessFeed, AccessRecord, HoldChange, HoldState, MemberChange, StandingChange } from './directory/record.ts';
export { grantProblem, usableGrant } from './desk/usable.ts';
export type { Condition, Grant, GrantProblem, GrantState } from './grant.ts';
export {
  assessObligations,
  createObligations,
  currentObligationFacts,
  deploymentsUnder,
  LONGEST_ATTESTATION_MS,
  mayEnable,
  missingOf,
  obligationsMatrix,
  programNamed,
} from './obligations/index.ts';
export type {
  Attestation,
  AttestationStore,
  AttestInput,
  AttestRefusal,
  DeploymentFact,
  EnablementRefusal,
  Evidence,
  GrantFact,
  Obligation,
  ObligationAssessment,
  ObligationFacts,
  ObligationReport,
  ObligationsMatrix,
  ObligationsPorts,
  ObligationsService,
  ProgramObligations,
  ProgramReport,
  WithdrawRefusal,
} from './obligations/index.ts';
export { createOnboarding, ONBOARDING_STATES } from './onboarding/index.ts';
export type {
  Onboarding,
  OnboardingEvent,
  OnboardingPorts,
  OnboardingRefusal,
  OnboardingService,
  OnboardingState,
  OnboardingStep,
  OnboardingStore,
  ProbeFinding,
  ProbeResult,
} from './onboarding/index.ts';
export { createWatch, type Noticed, type NoticedKind, type Watch, type WatchOptions } from './watch/watch.ts';
export { CAPABILITIES, STANDINGS, TIERS, tierOf } from './taxonomy.ts';
export type { Authentication, Capability, Standing, Tier } from './taxonomy.ts';
