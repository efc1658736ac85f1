// sekisho access holds: the group and its commands.
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { API_FLAGS, readAnswer, withApi, type ApiClient } from '../api-client.ts';
import { confirmSeen, readReason, segment, WHY_FLAG, YES_FLAG } from '../access-input.ts';
import { commas, done, facts, moment, show, stateText, table } from '../access-output.ts';
import { command, type Context, type Group } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { usageError } from '../failure.ts';
import { plain, type Terminal } from '../terminal.ts';

const HOLDS = '/api/v1/holds';
const WATCH_MS = 2_000;
const MOST_LISTED = 200;

const STATUSES = ['waiting', 'approved', 'denied', 'expired', 'delivered'] as const;

const holdSchema = z.looseObject({
  id: z.string(),
  principal: z.string(),
  grant: z.string(),
  request: z.string(),
  route: z.string(),
  deployment: z.string(),
  tool: z.string(),
  reasons: z.array(z.string()),
  tainted: z.boolean(),
  status: z.string(),
  createdAt: z.string(),
  expiresAt: z.string(),
  decision: z.looseObject({ name: z.string(), at: z.string(), reason: z.string() }).nullable(),
  deliveredAt: z.string().nullable(),
});

const callSchema = z.looseObject({
  tool: z.string(),
  arguments: z.string(),
  reasons: z.array(z.looseObject({ code: z.string(), text: z.string() })),
  targets: z.array(z.looseObject({ kind: z.string(), value: z.string(), written: z.string(), standing: z.string() })),
});

const detailSchema = z.looseObject({ hold: holdSchema, call: callSchema.nullable() });
const listSchema = z.looseObject({ holds: z.array(holdSchema) });

type Hold = z.output<typeof holdSchema>;

const ID = { type: 'positional', required: true, description: 'Its id, such as hld_…' } as const;

const list = command({
  flags: {
    status: { type: 'enum', options: STATUSES, description: 'Only these; default: all, and with --watch those that wait' },
    watch: { type: 'boolean', description: 'Go on, and show each that comes to wait; Ctrl-C ends it' },
    ...API_FLAGS,
  },
  details: `Lists held tool calls, newest first, at most ${MOST_LISTED}: your own, or everybody’s for approvers and auditors.`,
  examples: [
    ['sekisho access holds list --status waiting', 'What waits for somebody now'],
    ['sekisho access holds list --watch', 'Beside the desk of whoever is on duty'],
  ],
  async run({ status, watch, ...choice }, context) {
    if (watch && context.json) throw usageError('--watch and --json contradict each other');
    return await withApi(choice, context, async (api) => {
      if (watch) return await watchHolds(api, context, status ?? 'waiting');
      const answer = await readHolds(api, status);
      return show(context, answer, (terminal) => table(terminal, HEAD, rowsOf(answer.holds, terminal), 'No tool call is held.'));
    });
  },
});

async function readHolds(api: ApiClient, status: string | undefined): Promise<z.output<typeof listSchema>> {
  return readAnswer(listSchema, await api.call('GET', HOLDS, { query: { status, limit: MOST_LISTED } }));
}

async function watchHolds(api: ApiClient, { terminal, signals }: Context, status: string): Promise<typeof EXIT.ok> {
  const known = new Set<string>();
  terminal.note('Ctrl-C ends this.');
  while (!signals.first.aborted) {
    try {
      const fresh = (await readHolds(api, status)).holds.filter(({ id }) => !known.has(id)).reverse();
      for (const { id } of fresh) known.add(id);
      if (fresh.length > 0) table(terminal, HEAD, rowsOf(fresh, terminal), '');
      await pause(WATCH_MS, undefined, { signal: signals.first });
    } catch (error) {
      if (!signals.first.aborted) throw error;
    }
  }
  return EXIT.ok;
}

const HEAD = ['ID', 'STATUS', 'SINCE', 'UNTIL', 'WHO', 'TOOL', 'WHY'];

function rowsOf(holds: readonly Hold[], terminal: Terminal): (string | null)[][] {
  return holds.map((hold) => [
    hold.id,
    stateText(terminal, hold.status),
    moment(hold.createdAt),
    moment(hold.expiresAt),
    hold.principal,
    hold.tool,
    commas([...hold.reasons, ...(hold.tainted ? ['tainted'] : [])]),
  ]);
}

const showOne = command({
  flags: { id: ID, ...API_FLAGS },
  details: 'Shows one held call with its arguments in the clear: they are real values, for whoever decides.',
  examples: [['sekisho access holds show hld_…', 'Before you decide']],
  run: ({ id, ...choice }, context) =>
    withApi(choice, context, async (api) => {
      const answer = await readHold(api, id);
      return show(context, answer, (terminal) => writeHold(answer, terminal.out, terminal));
    }),
});

async function readHold(api: ApiClient, id: string): Promise<z.output<typeof detailSchema>> {
  return readAnswer(detailSchema, await api.call('GET', `${HOLDS}/${segment(id)}`));
}

function writeHold({ hold, call }: z.output<typeof detailSchema>, write: (text: string) => void, terminal: Terminal): void {
  const to: Terminal = { ...terminal, out: write, note: write };
  facts(to, [
    ['id', hold.id],
    ['status', stateText(terminal, hold.status)],
    ['who', hold.principal],
    ['grant', hold.grant],
    ['request', hold.request],
    ['route', `${hold.route} → ${hold.deployment}`],
    ['since', moment(hold.createdAt)],
    ['until', moment(hold.expiresAt)],
    ['tool', call?.tool ?? hold.tool],
    ['tainted', hold.tainted ? 'the conversation held results of tools from outside' : null],
    ['decided', hold.decision === null ? null : `${hold.decision.name}, ${moment(hold.decision.at)}: ${hold.decision.reason}`],
    ['delivered', moment(hold.deliveredAt)],
  ]);
  if (call === null) return write('The call itself has been erased.');
  for (const { code, text } of call.reasons) write(`  ${terminal.style('yellow', '!')} ${plain(text)} (${plain(code)})`);
  if (call.targets.length > 0)
    table(
      to,
      ['TARGET', 'STANDING', 'KIND', 'AS WRITTEN'],
      call.targets.map(({ kind, value, written, standing }) => [value, standing, kind, written === value ? null : written]),
      '',
    );
  write(terminal.style('dim', 'arguments'));
  for (const line of call.arguments.split('\n')) write(`  ${plain(line)}`);
}

function decision(which: 'approve' | 'deny') {
  return command({
    flags: { id: ID, reason: WHY_FLAG, yes: YES_FLAG, ...API_FLAGS },
    details:
      which === 'approve'
        ? 'Shows the call and asks, then lets it through, once, for as long as approvals are valid. Nobody approves a call of their own.'
        : 'Refuses the call. The client is told so, and the call is never delivered.',
    examples: [
      which === 'approve'
        ? ['sekisho access holds approve hld_… --reason "checked with the plant"', 'After a look']
        : ['sekisho access holds deny hld_… --reason "not our network"', 'Not this one'],
    ],
    run: ({ id, reason, yes, ...choice }, context) => {
      const body = { reason: readReason(reason) };
      return withApi(choice, context, async (api) => {
        if (which === 'approve' && !yes) {
          writeHold(await readHold(api, id), context.terminal.note, { ...context.terminal, style: context.terminal.noteStyle });
          await confirmSeen('Let this call through?', { yes, context });
        }
        const hold = readAnswer(holdSchema, await api.call('POST', `${HOLDS}/${segment(id)}/${which}`, { body }));
        return show(context, hold, (terminal) =>
          done(
            terminal,
            which === 'approve' ? `${hold.id} may be delivered once, until ${moment(hold.expiresAt)}` : `${hold.id} is denied`,
          ),
        );
      });
    },
  });
}

export const accessHolds: Group = {
  kind: 'group',
  details:
    'Tool calls that a model proposed and that the review could neither allow nor deny: they wait for a person, and without an approval they are ' +
    'never delivered.',
  commands: {
    list: { summary: 'Who waits, with what', load: () => Promise.resolve(list) },
    show: { summary: 'One of them, with its arguments', load: () => Promise.resolve(showOne) },
    approve: { summary: 'Let it through, once', load: () => Promise.resolve(decision('approve')) },
    deny: { summary: 'Refuse it', load: () => Promise.resolve(decision('deny')) },
  },
};
