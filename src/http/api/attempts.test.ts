import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createAttempts } from './attempts.ts';

function world(limits: { readonly perAddress: number; readonly overall: number }) {
  let nowMs = 0;
  const attempts = createAttempts({ clock: { now: () => 0, monotonic: () => nowMs }, ...limits });
  const times = (count: number, address: string) => Array.from({ length: count }, () => attempts.take(address)?.code);
  return { times, attempts, advance: (ms: number) => void (nowMs += ms) };
}

it('bounds how often one address tries, and says when to come back', () => {
  const { times, attempts, advance } = world({ perAddress: 3, overall: 100 });
  assert.deepEqual(times(4, '192.0.2.1'), [undefined, undefined, undefined, 'too-many-attempts']);
  assert.equal(attempts.take('192.0.2.2'), undefined);
  advance(40_000);
  assert.equal(attempts.take('192.0.2.1')?.facts['retryAfterSeconds'], 20);
  advance(20_000);
  assert.equal(attempts.take('192.0.2.1'), undefined);
});

it('counts the /64 of an IPv6 address as one, however it is written', () => {
  const { times } = world({ perAddress: 2, overall: 100 });
  assert.deepEqual(times(1, '2001:db8::1'), [undefined]);
  assert.deepEqual(times(1, '2001:db8:0:0:5::2'), [undefined]);
  assert.deepEqual(times(1, '2001:db8::ffff:1:2:3'), ['too-many-attempts']);
  assert.deepEqual(times(1, '2001:db8:0:1::1'), [undefined]);
  assert.deepEqual(times(3, '::ffff:192.0.2.7'), [undefined, undefined, 'too-many-attempts']);
  assert.deepEqual(times(1, '::ffff:192.0.2.8'), [undefined], 'IPv4 addresses in IPv6 are their own');
});

it('bounds everybody together, and stays small whoever comes', () => {
  const { times, attempts } = world({ perAddress: 5, overall: 30_000 });
  for (let index = 0; index < 30_000; index++)
    assert.equal(attempts.take(`10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`), undefined);
  assert.deepEqual(times(1, '192.0.2.9'), ['too-many-attempts']);
});

it('lets one address use up its own share, and nobody else’s', () => {
  const { times } = world({ perAddress: 3, overall: 10 });
  times(1_000, '192.0.2.1');
  assert.deepEqual(times(3, '192.0.2.2'), [undefined, undefined, undefined]);
});
