// A member's own API keys: for using models, and for acting here from a program. A key says how its maker had signed in.
import { z } from 'zod';
import { AUTHENTICATIONS, type KeyRecord } from '#identity';
import { administrationRefusal, SESSION_NEEDED, UNKNOWN_MEMBER } from './identity-refusals.ts';
import { isFresh, SIGN_IN_AGAIN } from './own-ways-in.ts';
import { iso, isoOrNull } from './passkey-fields.ts';
import { ApiRefusal } from './refusal.ts';
import { apiRoute, type ApiRoute } from './route.ts';

const MOST_ROUTES = 256;
/** Of one member that count: every worker holds every key in memory. */
const MOST_KEYS = 100;
const time = z.iso.datetime();

const keySchema = z.strictObject({
  id: z.string(),
  owner: z.strictObject({ id: z.string(), name: z.string() }),
  label: z.string(),
  roles: z.array(z.string()),
  routes: z.array(z.string()).nullable().describe('null: every route'),
  authentication: z.enum(AUTHENTICATIONS).describe('How whoever made it had signed in'),
  createdAt: time,
  expiresAt: time.nullable(),
  revokedAt: time.nullable(),
  revokedReason: z.string().nullable(),
});

export const KEY_ROUTES: readonly ApiRoute[] = [
  apiRoute({
    method: 'GET',
    path: '/api/v1/keys',
    guard: 'member',
    summary: 'Your keys; administrators see all of them on request',
    query: z.strictObject({ of: z.enum(['me', 'everyone']).default('me') }),
    answer: z.strictObject({ keys: z.array(keySchema) }),
    async handle({ services, actor, query }) {
      if (query.of === 'everyone' && !actor.roles.has('administrator')) return NOT_YOURS;
      const listed = await services.administrationOf(actor).listKeys(query.of === 'me' ? { owner: actor.principalId } : {});
      return listed.ok ? { status: 200, body: { keys: listed.value.map(shownKey) } } : administrationRefusal(listed.error);
    },
  }),
  apiRoute({
    method: 'POST',
    path: '/api/v1/keys',
    guard: 'member',
    summary: 'Make a key; it is shown this once',
    body: z.strictObject({
      label: z.string().max(256).default(''),
      roles: z
        .array(z.enum(['caller', 'member']))
        .min(1)
        .max(2)
        .default(['caller']),
      routes: z.array(z.string().min(1).max(256)).min(1).max(MOST_ROUTES).nullable().default(null),
      expiresAt: z.iso.datetime({ offset: true }).nullable().default(null),
    }),
    answer: z.strictObject({ key: z.string(), record: keySchema }),
    async handle({ services, actor, credential, body, nowMs }) {
      // A key that leaked makes no further ones.
      if (credential?.kind !== 'session') return SESSION_NEEDED;
      // Nor does somebody who finds an open session settle in with one that acts here.
      if (body.roles.includes('member') && !isFresh(credential.session.createdAtMs, nowMs)) return SIGN_IN_AGAIN;
      const member = await services.members.find(actor.principalId);
      if (member === undefined) return UNKNOWN_MEMBER;
      const own = await services.administrationOf(actor).listKeys({ owner: actor.principalId });
      if (!own.ok) return administrationRefusal(own.error);
      if (own.value.filter((key) => counts(key, nowMs)).length >= MOST_KEYS) return TOO_MANY_KEYS;
      const { expiresAt, ...input } = body;
      const endsAtMs = expiresAt === null ? null : Date.parse(expiresAt);
      const latestMs = nowMs + LONGEST_MEMBER_KEY_MS;
      if (body.roles.includes('member') && endsAtMs !== null && endsAtMs > latestMs) return TOO_LONG;
      const created = await services.administrationOf(actor).createKey({
        ...input,
        owner: member.name,
        kind: member.kind,
        // It carries how its maker signed in, and nobody signs in for ever.
        expiresAtMs: endsAtMs ?? (body.roles.includes('member') ? latestMs : null),
        authentication: credential.session.authentication,
      });
      if (!created.ok) return administrationRefusal(created.error);
      return { status: 201, body: { key: created.value.key, record: shownKey(created.value.record) } };
    },
  }),
  apiRoute({
    method: 'POST',
    path: '/api/v1/keys/{id}/revoke',
    guard: 'member',
    summary: 'End a key for good: one of yours, or as an administrator any',
    body: z.strictObject({ reason: z.string().min(1).max(1024).default('revoked by its owner') }).prefault({}),
    answer: keySchema,
    async handle({ services, actor, params, body }) {
      const administration = services.administrationOf(actor);
      if (!actor.roles.has('administrator')) {
        const own = await administration.listKeys({ owner: actor.principalId });
        if (!own.ok) return administrationRefusal(own.error);
        // The same whether somebody else has such a key or nobody.
        if (!own.value.some((key) => key.id === params['id'])) return administrationRefusal({ kind: 'unknown-key', given: '' });
      }
      const revoked = await administration.revokeKey({ key: params['id']!, reason: body.reason });
      return revoked.ok ? { status: 200, body: shownKey(revoked.value) } : administrationRefusal(revoked.error);
    },
  }),
];

const LONGEST_MEMBER_KEY_DAYS = 90;
const LONGEST_MEMBER_KEY_MS = LONGEST_MEMBER_KEY_DAYS * 24 * 3_600_000;

const TOO_LONG = new ApiRefusal(
  422,
  'key-too-long',
  `A key with the role member ends after ${LONGEST_MEMBER_KEY_DAYS} days at the latest.`,
  {
    next: 'Name an earlier end, or none.',
  },
);

const NOT_YOURS = new ApiRefusal(403, 'role-missing', 'Only an administrator sees the keys of others.', {
  facts: { needed: ['administrator'] },
});

const TOO_MANY_KEYS = new ApiRefusal(409, 'too-many-keys', `You have ${MOST_KEYS} keys that count.`, {
  next: 'Revoke those that you do not need.',
});

function counts({ revokedAtMs, expiresAtMs }: KeyRecord, nowMs: number): boolean {
  return revokedAtMs === null && (expiresAtMs === null || nowMs < expiresAtMs);
}

function shownKey(record: KeyRecord): z.output<typeof keySchema> {
  const { id, owner, label, roles, routes, authentication, createdAtMs, expiresAtMs, revokedAtMs, revokedReason } = record;
  return {
    id,
    owner: { id: owner.id, name: owner.name },
    label,
    roles: [...roles],
    routes: routes === null ? null : [...routes],
    authentication,
    createdAt: iso(createdAtMs),
    expiresAt: isoOrNull(expiresAtMs),
    revokedAt: isoOrNull(revokedAtMs),
    revokedReason,
  };
}
