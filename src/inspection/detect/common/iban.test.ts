import assert from 'node:assert/strict';
import { test } from 'node:test';
import { valuesOf } from './testing.ts';

const VALID = [
  'GB29 NWBK 6016 1331 9268 19',
  'DE89370400440532013000',
  'FR14 2004 1010 0505 0001 3M02 606',
  'NL91ABNA0417164300',
  'MT84MALT011000012345MTLCAST001S',
  'gb29nwbk60161331926819',
];

test('finds numbers with and without blanks, in any case', () => {
  for (const number of VALID) assert.deepEqual(valuesOf('iban', `to ${number}, please`), [number], number);
});

test('a wrong check digit, length or country is none', () => {
  for (const text of [
    'GB28 NWBK 6016 1331 9268 19',
    'DE8937040044053201300',
    'DE893704004405320130001',
    'ZZ89370400440532013000',
    'XDE89370400440532013000',
  ])
    assert.deepEqual(valuesOf('iban', text), [], text);
});
