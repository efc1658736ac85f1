// A member's own keys through the management API, over a real database.
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { Called } from '#test/api-call';
import { startManagementApi, type ManagementApi, type SignedInPerson } from '#test/management-api';

let api: ManagementApi;
let alice: SignedInPerson;
let root: SignedInPerson;

before(async () => {
  api = await startManagementApi();
  alice = await api.signedIn('alice', ['defender']);
  root = await api.signedIn('root', ['administrator']);
});

function make(cookie: string, body: object = {}): Promise<Called> {
  return api.call({ path: '/api/v1/keys', cookie, body });
}

async function list(cookie: string, query = ''): Promise<readonly { id: string; owner: { name: string }; authentication: string }[]> {
  const listed = await api.call({ method: 'GET', path: `/api/v1/keys${query}`, cookie });
  assert.equal(listed.status, 200, listed.text);
  return listed.json['keys'] as never;
}

describe('a key of one’s own', () => {
  it('that acts for a member ends after 90 days at the latest, said or not', async () => {
    const made = await make(alice.cookie, { roles: ['member'] });
    const { expiresAt } = made.json['record'] as { readonly expiresAt: string };
    assert.ok(Math.abs(Date.parse(expiresAt) - Date.now() - 90 * 86_400_000) < 60_000, expiresAt);
    const long = await make(alice.cookie, { roles: ['member'], expiresAt: '2999-01-01T00:00:00Z' });
    assert.deepEqual([long.status, long.json['code']], [422, 'key-too-long']);
    assert.equal((await make(alice.cookie, { roles: ['caller'], expiresAt: '2999-01-01T00:00:00Z' })).status, 201);
  });

  it('is shown once, belongs to the member, and says how its maker had signed in', async () => {
    const soon = new Date(Date.now() + 30 * 86_400_000).toISOString();
    const made = await make(alice.cookie, {
      label: 'for the SIEM',
      roles: ['caller', 'member'],
      routes: ['fast'],
      expiresAt: soon,
    });
    assert.equal(made.status, 201, made.text);
    const key = made.json['key'] as string;
    const record = made.json['record'] as { id: string };
    assert.deepEqual(record, {
      id: key.slice(3, 19),
      owner: { id: alice.member.principalId, name: 'alice' },
      label: 'for the SIEM',
      roles: ['caller', 'member'],
      routes: ['fast'],
      authentication: 'passkey',
      createdAt: (made.json['record'] as { createdAt: string }).createdAt,
      expiresAt: soon,
      revokedAt: null,
      revokedReason: null,
    });
    const listed = await api.call({ method: 'GET', path: '/api/v1/keys', cookie: alice.cookie });
    assert.ok(listed.text.includes(record.id) && !listed.text.includes(key));
    assert.equal(api.records.at(-1)?.facts.type, 'key-created');
    assert.ok(!JSON.stringify(api.records).includes(key));
    await api.keyring.refresh();
    const identified = api.keyring.identify(key);
    assert.ok(identified.ok);
    assert.equal(identified.value.authentication, 'passkey');
    const session = await api.call({ method: 'GET', path: '/api/v1/session', key });
    assert.deepEqual([session.json['authentication'], session.json['session']], ['passkey', null]);
  });

  it('is no stronger than the session in which it was made', async () => {
    const started = await api.services.sessions.start({ member: alice.member, authentication: 'sso', address: '', userAgent: '' });
    assert.ok(started.ok);
    const made = await make(`__Host-sekisho-session=${started.value.token}`);
    assert.equal((made.json['record'] as { authentication: string }).authentication, 'sso');
    assert.deepEqual((made.json['record'] as { roles: string[] }).roles, ['caller']);
  });

  it('has the roles caller and member at most, whoever makes it', async () => {
    for (const roles of [['operator'], ['auditor'], ['caller', 'operator'], ['administrator'], []])
      for (const { cookie } of [alice, root]) assert.equal((await make(cookie, { roles })).status, 422, roles.join());
  });

  it('is not made by a key: one that leaked makes no others', async () => {
    const key = await api.keyOf(alice.member, ['member'], { authentication: 'passkey' });
    const refused = await api.call({ path: '/api/v1/keys', key, body: {} });
    assert.equal(refused.json['code'], 'session-needed');
  });

  it('is not made when it cannot be recorded', async () => {
    const known = (await list(alice.cookie)).length;
    api.breakLedger(true);
    assert.equal((await make(alice.cookie)).status, 500);
    api.breakLedger(false);
    assert.equal((await list(alice.cookie)).length, known);
  });

  it('is refused with words where it cannot be made as asked', async () => {
    assert.equal((await make(alice.cookie, { expiresAt: '2001-01-01T00:00:00Z' })).status, 422);
    assert.equal((await make(alice.cookie, { label: 'two\nlines' })).status, 422);
    assert.equal((await make(alice.cookie, { owner: 'root' })).status, 422, 'for nobody else');
  });
});

describe('keys of others', () => {
  it('are seen by administrators, on request', async () => {
    await make(alice.cookie);
    assert.ok((await list(root.cookie)).every(({ owner }) => owner.name === 'root'));
    assert.ok((await list(root.cookie, '?of=everyone')).some(({ owner }) => owner.name === 'alice'));
    const refused = await api.call({ method: 'GET', path: '/api/v1/keys?of=everyone', cookie: alice.cookie });
    assert.equal(refused.status, 403);
  });

  it('are ended by their owner and by administrators; for anybody else there is no such key', async () => {
    const bob = await api.signedIn('bob', ['approver', 'screener', 'auditor']);
    const ids = [(await make(alice.cookie)).json['record'], (await make(alice.cookie)).json['record']].map(
      (record) => (record as { id: string }).id,
    );
    const revoke = (id: string, cookie: string, body?: object) => api.call({ path: `/api/v1/keys/${id}/revoke`, cookie, body });
    const refused = await revoke(ids[0]!, bob.cookie);
    const unknown = await revoke('0'.repeat(16), bob.cookie);
    assert.deepEqual([refused.status, refused.json['code'], refused.json['detail']], [404, unknown.json['code'], unknown.json['detail']]);
    const own = await revoke(ids[0]!, alice.cookie);
    assert.equal(own.json['revokedReason'], 'revoked by its owner');
    const other = await revoke(ids[1]!, root.cookie, { reason: 'found in a log' });
    assert.equal(other.json['revokedReason'], 'found in a log');
    assert.deepEqual(
      api.records.slice(-2).map(({ facts }) => [facts.type, facts['by']]),
      [
        ['key-revoked', 'alice'],
        ['key-revoked', 'root'],
      ],
    );
  });
});
