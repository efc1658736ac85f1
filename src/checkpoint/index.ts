export { createCheckpoint, type Checkpoint } from './checkpoint.ts';
export { decide, visibleRoutes, type Decision } from './decide.ts';
export type { Inbound, Reply } from './exchange.ts';
export { inspect, type Inspection } from './inspect.ts';
export type { AttemptResult } from './forward.ts';
export type { Observer, PassageReport, Ports, Rules } from './ports.ts';
export { damageRecord, interruptedRecord } from './records.ts';
export type { FailedAttempt, FailureReason, Refusal } from './refusal.ts';
