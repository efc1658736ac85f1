// A member's own passkeys and sessions. Whoever finds an open session must not be able to settle in with a passkey of their own, or to lock
// the member out: that takes having signed in a moment ago.
import { z } from 'zod';
import type { ApiCall } from './call.ts';
import { enrolmentRefusal, SESSION_NEEDED, UNKNOWN_MEMBER } from './identity-refusals.ts';
import {
  labelSchema,
  MOST_ANSWER_BYTES,
  optionsSchema,
  passkeySchema,
  registrationAnswerSchema,
  sessionSchema,
  shownPasskey,
  shownSession,
} from './passkey-fields.ts';
import { ApiRefusal } from './refusal.ts';
import { apiRoute, type ApiRoute } from './route.ts';

const FRESH_MS = 15 * 60 * 1000;

export const PASSKEY_ROUTES: readonly ApiRoute[] = [
  apiRoute({
    method: 'GET',
    path: '/api/v1/passkeys',
    guard: 'member',
    summary: 'Your passkeys',
    answer: z.strictObject({ passkeys: z.array(passkeySchema) }),
    async handle({ services, actor }) {
      return { status: 200, body: { passkeys: (await services.passkeys.list(actor.principalId)).map(shownPasskey) } };
    },
  }),
  apiRoute({
    method: 'POST',
    path: '/api/v1/passkeys/options',
    guard: 'member',
    summary: 'What to ask an authenticator for registering another passkey',
    answer: z.strictObject({ options: optionsSchema }),
    async handle(call) {
      const boundTo = freshSession(call);
      if (boundTo instanceof ApiRefusal) return boundTo;
      const member = await call.services.members.find(call.actor.principalId);
      if (member === undefined) return UNKNOWN_MEMBER;
      const options = await call.services.passkeys.registrationOptions({ member, boundTo });
      return options.ok ? { status: 200, body: { options: options.value } } : enrolmentRefusal(options.error);
    },
  }),
  apiRoute({
    method: 'POST',
    path: '/api/v1/passkeys',
    guard: 'member',
    summary: 'Register another passkey',
    body: z.strictObject({ answer: registrationAnswerSchema, label: labelSchema.optional() }),
    answer: passkeySchema,
    maxBodyBytes: MOST_ANSWER_BYTES,
    async handle(call) {
      const boundTo = freshSession(call);
      if (boundTo instanceof ApiRefusal) return boundTo;
      const { services, actor, body } = call;
      const member = await services.members.find(actor.principalId);
      if (member === undefined) return UNKNOWN_MEMBER;
      const read = await services.passkeys.readRegistration({ member, boundTo }, body.answer, body.label);
      if (!read.ok) return enrolmentRefusal(read.error);
      const added = await services.passkeys.add(read.value, actor);
      return added.ok ? { status: 201, body: shownPasskey(added.value) } : enrolmentRefusal(added.error);
    },
  }),
  apiRoute({
    method: 'PATCH',
    path: '/api/v1/passkeys/{id}',
    guard: 'member',
    summary: 'Give a passkey of yours another label',
    body: z.strictObject({ label: labelSchema }),
    answer: passkeySchema,
    async handle({ services, actor, params, body }) {
      const renamed = await services.passkeys.rename(actor.principalId, params['id']!, body.label);
      if (renamed.ok) return { status: 200, body: shownPasskey(renamed.value) };
      return renamed.error.kind === 'unknown-passkey' ? UNKNOWN_PASSKEY : enrolmentRefusal(renamed.error);
    },
  }),
  apiRoute({
    method: 'DELETE',
    path: '/api/v1/passkeys/{id}',
    guard: 'member',
    summary: 'Remove a passkey of yours, and end the sessions that it began',
    async handle(call) {
      const fresh = freshSession(call);
      if (fresh instanceof ApiRefusal) return fresh;
      const { services, actor, params } = call;
      const removed = await services.passkeys.remove(actor.principalId, params['id']!, actor);
      if (removed.ok) return { status: 204 };
      return removed.error.kind === 'unknown-passkey' ? UNKNOWN_PASSKEY : enrolmentRefusal(removed.error);
    },
  }),
];

export const SESSION_ROUTES: readonly ApiRoute[] = [
  apiRoute({
    method: 'GET',
    path: '/api/v1/sessions',
    guard: 'member',
    summary: 'Where you are signed in',
    answer: z.strictObject({ sessions: z.array(sessionSchema.extend({ isThis: z.boolean() })) }),
    async handle({ services, actor, credential }) {
      const own = credential?.kind === 'session' ? credential.session.id : undefined;
      const sessions = await services.sessions.list(actor.principalId);
      return { status: 200, body: { sessions: sessions.map((session) => ({ ...shownSession(session), isThis: session.id === own })) } };
    },
  }),
  apiRoute({
    method: 'DELETE',
    path: '/api/v1/sessions',
    guard: 'member',
    summary: 'End all your sessions but this one',
    async handle({ services, actor, credential }) {
      const exceptId = credential?.kind === 'session' ? credential.session.id : undefined;
      await services.sessions.end({ principalId: actor.principalId, exceptId }, actor);
      return { status: 204 };
    },
  }),
  apiRoute({
    method: 'DELETE',
    path: '/api/v1/sessions/{id}',
    guard: 'member',
    summary: 'End one of your sessions',
    async handle({ services, actor, params }) {
      const ended = await services.sessions.end({ principalId: actor.principalId, id: params['id']! }, actor);
      return ended.length > 0 ? { status: 204 } : new ApiRefusal(404, 'unknown-session', 'You have no such session.');
    },
  }),
];

const UNKNOWN_PASSKEY = new ApiRefusal(404, 'unknown-passkey', 'You have no such passkey.');

/** What a challenge is bound to, for somebody who signed in a moment ago in a way that no copied password opens. */
function freshSession({ credential, nowMs }: ApiCall): string | ApiRefusal {
  if (credential?.kind !== 'session') return SESSION_NEEDED;
  const { id, createdAtMs, authentication } = credential.session;
  if (authentication !== 'passkey' && authentication !== 'sso-mfa') {
    return new ApiRefusal(403, 'stronger-sign-in-needed', 'A passkey is registered by somebody who signed in with more than a password.', {
      next: 'Ask an administrator for an enrolment link.',
    });
  }
  return isFresh(createdAtMs, nowMs) ? `session:${id}` : SIGN_IN_AGAIN;
}

export function isFresh(createdAtMs: number, nowMs: number): boolean {
  return nowMs - createdAtMs <= FRESH_MS;
}

export const SIGN_IN_AGAIN = new ApiRefusal(403, 'sign-in-again', 'This needs somebody who signed in within the last 15 minutes.', {
  next: 'Sign in again and repeat it.',
});
