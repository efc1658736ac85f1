// sekisho access applications approve, reject. A decision is about what was seen: it names the version of the application.
import { z } from 'zod';
import { REJECTION_CODES } from '#access';
import { SekishoError } from '#kernel';
import { API_FLAGS, readAnswer, withApi, type ApiClient } from '../api-client.ts';
import { applicationSchema, pathOf, readApplication, writeApplication, type ApplicationAnswer } from '../access-applications.ts';
import { confirmSeen, readReason, readYaml, WHY_FLAG, YES_FLAG } from '../access-input.ts';
import { done, show } from '../access-output.ts';
import { command, type Context } from '../command.ts';
import { usageError } from '../failure.ts';
import type { Terminal } from '../terminal.ts';

const ID = { type: 'positional', required: true, description: 'Its id, such as app_…' } as const;

const SEEN = {
  type: 'string',
  valueHint: 'VERSION',
  description: 'The version that you have seen; it must not have changed since',
} as const;

export const applicationsApprove = command({
  flags: {
    id: ID,
    reason: WHY_FLAG,
    terms: {
      type: 'string',
      valueHint: 'FILE',
      description: 'YAML with what to approve instead of everything: capabilities, scope, conditions, programs, tier, startsAt, endsAt',
    },
    seen: SEEN,
    yes: YES_FLAG,
    ...API_FLAGS,
  },
  details:
    'Shows the application and asks, then approves what was applied for, or less. Never more. Tier 2 becomes a grant with the second approval, by ' +
    'somebody else; where two approvers differ, the grant is what both approved.\n\n' +
    'Nobody approves their own, or what they screened. Sign-in with a passkey, or single sign-on with MFA, is needed.',
  examples: [
    ['sekisho access applications approve app_… --reason "needed for the yearly test"', 'As it was applied for'],
    ['sekisho access applications approve app_… --terms less.yaml --reason "two networks only"', 'Less'],
    [
      'sekisho access applications approve app_… --seen 7 --yes --reason "discussed on Monday"',
      'From a script, exactly what was discussed',
    ],
  ],
  run: ({ id, reason, terms: file, seen, yes, ...choice }, context) => {
    const given = { reason: readReason(reason), ...(file === undefined ? {} : { terms: readYaml(file) }) };
    return withApi(choice, context, async (api) => {
      const version = await seenVersion(api, context, { id, seen, yes, question: 'Approve it?' });
      const schema = z.looseObject({ application: applicationSchema, grant: z.looseObject({ id: z.string() }).nullable() });
      const answer = readAnswer(schema, await api.call('POST', pathOf(id, 'approve'), { body: { version, ...given } }));
      return show(context, answer, (terminal) => {
        const { application, grant } = answer;
        done(
          terminal,
          grant === null
            ? `${application.id}: approved by you; somebody else has to approve it as well`
            : `${application.id}: approved, ${grant.id}`,
        );
      });
    });
  },
});

export const applicationsReject = command({
  flags: {
    id: ID,
    code: {
      type: 'enum',
      required: true,
      options: REJECTION_CODES,
      valueHint: 'CODE',
      description: `What kind of reason: ${REJECTION_CODES.join(', ')}`,
    },
    reason: WHY_FLAG,
    seen: SEEN,
    yes: YES_FLAG,
    ...API_FLAGS,
  },
  details: 'Rejects an application. The applicant reads the reason and can appeal; other people then screen and decide.',
  examples: [
    ['sekisho access applications reject app_… --code target-not-authorised --reason "no letter of the owner"', 'With what is missing'],
  ],
  run: ({ id, code, reason, seen, yes, ...choice }, context) => {
    const given = { code, reason: readReason(reason) };
    return withApi(choice, context, async (api) => {
      const version = await seenVersion(api, context, { id, seen, yes, question: 'Reject it?' });
      const one = readAnswer(applicationSchema, await api.call('POST', pathOf(id, 'reject'), { body: { version, ...given } }));
      return show(context, one, (terminal) => done(terminal, `${one.id}: ${one.state}`));
    });
  },
});

async function seenVersion(
  api: ApiClient,
  context: Context,
  { id, seen, yes, question }: { readonly id: string; readonly seen: string | undefined; readonly yes: boolean; readonly question: string },
): Promise<number> {
  if (seen !== undefined && !/^[1-9]\d{0,8}$/.test(seen)) throw usageError('--seen is a version, such as 7');
  const one: ApplicationAnswer = await readApplication(api, id);
  if (seen !== undefined && Number(seen) !== one.version) {
    throw new SekishoError('changed-meanwhile', `it is at version ${one.version}, and not ${seen} any more`, {
      hint: `sekisho access applications show ${id} shows it.`,
    });
  }
  if (!yes) {
    const { noteStyle, note } = context.terminal;
    const aside: Terminal = { ...context.terminal, style: noteStyle, out: note };
    if (!context.json) writeApplication(one, aside);
    await confirmSeen(question, { yes, context });
  }
  return one.version;
}
