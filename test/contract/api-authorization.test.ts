// Who may use which route of the management API: walks the table of routes with every kind of credential. What is expected is written out
// here once more, so that a guard that changes shows; a route that has no expectation fails, and stands in test/golden/unguarded-routes.txt,
// which stays empty. Whether somebody may do a thing to this application or that key is the business of the areas' own tests.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { before, describe, it } from 'node:test';
import { API_ROUTES } from '#http';
import { MEMBER_ROLES, type Member, type MemberRole } from '#identity';
import { assertGolden } from '#test/golden';
import { startManagementApi, type ManagementApi } from '#test/management-api';

const GOLDEN = fileURLToPath(new URL('../golden/unguarded-routes.txt', import.meta.url));

/** Anybody; whoever is signed in; or members with one of these roles. */
type Allowed = 'everyone' | 'members' | readonly MemberRole[];

const EXPECTED: readonly { readonly allowed: Allowed; readonly routes: readonly string[] }[] = [
  {
    allowed: 'everyone',
    routes: [
      'GET /sign-in',
      'GET /enrol',
      'GET /pages/passkey.js',
      'GET /pages/page.css',
      'POST /api/v1/sign-in/passkey/options',
      'POST /api/v1/sign-in/passkey/verify',
      'POST /api/v1/enrol/options',
      'POST /api/v1/enrol/verify',
      'GET /api/v1/sign-in/methods',
      'GET /api/v1/sign-in/oidc/{provider}/start',
      'GET /api/v1/sign-in/oidc/{provider}/callback',
      'GET /signed-in',
      'POST /api/v1/token',
      'GET /.well-known/oauth-authorization-server',
      'POST /api/v1/webhooks/openai',
      'GET /api/v1/openapi.json',
    ],
  },
  {
    allowed: 'members',
    routes: [
      'GET /api/v1/session',
      'DELETE /api/v1/session',
      'GET /api/v1/passkeys',
      'POST /api/v1/passkeys/options',
      'POST /api/v1/passkeys',
      'PATCH /api/v1/passkeys/{id}',
      'DELETE /api/v1/passkeys/{id}',
      'GET /api/v1/sessions',
      'DELETE /api/v1/sessions',
      'DELETE /api/v1/sessions/{id}',
      'GET /api/v1/keys',
      'POST /api/v1/keys',
      'POST /api/v1/keys/{id}/revoke',
      'GET /api/v1/clients',
      'POST /api/v1/clients',
      'POST /api/v1/clients/{id}/keys',
      'DELETE /api/v1/clients/{id}/keys/{kid}',
      'POST /api/v1/clients/{id}/revoke',
      'GET /api/v1/holds',
      'GET /api/v1/holds/{id}',
      'GET /api/v1/cases',
      'GET /api/v1/cases/{id}',
      'POST /api/v1/cases/{id}/appeal',
      'GET /api/v1/standing',
    ],
  },
  { allowed: ['administrator', 'auditor', 'screener', 'approver'], routes: ['GET /api/v1/members/{id}'] },
  {
    allowed: ['administrator', 'auditor'],
    routes: ['GET /api/v1/members/{id}/identities', 'GET /api/v1/members', 'GET /api/v1/members/{id}/passkeys', 'POST /api/v1/dossiers'],
  },
  {
    allowed: ['administrator'],
    routes: [
      'POST /api/v1/members/{id}/identities',
      'DELETE /api/v1/members/{id}/identities/{identity}',
      'POST /api/v1/members',
      'PATCH /api/v1/members/{id}',
      'PUT /api/v1/members/{id}/roles',
      'POST /api/v1/members/{id}/disable',
      'POST /api/v1/members/{id}/enable',
      'POST /api/v1/members/{id}/enrolment',
      'DELETE /api/v1/members/{id}/sessions',
      'POST /api/v1/onboarding',
      'POST /api/v1/onboarding/{id}/advance',
      'POST /api/v1/onboarding/{id}/probe',
      'POST /api/v1/onboarding/{id}/close',
    ],
  },
  {
    allowed: ['applicant', 'defender', 'screener', 'approver', 'auditor', 'administrator'],
    routes: [
      'GET /api/v1/access/form',
      'GET /api/v1/applications',
      'GET /api/v1/applications/{id}',
      'GET /api/v1/grants',
      'GET /api/v1/grants/{id}',
      'POST /api/v1/grants/{id}/end',
      'GET /api/v1/access/calendar',
    ],
  },
  {
    allowed: ['applicant', 'defender'],
    routes: [
      'POST /api/v1/applications',
      'PUT /api/v1/applications/{id}',
      'POST /api/v1/applications/{id}/submit',
      'POST /api/v1/applications/{id}/withdraw',
      'POST /api/v1/applications/{id}/appeal',
      'POST /api/v1/grants/{id}/renew',
    ],
  },
  {
    allowed: ['applicant', 'defender', 'screener', 'approver', 'auditor'],
    routes: ['GET /api/v1/applications/{id}/history', 'GET /api/v1/applications/{id}/evidence/{evidence}'],
  },
  {
    allowed: ['applicant', 'defender', 'screener', 'approver'],
    routes: ['POST /api/v1/applications/{id}/comments'],
  },
  {
    allowed: ['applicant', 'defender', 'screener'],
    routes: ['POST /api/v1/applications/{id}/evidence'],
  },
  {
    allowed: ['screener'],
    routes: [
      'POST /api/v1/applications/{id}/screening/claim',
      'PUT /api/v1/applications/{id}/screening/items/{item}',
      'POST /api/v1/applications/{id}/screening/finish',
      'POST /api/v1/grants/{id}/conditions',
    ],
  },
  {
    allowed: ['approver'],
    routes: [
      'POST /api/v1/applications/{id}/approve',
      'POST /api/v1/applications/{id}/reject',
      'POST /api/v1/grants/{id}/narrow',
      'POST /api/v1/grants/{id}/revoke',
      'POST /api/v1/grants/{id}/resume',
      'POST /api/v1/grants/{id}/recertify',
      'POST /api/v1/holds/{id}/approve',
      'POST /api/v1/holds/{id}/deny',
    ],
  },
  {
    allowed: ['approver', 'screener'],
    routes: ['POST /api/v1/grants/{id}/suspend'],
  },
  {
    allowed: ['approver', 'auditor', 'administrator'],
    routes: [
      'POST /api/v1/cases/{id}/comments',
      'POST /api/v1/cases/{id}/false-positive-pack',
      'GET /api/v1/signals',
      'GET /api/v1/standings',
      'GET /api/v1/standings/{principal}',
    ],
  },
  {
    allowed: ['approver', 'administrator'],
    routes: [
      'POST /api/v1/cases/{id}/appeal/answer',
      'POST /api/v1/cases/{id}/close',
      'PUT /api/v1/standings/{principal}',
      'POST /api/v1/obligations/attestations',
      'POST /api/v1/obligations/attestations/{id}/withdraw',
    ],
  },
  {
    allowed: ['screener', 'approver', 'auditor', 'administrator'],
    routes: ['GET /api/v1/obligations', 'GET /api/v1/obligations/attestations', 'GET /api/v1/onboarding', 'GET /api/v1/onboarding/{id}'],
  },
];

/** Refusals that a guard makes. Whatever else comes back, the call has passed it. */
const GUARDS_REFUSALS = new Set([
  'not-signed-in',
  'key-missing',
  'key-malformed',
  'key-unknown',
  'key-revoked',
  'key-expired',
  'owner-disabled',
  'keys-unavailable',
  'key-not-for-members',
  'not-a-member',
  'role-missing',
  'cross-site',
  'csrf-header-missing',
]);

type Who = MemberRole | 'no role';
const EVERYBODY: readonly Who[] = [...MEMBER_ROLES, 'no role'];

/** Credentials that are nobody's, or whose owner may not act here: what is sent, and what is answered. */
const NOBODY = {
  nothing: 401,
  'a cookie of nobody': 401,
  'a session that was ended': 401,
  'a session of a disabled member': 401,
  'a malformed key': 401,
  'a key of nobody': 401,
  'a key with another secret': 401,
  'a revoked key': 401,
  'a key of a disabled member': 401,
  'a key without the role member': 403,
  'a key with the role member of somebody who is no member': 403,
} as const;
type Nobody = keyof typeof NOBODY;

interface Credential {
  readonly cookie?: string;
  readonly key?: string;
}

let api: ManagementApi;
const members = new Map<Who, Member>();
const keys = new Map<Who, string>();
const strangers = new Map<Nobody, Credential>();

before(async () => {
  api = await startManagementApi();
  for (const who of EVERYBODY) {
    const member = await api.addMember(`the ${who}`, who === 'no role' ? [] : [who]);
    members.set(who, member);
    keys.set(who, await api.keyOf(member, ['member']));
  }
  // With every role, so that nothing but the credential itself can be the reason.
  const strong = (name: string) => api.addMember(name, MEMBER_ROLES);
  const [owner, leaver] = [await strong('owner'), await strong('leaver')];
  const good = await api.keyOf(owner, ['member']);
  const revoked = await api.keyOf(owner, ['member']);
  await api.revokeKey(revoked);
  const ended = await sessionOf(owner);
  await api.services.sessions.end({ principalId: owner.principalId }, undefined);
  const ofLeaver = { cookie: await sessionOf(leaver), key: await api.keyOf(leaver, ['member']) };
  assert.ok((await api.services.members.disable(leaver.principalId, undefined)).ok);
  await api.keyring.refresh();
  const all: Readonly<Record<Nobody, Credential>> = {
    nothing: {},
    'a cookie of nobody': { cookie: `__Host-sekisho-session=${randomBytes(32).toString('base64url')}` },
    'a session that was ended': { cookie: ended },
    'a session of a disabled member': { cookie: ofLeaver.cookie },
    'a malformed key': { key: 'sk-not-from-here' },
    'a key of nobody': { key: good.slice(0, 3) + '0'.repeat(16) + good.slice(19) },
    'a key with another secret': { key: good.slice(0, 20) + randomBytes(32).toString('base64url') },
    'a revoked key': { key: revoked },
    'a key of a disabled member': { key: ofLeaver.key },
    'a key without the role member': { key: await api.keyOf(owner, ['caller', 'operator', 'auditor']) },
    'a key with the role member of somebody who is no member': { key: await api.keyOf({ name: 'no member' }, ['member']) },
  };
  for (const [name, credential] of Object.entries(all)) strangers.set(name as Nobody, credential);
});

async function sessionOf(member: Member): Promise<string> {
  const started = await api.services.sessions.start({ member, authentication: 'sso', address: '', userAgent: '' });
  assert.ok(started.ok);
  return `__Host-sekisho-session=${started.value.token}`;
}

/** Named parts of paths lead nowhere: what is let pass changes nothing. */
function pathOf(route: string): string {
  return route.split(' ')[1]!.replace(/\{\w+\}/g, 'nobody-s');
}

function ask(route: string, credential: Credential) {
  return api.call({ method: route.split(' ')[0]!, path: pathOf(route), ...credential });
}

function isAllowed(allowed: Allowed, who: Who): boolean {
  return allowed === 'everyone' || allowed === 'members' || (who !== 'no role' && allowed.includes(who));
}

const names = API_ROUTES.map(({ method, path }) => `${method} ${path}`);

describe('every route of the management API', () => {
  it('says here who may use it, once', () => {
    const expected = EXPECTED.flatMap(({ routes }) => routes);
    const missing = names.filter((name) => !expected.includes(name));
    assertGolden(GOLDEN, missing, 'test/contract/api-authorization.test.ts');
    assert.deepEqual(missing, [], 'the golden file stays empty: write the expectation instead of recording the gap');
    assert.deepEqual(
      expected.filter((name) => !names.includes(name)),
      [],
      'expectations for routes that are gone',
    );
    assert.equal(new Set(expected).size, expected.length);
  });

  for (const { allowed, routes } of EXPECTED)
    for (const route of routes) {
      it(`${route}: ${typeof allowed === 'string' ? allowed : allowed.join(', ')}`, async () => {
        for (const who of EVERYBODY) {
          const credentials = [{ cookie: await sessionOf(members.get(who)!) }, { key: keys.get(who)! }];
          for (const credential of credentials) {
            const { errors, records } = api;
            const before = [errors.length, records.length];
            const answered = await ask(route, credential);
            const what = `${who} with a ${Object.keys(credential)[0]}: ${answered.status} ${answered.text.slice(0, 200)}`;
            const isRefused = GUARDS_REFUSALS.has(String(answered.json['code']));
            assert.equal(isRefused, !isAllowed(allowed, who), what);
            if (!isRefused) continue;
            assert.equal(answered.status, 403, what);
            assert.deepEqual([errors.length, records.length], before, `nothing was done: ${what}`);
          }
        }
        for (const [name, credential] of strangers) {
          const answered = await ask(route, credential);
          const isRefused = GUARDS_REFUSALS.has(String(answered.json['code']));
          assert.equal(isRefused, allowed !== 'everyone', `${name}: ${answered.status} ${answered.text.slice(0, 200)}`);
          if (isRefused) assert.equal(answered.status, NOBODY[name], `${name}: ${answered.text}`);
          if (isRefused) assert.equal(answered.headers['www-authenticate'] !== undefined, answered.status === 401);
        }
      });
    }

  it('that changes something refuses a session without the header that no other site can send', async () => {
    const cookie = await sessionOf(members.get('administrator')!);
    const guarded = API_ROUTES.filter(
      ({ guard, method }) => method !== 'GET' && (guard === 'member' || (guard !== 'public' && guard.includes('administrator'))),
    );
    assert.ok(guarded.length > 10);
    for (const { method, path } of guarded) {
      for (const headers of [{ 'x-sekisho-csrf': '' }, { 'sec-fetch-site': 'cross-site' }, { 'sec-fetch-site': 'same-site' }]) {
        const answered = await api.call({ method, path: pathOf(`${method} ${path}`), cookie, headers });
        assert.equal(answered.status, 403, `${method} ${path}`);
        assert.match(String(answered.json['code']), /^(cross-site|csrf-header-missing)$/);
      }
    }
  });

  it('takes a key from Authorization: Bearer and from nowhere else', async () => {
    const key = keys.get('administrator')!;
    const get = (path: string, headers: Readonly<Record<string, string>>) => api.call({ method: 'GET', path, headers });
    assert.equal((await get('/api/v1/members', { authorization: `bEaReR   ${key} ` })).status, 200);
    for (const headers of [
      { authorization: key },
      { authorization: `Basic ${Buffer.from(`:${key}`).toString('base64')}` },
      { 'x-api-key': key },
      { 'proxy-authorization': `Bearer ${key}` },
      { cookie: `__Host-sekisho-session=${key}; key=${key}` },
    ])
      assert.equal((await get('/api/v1/members', headers)).status, 401);
    assert.equal((await get(`/api/v1/members?api_key=${key}`, {})).status, 401);
  });

  it('is guarded by roles and not by membership alone where it decides about access', () => {
    const deciding = API_ROUTES.filter(({ path }) =>
      /\/(approve|reject|screening|deny|narrow|revoke|resume|recertify|conditions)\b/.test(path),
    );
    for (const { guard, path } of deciding.filter(
      (route) => !route.path.startsWith('/api/v1/keys') && !route.path.startsWith('/api/v1/clients'),
    )) {
      assert.ok(Array.isArray(guard), path);
      assert.ok(!guard.includes('administrator') && !guard.includes('applicant'), `${path}: neither by administering nor by applying`);
    }
  });
});
