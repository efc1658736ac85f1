// What routes of applications and grants have in common: the shapes that go in and out, and the desk's refusals on the wire.
import { z } from 'zod';
import {
  APPLICATION_STATES,
  CAPABILITIES,
  LONGEST_REASON,
  REJECTION_CODES,
  type ActRefusal,
  type DeskRule,
  type Terms,
  type TermsChanges,
} from '#access';
import type { Result } from '#kernel';
import { TARGET_KINDS } from '#scope';
import { ApiRefusal } from './refusal.ts';
import type { ApiAnswer } from './route.ts';

export const time = z.iso.datetime();
export const timeGiven = z.iso.datetime({ offset: true });
export const tier = z.union([z.literal(1), z.literal(2)]);
export const capability = z.enum(CAPABILITIES);
export const condition = z.enum(['passkey', 'sso-mfa', 'training']);
export const applicationState = z.enum(APPLICATION_STATES);
export const grantState = z.enum(['active', 'suspended', 'revoked', 'ended']);
export const verdict = z.enum(['pass', 'fail', 'not-applicable']);
export const rejectionCode = z.enum(REJECTION_CODES);

/** The desk says what is wrong with it; here it is only bounded. */
export const reason = z.string().max(LONGEST_REASON);
export const version = z.int().min(1);

const target = z.strictObject({ kind: z.enum(TARGET_KINDS), value: z.string().min(1).max(2048) });
const tool = z.string().min(1).max(128);

export const scope = z.strictObject({
  targets: z.array(target).max(200),
  excluded: z.array(target).max(400),
  allowedTools: z.array(tool).max(100).nullable(),
  forbiddenTools: z.array(tool).max(200),
});

const narrowed = {
  capabilities: z.array(capability).min(1).max(CAPABILITIES.length).optional(),
  scope: scope.optional(),
  conditions: z.array(condition).max(3).optional(),
  programs: z.array(z.string().min(1).max(64)).max(20).optional(),
  endsAt: timeGiven.optional(),
};

/** What an approver asks for instead of everything. */
export const termsGiven = z.strictObject({ ...narrowed, tier: tier.optional(), startsAt: timeGiven.optional() });
export const narrowingGiven = z.strictObject(narrowed);

export function termsOf(given: z.output<typeof termsGiven>): TermsChanges {
  const { startsAt, endsAt, ...rest } = given;
  return { ...rest, startsAtMs: msOf(startsAt), endsAtMs: msOf(endsAt) };
}

export function msOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Date.parse(text);
}

export function termsView({ startsAtMs, endsAtMs, ...rest }: Terms) {
  return { ...rest, startsAt: timeOf(startsAtMs), endsAt: timeOf(endsAtMs) };
}

export const termsAnswer = z.object({
  tier,
  capabilities: z.array(capability),
  scope,
  conditions: z.array(condition),
  programs: z.array(z.string()),
  startsAt: time,
  endsAt: time,
});

export const grantAnswer = z.object({
  id: z.string(),
  application: z.string(),
  principal: z.string(),
  owner: z.string(),
  state: grantState,
  stateReason: z.string().nullable(),
  version,
  ...termsAnswer.shape,
  conditionsMet: z.array(condition),
  recertifyBy: time,
  recertified: z.object({ by: z.string(), at: time }).nullable(),
  approvedBy: z.array(z.string()),
  createdAt: time,
  updatedAt: time,
});

export function timeOf(ms: number): string {
  return new Date(ms).toISOString();
}

/** What came of an act, as an answer. */
export function answerTo<T>(outcome: Result<T, ActRefusal>, show: (value: T) => unknown, status: 200 | 201 = 200): ApiAnswer | ApiRefusal {
  return outcome.ok ? { status, body: show(outcome.value) } : deskRefusal(outcome.error);
}

export function deskRefusal({ rule, reason: why, next, problems, unmet }: ActRefusal): ApiRefusal {
  const found = unmet === undefined ? problems : unmet.flatMap(unmetProblems);
  return new ApiRefusal(statusOf(rule), rule, why, { next, ...(found === undefined ? {} : { facts: { problems: found } }) });
}

function unmetProblems(refusal: NonNullable<ActRefusal['unmet']>[number]) {
  if (refusal.kind === 'unknown-program') return [];
  return refusal.missing.map(({ obligation, hard, evidence: [first] }) => ({
    path: `programs.${refusal.program}.${obligation}`,
    program: refusal.program,
    obligation,
    hard,
    text: { en: first?.en ?? '', ja: first?.ja ?? '' },
  }));
}

function statusOf(rule: DeskRule): ApiRefusal['status'] {
  switch (rule) {
    case 'role-missing':
    case 'not-yours':
    case 'own-application':
    case 'own-grant':
    case 'screener-not-approver':
    case 'one-approval-each':
    case 'decided-before':
    case 'not-the-screener':
    case 'authentication-too-weak':
    case 'outside':
      return 403;
    case 'unknown-application':
    case 'unknown-grant':
    case 'unknown-evidence':
      return 404;
    case 'wrong-state':
    case 'changed-meanwhile':
    case 'limit-reached':
    case 'obligations-unmet':
      return 409;
    case 'form-incomplete':
    case 'item-unknown':
    case 'item-needed':
    case 'screening-incomplete':
    case 'screening-failed':
    case 'terms-too-wide':
    case 'terms-impossible':
    case 'condition-unknown':
    case 'evidence-unacceptable':
    case 'reason-missing':
      return 422;
    case 'not-recorded':
      return 503;
  }
}
