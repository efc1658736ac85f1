// sekisho access attestations: the group and its commands.
import { z } from 'zod';
import { API_FLAGS, readAnswer, withApi } from '../api-client.ts';
import { readReason, readUntil, segment, WHY_FLAG } from '../access-input.ts';
import { day, done, show, table } from '../access-output.ts';
import { command, type Group } from '../command.ts';
import { usageError } from '../failure.ts';

const attestationSchema = z.looseObject({
  id: z.string(),
  program: z.string(),
  obligation: z.string(),
  statement: z.string(),
  by: z.looseObject({ name: z.string() }),
  at: z.string(),
  until: z.string(),
  withdrawnAt: z.string().nullable(),
});

const list = command({
  flags: API_FLAGS,
  details: 'Lists attestations, newest first, also those that count no longer.',
  examples: [['sekisho access attestations list', 'Who answers for what, until when']],
  run: (choice, context) =>
    withApi(choice, context, async (api) => {
      const schema = z.looseObject({ attestations: z.array(attestationSchema) });
      const answer = readAnswer(schema, await api.call('GET', '/api/v1/obligations/attestations'));
      const nowMs = Date.now();
      return show(context, answer, (terminal) =>
        table(
          terminal,
          ['ID', 'STATE', 'PROGRAM', 'OBLIGATION', 'BY', 'GIVEN', 'UNTIL', 'STATEMENT'],
          answer.attestations.map((one) => [
            one.id,
            one.withdrawnAt !== null ? 'withdrawn' : Date.parse(one.until) <= nowMs ? 'ended' : 'counts',
            one.program,
            one.obligation,
            one.by.name,
            day(one.at),
            day(one.until),
            one.statement,
          ]),
          'Nobody has attested anything yet.',
        ),
      );
    }),
});

const add = command({
  flags: {
    program: { type: 'positional', required: true, description: 'The program, such as daybreak_red' },
    obligation: { type: 'positional', required: true, description: 'The obligation, as `sekisho access obligations` names it' },
    statement: { type: 'string', required: true, valueHint: 'TEXT', description: 'What it rests on: an agreement, a ticket, a decision' },
    until: {
      type: 'string',
      required: true,
      valueHint: 'WHEN',
      description: 'After a span (90d, 1y) or at a time (ISO 8601); 400 days at most',
    },
    ...API_FLAGS,
  },
  details:
    'You answer, by name, for an obligation that no machine can see. It counts until its end, and only for the words as they are now: when a ' +
    'new version changes the obligation’s text, it is asked for again. It never outweighs what Sekisho sees to be unmet.',
  examples: [
    ['sekisho access attestations add daybreak_red no-resale --statement "Contract 12, section 3" --until 1y', 'For a year'],
    ['sekisho access obligations daybreak_red --unmet', 'What is still missing'],
  ],
  run: ({ program, obligation, statement, until, ...choice }, context) => {
    if (statement.trim() === '') throw usageError('--statement is empty');
    const body = { program, obligation, statement, until: readUntil('until', until) };
    return withApi(choice, context, async (api) => {
      const made = readAnswer(attestationSchema, await api.call('POST', '/api/v1/obligations/attestations', { body }));
      return show(context, made, (terminal) =>
        done(terminal, `${made.id}: ${made.obligation} of ${made.program} is attested until ${day(made.until)}`),
      );
    });
  },
});

const withdraw = command({
  flags: { id: { type: 'positional', required: true, description: 'Its id' }, reason: WHY_FLAG, ...API_FLAGS },
  details: 'Takes an attestation back. The obligation is not met from then on.',
  examples: [['sekisho access attestations withdraw att_… --reason "the contract ended"', 'Not true any more']],
  run: ({ id, reason, ...choice }, context) => {
    const body = { reason: readReason(reason) };
    return withApi(choice, context, async (api) => {
      const path = `/api/v1/obligations/attestations/${segment(id)}/withdraw`;
      const gone = readAnswer(attestationSchema, await api.call('POST', path, { body }));
      return show(context, gone, (terminal) => done(terminal, `${gone.id} is withdrawn`));
    });
  },
});

export const accessAttestations: Group = {
  kind: 'group',
  details:
    'Some demands of vendors no machine can see: that nothing is resold, that customers are not served. A person answers for them, with name, time and end.',
  commands: {
    list: { summary: 'All of them, newest first', load: () => Promise.resolve(list) },
    add: { summary: 'Attest an obligation', load: () => Promise.resolve(add) },
    withdraw: { summary: 'Take one back', load: () => Promise.resolve(withdraw) },
  },
};
