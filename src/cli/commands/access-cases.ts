// sekisho access cases: the group and its commands.
import { writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { API_FLAGS, readAnswer, withApi, type ApiChoice, type ApiClient } from '../api-client.ts';
import { readReason, segment } from '../access-input.ts';
import { commas, done, facts, moment, show, stateText, table } from '../access-output.ts';
import { command, type Context, type Group } from '../command.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { plain } from '../terminal.ts';

const CASES = '/api/v1/cases';
const MOST_LISTED = 200;

const caseSchema = z.looseObject({
  id: z.string(),
  principal: z.string().nullable(),
  cause: z.string(),
  state: z.string(),
  openedAt: z.string(),
  closedAt: z.string().nullable(),
  vendorNotice: z.looseObject({ vendor: z.string(), case: z.string(), notice: z.string(), reason: z.string().nullable() }).nullable(),
  appeals: z.int(),
});

const detailSchema = caseSchema.extend({
  events: z.array(
    z.looseObject({ at: z.string(), kind: z.string(), by: z.looseObject({ name: z.string() }).nullable(), text: z.string().nullable() }),
  ),
  signals: z.array(
    z.looseObject({
      kind: z.string(),
      weight: z.number(),
      request: z.string().nullable(),
      at: z.string(),
      count: z.int(),
      evidence: z.looseObject({ codes: z.array(z.string()).optional() }),
    }),
  ),
});

const ID = { type: 'positional', required: true, description: 'Its id, such as cas_…' } as const;
const TEXT = { type: 'string', required: true, valueHint: 'TEXT', description: 'What is to be kept with it, in your words' } as const;

const list = command({
  flags: {
    state: { type: 'enum', options: ['open', 'appealed', 'closed'], description: 'Only these' },
    principal: { type: 'string', valueHint: 'ID', description: 'Only of this principal, by id' },
    ...API_FLAGS,
  },
  details: `Lists cases, newest first, at most ${MOST_LISTED}: your own, or all for approvers, auditors and administrators.`,
  examples: [['sekisho access cases list --state appealed', 'Who waits for an answer']],
  run: ({ state, principal, ...choice }, context) =>
    withApi(choice, context, async (api) => {
      const schema = z.looseObject({ cases: z.array(caseSchema) });
      const answer = readAnswer(schema, await api.call('GET', CASES, { query: { state, principal, limit: MOST_LISTED } }));
      return show(context, answer, (terminal) =>
        table(
          terminal,
          ['ID', 'STATE', 'OPENED', 'CAUSE', 'WHO', 'VENDOR'],
          answer.cases.map((one) => [
            one.id,
            stateText(terminal, one.state),
            moment(one.openedAt),
            one.cause,
            one.principal ?? 'nobody known',
            one.vendorNotice === null ? null : `${one.vendorNotice.vendor}: ${one.vendorNotice.notice}`,
          ]),
          'No cases.',
        ),
      );
    }),
});

const showOne = command({
  flags: { id: ID, ...API_FLAGS },
  details: 'Shows one case: what happened, and the signals that it stands on. No values of requests are in it.',
  examples: [['sekisho access cases show cas_…', 'The timeline']],
  run: ({ id, ...choice }, context) =>
    withApi(choice, context, async (api) => {
      const one = readAnswer(detailSchema, await api.call('GET', `${CASES}/${segment(id)}`));
      return show(context, one, (terminal) => {
        facts(terminal, [
          ['id', one.id],
          ['state', stateText(terminal, one.state)],
          ['who', one.principal ?? 'nobody known'],
          ['cause', one.cause],
          ['opened', moment(one.openedAt)],
          ['closed', moment(one.closedAt)],
          ['vendor', one.vendorNotice === null ? null : `${one.vendorNotice.vendor} ${one.vendorNotice.case}: ${one.vendorNotice.notice}`],
          ['vendor says', one.vendorNotice?.reason],
        ]);
        table(
          terminal,
          ['AT', 'WHAT', 'BY', 'TEXT'],
          one.events.map(({ at, kind, by, text }) => [moment(at), kind, by?.name, text]),
          '',
        );
        table(
          terminal,
          ['SIGNAL', 'WEIGHT', 'COUNT', 'AT', 'REQUEST', 'CODES'],
          one.signals.map(({ kind, weight, count, at, request, evidence }) => [
            kind,
            weight,
            count,
            moment(at),
            request,
            commas(evidence.codes ?? []),
          ]),
          'No signals.',
        );
      });
    }),
});

const comment = command({
  flags: { id: ID, text: TEXT, ...API_FLAGS },
  details: 'Notes something with a case. Whom the case is about does not read it.',
  examples: [['sekisho access cases comment cas_… --text "called the plant, it was their test"', 'What was found out']],
  run: ({ id, text, ...choice }, context) =>
    act(choice, context, { id, part: 'comments', body: { text: readReason(text) } }, () => 'noted'),
});

const appeal = command({
  flags: { id: ID, text: TEXT, ...API_FLAGS },
  details: 'Appeals, as whom the case is about. Somebody who did not impose the restriction answers.',
  examples: [['sekisho access cases appeal cas_… --text "the target was in scope, see ticket 7"', 'It was not misuse']],
  run: ({ id, text, ...choice }, context) =>
    act(choice, context, { id, part: 'appeal', body: { text: readReason(text) } }, () => 'appealed'),
});

const answer = command({
  flags: {
    id: ID,
    outcome: {
      type: 'enum',
      required: true,
      options: ['granted', 'upheld'],
      description: 'granted lifts the restriction, upheld keeps it',
    },
    text: TEXT,
    ...API_FLAGS,
  },
  details: 'Answers an appeal. Who put the restriction there does not answer it, and nobody answers their own.',
  examples: [['sekisho access cases answer cas_… --outcome granted --text "in scope indeed"', 'Lifted']],
  run: ({ id, outcome, text, ...choice }, context) =>
    act(choice, context, { id, part: 'appeal/answer', body: { outcome, text: readReason(text) } }, () => `the appeal is ${outcome}`),
});

const close = command({
  flags: { id: ID, text: TEXT, ...API_FLAGS },
  details: 'Closes a case that stands for no restriction. One that does is closed by setting the standing to clear.',
  examples: [['sekisho access cases close cas_… --text "a known scanner"', 'Nothing to it']],
  run: ({ id, text, ...choice }, context) => act(choice, context, { id, part: 'close', body: { text: readReason(text) } }, () => 'closed'),
});

const pack = command({
  flags: {
    id: ID,
    task: { type: 'string', valueHint: 'TEXT', description: 'What the work was; masked before it goes into the pack' },
    output: { type: 'string', alias: 'o', valueHint: 'FILE', description: 'Write Markdown to this new file; default: standard output' },
    ...API_FLAGS,
  },
  details:
    'What to send to a vendor that refused or warned without cause: request ids, times, models and programs, and the task in masked words. No name ' +
    'and no value is in it. That it was made, and its hash, are in the ledger.',
  examples: [
    ['sekisho access cases pack cas_… --task "yearly test of our own portal" -o pack.md', 'For the vendor’s form'],
    ['sekisho access cases pack cas_… --json', 'For a program'],
  ],
  run: ({ id, task, output, ...choice }, context) =>
    withApi(choice, context, async (api) => {
      const path = `${CASES}/${segment(id)}/false-positive-pack`;
      const body = task === undefined ? {} : { task };
      const { terminal } = context;
      if (context.json) {
        const made = readAnswer(z.looseObject({}), await api.call('POST', path, { body: { ...body, format: 'json' } }));
        return show(context, made, () => undefined);
      }
      const text = (await api.bytes('POST', path, { body: { ...body, format: 'markdown' } })).toString('utf8');
      if (output === undefined) {
        for (const line of text.trimEnd().split('\n')) terminal.out(plain(line));
        return EXIT.ok;
      }
      await writeFile(output, text, { flag: 'wx', mode: 0o600 });
      terminal.note(`${terminal.noteStyle('green', '✓')} written to ${plain(output)}`);
      return EXIT.ok;
    }),
});

function act(
  choice: ApiChoice,
  context: Context,
  { id, part, body }: { readonly id: string; readonly part: string; readonly body: object },
  words: () => string,
): Promise<ExitCode> {
  return withApi(choice, context, async (api: ApiClient) => {
    const one = readAnswer(caseSchema, await api.call('POST', `${CASES}/${segment(id)}/${part}`, { body }));
    return show(context, one, (terminal) => done(terminal, `${one.id}: ${words()}`));
  });
}

export const accessCases: Group = {
  kind: 'group',
  details:
    'Cases hold what signals, vendors or people said of somebody, what was decided, and the appeal. Nobody decides a case of their own.',
  commands: {
    list: { summary: 'Cases, newest first', load: () => Promise.resolve(list) },
    show: { summary: 'One of them, with its timeline', load: () => Promise.resolve(showOne) },
    comment: { summary: 'Note something', load: () => Promise.resolve(comment) },
    appeal: { summary: 'Appeal, as whom it is about', load: () => Promise.resolve(appeal) },
    answer: { summary: 'Answer an appeal', load: () => Promise.resolve(answer) },
    close: { summary: 'Close one that stands for no restriction', load: () => Promise.resolve(close) },
    pack: { summary: 'What to send to a vendor about a false positive', load: () => Promise.resolve(pack) },
  },
};
