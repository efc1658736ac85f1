import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { joinWindows, windowsOf } from './windows.ts';

const texts = fc.array(fc.constantFrom('あ', '。', '\n', '山', 'a', '𠮷'), { maxLength: 3_000 }).map((units) => units.join(''));

test('windows cover the text, overlap, are bounded, and cut no pair', () => {
  fc.assert(
    fc.property(texts, fc.integer({ min: 300, max: 1_000 }), (text, most) => {
      const windows = windowsOf(text, most);
      let covered = 0;
      for (const { text: part, offset } of windows) {
        assert.ok(part.length <= most);
        assert.equal(text.slice(offset, offset + part.length), part);
        assert.ok(offset === 0 || covered - offset >= 119);
        assert.ok(!/^[\udc00-\udfff]/.test(part));
        covered = offset + part.length;
      }
      assert.equal(covered, text.length);
    }),
  );
});

test('a finding that two windows have is one, and the window that saw more around it decides', () => {
  const finding = (start: number, end: number) => ({ type: 'person-name', start, end, confidence: 1, rule: 'r' }) as const;
  const joined = joinWindows([
    {
      window: { text: '', offset: 0 },
      findings: [finding(1, 3), finding(590, 594), finding(655, 662), finding(690, 700)],
    },
    {
      window: { text: '', offset: 600 },
      findings: [finding(0, 4), finding(55, 60), finding(61, 65), finding(90, 104)],
    },
  ]);
  assert.deepEqual(
    joined.map(({ start, end }) => [start, end]),
    [
      [1, 3],
      [590, 594],
      [655, 662],
      [690, 704],
    ],
  );
});
