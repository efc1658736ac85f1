// sekisho rules: the group.
import type { Group } from '../command.ts';

export const rules: Group = {
  kind: 'group',
  details:
    'Detection rules in the Sigma format: those that come with Sekisho, your own, or a collection such as SigmaHQ’s. `check` says whether each ' +
    'can be used and why not; `list` shows what there is; `test` runs the events beside the rules. Nothing is downloaded.',
  commands: {
    check: { summary: 'Whether every rule can be used, and why not', load: async () => (await import('./rules-check.ts')).rulesCheck },
    list: {
      summary: 'Rules by severity, with their logsource and techniques',
      load: async () => (await import('./rules-list.ts')).rulesList,
    },
    test: { summary: 'Run the positive and negative events beside rules', load: async () => (await import('./rules-test.ts')).rulesTest },
  },
};
