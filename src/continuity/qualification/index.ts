export { CASE_FILE_LIMITS, readCaseFile, type CaseProblem } from './case-file.ts';
export { needsJudge, type CaseSet } from './cases.ts';
export type { ChatReply, ChatRequest, ChatSender } from './asking.ts';
export { findInterruptedRun, findRun, newRunId, runFingerprint, type ResumableRun } from './runs.ts';
export { createCheckSandbox, type CheckSandbox } from './sandbox.ts';
export { qualify, type DeploymentOutcome, type QualificationProgress, type QualificationReport } from './qualification.ts';
