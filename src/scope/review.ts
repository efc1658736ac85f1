// Judges one tool call against a grant's scope, before it reaches the client. Synchronous; looks nothing up, resolves nothing, runs nothing.
import { readMembers, readRawText } from './calls/arguments.ts';
import { hasRepeatedName } from './calls/json.ts';
import { toolKind } from './calls/tools.ts';
import { Findings } from './findings.ts';
import { shown } from './marks.ts';
import type { CompiledScope } from './scope.ts';
import { READERS } from './shell/read.ts';
import { emptyState, type Run } from './shell/run.ts';
import { toolProblem } from './tools.ts';
import type { Review, ToolCall } from './types.ts';

const MAX_ARGUMENTS = 1_048_576;
/** Commands, words and texts looked at in one review; ordinary calls take fewer than a hundred. */
const MAX_UNITS = 10_000;

/**
 * `isTainted`: the conversation holds text from outside, such as results of tools, that may have led to the call. It never widens anything:
 * a call that acts on a target, rather than only asking it, and has a part made up at run time (a variable, a substitution) is held.
 */
export function reviewCall(call: ToolCall, scope: CompiledScope, options: { readonly isTainted: boolean }): Review {
  const findings = new Findings(scope, MAX_UNITS);
  judgeName(call.name, findings);
  const tool = { name: call.name, ...toolKind(call.name) };
  const run: Run = { findings, depth: 0, state: emptyState(), place: 'here', readers: READERS };
  if (call.arguments.length > MAX_ARGUMENTS) findings.because('too-complex', `The arguments are longer than ${MAX_ARGUMENTS} characters.`);
  else if (call.encoding === 'text') readRawText(call.arguments, tool, run);
  else {
    const parsed = parseArguments(call.arguments);
    if (parsed === undefined) findings.because('unreadable-arguments', 'The arguments are not a JSON object, or name a member twice.');
    else if (tool.kind === 'patch' && typeof (parsed as { input?: unknown }).input === 'string')
      readRawText((parsed as { input: string }).input, tool, run);
    else readMembers(parsed, tool, run);
  }
  return findings.review(options.isTainted);
}

function judgeName(name: string, findings: Findings): void {
  const problem = toolProblem(name, findings.scope);
  if (problem === 'tool-forbidden') findings.because(problem, `The tool ${shown(name)} is forbidden.`);
  if (problem === 'tool-not-allowed') findings.because(problem, `The tool ${shown(name)} is not among those allowed.`);
}

/** A call without arguments may send nothing at all. */
function parseArguments(text: string): object | undefined {
  if (text.trim() === '') return {};
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) && !hasRepeatedName(text) ? value : undefined;
  } catch {
    return undefined;
  }
}
