import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { median, percentile, perRound, spread, theilSenSlope } from './statistics.ts';

test('a percentile is the nearest rank', () => {
  const values = Array.from({ length: 100 }, (_, index) => index + 1);
  assert.deepEqual(
    [0, 0.5, 0.99, 1].map((share) => percentile(values, share)),
    [1, 50, 99, 100],
  );
  assert.equal(percentile([7], 0.99), 7);
  assert.ok(Number.isNaN(percentile([], 0.5)));
});

test('a median splits the values in halves', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ noNaN: true, min: -1e12, max: 1e12 }), { minLength: 1 }), (values) => {
      const middle = median(values);
      assert.ok(values.filter((value) => value < middle).length <= values.length / 2);
      assert.ok(values.filter((value) => value > middle).length <= values.length / 2);
    }),
  );
});

test('a spread ignores rounds without a figure and is undefined without any', () => {
  assert.deepEqual(spread([3, Number.NaN, 1]), { median: 2, min: 1, max: 3, rounds: [3, 1] });
  assert.equal(spread([Number.NaN]), undefined);
});

test('ratios are taken within a round', () => {
  assert.deepEqual(
    perRound([10, 40, 1], [5, 10], (a, b) => a / b),
    [2, 4],
  );
});

test('the slope of a line with outliers is the slope of the line', () => {
  const points = Array.from({ length: 30 }, (_, x) => ({ x, y: x % 7 === 3 ? 1000 : 5 + 2 * x }));
  assert.ok(Math.abs(theilSenSlope(points) - 2) < 1e-9);
});
