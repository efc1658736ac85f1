import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { classOf, foldedCode } from './characters.ts';
import { LIKELY_SORTS, Segmentation } from './segmentation.ts';
import { SORT } from './sorts.ts';
import { loadWords } from './words.ts';

const words = loadWords();
const segmentation = new Segmentation(words);

function segment(text: string, forget?: (start: number, end: number) => boolean): string[] {
  const codes = Uint16Array.from({ length: text.length + 1 }, (_, at) => (at < text.length ? foldedCode(text.charCodeAt(at)) : 0));
  const classes = Uint8Array.from(codes, classOf);
  const runEnds = new Int16Array(text.length + 1);
  for (let start = 0; start < text.length;) {
    let end = start + 1;
    while (end < text.length && classes[end] === classes[start]) end++;
    runEnds.fill(end, start, end);
    start = end;
  }
  segmentation.segment(codes, classes, runEnds, text.length, forget);
  const parts: string[] = [];
  for (let at = 0; at < text.length; at = segmentation.ends[at]!) parts.push(text.slice(at, segmentation.ends[at]));
  return parts;
}

const likely = (place: number, sort: number) => segmentation.covers[place * LIKELY_SORTS + sort - 1]!;
const sortAt = (place: number) => segmentation.sorts[segmentation.groups[place]!]!;

test('a sentence is cut into its words, names among them', () => {
  const text = '昨日、田中部長と佐藤健一さんが福島県の東京電力で会議を開いた。';
  assert.deepEqual(segment(text), '昨日 、 田中 部長 と 佐藤 健一 さん が 福島 県 の 東京電力 で 会議 を 開い た 。'.split(' '));
  assert.deepEqual([sortAt(3), sortAt(8), sortAt(10), sortAt(15)], [SORT.surname, SORT.surname, SORT.given, SORT.place]);
  assert.ok(likely(3, SORT.surname) > 0.9 && likely(15, SORT.place) > 0.9 && likely(15, SORT.surname) < 0.1);
});

test('a name that is to be forgotten is no name, and other senses of the word stay', () => {
  segment('福島さんと佐藤さん', () => true);
  assert.deepEqual([likely(0, SORT.surname), likely(5, SORT.surname)], [0, 0]);
  assert.ok(likely(0, SORT.place) > 0.5);
});

test('any text is covered by words from end to end, and likelihoods are shares of one', () => {
  const unit = fc.constantFrom(...'山田太郎東京のはがさんいかアイーン・、。 Aa1\n々〆ヶ😀'.split(''));
  fc.assert(
    fc.property(fc.string({ unit, minLength: 1, maxLength: 200 }), (text) => {
      assert.equal(segment(text).join(''), text);
      for (let place = 0; place < text.length; place++) {
        let sum = 0;
        for (let sort = 1; sort <= LIKELY_SORTS; sort++) sum += likely(place, sort);
        assert.ok(sum >= 0 && sum < 1 + 1e-6, `${sum}`);
      }
    }),
  );
});

test('what many words cover in many ways is cut as well', () => {
  for (const text of ['い', 'した', '大', '中', 'かかり', '子'].map((part) => part.repeat(1_000 / part.length)))
    assert.equal(segment(text).join(''), text);
});
