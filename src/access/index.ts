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
export { buildDossier, createDossiers, dossierGrant, dossierHtml } from './dossier/index.ts';
export type {
  Dossier,
  DossierGrant,
  DossierInput,
  DossierMember,
  DossierOptions,
  DossierPorts,
  DossierRefusal,
  DossierService,
  DossierTarget,
} from './dossier/index.ts';
export { CAPABILITIES, STANDINGS, TIERS, tierOf } from './taxonomy.ts';
export type { Authentication, Capability, Standing, Tier } from './taxonomy.ts';
export type { HeldCall, Hold, HoldDecision, HoldFilter, HoldRefusal, HoldStatus, HoldStep, HoldStore, StoredHold } from './holds/hold.ts';
export { HOLD_STATUSES } from './holds/hold.ts';
export { createHolds, type Consume, type Holds, type HoldsOptions, type OpenHold } from './holds/holds.ts';
export { MOST_SIGNALS_PER_MINUTE } from './misuse/case.ts';
export type {
  CaseCause,
  CaseDetails,
  CaseEvent,
  CaseEventKind,
  CaseFilter,
  CaseState,
  MisuseCase,
  MisuseChange,
  MisuseState,
  MisuseStore,
  MisuseSubject,
  Signal,
  SignalEvidence,
  StandingRecord,
  VendorNotice,
} from './misuse/case.ts';
export { createMisuse, type Misuse, type MisuseOptions, type MisuseReport } from './misuse/misuse.ts';
export type { StandingView } from './misuse/moving.ts';
export type { FalsePositivePack } from './misuse/false-positive-pack.ts';
export type { MisuseRefusal } from './misuse/refusal.ts';
export type { Score } from './misuse/score.ts';
export { loadMisuseCatalogue, SIGNAL_KINDS, type MisuseCatalogue, type MisuseThresholds, type SignalKind } from './misuse/signals.ts';
export { createSafetyWebhooks } from './misuse/safety-webhooks.ts';
export type { SafetyCase, SafetyWebhookRefusal, SafetyWebhooks, SafetyWebhooksOptions, WebhookOutcome } from './misuse/safety-webhooks.ts';
export type { NoticeOutcome, ProviderNotice } from './misuse/provider-notices.ts';
