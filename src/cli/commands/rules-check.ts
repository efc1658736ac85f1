// sekisho rules check: whether rules can be used, before they are needed.
import { command, JSON_FLAG } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { loadRules, SHIPPED_RULES } from '../hunt-rules.ts';
import { plain } from '../terminal.ts';

export const rulesCheck = command({
  flags: {
    rules: { type: 'positional', repeatable: true, description: 'Files or folders of rules; default: the rules that come with Sekisho' },
    json: JSON_FLAG,
  },
  details:
    'Reads and compiles every rule. A rule that cannot be used is named with the reason, and so is one that is used with a limit: a pattern too ' +
    'costly to run on every value, for example. A hunt leaves out the first kind and says so in its coverage part.',
  examples: [
    ['sekisho rules check', 'The rules that come with Sekisho'],
    ['sekisho rules check sigma/rules my-rules', 'A collection and your own, together'],
    [`sekisho rules check rules --json | jq -r '.skipped[].reason' | sort | uniq -c`, 'Reasons, counted'],
  ],
  async run({ rules, json }, { terminal }) {
    const { pack } = await loadRules(rules.length === 0 ? [SHIPPED_RULES] : rules);
    const { stats, skipped, limited } = pack;
    const isGood = skipped.length === 0 && stats.rules + stats.correlations > 0;
    if (json) {
      terminal.out(
        JSON.stringify({
          ok: isGood,
          rules: stats.rules,
          correlations: stats.correlations,
          filters: stats.filters,
          skipped,
          limited,
          key: pack.key,
        }),
      );
      return isGood ? EXIT.ok : EXIT.refused;
    }
    const style = terminal.style;
    for (const { path, title, reason } of skipped) {
      terminal.out(`${style('red', '✗')} ${plain(title ?? path)}\n    ${plain(reason)}\n    ${style('dim', plain(path))}`);
    }
    for (const { path, title, reason } of limited) {
      terminal.out(`${style('yellow', '!')} ${plain(title)}\n    ${plain(reason)}\n    ${style('dim', plain(path))}`);
    }
    const mark = isGood ? style('green', '✓') : style('red', '✗');
    terminal.out(
      `${mark} ${stats.rules} rules, ${stats.correlations} correlations and ${stats.filters} filters can be used; ` +
        `${skipped.length} cannot, ${limited.length} have a limit`,
    );
    return isGood ? EXIT.ok : EXIT.refused;
  },
});
