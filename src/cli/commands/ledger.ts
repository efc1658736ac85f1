// sekisho ledger: the group.
import type { Group } from '../command.ts';

export const ledger: Group = {
  kind: 'group',
  details:
    'The ledger holds every decision and outcome in a Merkle tree with signed checkpoints (C2SP tlog-tiles). These commands read it, from ' +
    'disk or over HTTP, and never change it. They work while a checkpoint runs.',
  commands: {
    verify: {
      summary: 'Recompute everything; name the first bad entry',
      load: async () => (await import('./ledger-verify.ts')).ledgerVerify,
    },
    show: {
      summary: 'The records of one request, each checked for inclusion',
      load: async () => (await import('./ledger-show.ts')).ledgerShow,
    },
    proof: {
      summary: 'A proof for one record that can be checked offline',
      load: async () => (await import('./ledger-proof.ts')).ledgerProof,
    },
  },
};
