// Members and their roles over a real database: separation of duties, the last administrator, and a record before every change.
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { Acting, Member, MemberRole, MemberRefusal } from '#identity';
import type { PrincipalId, Result } from '#kernel';
import { startManagementApi, type ManagementApi } from '#test/management-api';

let api: ManagementApi;
let root: Member;

before(async () => {
  api = await startManagementApi();
  root = await api.addMember('root', ['administrator']);
});

function acting({ principalId, name }: Member): Acting {
  return { principalId, name, authentication: 'passkey' };
}

function refusalOf(outcome: Result<unknown, MemberRefusal>): string {
  return outcome.ok ? 'done' : outcome.error.kind;
}

function lastRecord() {
  return api.records.at(-1)!;
}

describe('adding a member', () => {
  it('makes the principal, and is recorded without what the ledger should not keep of a person', async () => {
    const added = await api.services.members.add(
      { name: 'yamada', kind: 'person', displayName: '山田花子', email: 'yamada@example.jp', roles: ['screener', 'applicant', 'screener'] },
      acting(root),
    );
    assert.ok(added.ok);
    assert.deepEqual(added.value.roles, ['applicant', 'screener'], 'each once, in one order');
    const found = await api.services.members.find('yamada');
    assert.deepEqual(found, added.value);
    assert.equal(found?.displayName, '山田花子');
    assert.deepEqual(lastRecord(), {
      subject: added.value.principalId,
      facts: {
        type: 'member-added',
        isOutside: false,
        member: { id: added.value.principalId, kind: 'person', name: 'yamada' },
        roles: ['applicant', 'screener'],
        by: { principal: root.principalId, name: 'root', authentication: 'passkey' },
      },
    });
  });

  it('takes over the owner of keys of that name and kind, and nobody of another kind', async () => {
    await api.keyOf({ name: 'with-keys' }, ['caller']);
    await api.keyOf({ name: 'machine' }, ['caller'], { kind: 'service' });
    const person = await api.services.members.add({ name: 'with-keys', kind: 'person', roles: [] }, undefined);
    assert.ok(person.ok);
    assert.equal(refusalOf(await api.services.members.add({ name: 'machine', kind: 'person', roles: [] }, undefined)), 'name-taken');
    assert.equal(refusalOf(await api.services.members.add({ name: 'with-keys', kind: 'person', roles: [] }, undefined)), 'already-member');
  });

  it('gives machines no role that decides about access', async () => {
    for (const role of ['screener', 'approver', 'administrator'] as const) {
      assert.equal(
        refusalOf(await api.services.members.add({ name: `robot-${role}`, kind: 'service', roles: [role] }, undefined)),
        'person-needed',
      );
      assert.equal(await api.services.members.find(`robot-${role}`), undefined);
    }
    const robot = await api.addMember('robot', ['defender', 'applicant', 'auditor'], 'service');
    assert.equal(refusalOf(await api.services.members.setRoles(robot.principalId, ['approver'], acting(root))), 'person-needed');
  });

  it('refuses names, e-mail addresses and display names that would disturb', async () => {
    const add = (input: object) => api.services.members.add({ name: 'fine', kind: 'person', roles: [], ...input }, undefined);
    for (const input of [
      { name: 'prn_like-an-id' },
      { name: ' padded' },
      { name: 'two\nlines' },
      { name: 'root\u200B' },
      { name: 'ro\u00ADot' },
      { name: 'x'.repeat(129) },
      { email: 'no-at-sign' },
      { email: 'two words@example.jp' },
      { displayName: '\u202Egnp.exe' },
      { displayName: '   ' },
    ])
      assert.equal(refusalOf(await add(input)), 'invalid-input', JSON.stringify(input));
    assert.equal(await api.services.members.find('fine'), undefined);
  });

  it('does not happen when it cannot be recorded', async () => {
    api.breakLedger(true);
    await assert.rejects(
      api.services.members.add({ name: 'unrecorded', kind: 'person', roles: [] }, undefined),
      /ledger cannot be written/,
    );
    api.breakLedger(false);
    assert.equal(await api.services.members.find('unrecorded'), undefined);
  });
});

describe('roles', () => {
  it('are given by another administrator and never by oneself, up or down', async () => {
    const second = await api.addMember('second', ['administrator']);
    for (const roles of [['administrator', 'screener'], ['administrator', 'approver'], []] as MemberRole[][])
      assert.equal(refusalOf(await api.services.members.setRoles(second.principalId, roles, acting(second))), 'own-rights');
    assert.equal(refusalOf(await api.services.members.change(second.principalId, { isOutside: true }, acting(second))), 'own-rights');
    assert.deepEqual((await api.services.members.find('second'))?.roles, ['administrator']);
    const given = await api.services.members.setRoles(second.principalId, ['auditor'], acting(root));
    assert.ok(given.ok);
    assert.deepEqual(lastRecord().facts, {
      type: 'member-roles-set',
      before: ['administrator'],
      isOutside: false,
      member: { id: second.principalId, kind: 'person', name: 'second' },
      roles: ['auditor'],
      by: { principal: root.principalId, name: 'root', authentication: 'passkey' },
    });
  });

  it('stay as they are when the change cannot be recorded', async () => {
    const member = await api.addMember('kept', ['defender']);
    api.breakLedger(true);
    await assert.rejects(api.services.members.setRoles(member.principalId, ['approver'], acting(root)));
    await assert.rejects(api.services.members.disable(member.principalId, acting(root)));
    api.breakLedger(false);
    const kept = await api.services.members.find('kept');
    assert.deepEqual([kept?.roles, kept?.disabledAtMs], [['defender'], null]);
  });

  it('belong to somebody who exists', async () => {
    const nobody = 'prn_00000000000000000000000000' as PrincipalId;
    assert.equal(refusalOf(await api.services.members.setRoles(nobody, [], acting(root))), 'unknown-member');
    assert.equal(refusalOf(await api.services.members.disable(nobody, acting(root))), 'unknown-member');
  });
});

describe('the last administrator', () => {
  it('is neither disabled nor deprived of the role, by whoever', async () => {
    const world = await startManagementApi();
    const only = await world.addMember('only', ['administrator']);
    await world.addMember('other', ['approver']);
    const disabled = await world.addMember('gone', ['administrator']);
    assert.ok((await world.services.members.disable(disabled.principalId, undefined)).ok);
    const { length } = world.records;
    assert.equal(refusalOf(await world.services.members.disable(only.principalId, undefined)), 'last-administrator');
    assert.equal(refusalOf(await world.services.members.setRoles(only.principalId, ['auditor'], undefined)), 'last-administrator');
    assert.equal(world.records.length, length, 'what is refused is not recorded as done');
    const kept = await world.services.members.find('only');
    assert.deepEqual([kept?.roles, kept?.disabledAtMs], [['administrator'], null]);
    assert.ok((await world.services.members.enable(disabled.principalId, undefined)).ok);
    assert.ok((await world.services.members.setRoles(only.principalId, ['auditor'], undefined)).ok, 'another one is there again');
  });

  it('is left when two administrators remove each other at the same moment', async () => {
    const world = await startManagementApi();
    for (let round = 0; round < 10; round++) {
      const pair = await Promise.all(['a', 'b'].map((name) => world.addMember(`${name}${round}`, ['administrator'])));
      const others = (await world.services.members.list()).filter((member) => !pair.some(({ name }) => name === member.name));
      for (const other of others) await world.services.members.disable(other.principalId, undefined);
      const [a, b] = pair as [Member, Member];
      const outcomes = await Promise.all([
        world.services.members.disable(a.principalId, acting(b)),
        round % 2 === 0
          ? world.services.members.setRoles(b.principalId, [], acting(a))
          : world.services.members.disable(b.principalId, acting(a)),
      ]);
      assert.deepEqual(outcomes.map(refusalOf).sort(), ['done', 'last-administrator']);
    }
  });
});

describe('a disabled member', () => {
  it('loses sessions, links and keys at once, and gets back only the keys when it may act again', async () => {
    const { member, cookie, passkey } = await api.signedIn('leaver', ['auditor']);
    const key = await api.keyOf(member, ['member']);
    const link = await api.services.enrolment.issue(member.principalId, undefined);
    assert.ok(link.ok);
    const ask = () => Promise.all([{ cookie }, { key }].map((each) => api.call({ method: 'GET', path: '/api/v1/session', ...each })));
    assert.deepEqual(
      (await ask()).map(({ status }) => status),
      [200, 200],
    );
    assert.ok((await api.services.members.disable(member.principalId, acting(root))).ok);
    // The key's copy may be a moment old; its owner is read anew.
    assert.deepEqual(
      (await ask()).map(({ status }) => status >= 401 && status <= 403),
      [true, true],
    );
    const token = link.value.url.split('#')[1]!;
    assert.equal((await api.call({ path: '/api/v1/enrol/options', body: { token } })).json['code'], 'enrolment-unknown');
    const asked = await api.call({ path: '/api/v1/sign-in/passkey/options' });
    const answer = passkey.authenticate(asked.json['options'] as object, api.publicUrl);
    const refused = await api.call({ path: '/api/v1/sign-in/passkey/verify', body: { answer } });
    assert.equal(refused.json['code'], 'member-disabled');
    assert.ok((await api.services.members.enable(member.principalId, acting(root))).ok);
    await api.keyring.refresh();
    assert.deepEqual(
      (await ask()).map(({ status }) => status),
      [401, 200],
    );
    assert.deepEqual(await api.services.sessions.list(member.principalId), []);
  });
});

describe('listing members', () => {
  it('goes on from page to page, by name', async () => {
    const world = await startManagementApi();
    const { cookie } = await world.signedIn('m-auditor', ['auditor']);
    for (let index = 0; index < 5; index++) await world.addMember(`m-${index}`, []);
    const names: string[] = [];
    let next: unknown = '';
    while (typeof next === 'string') {
      const { json } = await world.call({ method: 'GET', path: `/api/v1/members?limit=2&after=${encodeURIComponent(next)}`, cookie });
      names.push(...(json['members'] as { name: string }[]).map(({ name }) => name));
      next = json['next'];
    }
    assert.deepEqual(names, ['m-0', 'm-1', 'm-2', 'm-3', 'm-4', 'm-auditor']);
  });
});
