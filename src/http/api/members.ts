// Members: administrators add them, give them roles, let them act and send them links; auditors read who there is.
import { z } from 'zod';
import type { MemberRecord, MemberRefusal, MemberRole } from '#identity';
import type { Result } from '#kernel';
import type { ApiCall } from './call.ts';
import { enrolmentRefusal, memberRefusal, UNKNOWN_MEMBER } from './identity-refusals.ts';
import { iso, memberRecordSchema, passkeySchema, roleSchema, shownMemberRecord, shownPasskey } from './passkey-fields.ts';
import type { ApiRefusal } from './refusal.ts';
import { apiRoute, type ApiAnswer, type ApiRoute } from './route.ts';

const ADMINISTRATORS: readonly MemberRole[] = ['administrator'];
const READERS: readonly MemberRole[] = ['administrator', 'auditor'];

const MOST_LISTED = 200;
const rolesSchema = z.array(roleSchema).max(6);
const profile = {
  displayName: z.string().min(1).max(256).optional(),
  email: z.string().max(320).nullable().optional(),
  isOutside: z.boolean().optional().describe('Somebody who is not the operator’s; refused wherever a grant is needed'),
};

export const MEMBER_ROUTES: readonly ApiRoute[] = [
  apiRoute({
    method: 'GET',
    path: '/api/v1/members',
    guard: READERS,
    summary: 'Members by name',
    query: z.strictObject({
      after: z.string().max(128).optional().describe('The name after which to go on'),
      limit: z.coerce.number().int().min(1).max(MOST_LISTED).optional(),
    }),
    answer: z.strictObject({ members: z.array(memberRecordSchema), next: z.string().nullable().describe('`after` of the next page') }),
    async handle({ services, query: { after, limit = MOST_LISTED } }) {
      const members = await services.members.list({ after, limit });
      const next = members.length < limit ? null : members.at(-1)!.name;
      return { status: 200, body: { members: members.map(shownMemberRecord), next } };
    },
  }),
  apiRoute({
    method: 'POST',
    path: '/api/v1/members',
    guard: ADMINISTRATORS,
    summary: 'Make a person or a service a member',
    body: z.strictObject({
      name: z.string().min(1).max(128),
      kind: z.enum(['person', 'service']).default('person'),
      roles: rolesSchema,
      ...profile,
    }),
    answer: memberRecordSchema,
    handle: async ({ services, body, actor }) => changed(await services.members.add(body, actor), 201),
  }),
  apiRoute({
    method: 'GET',
    path: '/api/v1/members/{id}',
    // Whoever decides about somebody has to know who that is.
    guard: [...READERS, 'screener', 'approver'],
    summary: 'One member, by id or name',
    answer: memberRecordSchema,
    handle: (call) => withMember(call, (member) => Promise.resolve({ status: 200, body: shownMemberRecord(member) })),
  }),
  apiRoute({
    method: 'PATCH',
    path: '/api/v1/members/{id}',
    guard: ADMINISTRATORS,
    summary: 'Change how a member is shown, reached, and whether it is the operator’s',
    body: z.strictObject(profile),
    answer: memberRecordSchema,
    handle: (call) =>
      withMember(call, async ({ principalId }) => changed(await call.services.members.change(principalId, call.body, call.actor))),
  }),
  apiRoute({
    method: 'PUT',
    path: '/api/v1/members/{id}/roles',
    guard: ADMINISTRATORS,
    summary: 'Set the roles of another member',
    body: z.strictObject({ roles: rolesSchema }),
    answer: memberRecordSchema,
    handle: (call) =>
      withMember(call, async ({ principalId }) => changed(await call.services.members.setRoles(principalId, call.body.roles, call.actor))),
  }),
  apiRoute({
    method: 'POST',
    path: '/api/v1/members/{id}/disable',
    guard: ADMINISTRATORS,
    summary: 'Let a member act no more: ends sessions, links and keys at once',
    answer: memberRecordSchema,
    handle: (call) => withMember(call, async ({ principalId }) => changed(await call.services.members.disable(principalId, call.actor))),
  }),
  apiRoute({
    method: 'POST',
    path: '/api/v1/members/{id}/enable',
    guard: ADMINISTRATORS,
    summary: 'Let a member act again',
    answer: memberRecordSchema,
    handle: (call) => withMember(call, async ({ principalId }) => changed(await call.services.members.enable(principalId, call.actor))),
  }),
  apiRoute({
    method: 'POST',
    path: '/api/v1/members/{id}/enrolment',
    guard: ADMINISTRATORS,
    summary: 'Make a link that registers a passkey, once; it replaces those that the member has',
    answer: z.strictObject({ id: z.string(), url: z.string(), expiresAt: z.iso.datetime() }),
    handle: (call) =>
      withMember(call, async ({ principalId }) => {
        const issued = await call.services.enrolment.issue(principalId, call.actor);
        if (!issued.ok) return enrolmentRefusal(issued.error);
        const { id, url, expiresAtMs } = issued.value;
        return { status: 201, body: { id, url, expiresAt: iso(expiresAtMs) } };
      }),
  }),
  apiRoute({
    method: 'GET',
    path: '/api/v1/members/{id}/passkeys',
    guard: READERS,
    summary: 'What a member signs in with, and what is known of the authenticators',
    answer: z.strictObject({ passkeys: z.array(passkeySchema) }),
    handle: (call) =>
      withMember(call, async ({ principalId }) => {
        const passkeys = await call.services.passkeys.list(principalId);
        return { status: 200, body: { passkeys: passkeys.map(shownPasskey) } };
      }),
  }),
  apiRoute({
    method: 'DELETE',
    path: '/api/v1/members/{id}/sessions',
    guard: ADMINISTRATORS,
    summary: 'End every session of a member',
    handle: (call) =>
      withMember(call, async ({ principalId }) => {
        await call.services.sessions.end({ principalId }, call.actor);
        return { status: 204 };
      }),
  }),
];

type Answer = Promise<ApiAnswer | ApiRefusal>;

async function withMember<Query, Body>(call: ApiCall<Query, Body>, work: (member: MemberRecord) => Answer): Answer {
  const member = await call.services.members.find(call.params['id']!);
  return member === undefined ? UNKNOWN_MEMBER : work(member);
}

function changed(outcome: Result<MemberRecord, MemberRefusal>, status: 200 | 201 = 200): ApiAnswer | ApiRefusal {
  return outcome.ok ? { status, body: shownMemberRecord(outcome.value) } : memberRefusal(outcome.error);
}
