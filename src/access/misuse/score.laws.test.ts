import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { STANDINGS } from '../taxonomy.ts';
import { decayed, NO_SCORE, totalOf, withSignal, type Score } from './score.ts';
import { loadMisuseCatalogue, SIGNAL_KINDS } from './signals.ts';
import { isWorse, standingAt } from './standing.ts';

const catalogue = loadMisuseCatalogue();
const HOUR_MS = 3_600_000;

const time = fc.integer({ min: 0, max: 90 * 24 * HOUR_MS });
const signal = fc.record({ kind: fc.constantFrom(...SIGNAL_KINDS), atMs: time, count: fc.integer({ min: 1, max: 40 }) });
const signals = fc.array(signal, { maxLength: 30 });

function scoreOf(list: readonly { kind: (typeof SIGNAL_KINDS)[number]; atMs: number; count: number }[], from: Score = NO_SCORE): Score {
  return list.reduce((score, each) => withSignal(score, each, catalogue), from);
}

/** Rounding, over a sum of up to a few thousand points. */
function atLeast(more: number, less: number): void {
  assert.ok(more >= less - 1e-8, `${more} < ${less}`);
}

describe('the score', () => {
  it('is never lowered by one more signal, wherever it lies in time', () => {
    fc.assert(
      fc.property(signals, signals, signal, time, (before, after, extra, laterMs) => {
        const atMs = Math.max(laterMs, ...[...before, ...after, extra].map(({ atMs }) => atMs));
        const without = totalOf(decayed(scoreOf([...before, ...after]), atMs, catalogue));
        atLeast(totalOf(decayed(scoreOf([...before, extra, ...after]), atMs, catalogue)), without);
      }),
    );
  });

  it('is never raised by time alone, and halves every half-life', () => {
    fc.assert(
      fc.property(signals, time, time, (list, aMs, bMs) => {
        const [first, then] = [Math.min(aMs, bMs), Math.max(aMs, bMs)];
        const score = scoreOf(list);
        assert.ok(totalOf(decayed(score, then, catalogue)) <= totalOf(decayed(score, first, catalogue)));
      }),
    );
    for (const kind of SIGNAL_KINDS) {
      const { weight, halfLifeHours } = catalogue.signals[kind];
      const once = scoreOf([{ kind, atMs: 1000, count: 1 }]);
      assert.equal(totalOf(once), weight);
      assert.ok(Math.abs(totalOf(decayed(once, 1000 + halfLifeHours * HOUR_MS, catalogue)) - weight / 2) < 1e-9);
    }
  });

  it('does not depend on the order of signals of the same time', () => {
    fc.assert(
      fc.property(signals, fc.array(signal, { maxLength: 12 }), time, fc.infiniteStream(fc.nat()), (before, list, atMs, order) => {
        const same = list.map((each) => ({ ...each, atMs }));
        const keys = new Map(same.map((each) => [each, order.next().value]));
        const shuffled = [...same].sort((a, b) => keys.get(a)! - keys.get(b)!);
        const from = scoreOf(before);
        const [one, other] = [scoreOf(same, from), scoreOf(shuffled, from)];
        assert.ok(Math.abs(totalOf(one) - totalOf(other)) < 1e-8);
        assert.equal(one.atMs, other.atMs);
      }),
    );
  });

  it('stays finite, whatever is counted', () => {
    const score = scoreOf(Array.from({ length: 100 }, () => ({ kind: 'prohibited-work' as const, atMs: 5, count: 1_000_000 })));
    assert.equal(totalOf(score), 1000);
  });

  it('does not rise when a clock is set back', () => {
    const score = scoreOf([{ kind: 'burst', atMs: HOUR_MS, count: 3 }]);
    assert.deepEqual(decayed(score, 0, catalogue), score);
  });
});

describe('the standing', () => {
  const { thresholds } = catalogue;
  const present = fc.record({ standing: fc.constantFrom(...STANDINGS), isOrdered: fc.boolean() });
  const points = fc.double({ min: 0, max: 120, noNaN: true });

  it('goes down by itself only from a review that nobody ordered, to clear', () => {
    fc.assert(
      fc.property(points, present, (score, now) => {
        const next = standingAt(score, now, thresholds);
        if (isWorse(now.standing, next)) assert.deepEqual([now.standing, now.isOrdered, next], ['review', false, 'clear']);
      }),
    );
  });

  it('is never better for a higher score', () => {
    fc.assert(
      fc.property(points, points, present, (a, b, now) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        assert.ok(!isWorse(standingAt(low, now, thresholds), standingAt(high, now, thresholds)));
      }),
    );
  });

  it('reaches each level at its threshold', () => {
    const clear = { standing: 'clear', isOrdered: false } as const;
    assert.equal(standingAt(thresholds.review - 0.01, clear, thresholds), 'clear');
    assert.equal(standingAt(thresholds.review, clear, thresholds), 'review');
    assert.equal(standingAt(thresholds.restricted, clear, thresholds), 'restricted');
    assert.equal(standingAt(thresholds.suspended, clear, thresholds), 'suspended');
  });
});

describe('the shipped signals', () => {
  it('suspend nobody for one text, whatever it says', () => {
    for (const kind of SIGNAL_KINDS.filter((kind) => kind !== 'provider-notice'))
      assert.ok(catalogue.signals[kind].weight < catalogue.thresholds.restricted, kind);
  });

  it('say what they are in both languages', () => {
    for (const kind of SIGNAL_KINDS) {
      assert.match(catalogue.signals[kind].en, /^[A-Z].*\.$/);
      assert.match(catalogue.signals[kind].ja, /[\p{sc=Han}\p{sc=Hiragana}].*。$/u);
    }
  });
});
