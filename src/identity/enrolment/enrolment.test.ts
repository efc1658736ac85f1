// Enrolment links over a real database: one use, one day, one member; and the link of the first start.
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { sql } from 'kysely';
import type { Called } from '#test/api-call';
import { startManagementApi, type ManagementApi, type SignedInPerson } from '#test/management-api';
import { createSoftwarePasskey, type SoftwarePasskey } from '#test/software-passkey';

const DAY_MS = 24 * 3600 * 1000;

function tokenOf(url: unknown): string {
  assert.match(String(url), /^https:\/\/sekisho\.example\/enrol#[\w-]{43}$/);
  return String(url).split('#')[1]!;
}

async function redeem(api: ManagementApi, token: string, passkey: SoftwarePasskey = createSoftwarePasskey()): Promise<Called> {
  const asked = await api.call({ path: '/api/v1/enrol/options', body: { token } });
  if (asked.status !== 200) return asked;
  const answer = passkey.register(asked.json['options'] as object, api.publicUrl);
  return api.call({ path: '/api/v1/enrol/verify', body: { token, answer, label: 'laptop' } });
}

describe('an enrolment link', () => {
  let api: ManagementApi;
  let root: SignedInPerson;

  before(async () => {
    api = await startManagementApi();
    root = await api.signedIn('root', ['administrator']);
  });

  async function issue(name: string): Promise<string> {
    const issued = await api.call({ path: `/api/v1/members/${name}/enrolment`, cookie: root.cookie });
    assert.equal(issued.status, 201, issued.text);
    return tokenOf(issued.json['url']);
  }

  it('registers a passkey and signs in', async () => {
    await api.addMember('alice', ['defender']);
    const done = await redeem(api, await issue('alice'));
    assert.equal(done.status, 200, done.text);
    assert.match(String(done.headers['set-cookie']), /^__Host-sekisho-session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Secure$/);
    const session = await api.call({ method: 'GET', path: '/api/v1/session', cookie: done.cookie });
    assert.equal(session.json['authentication'], 'passkey');
    assert.deepEqual(
      api.records.slice(-2).map(({ facts }) => facts.type),
      ['enrolment-issued', 'enrolment-redeemed'],
    );
    assert.ok(!JSON.stringify(api.records).includes(done.cookie!.split('=')[1]!));
  });

  it('works for a day', async () => {
    await api.addMember('late', []);
    const token = await issue('late');
    api.advance(DAY_MS);
    assert.equal((await redeem(api, token)).json['code'], 'enrolment-unknown');
    root = { ...root, cookie: await api.signIn(root.passkey) };
  });

  it('works once, also when it is used twice at the same moment', async () => {
    await api.addMember('twice', []);
    const token = await issue('twice');
    const both = await Promise.all([redeem(api, token), redeem(api, token)]);
    assert.deepEqual(
      both.map(({ status }) => status).sort((a, b) => a - b),
      [200, 403],
    );
    assert.equal((await api.services.members.find('twice'))?.passkeys, 1);
    assert.equal((await redeem(api, token)).json['code'], 'enrolment-unknown');
  });

  it('takes the place of an earlier one', async () => {
    await api.addMember('again', []);
    const [first, second] = [await issue('again'), await issue('again')];
    assert.equal((await redeem(api, first)).json['code'], 'enrolment-unknown');
    assert.equal((await redeem(api, second)).status, 200);
  });

  it('replaces every passkey and session: whoever uses it in secret is noticed', async () => {
    const victim = await api.signedIn('victim', ['approver']);
    const done = await redeem(api, await issue('victim'));
    assert.equal(done.status, 200);
    assert.equal((await api.call({ method: 'GET', path: '/api/v1/session', cookie: victim.cookie })).status, 401);
    const asked = await api.call({ path: '/api/v1/sign-in/passkey/options' });
    const answer = victim.passkey.authenticate(asked.json['options'] as object, api.publicUrl);
    assert.equal((await api.call({ path: '/api/v1/sign-in/passkey/verify', body: { answer } })).json['code'], 'passkey-unknown');
    const { facts } = api.records.findLast((record) => record.facts.type === 'enrolment-redeemed')!;
    assert.equal((facts['replaced'] as string[]).length, 1);
  });

  it('is made by an administrator for somebody else, for people only', async () => {
    const auditor = await api.signedIn('auditor', ['auditor']);
    assert.equal((await api.call({ path: '/api/v1/members/root/enrolment', cookie: auditor.cookie })).status, 403);
    assert.equal((await api.call({ path: '/api/v1/members/root/enrolment', cookie: root.cookie })).json['code'], 'own-enrolment');
    await api.addMember('robot', [], 'service');
    assert.equal((await api.call({ path: '/api/v1/members/robot/enrolment', cookie: root.cookie })).json['code'], 'not-a-person');
    assert.equal((await api.call({ path: '/api/v1/members/nobody/enrolment', cookie: root.cookie })).status, 404);
  });

  it('is kept as a hash, and changes nothing when it cannot be recorded', async () => {
    await api.addMember('unlucky', []);
    const token = await issue('unlucky');
    const { rows } = await sql<{ text: string }>`select enrolments::text as text from sekisho.enrolments`.execute(api.database);
    assert.ok(rows.length > 0 && !JSON.stringify(rows).includes(token));
    api.breakLedger(true);
    assert.equal((await redeem(api, token)).status, 500);
    api.breakLedger(false);
    assert.equal((await api.services.members.find('unlucky'))?.passkeys, 0);
    assert.equal((await redeem(api, token)).status, 200);
  });

  it('is not guessed: what is no token is refused before anything is looked up', async () => {
    for (const token of ['', 'short', 'x'.repeat(44), `${'x'.repeat(42)}!`]) {
      assert.equal((await api.call({ path: '/api/v1/enrol/options', body: { token } })).status, 422);
    }
    assert.equal((await api.call({ path: '/api/v1/enrol/options', body: { token: 'x'.repeat(43) } })).json['code'], 'enrolment-unknown');
  });
});

describe('the first start', () => {
  it('makes an administrator and a link, anew at each start until one can sign in', async () => {
    const api = await startManagementApi();
    const first = await api.services.enrolment.firstEnrolment();
    const second = await api.services.enrolment.firstEnrolment();
    assert.ok(first !== undefined && second !== undefined);
    assert.deepEqual([first.member.name, first.member.roles], ['admin', ['administrator']]);
    assert.equal(second.member.principalId, first.member.principalId, 'one member, whoever starts how often');
    assert.deepEqual(
      api.records.map(({ facts }) => facts.type),
      ['first-administrator-made', 'enrolment-issued', 'enrolment-issued'],
    );
    assert.equal((await redeem(api, tokenOf(first.url))).json['code'], 'enrolment-unknown');
    assert.equal((await redeem(api, tokenOf(second.url))).status, 200);
    assert.equal(await api.services.enrolment.firstEnrolment(), undefined);
  });

  it('gives the link to an administrator who is there, and takes nobody’s name', async () => {
    const api = await startManagementApi();
    await api.keyOf({ name: 'admin' }, ['operator']);
    const made = await api.services.enrolment.firstEnrolment();
    assert.equal(made?.member.name, 'administrator', 'the owner of keys named admin does not become one by its name');
    const other = await startManagementApi();
    const chief = await other.addMember('chief', ['administrator']);
    assert.equal((await other.services.enrolment.firstEnrolment())?.member.principalId, chief.principalId);
    assert.equal(await other.services.members.find('admin'), undefined);
  });

  it('makes one administrator however many nodes start at once', async () => {
    const api = await startManagementApi();
    const links = await Promise.all(Array.from({ length: 5 }, () => api.services.enrolment.firstEnrolment()));
    assert.equal(new Set(links.map((link) => link?.member.principalId)).size, 1);
    const working = await Promise.all(
      links.map((link) => api.call({ path: '/api/v1/enrol/options', body: { token: tokenOf(link!.url) } })),
    );
    assert.equal(working.filter(({ status }) => status === 200).length, 1);
  });

  it('helps out when nobody who administers has a passkey any more', async () => {
    const api = await startManagementApi();
    const root = await api.signedIn('root', ['administrator']);
    const second = await api.addMember('second', ['administrator']);
    assert.equal(await api.services.enrolment.firstEnrolment(), undefined);
    assert.ok((await api.services.members.disable(root.member.principalId, undefined)).ok);
    assert.equal((await api.services.enrolment.firstEnrolment())?.member.principalId, second.principalId);
  });
});
