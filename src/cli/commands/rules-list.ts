// sekisho rules list: what rules there are.
import { attackTags, LEVELS, logsourceText, severity, type CorrelationRule, type DetectionRule, type Level } from '#hunt';
import { command, JSON_FLAG } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { levelText } from '../hunt-summary.ts';
import { loadRules, SHIPPED_RULES } from '../hunt-rules.ts';
import { columns, plain } from '../terminal.ts';

export const rulesList = command({
  flags: {
    rules: { type: 'positional', repeatable: true, description: 'Files or folders of rules; default: the rules that come with Sekisho' },
    level: { type: 'enum', options: LEVELS, description: 'Only rules of this severity or a higher one' },
    json: JSON_FLAG,
  },
  details: 'Rules that can be used, most severe first. A correlation shows the names of the rules it joins in the place of a logsource.',
  examples: [
    ['sekisho rules list', 'The rules that come with Sekisho'],
    ['sekisho rules list --level high', 'High and critical ones'],
    [`sekisho rules list --json | jq -r '.rules[] | [.level, .title] | @tsv'`, 'For a table of your own'],
  ],
  async run({ rules, level, json }, { terminal }) {
    const { pack } = await loadRules(rules.length === 0 ? [SHIPPED_RULES] : rules);
    const least = severity(level ?? 'informational');
    const shown = [...pack.rules, ...pack.correlations.map(({ rule }) => rule)]
      .filter((rule) => severity(rule.level) >= least)
      .toSorted((a, b) => severity(b.level) - severity(a.level) || (a.title < b.title ? -1 : 1));
    if (json) {
      terminal.out(JSON.stringify({ ok: true, rules: shown.map(viewOf), skipped: pack.skipped.length }));
      return EXIT.ok;
    }
    const rows = shown.map((rule) => {
      const { techniques, source } = viewOf(rule);
      return [levelText(rule.level, terminal.style), plain(rule.title), terminal.style('dim', plain(source)), techniques.join(' ')];
    });
    if (rows.length > 0) terminal.out(columns(rows));
    terminal.note(`${shown.length} rules; ${pack.skipped.length} cannot be used (sekisho rules check tells why)`);
    return EXIT.ok;
  },
});

interface RuleView {
  readonly id: string;
  readonly title: string;
  readonly level: Level;
  readonly kind: 'rule' | 'correlation';
  readonly source: string;
  readonly techniques: readonly string[];
  readonly tags: readonly string[];
  readonly path: string;
  readonly sha256: string;
}

function viewOf(rule: DetectionRule | CorrelationRule): RuleView {
  const { id, title, level, kind, tags, path, sha256 } = rule;
  const source = rule.kind === 'rule' ? logsourceText(rule.logsource) : `${rule.type}: ${rule.rules.join(', ')}`;
  return { id, title, level, kind, source, techniques: attackTags(tags).techniques, tags, path, sha256 };
}
