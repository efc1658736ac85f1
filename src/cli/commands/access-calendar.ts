// sekisho access calendar
import { z } from 'zod';
import { API_FLAGS, readAnswer, withApi } from '../api-client.ts';
import { day, show, table } from '../access-output.ts';
import { command } from '../command.ts';
import { usageError } from '../failure.ts';

const MOST_DAYS = 400;

const calendarSchema = z.looseObject({
  due: z.array(
    z.looseObject({
      grant: z.string(),
      principal: z.string(),
      tier: z.int(),
      what: z.string(),
      at: z.string(),
      isOverdue: z.boolean(),
    }),
  ),
});

export const accessCalendar = command({
  flags: {
    days: { type: 'string', valueHint: 'N', default: '30', description: `How far to look, up to ${MOST_DAYS} days` },
    ...API_FLAGS,
  },
  details:
    'Recertifications and ends of grants that are due, the most urgent first. A grant whose recertification is overdue does not count.',
  examples: [
    ['sekisho access calendar', 'The next month'],
    [`sekisho access calendar --days 7 --json | jq -r '.due[].grant'`, 'For a reminder'],
  ],
  run: ({ days: text, ...choice }, context) => {
    const days = Number(text);
    if (!/^\d{1,3}$/.test(text) || days > MOST_DAYS) throw usageError(`--days is a number up to ${MOST_DAYS}`);
    return withApi(choice, context, async (api) => {
      const answer = readAnswer(calendarSchema, await api.call('GET', '/api/v1/access/calendar', { query: { days } }));
      return show(context, answer, (terminal) =>
        table(
          terminal,
          ['WHEN', 'WHAT', 'GRANT', 'WHO', 'TIER'],
          answer.due.map(({ at, what, grant, principal, tier, isOverdue }) => [
            isOverdue ? terminal.style('red', `${day(at)} overdue`) : day(at),
            what,
            grant,
            principal,
            tier,
          ]),
          `Nothing is due within ${days} days.`,
        ),
      );
    });
  },
});
