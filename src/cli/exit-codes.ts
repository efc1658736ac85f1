// What the exit code of a command says. docs/operating/exit-codes.md is the page for operators; a test holds the two together.

export const EXIT = { ok: 0, failed: 1, usage: 2, refused: 3, ledgerBad: 4, found: 5, interrupted: 130 } as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export const EXIT_MEANINGS: readonly (readonly [ExitCode, string])[] = [
  [EXIT.ok, 'done; for `check`, `explain` and `ledger verify`: in order; for `hunt`: nothing found'],
  [EXIT.failed, 'failed: something could not be read, written, reached or started'],
  [EXIT.usage, 'usage or configuration: the command line or the configuration file has to change'],
  [
    EXIT.refused,
    'refused: `explain` found that the checkpoint would refuse the request; `mask` found what the policy refuses; `qualify` found a candidate below the bar; `rules` found a rule that cannot be used or fails its tests; `policy` found policies that cannot be used or fail their tests, or a decision that denies',
  ],
  [EXIT.ledgerBad, 'ledger verification failed: the ledger is not what its checkpoint signs'],
  [EXIT.found, 'found: `hunt` found something at or above the level asked for; `policy diff` found decisions that change'],
  [EXIT.interrupted, 'interrupted by a signal before the work was done'],
];
