// sekisho cuts: what is cut off, and what was.
import type { CutRecord } from '#continuity';
import { command, CONFIG_FLAG, JSON_FLAG } from '../command.ts';
import { readConfig } from '../configuration.ts';
import { cutView } from '../continuity-cuts.ts';
import { withControl } from '../continuity-access.ts';
import { EXIT } from '../exit-codes.ts';
import { columns, plain, type Terminal } from '../terminal.ts';

const MOST_CUTS = 1_000;

export const cuts = command({
  flags: {
    all: { type: 'boolean', description: 'Also those that were restored' },
    config: CONFIG_FLAG,
    json: JSON_FLAG,
  },
  details:
    'Lists emergency cuts, newest first. A cut is in force until it is restored; one that was restored keeps its times and reasons. Nothing ' +
    'is changed and nothing is recorded.',
  examples: [
    ['sekisho cuts', 'What is cut off now?'],
    ['sekisho cuts --all', 'And before?'],
    ['sekisho cuts --json | jq -r .cuts[].id', 'Ids, for restore'],
  ],
  async run({ all, config: given, json }, context) {
    const loaded = readConfig(context, given);
    if (loaded === undefined) return EXIT.usage;
    const records = await withControl(context, loaded.config, ({ controlStore }) =>
      controlStore.listCuts({ inForceOnly: !all, limit: MOST_CUTS }),
    );
    const { terminal } = context;
    if (json) terminal.out(JSON.stringify({ ok: true, cuts: records.map(cutView) }));
    else if (records.length === 0) terminal.note(all ? 'Nothing was ever cut off.' : 'Nothing is cut off.');
    else terminal.out(columns([head(terminal), ...records.map((record) => row(record, terminal))]));
    return EXIT.ok;
  },
});

function head({ style }: Terminal): string[] {
  return ['ID', 'STATE', 'SELECTOR', 'SINCE', 'BY', 'RESTORED', 'REASON'].map((title) => style('dim', title));
}

function row(record: CutRecord, { style }: Terminal): string[] {
  const { id, state, selector, at, by, restoredAt, restoredBy, reason, restoredReason } = cutView(record);
  return [
    id,
    style(state === 'in force' ? 'red' : 'dim', state),
    plain(selector),
    at,
    plain(by),
    restoredAt === null ? '–' : `${restoredAt} by ${plain(restoredBy ?? '')}`,
    plain(restoredReason === null ? reason : `${reason} → ${restoredReason}`),
  ];
}
