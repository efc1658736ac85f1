export { assessObligations, deploymentsUnder, mayEnable, missingOf, type EnablementRefusal, type ObligationAssessment } from './assess.ts';
export type { Attestation, AttestationStore } from './attestation.ts';
export type { CheckStatus, Evidence } from './checks.ts';
export type { DeploymentFact, GrantFact, ObligationFacts } from './facts.ts';
export { obligationsMatrix, programNamed, type Basis, type Obligation, type ObligationsMatrix, type ProgramObligations } from './matrix.ts';
export {
  createObligations,
  currentObligationFacts,
  LONGEST_ATTESTATION_MS,
  type AttestInput,
  type AttestRefusal,
  type ObligationReport,
  type ObligationsPorts,
  type ObligationsService,
  type ProgramReport,
  type WithdrawRefusal,
} from './service.ts';
