// OAuth clients over a real database and a real socket: getting tokens with a client library and by hand, and ending all of it.
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { sql } from 'kysely';
import * as oauth from 'openid-client';
import type { Called } from '#test/api-call';
import type { ManagementApi, SignedInPerson } from '#test/management-api';
import { assertError, ASSERTION_TYPE, pair, startOauthWorld, type OauthWorld, type Pair } from '#test/oauth-clients';

const MINUTE_MS = 60_000;

let world: OauthWorld;
let api: ManagementApi;
let administrator: SignedInPerson;

before(async () => {
  world = await startOauthWorld();
  ({ api, administrator } = world);
});

describe('a client', () => {
  it('gets a token with a client library that knows nothing of this server but its address', async () => {
    const key = pair('first');
    const id = await world.registered([key], { roles: ['caller', 'member'], tokenSeconds: 600, label: 'nightly scan' });
    const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
    const der = key.privateKey.export({ type: 'pkcs8', format: 'der' });
    const privateKey = await crypto.subtle.importKey('pkcs8', Uint8Array.from(der), algorithm, false, ['sign']);
    const configuration = await oauth.discovery(
      new URL(api.publicUrl),
      id,
      undefined,
      oauth.PrivateKeyJwt({ key: privateKey, kid: 'first' }),
      {
        algorithm: 'oauth2',
        execute: [oauth.allowInsecureRequests],
      },
    );
    const answer = await oauth.clientCredentialsGrant(configuration);
    assert.deepEqual([answer.token_type, answer.expires_in], ['bearer', 600]);
    const session = await api.call({ method: 'GET', path: '/api/v1/session', key: answer.access_token });
    assert.deepEqual(
      [session.status, (session.json['member'] as { name: string }).name, session.json['authentication']],
      [200, 'scanner', 'none'],
    );
    const owned = await api.services.administrationOf({ name: 'root' } as never).listKeys({ owner: 'scanner' });
    assert.ok(owned.ok);
    const [made] = owned.value;
    assert.deepEqual([made?.label, made?.roles, made?.routes], [`client credentials ${id}`, ['caller', 'member'], null]);
    assert.ok(made!.expiresAtMs! <= made!.createdAtMs + 600_000);
    assert.deepEqual(
      api.records.slice(-2).map(({ facts }) => facts.type),
      ['client-registered', 'key-created'],
    );
    world.advance(599_000);
    assert.notEqual(await world.roles(answer.access_token), undefined);
    world.advance(2_000);
    assert.equal(await world.roles(answer.access_token), undefined);
  });

  it('uses models and nothing else, on the routes that it was registered for, unless more was said', async () => {
    const key = pair();
    const id = await world.registered([key], { routes: ['triage'] });
    const accessToken = await world.token(id, key);
    const identified = api.keyring.identify(accessToken);
    assert.ok(identified.ok);
    assert.deepEqual([[...identified.value.roles], [...identified.value.routes!]], [['caller'], ['triage']]);
    assert.equal((await api.call({ method: 'GET', path: '/api/v1/session', key: accessToken })).status, 403);
  });

  it('gets one token for one assertion', async () => {
    const key = pair();
    const id = await world.registered([key]);
    const text = await world.assertion(id, key);
    const both = await Promise.all([world.ask(text), world.ask(text)]);
    assert.deepEqual(
      both.map(({ status }) => status).toSorted((a, b) => a - b),
      [200, 401],
    );
    assertError(await world.ask(text), 401, 'invalid_client');
    const again = await world.ask(await world.assertion(id, key, { jti: 'the same' }));
    assert.equal(again.status, 200);
    const reused = await world.ask(await world.assertion(id, key, { jti: 'the same' }));
    assertError(reused, 401, 'invalid_client');
    assert.match(reused.json['error_description'] as string, /jti was used before/);
    const other = pair();
    assert.equal(
      (await world.ask(await world.assertion(await world.registered([other]), other, { jti: 'the same' }))).status,
      200,
      'another client’s is another',
    );
  });

  it('gets nothing when the ledger cannot be written, and has lost no place by it', async () => {
    const key = pair();
    const id = await world.registered([key]);
    api.breakLedger(true);
    try {
      assert.equal((await world.ask(await world.assertion(id, key))).status, 500);
    } finally {
      api.breakLedger(false);
    }
    const { rows } = await sql<{
      tokens: number;
    }>`select count(*)::int as tokens from sekisho.client_tokens where client_id = ${id}`.execute(api.database);
    assert.equal(rows[0]?.tokens, 0);
    await world.token(id, key);
  });

  it('leaves nothing in the database that lets anybody in', async () => {
    const key = pair();
    const id = await world.registered([key]);
    const text = await world.assertion(id, key, { jti: 'to be found nowhere' });
    const { json } = await world.ask(text);
    const accessToken = json['access_token'] as string;
    for (const table of ['clients', 'client_keys', 'client_assertions', 'client_tokens', 'api_keys']) {
      const { rows } = await sql<{ text: string }>`select each::text as text from ${sql.table(`sekisho.${table}`)} as each`.execute(
        api.database,
      );
      const dump = JSON.stringify(rows);
      assert.ok(rows.length > 0, table);
      for (const secret of [accessToken, accessToken.slice(20), text, 'to be found nowhere']) assert.ok(!dump.includes(secret), table);
    }
  });
});

describe('a client that is changed or ended', () => {
  it('changes from one key to the next without a gap; the old one ends with its tokens', async () => {
    const [old, next] = [pair('old'), pair('next')];
    const id = await world.registered([old]);
    const path = `/api/v1/clients/${id}/keys`;
    const added = await api.call({ path, body: { key: next.jwk }, cookie: administrator.cookie });
    assert.deepEqual(
      [added.status, (added.json['keys'] as { kid: string }[]).map(({ kid }) => kid).toSorted()],
      [201, ['next', 'old']],
      added.text,
    );
    const [byOld, byNext] = [await world.token(id, old, 'old'), await world.token(id, next, 'next')];
    assertError(await world.ask(await world.assertion(id, old)), 401, 'invalid_client');
    assertError(await world.ask(await world.assertion(id, old, {}, 'next')), 401, 'invalid_client');
    assertError(await world.ask(await world.assertion(id, old, {}, 'another')), 401, 'invalid_client');
    assert.equal((await api.call({ method: 'DELETE', path: `${path}/old`, cookie: administrator.cookie })).status, 200);
    assertError(await world.ask(await world.assertion(id, old, {}, 'old')), 401, 'invalid_client');
    assert.deepEqual([await world.roles(byOld), await world.roles(byNext)], [undefined, ['caller']]);
    const last = await api.call({ method: 'DELETE', path: `${path}/next`, cookie: administrator.cookie });
    assert.deepEqual([last.status, last.json['code']], [409, 'last-client-key']);
  });

  it('is revoked at once, with every token it has', async () => {
    const key = pair();
    const id = await world.registered([key]);
    const tokens = [await world.token(id, key), await world.token(id, key)];
    const revoke = () =>
      api.call({ path: `/api/v1/clients/${id}/revoke`, body: { reason: 'the host was lost' }, cookie: administrator.cookie });
    const revoked = await revoke();
    assert.deepEqual([revoked.status, revoked.json['revokedReason']], [200, 'the host was lost'], revoked.text);
    assert.deepEqual(await Promise.all(tokens.map((each) => world.roles(each))), [undefined, undefined]);
    assertError(await world.ask(await world.assertion(id, key)), 401, 'invalid_client');
    assert.deepEqual(
      api.records.slice(-3).map(({ facts }) => facts.type),
      ['client-revoked', 'key-revoked', 'key-revoked'],
    );
    const recorded = api.records.length;
    assert.equal((await revoke()).status, 200);
    assert.equal(api.records.length, recorded, 'the second time nothing happens');
    const added = await api.call({ path: `/api/v1/clients/${id}/keys`, body: { key: pair().jwk }, cookie: administrator.cookie });
    assert.deepEqual([added.status, added.json['code']], [409, 'client-revoked']);
  });

  it('gets no token that lives when it is revoked in the middle of making one', async () => {
    const key = pair();
    const id = await world.registered([key]);
    world.hooks.beforeKey = () => api.call({ path: `/api/v1/clients/${id}/revoke`, cookie: administrator.cookie });
    try {
      assertError(await world.ask(await world.assertion(id, key)), 401, 'invalid_client');
    } finally {
      world.hooks.beforeKey = () => Promise.resolve();
    }
    const owned = await api.services.administrationOf({ name: 'root' } as never).listKeys({ owner: 'scanner' });
    assert.ok(owned.ok);
    const made = owned.value.filter(({ label }) => label.endsWith(id));
    assert.deepEqual([made.length, made.filter(({ revokedAtMs }) => revokedAtMs === null).length], [1, 0]);
  });

  it('has twenty tokens at a time, and more when some have ended', async () => {
    const key = pair();
    const id = await world.registered([key], { tokenSeconds: 60 });
    for (let count = 0; count < 20; count++) await world.token(id, key);
    const refused = await world.ask(await world.assertion(id, key));
    assertError(refused, 429, 'temporarily_unavailable');
    assert.equal(refused.headers['retry-after'], '60');
    world.advance(MINUTE_MS + 1000);
    await world.token(id, key);
    const { rows } = await sql<{
      tokens: number;
    }>`select count(*)::int as tokens from sekisho.client_tokens where client_id = ${id}`.execute(api.database);
    assert.equal(rows[0]?.tokens, 1, 'what has ended is cleared away');
  });

  it('gets nothing while its service may not act', async () => {
    const service = await api.addMember('sleeper', [], 'service');
    const key = pair();
    const id = await world.registered([key], { service: 'sleeper' });
    const accessToken = await world.token(id, key);
    await api.services.members.disable(service.principalId, undefined);
    assertError(await world.ask(await world.assertion(id, key)), 401, 'invalid_client');
    assert.equal(await world.roles(accessToken), undefined);
    await api.services.members.enable(service.principalId, undefined);
    await world.token(id, key);
  });
});

describe('the token endpoint', () => {
  let key: Pair;
  let id: string;

  before(async () => {
    key = pair();
    id = await world.registered([key]);
  });

  it('says what is wrong in the words of RFC 6749, section 5.2', async () => {
    const good = () => world.assertion(id, key);
    const form = async () => ({ grant_type: 'client_credentials', client_assertion_type: ASSERTION_TYPE, client_assertion: await good() });
    const { client_assertion_type: _, ...untyped } = await form();
    const cases: readonly [Called, number, string][] = [
      [await world.post(''), 400, 'invalid_request'],
      [await world.post({ ...(await form()), grant_type: 'password' }), 400, 'unsupported_grant_type'],
      [await world.post({ ...(await form()), grant_type: '' }), 400, 'invalid_request'],
      [await world.post({ ...(await form()), scope: 'everything' }), 400, 'invalid_scope'],
      [await world.post({ ...(await form()), client_secret: 'x' }), 400, 'invalid_request'],
      [await world.post(await form(), { authorization: 'Basic Og==' }), 400, 'invalid_request'],
      [await world.post(`${new URLSearchParams(await form()).toString()}&grant_type=client_credentials`), 400, 'invalid_request'],
      [await world.post(JSON.stringify(await form()), { 'content-type': 'application/json' }), 400, 'invalid_request'],
      [await world.post({ grant_type: 'client_credentials' }), 401, 'invalid_client'],
      [await world.post({ grant_type: 'client_credentials', client_id: id }), 401, 'invalid_client'],
      [await world.post(untyped), 401, 'invalid_client'],
      [await world.post({ ...(await form()), client_id: `cli_${'0'.repeat(26)}` }), 401, 'invalid_client'],
      [await world.ask('x'), 401, 'invalid_client'],
      [await world.ask('x'.repeat(10_000)), 401, 'invalid_client'],
      [await world.ask(await world.assertion(`cli_${'0'.repeat(26)}`, key)), 401, 'invalid_client'],
      [await world.ask(await world.assertion(id, pair())), 401, 'invalid_client'],
      [await world.ask(await world.assertion(id, key, { aud: 'https://other.example' })), 401, 'invalid_client'],
      [await world.ask(await world.assertion(id, key, { exp: 1 })), 401, 'invalid_client'],
    ];
    for (const [called, status, error] of cases) assertError(called, status, error);
    assert.equal((await world.post({ ...(await form()), client_id: id, scope: '' })).status, 200);
  });

  it('tells nobody which clients there are', async () => {
    const unknown = await world.ask(await world.assertion(`cli_${'0'.repeat(26)}`, key));
    const wrongKey = await world.ask(await world.assertion(id, pair()));
    const wrongKid = await world.ask(await world.assertion(id, key, {}, 'another'));
    const told = [unknown, wrongKey, wrongKid].map(({ status, text }) => [status, text]);
    assert.deepEqual(told, [told[0], told[0], told[0]]);
    assert.doesNotMatch(unknown.text, /cli_/);
  });

  it('does not read what is too large', async () => {
    assert.equal((await world.ask('x'.repeat(20_000))).status, 413);
  });

  it('describes itself (RFC 8414)', async () => {
    const { json } = await api.call({ method: 'GET', path: '/.well-known/oauth-authorization-server' });
    assert.deepEqual(json, {
      issuer: api.publicUrl,
      token_endpoint: `${api.publicUrl}/api/v1/token`,
      grant_types_supported: ['client_credentials'],
      response_types_supported: [],
      token_endpoint_auth_methods_supported: ['private_key_jwt'],
      token_endpoint_auth_signing_alg_values_supported: ['ES256', 'EdDSA', 'RS256', 'Ed25519'],
    });
  });

  it('answers when its token is accepted, and not before', async () => {
    let isMade = false;
    world.hooks.afterKey = async () => {
      await Promise.resolve();
      isMade = true;
    };
    const accessToken = await world.token(id, key);
    world.hooks.afterKey = () => Promise.resolve();
    assert.deepEqual([isMade, api.keyring.identify(accessToken).ok], [true, true]);
  });
});

describe('all of this', () => {
  it('has made nothing fail inside', () => {
    const unexpected = api.errors.filter((error) => !(error instanceof Error && error.message === 'the ledger cannot be written'));
    assert.deepEqual(unexpected, []);
  });
});
