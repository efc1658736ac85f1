import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { secretsIn, valuesIn } from './test-scan.ts';

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
const PKCS8 = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString().trim();
const PKCS1 = privateKey.export({ type: 'pkcs1', format: 'pem' }).toString().trim();

test('a block of any kind is one finding from its first to its last dash', () => {
  for (const label of [
    'PRIVATE KEY',
    'RSA PRIVATE KEY',
    'EC PRIVATE KEY',
    'OPENSSH PRIVATE KEY',
    'ENCRYPTED PRIVATE KEY',
    'DSA PRIVATE KEY',
    'PGP PRIVATE KEY BLOCK',
  ]) {
    const block = PKCS8.replaceAll('PRIVATE KEY', label);
    assert.deepEqual(valuesIn(`before\n${block}\nbehind`), [block], label);
  }
  const legacy = PKCS1.replace('KEY-----\n', 'KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,0123456789ABCDEF\n\n');
  assert.deepEqual(valuesIn(legacy), [legacy]);
});

test('a block inside JSON, also inside JSON inside text, is found whole', () => {
  const once = JSON.stringify({ private_key: PKCS8 });
  const twice = JSON.stringify(once);
  assert.deepEqual(valuesIn(once), [JSON.stringify(PKCS8).slice(1, -1)]);
  assert.equal(secretsIn(twice).filter(({ type }) => type === 'private-key').length, 1);
});

test('a block that is cut off is hidden as far as it goes, and the prose behind it stays', () => {
  const cut = PKCS8.slice(0, 300);
  assert.deepEqual(valuesIn(cut), [cut]);
  assert.deepEqual(valuesIn(`${cut}\nThis is where the log ends, and nothing more.`), [cut]);
});

test('certificates, public keys and the mere words are no secrets', () => {
  const certificate = PKCS8.replaceAll('PRIVATE KEY', 'CERTIFICATE');
  for (const text of [
    certificate,
    publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    "if (text.includes('-----BEGIN PRIVATE KEY-----')) {",
  ])
    assert.deepEqual(valuesIn(text), [], text.slice(0, 40));
});

test('two blocks are two findings', () => {
  assert.deepEqual(valuesIn(`${PKCS8}\n${PKCS1}`), [PKCS8, PKCS1]);
});

test('PuTTY files, age identities and private JSON Web Keys are found', () => {
  const putty = `PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nComment: a\nPublic-Lines: 1\nAAAAC3Nz\nPrivate-Lines: 1\nAAAAIBq3\nPrivate-MAC: ${'0a'.repeat(32)}`;
  assert.deepEqual(valuesIn(`${putty}\nend`), [putty]);
  const age = `AGE-SECRET-KEY-1${'QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L'.repeat(2).slice(0, 58)}`;
  assert.deepEqual(valuesIn(`# created\n${age}\n`), [age]);
  const jwk = privateKey.export({ format: 'jwk' });
  assert.ok(valuesIn(JSON.stringify(jwk)).includes(jwk.d!));
  assert.deepEqual(valuesIn(JSON.stringify(publicKey.export({ format: 'jwk' }))), []);
});
