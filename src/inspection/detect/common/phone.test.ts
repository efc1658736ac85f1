import assert from 'node:assert/strict';
import { test } from 'node:test';
import { valuesOf } from './testing.ts';

const WITHOUT_A_WORD = [
  '+14155552671',
  '+1 (415) 555-2671',
  '+44(0)20 7946 0958',
  '+33 (0)1 23 45 67 89',
  '+81-90-1234-5678',
  '+91-98765 43210',
  '+49 30 901820',
  '(555)123-4567x123',
  '001-555-123-4567x99',
  '1-800-555-0199 ext. 12',
  '555.123.4567',
  '555-123-4567',
  '(415) 555-2671',
  '00 44 20 7946 0958',
  '01 23 45 67 89',
  '01.23.45.67.89',
  '020 7946 0958',
  '07700 900123',
  '(0117) 496 0123',
  '(04321) 123456',
  '04321/123456',
  '0412 345 678',
];

test('finds numbers whose form says it without a word', () => {
  for (const number of WITHOUT_A_WORD) assert.deepEqual(valuesOf('phone', `It was ${number}, they said.`), [number], number);
});

test('finds numbers of any form behind a word', () => {
  for (const number of ['5551234567', '785 8949', '98765 43210', '25-62-29-72', '9493 7477', '030 12345678'])
    assert.deepEqual(valuesOf('phone', `You can call me at ${number}.`), [number], number);
});

test('finds numbers with a word behind and on a line of a signature', () => {
  assert.deepEqual(valuesOf('phone', 'Jane Roe,785 8949-Office,785 8950 (fax)'), ['785 8949', '785 8950']);
  assert.deepEqual(valuesOf('phone', 'Jane Roe\nWater Works\n785 89-4912\n'), ['785 89-4912']);
});

test('finds a value by the name of its member', () => {
  assert.deepEqual(valuesOf('phone', '5551234567', 'mobile_number'), ['5551234567']);
  assert.deepEqual(valuesOf('phone', '5551234567', 'order_id'), []);
  assert.deepEqual(valuesOf('phone', 'called at 1699016383'), []);
});

test('keeps neighbours apart', () => {
  assert.deepEqual(valuesOf('phone', '555-123-4567, 555-987-6543'), ['555-123-4567', '555-987-6543']);
});

const NO_PHONES = [
  '2024-01-02 12:33:44',
  '1700000000000',
  '20240101123456',
  '123456789012',
  'ticket 1234567890',
  'order 555-123-4567',
  '10.20.30.40',
  '3.14159265',
  '123e4567-e89b-12d3-a456-426614174000',
  '1.0.0-alpha.20240101',
  '1,234,567',
  '$ 5551234567',
  'port 8080 8443',
  '0a 01 02 03 04 05 06 07 08 09',
  'sha 2fd4e1c67a2d28fced849ee1bb76e7391b93eb12',
  'IMEI 490154203237518',
  '1999-2004',
  '01/02/2003 04/05/2006',
  'RFC 2119 8174 9110',
];

test('takes dates, identifiers, sums, dumps and versions for what they are', () => {
  for (const text of NO_PHONES) assert.deepEqual(valuesOf('phone', text), [], text);
});
