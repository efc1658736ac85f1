import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import type { LogEvent } from '../event.ts';
import type { Finding } from '../finding.ts';
import { Hunter, type HuntOptions } from '../hunt.ts';
import { eventOf, packOf, ruleText } from '../testing/events.ts';

const base = (name: string, value: string) =>
  ruleText(`  s:\n    Kind: ${value}\n  condition: s`, `title: ${name}\nname: ${name}\nid: id-${name}`);
const correlation = (body: string, id: string = 'corr') =>
  `title: ${id}\nid: ${id}\nlevel: high\ncorrelation:\n${body.replace(/^/gm, '  ')}\n`;
const logon = (minute: number, user: string, kind: string = 'fail', more: Record<string, string> = {}): LogEvent =>
  eventOf({ Kind: kind, User: user, ...more }, { atMs: minute * 60_000, record: Math.round(minute * 100) });

function run(
  texts: readonly string[],
  events: readonly LogEvent[],
  options: HuntOptions = {},
): { findings: readonly Finding[]; hunter: Hunter } {
  const pack = packOf(...texts);
  assert.deepEqual(pack.skipped, []);
  const hunter = new Hunter(pack, options);
  const findings = [...events.flatMap((event) => hunter.push(event)), ...hunter.finish()];
  return { findings, hunter };
}

const many = correlation('type: event_count\nrules: [failed]\ngroup-by: [User]\ntimespan: 10m\ncondition:\n  gte: 3');

test('event_count counts within a sliding window, per group, and reports a burst once', () => {
  const events = [1, 2, 3, 4, 5].map((minute) => logon(minute, 'alice'));
  const { findings } = run(
    [base('failed', 'fail'), many],
    [...events, logon(6, 'bob'), logon(7, 'bob'), logon(30, 'alice'), logon(31, 'alice')],
  );
  assert.equal(findings.length, 1);
  assert.deepEqual(
    [findings[0]?.rule.kind, findings[0]?.rule.level, findings[0]?.atMs, findings[0]?.evidence.length],
    ['correlation', 'high', 180_000, 5],
  );
  const again = run([base('failed', 'fail'), many], [...events, ...[30, 31, 32].map((minute) => logon(minute, 'alice'))]);
  assert.equal(again.findings.length, 2);
});

test('the window includes both its ends', () => {
  const at = (last: number) => run([base('failed', 'fail'), many], [logon(0, 'a'), logon(5, 'a'), logon(last, 'a')]).findings.length;
  assert.deepEqual([at(10), at(10.01)], [1, 0]);
});

test('rules that a correlation refers to report on their own only when it says so', () => {
  const events = [logon(1, 'alice')];
  assert.equal(run([base('failed', 'fail'), many], events).findings.length, 0);
  assert.equal(run([base('failed', 'fail'), many.replace('correlation:', 'generate: true\ncorrelation:')], events).findings.length, 1);
});

test('value_count counts different values', () => {
  const text = correlation('type: value_count\nrules: [failed]\ngroup-by: [Host]\ntimespan: 1h\ncondition:\n  field: User\n  gt: 2');
  const users = (...names: readonly string[]) =>
    run(
      [base('failed', 'fail'), text],
      names.map((name, index) => logon(index, name, 'fail', { Host: 'h' })),
    ).findings.length;
  assert.deepEqual([users('a', 'b', 'a', 'b'), users('a', 'b', 'c')], [0, 1]);
});

test('sums, means, medians and percentiles of a field', () => {
  const text = (type: string, limit: string) =>
    correlation(`type: ${type}\nrules: [failed]\ngroup-by: [User]\ntimespan: 1h\ncondition:\n  field: Bytes\n  ${limit}`);
  const fires = (type: string, limit: string) =>
    run(
      [base('failed', 'fail'), text(type, limit)],
      ['1', '2', '9'].map((Bytes, index) => logon(index, 'a', 'fail', { Bytes })),
    ).findings.length === 1;
  assert.ok(fires('value_sum', 'gte: 12') && !fires('value_sum', 'gt: 12'));
  assert.ok(fires('value_avg', 'eq: 4'));
  assert.ok(fires('value_median', 'eq: 2'));
  assert.ok(fires('value_percentile', 'percentile: 75\n  eq: 5.5'));
});

test('temporal needs all rules in any order, temporal_ordered in theirs', () => {
  const text = (type: string) => correlation(`type: ${type}\nrules: [failed, opened]\ngroup-by: [User]\ntimespan: 5m`);
  const rules = [base('failed', 'fail'), base('opened', 'open')];
  const inOrder = [logon(1, 'a'), logon(2, 'a', 'open')];
  const reversed = [logon(1, 'a', 'open'), logon(2, 'a')];
  const far = [logon(1, 'a'), logon(7, 'a', 'open')];
  const others = [logon(1, 'a'), logon(2, 'b', 'open')];
  const count = (type: string) => [inOrder, reversed, far, others].map((events) => run([...rules, text(type)], events).findings.length);
  assert.deepEqual(count('temporal'), [1, 1, 0, 0]);
  assert.deepEqual(count('temporal_ordered'), [1, 0, 0, 0]);
});

test('aliases name the same thing in records of different rules', () => {
  const text = correlation(
    'type: temporal\nrules: [failed, opened]\ngroup-by: [who]\ntimespan: 5m\naliases:\n  who:\n    failed: User\n    opened: Account',
  );
  const { findings } = run(
    [base('failed', 'fail'), base('opened', 'open'), text],
    [logon(1, 'Alice'), eventOf({ Kind: 'open', Account: 'alice' }, { atMs: 90_000 })],
  );
  assert.equal(findings.length, 1);
});

test('a correlation can refer to another: many failures, then a success', () => {
  const chained = correlation('type: temporal_ordered\nrules: [corr, opened]\ngroup-by: [User]\ntimespan: 1h', 'chain');
  const rules = [base('failed', 'fail'), base('opened', 'open'), many, chained];
  const attack = [logon(1, 'a'), logon(2, 'a'), logon(3, 'a'), logon(9, 'a', 'open')];
  const { findings } = run(rules, attack);
  assert.deepEqual(
    findings.map(({ rule, evidence }) => [rule.id, evidence.length]),
    [['chain', 4]],
  );
  assert.equal(run(rules, attack.slice(1)).findings.length, 0);
});

test('what a correlation cannot use is counted: no time, no group, no room', () => {
  const events = [
    eventOf({ Kind: 'fail', User: 'a' }),
    logon(1, 'a'),
    eventOf({ Kind: 'fail' }, { atMs: 1 }),
    logon(2, 'a'),
    logon(3, 'a'),
  ];
  const { hunter } = run([base('failed', 'fail'), many], events, { maxCorrelatedMatches: 3 });
  assert.deepEqual(hunter.report().correlations, { evicted: 1, withoutTime: 1, withoutGroup: { corr: 1 } });
});

test('correlations that cannot be used are skipped with the reason', () => {
  const reason = (body: string) => packOf(base('failed', 'fail'), correlation(body)).skipped[0]?.reason;
  assert.equal(
    reason('type: event_count\nrules: [nowhere]\ngroup-by: [User]\ntimespan: 1m\ncondition:\n  gte: 1'),
    'refers to "nowhere", which is not a rule in use',
  );
  assert.match(reason('type: sometimes\nrules: [failed]') ?? '', /unknown correlation type/);
  assert.match(reason('type: event_count\nrules: [failed]\ntimespan: soon\ncondition:\n  gte: 1') ?? '', /timespan/);
  assert.match(reason('type: event_count\nrules: [failed]\ntimespan: 1m') ?? '', /no condition/);
  assert.match(reason('type: value_count\nrules: [failed]\ntimespan: 1m\ncondition:\n  gte: 1') ?? '', /needs a field/);
  assert.match(reason('type: temporal\nrules: [failed]\ntimespan: 1m\ncondition: not failed') ?? '', /not supported/);
  assert.match(reason('type: event_count\nrules: [corr]\ntimespan: 1m\ncondition:\n  gte: 1') ?? '', /"corr"/);
});

test('findings do not depend on the order in which records come, or on who reads them', () => {
  const rules = [
    base('failed', 'fail'),
    base('opened', 'open'),
    many,
    correlation('type: temporal_ordered\nrules: [failed, opened]\ngroup-by: [User]\ntimespan: 5m', 'ordered'),
  ];
  const event = fc.record({ minute: fc.nat({ max: 40 }), user: fc.constantFrom('a', 'b'), kind: fc.constantFrom('fail', 'open') });
  fc.assert(
    fc.property(fc.array(event, { maxLength: 25 }), fc.array(fc.nat(), { minLength: 25, maxLength: 25 }), (drafts, keys) => {
      const events = drafts.map(({ minute, user, kind }, index) =>
        eventOf({ Kind: kind, User: user }, { atMs: minute * 60_000, record: index + 1 }),
      );
      const shuffled = events
        .map((one, index) => ({ one, key: keys[index] ?? 0 }))
        .sort((a, b) => a.key - b.key)
        .map(({ one }) => one);
      const expected = run(rules, events).findings;
      assert.deepEqual(run(rules, shuffled).findings, expected);
      // Two threads share the records; one of them finishes.
      const half = Math.floor(shuffled.length / 2);
      const pack = packOf(...rules);
      const [first, second] = [new Hunter(pack), new Hunter(pack)];
      for (const one of shuffled.slice(0, half)) first.push(one);
      for (const one of shuffled.slice(half)) second.push(one);
      first.addCorrelated(structuredClone(second.correlated()));
      assert.deepEqual(first.finish(), expected);
    }),
    { numRuns: 300 },
  );
});
