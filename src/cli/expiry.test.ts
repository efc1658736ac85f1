import assert from 'node:assert/strict';
import test from 'node:test';
import { parseExpiry } from './expiry.ts';

const NOW = Date.UTC(2026, 10, 24, 12);

function instant(text: string): string {
  const parsed = parseExpiry(text, NOW);
  return parsed.ok ? new Date(parsed.value).toISOString() : parsed.error;
}

test('spans count from now', () => {
  assert.equal(instant('30m'), '2026-11-24T12:30:00.000Z');
  assert.equal(instant('90d'), '2027-02-22T12:00:00.000Z');
  assert.equal(instant('2w'), '2026-12-08T12:00:00.000Z');
  assert.equal(instant('1y'), '2027-11-24T12:00:00.000Z');
});

test('instants are taken as they are, and a date is its first moment in UTC', () => {
  assert.equal(instant('2027-03-31'), '2027-03-31T00:00:00.000Z');
  assert.equal(instant('2027-03-31T18:00:00+09:00'), '2027-03-31T09:00:00.000Z');
});

test('anything unclear or past is refused', () => {
  for (const text of [
    '',
    '90',
    'd',
    '0d',
    '-1d',
    '90 d',
    '1.5d',
    'tomorrow',
    '2027-02-30',
    '2027-13-01',
    '2027-03-31T18:00:00',
    '31.03.2027',
    '1e3d',
  ]) {
    assert.match(instant(text), /is a span such as/, text);
  }
  assert.match(instant('2020-01-01'), /lies in the past/);
});
