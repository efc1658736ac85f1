import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { Pieces } from './pieces.ts';

it('gives back what came, in order, whatever the sizes', () => {
  const sizes = fc.oneof(fc.nat(3), fc.integer({ min: 1_020, max: 1_030 }), fc.integer({ min: 16_000, max: 17_000 }));
  fc.assert(
    fc.property(fc.array(sizes, { maxLength: 200 }), (lengths) => {
      const pieces = new Pieces();
      const came = lengths.map((length, index) => Buffer.alloc(length, index));
      for (const piece of came) pieces.add(piece);
      const whole = Buffer.concat(came);
      assert.equal(pieces.length, whole.length);
      assert.ok(pieces.take().equals(whole));
      assert.equal(pieces.length, 0);
      assert.equal(pieces.take().length, 0);
    }),
  );
});

it('keeps what it was given before, when more is added after a take', () => {
  const pieces = new Pieces();
  for (let count = 0; count < 40; count++) pieces.add(Buffer.from('a'));
  const first = pieces.take();
  for (let count = 0; count < 40; count++) pieces.add(Buffer.from('b'));
  assert.deepEqual([first.toString(), pieces.take().toString()], ['a'.repeat(40), 'b'.repeat(40)]);
});

it('holds a million single bytes in about as many bytes', () => {
  const pieces = new Pieces();
  const before = process.memoryUsage();
  for (let count = 0; count < 1_000_000; count++) pieces.add(Buffer.alloc(1, count));
  const after = process.memoryUsage();
  // Kept one by one they take some 100 MB.
  assert.ok(after.arrayBuffers - before.arrayBuffers < 20_000_000, `${after.arrayBuffers - before.arrayBuffers} bytes`);
  assert.equal(pieces.take().length, 1_000_000);
});
