import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseCheckpointText, signCheckpoint, verifyCheckpoint } from './checkpoint-note.ts';
import { EMPTY_ROOT } from './merkle.ts';
import { isKeyName, parseNote, parseVkey, signNote, verifyNote } from './signed-note.ts';
import { createSigner, generateSigningKey } from './signer.ts';

// The example of the C2SP signed-note page (CC BY 4.0, The C2SP Authors).
const VKEY = 'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k';
const NOTE =
  'This is an example message.\n\n\u2014 example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n';

const signer = createSigner({ name: 'log.example/a', privateKeyPem: generateSigningKey() });
const other = createSigner({ name: 'witness.example/b', privateKeyPem: generateSigningKey() });
const verifier = parseVkey(signer.vkey);

test('verifies the example of the specification', () => {
  assert.deepEqual(verifyNote(NOTE, [parseVkey(VKEY)]), { ok: true, value: 'This is an example message.\n' });
});

test('what a signer signs, its vkey verifies; unknown signatures beside it are ignored', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'grapheme' })), (lines) => {
      const clean = lines.map((line) => line.replaceAll(/\p{Cc}/gu, ' '));
      const text = `${clean.join('\n')}\n`;
      const note = signNote(text, [other, signer]);
      assert.deepEqual(verifyNote(Buffer.from(note), [verifier]), { ok: true, value: text });
    }),
  );
});

test('every flipped bit of a note makes it fail to verify', () => {
  const bytes = Buffer.from(signNote('log.example/a\n17\nroot\n', [signer]));
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const changed = Buffer.from(bytes);
    changed[bit >>> 3]! ^= 1 << (bit & 7);
    assert.equal(verifyNote(changed, [verifier]).ok, false, `bit ${bit}`);
  }
});

test('a bad signature that names a known key condemns the note, even beside a good one', () => {
  const good = signNote('text\n', [signer]);
  const bad = signNote('other\n', [signer]).split('\n\n')[1]!;
  const result = verifyNote(good + bad, [verifier]);
  assert.equal(result.ok ? '' : result.error.kind, 'bad-signature');
});

test('a note without a known signature is refused', () => {
  const result = verifyNote(signNote('text\n', [other]), [verifier]);
  assert.equal(result.ok ? '' : result.error.kind, 'unknown-signer');
});

test('malformed notes are refused', () => {
  const line = signNote('text\n', [signer]).split('\n\n')[1]!;
  const malformed = [
    '',
    'text\n',
    'text\n\n',
    `text\n${line}`,
    `text\n\n${line.trimEnd()}`,
    `te\u0007xt\n\n${line}`,
    `text\r\n\n${line}`,
    `text\n\n${line.replace('\u2014', '-')}`,
    `text\n\n${line.replace('log.example', 'log+example')}`,
    `text\n\n${line.replace('=', '')}`,
    `text\n\n\u2014 a AAAA\n`,
    `text\n\n${line.repeat(101)}`,
    `${'x'.repeat(1 << 20)}\n\n${line}`,
  ];
  for (const note of malformed) {
    const result = parseNote(note);
    assert.equal(result.ok ? 'ok' : result.error.kind, 'malformed-note', JSON.stringify(note.slice(0, 80)));
  }
  assert.equal(parseNote(Buffer.concat([Buffer.of(0xff), Buffer.from(`\n\n${line}`)])).ok, false);
  assert.equal(parseNote(`text\n\n${line.repeat(16)}`).ok, true);
});

test('texts that cannot be a note are not signed', () => {
  for (const text of ['no newline', 'tab\there\n', '\ud800\n']) {
    assert.throws(() => signNote(text, [signer]), { code: 'ledger-note-malformed' });
  }
});

test('key names hold no spaces, plus or control characters', () => {
  for (const name of ['', 'a b', 'a\u00a0b', 'a\u3000b', 'a+b', 'a\nb', 'a\u2028b'])
    assert.equal(isKeyName(name), false, JSON.stringify(name));
  assert.equal(isKeyName('関所.example/記録'), true);
});

test('verifier keys with a wrong id, type, length or spelling are refused', () => {
  const [name, id, key] = VKEY.split('+') as [string, string, string];
  const bad = [
    `${name}+00000000+${key}`,
    `${name}+${id}`,
    `+${id}+${key}`,
    `${name}+${id}+${key}=`,
    `${name}+${id}+${key.slice(0, -4)}`,
    'x',
  ];
  for (const vkey of bad) assert.throws(() => parseVkey(vkey), { code: 'ledger-vkey-malformed' }, vkey);
});

test('a signing key is Ed25519 in PEM form, and an error about it never quotes it', () => {
  const { privateKey } = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    privateKeyEncoding: { format: 'pem', type: 'pkcs8' },
    publicKeyEncoding: { format: 'pem', type: 'spki' },
  });
  assert.throws(() => createSigner({ name: 'a', privateKeyPem: privateKey }), { code: 'ledger-key-malformed' });
  assert.throws(
    () => createSigner({ name: 'a', privateKeyPem: 'top secret' }),
    (error: Error) => !`${error.message} ${String(error.cause)}`.includes('top secret'),
  );
  assert.throws(() => createSigner({ name: 'a b', privateKeyPem: generateSigningKey() }), { code: 'ledger-key-malformed' });
});

test('a checkpoint comes back as it was signed, and only for its own origin', () => {
  const checkpoint = { origin: 'log.example/a', size: 20_852_163, root: EMPTY_ROOT };
  const note = signCheckpoint(checkpoint, [signer]);
  assert.deepEqual(verifyCheckpoint(note, verifier, 'log.example/a'), { ok: true, value: checkpoint });
  const elsewhere = verifyCheckpoint(note, verifier, 'log.example/b');
  assert.equal(elsewhere.ok ? '' : elsewhere.error.kind, 'wrong-origin');
  assert.throws(() => signCheckpoint({ ...checkpoint, origin: 'a\nb' }, [signer]), { code: 'ledger-origin-malformed' });
  assert.throws(() => signCheckpoint({ ...checkpoint, size: 2 ** 53 }, [signer]), { code: 'ledger-size-unsupported' });
});

test('checkpoint texts that break the specification are refused; extension lines are not', () => {
  const root = EMPTY_ROOT.toString('base64');
  assert.equal(parseCheckpointText(`o\n3\n${root}\nextension\n`).ok, true);
  const bad = [
    `o\n3\n`,
    `\n3\n${root}\n`,
    `o\n03\n${root}\n`,
    `o\n-1\n${root}\n`,
    `o\n9007199254740992\n${root}\n`,
    `o\n3\nAAAA\n`,
    `o\n3\n${root}\n\nx\n`,
    `o\n3\n${root}`,
  ];
  for (const text of bad) assert.equal(parseCheckpointText(text).ok, false, JSON.stringify(text));
});
