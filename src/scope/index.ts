export { TARGET_KINDS } from './types.ts';
export type { FoundTarget, Reason, ReasonCode, Review, Scope, ScopeTarget, TargetKind, ToolCall } from './types.ts';
