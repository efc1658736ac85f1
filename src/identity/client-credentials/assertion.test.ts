// What an assertion has to be and say.
import assert from 'node:assert/strict';
import { createHmac, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { before, describe, it } from 'node:test';
import fc from 'fast-check';
import { readAssertion, verifyAssertion } from './assertion.ts';
import { readPublicKey, type ReadKey } from './client-key.ts';

const CLIENT = `cli_${'0'.repeat(26)}`;
const OTHER = `cli_${'1'.repeat(26)}`;
const SERVER = 'https://sekisho.example';
const AUDIENCES = [`${SERVER}/api/v1/token`, SERVER];
const NOW_MS = Date.UTC(2026, 0, 1);
const NOW = NOW_MS / 1000;

const own = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const other = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ed = generateKeyPairSync('ed25519');
let key: ReadKey;

before(async () => {
  key = await read(own.publicKey);
});

async function read(publicKey: KeyObject): Promise<ReadKey> {
  const made = await readPublicKey({ ...publicKey.export({ format: 'jwk' }) });
  assert.ok(made.ok);
  return made.value;
}

type Claims = Readonly<Record<string, unknown>>;
const right: Claims = { iss: CLIENT, sub: CLIENT, aud: AUDIENCES[0], exp: NOW + 60, iat: NOW, jti: 'one' };

/** Without any library's help, so that nothing is put right on the way. */
function assertion(changed: Claims = {}, header: Claims = {}, signature?: (input: string) => Buffer): string {
  const part = (value: Claims) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const input = `${part({ alg: 'ES256', ...header })}.${part({ ...right, ...changed })}`;
  const made = signature ?? ((text) => sign('sha256', Buffer.from(text), { key: own.privateKey, dsaEncoding: 'ieee-p1363' }));
  return `${input}.${made(input).toString('base64url')}`;
}

async function problemOf(text: string, with_: ReadKey = key): Promise<string | undefined> {
  const claimed = readAssertion(text);
  if (claimed === undefined) return 'unreadable';
  const good = await verifyAssertion(text, { key: with_, clientId: claimed.clientId, audiences: AUDIENCES, nowMs: NOW_MS });
  return good.ok ? undefined : (good.error.problem ?? UNSIGNED);
}

const UNSIGNED = 'not signed with a key of this client';

describe('an assertion', () => {
  it('is good when it says what it has to, signed with ES256, RS256 or EdDSA', async () => {
    assert.equal(await problemOf(assertion()), undefined);
    assert.equal(await problemOf(assertion({ aud: SERVER })), undefined);
    assert.equal(await problemOf(assertion({ aud: [SERVER] })), undefined);
    const [rsaKey, edKey] = [await read(rsa.publicKey), await read(ed.publicKey)];
    assert.equal(
      await problemOf(
        assertion({}, { alg: 'RS256' }, (text) => sign('sha256', Buffer.from(text), rsa.privateKey)),
        rsaKey,
      ),
      undefined,
    );
    for (const alg of ['EdDSA', 'Ed25519']) {
      assert.equal(
        await problemOf(
          assertion({}, { alg }, (text) => sign(null, Buffer.from(text), ed.privateKey)),
          edKey,
        ),
        undefined,
      );
    }
  });

  it('has to be remembered for as long as it would be accepted', async () => {
    const text = assertion();
    const good = await verifyAssertion(text, { key, clientId: CLIENT, audiences: AUDIENCES, nowMs: NOW_MS });
    assert.ok(good.ok);
    const late = await verifyAssertion(text, { key, clientId: CLIENT, audiences: AUDIENCES, nowMs: good.value.rememberUntilMs });
    assert.deepEqual(late, { ok: false, error: { problem: 'it has expired' } });
  });

  it('allows clocks to differ by half a minute, and lives for five', async () => {
    const cases: readonly [Claims, string | undefined][] = [
      [{ exp: NOW - 29 }, undefined],
      [{ exp: NOW - 31 }, 'it has expired'],
      [{ exp: NOW + 330 }, undefined],
      [{ exp: NOW + 331 }, 'its exp is more than 300 seconds ahead'],
      [{ exp: 1e300 }, 'its exp is more than 300 seconds ahead'],
      [{ nbf: NOW + 29 }, undefined],
      [{ nbf: NOW + 31 }, 'its nbf is missing or wrong'],
      [{ iat: NOW + 29 }, undefined],
      [{ iat: NOW + 31 }, 'its iat is in the future'],
      [{ iat: undefined }, undefined],
    ];
    for (const [claims, problem] of cases) assert.equal(await problemOf(assertion(claims)), problem, JSON.stringify(claims));
  });

  const claims: readonly [string, Claims, string][] = [
    ['is for another server', { aud: 'https://other.example' }, 'its aud is missing or wrong'],
    ['is for nobody', { aud: undefined }, 'its aud is missing or wrong'],
    ['is for another server too', { aud: [SERVER, 'https://other.example'] }, 'its aud names more than this server'],
    ['names a path below this server', { aud: `${SERVER}/api/v1/token/` }, 'its aud is missing or wrong'],
    ['never expires', { exp: undefined }, 'its exp is missing or wrong'],
    ['expires at a text', { exp: 'tomorrow' }, 'its exp is missing or wrong'],
    ['has no jti', { jti: undefined }, 'its jti is missing or wrong'],
    ['has an empty jti', { jti: '' }, 'its jti is not a text of 1 to 256 characters'],
    ['has a jti that is no text', { jti: 1 }, 'its jti is not a text of 1 to 256 characters'],
    ['has a huge jti', { jti: 'x'.repeat(257) }, 'its jti is not a text of 1 to 256 characters'],
    ['is about another client', { sub: OTHER }, 'unreadable'],
    ['is from nobody', { iss: undefined, sub: undefined }, 'unreadable'],
    ['is from no client', { iss: 'admin', sub: 'admin' }, 'unreadable'],
    ['is from a list of clients', { iss: [CLIENT], sub: [CLIENT] }, 'unreadable'],
  ];
  for (const [name, changed, problem] of claims)
    it(`is refused when it ${name}`, async () => {
      assert.equal(await problemOf(assertion(changed)), problem);
    });

  const hmacWith = (secret: string | Buffer) => (text: string) => createHmac('sha256', secret).update(text).digest();
  const pem = own.publicKey.export({ type: 'spki', format: 'pem' });
  const signatures: readonly [string, Claims, (text: string) => Buffer, string][] = [
    ['is not signed', { alg: 'none' }, () => Buffer.alloc(0), UNSIGNED],
    ['is signed with the public key as a secret', { alg: 'HS256' }, hmacWith(pem), UNSIGNED],
    ['is signed with the public JWK as a secret', { alg: 'HS256' }, (text) => hmacWith(JSON.stringify(key.jwk))(text), UNSIGNED],
    [
      'brings its own key',
      { jwk: other.publicKey.export({ format: 'jwk' }) },
      (text) => sign('sha256', Buffer.from(text), { key: other.privateKey, dsaEncoding: 'ieee-p1363' }),
      UNSIGNED,
    ],
    ['is signed with a key of another kind', { alg: 'RS256' }, (text) => sign('sha256', Buffer.from(text), rsa.privateKey), UNSIGNED],
    ['has a signature of zeros', {}, () => Buffer.alloc(64), UNSIGNED],
    ['asks for more than is understood', { crit: ['b64'], b64: false }, () => Buffer.alloc(64), 'unreadable'],
    ['was made for something else', { typ: 'at+jwt' }, () => Buffer.alloc(64), 'unreadable'],
    ['names its key by no text', { kid: 1 }, () => Buffer.alloc(64), 'unreadable'],
  ];
  for (const [name, header, signature, problem] of signatures)
    it(`is refused when it ${name}`, async () => {
      assert.equal(await problemOf(assertion({}, header, signature)), problem);
    });

  it('is refused when it is huge, before it is read', () => {
    assert.equal(readAssertion(assertion({ more: 'x'.repeat(8192) })), undefined);
    assert.equal(readAssertion('.'.repeat(1e6)), undefined);
  });

  it('is refused with any character changed', async () => {
    const text = assertion();
    await fc.assert(
      fc.asyncProperty(fc.nat(text.length - 1), fc.constantFrom('A', 'b', '0', '_', '.'), async (at, character) => {
        fc.pre(text[at] !== character);
        const changed = text.slice(0, at) + character + text.slice(at + 1);
        // The last character of a part holds bits that mean nothing.
        fc.pre(!sameBytes(changed, text));
        assert.notEqual(await problemOf(changed), undefined);
      }),
    );
  });

  it('is read whatever comes', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*$/)),
        (text) => {
          assert.equal(readAssertion(text), undefined);
        },
      ),
    );
  });
});

function sameBytes(one: string, two: string): boolean {
  const bytes = (text: string) => text.split('.').map((part) => Buffer.from(part, 'base64url').toString('hex'));
  return bytes(one).join('.') === bytes(two).join('.');
}
