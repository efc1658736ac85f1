// Sessions over a real database: limits, revocation at once, and what of them is kept.
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { sql } from 'kysely';
import { startManagementApi, type ManagementApi, type SignedInPerson } from '#test/management-api';

const MINUTE_MS = 60_000;

let api: ManagementApi;
let alice: SignedInPerson;

before(async () => {
  api = await startManagementApi();
  alice = await api.signedIn('alice', ['defender']);
});

async function counts(cookie: string): Promise<boolean> {
  const { status } = await api.call({ method: 'GET', path: '/api/v1/session', cookie });
  assert.ok(status === 200 || status === 401, String(status));
  return status === 200;
}

describe('a session', () => {
  it('is over after half an hour without use, and lives on with use', async () => {
    const cookie = await api.signIn(alice.passkey);
    for (let minutes = 0; minutes < 60; minutes += 20) {
      api.advance(20 * MINUTE_MS);
      assert.ok(await counts(cookie));
    }
    api.advance(30 * MINUTE_MS);
    assert.equal(await counts(cookie), false);
  });

  it('is over after twelve hours, however much it is used', async () => {
    const cookie = await api.signIn(alice.passkey);
    for (let minutes = 25; minutes < 12 * 60; minutes += 25) {
      api.advance(25 * MINUTE_MS);
      assert.ok(await counts(cookie), `after ${minutes} minutes`);
    }
    api.advance(25 * MINUTE_MS);
    assert.equal(await counts(cookie), false);
  });

  it('notes its use once a minute', async () => {
    const cookie = await api.signIn(alice.passkey);
    const seen = async () => (await api.services.sessions.list(alice.member.principalId))[0]!.lastSeenAtMs;
    const began = await seen();
    api.advance(MINUTE_MS - 1000);
    assert.ok(await counts(cookie));
    assert.equal(await seen(), began);
    api.advance(2000);
    assert.ok(await counts(cookie));
    assert.ok((await seen()) >= began + MINUTE_MS);
  });

  it('is kept as a hash: nothing in the database lets anybody in', async () => {
    const cookie = await api.signIn(alice.passkey);
    const token = cookie.split('=')[1]!;
    const { rows } = await sql<{ text: string }>`select sessions::text as text from sekisho.sessions`.execute(api.database);
    const dump = JSON.stringify(rows);
    assert.ok(rows.length > 0);
    assert.ok(!dump.includes(token) && !dump.includes(Buffer.from(token, 'base64url').toString('hex')));
    const hashes = await sql<{ hash: string }>`select encode(token_hash, 'base64') as hash from sekisho.sessions`.execute(api.database);
    for (const { hash } of hashes.rows) {
      const asToken = Buffer.from(hash, 'base64').toString('base64url');
      assert.equal(await counts(`__Host-sekisho-session=${asToken}`), false);
    }
  });

  it('ends by signing out, and the browser forgets it', async () => {
    const cookie = await api.signIn(alice.passkey);
    const out = await api.call({ method: 'DELETE', path: '/api/v1/session', cookie });
    assert.equal(out.status, 204);
    assert.match(String(out.headers['set-cookie']), /^__Host-sekisho-session=; Path=\/; HttpOnly; SameSite=Strict; Secure; Max-Age=0$/);
    assert.equal(await counts(cookie), false);
    assert.equal(api.records.at(-1)?.facts.type, 'sessions-ended');
  });

  it('is ended from another one, alone or with all others', async () => {
    const [first, second, third] = [await api.signIn(alice.passkey), await api.signIn(alice.passkey), await api.signIn(alice.passkey)];
    const { json } = await api.call({ method: 'GET', path: '/api/v1/sessions', cookie: third });
    const sessions = json['sessions'] as { id: string; isThis: boolean }[];
    assert.equal(sessions[0]?.isThis, true, 'newest first');
    const ended = await api.call({ method: 'DELETE', path: `/api/v1/sessions/${sessions[1]!.id}`, cookie: third });
    assert.equal(ended.status, 204);
    assert.deepEqual([await counts(first), await counts(second), await counts(third)], [true, false, true]);
    assert.equal((await api.call({ method: 'DELETE', path: `/api/v1/sessions/${sessions[1]!.id}`, cookie: third })).status, 404);
    assert.equal((await api.call({ method: 'DELETE', path: '/api/v1/sessions', cookie: third })).status, 204);
    assert.deepEqual([await counts(first), await counts(third)], [false, true]);
  });

  it('of another member cannot be ended but by an administrator, who ends all of them', async () => {
    const bob = await api.signedIn('bob', ['approver']);
    const cookie = await api.signIn(alice.passkey);
    const [session] = await api.services.sessions.list(alice.member.principalId);
    assert.equal((await api.call({ method: 'DELETE', path: `/api/v1/sessions/${session!.id}`, cookie: bob.cookie })).status, 404);
    assert.equal((await api.call({ method: 'DELETE', path: '/api/v1/members/alice/sessions', cookie: bob.cookie })).status, 403);
    assert.ok(await counts(cookie));
    const root = await api.signedIn('root', ['administrator']);
    assert.equal((await api.call({ method: 'DELETE', path: '/api/v1/members/alice/sessions', cookie: root.cookie })).status, 204);
    assert.equal(await counts(cookie), false);
  });

  it('is one of twenty at most: the one used longest ago gives way', async () => {
    const carol = await api.signedIn('carol', []);
    const cookies: string[] = [];
    for (let index = 0; index < 20; index++) {
      api.advance(1);
      cookies.push(await api.signIn(carol.passkey));
    }
    assert.equal(await counts(carol.cookie), false);
    assert.ok(await counts(cookies[0]!));
    assert.equal((await api.services.sessions.list(carol.member.principalId)).length, 20);
  });

  it('has roles as they are now, not as they were when it began', async () => {
    const dora = await api.signedIn('dora', ['auditor']);
    const list = () => api.call({ method: 'GET', path: '/api/v1/members', cookie: dora.cookie });
    assert.equal((await list()).status, 200);
    assert.ok((await api.services.members.setRoles(dora.member.principalId, ['defender'], undefined)).ok);
    assert.equal((await list()).status, 403);
  });

  it('shows where it began in a form that disturbs nobody', async () => {
    const started = await api.services.sessions.start({
      member: alice.member,
      authentication: 'sso-mfa',
      address: '2001:db8::1',
      userAgent: `evil\u202E${'x'.repeat(1000)}`,
    });
    assert.ok(started.ok);
    assert.equal(started.value.session.userAgent.length, 256);
    assert.ok(started.value.session.userAgent.startsWith('evil\uFFFDxxx'));
  });
});
