import assert from 'node:assert/strict';
import { test } from 'node:test';
import { foundIn } from './testing.ts';

test('a pension number needs its label', () => {
  for (const [text, found] of [
    ['基礎年金番号：1234-567890', ['pension-number:1234-567890']],
    ['年金手帳の番号 1234567890', ['pension-number:1234567890']],
    ['年金証書番号 1234-567890-1150', ['pension-number:1234-567890-1150']],
    ['基礎年金番号　１２３４－５６７８９０', ['pension-number:1234-567890']],
  ] as const)
    assert.deepEqual(foundIn(text), found, text);
});

test('without it the form is nothing', () => {
  for (const text of ['1234-567890', '部品番号 1234-567890', '1234567890']) assert.deepEqual(foundIn(text), [], text);
});

test('the member name counts as a label', () => {
  for (const [name, text, found] of [['pensionNumber', '1234567890', ['pension-number:1234567890']]] as const)
    assert.deepEqual(foundIn(text, name), found, `${name}: ${text}`);
});
