import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { createSystemRandom } from '#kernel';
import { API_KEY_LENGTH, createKeyMac, generateApiKey, keyIdOf, readKeyId } from './api-key.ts';

const random = createSystemRandom();
const pepper = random.bytes(32);

test('a generated key has the published form and gives back its id', () => {
  const seen = new Set<string>();
  for (let count = 0; count < 500; count++) {
    const { text, id } = generateApiKey(random);
    assert.match(text, /^sk_[0-9a-hjkmnp-tv-z]{16}_[A-Za-z0-9_-]{43}$/);
    assert.equal(text.length, API_KEY_LENGTH);
    assert.equal(keyIdOf(text), id);
    assert.equal(Buffer.from(text.slice(20), 'base64url').length, 32);
    seen.add(text).add(id);
  }
  assert.equal(seen.size, 1000);
});

test('no text but a whole key has an id: longer, shorter, padded and foreign texts do not', () => {
  const { text, id } = generateApiKey(random);
  const wrong = ['', 'sk_', id, `${text}x`, text.slice(0, -1), ` ${text}`, `${text}\n`, text.toUpperCase(), text.replace('sk_', 'pk_')];
  for (const given of [
    ...wrong,
    `Bearer ${text}`,
    text.replace(/_(?=[^_]*$)/, '.'),
    'é'.repeat(63),
    `sk_${'u'.repeat(16)}_${'A'.repeat(43)}`,
  ]) {
    if (given !== text) assert.equal(keyIdOf(given), undefined, JSON.stringify(given));
  }
  fc.assert(fc.property(fc.string({ maxLength: 80 }), (given) => keyIdOf(given) === undefined));
});

test('an id may be given bare or inside the whole key, and nothing else is taken for one', () => {
  const { text, id } = generateApiKey(random);
  assert.equal(readKeyId(id), id);
  assert.equal(readKeyId(text), id);
  assert.equal(readKeyId(`${id}0`), undefined);
  assert.equal(readKeyId(text.slice(0, 30)), undefined);
});

test('the MAC is HMAC-SHA-256 of the whole text, so that any changed character changes it', () => {
  const macOf = createKeyMac(pepper);
  const { text } = generateApiKey(random);
  const mac = macOf(text);
  assert.deepEqual(mac, createHmac('sha256', pepper).update(text, 'ascii').digest());
  fc.assert(
    fc.property(fc.nat(text.length - 1), fc.constantFrom('0', 'a', 'A', '_', '-', 'z'), (at, character) => {
      const changed = text.slice(0, at) + character + text.slice(at + 1);
      return changed === text || !macOf(changed).equals(mac);
    }),
  );
  assert.notDeepEqual(createKeyMac(random.bytes(32))(text), mac);
});

test('a pepper of less than 32 bytes is refused', () => {
  assert.throws(() => createKeyMac(Buffer.alloc(31, 1)), RangeError);
});
