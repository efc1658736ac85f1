// Which keys clients may sign with.
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { describe, it } from 'node:test';
import { readPublicKey } from './client-key.ts';

type Jwk = Readonly<Record<string, unknown>>;

const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const EC: Jwk = { ...ec.publicKey.export({ format: 'jwk' }) };
const ED: Jwk = { ...generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' }) };
const rsa = (bits: number, exponent = 65_537): Jwk => ({
  ...generateKeyPairSync('rsa', { modulusLength: bits, publicExponent: exponent }).publicKey.export({ format: 'jwk' }),
});
const RSA = rsa(2048);

describe('a public key of a client', () => {
  it('is for the one algorithm of its kind, and named by its thumbprint where it has no name', async () => {
    for (const [jwk, alg] of [
      [EC, 'ES256'],
      [ED, 'EdDSA'],
      [RSA, 'RS256'],
    ] as const) {
      const read = await readPublicKey(jwk);
      assert.ok(read.ok, JSON.stringify(read));
      assert.equal(read.value.alg, alg);
      assert.match(read.value.kid, /^[A-Za-z0-9_-]{43}$/);
      assert.equal(read.value.kid, read.value.thumbprint);
      const named = await readPublicKey({ ...jwk, kid: 'mine', use: 'sig', alg, key_ops: ['verify'], x5t: 'of no interest' });
      assert.ok(named.ok);
      assert.deepEqual([named.value.kid, named.value.thumbprint], ['mine', read.value.thumbprint]);
      assert.deepEqual(named.value.jwk, read.value.jwk, 'only what makes the key is kept');
    }
  });

  const bad: Readonly<Record<string, Jwk>> = {
    'a private key': { ...ec.privateKey.export({ format: 'jwk' }) },
    'a secret': { kty: 'oct', k: 'c2VjcmV0' },
    'a key on another curve': { ...generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey.export({ format: 'jwk' }) },
    'a key for agreement': { ...generateKeyPairSync('x25519').publicKey.export({ format: 'jwk' }) },
    'RSA of 1024 bits': rsa(1024),
    'RSA of 2047 bits': { ...RSA, n: Buffer.concat([Buffer.from([0x7f]), Buffer.alloc(255, 0xff)]).toString('base64url') },
    'RSA of 2040 bits with a zero before it': {
      ...RSA,
      n: Buffer.concat([Buffer.alloc(1), Buffer.alloc(255, 0xff)]).toString('base64url'),
    },
    'RSA that takes long to verify': { ...RSA, n: Buffer.alloc(1025, 0xff).toString('base64url') },
    'RSA with the exponent 3': rsa(2048, 3),
    'a point that is not on the curve': { ...EC, y: EC['x'] },
    'a key for another algorithm': { ...EC, alg: 'RS256' },
    'a key for encryption': { ...RSA, use: 'enc' },
    'a name that is no text': { ...EC, kid: 1 },
    'a name with a line end': { ...EC, kid: 'a\nb' },
    nothing: {},
  };
  for (const [name, jwk] of Object.entries(bad))
    it(`is not ${name}`, async () => {
      const read = await readPublicKey(jwk);
      assert.equal(read.ok, false);
      assert.ok(!read.ok && read.error.kind === 'key-invalid');
    });
});
