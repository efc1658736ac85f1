// sekisho access applications submit, withdraw, appeal, comment
import { API_FLAGS, readAnswer, withApi, type ApiChoice } from '../api-client.ts';
import { applicationSchema, pathOf } from '../access-applications.ts';
import { readReason, WHY_FLAG } from '../access-input.ts';
import { done, show } from '../access-output.ts';
import { command, type Context } from '../command.ts';
import type { ExitCode } from '../exit-codes.ts';

const ID = { type: 'positional', required: true, description: 'Its id, such as app_…' } as const;

export const applicationsSubmit = command({
  flags: { id: ID, ...API_FLAGS },
  details: 'Submits a draft. What it lacks is said field by field, and the draft stays as it is.',
  examples: [['sekisho access applications submit app_…', 'It is complete']],
  run: ({ id, ...choice }, context) => act(choice, context, { id, part: 'submit', body: {} }),
});

export const applicationsWithdraw = command({
  flags: { id: ID, reason: WHY_FLAG, ...API_FLAGS },
  details: 'Takes an application of your own back, while it is not decided.',
  examples: [['sekisho access applications withdraw app_… --reason "the test was called off"', 'Not needed any more']],
  run: ({ id, reason, ...choice }, context) => act(choice, context, { id, part: 'withdraw', body: { reason: readReason(reason) } }),
});

export const applicationsAppeal = command({
  flags: { id: ID, reason: WHY_FLAG, ...API_FLAGS },
  details: 'Appeals a rejection of your own application. Other people screen and decide it again.',
  examples: [['sekisho access applications appeal app_… --reason "the owner’s letter is attached now"', 'With what was missing']],
  run: ({ id, reason, ...choice }, context) => act(choice, context, { id, part: 'appeal', body: { reason: readReason(reason) } }),
});

export const applicationsComment = command({
  flags: {
    id: ID,
    text: { type: 'string', required: true, valueHint: 'TEXT', description: 'The remark' },
    internal: { type: 'boolean', description: 'Kept from the applicant' },
    ...API_FLAGS,
  },
  details: 'Remarks on an application. The applicant reads it, unless it is internal.',
  examples: [['sekisho access applications comment app_… --text "please attach the owner’s letter"', 'A question']],
  run: ({ id, text, internal, ...choice }, context) =>
    act(choice, context, { id, part: 'comments', body: { text: readReason(text), ...(internal ? { isInternal: true } : {}) } }),
});

function act(
  choice: ApiChoice,
  context: Context,
  { id, part, body }: { readonly id: string; readonly part: string; readonly body: object },
): Promise<ExitCode> {
  return withApi(choice, context, async (api) => {
    const one = readAnswer(applicationSchema, await api.call('POST', pathOf(id, part), { body }));
    return show(context, one, (terminal) => done(terminal, `${one.id}: ${one.state}`));
  });
}
