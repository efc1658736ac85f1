// Which tools a grant allows, by name alone: for the definitions that a request offers, before anything is called.
import { matchesTool, type CompiledScope } from './scope.ts';

export function allowsTool(name: string, { allowedTools, forbiddenTools }: CompiledScope): boolean {
  if (forbiddenTools.some((pattern) => matchesTool(pattern, name))) return false;
  return allowedTools === null || allowedTools.some((pattern) => matchesTool(pattern, name));
}

/** It is named among those allowed. What the provider runs itself is never reviewed, so no grant has it by default. */
export function namesTool(name: string, scope: CompiledScope): boolean {
  return scope.allowedTools !== null && allowsTool(name, scope);
}
