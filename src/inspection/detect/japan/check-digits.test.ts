import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isCorporateNumber, isDriversLicence, isInsurerNumber, isMyNumber } from './check-digits.ts';

const EXAMPLES = [
  [isMyNumber, '621498320257', 11],
  [isCorporateNumber, '5835678256246', 0],
  [isDriversLicence, '309012345620', 10],
  [isInsurerNumber, '33120015', 7],
] as const;

test('the examples of each number pass, with every other check digit they do not', () => {
  for (const [passes, example, at] of EXAMPLES)
    for (const digit of '0123456789') {
      const changed = example.slice(0, at) + digit + example.slice(at + 1);
      assert.equal(passes(changed), digit === example[at], changed);
    }
});

test('a remainder that gives no digit has the check digit 0', () => {
  // Σ mod 11 is 0, then 1.
  assert.equal(isMyNumber('000000000000'), true);
  assert.equal(isMyNumber('200000000000'), true);
});

test('corporate numbers that offices publish pass', () => {
  for (const published of ['7000012050002', '8000012010038', '1180301018771']) assert.equal(isCorporateNumber(published), true);
});

test('numbers of another length never pass', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[0-9]{0,20}$/), (digits) => {
      if (digits.length !== 12) assert.equal(isMyNumber(digits) || isDriversLicence(digits), false);
      if (digits.length !== 13) assert.equal(isCorporateNumber(digits), false);
      if (digits.length !== 6 && digits.length !== 8) assert.equal(isInsurerNumber(digits), false);
    }),
  );
});

test('for eleven digits exactly one digit completes a My Number, for twelve exactly one precedes a corporate number', () => {
  const digits = '0123456789';
  fc.assert(
    fc.property(fc.stringMatching(/^[0-9]{12}$/), (twelve) => {
      assert.equal(digits.split('').filter((digit) => isMyNumber(twelve.slice(1) + digit)).length, 1);
      assert.equal(digits.split('').filter((digit) => isCorporateNumber(digit + twelve)).length, 1);
      assert.equal(digits.split('').filter((digit) => isInsurerNumber(twelve.slice(5) + digit)).length, 1);
    }),
  );
});
