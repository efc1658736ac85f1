import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Timeline } from '#hunt';
import { repeatedValues, positionalValues, checkArguments } from './arguments.ts';
import type { Flags } from './command.ts';
import { sparkline } from './hunt-summary.ts';
import { timeFlag } from './hunt-time.ts';

function timelineOf(counts: readonly number[]): Timeline {
  return {
    buckets: counts.map((count, index) => ({ fromMs: index * 1_000, counts: [0, 0, count, 0, 0] as const })),
    widthMs: 1_000,
    before: 0,
    after: 0,
    withoutTime: 0,
  };
}

test('a sparkline shows nothing as nothing, the most as the highest, and never hides a single find', () => {
  assert.equal(sparkline(timelineOf([0, 1, 0, 1_000_000]), 10), ' ▁ █');
  assert.equal(sparkline(timelineOf([1, 1, 1]), 10), '███');
  assert.equal(sparkline(timelineOf([]), 10), '');
});

test('a sparkline is never longer than asked for, and every bucket is in it', () => {
  for (const length of [1, 9, 10, 11, 99, 240]) {
    const line = sparkline(timelineOf(Array.from({ length }, (_, index) => (index === length - 1 ? 5 : 0))), 10);
    assert.ok(line.length <= 10, `${length}: ${line.length}`);
    assert.equal(line.at(-1), '█');
  }
});

test('times are dates, times in UTC where no zone is given, or how long ago', () => {
  const now = Date.parse('2026-11-24T12:00:00Z');
  const cases: readonly (readonly [string, string])[] = [
    ['2026-11-24', '2026-11-24T00:00:00.000Z'],
    ['2026-11-24T08:00', '2026-11-24T08:00:00.000Z'],
    ['2026-11-24T08:00:30.5Z', '2026-11-24T08:00:30.500Z'],
    ['2026-11-24T08:00+09:00', '2026-11-23T23:00:00.000Z'],
    ['36h', '2026-11-23T00:00:00.000Z'],
    ['2w', '2026-11-10T12:00:00.000Z'],
  ];
  for (const [text, expected] of cases) assert.equal(new Date(timeFlag('since', text, now)!).toISOString(), expected, text);
  assert.equal(timeFlag('since', undefined, now), undefined);
  for (const text of ['yesterday', '2026-13-01', '2026-11-24 08:00', '24/11/2026', '5', 'h', '1e3h', '']) {
    assert.throws(() => timeFlag('since', text, now), /--since is no time/, text);
  }
});

test('a positional that may be repeated takes all that follow; others still refuse one too many', () => {
  const flags: Flags = {
    logs: { type: 'positional', required: true, repeatable: true, description: '' },
    rules: { type: 'string', repeatable: true, description: '' },
  };
  const args = ['a', '--rules', 'r1', 'b', '-', '--rules=r2', '--', '--c'];
  checkArguments(args, flags, 'hunt');
  assert.deepEqual(positionalValues(args, flags, 'logs'), ['a', 'b', '-', '--c']);
  assert.deepEqual(repeatedValues(args, flags, 'rules'), ['r1', 'r2']);
  assert.throws(() => checkArguments(['--rules', 'r'], flags, 'hunt'), /LOGS is missing/);
  const one: Flags = { file: { type: 'positional', description: '' } };
  assert.throws(() => checkArguments(['a', 'b'], one, 'show'), /"b" is one argument too many/);
});
