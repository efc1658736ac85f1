// sekisho keys: the group.
import type { Group } from '../command.ts';

export const keys: Group = {
  kind: 'group',
  details:
    'Keys let people, services and agents in. They live in the configured database; while no checkpoint runs, the embedded one is started ' +
    'for the moment. A change is in effect on every worker within a second. Making and revoking is recorded in the ledger first: what ' +
    'cannot be recorded is not done.',
  commands: {
    create: { summary: 'Make a key; it is shown once', load: async () => (await import('./keys-create.ts')).keysCreate },
    list: { summary: 'Keys and their owners, without secrets', load: async () => (await import('./keys-list.ts')).keysList },
    revoke: { summary: 'End a key at once and for good', load: async () => (await import('./keys-revoke.ts')).keysRevoke },
  },
};
