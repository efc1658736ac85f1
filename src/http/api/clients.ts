// OAuth clients of services: registering them with public keys, changing keys, ending them. Administrators act on all of them; whoever
// answers for a service by a grant that is in force, on those of that service.
import { z } from 'zod';
import { CLIENT_ALGORITHMS, CLIENT_ROLES, type Client, type ClientActing, type ClientRefusal } from '#identity';
import type { Result } from '#kernel';
import type { ApiCall } from './call.ts';
import { SESSION_NEEDED } from './identity-refusals.ts';
import { iso, isoOrNull } from './passkey-fields.ts';
import { ApiRefusal } from './refusal.ts';
import { apiRoute, type ApiAnswer, type ApiRoute } from './route.ts';

const MOST_LISTED = 200;
const time = z.iso.datetime();
/** RFC 7517; which members count is looked at later. */
const jwkSchema = z.record(z.string().max(64), z.union([z.string().max(2048), z.array(z.string().max(64)).max(10), z.boolean()]));
const party = z.strictObject({ id: z.string(), name: z.string() });

const clientSchema = z.strictObject({
  id: z.string().describe('The OAuth client_id'),
  service: party,
  label: z.string(),
  roles: z.array(z.enum(CLIENT_ROLES)).describe('Of its tokens'),
  routes: z.array(z.string()).nullable().describe('null: every route'),
  tokenSeconds: z.int(),
  registeredBy: party,
  asOwner: z.boolean().describe('It counts as long as whoever registered it answers for the service'),
  keys: z.array(z.strictObject({ kid: z.string(), alg: z.enum(CLIENT_ALGORITHMS), thumbprint: z.string(), createdAt: time })),
  createdAt: time,
  revokedAt: time.nullable(),
  revokedReason: z.string().nullable(),
});

export const CLIENT_ROUTES: readonly ApiRoute[] = [
  apiRoute({
    method: 'GET',
    path: '/api/v1/clients',
    guard: 'member',
    summary: 'OAuth clients: of the services that you answer for; for administrators and auditors, all',
    query: z.strictObject({
      after: z.string().max(64).optional().describe('The id after which to go on'),
      limit: z.coerce.number().int().min(1).max(MOST_LISTED).optional(),
    }),
    answer: z.strictObject({ clients: z.array(clientSchema), next: z.string().nullable().describe('`after` of the next page') }),
    async handle({ services, actor, query: { after, limit = MOST_LISTED } }) {
      const asOwner = !actor.roles.has('administrator') && !actor.roles.has('auditor');
      const clients = await services.clients.list({ principalId: actor.principalId, asOwner }, { after, limit });
      const next = clients.length < limit ? null : clients.at(-1)!.id;
      return { status: 200, body: { clients: clients.map(shownClient), next } };
    },
  }),
  apiRoute({
    method: 'POST',
    path: '/api/v1/clients',
    guard: 'member',
    summary: 'Register an OAuth client of a service, with the public keys that it signs with',
    body: z.strictObject({
      service: z.string().min(1).max(128).describe('Name or id'),
      label: z.string().max(128).default(''),
      roles: z.array(z.enum(CLIENT_ROLES)).min(1).max(2).default(['caller']),
      routes: z.array(z.string().min(1).max(256)).min(1).max(256).nullable().default(null),
      tokenSeconds: z.int().min(60).max(3600).optional().describe('How long a token lives. Default: 900'),
      keys: z.array(jwkSchema).min(1).max(5).describe('Public JWKs: EC P-256, Ed25519, or RSA of 2048 bits and more'),
    }),
    answer: clientSchema,
    async handle(call) {
      if (call.credential?.kind !== 'session') return SESSION_NEEDED;
      return answerTo(await call.services.clients.register(call.body, actingOf(call)), 201);
    },
  }),
  apiRoute({
    method: 'POST',
    path: '/api/v1/clients/{id}/keys',
    guard: 'member',
    summary: 'Add a public key, for changing from one to the next without a gap',
    body: z.strictObject({ key: jwkSchema }),
    answer: clientSchema,
    async handle(call) {
      // A key that leaked opens no other way in.
      if (call.credential?.kind !== 'session') return SESSION_NEEDED;
      return answerTo(await call.services.clients.addKey(call.params['id']!, call.body.key, actingOf(call)), 201);
    },
  }),
  apiRoute({
    method: 'DELETE',
    path: '/api/v1/clients/{id}/keys/{kid}',
    guard: 'member',
    summary: 'Take a public key away; ends the tokens that it was used for',
    answer: clientSchema,
    handle: async (call) => answerTo(await call.services.clients.removeKey(call.params['id']!, call.params['kid']!, actingOf(call))),
  }),
  apiRoute({
    method: 'POST',
    path: '/api/v1/clients/{id}/revoke',
    guard: 'member',
    summary: 'End a client for good, with its tokens',
    body: z.strictObject({ reason: z.string().min(1).max(1024).default('revoked by who answers for it') }).prefault({}),
    answer: clientSchema,
    handle: async (call) => answerTo(await call.services.clients.revoke(call.params['id']!, call.body.reason, actingOf(call))),
  }),
];

function actingOf({ actor: { principalId, name, roles, authentication } }: Pick<ApiCall, 'actor'>): ClientActing {
  return { principalId, name, authentication, asOwner: !roles.has('administrator') };
}

function answerTo(outcome: Result<Client, ClientRefusal>, status: 200 | 201 = 200): ApiAnswer | ApiRefusal {
  return outcome.ok ? { status, body: shownClient(outcome.value) } : clientRefusal(outcome.error);
}

function shownClient(client: Client): z.output<typeof clientSchema> {
  const { id, service, label, roles, routes, tokenSeconds, registeredBy, asOwner, keys, createdAtMs, revokedAtMs, revokedReason } = client;
  return {
    id,
    service,
    label,
    roles: [...roles],
    routes: routes === null ? null : [...routes],
    tokenSeconds,
    registeredBy,
    asOwner,
    keys: keys.map((key) => ({ kid: key.kid, alg: key.alg, thumbprint: key.thumbprint, createdAt: iso(key.createdAtMs) })),
    createdAt: iso(createdAtMs),
    revokedAt: isoOrNull(revokedAtMs),
    revokedReason,
  };
}

function clientRefusal(refusal: ClientRefusal): ApiRefusal {
  switch (refusal.kind) {
    case 'unknown-service':
      return new ApiRefusal(404, 'unknown-service', 'There is no such service that may act, or it is not yours to answer for.', {
        next: 'Administrators make services members; whoever holds a grant for a service answers for it.',
      });
    case 'unknown-client':
      return new ApiRefusal(404, 'unknown-client', 'There is no such client.');
    case 'not-your-client':
      return new ApiRefusal(403, 'not-your-client', 'Only an administrator gives keys to a client that somebody else registered.', {
        next: 'Register a client of your own for the service.',
      });
    case 'unknown-client-key':
      return new ApiRefusal(404, 'unknown-client-key', 'The client has no key of that kid.');
    case 'client-revoked':
      return new ApiRefusal(409, 'client-revoked', 'This client has been revoked.', { next: 'Register another one.' });
    case 'key-in-use':
      return new ApiRefusal(409, 'key-in-use', 'The key, or its kid at this client, is registered already.', { next: 'Make a new key.' });
    case 'last-client-key':
      return new ApiRefusal(409, 'last-client-key', 'This is the only key of the client.', {
        next: 'Add another one first, or revoke the client.',
      });
    case 'too-many-keys':
      return new ApiRefusal(409, 'too-many-keys', 'The client has too many keys.', { next: 'Take one of them away first.' });
    case 'too-many-clients':
      return new ApiRefusal(409, 'too-many-clients', 'The service has too many clients.', { next: 'Revoke one of them first.' });
    case 'key-invalid':
      return invalid('key', refusal.problem);
    case 'client-invalid':
      return invalid(refusal.field, refusal.problem);
  }
}

function invalid(path: string, problem: string): ApiRefusal {
  return new ApiRefusal(422, 'body-invalid', `${path} ${problem}.`, { facts: { problems: [{ path, problem }] } });
}
