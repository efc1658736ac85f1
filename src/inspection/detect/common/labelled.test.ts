import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isRoutingNumber } from './labelled.ts';
import { valuesIn } from './testing.ts';

const CASES: readonly (readonly [text: string, found: readonly string[]])[] = [
  ['Passport No. X1234567', ['passport:X1234567']],
  ['my passport number is 123456789.', ['passport:123456789']],
  ["Driver's License: D1234567", ['drivers-licence:D1234567']],
  ["my driver's license number is 425700624", ['drivers-licence:425700624']],
  ['DL# A1234-56789-01234', ['drivers-licence:A1234-56789-01234']],
  ['routing number 021000021, account number 1234567890', ['bank-account:021000021', 'bank-account:1234567890']],
  ['sort code 12-34-56', ['bank-account:12-34-56']],
  ['asset tag: PC-00123, S/N: 5CG1234XYZ', ['asset-tag:PC-00123', 'asset-tag:5CG1234XYZ']],
  ['資産番号：A-10023', ['asset-tag:A-10023']],
  ['routing number 021000022', []],
  ['license MIT 2024', []],
  ['license key ABC12345', []],
  ['AWS account number 123456789012', []],
  ['the passport office opened 2019', []],
  ['serial number of the series', []],
];

test('finds what the words before make sensitive, and nothing else', () => {
  for (const [text, found] of CASES) assert.deepEqual(valuesIn(text), found, text);
});

test('finds whole values by the name of their member', () => {
  assert.deepEqual(valuesIn('X1234567', 'passportNumber'), ['passport:X1234567']);
  assert.deepEqual(valuesIn('5CG1234XYZ', 'serial_number'), ['asset-tag:5CG1234XYZ']);
  assert.deepEqual(valuesIn('5CG1234XYZ', 'name'), []);
});

test('a routing number needs its check digit and a district', () => {
  assert.equal(isRoutingNumber('021000021'), true);
  assert.equal(isRoutingNumber('021000012'), false);
  assert.equal(isRoutingNumber('991000021'), false);
});
