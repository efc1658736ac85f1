export { reviewCall } from './review.ts';
export { compileScope, MAX_SCOPE_ENTRIES } from './scope.ts';
export type { CompiledScope, ScopeProblem } from './scope.ts';
export { isMetadataName } from './targets/host.ts';
export { TARGET_KINDS } from './types.ts';
export type { FoundTarget, Reason, ReasonCode, Review, Scope, ScopeTarget, TargetKind, ToolCall } from './types.ts';
export { allowsTool, namesTool } from './tools.ts';
export { scopeStatement, type StatementFacts } from './statement.ts';
