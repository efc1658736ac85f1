import assert from 'node:assert/strict';
import { test } from 'node:test';
import { valuesOf } from './testing.ts';

test('finds dates behind a word of birth', () => {
  for (const date of ['03/04/1985', '1990-01-02', 'March 12, 1985', '4th of July 1976', '12 Mar 1980', '12.03.1985', '12-Mar-85'])
    for (const words of ['DOB: ', 'She was born on ', 'date of birth is ', 'born in Leeds on '])
      assert.deepEqual(valuesOf('date-of-birth', words + date), [date], words + date);
});

test('finds a whole value by the name of its member', () => {
  assert.deepEqual(valuesOf('date-of-birth', '1990-01-02', 'birthDate'), ['1990-01-02']);
  assert.deepEqual(valuesOf('date-of-birth', '1990-01-02', 'created_at'), []);
});

test('a year, another date and another word are none', () => {
  for (const text of [
    'born in 1985',
    'on 03/04/1985',
    'The idea was born. Released 2024-01-02',
    'reborn 2024-01-02',
    'born 5 times before 2024-01-02',
  ])
    assert.deepEqual(valuesOf('date-of-birth', text), [], text);
});
