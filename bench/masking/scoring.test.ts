import assert from 'node:assert/strict';
import { test } from 'node:test';
import { f1, inUtf16, score, share } from './scoring.ts';

const span = (type: string, start: number, end: number) => ({ type, start, end });
const PHONES = new Set(['phone']);

test('an overlap of the same type counts as found and as right, whatever its length', () => {
  const figures = score([{ gold: [span('phone', 5, 15)], found: [span('phone', 14, 20)] }], PHONES);
  assert.deepEqual(figures, {
    gold: 1,
    overlappedByAny: 1,
    overlappedByType: 1,
    covered: 0,
    exact: 0,
    findings: 1,
    rightType: 1,
    rightPlace: 1,
  });
});

test('touching is not overlapping', () => {
  const figures = score([{ gold: [span('phone', 5, 15)], found: [span('phone', 15, 20)] }], PHONES);
  assert.equal(figures.overlappedByAny, 0);
  assert.equal(figures.rightPlace, 0);
});

test('another type finds the place, not the type', () => {
  const figures = score([{ gold: [span('phone', 0, 4)], found: [span('us-ssn', 0, 4)] }], PHONES);
  assert.equal(figures.overlappedByAny, 1);
  assert.equal(figures.overlappedByType, 0);
  assert.equal(figures.findings, 0);
  const other = score([{ gold: [span('us-ssn', 0, 4)], found: [span('phone', 0, 4)] }], PHONES);
  assert.deepEqual([other.gold, other.findings, other.rightType, other.rightPlace], [0, 1, 0, 1]);
});

test('what may be found and need not be counts neither way', () => {
  const figures = score([{ gold: [span('optional', 0, 4)], found: [span('phone', 0, 4), span('phone', 8, 9)] }], PHONES);
  assert.deepEqual([figures.gold, figures.findings, figures.rightPlace], [0, 1, 0]);
});

test('several findings can cover one span; brackets and blanks need no cover', () => {
  const text = '(03) 1234-5678';
  const gold = [span('phone', 0, 14)];
  assert.equal(score([{ text, gold, found: [span('phone', 1, 3), span('phone', 5, 14)] }], PHONES).covered, 1);
  assert.equal(score([{ text, gold, found: [span('phone', 5, 14)] }], PHONES).covered, 0);
});

test('exact asks for both ends and the type', () => {
  const gold = [span('phone', 0, 4), span('phone', 6, 9)];
  assert.equal(score([{ gold, found: [span('phone', 0, 4), span('phone', 6, 10)] }], PHONES).exact, 1);
});

test('shares of nothing are not numbers, F1 is the harmonic mean', () => {
  assert.ok(Number.isNaN(share(0, 0)));
  assert.ok(Number.isNaN(f1(0, 0, 0)));
  assert.equal(f1(1, 2, 4), 1 / 3);
});

test('code points become UTF-16 units', () => {
  assert.deepEqual(inUtf16('𠮷a𠮷', [span('x', 0, 1), span('x', 1, 2), span('x', 2, 3)]), [
    span('x', 0, 2),
    span('x', 2, 3),
    span('x', 3, 5),
  ]);
});
