// Who makes a call of the management API, and may they? A session cookie, or an API key whose role `member` lets it act for its owner.
import type { IncomingHttpHeaders } from 'node:http';
import type { Actor } from '#access';
import type { IdentityRefusal, Keyring, Member } from '#identity';
import { err, ok, type Result } from '#kernel';
import type { ApiContext } from './context.ts';
import { sessionTokenOf } from './cookies.ts';
import type { Credential } from './credential.ts';
import { ApiRefusal } from './refusal.ts';
import type { ApiGuard } from './route.ts';

export interface Authenticated {
  readonly actor: Actor;
  readonly credential: Credential;
}

export interface AuthenticateOptions {
  readonly context: ApiContext;
  readonly keyring: Pick<Keyring, 'identify'>;
}

/** A key that is sent counts, also when it is not accepted: a cookie beside it does not. */
export async function authenticate(
  headers: IncomingHttpHeaders,
  { context, keyring }: AuthenticateOptions,
): Promise<Result<Authenticated, ApiRefusal>> {
  if (headers.authorization !== undefined) return byKey(headers.authorization, { context, keyring });
  const token = sessionTokenOf(context.services.publicUrl, headers.cookie);
  if (token === undefined) return err(SIGN_IN);
  const signedIn = await context.credentials.session(token);
  if (signedIn === undefined) return err(SIGN_IN);
  const { session, member } = signedIn;
  return ok({ actor: actorOf(member, session.authentication), credential: { kind: 'session', session } });
}

/** Undefined: the guard lets the actor pass. */
export function guardProblem(guard: ApiGuard, { roles }: Actor): ApiRefusal | undefined {
  if (guard === 'public' || guard === 'member' || guard.some((role) => roles.has(role))) return undefined;
  return new ApiRefusal(403, 'role-missing', `This needs the role ${guard.join(' or ')}.`, {
    next: 'Ask an administrator for the role, or somebody who has it to do this.',
    facts: { needed: guard },
  });
}

async function byKey(authorization: string, { context, keyring }: AuthenticateOptions): Promise<Result<Authenticated, ApiRefusal>> {
  const presented = /^bearer /i.test(authorization) ? authorization.slice(7).trim() : '';
  const identified = keyring.identify(presented);
  if (!identified.ok) return err(KEY_PROBLEMS[identified.error.kind]);
  const { keyId, roles, authentication } = identified.value;
  if (!roles.has('member')) return err(NOT_FOR_MEMBERS);
  const member = await context.credentials.keyOwner(keyId);
  return member === undefined ? err(NO_MEMBER) : ok({ actor: actorOf(member, authentication), credential: { kind: 'key', keyId } });
}

function actorOf(member: Member, authentication: Actor['authentication']): Actor {
  return { principalId: member.principalId, name: member.name, roles: new Set(member.roles), authentication };
}

const SIGN_IN = new ApiRefusal(401, 'not-signed-in', 'Nobody is signed in here.', {
  next: 'Sign in at /sign-in, or send an API key with the role member as Authorization: Bearer.',
});

const NOT_FOR_MEMBERS = new ApiRefusal(403, 'key-not-for-members', 'This key may use models, and not act for its owner here.', {
  next: 'Make a key with the role member.',
});

const NO_MEMBER = new ApiRefusal(403, 'not-a-member', 'The owner of this key is no member of this checkpoint, or may not act.', {
  next: 'Ask an administrator to add the owner as a member, or to let the owner act again.',
});

const KEY_PROBLEMS: Readonly<Record<IdentityRefusal['kind'], ApiRefusal>> = {
  missing: new ApiRefusal(401, 'key-missing', 'The Authorization header holds no key.', { next: 'Send Authorization: Bearer and a key.' }),
  malformed: new ApiRefusal(401, 'key-malformed', 'This is not a key of this checkpoint.', {
    next: 'Keys look like sk_<id>_<secret>; a provider key does not work here.',
  }),
  unknown: new ApiRefusal(401, 'key-unknown', 'This key is not known here.'),
  revoked: new ApiRefusal(401, 'key-revoked', 'This key has been revoked.', { next: 'Make a new one.' }),
  expired: new ApiRefusal(401, 'key-expired', 'This key has expired.', { next: 'Make a new one.' }),
  disabled: new ApiRefusal(401, 'owner-disabled', 'The owner of this key is disabled.', { next: 'Ask an administrator.' }),
  stale: new ApiRefusal(503, 'keys-unavailable', 'Keys cannot be checked right now; nobody is let in until they can.', {
    next: 'Try again shortly.',
    facts: { retryAfterSeconds: 2 },
  }),
};
