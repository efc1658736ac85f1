// sekisho access grants: the group and its commands.
import { z } from 'zod';
import { CAPABILITIES } from '#access';
import { API_FLAGS, readAnswer, withApi, type ApiChoice, type ApiClient } from '../api-client.ts';
import { applicationSchema } from '../access-applications.ts';
import { readReason, readUntil, readYaml, segment, WHY_FLAG } from '../access-input.ts';
import { commas, day, done, facts, moment, show, stateText, table } from '../access-output.ts';
import { command, type Context, type Group } from '../command.ts';
import type { ExitCode } from '../exit-codes.ts';
import { usageError } from '../failure.ts';

const GRANTS = '/api/v1/grants';
const MOST_LISTED = 200;

const CONDITIONS = ['passkey', 'sso-mfa', 'training'] as const;

const targetSchema = z.looseObject({ kind: z.string(), value: z.string() });

const grantSchema = z.looseObject({
  id: z.string(),
  application: z.string(),
  principal: z.string(),
  state: z.string(),
  stateReason: z.string().nullable(),
  version: z.int(),
  tier: z.int(),
  capabilities: z.array(z.string()),
  scope: z.looseObject({
    targets: z.array(targetSchema),
    excluded: z.array(targetSchema),
    allowedTools: z.array(z.string()).nullable(),
    forbiddenTools: z.array(z.string()),
  }),
  conditions: z.array(z.string()),
  conditionsMet: z.array(z.string()),
  programs: z.array(z.string()),
  startsAt: z.string(),
  endsAt: z.string(),
  recertifyBy: z.string(),
  recertified: z.looseObject({ by: z.string(), at: z.string() }).nullable(),
});

type GrantAnswer = z.output<typeof grantSchema>;

const ID = { type: 'positional', required: true, description: 'Its id, such as grt_…' } as const;

const list = command({
  flags: {
    state: { type: 'enum', options: ['active', 'suspended', 'revoked', 'ended'], description: 'Only these' },
    principal: { type: 'string', valueHint: 'ID', description: 'Only of this principal, by id' },
    before: { type: 'string', valueHint: 'ID', description: 'Only those older than this one: the next page' },
    ...API_FLAGS,
  },
  details: `Lists grants, newest first, at most ${MOST_LISTED}: your own, or all for those who decide, audit or administer.`,
  examples: [['sekisho access grants list --state active', 'What counts now']],
  run: ({ state, principal, before, ...choice }, context) =>
    withApi(choice, context, async (api) => {
      const schema = z.looseObject({ grants: z.array(grantSchema) });
      const answer = readAnswer(schema, await api.call('GET', GRANTS, { query: { state, principal, before, limit: MOST_LISTED } }));
      const { grants } = answer;
      return show(context, answer, (terminal) => {
        table(
          terminal,
          ['ID', 'STATE', 'WHO', 'TIER', 'CAPABILITIES', 'PROGRAMS', 'TARGETS', 'ENDS', 'RECERTIFY BY'],
          grants.map((one) => [
            one.id,
            stateText(terminal, one.state),
            one.principal,
            one.tier,
            commas(one.capabilities),
            commas(one.programs),
            one.scope.targets.length,
            day(one.endsAt),
            day(one.recertifyBy),
          ]),
          'No grants.',
        );
        if (grants.length === MOST_LISTED) terminal.note(`There may be more: --before ${grants.at(-1)!.id}`);
      });
    }),
});

const showOne = command({
  flags: { id: ID, ...API_FLAGS },
  details: 'Shows one grant: who, for what, on which targets, under which conditions, until when.',
  examples: [['sekisho access grants show grt_…', 'Everything']],
  run: ({ id, ...choice }, context) =>
    withApi(choice, context, async (api) => {
      const one = await readGrant(api, id);
      return show(context, one, (terminal) => {
        const { allowedTools, forbiddenTools, targets, excluded } = one.scope;
        const conditions = one.conditions.map((each) => (one.conditionsMet.includes(each) ? `${each} (met)` : each));
        facts(terminal, [
          ['id', `${one.id}, version ${one.version}`],
          ['state', stateText(terminal, one.state)],
          ['why', one.stateReason],
          ['who', one.principal],
          ['application', one.application],
          ['tier', one.tier],
          ['capabilities', commas(one.capabilities)],
          ['programs', commas(one.programs)],
          ['conditions', commas(conditions)],
          ['starts', moment(one.startsAt)],
          ['ends', moment(one.endsAt)],
          ['recertify by', moment(one.recertifyBy)],
          ['recertified', moment(one.recertified?.at)],
          ['allowed tools', allowedTools === null ? 'every tool that is not forbidden' : commas(allowedTools)],
          ['forbidden tools', commas(forbiddenTools)],
        ]);
        const rows = [
          ...targets.map(({ kind, value }) => [value, kind, 'authorised']),
          ...excluded.map(({ kind, value }) => [value, kind, 'excluded']),
        ];
        table(terminal, ['TARGET', 'KIND', ''], rows, 'It names no target.');
      });
    }),
});

const narrow = command({
  flags: {
    id: ID,
    reason: WHY_FLAG,
    until: { type: 'string', valueHint: 'WHEN', description: 'An earlier end: after a span (30d) or at a time (ISO 8601)' },
    'without-capability': {
      type: 'enum',
      options: CAPABILITIES,
      repeatable: true,
      valueHint: 'CAPABILITY',
      description: 'A capability to take away',
    },
    'without-target': {
      type: 'string',
      valueHint: 'VALUE',
      repeatable: true,
      description: 'A target to take away, as the grant writes it',
    },
    'without-program': { type: 'string', valueHint: 'PROGRAM', repeatable: true, description: 'A vendor’s program to take away' },
    condition: { type: 'enum', options: CONDITIONS, repeatable: true, description: 'A condition to add' },
    changes: {
      type: 'string',
      valueHint: 'FILE',
      description: 'YAML with capabilities, scope, conditions, programs, endsAt as they are to be',
    },
    ...API_FLAGS,
  },
  details: 'Takes something away from a grant, or adds a condition. It is never widened: for more there is another application.',
  examples: [
    ['sekisho access grants narrow grt_… --until 14d --reason "the test ends early"', 'Less time'],
    ['sekisho access grants narrow grt_… --without-target 203.0.113.0/24 --reason "sold"', 'One network less'],
  ],
  run: ({ id, reason, until, changes: file, ...rest }, context) => {
    const { 'without-capability': capabilities, 'without-target': targets, 'without-program': programs, condition, ...choice } = rest;
    const why = readReason(reason);
    const endsAt = until === undefined ? undefined : readUntil('until', until);
    const hasFlags = endsAt !== undefined || capabilities.length + targets.length + programs.length + condition.length > 0;
    if (hasFlags === (file !== undefined)) throw usageError('say what to take away, by flags or by --changes FILE');
    const given = file === undefined ? undefined : readYaml(file);
    return withApi(choice, context, async (api) => {
      const grant = await readGrant(api, id);
      const changes = given ?? {
        ...(endsAt === undefined ? {} : { endsAt }),
        ...without('capabilities', grant.capabilities, capabilities),
        ...without('programs', grant.programs, programs),
        ...(condition.length === 0 ? {} : { conditions: condition }),
        ...(targets.length === 0 ? {} : { scope: { ...grant.scope, targets: withoutTargets(grant, targets) } }),
      };
      return await acted(api, context, { id, part: 'narrow', body: { version: grant.version, changes, reason: why } });
    });
  },
});

function without(name: string, all: readonly string[], gone: readonly string[]): Record<string, readonly string[]> {
  if (gone.length === 0) return {};
  for (const each of gone) if (!all.includes(each)) throw usageError(`the grant has no ${JSON.stringify(each)}`, `It has: ${commas(all)}.`);
  return { [name]: all.filter((each) => !gone.includes(each)) };
}

function withoutTargets({ scope }: GrantAnswer, gone: readonly string[]): GrantAnswer['scope']['targets'] {
  for (const each of gone)
    if (!scope.targets.some(({ value }) => value === each)) throw usageError(`the grant names no target ${JSON.stringify(each)}`);
  return scope.targets.filter(({ value }) => !gone.includes(value));
}

/** Stopping is about whatever it is now; going on is about what is there now. */
function reasoned(part: 'suspend' | 'resume' | 'revoke' | 'recertify' | 'end', details: string, example: readonly [string, string]) {
  const needsVersion = part === 'resume' || part === 'recertify';
  return command({
    flags: { id: ID, reason: WHY_FLAG, ...API_FLAGS },
    details,
    examples: [[`sekisho access grants ${part} grt_… --reason "${example[0]}"`, example[1]]],
    run: ({ id, reason, ...choice }: { readonly id: string; readonly reason: string } & ApiChoice, context: Context) => {
      const why = readReason(reason);
      return withApi(choice, context, async (api) => {
        const version = needsVersion ? { version: (await readGrant(api, id)).version } : {};
        return await acted(api, context, { id, part, body: { reason: why, ...version } });
      });
    },
  });
}

const meet = command({
  flags: { id: ID, condition: { type: 'enum', required: true, options: CONDITIONS, description: 'Which' }, reason: WHY_FLAG, ...API_FLAGS },
  details: 'Says that a condition which a person confirms is met: training. The others are seen at each use.',
  examples: [['sekisho access grants meet grt_… --condition training --reason "certificate of 1 December"', 'Trained']],
  run: ({ id, condition, reason, ...choice }, context) => {
    const body = { condition, reason: readReason(reason) };
    return withApi(choice, context, (api) => acted(api, context, { id, part: 'conditions', body }));
  },
});

const renew = command({
  flags: { id: ID, ...API_FLAGS },
  details:
    'Begins an application that would follow this grant, with the form of the one that it was made of. It stays a draft until you submit it.',
  examples: [['sekisho access grants renew grt_…', 'Before it ends']],
  run: ({ id, ...choice }, context) =>
    withApi(choice, context, async (api) => {
      const one = readAnswer(applicationSchema, await api.call('POST', `${GRANTS}/${segment(id)}/renew`));
      return show(context, one, (terminal) => {
        done(terminal, `${one.id}: a draft that renews ${id}`);
        terminal.note(`  sekisho access applications show ${one.id} shows it, … submit ${one.id} submits it`);
      });
    }),
});

async function readGrant(api: ApiClient, id: string): Promise<GrantAnswer> {
  return readAnswer(grantSchema, await api.call('GET', `${GRANTS}/${segment(id)}`));
}

async function acted(
  api: ApiClient,
  context: Context,
  { id, part, body }: { readonly id: string; readonly part: string; readonly body: object },
): Promise<ExitCode> {
  const one = readAnswer(grantSchema, await api.call('POST', `${GRANTS}/${segment(id)}/${part}`, { body }));
  return show(context, one, (terminal) =>
    done(terminal, `${one.id}: ${one.state} until ${day(one.endsAt)}, recertify by ${day(one.recertifyBy)}`),
  );
}

const suspend = reasoned('suspend', 'Suspends a grant at once, on every node, until somebody resumes it.', [
  'under investigation',
  'In doubt',
]);
const resume = reasoned('resume', 'Lets a suspended grant go on.', ['cleared up', 'It was nothing']);
const revoke = reasoned('revoke', 'Revokes a grant for good, at once, on every node.', ['left the team', 'For good']);
const recertify = reasoned(
  'recertify',
  'Says that a grant is still needed. When it is not said in time, the grant does not count until it is.',
  ['still on the red team', 'Still needed'],
);
const end = reasoned('end', 'Gives a grant of your own back.', ['the work is done', 'Not needed any more']);

export const accessGrants: Group = {
  kind: 'group',
  details: 'A grant says who may do what, on which targets, until when. It is only ever narrowed; for more there is another application.',
  commands: {
    list: { summary: 'Grants, newest first', load: () => Promise.resolve(list) },
    show: { summary: 'One of them', load: () => Promise.resolve(showOne) },
    narrow: { summary: 'Take something away', load: () => Promise.resolve(narrow) },
    suspend: { summary: 'Suspend it, at once', load: () => Promise.resolve(suspend) },
    resume: { summary: 'Let it go on', load: () => Promise.resolve(resume) },
    revoke: { summary: 'Revoke it, for good', load: () => Promise.resolve(revoke) },
    recertify: { summary: 'Say that it is still needed', load: () => Promise.resolve(recertify) },
    meet: { summary: 'Say that a condition is met', load: () => Promise.resolve(meet) },
    end: { summary: 'Give back one of your own', load: () => Promise.resolve(end) },
    renew: { summary: 'Begin an application that follows it', load: () => Promise.resolve(renew) },
  },
};
