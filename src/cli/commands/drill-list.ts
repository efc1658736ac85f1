// sekisho drill list
import type { DrillRecord } from '#continuity';
import { systemClock } from '#kernel';
import { command, CONFIG_FLAG, JSON_FLAG } from '../command.ts';
import { readConfig } from '../configuration.ts';
import { withControl } from '../continuity-access.ts';
import { drillView } from '../continuity-drill.ts';
import { EXIT } from '../exit-codes.ts';
import { columns, plain, type Terminal } from '../terminal.ts';

const MOST_DRILLS = 100;

export const drillList = command({
  flags: { config: CONFIG_FLAG, json: JSON_FLAG },
  details: `Lists the last ${MOST_DRILLS} live drills, newest first. Nothing is changed and nothing is recorded.`,
  examples: [
    ['sekisho drill list', 'Is one running?'],
    [`sekisho drill list --json | jq -r '.drills[] | select(.state == "running") | .id'`, 'Its id, for abort'],
  ],
  async run({ config: given, json }, context) {
    const loaded = readConfig(context, given);
    if (loaded === undefined) return EXIT.usage;
    const records = await withControl(context, loaded.config, ({ controlStore }) => controlStore.listDrills(MOST_DRILLS));
    const { terminal } = context;
    const nowMs = systemClock.now();
    if (json) terminal.out(JSON.stringify({ ok: true, drills: records.map((record) => drillView(record, nowMs)) }));
    else if (records.length === 0) terminal.note('There was no live drill yet: sekisho drill live --help says how.');
    else terminal.out(columns([head(terminal), ...records.map((record) => row(record, nowMs, terminal))]));
    return EXIT.ok;
  },
});

function head({ style }: Terminal): string[] {
  return ['ID', 'STATE', 'WITHOUT', 'PART', 'FROM', 'TO', 'BY', 'REASON'].map((title) => style('dim', title));
}

function row(record: DrillRecord, nowMs: number, { style }: Terminal): string[] {
  const { id, state, without, share, canariesOnly, startsAt, endsAt, by, reason } = drillView(record, nowMs);
  return [
    id,
    style(state === 'running' ? 'yellow' : 'dim', state),
    plain(without.join(' ')),
    canariesOnly ? 'canaries' : `${Math.round(share * 1000) / 10} %`,
    startsAt,
    endsAt,
    plain(by),
    plain(reason),
  ];
}
