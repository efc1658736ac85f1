// One attempt to reach, by a tool call, what the grant does not name, or to hide what a call does.
import type { ToolCall } from '#scope';
import type { ScopeName } from './scopes.ts';

export interface EvasionCase {
  readonly id: string;
  readonly class: string;
  readonly scope: ScopeName;
  readonly call: ToolCall;
  /** What it reaches or hides. */
  readonly why: string;
  /** Plain enough that holding it for a person would be too weak. Without it, the call is never allowed; held or denied. */
  readonly denied: boolean;
}

type Row = readonly [id: string, call: ToolCall, why: string];

/** Cases of one class in the grant `plant`, that must not be allowed. */
export function never(name: string, rows: readonly Row[], scope: ScopeName = 'plant'): EvasionCase[] {
  return rows.map(([id, call, why]) => ({ id, class: name, scope, call, why, denied: false }));
}

/** Cases of one class in the grant `plant`, that must be denied. */
export function denied(name: string, rows: readonly Row[], scope: ScopeName = 'plant'): EvasionCase[] {
  return rows.map(([id, call, why]) => ({ id, class: name, scope, call, why, denied: true }));
}
