export { inspectContent, mediaTypesOf, type ContentOptions, type ContentProblem, type RequestContent } from './content.ts';
export { createCheckpoint, type Checkpoint } from './checkpoint.ts';
export { suspicionOf, type Suspicion } from './escalating.ts';
export { decide, visibleRoutes } from './decide.ts';
export type { Demands, Inbound, Reply } from './exchange.ts';
export { govern, type Governed } from './governance.ts';
export { inspect, type Inspection } from './inspect.ts';
export { prepareOutgoing, type Outgoing } from './outgoing.ts';
export type { AttemptResult } from './attempt.ts';
export type {
  AccessPorts,
  AccessRules,
  ContentRules,
  MisuseKind,
  MisuseSign,
  Observer,
  PassageReport,
  Ports,
  Rules,
  Traffic,
} from './ports.ts';
export { damageRecord, interruptedRecord } from './records.ts';
export { selectionRefusal, type FailedAttempt, type FailureReason, type Refusal } from './refusal.ts';
export { accessDenied, levelFor } from './select.ts';
export { prohibitedWork } from './signs.ts';
