import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { PassageReport } from '#checkpoint';
import type { TrafficSums } from '#continuity';
import type { RequestId } from '#kernel';
import { chatCompletions } from '#providers';
import { createTrafficMeter } from './traffic-meter.ts';

type Answered = Extract<PassageReport['result'], { kind: 'answered' }>;

let now = 1_000;
const clock = { now: () => now, monotonic: () => now };

function meterOf(...routes: string[]) {
  return createTrafficMeter({ clock, isRoute: (name) => routes.includes(name) });
}

function answered(changes: Partial<Answered> = {}): Answered {
  return {
    kind: 'answered',
    status: 200,
    ended: 'complete',
    failure: undefined,
    observation: { usage: { inputTokens: 3, outputTokens: 4 } },
    answerBytes: 1,
    firstByteMs: 30,
    upstreamRequestId: undefined,
    notes: [],
    ...changes,
  };
}

function report(changes: Partial<PassageReport> = {}): PassageReport {
  return {
    id: 'req_1' as RequestId,
    operation: chatCompletions,
    caller: 'c',
    keyId: 'k',
    route: 'chat',
    deployment: 'jp/a',
    drill: undefined,
    dataClasses: [],
    mismatch: undefined,
    result: answered(),
    failures: [],
    refusal: undefined,
    totalMs: 100,
    recordMs: 1,
    ...changes,
  };
}

function sum(changes: Partial<TrafficSums> = {}): TrafficSums {
  return {
    route: 'chat',
    deployment: 'jp/a',
    drill: '',
    dataClass: '',
    cause: '',
    sent: 0,
    ended: 1,
    inputTokens: 0,
    outputTokens: 0,
    totalMs: 100,
    firstByteMs: 0,
    firstAtMs: now,
    lastAtMs: now,
    ...changes,
  };
}

function causeOf(changes: Partial<PassageReport>): string[] {
  const meter = meterOf('chat');
  meter.passed(report(changes));
  return meter.flush().map(({ deployment, cause }) => `${deployment} ${cause}`);
}

describe('traffic meter', () => {
  test('adds up what was sent and how it ended, and begins anew after each flush', () => {
    const meter = meterOf('chat');
    meter.sent('chat', 'jp/a', undefined, []);
    meter.sent('chat', 'jp/a', undefined, []);
    meter.passed(report());
    now += 50;
    meter.passed(report({ totalMs: 200 }));
    assert.deepEqual(meter.flush(), [
      sum({ sent: 2, ended: 2, inputTokens: 6, outputTokens: 8, totalMs: 300, firstByteMs: 60, firstAtMs: now - 50 }),
    ]);
    assert.deepEqual(meter.flush(), []);
  });

  test('tells drills and classes of data apart', () => {
    const meter = meterOf('chat');
    meter.sent('chat', 'jp/a', 'drl_1', ['personal', 'restricted']);
    meter.passed(report({ drill: 'drl_1', dataClasses: ['personal', 'restricted'], result: undefined, refusal: { rule: 'internal' } }));
    assert.deepEqual(meter.flush(), [
      sum({ drill: 'drl_1', dataClass: 'personal+restricted', sent: 1, ended: 0, totalMs: 0, firstAtMs: 0, lastAtMs: 0 }),
      sum({ drill: 'drl_1', dataClass: 'personal+restricted', deployment: '', cause: 'refused:internal' }),
    ]);
  });

  test('names the cause of every end, and counts attempts that failed by their deployment', () => {
    assert.deepEqual(causeOf({}), ['jp/a ']);
    assert.deepEqual(causeOf({ result: answered({ ended: 'interrupted' }) }), ['jp/a ended:interrupted']);
    assert.deepEqual(causeOf({ result: answered({ ended: 'client-gone' }) }), ['jp/a ended:client-gone']);
    assert.deepEqual(causeOf({ result: answered({ ended: 'unfinished' }) }), ['jp/a ended:unfinished']);
    assert.deepEqual(causeOf({ result: answered({ status: 400 }) }), ['jp/a ended:error-answer']);
    assert.deepEqual(causeOf({ result: answered({ observation: { error: 'overloaded' } }) }), ['jp/a ended:error-answer']);
    const declined = answered({
      status: 400,
      observation: { error: 'cyber_policy', refusal: { kind: 'cyber-policy', code: 'cyber_policy' } },
    });
    assert.deepEqual(causeOf({ result: declined }), ['jp/a declined']);
    assert.deepEqual(causeOf({ result: { kind: 'abandoned' }, deployment: undefined }), [' ended:client-gone']);
    const failures = [
      { deployment: 'us/d', reason: 'connect-failed', status: undefined, durationMs: 7 },
      { deployment: 'us/d', reason: 'connect-failed', status: undefined, durationMs: 7 },
    ] as const;
    assert.deepEqual(causeOf({ failures }), ['us/d failed:connect-failed', 'jp/a ']);
    const refusal = { rule: 'upstream-failed', route: 'chat', attempts: [] } as const;
    assert.deepEqual(causeOf({ failures, refusal, deployment: undefined }), ['us/d failed:connect-failed', ' refused:upstream-failed']);
  });

  test('names that clients make up are all the route without a name', () => {
    const meter = meterOf('chat');
    for (let count = 0; count < 100; count++)
      meter.passed(
        report({
          route: `x${count}\n`,
          deployment: undefined,
          result: undefined,
          refusal: { rule: 'unknown-route', route: `x${count}`, suggestion: undefined },
        }),
      );
    meter.passed(report({ route: undefined, deployment: undefined, result: undefined, refusal: { rule: 'identity', reason: 'unknown' } }));
    assert.deepEqual(
      meter.flush().map(({ route, cause, ended }) => [route, cause, ended]),
      [
        ['', 'refused:unknown-route', 100],
        ['', 'refused:identity', 1],
      ],
    );
  });

  test('usage that no provider can mean is no usage', () => {
    const meter = meterOf('chat');
    for (const inputTokens of [Number.NaN, -5, Infinity, 1e300, 2.9])
      meter.passed(report({ result: answered({ observation: { usage: { inputTokens, outputTokens: 1 } } }) }));
    const [sums] = meter.flush();
    assert.deepEqual([sums!.inputTokens, sums!.outputTokens], [200_000_002, 5]);
  });

  test('a clock that is set back leaves the last end after the first', () => {
    const meter = meterOf('chat');
    now = 5_000;
    meter.passed(report());
    now = 4_000;
    meter.passed(report());
    const [sums] = meter.flush();
    assert.deepEqual([sums!.firstAtMs, sums!.lastAtMs], [5_000, 5_000]);
  });

  test('more subjects than anybody has are counted without drill and class', () => {
    const meter = meterOf('chat');
    for (let count = 0; count < 20_000; count++) meter.sent('chat', 'jp/a', `drl_${count}`, []);
    const sums = meter.flush();
    assert.equal(sums.length, 10_001);
    assert.equal(sums.find(({ drill }) => drill === '')?.sent, 10_000);
  });
});
