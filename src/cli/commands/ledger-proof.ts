// sekisho ledger proof: a record, its inclusion proof and the signed checkpoint in one text (C2SP tlog-proof) that needs no ledger to check.
import { SekishoError } from '#kernel';
import { command } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { openLedgerAccess, type SignedTree } from '../ledger-access.ts';
import type { FoundRecord } from '../records.ts';
import { recordsOf, REQUEST_FLAGS } from './ledger-show.ts';

export const ledgerProof = command({
  flags: {
    ...REQUEST_FLAGS,
    record: { type: 'enum', options: ['decision', 'outcome', 'refusal'], description: 'Which record; default: the first of the request' },
  },
  details:
    'Prints a proof that the ledger includes a record, in the C2SP tlog-proof format (https://c2sp.org/tlog-proof): the index, the ' +
    'hashes up to the root, and the signed checkpoint. The `extra` line holds the record itself, so whoever has the verifier key can ' +
    'check it offline and without the ledger. It is verified before it is printed.',
  examples: [
    ['sekisho ledger proof req_01JD3X5Q8K2M4N6P8R0T2V4W6Y > request.tlog-proof', 'For an auditor'],
    ['sekisho ledger proof req_01JD3X5Q8K2M4N6P8R0T2V4W6Y --record outcome', 'What came of it'],
  ],
  async run({ request, from, record: wanted, vkey, 'vkey-file': vkeyFile, key, config, json }, context) {
    const access = await openLedgerAccess({ target: from, vkey, vkeyFile, key, config }, context);
    if (access === undefined) return EXIT.usage;
    const { tree, records } = await recordsOf(access, request);
    const chosen = wanted === undefined ? records[0] : records.find(({ record }) => record['type'] === wanted);
    if (chosen === undefined) throw new SekishoError('record-not-found', `${request} has no ${wanted ?? ''} record`);
    const { evidence, record, included } = chosen;
    const { terminal } = context;
    if (json) {
      const proof = {
        index: evidence.index,
        size: evidence.size,
        leafHash: evidence.leafHash.toString('base64'),
        hashes: evidence.proof.map(base64),
      };
      terminal.out(
        JSON.stringify({
          ok: included,
          request,
          record,
          proof,
          checkpoint: tree.note,
          tlogProof: included ? tlogProof(chosen, tree) : null,
        }),
      );
    } else if (included) process.stdout.write(tlogProof(chosen, tree));
    else
      terminal.note(
        `${terminal.noteStyle('red', '✗')} entry ${evidence.index} is NOT included in the signed tree; there is no proof to print`,
      );
    return included ? EXIT.ok : EXIT.ledgerBad;
  },
});

/** C2SP tlog-proof, "Format". */
export function tlogProof({ evidence }: Pick<FoundRecord, 'evidence'>, { note }: Pick<SignedTree, 'note'>): string {
  const lines = ['c2sp.org/tlog-proof@v1', `extra ${base64(evidence.entry)}`, `index ${evidence.index}`, ...evidence.proof.map(base64)];
  return `${lines.join('\n')}\n\n${note}`;
}

function base64(bytes: Buffer): string {
  return bytes.toString('base64');
}
