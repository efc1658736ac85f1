import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Finding } from './detector.ts';
import { withoutOverlaps } from './overlaps.ts';

function finding(start: number, end: number, confidence = 0.9, type: Finding['type'] = 'email'): Finding {
  return { type, start, end, confidence, rule: 'test' };
}

test('the host inside an address is part of the address, though it is a little surer', () => {
  assert.deepEqual(withoutOverlaps([finding(5, 20, 0.98, 'internal-host'), finding(0, 20, 0.9)]), [finding(0, 20, 0.9)]);
});

test('a sure value inside a vague one wins', () => {
  const [vague, sure] = [finding(0, 30, 0.55, 'person-name'), finding(10, 20, 0.97)];
  assert.deepEqual(withoutOverlaps([vague, sure]), [sure]);
});

test('of two that cross, the surer one counts', () => {
  assert.deepEqual(withoutOverlaps([finding(0, 10, 0.6), finding(5, 15, 0.9)]), [finding(5, 15, 0.9)]);
});

test('what is left is in order, overlaps nothing, and every finding left out overlaps one that is left', () => {
  const findings = fc.array(
    fc
      .tuple(fc.nat(60), fc.integer({ min: 1, max: 12 }), fc.constantFrom(0.5, 0.7, 0.9))
      .map(([start, length, confidence]) => finding(start, start + length, confidence)),
    { maxLength: 20 },
  );
  fc.assert(
    fc.property(findings, (given) => {
      const kept = withoutOverlaps(given);
      for (let index = 1; index < kept.length; index++) assert.ok(kept[index - 1]!.end <= kept[index]!.start);
      for (const each of given) assert.ok(kept.some(({ start, end }) => start < each.end && each.start < end));
    }),
    { numRuns: 1000 },
  );
});
