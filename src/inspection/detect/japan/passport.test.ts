import assert from 'node:assert/strict';
import { test } from 'node:test';
import { foundIn } from './testing.ts';

test('a passport needs its label', () => {
  for (const [text, found] of [
    ['旅券番号 TK1234567', ['passport:TK1234567']],
    ['パスポート：ＴＫ１２３４５６７', ['passport:TK1234567']],
    ['Passport No. TR1234567', ['passport:TR1234567']],
    ['TK1234567（パスポート番号）', ['passport:TK1234567']],
  ] as const)
    assert.deepEqual(foundIn(text), found, text);
});

test('a residence card is found by its form, unless it is something else', () => {
  for (const [text, found] of [
    ['在留カード番号 AB12345678CD', ['residence-card:AB12345678CD']],
    ['在留カード: AB 12345678 CD', ['residence-card:AB 12345678 CD']],
    ['ＡＢ１２３４５６７８ＣＤ', ['residence-card:AB12345678CD']],
    ['品番: AB12345678CD', []],
  ] as const)
    assert.deepEqual(foundIn(text), found, text);
});

test('codes of the same form are none', () => {
  for (const text of ['TK1234567', '型番 TK1234567', 'EE123456789JP', 'XAB12345678CD', 'AB12345678CDE', 'ab12345678cd'])
    assert.deepEqual(foundIn(text), [], text);
});

test('the member name counts as a label', () => {
  for (const [name, text, found] of [['passport_number', 'AB1234567', ['passport:AB1234567']]] as const)
    assert.deepEqual(foundIn(text, name), found, `${name}: ${text}`);
});
