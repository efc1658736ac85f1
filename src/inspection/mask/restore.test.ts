import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import type { SensitiveType } from '../types.ts';
import { Placeholders } from './placeholders.ts';
import { newRestoreCounts, RestoringText, restoreText } from './restore.ts';

const KEY = randomBytes(32);
const SECRET = randomBytes(32);

function fresh(key = KEY): Placeholders {
  return new Placeholders({ secret: SECRET, key, neverRestored: new Set(['api-key']) });
}

const VALUES: readonly (readonly [SensitiveType, string])[] = [
  ['person-name', '田中太郎'],
  ['my-number', '6214-9832-0257'],
  ['email', 'taro.tanaka@corp.example.co.jp'],
  ['internal-host', 'db1.corp.example.co.jp'],
  ['internal-host', 'SRV01'],
  ['ipv4-address', '10.20.30.40'],
  ['ipv4-address', '203.0.113.7'],
  ['ipv6-address', '2001:db8::17'],
  ['file-share', '\\\\srv01\\keiri\\"2026"'],
  ['dictionary-term', '第二発電所'],
];

test('a text with placeholders comes back with the values, however it is cut', () => {
  const placeholders = fresh();
  const parts = fc.array(fc.oneof(fc.constantFrom(...VALUES), fc.constantFrom(' ', '。', 'P', '10.', 'mail-', 'x', '1', '\n', 'PERSON_')), {
    maxLength: 12,
  });
  fc.assert(
    fc.property(parts, fc.array(fc.nat(400), { maxLength: 40 }), (chosen, cuts) => {
      let masked = '';
      let real = '';
      for (const part of chosen) {
        // Values stand apart, as detectors find them.
        const [text, value] = typeof part === 'string' ? [part, part] : [` ${placeholders.of(part[0], part[1])} `, ` ${part[1]} `];
        masked += text;
        real += value;
      }
      const restoring = new RestoringText(placeholders.vocabulary, 'text');
      let restored = '';
      let from = 0;
      for (const cut of [...cuts.map((at) => Math.min(at, masked.length)).toSorted((a, b) => a - b), masked.length]) {
        restored += restoring.push(masked.slice(from, cut));
        from = cut;
      }
      assert.equal(restored + restoring.end(), real);
    }),
    { numRuns: 2000 },
  );
});

test('every placeholder flows out with the character that completes it, and other text at once', () => {
  const placeholders = fresh();
  const restoring = new RestoringText(placeholders.vocabulary, 'text');
  const token = placeholders.of('person-name', '田中太郎');
  assert.equal(restoring.push('Hello '), 'Hello ');
  for (const character of token.slice(0, -1)) assert.equal(restoring.push(character), '');
  assert.equal(restoring.push(token.slice(-1)), '田中太郎');
  assert.equal(restoring.push('PERSON of interest'), 'PERSON of interest');
});

test('inside JSON the value is escaped', () => {
  const placeholders = fresh();
  const share = '\\\\srv01\\keiri\\"2026"';
  const text = `{"path":"${placeholders.of('file-share', share)}"}`;
  assert.deepEqual(JSON.parse(restoreText(text, placeholders.vocabulary, 'json')), { path: share });
});

test('what a model changed in the spelling is put back where there is no doubt', () => {
  const placeholders = fresh();
  const token = placeholders.of('person-name', '田中太郎');
  const suffix = token.slice(token.indexOf('_') + 1);
  const fullWidth = token.replaceAll(/./g, (character) => String.fromCharCode(character.charCodeAt(0) + 0xfee0));
  const spellings = [
    token.toLowerCase(),
    token.replace('_', '\\_'),
    token.replace('_', ' '),
    token.replace('_', '-'),
    token.replace('_', ''),
    `Person_${suffix.toLowerCase()}`,
    fullWidth,
    `${token.slice(0, 9)}\u200b${token.slice(9)}`,
  ];
  for (const spelling of spellings) {
    const counts = newRestoreCounts();
    assert.equal(
      restoreText(`【${spelling}】様 **${spelling}**`, placeholders.vocabulary, 'text', { counts }),
      '【田中太郎】様 **田中太郎**',
      spelling,
    );
    assert.equal(counts.altered, 2);
  }
  assert.equal(restoreText(`人物_${suffix}`, placeholders.vocabulary), '人物_田中太郎');
});

test('two placeholders that differ only in case come back exactly, and a third spelling is left and counted', () => {
  const placeholders = fresh();
  const [upper, lower] = [placeholders.of('internal-host', 'SRV01'), placeholders.of('internal-host', 'srv01')];
  assert.equal(upper.toLowerCase(), lower);
  const counts = newRestoreCounts();
  const mixed = `H${lower.slice(1)}`;
  assert.equal(restoreText(`${upper} ${lower} ${mixed}`, placeholders.vocabulary, 'text', { counts }), `SRV01 srv01 ${mixed}`);
  assert.deepEqual(counts, { restored: 2, altered: 0, ambiguous: 1 });
});

test('an address inside a longer one is another address', () => {
  const placeholders = fresh();
  const address = placeholders.of('ipv4-address', '10.20.30.40');
  for (const text of [`1${address}`, `${address}1`, `9.${address}`, `${address}.5`, `v${address}`])
    assert.equal(restoreText(text, placeholders.vocabulary), text);
  assert.equal(
    restoreText(`(${address}). ${address}:443, ${address}/32`, placeholders.vocabulary),
    '(10.20.30.40). 10.20.30.40:443, 10.20.30.40/32',
  );
});

test('subnets and siblings stay readable, and what a model says of them comes back', () => {
  const placeholders = fresh();
  const [one, two] = [placeholders.of('ipv4-address', '192.168.7.10'), placeholders.of('ipv4-address', '192.168.7.99')];
  const subnet = `${one.split('.').slice(0, 3).join('.')}.0/24`;
  assert.ok(two.startsWith(`${one.split('.').slice(0, 3).join('.')}.`));
  assert.equal(restoreText(`block ${subnet}`, placeholders.vocabulary), 'block 192.168.7.0/24');
  const [db, web] = [placeholders.of('internal-host', 'db.corp.example.co.jp'), placeholders.of('internal-host', 'web.corp.example.co.jp')];
  const parent = db.slice(db.indexOf('.') + 1);
  assert.ok(web.endsWith(`.${parent}`) && parent.endsWith('.co.jp') && !parent.includes('example'));
  assert.equal(restoreText(`zone ${parent}`, placeholders.vocabulary), 'zone corp.example.co.jp');
  assert.equal(placeholders.of('ipv4-address', '192.168.7.0/24'), subnet);
  assert.equal(placeholders.of('ipv4-address', '255.255.255.0'), '255.255.255.0');
});

test('secrets stay masked, and the same value always has the same placeholder', () => {
  const placeholders = fresh();
  const secret = placeholders.of('api-key', 'sk-live-0123456789');
  assert.equal(restoreText(secret, placeholders.vocabulary), secret);
  assert.equal(placeholders.of('api-key', 'sk-live-0123456789'), secret);
  assert.equal(fresh().of('api-key', 'sk-live-0123456789'), secret);
});

test('two conversations share no placeholder, and what one knows the other does not restore', () => {
  const [one, two] = [fresh(randomBytes(32)), fresh(randomBytes(32))];
  const texts = (placeholders: Placeholders) => VALUES.map(([type, value]) => placeholders.of(type, value));
  const [ofOne, ofTwo] = [texts(one), texts(two)];
  assert.equal(new Set([...ofOne, ...ofTwo]).size, 2 * VALUES.length);
  for (const text of ofOne) assert.equal(restoreText(text, two.vocabulary), text);
});

test('ten thousand values have ten thousand placeholders', () => {
  const placeholders = fresh();
  const made = new Set(Array.from({ length: 10_000 }, (_, index) => placeholders.of('person-name', `人${index}`)));
  assert.equal(made.size, 10_000);
});

test('after an escaped line break an address stands alone, in arguments and in text', () => {
  const placeholders = fresh();
  const address = placeholders.of('ipv4-address', '10.20.30.40');
  const args = JSON.stringify({ content: `deny:\n${address}\n\t${address}` });
  assert.deepEqual(JSON.parse(restoreText(args, placeholders.vocabulary, 'json')), { content: 'deny:\n10.20.30.40\n\t10.20.30.40' });
  assert.equal(restoreText(`log="a\\n${address}"`, placeholders.vocabulary), 'log="a\\n10.20.30.40"');
  assert.equal(restoreText(`log="a\\\\n${address}"`, placeholders.vocabulary), `log="a\\\\n${address}"`, 'a backslash and a letter');
});

test('a text that is JSON stays JSON, and so does JSON inside the strings of arguments', () => {
  const placeholders = fresh();
  const share = String.raw`\\srv01\keiri\"2026"`;
  const token = placeholders.of('file-share', share);
  const inner = { path: token, list: [token], deep: JSON.stringify({ again: token, n: 1 }) };
  const expected = { path: share, list: [share], deep: JSON.stringify({ again: share, n: 1 }) };
  for (const encoding of ['text', 'json'] as const) {
    const text = JSON.stringify({ note: `see "${token}"`, body: JSON.stringify(inner), tail: token });
    const restored = restoreText(text, placeholders.vocabulary, encoding);
    assert.deepEqual(JSON.parse(restored), { note: `see "${share}"`, body: JSON.stringify(expected), tail: share });
  }
  assert.equal(restoreText(`[${token}](x) {${token}}`, placeholders.vocabulary), `[${share}](x) {${share}}`, 'Markdown is no JSON');
});

test('what the request itself does not hold is not put into its answer', () => {
  const placeholders = fresh();
  const [mine, theirs] = [placeholders.of('person-name', '佐藤'), placeholders.of('person-name', '鈴木')];
  const restored = restoreText(`${mine} ${theirs}`, placeholders.vocabulary, 'text', { holds: (value) => value === '佐藤' });
  assert.equal(restored, `佐藤 ${theirs}`);
});
