// Who registers OAuth clients, for what, and with which keys: administrators, and whoever answers for a service.
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { sql } from 'kysely';
import type { ManagementApi, SignedInPerson } from '#test/management-api';
import { assertError, pair, startOauthWorld, type OauthWorld } from '#test/oauth-clients';

const MINUTE_MS = 60_000;

let world: OauthWorld;
let api: ManagementApi;
let administrator: SignedInPerson;

before(async () => {
  world = await startOauthWorld();
  ({ api, administrator } = world);
});

describe('registering', () => {
  const bad: Readonly<Record<string, () => object>> = {
    'no keys': () => ({ keys: [] }),
    'one key twice': () => {
      const { jwk } = pair();
      return { keys: [jwk, { ...jwk, kid: 'again' }] };
    },
    'two keys of one name': () => ({ keys: [pair('same').jwk, pair('same').jwk] }),
    'a private key': () => ({ keys: [pair().privateKey.export({ format: 'jwk' })] }),
    'a token for longer than an hour': () => ({ tokenSeconds: 3601 }),
    'a role that a service’s token cannot have': () => ({ roles: ['operator'] }),
    'a label with a line end': () => ({ label: 'a\nb' }),
  };
  for (const [name, body] of Object.entries(bad))
    it(`refuses ${name}`, async () => {
      const called = await api.call({
        path: '/api/v1/clients',
        body: { service: 'scanner', keys: [pair().jwk], ...body() },
        cookie: administrator.cookie,
      });
      assert.deepEqual([called.status, called.json['code']], [422, 'body-invalid'], called.text);
    });

  it('refuses a key that any client has already', async () => {
    const key = pair();
    await world.registered([key]);
    const again = await api.call({ path: '/api/v1/clients', body: { service: 'scanner', keys: [key.jwk] }, cookie: administrator.cookie });
    assert.deepEqual([again.status, again.json['code']], [409, 'key-in-use']);
  });

  it('is for services that are there: not for people, and nobody is made by it', async () => {
    await api.addMember('zoe', ['defender']);
    for (const service of ['zoe', 'nobody', administrator.member.principalId]) {
      const called = await api.call({ path: '/api/v1/clients', body: { service, keys: [pair().jwk] }, cookie: administrator.cookie });
      assert.deepEqual([called.status, called.json['code']], [404, 'unknown-service'], service);
    }
  });

  it('takes somebody who has signed in: a key that leaked opens no other way in', async () => {
    const apiKey = await api.keyOf({ name: 'root' }, ['member']);
    const id = await world.registered([pair()]);
    for (const path of ['/api/v1/clients', `/api/v1/clients/${id}/keys`]) {
      const body = path.endsWith('keys') ? { key: pair().jwk } : { service: 'scanner', keys: [pair().jwk] };
      const called = await api.call({ path, body, key: apiKey });
      assert.deepEqual([called.status, called.json['code']], [403, 'session-needed']);
    }
  });
});

describe('whoever answers for a service', () => {
  let olivia: SignedInPerson;
  let mallory: SignedInPerson;

  /** What an approved application comes to. */
  async function granted(owner: string, service: string): Promise<string> {
    const { rows } = await sql<{ id: string }>`select id from sekisho.principals where name = ${service}`.execute(api.database);
    const [suffix, at] = [String(++grants).padStart(26, '0'), new Date(world.now() - MINUTE_MS)];
    const end = new Date(at.getTime() + 30 * 24 * 60 * MINUTE_MS);
    await sql`insert into sekisho.applications
      (id, owner_id, principal_id, state, tier, version, created_at, updated_at, submitted_at, document)
      values (${`app_${suffix}`}, ${owner}, ${rows[0]!.id}, 'approved', 1, 1, ${at}, ${at}, ${at}, '{}')`.execute(api.database);
    await sql`insert into sekisho.grants
      (id, application_id, principal_id, owner_id, tier, state, starts_at, ends_at, recertify_by, approved_by, version, created_at,
        updated_at, document)
      values (${`grt_${suffix}`}, ${`app_${suffix}`}, ${rows[0]!.id}, ${owner}, 1, 'active', ${at}, ${end}, ${end},
        ${[administrator.member.principalId]}, 1, ${at}, ${at}, ${'{"capabilities":[],"programs":[],"conditions":[],"conditionsMet":[],"scope":{}}'})`.execute(
      api.database,
    );
    return `grt_${suffix}`;
  }
  let grants = 0;

  before(async () => {
    olivia = await api.signedIn('olivia', ['defender']);
    mallory = await api.signedIn('mallory', ['defender', 'applicant', 'approver', 'screener']);
    await api.addMember('probe', ['auditor'], 'service');
  });

  const register = (cookie: string, body: object = {}) =>
    api.call({ path: '/api/v1/clients', body: { service: 'probe', keys: [pair().jwk], ...body }, cookie });

  it('registers clients that use models, and nothing beyond', async () => {
    assert.equal((await register(olivia.cookie)).status, 404, 'without a grant nobody answers for it');
    await granted(olivia.member.principalId, 'probe');
    const key = pair();
    const id = await world.registered([key], { service: 'probe' }, olivia.cookie);
    assert.deepEqual(await world.roles(await world.token(id, key)), ['caller']);
    const more = await register(olivia.cookie, { roles: ['member'] });
    assert.deepEqual([more.status, more.json['code']], [422, 'body-invalid'], 'the service may act here as an auditor; its owner may not');
    assert.equal((await register(olivia.cookie, { service: 'scanner' })).status, 404);
  });

  it('sees and changes those clients alone; others neither see nor change them', async () => {
    const key = pair('mine');
    const id = await world.registered([key], { service: 'probe' });
    const other = await world.registered([pair()]);
    const seenBy = async (cookie: string) => {
      const { json } = await api.call({ method: 'GET', path: '/api/v1/clients', cookie });
      return (json['clients'] as { id: string }[]).map((client) => client.id);
    };
    const [hers, nobodys, all] = [await seenBy(olivia.cookie), await seenBy(mallory.cookie), await seenBy(administrator.cookie)];
    assert.deepEqual([hers.includes(id), hers.includes(other)], [true, false]);
    assert.deepEqual(nobodys, []);
    assert.deepEqual([all.includes(id), all.includes(other)], [true, true]);
    const acts = (target: string, cookie: string) => [
      () => api.call({ path: `/api/v1/clients/${target}/keys`, body: { key: pair('next').jwk }, cookie }),
      () => api.call({ method: 'DELETE', path: `/api/v1/clients/${target}/keys/mine`, cookie }),
      () => api.call({ path: `/api/v1/clients/${target}/revoke`, cookie }),
    ];
    for (const act of [...acts(id, mallory.cookie), ...acts(other, olivia.cookie)]) {
      const called = await act();
      assert.deepEqual([called.status, called.json['code']], [404, 'unknown-client']);
    }
    const statuses: number[] = [];
    for (const act of acts(id, olivia.cookie)) statuses.push((await act()).status);
    assert.deepEqual(statuses, [403, 409, 200], 'an owner ends any client, and gives no key to what does not end with the grant');
    const own = await world.registered([pair('mine')], { service: 'probe' }, olivia.cookie);
    const ownStatuses: number[] = [];
    for (const act of acts(own, olivia.cookie)) ownStatuses.push((await act()).status);
    assert.deepEqual(ownStatuses, [201, 200, 200]);
  });

  it('answers no longer when the grant is over: then the client gets nothing either', async () => {
    await api.addMember('lapsing', [], 'service');
    const grant = await granted(olivia.member.principalId, 'lapsing');
    const [key, kept] = [pair(), pair()];
    const id = await world.registered([key], { service: 'lapsing' }, olivia.cookie);
    const byAdministrator = await world.registered([kept], { service: 'lapsing' });
    await world.token(id, key);
    await sql`update sekisho.grants set state = 'suspended', version = version + 1 where id = ${grant}`.execute(api.database);
    assertError(await world.ask(await world.assertion(id, key)), 401, 'invalid_client');
    assert.equal((await register(olivia.cookie, { service: 'lapsing' })).status, 404);
    await world.token(byAdministrator, kept);
    await sql`update sekisho.grants set state = 'active', version = version + 1 where id = ${grant}`.execute(api.database);
    await world.token(id, key);
    await api.services.members.disable(olivia.member.principalId, undefined);
    assertError(await world.ask(await world.assertion(id, key)), 401, 'invalid_client');
  });
});
