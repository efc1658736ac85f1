// sekisho access standing
import { z } from 'zod';
import { API_FLAGS, readAnswer, withApi } from '../api-client.ts';
import { readReason, segment } from '../access-input.ts';
import { done, facts, moment, show, stateText, table } from '../access-output.ts';
import { principalOf } from '../access-principal.ts';
import { command } from '../command.ts';
import { usageError } from '../failure.ts';

const STANDINGS = ['clear', 'review', 'restricted', 'suspended'] as const;
const MOST_LISTED = 200;

const standingSchema = z.looseObject({
  principal: z.string(),
  standing: z.string(),
  score: z.number(),
  since: z.string().nullable(),
  reason: z.string().nullable(),
  case: z.string().nullable(),
});

export const accessStanding = command({
  flags: {
    name: { type: 'positional', description: 'Whose: a member’s name, or the id of any principal; default: your own' },
    list: { type: 'boolean', description: 'Everybody who is not clear' },
    set: { type: 'enum', options: STANDINGS, description: 'Set it; not your own' },
    reason: { type: 'string', valueHint: 'TEXT', description: 'Why; with --set' },
    ...API_FLAGS,
  },
  details:
    'What signs of misuse have made of somebody: clear; review, somebody looks; restricted, no routes that need a grant; suspended, nothing at all. ' +
    'Setting it reaches every worker within a second, opens or closes the case, and is in the ledger. Setting it to clear begins the score anew.',
  examples: [
    ['sekisho access standing', 'Your own'],
    ['sekisho access standing --list', 'Who is under watch'],
    ['sekisho access standing sato --set suspended --reason "laptop stolen"', 'At once'],
  ],
  run: ({ name, list, set, reason, ...choice }, context) => {
    if (list && (name !== undefined || set !== undefined)) throw usageError('--list stands alone');
    if (set !== undefined && name === undefined) throw usageError('--set needs to know whose', 'Name a member, or the id of a principal.');
    if ((set === undefined) !== (reason === undefined)) throw usageError('--set and --reason go together');
    const body = set === undefined ? undefined : { standing: set, reason: readReason(reason!) };
    return withApi(choice, context, async (api) => {
      if (list) {
        const schema = z.looseObject({ standings: z.array(standingSchema) });
        const answer = readAnswer(schema, await api.call('GET', '/api/v1/standings', { query: { limit: MOST_LISTED } }));
        return show(context, answer, (terminal) =>
          table(
            terminal,
            ['WHO', 'STANDING', 'SCORE', 'SINCE', 'CASE', 'WHY'],
            answer.standings.map((one) => [
              one.principal,
              stateText(terminal, one.standing),
              one.score.toFixed(1),
              moment(one.since),
              one.case,
              one.reason,
            ]),
            'Everybody is clear.',
          ),
        );
      }
      const path = name === undefined ? '/api/v1/standing' : `/api/v1/standings/${segment(await principalOf(api, name))}`;
      const one = readAnswer(standingSchema, await (body === undefined ? api.call('GET', path) : api.call('PUT', path, { body })));
      return show(context, one, (terminal) => {
        if (body !== undefined) return done(terminal, `${name!} is ${one.standing}`);
        facts(terminal, [
          ['who', one.principal],
          ['standing', stateText(terminal, one.standing)],
          ['score', one.score.toFixed(1)],
          ['since', moment(one.since)],
          ['why', one.reason],
          ['case', one.case],
        ]);
      });
    });
  },
});
