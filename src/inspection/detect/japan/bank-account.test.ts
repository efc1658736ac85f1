import assert from 'node:assert/strict';
import { test } from 'node:test';
import { foundIn } from './testing.ts';

test('an account is found beside its kind, its label or its branch', () => {
  for (const [text, found] of [
    ['みずほ銀行 丸の内支店 普通 1234567', ['bank-account:1234567']],
    ['三井住友銀行渋谷支店普通1234567', ['bank-account:1234567']],
    ['口座番号：１２３４５６７', ['bank-account:1234567']],
    ['(普)1234567', ['bank-account:1234567']],
    ['銀行コード:0001 支店コード:123 口座番号:1234567', ['bank-account:1234567']],
    ['りそな銀行梅田支店(123) 貯蓄 No.1234567', ['bank-account:1234567']],
    ['振込先：0001-123-1234567', ['bank-account:0001-123-1234567']],
  ] as const)
    assert.deepEqual(foundIn(text), found, text);
});

test('symbol and number of a postal account are found together', () => {
  for (const [text, found] of [
    ['ゆうちょ銀行 記号 10120 番号 12345671', ['bank-account:10120', 'bank-account:12345671']],
    ['ゆうちょ 10120-12345671', ['bank-account:10120-12345671']],
    ['記号番号：10120-12345671', ['bank-account:10120-12345671']],
  ] as const)
    assert.deepEqual(foundIn(text), found, text);
});

test('codes of banks, years and numbers of other things are none', () => {
  for (const text of [
    '1234567',
    '0001-123-1234567',
    '銀行コード 0001 支店コード 123',
    '普通 2024年',
    '普通車 1234567台',
    '注文番号 1234567',
    '普通1234567890',
    '口座開設数 1234567',
    '普通口座 9465091件',
  ])
    assert.deepEqual(foundIn(text), [], text);
});

test('the member name counts as a label', () => {
  for (const [name, text, found] of [
    ['account_number', '1234567', ['bank-account:1234567']],
    ['口座番号', '0123456', ['bank-account:0123456']],
    ['branch_code', '123', []],
  ] as const)
    assert.deepEqual(foundIn(text, name), found, `${name}: ${text}`);
});
