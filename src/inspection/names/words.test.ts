import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { encodeWords, foldedWord, loadWords, Words, type WordFile } from './words.ts';

const word = fc.string({ unit: fc.constantFrom(...'山田中村アイの一'.split('')), minLength: 1, maxLength: 6 });
const sense = fc.record({ group: fc.integer({ min: 0, max: 1 }), cost: fc.integer({ min: 0, max: 255 }) }, { noNullPrototype: true });

function fileOf(entries: readonly (readonly [string, WordFile['words'][number]['senses']])[]): WordFile {
  const words = [...new Map(entries)].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([text, senses]) => ({ word: text, senses }));
  return { groups: ['a', 'b'], costStep: 64, connections: Int16Array.of(1, -2, 3, -4), words };
}

test('the words that are found at a place are those of the file that begin there, with their senses', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(word, fc.array(sense, { minLength: 1, maxLength: 3 })), { maxLength: 40 }), word, (entries, text) => {
      const file = fileOf(entries);
      const words = new Words(encodeWords(file));
      const found: unknown[] = [];
      words.matches(
        Uint16Array.from(text, (unit) => unit.charCodeAt(0)),
        0,
        text.length,
        (at, end) => {
          const senses = [];
          for (let n = words.firstSense[at]!; n < words.firstSense[at + 1]!; n++)
            senses.push({ group: words.senseGroups[n]!, cost: words.senseCosts[n]! / 64 + 128 });
          found.push({ word: text.slice(0, end), senses });
        },
      );
      assert.deepEqual(
        found,
        file.words.filter((entry) => text.startsWith(entry.word)),
      );
      assert.deepEqual([...words.connections], [64, -128, 192, -256]);
    }),
  );
});

test('the dictionary has names, places and common words, in one spelling', () => {
  const kinds = new Map<string, Set<string>>();
  const surfaces: string[] = [];
  const words = loadWords((surface) => surfaces.push(surface));
  for (const wanted of ['田中', '健一', '北海道', '会議', '沢村'].map(foldedWord)) {
    const at = surfaces.indexOf(wanted);
    const senses = words.senseGroups.subarray(words.firstSense[at], words.firstSense[at + 1]);
    kinds.set(wanted, new Set([...senses].map((group) => words.groups[group]!)));
  }
  assert.ok(kinds.get('田中')!.has('名詞,固有名詞,人名,姓'));
  assert.ok(kinds.get('健一')!.has('名詞,固有名詞,人名,名'));
  assert.ok(kinds.get('北海道')!.has('名詞,固有名詞,地域,一般'));
  assert.ok(kinds.get('会議')!.has('名詞,サ変接続'));
  assert.ok(kinds.get('沢村')!.has('名詞,固有名詞,人名,姓'));
  assert.equal(foldedWord('澤村'), '沢村');
});

test('a file that is none is refused', () => {
  assert.throws(() => new Words(Buffer.from('SKN1 and more')), /not a dictionary/);
});
