import assert from 'node:assert/strict';
import { test } from 'node:test';
import { valuesOf } from './testing.ts';

test('finds the dashed form by itself and the others behind a word', () => {
  assert.deepEqual(valuesOf('us-ssn', 'He gave 455-99-6622.'), ['455-99-6622']);
  assert.deepEqual(valuesOf('us-ssn', 'SSN 455 99 6622, social security number is 455996622'), ['455 99 6622', '455996622']);
  assert.deepEqual(valuesOf('us-ssn', '455996622', 'ssn'), ['455996622']);
  assert.deepEqual(valuesOf('us-ssn', '455996622 and 455 99 6622'), []);
});

test('areas, groups and serials that are never given out are none', () => {
  for (const text of [
    '000-12-3456',
    '666-12-3456',
    '900-12-3456',
    '123-00-4567',
    '123-45-0000',
    'SSN 000123456',
    '1455-99-66221',
    'a-455-99-6622',
  ])
    assert.deepEqual(valuesOf('us-ssn', text), [], text);
});
