// sekisho policy test: a table of decisions that policies must give.
import {
  checkMonotone,
  createPolicyEngine,
  defaultPolicyTests,
  readPolicyTests,
  readText,
  testPolicies,
  type PolicyTestResult,
} from '#policy';
import { command, JSON_FLAG } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { usageError } from '../failure.ts';
import { tooMuchText, violationsText } from '../policy-output.ts';
import { POLICIES_FLAG, policySet, sayProblems, WITHOUT_DEFAULTS_FLAG } from '../policy-sets.ts';
import { plain } from '../terminal.ts';

export const policyTest = command({
  flags: {
    file: { type: 'positional', description: 'Table of expected decisions, in YAML; default: the one that comes with Sekisho' },
    policies: POLICIES_FLAG,
    'without-defaults': WITHOUT_DEFAULTS_FLAG,
    laws: { type: 'boolean', description: 'Also look for whoever is worse off in one respect and allowed more' },
    json: JSON_FLAG,
  },
  details:
    'Each case names facts, what they must come to (allow or deny) and, where it matters, a policy that must be among those that determine it. ' +
    'What a case leaves out is ordinary.\n\n' +
    'With --laws, every combination is asked as well: worse standing, weaker sign-in, a grant that has lost something, higher data, abroad instead ' +
    'of at home, or somebody from outside must never be allowed what the better one is not. The default policies keep these laws; yours may break ' +
    'one on purpose.',
  examples: [
    ['sekisho policy test', 'The table and the policies that come with Sekisho'],
    ['sekisho policy test decisions.yaml --policies policies --laws', 'Your table and policies, and the laws'],
  ],
  async run({ file, policies, 'without-defaults': withoutDefaults, laws, json }, context) {
    const set = await policySet(policies, { withoutDefaults, context });
    if (set === undefined) return EXIT.refused;
    const table = readPolicyTests(file === undefined ? defaultPolicyTests() : { file, text: await readText(file) });
    if (!table.ok) {
      sayProblems(table.error, context);
      return EXIT.usage;
    }
    const engine = createPolicyEngine({ set });
    const results = testPolicies(engine, table.value);
    const checked = laws ? checkMonotone(engine) : undefined;
    if (checked?.ok === false) throw usageError(tooMuchText(checked.error));
    const violations = checked?.value;
    const bad = results.filter(({ passed }) => !passed);
    const isGood = bad.length === 0 && (violations?.length ?? 0) === 0;
    const { terminal } = context;
    if (json) {
      terminal.out(JSON.stringify({ ok: isGood, version: set.version, results, laws: violations ?? null }));
      return isGood ? EXIT.ok : EXIT.refused;
    }
    const { style } = terminal;
    for (const result of bad) {
      terminal.out(`${style('red', '✗')} ${plain(result.file)}:${result.line}: ${plain(result.name)}\n    ${plain(whyOf(result))}`);
    }
    if (violations !== undefined && violations.length > 0) terminal.out(violationsText(violations, style));
    terminal.out(
      `${isGood ? style('green', '✓') : style('red', '✗')} ${results.length - bad.length} of ${results.length} decisions as expected` +
        (violations === undefined ? '' : `; ${violations.length === 0 ? 'every law kept' : `laws broken: ${violations.length}`}`),
    );
    return isGood ? EXIT.ok : EXIT.refused;
  },
});

function whyOf({ expected, decision }: PolicyTestResult): string {
  const wanted = expected.policy === undefined ? expected.decision : `${expected.decision} by ${expected.policy}`;
  const by = decision.policies.length === 0 ? 'no policy permitting it' : decision.policies.join(', ');
  return `expected ${wanted}, got ${decision.allowed ? 'allow' : 'deny'} by ${by}`;
}
