export { rolesInForce, type Actor } from './actor.ts';
export { createAccessDirectory } from './directory/directory.ts';
export type { AccessDirectory, AccessDirectoryOptions, AccessDirectoryStatus, StaleDirectory } from './directory/directory.ts';
export type { AccessChanges, AccessFeed, AccessRecord, HoldChange, HoldState, MemberChange, StandingChange } from './directory/record.ts';
export { createConcerned, type Concerned } from './desk/concerned.ts';
export { createDesk } from './desk/desk.ts';
export type { ApplicationDesk, Desk, DeskOptions, DeskSector, DueGrant, GrantDesk } from './desk/desk.ts';
export type { Facts } from './desk/facts.ts';
export type { FieldProblem } from './desk/form.ts';
export type { VendorProgram } from './desk/form-schema.ts';
export type { Narrowing } from './desk/grant-acts.ts';
export { grantOf, type GrantRecord } from './desk/grant-record.ts';
export { EVIDENCE_MEDIA_TYPES, LONGEST_REASON, MOST_EVIDENCE, MOST_EVIDENCE_BYTES } from './desk/limits.ts';
export { APPLICATION_STATES, REJECTION_CODES, type Rule as DeskRule } from './desk/model.ts';
export type {
  ActRefusal,
  Application,
  ApplicationState,
  Evidence as ApplicationEvidence,
  ItemDecision,
  ItemVerdict,
  RejectionCode,
  Remark,
  Round,
} from './desk/model.ts';
export type { ApplicationFilter, DeskEvent, DeskMember, DeskStore, EvidenceContent, GrantFilter } from './desk/store.ts';
export { GRANT_LIMITS, type Approval, type Terms, type TermsChanges } from './desk/terms.ts';
export { grantProblem, usableGrant } from './desk/usable.ts';
export type { ApplicationOutline, ApplicationView } from './desk/views.ts';
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
export { createJudge, type AskJudge, type Judge } from './judge/judge.ts';
export { createEscalations, type EscalatedSign, type EscalationKind, type Escalations } from './judge/escalations.ts';
export { loadJudgeRubric } from './judge/rubric.ts';
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
  ListedSignal,
  MisuseCase,
  MisuseChange,
  MisuseState,
  MisuseStore,
  MisuseSubject,
  Signal,
  SignalEvidence,
  SignalFilter,
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
