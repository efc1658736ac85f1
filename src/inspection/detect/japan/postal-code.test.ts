import assert from 'node:assert/strict';
import { test } from 'node:test';
import { foundIn } from './testing.ts';

test('a postal code is found behind its mark or label, and before an address', () => {
  for (const [text, found] of [
    ['〒100-0005', ['postal-code:100-0005']],
    ['〒１００－０００５', ['postal-code:100-0005']],
    ['〒1000005', ['postal-code:1000005']],
    ['郵便番号：1000005', ['postal-code:1000005']],
    ['100-0005 東京都千代田区丸の内1-2-3', ['postal-code:100-0005', 'address:東京都千代田区丸の内1-2-3']],
    ['"100-0005","東京都"', ['postal-code:100-0005']],
    ['Tokyo 100-0005, Japan', ['postal-code:100-0005']],
  ] as const)
    assert.deepEqual(foundIn(text), found, text);
});

test('three and four digits alone are none', () => {
  for (const text of ['100-0005', '1000005', '03-100-0005', 'TEL 100-0005-1', '品番 100-0005', '2024-100-0005'])
    assert.deepEqual(foundIn(text), [], text);
});

test('the member name counts as a label', () => {
  for (const [name, text, found] of [
    ['zipCode', '100-0005', ['postal-code:100-0005']],
    ['postal_code', '1000005', ['postal-code:1000005']],
  ] as const)
    assert.deepEqual(foundIn(text, name), found, `${name}: ${text}`);
});
