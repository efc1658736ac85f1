import assert from 'node:assert/strict';
import { test } from 'node:test';
import { foundIn } from './testing.ts';

test('a corporate number needs its label or a T in front', () => {
  for (const [text, found] of [
    ['法人番号：5835678256246', ['corporate-number:5835678256246']],
    ['法人番号 5-8356-7825-6246', ['corporate-number:5-8356-7825-6246']],
    ['5835678256246（法人番号）', ['corporate-number:5835678256246']],
    ['登録番号 T5835678256246', ['corporate-number:T5835678256246']],
    ['Ｔ５８３５６７８２５６２４６', ['corporate-number:T5835678256246']],
    ['適格請求書発行事業者登録番号\nT5835678256246', ['corporate-number:T5835678256246']],
    ['会社法人等番号 0100-01-123456', ['corporate-number:0100-01-123456']],
  ] as const)
    assert.deepEqual(foundIn(text), found, text);
});

test('a bar code of 13 digits is none', () => {
  for (const text of [
    '5835678256246',
    'JAN 5835678256246',
    'JANコード：4901234567894',
    '法人番号 5835678256247',
    'T5835678256247',
    'XT5835678256246',
  ])
    assert.deepEqual(foundIn(text), [], text);
});

test('the member name counts as a label', () => {
  for (const [name, text, found] of [
    ['corporate_number', '5835678256246', ['corporate-number:5835678256246']],
    ['sku', '5835678256246', []],
  ] as const)
    assert.deepEqual(foundIn(text, name), found, `${name}: ${text}`);
});
