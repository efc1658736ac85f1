// sekisho access applications list, show
import { z } from 'zod';
import { APPLICATION_STATES } from '#access';
import { API_FLAGS, readAnswer, withApi } from '../api-client.ts';
import { APPLICATIONS, outlineRows, outlineSchema, pathOf, readApplication, writeApplication } from '../access-applications.ts';
import { moment, show, table } from '../access-output.ts';
import { command } from '../command.ts';

const MOST_LISTED = 200;

export const applicationsList = command({
  flags: {
    state: { type: 'enum', options: APPLICATION_STATES, description: 'Only these' },
    before: { type: 'string', valueHint: 'ID', description: 'Only those older than this one: the next page' },
    ...API_FLAGS,
  },
  details: `Lists applications, newest first, at most ${MOST_LISTED}: your own, or all for those who decide, audit or administer.`,
  examples: [
    ['sekisho access applications list --state submitted', 'What waits for a screener'],
    ['sekisho access applications list --state screened', 'What waits for an approver'],
  ],
  run: ({ state, before, ...choice }, context) =>
    withApi(choice, context, async (api) => {
      const schema = z.looseObject({ applications: z.array(outlineSchema) });
      const answer = readAnswer(schema, await api.call('GET', APPLICATIONS, { query: { state, before, limit: MOST_LISTED } }));
      const { applications } = answer;
      return show(context, answer, (terminal) => {
        const head = ['ID', 'STATE', 'OWNER', 'TIER', 'CAPABILITIES', 'SCREENER', 'APPROVALS', 'SINCE', 'GRANT'];
        table(terminal, head, outlineRows(applications, terminal), 'No applications.');
        if (applications.length === MOST_LISTED) terminal.note(`There may be more: --before ${applications.at(-1)!.id}`);
      });
    }),
});

const eventSchema = z.looseObject({ name: z.string(), at: z.string(), type: z.string(), version: z.int(), reason: z.string().nullable() });

export const applicationsShow = command({
  flags: {
    id: { type: 'positional', required: true, description: 'Its id, such as app_…' },
    history: { type: 'boolean', description: 'What was done with it and its grant, instead' },
    ...API_FLAGS,
  },
  details:
    'Shows one application: the form, screening, decisions, documents and remarks. Administrators see how it stands and nothing that anybody wrote.',
  examples: [
    ['sekisho access applications show app_…', 'Everything'],
    ['sekisho access applications show app_… --history', 'Who did what, when'],
  ],
  run: ({ id, history, ...choice }, context) =>
    withApi(choice, context, async (api) => {
      if (!history) {
        const one = await readApplication(api, id);
        return show(context, one, (terminal) => writeApplication(one, terminal));
      }
      const answer = readAnswer(z.looseObject({ events: z.array(eventSchema) }), await api.call('GET', pathOf(id, 'history')));
      return show(context, answer, (terminal) =>
        table(
          terminal,
          ['AT', 'WHAT', 'VERSION', 'BY', 'REASON'],
          answer.events.map(({ at, type, version, name, reason }) => [moment(at), type, version, name, reason]),
          'Nothing was done yet.',
        ),
      );
    }),
});
