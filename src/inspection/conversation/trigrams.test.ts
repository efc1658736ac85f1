import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Trigrams } from './trigrams.ts';

test('every part of a text may be held', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', maxLength: 80 }),
      fc.string({ maxLength: 80 }),
      fc.nat(80),
      fc.nat(80),
      (text, other, from, length) => {
        assert.ok(new Trigrams([other, text]).mayHold(text.slice(from, from + length)));
      },
    ),
  );
});

test('of values that a text does not hold, few may be held', () => {
  const lines = Array.from({ length: 100 }, (_, index) => `2026-11-24T05:${index}Z vpn auth: login failed, source 203.0.113.${index}`);
  const trigrams = new Trigrams(lines);
  const wrong = Array.from({ length: 1000 }, (_, index) => `operator${index + 50_000}@example.co.jp`).filter((value) =>
    trigrams.mayHold(value),
  );
  assert.ok(wrong.length < 20, `${wrong.length} of 1000`);
});
