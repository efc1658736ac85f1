import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { KnownValues } from './known-values.ts';

function found(text: string, ...values: string[]): string[] {
  const known = new KnownValues();
  for (const value of values) known.add(value);
  return known.findIn(text).map(({ start, end }) => text.slice(start, end));
}

test('a value is found as a word of its own, and not inside another word', () => {
  assert.deepEqual(found('bob, Bob bobby (bob) bob@x', 'bob'), ['bob', 'bob', 'bob']);
  assert.deepEqual(found('田中さんと山田中学校', '田中'), ['田中', '田中']);
  assert.deepEqual(found('1234567 123456', '123456'), ['123456']);
});

test('the longest value at a place counts', () => {
  assert.deepEqual(found('田中太郎と田中', '田中', '田中太郎'), ['田中太郎', '田中']);
});

test('a value is found percent-encoded, with escapes of JSON, and inside base64 whatever stands around it', () => {
  const value = '田中 太郎/総務';
  assert.deepEqual(found(`?q=${encodeURIComponent(value)}&x`, value), [encodeURIComponent(value)]);
  const escaped = String.raw`"\u7530\u4e2d \u592a\u90ce/\u7dcf\u52d9"`;
  assert.deepEqual(found(escaped, value), [escaped.slice(1, -1)]);
  fc.assert(
    fc.property(
      fc.string({ maxLength: 9 }),
      fc.string({ maxLength: 9 }),
      fc.constantFrom<BufferEncoding>('base64', 'base64url'),
      (before, after, form) => {
        const encoded = Buffer.from(before + value + after).toString(form);
        assert.deepEqual(found(`Basic ${encoded} end`, value), [encoded]);
      },
    ),
    { numRuns: 500 },
  );
});

test('what is too short to mean anything is not searched for', () => {
  assert.deepEqual(found('Li 12 林 Li', 'Li', '12', '林'), []);
});

test('occurrences agree with a plain search for values that stand alone', () => {
  const words = fc.constantFrom('alpha', 'beta', '工場', '第二発電所', 'x1y2', '-', ' ');
  fc.assert(
    fc.property(fc.array(words, { maxLength: 30 }), (parts) => {
      const text = parts.join('|');
      const expected = parts.filter((part) => part === 'alpha' || part === '工場').length;
      assert.equal(found(text, 'alpha', '工場').length, expected);
    }),
  );
});
