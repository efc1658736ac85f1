import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { AhoCorasick, type Needle } from './aho-corasick.ts';

const unit = fc.constantFrom('a', 'b', 'A', '\\', 'é', 'É', 'İ', 'Σ', 'σ', 'ς', '\u212a', 'k', '日', '\u{10400}');
const needle: fc.Arbitrary<Needle> = fc.record({
  text: fc.string({ unit, minLength: 1, maxLength: 12 }).map((text) => text.toLowerCase()),
  atStart: fc.boolean(),
  atEnd: fc.boolean(),
});

function naive(needles: readonly Needle[], text: string): number[] {
  const lower = text.toLowerCase();
  return needles.flatMap((one, index) => {
    const found =
      one.atStart && one.atEnd
        ? lower === one.text
        : one.atStart
          ? lower.startsWith(one.text)
          : one.atEnd
            ? lower.endsWith(one.text)
            : lower.includes(one.text);
    return found ? [index] : [];
  });
}

test('one pass finds exactly the needles that occur in the lower-cased value', () => {
  fc.assert(
    fc.property(
      fc.array(needle, { minLength: 1, maxLength: 12 }),
      fc.array(fc.string({ unit, maxLength: 24 }), { minLength: 1, maxLength: 8 }),
      (needles, texts) => {
        const automaton = new AhoCorasick(needles);
        for (const text of texts) {
          const found = new Set<number>();
          automaton.scan(text.toLowerCase(), (index) => found.add(index));
          assert.deepEqual(
            [...found].sort((a, b) => a - b),
            naive(needles, text),
            JSON.stringify([needles, text]),
          );
        }
      },
    ),
    { numRuns: 2000 },
  );
});
