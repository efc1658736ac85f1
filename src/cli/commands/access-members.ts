// sekisho access members: the group and its commands. The first administrator is made at the first start, not here.
import { z } from 'zod';
import { MEMBER_ROLES } from '#identity';
import { API_FLAGS, readAnswer, withApi, type ApiClient, type Method } from '../api-client.ts';
import { segment } from '../access-input.ts';
import { commas, day, done, moment, show, table } from '../access-output.ts';
import { command, type Context, type Group } from '../command.ts';
import type { ExitCode } from '../exit-codes.ts';
import { usageError } from '../failure.ts';
import { plain } from '../terminal.ts';

const memberSchema = z.looseObject({
  id: z.string(),
  name: z.string(),
  displayName: z.string(),
  kind: z.string(),
  roles: z.array(z.string()),
  isOutside: z.boolean(),
  passkeys: z.int(),
  createdAt: z.string(),
  disabledAt: z.string().nullable(),
});

const MEMBERS = '/api/v1/members';
const MOST_PAGES = 100;

const NAME = { type: 'positional', required: true, description: 'The member, by name or id' } as const;

const list = command({
  flags: API_FLAGS,
  details: 'Lists members by name: roles, passkeys, and whether they may act.',
  examples: [
    ['sekisho access members list', 'Who there is'],
    [`sekisho access members list --json | jq -r '.members[] | select(.passkeys == 0) | .name'`, 'Who has not enrolled yet'],
  ],
  run: (choice, context) =>
    withApi(choice, context, async (api) => {
      const members = await allMembers(api);
      return show(context, { members }, (terminal) =>
        table(
          terminal,
          ['NAME', 'STATE', 'KIND', 'ROLES', 'PASSKEYS', 'SINCE', 'SHOWN AS', 'ID'],
          members.map((one) => [
            one.name,
            stateOf(one),
            one.kind,
            commas(one.roles),
            one.passkeys,
            day(one.createdAt),
            one.displayName === one.name ? null : one.displayName,
            one.id,
          ]),
          'There are no members yet. `sekisho up` prints the link for the first administrator.',
        ),
      );
    }),
});

const add = command({
  flags: {
    name: { type: 'positional', required: true, description: 'A name that nobody has yet, or that of an owner of keys' },
    role: { type: 'enum', options: MEMBER_ROLES, repeatable: true, description: 'What the member may do here' },
    kind: { type: 'enum', options: ['person', 'service'], description: 'What it is; default: person' },
    display: { type: 'string', valueHint: 'TEXT', description: 'How the name is shown; default: the name' },
    email: { type: 'string', valueHint: 'ADDRESS', description: 'Where the member is reached' },
    outside: { type: 'boolean', description: 'Not the operator’s own: refused wherever a grant is needed' },
    enrol: { type: 'boolean', description: 'Also make the link that registers a passkey' },
    ...API_FLAGS,
  },
  details:
    'Makes a person or a service a member. A person signs in after registering a passkey by the link that `enrol` makes. Nobody gives rights to ' +
    'themselves.',
  examples: [
    ['sekisho access members add sato --role defender --role applicant --enrol', 'A defender, with the link'],
    ['sekisho access members add soc-agent --kind service --role defender', 'A service'],
  ],
  run: ({ name, role, kind = 'person', display, email, outside, enrol, ...choice }, context) => {
    if (role.length === 0) throw usageError('give at least one --role', `There are: ${commas(MEMBER_ROLES)}.`);
    const body = {
      name,
      kind,
      roles: role,
      ...(display === undefined ? {} : { displayName: display }),
      ...(email === undefined ? {} : { email }),
      ...(outside ? { isOutside: true } : {}),
    };
    return withApi(choice, context, async (api) => {
      const member = readAnswer(memberSchema, await api.call('POST', MEMBERS, { body }));
      if (!enrol) return show(context, member, (terminal) => done(terminal, `${member.name} is a member: ${commas(member.roles)}`));
      const link = await makeLink(api, member.id);
      return show(context, { ...member, enrolment: link }, (terminal) => {
        terminal.note(`${terminal.noteStyle('green', '✓')} ${plain(member.name)} is a member: ${plain(commas(member.roles))}`);
        writeLink(context, link);
      });
    });
  },
});

const roles = command({
  flags: {
    name: NAME,
    role: { type: 'enum', options: MEMBER_ROLES, repeatable: true, description: 'Each role that the member is to have from now on' },
    none: { type: 'boolean', description: 'No role at all' },
    ...API_FLAGS,
  },
  details: 'Sets the roles of another member, all of them: what is not named is taken away. The last administrator stays one.',
  examples: [['sekisho access members roles sato --role screener --role auditor', 'From now on these two']],
  run: ({ name, role, none, ...choice }, context) => {
    if (none === role.length > 0) throw usageError('give each --role that is to be, or --none', `There are: ${commas(MEMBER_ROLES)}.`);
    return withApi(choice, context, (api) =>
      changed(api, context, ['PUT', `${MEMBERS}/${segment(name)}/roles`, { roles: role }], (one) =>
        one.roles.length === 0 ? `${one.name} has no role` : `${one.name} is ${commas(one.roles)}`,
      ),
    );
  },
});

const disable = command({
  flags: { name: NAME, ...API_FLAGS },
  details:
    'Lets a member act no more: sessions, links and keys end at once. Grants are kept, and count for nothing until the member is enabled again.',
  examples: [['sekisho access members disable sato', 'At once']],
  run: ({ name, ...choice }, context) =>
    withApi(choice, context, (api) =>
      changed(api, context, ['POST', `${MEMBERS}/${segment(name)}/disable`], (one) => `${one.name} may not act any more`),
    ),
});

const enable = command({
  flags: { name: NAME, ...API_FLAGS },
  details: 'Lets a member act again. Sessions and links that were ended stay ended.',
  examples: [['sekisho access members enable sato', 'Back from leave']],
  run: ({ name, ...choice }, context) =>
    withApi(choice, context, (api) =>
      changed(api, context, ['POST', `${MEMBERS}/${segment(name)}/enable`], (one) => `${one.name} may act again`),
    ),
});

const enrol = command({
  flags: { name: NAME, ...API_FLAGS },
  details:
    'Makes a link by which the member registers a passkey, once, and prints it alone on standard output. Links made before are void. Whoever has ' +
    'the link can register as the member: hand it over in person or by a channel that you trust.',
  examples: [['sekisho access members enrol sato', 'For a new colleague, or a lost passkey']],
  run: ({ name, ...choice }, context) =>
    withApi(choice, context, async (api) => {
      const link = await makeLink(api, name);
      return show(context, link, () => writeLink(context, link));
    }),
});

type MemberAnswer = z.output<typeof memberSchema>;

const linkSchema = z.looseObject({ url: z.string(), expiresAt: z.string() });

async function makeLink(api: ApiClient, nameOrId: string): Promise<z.output<typeof linkSchema>> {
  return readAnswer(linkSchema, await api.call('POST', `${MEMBERS}/${segment(nameOrId)}/enrolment`));
}

function writeLink({ terminal }: Context, { url, expiresAt }: z.output<typeof linkSchema>): void {
  terminal.note(`The link registers one passkey, once, until ${plain(moment(expiresAt)!)}:`);
  terminal.out(plain(url));
}

async function changed(
  api: ApiClient,
  context: Context,
  [method, path, body]: readonly [Method, string, object?],
  words: (member: MemberAnswer) => string,
): Promise<ExitCode> {
  const member = readAnswer(memberSchema, await api.call(method, path, body === undefined ? {} : { body }));
  return show(context, member, (terminal) => done(terminal, words(member)));
}

async function allMembers(api: ApiClient): Promise<readonly MemberAnswer[]> {
  const schema = z.looseObject({ members: z.array(memberSchema), next: z.string().nullable() });
  const members: MemberAnswer[] = [];
  let after: string | undefined;
  for (let pages = 0; pages < MOST_PAGES; pages++) {
    const page = readAnswer(schema, await api.call('GET', MEMBERS, { query: { after } }));
    members.push(...page.members);
    if (page.next === null) break;
    after = page.next;
  }
  return members;
}

function stateOf({ disabledAt, isOutside }: MemberAnswer): string {
  if (disabledAt !== null) return 'disabled';
  return isOutside ? 'outside' : 'active';
}

export const accessMembers: Group = {
  kind: 'group',
  details: 'Members are the operator’s people and services who act here, with their roles. Administrators change them; auditors see them.',
  commands: {
    list: { summary: 'All of them, by name', load: () => Promise.resolve(list) },
    add: { summary: 'Make a person or a service a member', load: () => Promise.resolve(add) },
    roles: { summary: 'Set the roles of a member', load: () => Promise.resolve(roles) },
    disable: { summary: 'Let a member act no more, at once', load: () => Promise.resolve(disable) },
    enable: { summary: 'Let a member act again', load: () => Promise.resolve(enable) },
    enrol: { summary: 'Make a link that registers a passkey', load: () => Promise.resolve(enrol) },
  },
};
