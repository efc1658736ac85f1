import assert from 'node:assert/strict';
import { createHmac, randomBytes } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { macOf } from './mac.ts';

test('is HMAC-SHA-256 over the purpose, a zero byte and the value', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 64 }), fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (length, purpose, value) => {
      const key = randomBytes(length);
      assert.deepEqual(macOf(key)(purpose, value), createHmac('sha256', key).update(purpose).update('\0').update(value).digest());
    }),
  );
});

test('refuses a key that would have to be shortened', () => {
  assert.throws(() => macOf(randomBytes(65)), RangeError);
});
