// sekisho access applications screen
import { z } from 'zod';
import { API_FLAGS, readAnswer, withApi, type ApiClient } from '../api-client.ts';
import { applicationSchema, pathOf, readApplication, writeApplication, type ApplicationAnswer } from '../access-applications.ts';
import { readReason, readYaml, segment } from '../access-input.ts';
import { done, show } from '../access-output.ts';
import { command } from '../command.ts';
import { usageError } from '../failure.ts';

const VERDICTS = ['pass', 'fail', 'not-applicable'] as const;

const decisionsSchema = z.record(z.string().min(1).max(64), z.strictObject({ verdict: z.enum(VERDICTS), reason: z.string().min(1) }));

type Decisions = z.output<typeof decisionsSchema>;

export const applicationsScreen = command({
  flags: {
    id: { type: 'positional', required: true, description: 'Its id, such as app_…' },
    claim: { type: 'boolean', description: 'Take it, also over from another screener' },
    item: { type: 'string', valueHint: 'ITEM', description: 'Decide this item of the checklist; with --verdict and --reason' },
    verdict: { type: 'enum', options: VERDICTS, description: 'What you found' },
    reason: { type: 'string', valueHint: 'TEXT', description: 'Why; kept with the item and in the ledger' },
    decisions: { type: 'string', valueHint: 'FILE', description: 'YAML with items, each with verdict and reason: several at once' },
    finish: { type: 'boolean', description: 'Hand it on to approvers, once every item is decided' },
    ...API_FLAGS,
  },
  details:
    'Screens an application item by item, in this order: take it, decide, hand it on; one call may do all of them. Without any of them it shows how ' +
    'far it is. `sekisho access form --checklist` says what each item means.',
  examples: [
    ['sekisho access applications screen app_… --claim', 'Take it'],
    ['sekisho access applications screen app_… --item identity --verdict pass --reason "seen the card"', 'One item'],
    ['sekisho access applications screen app_… --decisions checked.yaml --finish', 'The rest, and on'],
  ],
  run: ({ id, claim, item, verdict, reason, decisions: file, finish, ...choice }, context) => {
    const decisions = decisionsOf({ item, verdict, reason, file });
    return withApi(choice, context, async (api) => {
      const one = await screen(api, id, { claim, decisions, finish });
      if (one === undefined) {
        const found = await readApplication(api, id);
        return show(context, found, (terminal) => writeApplication(found, terminal));
      }
      return show(context, one, (terminal) => {
        const decided = one.rounds?.at(-1)?.screening.length ?? 0;
        done(terminal, `${one.id}: ${one.state}, ${decided} items decided`);
      });
    });
  },
});

function decisionsOf(given: {
  readonly item: string | undefined;
  readonly verdict: (typeof VERDICTS)[number] | undefined;
  readonly reason: string | undefined;
  readonly file: string | undefined;
}): Decisions {
  const { item, verdict, reason, file } = given;
  const count = [item, verdict, reason].filter((part) => part !== undefined).length;
  if (count !== 0 && count !== 3) throw usageError('--item, --verdict and --reason go together');
  const one: Decisions =
    item !== undefined && verdict !== undefined && reason !== undefined ? { [item]: { verdict, reason: readReason(reason) } } : {};
  if (file === undefined) return one;
  const read = decisionsSchema.safeParse(readYaml(file));
  if (!read.success) {
    const [issue] = read.error.issues;
    throw usageError(`${file}: ${issue!.path.join('.')} ${issue!.message}`, 'Such as: identity: { verdict: pass, reason: seen the card }');
  }
  return { ...read.data, ...one };
}

/** Undefined: nothing was asked for. */
async function screen(
  api: ApiClient,
  id: string,
  { claim, decisions, finish }: { readonly claim: boolean; readonly decisions: Decisions; readonly finish: boolean },
): Promise<ApplicationAnswer | undefined> {
  let one: unknown;
  if (claim) one = await api.call('POST', pathOf(id, 'screening', 'claim'));
  for (const [item, body] of Object.entries(decisions))
    one = await api.call('PUT', pathOf(id, 'screening', 'items', segment(item)), { body });
  if (finish) one = await api.call('POST', pathOf(id, 'screening', 'finish'));
  return one === undefined ? undefined : readAnswer(applicationSchema, one);
}
