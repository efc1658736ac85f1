// Routes of grants: what somebody was let do, and taking it away again. Nothing here gives more; for more there is another application.
import { z } from 'zod';
import type { GrantRecord } from '#access';
import { MEMBER_ROLES, type MemberRole } from '#identity';
import type { PrincipalId } from '#kernel';
import { applicationAnswer, applicationView } from './application-views.ts';
import {
  answerTo,
  condition,
  grantAnswer,
  grantState,
  msOf,
  narrowingGiven,
  reason,
  termsView,
  tier,
  time,
  timeOf,
  version,
} from './desk-fields.ts';
import { apiRoute, type ApiRoute } from './route.ts';

const PATH = '/api/v1/grants';

const list = apiRoute({
  method: 'GET',
  path: PATH,
  guard: MEMBER_ROLES,
  summary: 'Grants, newest first: one’s own, or all for those who decide, audit or administer',
  query: z.strictObject({
    principal: z.string().max(64).optional(),
    state: grantState.optional(),
    before: z.string().max(64).optional(),
    limit: z.coerce.number().int().min(1).max(200).optional(),
  }),
  answer: z.object({ grants: z.array(grantAnswer) }),
  async handle({ actor, query: { principal, state, before, limit }, services }) {
    const states = state === undefined ? undefined : [state];
    const found = await services.desk.grants.list({ actor, principalId: principal as PrincipalId | undefined, states, before, limit });
    return { status: 200, body: { grants: found.map(grantView) } };
  },
});

const show = apiRoute({
  method: 'GET',
  path: `${PATH}/{id}`,
  guard: MEMBER_ROLES,
  summary: 'One grant',
  answer: grantAnswer,
  async handle({ actor, params, services }) {
    return answerTo(await services.desk.grants.get({ actor, id: params['id']! }), grantView);
  },
});

const narrow = apiRoute({
  method: 'POST',
  path: `${PATH}/{id}/narrow`,
  guard: ['approver'],
  summary: 'Take capabilities, targets, programs or time away, or add conditions',
  body: z.strictObject({ version, changes: narrowingGiven, reason }),
  answer: grantAnswer,
  async handle({ actor, params, body, services }) {
    const { endsAt, ...rest } = body.changes;
    const changes = { ...rest, endsAtMs: msOf(endsAt) };
    return answerTo(await services.desk.grants.narrow({ actor, id: params['id']!, ...body, changes }), grantView);
  },
});

/** Stopping something in doubt does not ask which version was seen. */
function stopping(act: 'suspend' | 'revoke' | 'end', guard: readonly MemberRole[], summary: string): ApiRoute {
  return apiRoute({
    method: 'POST',
    path: `${PATH}/{id}/${act}`,
    guard,
    summary,
    body: z.strictObject({ reason, version: version.optional() }),
    answer: grantAnswer,
    async handle({ actor, params, body, services }) {
      return answerTo<GrantRecord>(await services.desk.grants[act]({ actor, id: params['id']!, ...body }), grantView);
    },
  });
}

function goingOn(act: 'resume' | 'recertify', summary: string): ApiRoute {
  return apiRoute({
    method: 'POST',
    path: `${PATH}/{id}/${act}`,
    guard: ['approver'],
    summary,
    body: z.strictObject({ reason, version }),
    answer: grantAnswer,
    async handle({ actor, params, body, services }) {
      return answerTo<GrantRecord>(await services.desk.grants[act]({ actor, id: params['id']!, ...body }), grantView);
    },
  });
}

const meet = apiRoute({
  method: 'POST',
  path: `${PATH}/{id}/conditions`,
  guard: ['screener'],
  summary: 'Say that a condition which a person confirms is met',
  body: z.strictObject({ condition, reason, version: version.optional() }),
  answer: grantAnswer,
  async handle({ actor, params, body, services }) {
    return answerTo(await services.desk.grants.meetCondition({ actor, id: params['id']!, ...body }), grantView);
  },
});

const renew = apiRoute({
  method: 'POST',
  path: `${PATH}/{id}/renew`,
  guard: ['applicant', 'defender'],
  summary: 'Begin an application that would follow this grant',
  answer: applicationAnswer,
  async handle({ actor, params, services }) {
    return answerTo(await services.desk.applications.createDraft({ actor, renews: params['id']! }), applicationView, 201);
  },
});

const calendar = apiRoute({
  method: 'GET',
  path: '/api/v1/access/calendar',
  guard: MEMBER_ROLES,
  summary: 'Recertifications and ends that are due, the most urgent first',
  query: z.strictObject({ days: z.coerce.number().int().min(0).max(400).default(30) }),
  answer: z.object({
    due: z.array(
      z.object({
        grant: z.string(),
        application: z.string(),
        principal: z.string(),
        tier,
        what: z.enum(['recertification', 'end']),
        at: time,
        isOverdue: z.boolean(),
      }),
    ),
  }),
  async handle({ actor, query, services }) {
    const found = await services.desk.grants.calendar({ actor, withinDays: query.days });
    const due = found.map(({ grantId, applicationId, principalId, atMs, ...rest }) => ({
      grant: grantId,
      application: applicationId,
      principal: principalId,
      ...rest,
      at: timeOf(atMs),
    }));
    return { status: 200, body: { due } };
  },
});

export const GRANT_ROUTES: readonly ApiRoute[] = [
  list,
  show,
  narrow,
  stopping('suspend', ['approver', 'screener'], 'Suspend a grant, until somebody resumes it'),
  stopping('revoke', ['approver'], 'Revoke a grant for good'),
  stopping('end', MEMBER_ROLES, 'Give a grant of one’s own back'),
  goingOn('resume', 'Let a suspended grant go on'),
  goingOn('recertify', 'Say that a grant is still needed'),
  meet,
  renew,
  calendar,
];

export function grantView(grant: GrantRecord) {
  const { id, applicationId, principalId, ownerId, state, stateReason, conditionsMet, recertified, approvedBy } = grant;
  const { tier: level, capabilities, scope, conditions, programs, startsAtMs, endsAtMs } = grant;
  return {
    id,
    application: applicationId,
    principal: principalId,
    owner: ownerId,
    state,
    stateReason,
    version: grant.version,
    ...termsView({ tier: level, capabilities, scope, conditions, programs, startsAtMs, endsAtMs }),
    conditionsMet,
    recertifyBy: timeOf(grant.recertifyByMs),
    recertified: recertified === null ? null : { by: recertified.by, at: timeOf(recertified.atMs) },
    approvedBy,
    createdAt: timeOf(grant.createdAtMs),
    updatedAt: timeOf(grant.updatedAtMs),
  };
}
