// sekisho policy diff: what a change of policies changes, before it is made.
import { diffPolicies } from '#policy';
import { command, JSON_FLAG, type Context } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { usageError } from '../failure.ts';
import { changesText, tooMuchText } from '../policy-output.ts';
import { DEFAULT_NAME, policySet, WITHOUT_DEFAULTS_FLAG } from '../policy-sets.ts';
import { plain } from '../terminal.ts';

type Diff = Extract<ReturnType<typeof diffPolicies>, { readonly ok: true }>['value'];

export const policyDiff = command({
  flags: {
    a: { type: 'positional', required: true, description: `Policies as they are: a file, a folder, or \`${DEFAULT_NAME}\`` },
    b: { type: 'positional', required: true, description: 'Policies as they would be' },
    'without-defaults': WITHOUT_DEFAULTS_FLAG,
    json: JSON_FLAG,
  },
  details:
    'Asks both for every combination of capability, level of data, grant (none, tier 1, tier 2, each also without the capability or the ' +
    'program), kind of principal, standing, sign-in, jurisdiction and program, and lists what changes with the policies on both sides. What a change ' +
    'does not depend on is left out of its line.\n\n' +
    'Policies that name people, routes, deployments or companies may decide more than that: they are named.',
  examples: [
    [`sekisho policy diff ${DEFAULT_NAME} policies`, 'What your policies change'],
    ['sekisho policy diff policies proposed --json', 'In a review, for a program'],
  ],
  async run({ a, b, 'without-defaults': withoutDefaults, json }, context) {
    const before = await policySet([a], { withoutDefaults, context });
    if (before === undefined) return EXIT.refused;
    const after = await policySet([b], { withoutDefaults, context });
    if (after === undefined) return EXIT.refused;
    const compared = diffPolicies(before, after);
    if (!compared.ok) throw usageError(tooMuchText(compared.error), 'A policy that looks at many things at once costs the most; split it.');
    const diff = compared.value;
    if (json) context.terminal.out(JSON.stringify({ ok: diff.changed === 0, from: before.version, to: after.version, ...diff }));
    else show(diff, context);
    return diff.changed === 0 ? EXIT.ok : EXIT.found;
  },
});

function show({ compared, changed, otherReason, changes, policies, beyond }: Diff, { terminal }: Context): void {
  const { style } = terminal;
  if (changes.length > 0) terminal.out(`${changesText(changes, style)}\n`);
  const lists = Object.entries(policies).filter(([, ids]) => ids.length > 0);
  for (const [what, ids] of lists) terminal.out(`policies ${what}: ${ids.map(plain).join(', ')}`);
  if (beyond.length > 0) {
    terminal.out(
      `${style('yellow', '!')} may decide what was not compared, since they name somebody or something: ${beyond.map(plain).join(', ')}`,
    );
  }
  const mark = changed === 0 ? style('green', '✓') : style('yellow', '!');
  const reasons = otherReason === 0 ? '' : `; ${otherReason.toLocaleString('en')} more are refused as before, by other policies`;
  terminal.out(`${mark} ${changed.toLocaleString('en')} of ${compared.toLocaleString('en')} combinations change${reasons}`);
}
