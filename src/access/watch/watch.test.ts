import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PrincipalId, RequestId } from '#kernel';
import { BURST_PER_MINUTE, createWatch, MANY_HOLDS, PROBING_REFUSALS, type Noticed } from './watch.ts';

const principalId = 'prn_a' as PrincipalId;
const requestId = 'req_1' as RequestId;

function world(mostPrincipals?: number) {
  let nowMs = 1_800_000_000_000;
  const noticed: Noticed[] = [];
  const watch = createWatch({
    clock: { now: () => nowMs, monotonic: () => nowMs },
    report: (sign) => noticed.push(sign),
    ...(mostPrincipals === undefined ? {} : { mostPrincipals }),
  });
  return { watch, noticed, pass: (ms: number) => (nowMs += ms), kinds: () => noticed.map(({ kind }) => kind) };
}

test('a burst is noticed once a minute', () => {
  const { watch, kinds, pass } = world();
  const visits = (count: number) => {
    for (let index = 0; index < count; index++) watch.visited({ principalId, requestId, address: '10.0.0.1' });
  };
  visits(BURST_PER_MINUTE - 1);
  assert.deepEqual(kinds(), []);
  visits(BURST_PER_MINUTE);
  assert.deepEqual(kinds(), ['burst']);
  pass(60_000);
  visits(BURST_PER_MINUTE);
  assert.deepEqual(kinds(), ['burst', 'burst']);
});

test('the first place is none to notice, another address of the same network neither, another network is', () => {
  const { watch, kinds } = world();
  for (const address of ['10.0.0.1', '10.0.0.200', '::ffff:10.0.0.7', '2001:db8:1::1', '2001:db8:1:ffff::2', '10.0.1.1', '10.0.0.1'])
    watch.visited({ principalId, requestId, address });
  assert.deepEqual(kinds(), ['new-place', 'new-place']);
});

test('many different refusals within ten minutes are probing, the same one again and again is not', () => {
  const { watch, kinds, pass } = world();
  for (let index = 0; index < 50; index++) watch.refused({ principalId, requestId, what: 'target-outside 203.0.113.1' });
  assert.deepEqual(kinds(), []);
  for (let index = 0; index < PROBING_REFUSALS; index++) watch.refused({ principalId, requestId, what: `rule ${index}` });
  assert.deepEqual(kinds(), ['probing']);
  pass(10 * 60_000);
  for (let index = 0; index < PROBING_REFUSALS - 1; index++) watch.refused({ principalId, requestId, what: `other ${index}` });
  assert.deepEqual(kinds(), ['probing']);
});

test('refusals that lie far apart are not probing', () => {
  const { watch, kinds, pass } = world();
  for (let index = 0; index < 3 * PROBING_REFUSALS; index++) {
    watch.refused({ principalId, requestId, what: `rule ${index}` });
    pass(3 * 60_000);
  }
  assert.deepEqual(kinds(), []);
});

test('memory is bounded: the least recently seen is forgotten', () => {
  const { watch, kinds } = world(2);
  const visit = (name: string, address: string) => watch.visited({ principalId: name as PrincipalId, requestId, address });
  visit('prn_a', '10.0.0.1');
  visit('prn_b', '10.0.0.1');
  visit('prn_c', '10.0.0.1');
  visit('prn_a', '10.9.9.9');
  assert.deepEqual(kinds(), []);
});

test('many held calls within ten minutes are noticed, few are not', () => {
  const { watch, kinds, pass } = world();
  const hold = (times: number) => {
    for (let index = 0; index < times; index++) watch.held({ principalId, requestId });
  };
  hold(MANY_HOLDS - 1);
  pass(10 * 60_000);
  hold(MANY_HOLDS - 1);
  assert.deepEqual(kinds(), []);
  hold(1);
  assert.deepEqual(kinds(), ['many-holds']);
  hold(MANY_HOLDS - 1);
  assert.deepEqual(kinds(), ['many-holds']);
});
