// sekisho keys revoke
import { command, CONFIG_FLAG, JSON_FLAG } from '../command.ts';
import { readConfig } from '../configuration.ts';
import { EXIT } from '../exit-codes.ts';
import { administer, keyView } from '../keys.ts';
import { plain } from '../terminal.ts';

export const keysRevoke = command({
  flags: {
    id: { type: 'positional', required: true, description: 'The id of the key (or the whole key, of which only the id is used)' },
    reason: { type: 'string', required: true, valueHint: 'TEXT', description: 'Why; kept with the key and in the ledger' },
    config: CONFIG_FLAG,
    json: JSON_FLAG,
  },
  details:
    'Ends a key for good. Every worker refuses it within a second; requests it has in progress are finished. Revoking a key again keeps ' +
    'the first time and reason. The act is recorded in the ledger before it takes effect.',
  examples: [
    ['sekisho keys revoke 7c4m2k9x0qhj5r8t --reason "laptop lost"', 'By id'],
    ['sekisho keys list --owner soc-triage', 'Find the id'],
  ],
  async run({ id, reason, config: given, json }, context) {
    const loaded = readConfig(context, given);
    if (loaded === undefined) return EXIT.usage;
    const record = await administer(context, loaded.config, (administration) => administration.revokeKey({ key: id, reason }));
    const view = keyView(record);
    if (json) context.terminal.out(JSON.stringify({ ok: true, ...view }));
    else {
      const { style } = context.terminal;
      context.terminal.out(
        `${style('green', '✓')} key ${view.id} of ${plain(view.owner.name)} is revoked since ${view.revokedAt!}: ${plain(view.revokedReason!)}`,
      );
    }
    return EXIT.ok;
  },
});
