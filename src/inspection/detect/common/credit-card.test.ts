import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { passesLuhn } from './near.ts';
import { valuesOf } from './testing.ts';

test('finds cards of every large scheme, grouped or not', () => {
  for (const card of [
    '4111111111111111',
    '4111 1111 1111 1111',
    '5555-5555-5555-4444',
    '2223003122003222',
    '378282246310005',
    '3782 822463 10005',
    '6011111111111117',
    '3530111333300000',
  ])
    assert.deepEqual(valuesOf('credit-card', `paid by ${card}.`), [card], card);
});

test('finds short and rare lengths behind a word only', () => {
  for (const card of ['30569309025904', '6759649826438453', '501800000009', '4222222222222']) {
    assert.deepEqual(valuesOf('credit-card', `card number: ${card}`), [card], card);
    assert.deepEqual(valuesOf('credit-card', `id: ${card}`), [], card);
  }
});

test('does not excuse a typing error where the words call it a card number', () => {
  assert.deepEqual(valuesOf('credit-card', 'my credit card number is 4111111111111112'), ['4111111111111112']);
  assert.deepEqual(valuesOf('credit-card', 'id 4111111111111112'), []);
});

test('finds none in longer numbers, decimals, UUIDs and hashes', () => {
  for (const text of [
    'a4111111111111111b',
    '0.4111111111111111',
    '41111111111111111111',
    'f-4111111111111111',
    '4111111111111111-aa',
    '1111111111111111',
  ])
    assert.deepEqual(valuesOf('credit-card', text), [], text);
});

test('every changed digit breaks the check digit', () => {
  fc.assert(
    fc.property(fc.nat({ max: 14 }), fc.integer({ min: 1, max: 9 }), (place, change) => {
      const digits = '411111111111111'.split('');
      digits[place] = String((Number(digits[place]) + change) % 10);
      assert.equal(passesLuhn('4111111111111111'), true);
      assert.equal(passesLuhn(`${digits.join('')}1`), false);
    }),
  );
});
