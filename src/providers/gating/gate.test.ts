// What the gate of a stream makes of verdicts that take their time, and how much it holds.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { streamOf } from '../translation/answers/testing/answers.ts';
import { createCallGate } from './gate.ts';
import { FAILED, TOO_LARGE, TOO_MANY } from './notices.ts';
import { end, gated, json, PASS, refuse, start, stop } from './testing/harness.ts';
import type { CallVerdict } from './types.ts';

const told = { text: ['before'], calls: [{ id: 'call_0', name: 'f', pieces: ['{}'] }] };

test('what was said before goes out, what comes after waits, and the end waits with it', async () => {
  for (const wire of ['openai-chat', 'openai-responses', 'anthropic-messages'] as const) {
    const stream = streamOf(wire, told).join('');
    const { promise, resolve } = Promise.withResolvers<CallVerdict>();
    let ready = 0;
    const gate = createCallGate({ wire }, { review: () => promise, onReady: () => ready++, maxHeldBytes: 1e6 });
    let out = gate.push(Buffer.from(stream)).toString() + gate.end().toString();
    assert.ok(out.includes('before') && !out.includes('call_0') && stream.startsWith(out), wire);
    assert.deepEqual([gate.isWaiting, gate.isHolding, gate.isOverfull, ready], [true, true, false, 0]);
    resolve(PASS);
    await promise;
    await Promise.resolve();
    assert.equal(ready, 1);
    out += gate.take().toString();
    assert.equal(out, stream);
    assert.deepEqual([gate.isWaiting, gate.isHolding, gate.hasCalls, gate.counts], [false, false, true, { reviewed: 1, replaced: 0 }]);
  }
});

test('a review that throws or rejects refuses', async () => {
  const stream = streamOf('anthropic-messages', told);
  const late = await gated('anthropic-messages', stream, () => Promise.reject(new Error('no')));
  const atOnce = await gated('anthropic-messages', stream, () => {
    throw new Error('no');
  });
  assert.ok(late.out.includes(FAILED) && late.out === atOnce.out);
});

test('more than may be held: a call that is not complete is given up, one that waits for its verdict makes the provider wait', async () => {
  const use = start(0, { type: 'tool_use', id: 't', name: 'f', input: {} });
  const long = Array.from({ length: 100 }, () => json(0, 'SECRET'.repeat(10)));
  const given = await gated('anthropic-messages', [use, ...long, stop(0), end('tool_use')], () => PASS, 4096);
  assert.deepEqual(
    [given.asked.length, given.out.includes('SECRET'), given.out.includes(TOO_LARGE), given.out.includes('end_turn')],
    [0, false, true, true],
  );
  const gate = createCallGate(
    { wire: 'anthropic-messages' },
    { review: () => new Promise(() => undefined), onReady: () => undefined, maxHeldBytes: 4096 },
  );
  gate.push(Buffer.from(use + stop(0)));
  assert.equal(gate.isOverfull, false);
  gate.push(Buffer.from(start(1, { type: 'text', text: 'x'.repeat(4096) })));
  assert.equal(gate.isOverfull, true);
});

test('an event longer than may be held is left out, in pieces of any size, and the next one is read', async () => {
  const long = Buffer.from(start(0, { type: 'tool_use', id: 't', name: 'f', input: { a: 'SECRET'.repeat(2000) } }));
  const pieces = Array.from({ length: 13 }, (_, index) => long.subarray(index * 1000, (index + 1) * 1000));
  const rest = start(1, { type: 'text', text: '' }) + end('end_turn');
  const { out } = await gated('anthropic-messages', [...pieces, rest], () => PASS, 4096);
  assert.equal(out, rest);
});

test('an answer with calls without end is cut off from calls', async () => {
  const calls = Array.from(
    { length: 1100 },
    (_, index) => start(index, { type: 'tool_use', id: `t${index}`, name: 'f', input: {} }) + stop(index),
  );
  const { asked, out } = await gated('anthropic-messages', calls, () => PASS);
  assert.equal(asked.length, 1024);
  assert.equal(out.split(TOO_MANY).length, 2);
  assert.ok(!out.includes('"t1025"'));
});

test('streams without calls pass as the very buffers that came, and embeddings always', () => {
  for (const wire of ['openai-chat', 'openai-responses', 'anthropic-messages', 'openai-embeddings'] as const) {
    const gate = createCallGate({ wire }, { review: () => refuse('x'), onReady: () => undefined, maxHeldBytes: 1e6 });
    for (const event of streamOf(wire === 'openai-embeddings' ? 'openai-chat' : wire, { text: ['a', 'b'] })) {
      const block = Buffer.from(event);
      assert.equal(gate.push(block), block);
    }
    assert.deepEqual([gate.hasCalls, gate.end().length], [false, 0]);
  }
});
