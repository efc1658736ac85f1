// Signing in with a passkey, using an enrolment link, and what the browser then holds.
import { z } from 'zod';
import { AUTHENTICATIONS, type Place } from '#identity';
import type { ApiCall } from './call.ts';
import { forgottenSessionCookie, sessionCookie } from './cookies.ts';
import { enrolmentRefusal, SESSION_NEEDED, UNKNOWN_MEMBER } from './identity-refusals.ts';
import {
  authenticationAnswerSchema,
  labelSchema,
  memberSchema,
  MOST_ANSWER_BYTES,
  optionsSchema,
  registrationAnswerSchema,
  sessionSchema,
  shownMember,
  shownSession,
} from './passkey-fields.ts';
import { apiRoute, type ApiAnswer, type ApiRoute } from './route.ts';

const tokenSchema = z.string().regex(/^[A-Za-z0-9_-]{43}$/, { error: 'must be the part of the link behind #' });
const signedInSchema = z.strictObject({ member: memberSchema, session: sessionSchema });

export const SIGN_IN_ROUTES: readonly ApiRoute[] = [
  apiRoute({
    method: 'POST',
    path: '/api/v1/sign-in/passkey/options',
    guard: 'public',
    summary: 'What to ask an authenticator for signing in',
    answer: z.strictObject({ options: optionsSchema }),
    async handle({ services, remoteAddress }) {
      const tooMany = services.attempts.take(remoteAddress);
      if (tooMany !== undefined) return tooMany;
      const options = await services.passkeys.signInOptions();
      return options.ok ? { status: 200, body: { options: options.value } } : enrolmentRefusal(options.error);
    },
  }),
  apiRoute({
    method: 'POST',
    path: '/api/v1/sign-in/passkey/verify',
    guard: 'public',
    summary: 'Sign in with what the authenticator answered',
    body: z.strictObject({ answer: authenticationAnswerSchema }),
    answer: signedInSchema,
    maxBodyBytes: MOST_ANSWER_BYTES,
    async handle(call) {
      const { services, body, remoteAddress } = call;
      const tooMany = services.attempts.take(remoteAddress);
      if (tooMany !== undefined) return tooMany;
      const started = await services.passkeys.signIn(body.answer, placeOf(call));
      if (!started.ok) return enrolmentRefusal(started.error);
      const { token, session } = started.value;
      const member = await services.members.find(session.principalId);
      return member === undefined ? UNKNOWN_MEMBER : signedIn(services.publicUrl, token, { member, session });
    },
  }),
  apiRoute({
    method: 'POST',
    path: '/api/v1/enrol/options',
    guard: 'public',
    summary: 'What to ask an authenticator for registering with an enrolment link',
    body: z.strictObject({ token: tokenSchema }),
    answer: z.strictObject({ member: z.strictObject({ name: z.string(), displayName: z.string() }), options: optionsSchema }),
    async handle({ services, body, remoteAddress }) {
      const tooMany = services.attempts.take(remoteAddress);
      if (tooMany !== undefined) return tooMany;
      const made = await services.enrolment.options(body.token);
      if (!made.ok) return enrolmentRefusal(made.error);
      const { member, options } = made.value;
      return { status: 200, body: { member: { name: member.name, displayName: member.displayName }, options } };
    },
  }),
  apiRoute({
    method: 'POST',
    path: '/api/v1/enrol/verify',
    guard: 'public',
    summary: 'Register the passkey and sign in; replaces earlier passkeys of the member',
    body: z.strictObject({ token: tokenSchema, answer: registrationAnswerSchema, label: labelSchema.optional() }),
    answer: signedInSchema,
    maxBodyBytes: MOST_ANSWER_BYTES,
    async handle(call) {
      const { services, body, remoteAddress } = call;
      const tooMany = services.attempts.take(remoteAddress);
      if (tooMany !== undefined) return tooMany;
      const redeemed = await services.enrolment.redeem({ ...body, ...placeOf(call) });
      return redeemed.ok ? signedIn(services.publicUrl, redeemed.value.token, redeemed.value) : enrolmentRefusal(redeemed.error);
    },
  }),
  apiRoute({
    method: 'GET',
    path: '/api/v1/session',
    guard: 'member',
    summary: 'Who is signed in, and how',
    answer: z.strictObject({
      member: memberSchema,
      authentication: z.enum(AUTHENTICATIONS),
      session: sessionSchema.nullable().describe('null: the call was made with a key'),
    }),
    async handle({ services, actor, credential }) {
      const member = await services.members.find(actor.principalId);
      if (member === undefined) return UNKNOWN_MEMBER;
      const session = credential?.kind === 'session' ? shownSession(credential.session) : null;
      return { status: 200, body: { member: shownMember(member), authentication: actor.authentication, session } };
    },
  }),
  apiRoute({
    method: 'DELETE',
    path: '/api/v1/session',
    guard: 'member',
    summary: 'Sign out',
    async handle({ services, actor, credential }) {
      if (credential?.kind !== 'session') return SESSION_NEEDED;
      await services.sessions.end({ principalId: actor.principalId, id: credential.session.id }, actor);
      return { status: 204, headers: { 'set-cookie': forgottenSessionCookie(services.publicUrl) } };
    },
  }),
];

/** Where the call comes from, for the list of sessions. */
export function placeOf({ remoteAddress, headers }: Pick<ApiCall, 'remoteAddress' | 'headers'>): Place {
  return { address: remoteAddress, userAgent: headers['user-agent'] ?? '' };
}

function signedIn(
  publicUrl: string,
  token: string,
  { member, session }: { readonly member: Parameters<typeof shownMember>[0]; readonly session: Parameters<typeof shownSession>[0] },
): ApiAnswer {
  return {
    status: 200,
    body: { member: shownMember(member), session: shownSession(session) },
    headers: { 'set-cookie': sessionCookie(publicUrl, token) },
  };
}
