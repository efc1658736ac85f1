// Which tools a grant allows, by name alone: for the definitions that a request offers, and for every call.
import { matchesTool, type CompiledScope } from './scope.ts';

/**
 * Why a tool of this name may not be used. A name is forbidden with or without name spaces in front of it (`functions.`, `mcp__server__`),
 * and in whatever letters that look the same to a client; it is allowed as it stands only.
 */
export function toolProblem(
  name: string,
  { allowedTools, forbiddenTools }: CompiledScope,
): 'tool-forbidden' | 'tool-not-allowed' | undefined {
  const plain = name
    .slice(0, 512)
    .normalize('NFKC')
    .replaceAll(/[\p{Cf}\s]/gu, '');
  const names = [...plain.matchAll(/(?:^|__|[./:])(?=[^./:])/g)].map((match) => plain.slice(match.index + match[0].length));
  if (forbiddenTools.some((pattern) => names.some((one) => matchesTool(pattern, one)))) return 'tool-forbidden';
  // No vendor's interface has other names; what has them is made to be taken for another tool.
  if (!/^[\w.:/-]{1,256}$/.test(name)) return 'tool-not-allowed';
  const own = name.replace(/^functions\./, '');
  return allowedTools !== null && !allowedTools.some((pattern) => matchesTool(pattern, own)) ? 'tool-not-allowed' : undefined;
}

export function allowsTool(name: string, scope: CompiledScope): boolean {
  return toolProblem(name, scope) === undefined;
}

/** It is named among those allowed. What the provider runs itself is never reviewed, so no grant has it by default. */
export function namesTool(name: string, scope: CompiledScope): boolean {
  return scope.allowedTools !== null && allowsTool(name, scope);
}
