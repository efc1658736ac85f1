export {
  alertFacts,
  canaryKey,
  canaryRequest,
  canaryStateOf,
  createCanaryRunner,
  type CanaryAlert,
  type CanaryAnswer,
  type CanaryPorts,
  type CanaryRecord,
  type CanaryRequest,
  type CanaryResult,
  type CanaryRunner,
  type CanaryStore,
  type CanarySubject,
  type CanaryVerdict,
  type CanaryWire,
} from './canaries/index.ts';
export type { CaseResult, ControlStore, CutRecord, DrillRecord } from './control-store.ts';
export { dependenceReport, DIMENSIONS, trafficWeights, type DependenceReport, type WindowRows } from './dependence.ts';
export { dependenceHtml, dependenceMarkdown } from './dependence-report.ts';
export { drillHtml } from './drill-html.ts';
export { drillMarkdown } from './drill-markdown.ts';
export {
  drillReport,
  endOf,
  stateOf,
  type CanaryCount,
  type DrillReport,
  type LedgerReference,
  type RemovedDeployment,
} from './drill-report.ts';
export { recoveryVerdict, verdictOf, violationCount } from './drill-words.ts';
export { durationText, percent } from '#markup';
export { planHtml, planMarkdown } from './plan-report.ts';
export { outcomeOf, planVerdict, type PlanReport } from './plan-words.ts';
export { recordedTraffic } from './recorded-traffic.ts';
export type { TrafficStore, TrafficSums, TrafficWindow } from './traffic.ts';
export {
  CASE_FILE_LIMITS,
  createCheckSandbox,
  findInterruptedRun,
  findRun,
  needsJudge,
  newRunId,
  qualify,
  readCaseFile,
  runFingerprint,
  type CaseProblem,
  type CaseSet,
  type ChatReply,
  type ChatRequest,
  type ChatSender,
  type CheckSandbox,
  type DeploymentOutcome,
  type QualificationProgress,
  type QualificationReport,
  type ResumableRun,
} from './qualification/index.ts';
