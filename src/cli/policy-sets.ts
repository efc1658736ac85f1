// What the policy commands share: a set from what the command line names, and its problems said. Decides nothing about policies.
import { loadPolicySet, readPolicyTexts, type PolicyProblem, type PolicySet } from '#policy';
import type { Context } from './command.ts';
import { plain } from './terminal.ts';

/** What stands for the policies that come with Sekisho, alone. */
export const DEFAULT_NAME = 'default';

export const WITHOUT_DEFAULTS_FLAG = {
  type: 'boolean',
  description: 'The files alone, without the policies that come with Sekisho',
} as const;

export const POLICIES_FLAG = {
  type: 'string',
  valueHint: 'PATH',
  repeatable: true,
  description: 'Your own policies beside the defaults: a file, or a folder of .cedar files',
} as const;

/** Undefined: they cannot be used, and that has been said. Throws where a file cannot be read. */
export async function policySet(
  paths: readonly string[],
  { withoutDefaults, context }: { readonly withoutDefaults: boolean; readonly context: Context },
): Promise<PolicySet | undefined> {
  const texts = await readPolicyTexts(paths.filter((path) => path !== DEFAULT_NAME));
  const loaded = await loadPolicySet({ defaults: !withoutDefaults || paths.includes(DEFAULT_NAME), texts });
  if (loaded.ok) return loaded.value;
  sayProblems(loaded.error, context);
  return undefined;
}

/** With --json, the whole answer: nothing else may be written to standard output. */
export function sayProblems(problems: readonly PolicyProblem[], { terminal, json }: Context): void {
  if (json) {
    terminal.out(JSON.stringify({ ok: false, problems }));
    return;
  }
  terminal.out(problemLines(problems, terminal.style('red', '✗')));
  terminal.out(`${terminal.style('red', '✗')} none of these policies is used until all are in order (problems: ${problems.length})`);
}

export function problemLines(problems: readonly PolicyProblem[], mark: string): string {
  return problems
    .map(({ file, line, policy, message, hint }) => {
      const place = line === undefined ? file : `${file}:${line}`;
      const first = `${mark} ${plain(place)}${policy === undefined ? '' : `: ${plain(policy)}`}`;
      return [first, `    ${plain(message)}`, ...(hint === undefined ? [] : [`    → ${plain(hint)}`])].join('\n');
    })
    .join('\n');
}
