// sekisho policy: the group.
import type { Group } from '../command.ts';

export const policy: Group = {
  kind: 'group',
  details:
    'Access policies in Cedar: who may do which kind of work with which deployment, on data of which level. Some come with Sekisho; your own add ' +
    'to them, and take the place of one only where they say so. Nothing here asks the checkpoint or needs a database.',
  commands: {
    check: { summary: 'Whether policies can be used, and why not', load: async () => (await import('./policy-check.ts')).policyCheck },
    test: { summary: 'Ask policies for the decisions in a table', load: async () => (await import('./policy-test.ts')).policyTest },
    diff: {
      summary: 'Every decision that changes between two sets of policies',
      load: async () => (await import('./policy-diff.ts')).policyDiff,
    },
    explain: {
      summary: 'One decision, with the policies that determine it',
      load: async () => (await import('./policy-explain.ts')).policyExplain,
    },
  },
};
