import assert from 'node:assert/strict';
import { test } from 'node:test';
import { foundIn } from './testing.ts';

test('the number of an insurer needs label and check digit', () => {
  for (const [text, found] of [
    ['保険者番号 33120015', ['insurer-number:33120015']],
    ['保険者番号：３３１２００１５', ['insurer-number:33120015']],
    ['保険者番号\n33120015', ['insurer-number:33120015']],
  ] as const)
    assert.deepEqual(foundIn(text), found, text);
});

test('symbol, number and branch are found beside words of insurance', () => {
  for (const [text, found] of [
    ['健康保険証 記号 1234 番号 567 枝番 01', ['insurer-number:1234', 'insurer-number:567', 'insurer-number:01']],
    ['健康保険証 記号・番号：12345678・901', ['insurer-number:12345678・901']],
    ['被保険者証の記号 川文 番号 123', ['insurer-number:川文', 'insurer-number:123']],
    ['被保険者番号: 12345678', ['insurer-number:12345678']],
    ['雇用保険被保険者番号 1234-567890-1', ['insurer-number:1234-567890-1']],
  ] as const)
    assert.deepEqual(foundIn(text), found, text);
});

test('other symbols and numbers are none', () => {
  for (const text of ['保険者番号 33120016', '33120015', '記号 A 番号 3', '図の記号 1234 番号 567', '注文番号 33120015'])
    assert.deepEqual(foundIn(text), [], text);
});
