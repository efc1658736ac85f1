import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { subjectOf } from '../text/subject.ts';
import { memoryOf } from './dictionary.ts';
import { DICTIONARY_LIMITS, loadDictionary, type DictionaryLimits } from './load.ts';
import { dictionaryMatcher } from './matcher.ts';
import { ENDS_AT_EDGE, IS_EXACT, readTerm, STARTS_AT_EDGE, type Match } from './term.ts';
import { BLANK, unitTables } from './units.ts';

function load(csv: string | Uint8Array, limits: Partial<DictionaryLimits> = {}) {
  const bytes = typeof csv === 'string' ? Buffer.from(csv) : csv;
  return loadDictionary(['terms.csv'], () => bytes, { ...DICTIONARY_LIMITS, ...limits });
}

function matcherOf(csv: string) {
  const loaded = load(csv);
  assert.ok(loaded.ok, JSON.stringify(loaded));
  return dictionaryMatcher(loaded.value);
}

/** What was found, as it stands in the text. */
function found(csv: string, text: string): string[] {
  return matcherOf(csv)
    .find(subjectOf(text))
    .map(({ start, end }) => subjectOf(text).text.slice(start, end));
}

describe('what a dictionary finds', () => {
  it('says where, with label, rule and class', () => {
    const csv = 'term,label,class\n浜松第二工場,plant,restricted\nproject heron,project,\n';
    assert.deepEqual(matcherOf(csv).find(subjectOf('Project Heron starts in 浜松第二工場。')), [
      { type: 'dictionary-term', start: 0, end: 13, confidence: 0.95, rule: 'dictionary.project', label: 'project' },
      { type: 'dictionary-term', start: 24, end: 30, confidence: 0.95, rule: 'dictionary.plant', label: 'plant', dataClass: 'restricted' },
    ]);
  });

  for (const [what, terms, text, expected] of [
    [
      'Latin terms at the edges of words only',
      ['PX4', 'heron'],
      'PX4 PX47 XPX4 PX4-1, herons; heron_2 Heron',
      ['PX4', 'PX4', 'heron', 'Heron'],
    ],
    ['a Latin term beside Japanese', ['PX4'], '部品PX4の図面', ['PX4']],
    ['a Japanese term inside a longer word', ['工場'], '浜松工場長', ['工場']],
    ['a term of both with its Latin edge checked', ['A工場'], 'BA工場 A工場長', ['A工場']],
    ['the longest of several', ['浜松', '浜松工場', '工場長室', '松工'], '浜松工場長 浜松', ['浜松工場', '浜松']],
    ['a longer one that begins later', ['abc def', 'def ghi jkl'], 'abc def ghi jkl', ['def ghi jkl']],
    ['what a longer one that is not there leaves', ['東京', '東京電力', '電力会社です'], '東京電力会社です', ['東京', '電力会社です']],
    ['full-width, half-width and wide blanks', ['PX-4711', 'ライン 3'], 'ＰＸ－４７１１ と ﾗｲﾝ　３', ['PX-4711', 'ライン 3']],
    ['a run of blanks as one blank', ['line 3 north'], 'line\n   3\t north', ['line\n   3\t north']],
    ['runs of blanks early in a term', ['ab cd', 'a bcd'], 'ab \t cd, a \n bcd', ['ab \t cd', 'a \n bcd']],
    ['a short term with a blank', ['a b', 'c d'], 'a  b c\n\nd', ['a  b', 'c\n\nd']],
    ['letters beyond ASCII in any case', ['Éclair Öl'], 'éCLAIR öL', ['éCLAIR öL']],
    ['characters outside the BMP', ['𠮷野工場', '𠮷野'], 'の𠮷野工場と𠮷野', ['𠮷野工場', '𠮷野']],
    ['a term at both ends of a text', ['ab', 'cd'], 'ab cd', ['ab', 'cd']],
    ['nothing in an empty text', ['ab'], '', []],
  ] as const)
    it(`finds ${what}`, () => assert.deepEqual(found(`term\n${terms.join('\n')}\n`, text), expected));

  it('obeys what a term says of its edges and its case', () => {
    const csv = 'term,match\nアル,word\nheron,anywhere\nNET,exact\n';
    assert.deepEqual(found(csv, 'アルミ アルの xherons net NET NETs'), ['アル', 'heron', 'NET']);
  });

  it('prefers the stricter class where a term stands twice', () => {
    const csv = 'term,class,match\nheron,internal,\nheron,restricted,\nheron,public,\nHERON,confidential,exact\nheron,restricted,anywhere';
    const [first, ...rest] = matcherOf(csv).find(subjectOf('HERON'));
    assert.equal(first?.dataClass, 'restricted');
    assert.deepEqual(rest, []);
  });

  it('finds aliases under the label of their term', () => {
    const findings = matcherOf('term,label,aliases\n浜松第二工場,plant,浜二|HM2 | H2-works\n').find(subjectOf('浜二, hm2, H2-Works'));
    assert.deepEqual(
      findings.map(({ label }) => label),
      ['plant', 'plant', 'plant'],
    );
  });

  it('stays linear on hostile text', () => {
    const terms = Array.from({ length: 10 }, (_, n) => 'あ'.repeat(n + 2));
    const matcher = matcherOf(`term\n${terms.join('\n')}\nb b b b b b b b b b b b c\n`);
    // 100 KB each. Time of the processor, and the best of some rounds: other programs run beside the tests.
    for (const text of ['あ'.repeat(33_000), `${'b '.repeat(200)}${' '.repeat(100_000)}`, `b${' '.repeat(1000)}`.repeat(100)]) {
      const subject = subjectOf(text);
      const costs = Array.from({ length: 4 }, () => {
        const before = process.cpuUsage();
        matcher.find(subject);
        return process.cpuUsage(before).user / 1000;
      });
      assert.ok(Math.min(...costs) < 2500, `${Math.min(...costs)} ms for ${text.slice(0, 4)}…`);
    }
  });
});

/** Every term at every place, compared unit by unit; then the longest, the earliest, of those. */
function naive(terms: readonly { text: string; flags: number }[], text: string): [number, number][] {
  const { folded, classes } = unitTables();
  const fold = (unit: number, flags: number) => ((flags & IS_EXACT) !== 0 && folded[unit] !== BLANK ? unit : folded[unit]!);
  const isOneWord = (left: number) => {
    const [a, b] = [classes[text.charCodeAt(left)], classes[text.charCodeAt(left + 1)]];
    return left >= 0 && left + 1 < text.length && a !== 0 && a === b;
  };
  const all: [number, number][] = [];
  for (let start = 0; start < text.length; start++)
    for (const term of terms) {
      let at = start;
      let unit = 0;
      for (; unit < term.text.length && at < text.length; unit++) {
        if (fold(text.charCodeAt(at), term.flags) !== term.text.charCodeAt(unit)) break;
        at++;
        if (term.text[unit] === ' ') while (/\s/.test(text[at] ?? 'x')) at++;
      }
      if (unit < term.text.length) continue;
      if ((term.flags & STARTS_AT_EDGE) !== 0 && isOneWord(start - 1)) continue;
      if ((term.flags & ENDS_AT_EDGE) !== 0 && isOneWord(at - 1)) continue;
      all.push([start, at]);
    }
  const kept: [number, number][] = [];
  for (const [start, end] of all.toSorted((a, b) => b[1] - b[0] - (a[1] - a[0]) || a[0] - b[0]))
    if (kept.every((other) => other[1] <= start || other[0] >= end)) kept.push([start, end]);
  return kept.toSorted((a, b) => a[0] - b[0]);
}

describe('laws of the matcher', () => {
  // Few letters, so that prefixes, overlaps and equal terms are common; lengths around the levels of the table.
  const letters = fc.constantFrom('a', 'b', 'A', ' ', '-', '1', '工', '場', 'ア', 'あ', '𠮷');
  const written = fc.oneof(
    fc.string({ unit: letters, minLength: 2, maxLength: 5 }),
    fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 2, maxLength: 45 }),
    fc.tuple(fc.constantFrom('a', '工', 'ab '), fc.integer({ min: 2, max: 120 })).map(([unit, times]) => unit.repeat(times)),
  );
  const match = fc.constantFrom<Match>('default', 'default', 'word', 'anywhere', 'exact');

  it('finds what a naive search finds', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(written, match), { minLength: 1, maxLength: 40 }),
        fc.array(fc.oneof(written, fc.constantFrom('\n', '  ', '\t', '。', 'aaaaab')), { maxLength: 20 }),
        fc.array(fc.nat(39), { maxLength: 6 }),
        (entries, pieces, copies) => {
          const good = entries.flatMap(([text, how]) => {
            const term = readTerm(text, how);
            return typeof term === 'string' ? [] : [{ ...term, text: term.text, row: `"${text}",${how === 'default' ? '' : how}` }];
          });
          const text = [...pieces, ...copies.map((index) => entries[index]?.[0] ?? '')].join('');
          const subject = subjectOf(text);
          const got = matcherOf(`term,match\n${good.map(({ row }) => row).join('\n')}`).find(subject);
          assert.deepEqual(
            got.map(({ start, end }) => [start, end]),
            naive(good, subject.text),
          );
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('finds the same with 100,000 other terms around', () => {
    const rows = Array.from({ length: 100_000 }, (_, n) => `PX-${n}-Q,part-number,,,第${n}号機`);
    const loaded = load(`term,label,class,match,aliases\n${rows.join('\n')}\nproject heron,project,,,\n`);
    assert.ok(loaded.ok);
    assert.equal(loaded.value.terms.count, 200_001);
    assert.ok(memoryOf(loaded.value) < 40 * 2 ** 20, `${memoryOf(loaded.value)} bytes`);
    const matcher = dictionaryMatcher(loaded.value);
    for (const n of [0, 7, 4711, 99_999]) {
      const text = `部品 px-${n}-q は第${n}号機、PX-${n}-QQ、Project Heron`;
      assert.deepEqual(
        matcher.find(subjectOf(text)).map(({ start, end }) => text.slice(start, end)),
        [`px-${n}-q`, `第${n}号機`, 'Project Heron'],
      );
    }
  });
});
