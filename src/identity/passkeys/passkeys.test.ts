// Registering and signing in with passkeys, over the management API and a real database, with an authenticator in software that can lie.
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { Called } from '#test/api-call';
import { startManagementApi, type ManagementApi, type SignedInPerson } from '#test/management-api';
import { createSoftwarePasskey, type SoftwarePasskey, type Tampering } from '#test/software-passkey';

let api: ManagementApi;
let alice: SignedInPerson;

before(async () => {
  api = await startManagementApi();
  alice = await api.signedIn('alice', ['defender']);
});

async function newLink(name: string): Promise<string> {
  const member = (await api.services.members.find(name)) ?? (await api.addMember(name, []));
  const issued = await api.services.enrolment.issue(member.principalId, undefined);
  assert.ok(issued.ok);
  return issued.value.url.split('#')[1]!;
}

async function enrol(passkey: SoftwarePasskey, name: string, tampering?: Tampering, origin = api.publicUrl): Promise<Called> {
  const token = await newLink(name);
  const asked = await api.call({ path: '/api/v1/enrol/options', body: { token } });
  assert.equal(asked.status, 200, asked.text);
  const answer = passkey.register(asked.json['options'] as object, origin, tampering);
  return api.call({ path: '/api/v1/enrol/verify', body: { token, answer } });
}

async function signInOptions(): Promise<object> {
  return (await api.call({ path: '/api/v1/sign-in/passkey/options' })).json['options'] as object;
}

async function signIn(passkey: SoftwarePasskey, tampering?: Tampering, origin = api.publicUrl): Promise<Called> {
  const answer = passkey.authenticate(await signInOptions(), origin, tampering);
  return api.call({ path: '/api/v1/sign-in/passkey/verify', body: { answer } });
}

describe('registering a passkey', () => {
  it('asks for one that the authenticator finds by itself, that checks who is there, and for its attestation', async () => {
    const asked = await api.call({ path: '/api/v1/enrol/options', body: { token: await newLink('bob') } });
    const options = asked.json['options'] as Record<string, unknown>;
    assert.deepEqual(options['rp'], { name: 'Sekisho', id: 'sekisho.example' });
    assert.deepEqual(options['authenticatorSelection'], {
      residentKey: 'required',
      requireResidentKey: true,
      userVerification: 'required',
    });
    assert.equal(options['attestation'], 'direct');
    assert.match(String(options['challenge']), /^[\w-]{43}$/);
    assert.deepEqual(options['excludeCredentials'], []);
  });

  it('keeps what the attestation says, and whether it holds', async () => {
    const expected = [
      [createSoftwarePasskey({ attestation: 'packed' }), undefined, { format: 'packed', verified: true }],
      [createSoftwarePasskey(), undefined, { format: 'none', verified: false }],
      [createSoftwarePasskey(), { format: 'android-key' }, { format: 'android-key', verified: false }],
    ] as const;
    for (const [index, [passkey, tampering, attestation]] of expected.entries()) {
      const enrolled = await enrol(passkey, `attested-${index}`, tampering);
      assert.equal(enrolled.status, 200, enrolled.text);
      const { json } = await api.call({ method: 'GET', path: '/api/v1/passkeys', cookie: enrolled.cookie });
      const [kept] = json['passkeys'] as { attestation: unknown; aaguid: string }[];
      assert.deepEqual(kept?.attestation, attestation);
      assert.equal(kept?.aaguid, '00112233-4455-6677-8899-aabbccddeeff');
      const facts = api.records.findLast((record) => record.facts.type === 'enrolment-redeemed')!.facts;
      assert.deepEqual(facts['attestation'], attestation);
    }
  });

  const lies: readonly [string, Tampering | undefined, string | undefined, string][] = [
    ['a page of another origin', undefined, 'https://sekisho.example.evil', 'wrong-origin'],
    ['another port', undefined, 'https://sekisho.example:8443', 'wrong-origin'],
    ['another RP id', { rpId: 'evil.example' }, undefined, 'passkey-not-accepted'],
    ['nobody verified', { userVerified: false }, undefined, 'passkey-not-accepted'],
    ['nobody present', { userPresent: false }, undefined, 'passkey-not-accepted'],
    ['an answer to a sign-in', { clientData: { type: 'webauthn.get' } }, undefined, 'passkey-not-accepted'],
    ['a frame in a page of another origin', { clientData: { crossOrigin: true } }, undefined, 'passkey-not-accepted'],
    ['another challenge', { clientData: { challenge: 'A'.repeat(43) } }, undefined, 'challenge-unknown'],
  ];
  for (const [name, tampering, origin, code] of lies)
    it(`refuses ${name}`, async () => {
      const refused = await enrol(createSoftwarePasskey(), 'mallory', tampering, origin);
      assert.equal(refused.status, 403, refused.text);
      assert.equal(refused.json['code'], code);
      assert.equal(refused.cookie, undefined);
      assert.equal((await api.services.members.find('mallory'))?.passkeys, 0);
    });

  it('refuses an attestation whose signature does not hold', async () => {
    const refused = await enrol(createSoftwarePasskey({ attestation: 'packed' }), 'mallory', { breakSignature: true });
    assert.equal(refused.json['code'], 'passkey-not-accepted');
  });

  it('refuses an authenticator that is registered for somebody else', async () => {
    const refused = await enrol(alice.passkey, 'mallory');
    assert.equal(refused.status, 409, refused.text);
    assert.equal(refused.json['code'], 'already-registered');
  });

  it('takes an answer once', async () => {
    const token = await newLink('once');
    const { json } = await api.call({ path: '/api/v1/enrol/options', body: { token } });
    const answer = createSoftwarePasskey().register(json['options'] as object, api.publicUrl);
    assert.equal((await api.call({ path: '/api/v1/enrol/verify', body: { token, answer } })).status, 200);
    assert.equal((await api.call({ path: '/api/v1/enrol/verify', body: { token, answer } })).json['code'], 'enrolment-unknown');
  });

  it('takes no answer after five minutes, and none that was asked for by another link', async () => {
    const token = await newLink('late');
    const asked = await api.call({ path: '/api/v1/enrol/options', body: { token } });
    const late = createSoftwarePasskey().register(asked.json['options'] as object, api.publicUrl);
    api.advance(5 * 60_000);
    assert.equal((await api.call({ path: '/api/v1/enrol/verify', body: { token, answer: late } })).json['code'], 'challenge-unknown');
    const other = await newLink('other');
    const again = await api.call({ path: '/api/v1/enrol/options', body: { token } });
    const answer = createSoftwarePasskey().register(again.json['options'] as object, api.publicUrl);
    assert.equal((await api.call({ path: '/api/v1/enrol/verify', body: { token: other, answer } })).json['code'], 'challenge-unknown');
    assert.equal(
      (await api.call({ path: '/api/v1/enrol/verify', body: { token, answer } })).json['code'],
      'challenge-unknown',
      'a challenge that was tried is gone',
    );
  });
});

describe('signing in with a passkey', () => {
  it('needs no name, and says who it is and how', async () => {
    const answered = await signIn(alice.passkey);
    assert.equal(answered.status, 200, answered.text);
    assert.equal((answered.json['member'] as { name: string }).name, 'alice');
    const session = await api.call({ method: 'GET', path: '/api/v1/session', cookie: answered.cookie });
    assert.equal(session.json['authentication'], 'passkey');
    const last = api.records.at(-1)!;
    assert.equal(last.facts.type, 'signed-in');
    assert.equal(last.subject, alice.member.principalId);
  });

  const lies: readonly [string, Tampering | undefined, string | undefined, string][] = [
    ['a page of another origin', undefined, 'https://evil.example', 'wrong-origin'],
    ['another RP id', { rpId: 'evil.example' }, undefined, 'passkey-not-accepted'],
    ['nobody verified', { userVerified: false }, undefined, 'passkey-not-accepted'],
    ['nobody present', { userPresent: false }, undefined, 'passkey-not-accepted'],
    ['a signature that does not hold', { breakSignature: true }, undefined, 'passkey-not-accepted'],
    ['the name of another member', { userHandle: Buffer.from('prn_another').toString('base64url') }, undefined, 'passkey-not-accepted'],
    ['an answer to a registration', { clientData: { type: 'webauthn.create' } }, undefined, 'passkey-not-accepted'],
    ['a frame in a page of another origin', { clientData: { crossOrigin: true } }, undefined, 'passkey-not-accepted'],
    ['another challenge', { clientData: { challenge: 'A'.repeat(43) } }, undefined, 'challenge-unknown'],
  ];
  for (const [name, tampering, origin, code] of lies)
    it(`refuses ${name}`, async () => {
      const signedIn = api.records.filter((record) => record.facts.type === 'signed-in').length;
      const refused = await signIn(alice.passkey, tampering, origin);
      assert.equal(refused.status, 403, refused.text);
      assert.equal(refused.json['code'], code);
      assert.equal(refused.cookie, undefined);
      assert.equal(api.records.filter((record) => record.facts.type === 'signed-in').length, signedIn);
    });

  it('refuses a passkey that is not registered', async () => {
    const stranger = createSoftwarePasskey();
    stranger.register({ challenge: 'A', rp: { id: 'sekisho.example' }, user: { id: 'AA' } }, api.publicUrl);
    assert.equal((await signIn(stranger)).json['code'], 'passkey-unknown');
  });

  it('takes an answer once, also when two come at the same moment', async () => {
    const options = await signInOptions();
    const answer = alice.passkey.authenticate(options, api.publicUrl);
    const both = await Promise.all([1, 2].map(() => api.call({ path: '/api/v1/sign-in/passkey/verify', body: { answer } })));
    assert.deepEqual(
      both.map(({ status }) => status).sort((a, b) => a - b),
      [200, 403],
    );
  });

  it('does not take the challenge of a registration', async () => {
    const { json } = await api.call({ path: '/api/v1/enrol/options', body: { token: await newLink('mixer') } });
    const { challenge } = json['options'] as { challenge: string };
    const answer = alice.passkey.authenticate({ challenge, rpId: 'sekisho.example' }, api.publicUrl);
    const refused = await api.call({ path: '/api/v1/sign-in/passkey/verify', body: { answer } });
    assert.equal(refused.json['code'], 'challenge-unknown');
  });

  it('refuses and records a counter that went back or stood still, and goes on with the next that rises', async () => {
    assert.equal((await signIn(alice.passkey)).status, 200);
    const { signCount } = alice.passkey;
    for (const wrong of [0, 1, signCount]) {
      const refused = await signIn(alice.passkey, { signCount: wrong });
      assert.equal(refused.json['code'], 'passkey-counter-went-back', `${wrong} after ${signCount}`);
      assert.equal(refused.cookie, undefined);
      assert.deepEqual(api.records.at(-1)?.facts.type, 'passkey-counter-went-back');
    }
    assert.equal((await signIn(alice.passkey)).status, 200);
  });

  it('takes the copies of one state only once: of two answers with one counter, one counts', async () => {
    const signCount = alice.passkey.signCount + 1;
    const answers = await Promise.all(
      [1, 2].map(async () => alice.passkey.authenticate(await signInOptions(), api.publicUrl, { signCount })),
    );
    const both = await Promise.all(answers.map((answer) => api.call({ path: '/api/v1/sign-in/passkey/verify', body: { answer } })));
    assert.deepEqual(
      both.map(({ status }) => status).sort((a, b) => a - b),
      [200, 403],
    );
    alice.passkey.signCount = signCount;
  });

  it('lets authenticators in that do not count', async () => {
    const synced = createSoftwarePasskey({ counts: false });
    assert.equal((await enrol(synced, 'synced')).status, 200);
    for (let times = 0; times < 2; times++) assert.equal((await signIn(synced)).status, 200);
  });

  it('does not happen when it cannot be recorded', async () => {
    api.breakLedger(true);
    const refused = await signIn(alice.passkey);
    api.breakLedger(false);
    assert.equal(refused.status, 500);
    assert.equal(refused.cookie, undefined);
    assert.match(String(api.errors.at(-1)), /the ledger cannot be written/);
    const sessions = await api.services.sessions.list(alice.member.principalId);
    const recorded = api.records.map((record) => record.facts['session']);
    assert.ok(sessions.every((session) => recorded.includes(session.id)));
  });

  it('refuses answers that are not answers', async () => {
    const bytes = (text: string) => Buffer.from(text).toString('base64url');
    const answer = alice.passkey.authenticate(await signInOptions(), api.publicUrl);
    const broken = [
      { ...answer, response: { ...answer.response, clientDataJSON: bytes('null') } },
      { ...answer, response: { ...answer.response, clientDataJSON: bytes('{"challenge":1}') } },
      { ...answer, response: { ...answer.response, clientDataJSON: bytes('not JSON') } },
      { ...answer, response: { ...answer.response, authenticatorData: 'AA' } },
    ];
    for (const each of broken) {
      const { status } = await api.call({ path: '/api/v1/sign-in/passkey/verify', body: { answer: each } });
      assert.equal(status, 403);
    }
    const { status } = await api.call({ path: '/api/v1/sign-in/passkey/verify', body: { answer: { ...answer, id: 'not base64url!' } } });
    assert.equal(status, 422);
    const deep = Buffer.alloc(30_000, 0x81).toString('base64url');
    const token = await newLink('deep');
    const { json } = await api.call({ path: '/api/v1/enrol/options', body: { token } });
    const registration = createSoftwarePasskey().register(json['options'] as object, api.publicUrl);
    const hostile = { ...registration, response: { ...registration.response, attestationObject: deep } };
    const refused = await api.call({ path: '/api/v1/enrol/verify', body: { token, answer: hostile } });
    assert.equal(refused.json['code'], 'passkey-not-accepted', 'CBOR nested thirty thousand deep is no bug of ours');
  });
});

describe('a member’s own passkeys', () => {
  async function options(cookie: string): Promise<Called> {
    return api.call({ path: '/api/v1/passkeys/options', cookie });
  }

  async function addAnother(cookie: string, passkey = createSoftwarePasskey(), label?: string): Promise<Called> {
    const asked = await options(cookie);
    assert.equal(asked.status, 200, asked.text);
    const answer = passkey.register(asked.json['options'] as object, api.publicUrl);
    return api.call({ path: '/api/v1/passkeys', cookie, body: { answer, ...(label === undefined ? {} : { label }) } });
  }

  it('are several, are named, and one can be removed, with the sessions that it began', async () => {
    const carol = await api.signedIn('carol', ['defender']);
    const second = createSoftwarePasskey();
    const added = await addAnother(carol.cookie, second, 'at home');
    assert.equal(added.status, 201, added.text);
    const id = added.json['id'] as string;
    const secondCookie = await api.signIn(second);
    const renamed = await api.call({ method: 'PATCH', path: `/api/v1/passkeys/${id}`, cookie: carol.cookie, body: { label: '予備' } });
    assert.equal(renamed.json['label'], '予備');
    const removed = await api.call({ method: 'DELETE', path: `/api/v1/passkeys/${id}`, cookie: carol.cookie });
    assert.equal(removed.status, 204, removed.text);
    assert.equal((await api.call({ method: 'GET', path: '/api/v1/session', cookie: secondCookie })).status, 401);
    assert.equal((await api.call({ method: 'GET', path: '/api/v1/session', cookie: carol.cookie })).status, 200);
    assert.equal((await signIn(second)).json['code'], 'passkey-unknown');
    assert.deepEqual(
      api.records.slice(-4).map((record) => record.facts.type),
      ['enrolment-redeemed', 'passkey-registered', 'signed-in', 'passkey-removed'],
    );
  });

  it('keep their last one, also when two are removed at the same moment', async () => {
    const dave = await api.signedIn('dave', []);
    const [only] = await api.services.passkeys.list(dave.member.principalId);
    const refused = await api.call({ method: 'DELETE', path: `/api/v1/passkeys/${only!.id}`, cookie: dave.cookie });
    assert.equal(refused.json['code'], 'last-passkey');
    const second = await addAnother(dave.cookie);
    const by = { principalId: dave.member.principalId, name: 'dave', authentication: 'passkey' as const };
    const both = await Promise.all(
      [only!.id, second.json['id'] as string].map((id) => api.services.passkeys.remove(by.principalId, id, by)),
    );
    assert.deepEqual(both.map(({ ok }) => String(ok)).sort(), ['false', 'true']);
  });

  it('belong to one member: nobody names or removes those of another', async () => {
    const [own] = await api.services.passkeys.list(alice.member.principalId);
    const eve = await api.signedIn('eve', ['administrator']);
    for (const [method, body] of [
      ['PATCH', { label: 'mine' }],
      ['DELETE', undefined],
    ] as const) {
      const refused = await api.call({ method, path: `/api/v1/passkeys/${own!.id}`, cookie: eve.cookie, body });
      assert.equal(refused.status, 404, refused.text);
    }
    assert.equal((await api.services.passkeys.list(alice.member.principalId))[0]?.label, own!.label);
  });

  it('are not added by a key, nor in a session that is older than 15 minutes, nor by a sign-in with a password alone', async () => {
    const frank = await api.signedIn('frank', []);
    const key = await api.keyOf(frank.member, ['member'], { authentication: 'passkey' });
    assert.equal((await api.call({ path: '/api/v1/passkeys/options', key })).json['code'], 'session-needed');
    const started = await api.services.sessions.start({ member: frank.member, authentication: 'sso', address: '', userAgent: '' });
    assert.ok(started.ok);
    const weak = `__Host-sekisho-session=${started.value.token}`;
    assert.equal((await options(weak)).json['code'], 'stronger-sign-in-needed');
    api.advance(15 * 60_000 + 1);
    assert.equal((await options(frank.cookie)).json['code'], 'sign-in-again');
    assert.equal((await options(await api.signIn(frank.passkey))).status, 200);
  });

  it('are not added with a challenge of another session', async () => {
    const grace = await api.signedIn('grace', []);
    const other = await api.signIn(grace.passkey);
    const asked = await options(grace.cookie);
    const answer = createSoftwarePasskey().register(asked.json['options'] as object, api.publicUrl);
    const refused = await api.call({ path: '/api/v1/passkeys', cookie: other, body: { answer } });
    assert.equal(refused.json['code'], 'challenge-unknown');
  });

  it('are ten at most, and exclude the authenticators that are there', async () => {
    const heidi = await api.signedIn('heidi', []);
    assert.throws(() =>
      heidi.passkey.register(
        { challenge: 'A', rp: { id: 'x' }, user: { id: 'A' }, excludeCredentials: [{ id: heidi.passkey.credentialId }] },
        '',
      ),
    );
    const excluded = (await options(heidi.cookie)).json['options'] as { excludeCredentials: { id: string }[] };
    assert.deepEqual(
      excluded.excludeCredentials.map(({ id }) => id),
      [heidi.passkey.credentialId],
    );
    for (let count = 1; count < 10; count++) assert.equal((await addAnother(heidi.cookie)).status, 201);
    assert.equal((await addAnother(heidi.cookie)).json['code'], 'too-many-passkeys');
  });
});
