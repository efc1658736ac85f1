// sekisho canaries: whether the vendors still grant what they approved, and since when. Reads what the running checkpoint found; asks nobody.
import type { Config } from '#config';
import { canaryStateOf, type CanaryRecord, type CanaryVerdict } from '#continuity';
import { command, CONFIG_FLAG, JSON_FLAG } from '../command.ts';
import { readConfig } from '../configuration.ts';
import { withControl } from '../continuity-access.ts';
import { EXIT } from '../exit-codes.ts';
import { usageError } from '../failure.ts';
import { columns, plain, type Style, type Terminal } from '../terminal.ts';

const DEFAULT_ROWS = 20;
const MOST_ROWS = 10_000;
/** Enough to tell one silent run from a state. */
const ROWS_PER_STATE = 10;

interface Watched {
  readonly schedule: Config['canaries'][number];
  readonly program: string | null;
  readonly newest: readonly CanaryRecord[];
  readonly state: CanaryVerdict | undefined;
}

export const canaries = command({
  flags: {
    deployment: { type: 'string', valueHint: 'ID', description: 'Only this one (provider/name)' },
    limit: { type: 'string', valueHint: 'N', description: `Runs in the history, newest first; default ${DEFAULT_ROWS}` },
    config: CONFIG_FLAG,
    json: JSON_FLAG,
  },
  details:
    'A canary asks a deployment for one word at intervals (`canary:` in its configuration), through the checkpoint, and compares the ' +
    'program and model that answered with what was asked for. Shows the state of each and the history of runs. A single run that nobody ' +
    'answered changes no state. Changes are in the ledger as well.\n\n' +
    'Exit code 0, whatever the states are.',
  examples: [
    ['sekisho canaries', 'Are our approvals in force?'],
    ['sekisho canaries --deployment openai/sol --limit 100', 'Since when not?'],
    [`sekisho canaries --json | jq '.canaries[] | select(.state.result != "entitled")'`, 'For monitoring'],
  ],
  async run({ deployment, limit, config: given, json }, context) {
    const rows = limit === undefined ? DEFAULT_ROWS : parseLimit(limit);
    const loaded = readConfig(context, given);
    if (loaded === undefined) return EXIT.usage;
    const schedules = loaded.config.canaries.filter((schedule) => deployment === undefined || schedule.deployment === deployment);
    const { watched, history } = await withControl(context, loaded.config, async ({ canaryStore }) => ({
      watched: await Promise.all(
        schedules.map(async (schedule): Promise<Watched> => {
          const program = programOf(loaded.config, schedule.deployment);
          const newest = await canaryStore.latest({ deployment: schedule.deployment, program }, ROWS_PER_STATE);
          return { schedule, program, newest, state: canaryStateOf(newest) };
        }),
      ),
      history: await canaryStore.list({ limit: rows, ...(deployment === undefined ? {} : { deployment }) }),
    }));
    const { terminal } = context;
    if (json) terminal.out(JSON.stringify({ ok: true, canaries: watched.map(viewOf), history: history.map(recordView) }));
    else print(terminal, watched, history);
    return EXIT.ok;
  },
});

function parseLimit(text: string): number {
  const rows = Number(text);
  if (!/^\d{1,6}$/.test(text) || rows < 1 || rows > MOST_ROWS) throw usageError(`--limit is a number from 1 to ${MOST_ROWS}`);
  return rows;
}

function programOf(config: Config, deployment: string): string | null {
  return config.deployments.find(({ id }) => id === deployment)?.accessProgram ?? null;
}

function viewOf({ schedule, program, newest, state }: Watched) {
  return { ...schedule, program, state: state ?? null, latest: newest[0] === undefined ? null : recordView(newest[0]) };
}

function recordView({ atMs, ...record }: CanaryRecord) {
  return { at: new Date(atMs).toISOString(), ...record };
}

function print(terminal: Terminal, watched: readonly Watched[], history: readonly CanaryRecord[]): void {
  const { style, out, note } = terminal;
  if (watched.length === 0) note('No deployment has a canary: `canary: {}` in the configuration gives it one.');
  else {
    const head = ['DEPLOYMENT', 'PROGRAM', 'STATE', 'LAST RUN', 'EVERY'].map((title) => style('dim', title));
    const rows = watched.map(({ schedule, program, newest, state }) => [
      schedule.deployment,
      program ?? style('dim', 'none'),
      state === undefined ? style('dim', 'unknown') : verdictText(state, style),
      newest[0] === undefined ? style('dim', 'never') : new Date(newest[0].atMs).toISOString(),
      `${schedule.everyMinutes} min`,
    ]);
    out(columns([head, ...rows]));
  }
  if (history.length === 0) return;
  const head = ['AT', 'DEPLOYMENT', 'RESULT', 'MODEL', 'PROGRAM', 'REQUEST'].map((title) => style('dim', title));
  const rows = history.map((record) => [
    new Date(record.atMs).toISOString(),
    plain(record.deployment),
    verdictText(record, style),
    plain(record.effectiveModel ?? '–'),
    plain(record.effectiveProgram ?? (record.result === 'entitled' && record.program !== null ? 'not stated' : '–')),
    plain(record.requestId ?? '–'),
  ]);
  out(`\n${columns([head, ...rows])}`);
}

function verdictText({ result, kind, code }: CanaryVerdict, style: Style): string {
  const why = [kind, code].filter((part) => part !== null).join(' ');
  const colour = result === 'entitled' ? 'green' : result === 'unreachable' ? 'yellow' : 'red';
  return style(colour, result) + (why === '' ? '' : ` (${plain(why)})`);
}
