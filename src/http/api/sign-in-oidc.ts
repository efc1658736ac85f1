// Signing in through an identity provider: to the provider and back, and whom a provider's identity stands for. Browsers come here by
// themselves, so that refusals are pages for them and problem documents for everything else.
import { z } from 'zod';
import type { InvitationRefusal, MemberRecord, MemberRole, OidcIdentity, OidcRefusal } from '#identity';
import type { ApiCall } from './call.ts';
import { sessionCookie } from './cookies.ts';
import { UNKNOWN_MEMBER } from './identity-refusals.ts';
import { iso, isoOrNull } from './passkey-fields.ts';
import { ApiRefusal } from './refusal.ts';
import { apiRoute, type ApiAnswer, type ApiRoute } from './route.ts';
import { signInCookie, signInSecretOf } from './sign-in-cookie.ts';
import { refusedPage, signedInPage } from './sign-in-oidc-pages.ts';
import { placeOf } from './sign-in.ts';

const ADMINISTRATORS: readonly MemberRole[] = ['administrator'];
const READERS: readonly MemberRole[] = ['administrator', 'auditor'];

/** Static: browsers send no Strict cookie to where another site led them. */
const SIGNED_IN_PATH = '/signed-in';
const ANYTHING = z.record(z.string(), z.unknown());

const identitySchema = z.strictObject({
  id: z.string(),
  provider: z.string(),
  state: z.enum(['invited', 'linked']),
  invitedName: z.string().describe('What the provider has to call whoever uses the invitation; later it means nothing'),
  invitedAt: z.iso.datetime(),
  expiresAt: z.iso.datetime().nullable().describe('Of the invitation; null: it was used'),
  issuer: z.string().nullable(),
  subject: z.string().nullable(),
  linkedAt: z.iso.datetime().nullable(),
});

export const OIDC_ROUTES: readonly ApiRoute[] = [
  apiRoute({
    method: 'GET',
    path: '/api/v1/sign-in/methods',
    guard: 'public',
    summary: 'Which ways to sign in there are',
    answer: z.strictObject({
      passkey: z.strictObject({ options: z.string(), verify: z.string() }),
      providers: z.array(z.strictObject({ id: z.string(), start: z.string().describe('Where a browser has to go') })),
    }),
    handle: ({ services }) =>
      Promise.resolve({
        status: 200,
        body: {
          passkey: { options: '/api/v1/sign-in/passkey/options', verify: '/api/v1/sign-in/passkey/verify' },
          providers: services.oidc.providers.map((id) => ({ id, start: `/api/v1/sign-in/oidc/${encodeURIComponent(id)}/start` })),
        },
      }),
  }),
  apiRoute({
    method: 'GET',
    path: '/api/v1/sign-in/oidc/{provider}/start',
    guard: 'public',
    summary: 'Go to an identity provider to sign in',
    async handle(call) {
      const { services, params, remoteAddress } = call;
      const tooMany = services.attempts.take(remoteAddress);
      if (tooMany !== undefined) return tooMany;
      const departure = await services.oidc.begin(params['provider']!);
      if (!departure.ok) return refused(call, departure.error);
      const { url, secret, validSeconds } = departure.value;
      return { status: 302, headers: { location: url, 'set-cookie': signInCookie(services.publicUrl, secret, validSeconds) } };
    },
  }),
  apiRoute({
    method: 'GET',
    path: '/api/v1/sign-in/oidc/{provider}/callback',
    guard: 'public',
    summary: 'Where an identity provider sends the browser back to',
    // Providers add members of their own; those that count come once.
    query: z.object({
      state: z.string().max(64).default(''),
      code: z.string().min(1).max(4096).optional(),
      iss: z.string().max(2048).optional(),
      error: z.string().min(1).max(256).optional(),
    }),
    async handle(call) {
      const { services, params, query, headers, remoteAddress } = call;
      const tooMany = services.attempts.take(remoteAddress);
      if (tooMany !== undefined) return tooMany;
      const secret = signInSecretOf(services.publicUrl, headers.cookie);
      if (secret === undefined) return refused(call, { kind: 'attempt-unknown' });
      const arrived = await services.oidc.complete({ provider: params['provider']!, secret, response: query, ...placeOf(call) });
      if (!arrived.ok) return refused(call, arrived.error);
      const cookie = sessionCookie(services.publicUrl, arrived.value.token);
      return { status: 302, headers: { location: SIGNED_IN_PATH, 'set-cookie': cookie } };
    },
  }),
  apiRoute({
    method: 'GET',
    path: SIGNED_IN_PATH,
    guard: 'public',
    summary: 'Signed in',
    query: ANYTHING,
    handle: ({ headers }) => Promise.resolve(signedInPage(headers['accept-language'])),
  }),
  apiRoute({
    method: 'GET',
    path: '/api/v1/members/{id}/identities',
    guard: READERS,
    summary: 'Whom identity providers mean when they mean this member, and invitations that can still be used',
    answer: z.strictObject({ identities: z.array(identitySchema) }),
    handle: (call) =>
      withMember(call, async ({ principalId }) => {
        const identities = await call.services.oidc.list(principalId);
        return { status: 200, body: { identities: identities.map(shownIdentity) } };
      }),
  }),
  apiRoute({
    method: 'POST',
    path: '/api/v1/members/{id}/identities',
    guard: ADMINISTRATORS,
    summary: 'Let whoever the provider calls by this name become the member, once, within a week',
    body: z.strictObject({
      provider: z.string().min(1).max(128),
      name: z.string().min(1).max(256).optional().describe('Value of the provider’s nameClaim. Default: the member’s name here'),
    }),
    answer: identitySchema,
    handle: (call) =>
      withMember(call, async ({ principalId }) => {
        const invited = await call.services.oidc.invite(principalId, call.body, call.actor);
        return invited.ok ? { status: 201, body: shownIdentity(invited.value) } : invitationRefusal(invited.error);
      }),
  }),
  apiRoute({
    method: 'DELETE',
    path: '/api/v1/members/{id}/identities/{identity}',
    guard: ADMINISTRATORS,
    summary: 'Take an identity or invitation away; ends sessions that began with a provider',
    handle: (call) =>
      withMember(call, async ({ principalId }) => {
        const removed = await call.services.oidc.remove(principalId, call.params['identity']!, call.actor);
        return removed === undefined ? new ApiRefusal(404, 'unknown-identity', 'This member has no such identity.') : { status: 204 };
      }),
  }),
];

type Answer = Promise<ApiAnswer | ApiRefusal>;

async function withMember<Query, Body>(call: ApiCall<Query, Body>, work: (member: MemberRecord) => Answer): Answer {
  const member = await call.services.members.find(call.params['id']!);
  return member === undefined ? UNKNOWN_MEMBER : work(member);
}

function shownIdentity({ id, provider, invitedName, createdAtMs, expiresAtMs, linked }: OidcIdentity): z.output<typeof identitySchema> {
  return {
    id,
    provider,
    state: linked === null ? 'invited' : 'linked',
    invitedName,
    invitedAt: iso(createdAtMs),
    expiresAt: linked === null ? iso(expiresAtMs) : null,
    issuer: linked?.issuer ?? null,
    subject: linked?.subject ?? null,
    linkedAt: isoOrNull(linked?.atMs ?? null),
  };
}

function refused({ headers }: Pick<ApiCall, 'headers'>, refusal: OidcRefusal): ApiAnswer | ApiRefusal {
  return headers.accept?.includes('text/html') === true ? refusedPage(refusal, headers['accept-language']) : problemOf(refusal);
}

function problemOf(refusal: OidcRefusal): ApiRefusal {
  switch (refusal.kind) {
    case 'unknown-provider':
      return new ApiRefusal(404, 'unknown-provider', 'There is no such identity provider here.', {
        next: 'GET /api/v1/sign-in/methods lists them.',
      });
    case 'provider-unavailable':
      return new ApiRefusal(503, 'provider-unavailable', 'The identity provider cannot be reached.', {
        next: 'Try again shortly.',
        facts: { retryAfterSeconds: 5 },
      });
    case 'attempt-unknown':
      return new ApiRefusal(403, 'sign-in-unknown', 'This took too long, was begun by another browser, or was used before.', {
        next: 'Begin again.',
      });
    case 'declined':
      return new ApiRefusal(403, 'provider-declined', 'The identity provider did not sign the person in.', { next: 'Begin again.' });
    case 'not-accepted':
      return new ApiRefusal(403, 'provider-not-accepted', 'What the identity provider said cannot be accepted.', {
        next: 'An administrator finds the reason in the log.',
      });
    case 'identity-unknown':
      return new ApiRefusal(403, 'identity-unknown', 'The identity provider vouches for somebody whom nobody here has invited.', {
        next: 'Ask an administrator for an invitation under the name that the provider uses.',
        facts: refusal.name === undefined ? {} : { name: refusal.name },
      });
    case 'member-disabled':
      return new ApiRefusal(403, 'member-disabled', 'This member may not act at present.', { next: 'Ask an administrator.' });
  }
}

function invitationRefusal(refusal: InvitationRefusal): ApiRefusal {
  switch (refusal.kind) {
    case 'unknown-provider':
      return new ApiRefusal(422, 'unknown-provider', 'There is no identity provider of that name in the configuration.');
    case 'unknown-member':
      return UNKNOWN_MEMBER;
    case 'own-identity':
      return new ApiRefusal(403, 'own-identity', 'Nobody invites themselves.', { next: 'Ask another administrator.' });
    case 'member-disabled':
      return new ApiRefusal(409, 'member-disabled', 'This member may not act at present.', { next: 'Let the member act again first.' });
    case 'not-a-person':
      return new ApiRefusal(422, 'not-a-person', 'Only people sign in at identity providers; services have keys.');
    case 'too-many-identities':
      return new ApiRefusal(409, 'too-many-identities', 'The member has too many identities.', { next: 'Take one of them away first.' });
    case 'name-invited':
      return new ApiRefusal(409, 'name-invited', 'Somebody else is invited under that name.', { next: 'Take that invitation away first.' });
    case 'name-invalid':
      return new ApiRefusal(422, 'body-invalid', 'The name must be 1 to 256 bytes without control characters.', {
        facts: { problems: [{ path: 'name', problem: 'must be 1 to 256 bytes without control characters' }] },
      });
  }
}
