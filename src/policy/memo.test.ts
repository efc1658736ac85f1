// What is remembered, within its bound.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { createMemo } from './memo.ts';

describe('a memo', () => {
  it('never holds more than its bound, and never tells anything but what was set last', () => {
    const step = fc.record({ key: fc.integer({ min: 0, max: 30 }), isSet: fc.boolean(), value: fc.integer() });
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 12 }), fc.array(step, { maxLength: 200 }), (capacity, steps) => {
        const memo = createMemo<number>(capacity);
        const told = new Map<string, number>();
        for (const { key, isSet, value } of steps) {
          if (isSet) {
            memo.set(String(key), value);
            told.set(String(key), value);
          } else {
            const got = memo.get(String(key));
            assert.ok(got === undefined || got === told.get(String(key)));
          }
          assert.ok(memo.size <= capacity);
        }
      }),
    );
  });

  it('keeps what is asked for while other things come and go', () => {
    const memo = createMemo<number>(10);
    memo.set('kept', 1);
    for (let index = 0; index < 100; index++) {
      memo.set(`other ${index}`, index);
      assert.equal(memo.get('kept'), 1);
    }
    assert.equal(memo.get('other 0'), undefined);
  });

  it('forgets everything when it is dropped', () => {
    const memo = createMemo<number>(4);
    for (const key of ['a', 'b', 'c']) memo.set(key, 1);
    memo.drop();
    assert.deepEqual([memo.size, memo.get('a'), memo.get('c')], [0, undefined, undefined]);
  });
});
