// sekisho ledger show: what the ledger has on one request.
import { SekishoError } from '#kernel';
import { command, type Context } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { usageError } from '../failure.ts';
import { LEDGER_FLAGS, openLedgerAccess, readSignedTree, type LedgerAccess, type SignedTree } from '../ledger-access.ts';
import { startProgress } from '../progress.ts';
import { at, findRecords, recordLines, REQUEST_ID, type FoundRecord } from '../records.ts';
import { plain } from '../terminal.ts';

export const REQUEST_FLAGS = {
  request: { type: 'positional', required: true, description: 'The request id, from the x-request-id header or an error message' },
  from: {
    type: 'string',
    valueHint: 'PLACE',
    description: 'A ledger directory, or the URL that ends in /ledger/; default: that of the configuration',
  },
  ...LEDGER_FLAGS,
} as const;

export const ledgerShow = command({
  flags: REQUEST_FLAGS,
  details:
    'Finds the records of one request: each decision (before anything was sent), the outcome, or the refusal. Each is checked for ' +
    'inclusion in the signed tree. The search runs from the newest entry backwards. A record appears here up to a second after the fact.',
  examples: [
    ['sekisho ledger show req_01JD3X5Q8K2M4N6P8R0T2V4W6Y', 'In your own ledger'],
    ['sekisho ledger show req_01JD3X5Q8K2M4N6P8R0T2V4W6Y --json | jq .records[].record.usage', 'How many tokens?'],
  ],
  async run({ request, from, vkey, 'vkey-file': vkeyFile, key, config, json }, context) {
    const access = await openLedgerAccess({ target: from, vkey, vkeyFile, key, config }, context);
    if (access === undefined) return EXIT.usage;
    const { tree, records } = await recordsOf(access, request);
    const isWhole = records.every((record) => record.included);
    const { terminal } = context;
    if (json) {
      terminal.out(
        JSON.stringify({
          ok: isWhole,
          request,
          checkpoint: { origin: tree.checkpoint.origin, size: tree.checkpoint.size, root: tree.checkpoint.root.toString('base64') },
          records: records.map(({ evidence, record, included }) => ({ index: evidence.index, included, record })),
        }),
      );
    } else print(records, tree, context);
    return isWhole ? EXIT.ok : EXIT.ledgerBad;
  },
});

/** Throws `usage`, `ledger-bad-checkpoint` or `request-not-found`. */
export async function recordsOf(
  access: LedgerAccess,
  request: string,
): Promise<{ readonly tree: SignedTree; readonly records: readonly FoundRecord[] }> {
  if (!REQUEST_ID.test(request))
    throw usageError(`${JSON.stringify(request)} is not a request id`, 'They look like req_01JD3X5Q8K2M4N6P8R0T2V4W6Y.');
  const tree = await readSignedTree(access);
  if (typeof tree === 'string') {
    throw new SekishoError('ledger-bad-checkpoint', tree, { hint: 'sekisho ledger verify says more.' });
  }
  const progress = startProgress();
  progress.say(`searching ${tree.checkpoint.size.toLocaleString('en')} entries`);
  try {
    const records = await findRecords(access.source, tree.checkpoint, request);
    if (records.length > 0) return { tree, records };
  } finally {
    progress.end();
  }
  throw new SekishoError('request-not-found', `the ledger has no record of ${request}`, {
    hint: 'A record appears a moment after the fact. Requests without a valid key are only counted.',
  });
}

function print(records: readonly FoundRecord[], { checkpoint }: SignedTree, { terminal }: Context): void {
  const { style } = terminal;
  for (const { evidence, record, included } of records) {
    const [first, ...rest] = recordLines(record, style);
    terminal.out(`${style('dim', `#${evidence.index}`)}  ${at(record, 'at')}  ${first!}`);
    for (const line of rest) terminal.out(`      ${line}`);
    const proof = `${evidence.proof.length} hashes up to the root of ${checkpoint.size.toLocaleString('en')} entries`;
    terminal.out(
      `      ${included ? `${style('green', '✓')} included: ${proof}` : `${style('red', '✗')} NOT included in the signed tree`}`,
    );
  }
  terminal.out(style('dim', `signed by ${plain(checkpoint.origin)}, root ${checkpoint.root.toString('base64')}`));
}
