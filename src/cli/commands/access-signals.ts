// sekisho access signals
import { z } from 'zod';
import { SIGNAL_KINDS } from '#access';
import { API_FLAGS, readAnswer, withApi } from '../api-client.ts';
import { commas, moment, show, table } from '../access-output.ts';
import { principalOf } from '../access-principal.ts';
import { command } from '../command.ts';
import { usageError } from '../failure.ts';

const DEFAULT_LISTED = 50;
const MOST_LISTED = 200;

const answerSchema = z.looseObject({
  signals: z.array(
    z.looseObject({
      id: z.string(),
      principal: z.string(),
      kind: z.string(),
      weight: z.number(),
      request: z.string().nullable(),
      at: z.string(),
      count: z.int(),
      evidence: z.looseObject({ codes: z.array(z.string()).optional() }),
      caseId: z.string().nullable(),
    }),
  ),
});

export const accessSignals = command({
  flags: {
    principal: { type: 'string', valueHint: 'NAME', description: 'Only of this one: a member’s name, or the id of any principal' },
    kind: { type: 'string', valueHint: 'KIND', description: 'Only of this kind' },
    limit: { type: 'string', valueHint: 'N', description: `The newest so many; default ${DEFAULT_LISTED}, at most ${MOST_LISTED}` },
    ...API_FLAGS,
  },
  details:
    'Lists signs of misuse, newest first, for approvers, auditors and administrators: those of a case, and those of people who are still ' +
    'clear, which are in no case yet. No values of requests are in them; `sekisho ledger show REQUEST` says what was asked. ' +
    `Names are looked up by auditors and administrators; approvers give ids.\n\nKinds: ${commas(SIGNAL_KINDS)}.`,
  examples: [
    ['sekisho access signals', 'What has come in'],
    ['sekisho access signals --principal hanako --json', 'All that is known of one person, with the evidence'],
    ['sekisho access signals --kind provider-refusal', 'What providers refused'],
  ],
  run: ({ principal, kind, limit: given, ...choice }, context) => {
    if (kind !== undefined && !(SIGNAL_KINDS as readonly string[]).includes(kind))
      throw usageError(`there is no kind of signal ${JSON.stringify(kind.slice(0, 40))}`, `There are ${commas(SIGNAL_KINDS)}.`);
    const limit = limitOf(given);
    return withApi(choice, context, async (api) => {
      const id = principal === undefined ? undefined : await principalOf(api, principal);
      const answer = readAnswer(answerSchema, await api.call('GET', '/api/v1/signals', { query: { principal: id, kind, limit } }));
      return show(context, answer, (terminal) =>
        table(
          terminal,
          ['AT', 'SIGNAL', 'WEIGHT', 'COUNT', 'WHO', 'REQUEST', 'CASE', 'CODES'],
          answer.signals.map((one) => [
            moment(one.at),
            one.kind,
            one.weight,
            one.count,
            one.principal,
            one.request,
            one.caseId,
            commas(one.evidence.codes ?? []),
          ]),
          'No signals.',
        ),
      );
    });
  },
});

function limitOf(text: string | undefined): number {
  if (text === undefined) return DEFAULT_LISTED;
  const limit = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (limit < 1 || limit > MOST_LISTED) throw usageError(`--limit is a whole number from 1 to ${MOST_LISTED}`);
  return limit;
}
