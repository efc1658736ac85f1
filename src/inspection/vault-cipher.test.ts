import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { createSystemRandom } from '#kernel';
import { SENSITIVE_TYPES } from './types.ts';
import { createVaultCipher, MOST_REMEMBERED_BYTES, MOST_REMEMBERED_VALUES } from './vault-cipher.ts';
import type { VaultEntry } from './vault.ts';

const random = createSystemRandom();
const cipher = createVaultCipher(Buffer.alloc(32, 1), random);

const ENTRY: VaultEntry = {
  key: Buffer.alloc(32, 9),
  values: [
    { type: 'email', value: 'taro.tanaka@example.co.jp', label: undefined, hasToken: false },
    { type: 'ipv4-address', value: '10.20.30.40', label: undefined, hasToken: true },
    { type: 'dictionary-term', value: '第二工場', label: 'plant', hasToken: false },
    { type: 'literal', value: 'EMAIL_K7Q2M9X4T8B3', label: undefined, hasToken: false },
  ],
};

function sealed(entry = ENTRY, id = 'resp_1', tenant = 'prn_1'): Buffer {
  const result = cipher.seal(entry, id, tenant);
  assert.ok(result.ok);
  return result.value;
}

/** Also halves of surrogate pairs, as hostile JSON has them. */
const anyText = fc.string({ unit: 'binary' }).map((text) => `${text}\ud800`.slice(0, text.length + (text.length % 2)));
const value = fc
  .tuple(fc.constantFrom(...SENSITIVE_TYPES, 'literal' as const), anyText, fc.option(fc.string(), { nil: undefined }), fc.boolean())
  .map(([type, text, label, hasToken]) => ({ type, value: text, label, hasToken }));
const entry = fc
  .tuple(fc.uint8Array({ minLength: 32, maxLength: 32 }), fc.array(value))
  .map(([key, values]): VaultEntry => ({ key: Buffer.from(key), values }));

describe('the cipher of the vault', () => {
  test('opens what it sealed, for the same id and tenant', () => {
    fc.assert(
      fc.property(entry, fc.string(), fc.string(), (any, id, tenant) => {
        assert.deepEqual(cipher.open(sealed(any, id, tenant), id, tenant), any);
      }),
    );
  });

  test('opens nothing for any other id or tenant', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), fc.string(), (id, tenant, otherId, otherTenant) => {
        fc.pre(id !== otherId || tenant !== otherTenant);
        assert.equal(cipher.open(sealed(ENTRY, id, tenant), otherId, otherTenant), undefined);
        assert.notDeepEqual(cipher.nameOf(id, tenant), cipher.nameOf(otherId, otherTenant));
      }),
    );
    assert.equal(cipher.open(sealed(ENTRY, 'a', 'b'), 'a","b', ''), undefined, 'the two do not run into each other');
  });

  test('opens nothing of which one bit was changed, or a byte cut off or added', () => {
    const whole = sealed();
    for (let at = 0; at < whole.length; at++)
      for (let bit = 0; bit < 8; bit++) {
        const changed = Buffer.from(whole);
        changed[at]! ^= 1 << bit;
        assert.equal(cipher.open(changed, 'resp_1', 'prn_1'), undefined, `bit ${bit} of byte ${at}`);
      }
    for (let length = 0; length < whole.length; length++)
      assert.equal(cipher.open(whole.subarray(0, length), 'resp_1', 'prn_1'), undefined);
    assert.equal(cipher.open(Buffer.concat([whole, Buffer.alloc(1)]), 'resp_1', 'prn_1'), undefined);
  });

  test('opens nothing under another secret', () => {
    const other = createVaultCipher(Buffer.alloc(32, 2), random);
    assert.equal(other.open(sealed(), 'resp_1', 'prn_1'), undefined);
    assert.notDeepEqual(other.nameOf('resp_1', 'prn_1'), cipher.nameOf('resp_1', 'prn_1'));
  });

  test('shows no value, no id and no tenant, and never seals alike twice', () => {
    const whole = sealed();
    for (const text of [...ENTRY.values.map((each) => each.value), 'resp_1', 'prn_1', 'email', 'plant'])
      assert.ok(!whole.includes(text), text);
    assert.ok(!whole.includes(ENTRY.key));
    const times = Array.from({ length: 50 }, () => sealed().toString('hex').slice(0, 26));
    assert.equal(new Set(times).size, times.length, 'every nonce is new');
  });

  test('seals a bounded number of values and of bytes, and says which limit was exceeded', () => {
    const one = { type: 'email', value: 'a@example.jp', label: undefined, hasToken: false } as const;
    const many = (length: number): VaultEntry => ({ key: ENTRY.key, values: Array.from({ length }, () => one) });
    assert.ok(cipher.seal(many(MOST_REMEMBERED_VALUES), 'resp_1', 'prn_1').ok);
    const tooMany = cipher.seal(many(MOST_REMEMBERED_VALUES + 1), 'resp_1', 'prn_1');
    assert.match(tooMany.ok ? '' : tooMany.error, /20001 masked values, and at most 20000/);
    const long = { key: ENTRY.key, values: [{ ...one, value: 'x'.repeat(MOST_REMEMBERED_BYTES) }] };
    const tooLong = cipher.seal(long, 'resp_1', 'prn_1');
    assert.match(tooLong.ok ? '' : tooLong.error, /bytes, and at most 1048576/);
  });
});
