// sekisho policy check: whether policies can be used, before the checkpoint reads them.
import { command, JSON_FLAG } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { policySet, problemLines, WITHOUT_DEFAULTS_FLAG } from '../policy-sets.ts';
import { plain } from '../terminal.ts';

export const policyCheck = command({
  flags: {
    files: {
      type: 'positional',
      repeatable: true,
      description: 'Files, or folders of .cedar files; default: only what comes with Sekisho',
    },
    'without-defaults': WITHOUT_DEFAULTS_FLAG,
    json: JSON_FLAG,
  },
  details:
    'Parses every policy and holds it against the schema, strictly: names of capabilities, levels, standings and attributes that do not exist are ' +
    'errors, and so are policies that can never apply. Each problem is named with file, line, policy and reason. One bad policy makes the whole ' +
    'set unusable: half a set would allow what the other half forbids.',
  examples: [
    ['sekisho policy check policies', 'Your folder, together with the defaults'],
    ['sekisho policy check policies/night.cedar --json | jq .version', 'The version that decision records will name'],
  ],
  async run({ files, 'without-defaults': withoutDefaults, json }, context) {
    const set = await policySet(files, { withoutDefaults, context });
    if (set === undefined) return EXIT.refused;
    const { terminal } = context;
    const { policies, replaced, warnings, version } = set;
    if (json) {
      const shown = policies.map(({ id, effect, file, line, isDefault }) => ({ id, effect, file, line, isDefault }));
      terminal.out(JSON.stringify({ ok: true, version, policies: shown, replaced, warnings }));
      return EXIT.ok;
    }
    if (warnings.length > 0) terminal.out(problemLines(warnings, terminal.style('yellow', '!')));
    const own = policies.filter(({ isDefault }) => !isDefault).length;
    const forbids = policies.filter(({ effect }) => effect === 'forbid').length;
    terminal.out(
      `${terminal.style('green', '✓')} ${policies.length === 1 ? '1 policy' : `${policies.length} policies`} can be used, ${own} of your own; ` +
        `${forbids} forbid and ${policies.length - forbids} permit`,
    );
    if (replaced.length > 0) terminal.out(`  in place of ${replaced.map(plain).join(', ')}`);
    terminal.out(`  version ${version}`);
    return EXIT.ok;
  },
});
