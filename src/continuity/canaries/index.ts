export {
  alertFacts,
  canaryKey,
  stateOf as canaryStateOf,
  type CanaryAlert,
  type CanaryAnswer,
  type CanaryRecord,
  type CanaryRequest,
  type CanaryResult,
  type CanarySubject,
  type CanaryVerdict,
  type CanaryWire,
} from './canary.ts';
export { canaryRequest } from './request.ts';
export { createCanaryRunner, type CanaryPorts, type CanaryRunner, type CanaryStore } from './runner.ts';
