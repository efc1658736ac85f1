// Who may do what in the management API where one person could stand behind two names: owners and their services, keys beside passkeys, clients
// of others. Over a real database and a real socket, with the services that the program has.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { before, describe, it } from 'node:test';
import { createConcerned, createDesk, createHolds, createMisuse, loadMisuseCatalogue, type Holds } from '#access';
import { SECTORS } from '#config';
import { createClients, type MemberRole } from '#identity';
import type { Json, PrincipalId, RequestId } from '#kernel';
import { createClientStore, createDeskStore, createHoldStore, createKeyStore, createMisuseStore } from '#store';
import { pair } from '#test/oauth-clients';
import { startManagementApi, type ManagementApi, type SignedInPerson } from '#test/management-api';
import { granted, personOf, type Person } from '#test/people';
import { createSoftwarePasskey } from '#test/software-passkey';

type Facts = { readonly [name: string]: Json };

const DAY_MS = 24 * 3_600_000;

let api: ManagementApi;
let holds: Holds;
let root: SignedInPerson;
let screener: Person;
let approvers: readonly Person[];
let names = 0;

before(async () => {
  api = await startManagementApi({
    services: (foundation) => {
      const { database, clock, random } = foundation;
      const record = (subject: string, facts: Facts) => foundation.record(subject, facts as never);
      const store = createDeskStore(database);
      const concerned = createConcerned(store);
      const keys = createKeyStore(database);
      const desk = createDesk({
        ...foundation,
        store,
        findPrincipal: (nameOrId) => keys.findPrincipal(nameOrId),
        sectors: SECTORS.sectors,
        programs: [],
        unmetObligations: () => Promise.resolve([]),
      });
      holds = createHolds({
        store: createHoldStore(database),
        record,
        clock,
        random,
        secret: randomBytes(32),
        concerned,
        stillGranted: () => true,
      });
      const misuse = createMisuse({
        store: createMisuseStore(database),
        concerned,
        record,
        clock,
        random,
        catalogue: loadMisuseCatalogue(),
        resolvePseudonym: () => Promise.resolve(undefined),
        mask: (text) => Promise.resolve(text),
      });
      const clients = createClients({ ...foundation, store: createClientStore(database) });
      return { desk, holds, misuse, clients };
    },
  });
  root = await api.signedIn('root', ['administrator']);
  screener = await person(['screener']);
  approvers = [await person(['approver']), await person(['approver'])];
});

async function person(roles: readonly MemberRole[]): Promise<Person> {
  const { member, passkey, cookie } = await api.signedIn(`person ${names++}`, roles);
  return personOf({ port: api.port, words: '' }, { id: member.principalId, name: member.name, passkey, cookie });
}

/** A service, with a grant that somebody answers for. */
async function service(
  owner: Person,
  tier: 1 | 2 = 1,
): Promise<{ readonly id: PrincipalId; readonly name: string; readonly grant: string }> {
  const { principalId, name } = await api.addMember(`service ${names++}`, ['applicant'], 'service');
  const grant = await granted(
    { applicant: owner, screener, approvers: approvers.slice(0, tier) },
    {
      kind: 'service',
      service: name,
      employer: 'Example Electric Power',
      role: 'Operations',
      sector: 'electric-power',
      tier,
      capabilities: tier === 2 ? ['penetration-testing'] : ['vulnerability-triage'],
      purpose: 'Triage of what the scanners of the plant network find, day and night.',
      targets: [{ kind: 'network', value: '10.20.0.0/16', proof: { basis: 'owned', text: 'network plan 2026-10' } }],
      exclusions: [],
      allowedTools: null,
      forbiddenTools: [],
      retention: 'vendor-default',
      supervisor: { name: 'Kacho', email: 'kacho@example.jp' },
      endDate: new Date(Date.now() + 60 * DAY_MS).toISOString().slice(0, 10),
      programs: [],
    },
  );
  return { id: principalId, name, grant };
}

async function held(principalId: PrincipalId, grantId: string): Promise<string> {
  const opened = await holds.open({
    principalId,
    grantId,
    requestId: `req_${names++}` as RequestId,
    route: 'cyber',
    deployment: 'jp/d',
    call: { name: 'shell', encoding: 'json', arguments: `{"command":"nmap 192.0.2.${names}"}` },
    reasons: [{ code: 'target-unknown', text: 'not known' }],
    isTainted: false,
  });
  assert.ok(opened.ok, JSON.stringify(opened));
  return opened.value.id;
}

describe('whoever answers for a service', () => {
  it('decides about none of its held calls', async () => {
    const owner = await person(['defender', 'approver']);
    const { id, grant } = await service(owner);
    const hold = await held(id, grant);
    for (const which of ['approve', 'deny']) {
      const refused = await owner.ask('POST', `/api/v1/holds/${hold}/${which}`, { reason: 'mine' });
      assert.deepEqual([refused.status, refused.json['code']], [403, 'own-call'], refused.text);
    }
    await approvers[0]!.call('POST', `/api/v1/holds/${hold}/approve`, { reason: 'as agreed' });
  });

  it('does not let it back in once it is suspended, and answers no appeal of it', async () => {
    const owner = await person(['defender', 'approver']);
    const { id } = await service(owner);
    const path = `/api/v1/standings/${id}`;
    await approvers[0]!.call('PUT', path, { standing: 'suspended', reason: 'report of the SOC' });
    const refused = await owner.ask('PUT', path, { standing: 'clear', reason: 'it is mine' });
    assert.deepEqual([refused.status, refused.json['code']], [403, 'own-case'], refused.text);
    await approvers[1]!.call('PUT', path, { standing: 'clear', reason: 'explained' });
  });

  it('gives no key of its own to a client that an administrator registered', async () => {
    const owner = await person(['defender']);
    const { name } = await service(owner);
    const register = { service: name, roles: ['caller', 'member'], keys: [pair().jwk] };
    const registered = await api.call({ path: '/api/v1/clients', cookie: root.cookie, body: register });
    assert.equal(registered.status, 201, registered.text);
    const refused = await owner.ask('POST', `/api/v1/clients/${registered.json['id'] as string}/keys`, { key: pair().jwk });
    assert.deepEqual([refused.status, refused.json['code']], [403, 'not-your-client'], refused.text);
    const { id } = await owner.call('POST', '/api/v1/clients', { service: name, keys: [pair().jwk] }, 201);
    await owner.call('POST', `/api/v1/clients/${id as string}/keys`, { key: pair().jwk }, 201);
    await owner.call('POST', `/api/v1/clients/${registered.json['id'] as string}/revoke`, {});
  });
});

describe('a held call under tier 2', () => {
  it('is let through by somebody who has signed in strongly, and refused by anybody who may decide', async () => {
    const owner = await person(['defender']);
    const { id, grant } = await service(owner, 2);
    const [first, second] = [await held(id, grant), await held(id, grant)];
    const weak = await api.services.sessions.start({
      member: { principalId: approvers[0]!.id as PrincipalId, name: approvers[0]!.name },
      authentication: 'sso',
      address: '',
      userAgent: '',
    });
    assert.ok(weak.ok);
    const cookie = `__Host-sekisho-session=${weak.value.token}`;
    const refused = await api.call({ path: `/api/v1/holds/${first}/approve`, cookie, body: { reason: 'as agreed' } });
    assert.deepEqual([refused.status, refused.json['code']], [403, 'authentication-too-weak'], refused.text);
    const denied = await api.call({ path: `/api/v1/holds/${second}/deny`, cookie, body: { reason: 'not agreed' } });
    assert.equal(denied.status, 200, denied.text);
    await approvers[0]!.call('POST', `/api/v1/holds/${first}/approve`, { reason: 'as agreed' });
  });
});

describe('a key that acts for its owner', () => {
  it('is made only by somebody who signed in a moment ago: an open session that somebody finds is no way to settle in', async () => {
    const found = await api.signedIn('left the browser open', ['approver']);
    api.advance(15 * 60_000 + 1);
    const refused = await api.call({ path: '/api/v1/keys', cookie: found.cookie, body: { roles: ['member'] } });
    assert.deepEqual([refused.status, refused.json['code']], [403, 'sign-in-again'], refused.text);
    const caller = await api.call({ path: '/api/v1/keys', cookie: found.cookie, body: {} });
    assert.equal(caller.status, 201, caller.text);
    const again = await api.call({ path: '/api/v1/keys', cookie: await api.signIn(found.passkey), body: { roles: ['member'] } });
    assert.equal(again.status, 201, again.text);
  });

  it('ends with the passkeys that an enrolment link replaces', async () => {
    const victim = await api.signedIn('taken over', ['approver']);
    const made = await api.call({ path: '/api/v1/keys', cookie: victim.cookie, body: { roles: ['member', 'caller'] } });
    const plain = await api.call({ path: '/api/v1/keys', cookie: victim.cookie, body: {} });
    assert.deepEqual([made.status, plain.status], [201, 201]);
    const issued = await api.services.enrolment.issue(victim.member.principalId, undefined);
    assert.ok(issued.ok);
    const token = issued.value.url.split('#')[1]!;
    const asked = await api.call({ path: '/api/v1/enrol/options', body: { token } });
    const answer = createSoftwarePasskey().register(asked.json['options'] as object, api.publicUrl);
    const done = await api.call({ path: '/api/v1/enrol/verify', body: { token, answer } });
    assert.equal(done.status, 200, done.text);
    await api.keyring.refresh();
    const after = await api.call({ method: 'GET', path: '/api/v1/session', key: made.json['key'] as string });
    assert.deepEqual([after.status, after.json['code']], [401, 'key-revoked'], after.text);
    assert.ok(api.keyring.identify(plain.json['key'] as string).ok, 'what only uses models goes on');
    const { facts } = api.records.findLast((record) => record.facts.type === 'enrolment-redeemed')!;
    assert.deepEqual(facts['endedKeys'], [(made.json['record'] as { id: string }).id]);
  });

  it('is one of a hundred at most', async () => {
    const busy = await api.signedIn('maker of keys', ['defender']);
    const make = () => api.call({ path: '/api/v1/keys', cookie: busy.cookie, body: {} });
    for (let made = 0; made < 100; made++) assert.equal((await make()).status, 201);
    const refused = await make();
    assert.deepEqual([refused.status, refused.json['code']], [409, 'too-many-keys'], refused.text);
  });
});
