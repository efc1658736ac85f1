// Signing in through identity providers: with a certified one that does everything right, and with one that lies in every way we know.
import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { sql } from 'kysely';
import { createOidc, redirectUriOf, type OidcProvider } from '#identity';
import { createOidcStore } from '#store';
import type { Called } from '#test/api-call';
import { startCertifiedProvider, type CertifiedProvider, type SigningIn } from '#test/certified-provider';
import { startForgingProvider, type Forgery, type ForgingProvider } from '#test/forging-provider';
import { startManagementApi, type ManagementApi, type SignedInPerson } from '#test/management-api';

const CLIENT_SECRET = 'a secret / with: odd + characters';

let api: ManagementApi;
let certified: CertifiedProvider;
let forger: ForgingProvider;
/** Time passes here: an administrator signs in for each act. */
let administrator: SignedInPerson;
const root = () => api.signIn(administrator.passkey);
const problems: string[] = [];

before(async () => {
  forger = await startForgingProvider('sekisho');
  api = await startManagementApi({
    publicUrl: 'this-server',
    services: (foundation) => {
      const mapping = { acr: { phr: 'passkey', mfa: 'sso-mfa', pwd: 'sso' }, amr: { hwk: 'passkey', otp: 'sso-mfa' } } as const;
      const shared = { clientId: 'sekisho', scopes: ['openid', 'profile'], nameClaim: 'preferred_username' };
      // The certified one's address is known only once the checkpoint's is.
      const corp: OidcProvider = {
        ...shared,
        ...mapping,
        id: 'corp',
        get issuer() {
          return certified.issuer;
        },
        clientSecret: CLIENT_SECRET,
      };
      const lies: OidcProvider = { ...shared, acr: {}, amr: mapping.amr, id: 'lies', issuer: forger.issuer, clientSecret: undefined };
      const gone: OidcProvider = { ...lies, id: 'gone', issuer: 'http://127.0.0.1:1' };
      return {
        oidc: createOidc({
          ...foundation,
          providers: [corp, lies, gone],
          store: createOidcStore(foundation.database),
          onProblem: (provider, { kind, reason }) => void problems.push(`${provider} ${kind} ${reason}`),
        }),
      };
    },
  });
  certified = await startCertifiedProvider({
    clientId: 'sekisho',
    clientSecret: CLIENT_SECRET,
    redirectUri: redirectUriOf(api.publicUrl, 'corp'),
  });
  administrator = await api.signedIn('root', ['administrator']);
});

after(() => Promise.all([certified.close(), forger.close()]));

interface Journey {
  /** Where the provider sends the browser back to. */
  readonly path: string;
  readonly cookie: string;
}

async function start(provider: string): Promise<{ readonly location: URL; readonly cookie: string }> {
  const { status, headers, cookie, text } = await api.call({ method: 'GET', path: `/api/v1/sign-in/oidc/${provider}/start` });
  assert.equal(status, 302, text);
  return { location: new URL(headers.location!), cookie: cookie! };
}

/** To the certified provider and through its pages, as a browser would go, up to the way back. */
async function journey(who: SigningIn | undefined): Promise<Journey> {
  certified.next = who;
  const { location, cookie } = await start('corp');
  const cookies = new Map<string, string>();
  let url = location;
  for (let step = 0; step < 10; step++) {
    const answer = await fetch(url, {
      redirect: 'manual',
      headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
    });
    await answer.arrayBuffer();
    for (const set of answer.headers.getSetCookie()) {
      const [pair = ''] = set.split(';');
      cookies.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1));
    }
    const next = answer.headers.get('location');
    assert.ok(next !== null, `${url.href}: ${answer.status}`);
    url = new URL(next, url);
    if (url.origin === api.publicUrl) return { path: `${url.pathname}${url.search}`, cookie };
  }
  assert.fail('the provider leads nowhere');
}

function arrive({ path, cookie }: Journey, headers: Readonly<Record<string, string>> = {}): Promise<Called> {
  // As a browser comes from another site: with the Lax cookie, and without any header of our own pages.
  return api.call({ method: 'GET', path, headers: { cookie, 'sec-fetch-site': 'cross-site', ...headers } });
}

async function invited(name: string, provider = 'corp', theirs?: string): Promise<string> {
  const member = (await api.services.members.find(name)) ?? (await api.addMember(name, ['defender']));
  const body = { provider, ...(theirs === undefined ? {} : { name: theirs }) };
  const { status, text } = await api.call({ path: `/api/v1/members/${member.principalId}/identities`, body, cookie: await root() });
  assert.equal(status, 201, text);
  return member.principalId;
}

async function whoIs(cookie: string | undefined): Promise<{ readonly name: string; readonly authentication: string } | undefined> {
  const { status, json } = await api.call({ method: 'GET', path: '/api/v1/session', cookie: cookie! });
  if (status !== 200) return undefined;
  return { name: (json['member'] as { name: string }).name, authentication: json['authentication'] as string };
}

/** Nobody is let in, and nothing of the inside is told. */
function assertRefused(called: Called, status: number, code: string): void {
  assert.deepEqual([called.status, called.json['code']], [status, code], called.text);
  assert.equal(called.cookie, undefined);
  assert.doesNotMatch(called.text, /openid-client|OAUTH_|oauth4webapi|stack|jwt/i);
}

describe('with a certified provider', () => {
  it('says which ways in there are', async () => {
    const { json } = await api.call({ method: 'GET', path: '/api/v1/sign-in/methods' });
    assert.deepEqual(
      (json['providers'] as { id: string; start: string }[]).map(({ id, start: path }) => [id, path]),
      ['corp', 'lies', 'gone'].map((id) => [id, `/api/v1/sign-in/oidc/${id}/start`]),
    );
  });

  it('asks with PKCE, state and nonce, and binds them to the browser', async () => {
    const { headers } = await api.call({ method: 'GET', path: '/api/v1/sign-in/oidc/corp/start' });
    const query = new URL(headers.location!).searchParams;
    assert.equal(query.get('code_challenge_method'), 'S256');
    assert.equal(query.get('redirect_uri'), redirectUriOf(api.publicUrl, 'corp'));
    assert.deepEqual([query.get('scope'), query.get('response_type')], ['openid profile', 'code']);
    const sent = ['state', 'nonce', 'code_challenge'].map((name) => query.get(name)!);
    for (const value of sent) assert.match(value, /^[A-Za-z0-9_-]{43}$/);
    const [cookie] = headers['set-cookie']!;
    assert.match(cookie!, /^sekisho-sign-in=[A-Za-z0-9_-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=600$/);
    const { rows } = await sql<{ text: string }>`select oidc_attempts::text as text from sekisho.oidc_attempts`.execute(api.database);
    assert.ok(rows.length > 0);
    for (const value of [...sent, cookie!.split(/[=;]/)[1]!]) {
      const hex = Buffer.from(value, 'base64url').toString('hex');
      assert.ok(!rows.some(({ text }) => text.includes(value) || text.includes(hex)), 'nothing in the database finishes an attempt');
    }
  });

  it('lets in whoever was invited under the name, links issuer and subject, and records both', async () => {
    const principalId = await invited('alice');
    certified.accounts.set('subject-of-alice', { subject: 'subject-of-alice', claims: { preferred_username: 'alice' } });
    const arrived = await arrive(await journey({ subject: 'subject-of-alice', acr: 'mfa' }));
    assert.deepEqual([arrived.status, arrived.headers.location], [302, '/signed-in'], arrived.text);
    assert.match(arrived.headers['set-cookie']![0]!, /^sekisho-session=[A-Za-z0-9_-]{43}; Path=\/; HttpOnly; SameSite=Strict$/);
    assert.deepEqual(await whoIs(arrived.cookie), { name: 'alice', authentication: 'sso-mfa' });
    const [linked, signedIn] = api.records.slice(-2);
    assert.deepEqual([linked?.facts.type, signedIn?.facts.type], ['oidc-identity-linked', 'signed-in']);
    assert.deepEqual([linked?.subject, linked?.facts['provider'], linked?.facts['issuer']], [principalId, 'corp', certified.issuer]);
    assert.ok(!JSON.stringify(linked).includes('subject-of-alice'), 'a subject may be an e-mail address');
    assert.deepEqual(certified.errors, []);
  });

  it('knows the person again by issuer and subject: renaming at the provider changes nothing', async () => {
    await invited('mallory');
    // Alice takes the name of somebody who is invited.
    certified.accounts.set('subject-of-alice', { subject: 'subject-of-alice', claims: { preferred_username: 'mallory' } });
    const arrived = await arrive(await journey({ subject: 'subject-of-alice' }));
    assert.deepEqual(await whoIs(arrived.cookie), { name: 'alice', authentication: 'sso' });
  });

  it('counts acr and amr as the configuration says, and what it does not know as sso', async () => {
    const cases: readonly [SigningIn, string][] = [
      [{ subject: 'subject-of-alice', acr: 'phr' }, 'passkey'],
      [{ subject: 'subject-of-alice', acr: 'odd' }, 'sso'],
      [{ subject: 'subject-of-alice', acr: 'odd', amr: ['hwk'] }, 'sso'],
      [{ subject: 'subject-of-alice', acr: 'pwd', amr: ['hwk'] }, 'sso'],
      [{ subject: 'subject-of-alice', amr: ['pwd', 'otp'] }, 'sso-mfa'],
      [{ subject: 'subject-of-alice', amr: ['otp', 'hwk'] }, 'passkey'],
      [{ subject: 'subject-of-alice', amr: ['toString', '__proto__'] }, 'sso'],
      [{ subject: 'subject-of-alice' }, 'sso'],
    ];
    for (const [who, authentication] of cases) {
      const arrived = await arrive(await journey(who));
      assert.equal((await whoIs(arrived.cookie))?.authentication, authentication, JSON.stringify(who));
    }
  });

  it('does not let in whom nobody invited, not even under the name or e-mail address of a member', async () => {
    const bob = await api.services.members.add({ name: 'bob', kind: 'person', roles: [], email: 'bob@corp.example' }, undefined);
    assert.ok(bob.ok);
    const claims = { preferred_username: 'bob', email: 'bob@corp.example', email_verified: true };
    certified.accounts.set('somebody', { subject: 'somebody', claims });
    const arrived = await arrive(await journey({ subject: 'somebody', acr: 'phr' }));
    assertRefused(arrived, 403, 'identity-unknown');
    assert.equal(arrived.json['name'], 'bob', 'what to tell the administrator');
    assert.deepEqual(await api.services.oidc.list(bob.value.principalId), []);
  });

  it('shows people a page, in their language, with nothing from outside in it', async () => {
    certified.accounts.set('odd', { subject: 'odd', claims: { preferred_username: '<script>alert(1)</script>' } });
    const page = await arrive(await journey({ subject: 'odd' }), { accept: 'text/html,*/*', 'accept-language': 'ja' });
    assert.equal(page.status, 403);
    assert.match(page.text, /<html lang="ja">[\s\S]*管理者に招待を依頼してください/);
    assert.ok(!page.text.includes('<script>'));
    assert.match(page.headers['content-security-policy'] as string, /^default-src 'none'; style-src 'self'/);
    const done = await api.call({ method: 'GET', path: '/signed-in', headers: { 'accept-language': 'en' } });
    assert.deepEqual([done.status, /You are signed in/.test(done.text)], [200, true]);
  });

  it('does not let in a member who may not act, and lets nobody be linked to one', async () => {
    const principalId = await invited('carol');
    certified.accounts.set('carol', { subject: 'carol', claims: { preferred_username: 'carol' } });
    await api.services.members.disable(principalId as never, undefined);
    assertRefused(await arrive(await journey({ subject: 'carol' })), 403, 'member-disabled');
    await api.services.members.enable(principalId as never, undefined);
    assert.equal((await whoIs((await arrive(await journey({ subject: 'carol' }))).cookie))?.name, 'carol');
    await api.services.members.disable(principalId as never, undefined);
    assertRefused(await arrive(await journey({ subject: 'carol' })), 403, 'member-disabled');
  });

  it('takes a way back once', async () => {
    const back = await journey({ subject: 'subject-of-alice' });
    assert.equal((await arrive(back)).status, 302);
    assertRefused(await arrive(back), 403, 'sign-in-unknown');
  });

  it('does not take a way back that another browser began, nor one whose state was changed', async () => {
    const [mine, theirs] = [await journey({ subject: 'subject-of-alice' }), await journey({ subject: 'subject-of-alice' })];
    assertRefused(await arrive({ path: theirs.path, cookie: mine.cookie }), 403, 'sign-in-unknown');
    assertRefused(await arrive({ path: theirs.path, cookie: '' }), 403, 'sign-in-unknown');
    assertRefused(await arrive({ path: theirs.path, cookie: `${theirs.cookie}; ${mine.cookie}` }), 403, 'sign-in-unknown');
    const state = new URL(theirs.path, api.publicUrl).searchParams.get('state')!;
    assertRefused(await arrive({ ...theirs, path: theirs.path.replace(state, 'A'.repeat(43)) }), 403, 'sign-in-unknown');
    assert.equal((await arrive({ ...theirs, path: `${theirs.path}&state=${state}` })).status, 400, 'two states are none');
    assert.equal((await arrive(theirs)).status, 302, 'whoever began it can still finish it');
  });

  it('does not take a code that was used, or that another attempt got', async () => {
    const [used, own] = [await journey({ subject: 'subject-of-alice' }), await journey({ subject: 'subject-of-alice' })];
    const codeOf = ({ path }: Journey) => new URL(path, api.publicUrl).searchParams.get('code')!;
    const stolen = { ...own, path: own.path.replace(codeOf(own), codeOf(used)) };
    // PKCE: the code belongs to another verifier.
    assertRefused(await arrive(stolen), 403, 'provider-not-accepted');
    assert.match(problems.at(-1)!, /^corp not-accepted OAUTH_RESPONSE_BODY_ERROR invalid_grant$/);
  });

  it('gives ten minutes', async () => {
    const [late, inTime] = [await journey({ subject: 'subject-of-alice' }), await journey({ subject: 'subject-of-alice' })];
    api.advance(599_000);
    assert.equal((await arrive(inTime)).status, 302);
    api.advance(2_000);
    assertRefused(await arrive(late), 403, 'sign-in-unknown');
  });

  it('says so when the person gave up there', async () => {
    assertRefused(await arrive(await journey(undefined)), 403, 'provider-declined');
  });

  it('does not let in anybody when the ledger cannot be written, and links nobody', async () => {
    const principalId = await invited('dave');
    certified.accounts.set('dave', { subject: 'dave', claims: { preferred_username: 'dave' } });
    const back = await journey({ subject: 'dave' });
    api.breakLedger(true);
    try {
      const { status, cookie } = await arrive(back);
      assert.deepEqual([status, cookie], [500, undefined]);
    } finally {
      api.breakLedger(false);
    }
    assert.deepEqual(
      (await api.services.oidc.list(principalId as never)).map(({ linked }) => linked),
      [null],
    );
  });
});

describe('an invitation', () => {
  const listed = async (principalId: string) => {
    const { json } = await api.call({ method: 'GET', path: `/api/v1/members/${principalId}/identities`, cookie: await root() });
    return json['identities'] as { readonly id: string; readonly state: string; readonly invitedName: string }[];
  };

  it('is for the name that the provider uses, once, and for a week', async () => {
    const principalId = await invited('erin', 'corp', 'erin@corp.example');
    certified.accounts.set('erin', { subject: 'erin', claims: { preferred_username: 'erin' } });
    assertRefused(await arrive(await journey({ subject: 'erin' })), 403, 'identity-unknown');
    certified.accounts.set('erin', { subject: 'erin', claims: { preferred_username: 'erin@corp.example' } });
    api.advance(7 * 24 * 3600 * 1000);
    assert.deepEqual(await listed(principalId), []);
    assertRefused(await arrive(await journey({ subject: 'erin' })), 403, 'identity-unknown');
    await invited('erin', 'corp', 'erin@corp.example');
    assert.equal((await arrive(await journey({ subject: 'erin' }))).status, 302);
    certified.accounts.set('other', { subject: 'other', claims: { preferred_username: 'erin@corp.example' } });
    assertRefused(await arrive(await journey({ subject: 'other' })), 403, 'identity-unknown');
    assert.deepEqual(
      (await listed(principalId)).map(({ state }) => state),
      ['linked'],
    );
  });

  it('is not made twice under one name, for oneself, for a service, nor by anybody but an administrator', async () => {
    const ask = async (id: string, body: object, cookie?: string) =>
      api.call({ path: `/api/v1/members/${id}/identities`, body, cookie: cookie ?? (await root()) });
    await invited('frank', 'corp', 'shared');
    const grace = await api.signedIn('grace', ['auditor', 'approver']);
    const service = await api.addMember('scanner', [], 'service');
    const answers = [
      await ask(grace.member.principalId, { provider: 'corp', name: 'shared' }),
      await ask(administrator.member.principalId, { provider: 'corp' }),
      await ask(service.principalId, { provider: 'corp' }),
      await ask(grace.member.principalId, { provider: 'nowhere' }),
      await ask(grace.member.principalId, { provider: 'corp' }, grace.cookie),
      await ask('nobody', { provider: 'corp' }),
    ];
    assert.deepEqual(
      answers.map(({ status, json }) => [status, json['code']]),
      [
        [409, 'name-invited'],
        [403, 'own-identity'],
        [422, 'not-a-person'],
        [422, 'unknown-provider'],
        [403, 'role-missing'],
        [404, 'unknown-member'],
      ],
    );
  });

  it('and identities can be taken away; sessions that began there end, those of passkeys do not', async () => {
    const heidi = await api.signedIn('heidi', ['defender']);
    await invited('heidi');
    certified.accounts.set('heidi', { subject: 'heidi', claims: { preferred_username: 'heidi' } });
    const { cookie } = await arrive(await journey({ subject: 'heidi', acr: 'phr' }));
    assert.deepEqual(await whoIs(cookie), { name: 'heidi', authentication: 'passkey' });
    const [identity] = await listed(heidi.member.principalId);
    const path = `/api/v1/members/${heidi.member.principalId}/identities/${identity!.id}`;
    assert.equal((await api.call({ method: 'DELETE', path, cookie: heidi.cookie })).status, 403);
    assert.equal((await api.call({ method: 'DELETE', path, cookie: await root() })).status, 204);
    assert.equal(await whoIs(cookie), undefined);
    assert.equal((await whoIs(heidi.cookie))?.name, 'heidi');
    assert.equal(api.records.at(-1)?.facts.type, 'oidc-identity-removed');
    assertRefused(await arrive(await journey({ subject: 'heidi' })), 403, 'identity-unknown');
    assert.equal((await api.call({ method: 'DELETE', path, cookie: await root() })).status, 404);
  });
});

describe('with a provider that lies', () => {
  /** What comes back from it; `changed` replaces parameters of the way back, undefined takes one away. */
  async function forged(forgery: Forgery, changed: Readonly<Record<string, string | undefined>> = {}): Promise<Called> {
    const { location, cookie } = await start('lies');
    const [state, nonce] = [location.searchParams.get('state')!, location.searchParams.get('nonce')!];
    const code = await forger.codeFor({ sub: 'trent', nonce }, forgery);
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries({ code, state, iss: forger.issuer, ...changed }))
      if (value !== undefined) query.set(name, value);
    return arrive({ path: `/api/v1/sign-in/oidc/lies/callback?${query.toString()}`, cookie });
  }

  before(async () => {
    await invited('trent', 'lies');
    const arrived = await forged({});
    assert.deepEqual(await whoIs(arrived.cookie), { name: 'trent', authentication: 'sso' }, 'it can tell the truth');
  });

  const nowSeconds = Math.floor(Date.now() / 1000);
  const forgeries: Readonly<Record<string, Forgery>> = {
    'is not signed': { signature: 'none' },
    'is signed with another key': { signature: 'another-key' },
    'is signed with the public key as a secret': { signature: 'hmac' },
    'has another nonce': { claims: { nonce: 'A'.repeat(43) } },
    'has no nonce': { claims: { nonce: undefined } },
    'is from another issuer': { claims: { iss: 'https://other.example' } },
    'is for another client': { claims: { aud: 'another' } },
    'is for several clients, and made for another': { claims: { aud: ['sekisho', 'another'], azp: 'another' } },
    'has expired': { claims: { exp: nowSeconds - 3600 } },
    'never expires': { claims: { exp: undefined } },
    'says nothing of when it was made': { claims: { iat: undefined } },
    'is not valid yet': { claims: { nbf: nowSeconds + 3600 } },
    'names nobody': { claims: { sub: undefined } },
    'names somebody by a subject that is too long': { claims: { sub: 'x'.repeat(256) } },
    'names somebody by a subject with a NUL': { claims: { sub: 'tr\0ent' } },
  };
  for (const [name, forgery] of Object.entries(forgeries))
    it(`does not take an ID token that ${name}`, async () => {
      const before = api.records.length;
      assertRefused(await forged(forgery), 403, 'provider-not-accepted');
      assert.equal(api.records.length, before);
      assert.match(problems.at(-1)!, /^lies not-accepted /);
    });

  it('does not take an answer that names another issuer, or none (RFC 9207)', async () => {
    assertRefused(await forged({}, { iss: certified.issuer }), 403, 'provider-not-accepted');
    assertRefused(await forged({}, { iss: undefined }), 403, 'provider-not-accepted');
  });

  it('does not take at one provider what was begun at another', async () => {
    const { location, cookie } = await start('corp');
    const [state, nonce] = [location.searchParams.get('state')!, location.searchParams.get('nonce')!];
    const code = await forger.codeFor({ sub: 'trent', nonce });
    const query = new URLSearchParams({ code, state, iss: forger.issuer });
    assertRefused(await arrive({ path: `/api/v1/sign-in/oidc/lies/callback?${query.toString()}`, cookie }), 403, 'sign-in-unknown');
  });

  it('tells two providers apart that use one subject', async () => {
    await invited('ivan');
    certified.accounts.set('trent', { subject: 'trent', claims: { preferred_username: 'ivan' } });
    assert.equal((await whoIs((await arrive(await journey({ subject: 'trent' }))).cookie))?.name, 'ivan');
    assert.equal((await whoIs((await forged({})).cookie))?.name, 'trent');
  });

  const answers: Readonly<Record<string, (response: ServerResponse) => void>> = {
    'leads elsewhere': (response) => response.writeHead(307, { location: `${forger.issuer}/elsewhere` }).end(),
    'is not JSON': (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>'),
    'does not come': () => undefined,
    'is an error': (response) => response.writeHead(500).end(),
    'breaks off': (response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' }).write('{');
      response.destroy();
    },
    'has no end': (response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const more = () => {
        while (!response.destroyed && response.write(' '.repeat(65_536)));
      };
      response.on('drain', more);
      more();
    },
  };
  for (const [name, answer] of Object.entries(answers))
    it(`lets nobody in when an answer of its token endpoint ${name}`, async () => {
      forger.instead.set('/token', answer);
      try {
        const called = await forged({});
        assert.ok(called.status === 403 || called.status === 503, called.text);
        assert.equal(called.cookie, undefined);
        assert.equal(forger.asked.get('/elsewhere'), undefined, 'no redirect is followed');
      } finally {
        forger.instead.clear();
      }
    });

  it('asks once what it says of itself, and again after ten minutes', async () => {
    const path = '/.well-known/openid-configuration';
    await start('lies');
    const asked = forger.asked.get(path)!;
    await Promise.all([start('lies'), start('lies')]);
    assert.equal(forger.asked.get(path), asked);
    api.advance(10 * 60_000);
    await Promise.all([start('lies'), start('lies')]);
    assert.equal(forger.asked.get(path), asked + 1);
  });

  for (const [name, metadata] of Object.entries({
    'that is somebody else’s': { issuer: 'http://127.0.0.1:2' },
    'with a token endpoint that is not on this machine and has no https': { token_endpoint: 'http://provider.example/token' },
    'with a page of another kind to log in': { authorization_endpoint: 'javascript:alert(1)' },
    'without keys': { jwks_uri: undefined },
  }))
    it(`does not take a description ${name}`, async () => {
      forger.metadata = metadata;
      try {
        api.advance(11 * 60_000);
        const called = await api.call({ method: 'GET', path: '/api/v1/sign-in/oidc/lies/start' });
        assertRefused(called, 503, 'provider-unavailable');
      } finally {
        forger.metadata = {};
      }
    });

  it('says so when it cannot be reached, and when there is none', async () => {
    assertRefused(await api.call({ method: 'GET', path: '/api/v1/sign-in/oidc/gone/start' }), 503, 'provider-unavailable');
    assertRefused(await api.call({ method: 'GET', path: '/api/v1/sign-in/oidc/nowhere/start' }), 404, 'unknown-provider');
    const { location, cookie } = await start('corp');
    const query = new URLSearchParams({ code: 'x', state: location.searchParams.get('state')! });
    assertRefused(await arrive({ path: `/api/v1/sign-in/oidc/nowhere/callback?${query.toString()}`, cookie }), 404, 'unknown-provider');
  });

  it('has made nothing fail inside', () => {
    const unexpected = api.errors.filter((error) => !(error instanceof Error && error.message === 'the ledger cannot be written'));
    assert.deepEqual(unexpected, []);
  });
});
