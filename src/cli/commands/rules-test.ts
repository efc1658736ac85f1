// sekisho rules test: the events beside rules, run.
import { command, JSON_FLAG } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { runRuleTests, type RuleTestResult } from '../hunt-regression.ts';
import { loadRules, SHIPPED_RULES } from '../hunt-rules.ts';
import { plain } from '../terminal.ts';

export const rulesTest = command({
  flags: {
    rules: { type: 'positional', description: 'Folder with rules and their tests; default: the rules that come with Sekisho' },
    json: JSON_FLAG,
  },
  details:
    'Finds every info.yml below the folder, in the form of the Sigma project’s regression data: it names a rule, files of events, and how many of ' +
    'them the rule has to find at least (match_count, 1 where it says nothing). With match_count 0 the rule must find none. Windows events say ' +
    'themselves where they belong; others are taken to come from the rule’s logsource. Rules that no test names are counted.',
  examples: [
    ['sekisho rules test', 'The rules that come with Sekisho'],
    ['sekisho rules test my-rules', 'Your own: my-rules/tests/ID/info.yml and the events beside it'],
  ],
  async run({ rules = SHIPPED_RULES, json }, { terminal }) {
    const { pack } = await loadRules([rules]);
    const results = await runRuleTests(rules, pack);
    const bad = results.filter(({ verdict }) => verdict !== 'passed');
    const tested = new Set(results.map(({ ruleId }) => ruleId));
    const untested = [...pack.rules, ...pack.correlations.map(({ rule }) => rule)].filter(({ id }) => !tested.has(id));
    const isGood = bad.length === 0 && results.length > 0;
    if (json) {
      terminal.out(
        JSON.stringify({ ok: isGood, results, untested: untested.map(({ id, title }) => ({ id, title })), skipped: pack.skipped }),
      );
      return isGood ? EXIT.ok : EXIT.refused;
    }
    const style = terminal.style;
    for (const result of bad) {
      const mark = result.verdict === 'failed' ? style('red', '✗') : style('yellow', '–');
      terminal.out(
        `${mark} ${plain(result.title === '' ? result.ruleId : result.title)}: ${plain(result.test)}\n    ${plain(whyOf(result))}`,
      );
    }
    const passed = results.length - bad.length;
    terminal.out(
      `${isGood ? style('green', '✓') : style('red', '✗')} ${passed} of ${results.length} tests passed; ${untested.length} rules have none`,
    );
    return isGood ? EXIT.ok : EXIT.refused;
  },
});

function whyOf({ verdict, reason, expected, found, events, path }: RuleTestResult): string {
  if (verdict === 'not-run') return `not run: ${reason ?? ''} (${path})`;
  return `${found} of ${events} events found, expected ${expected === 0 ? 'none' : `at least ${expected}`} (${path})`;
}
