import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodedRegions, decodedSubject } from './decoded-subject.ts';
import { decodedText } from './decoded-text.ts';

/** As it is written, and what whoever decodes it reads. */
const ESCAPES: readonly (readonly [written: string, text: string])[] = [
  ['\\n', '\n'],
  ['\\r', '\r'],
  ['\\t', '\t'],
  ['\\f', ' '],
  ['\\b', ' '],
  ['\\"', '"'],
  ["\\'", "'"],
  ['\\/', '/'],
  ['\\\\', '\\'],
  ['\\\\n', '\n'],
  ['\\\\\\"', '"'],
  ['\\u4f50', '佐'],
  ['\\\\u4F50', '佐'],
  ['\\ud842\\udfb7', '𠮷'],
  ['\\\\ud842\\\\udfb7', '𠮷'],
  ['\\u0040', '@'],
  ['\\x40', '@'],
  ['\\xe4\\xbd\\x90', '佐'],
  ['\\344\\275\\220', '佐'],
  ['\\xe9', 'é'],
  ['\\x10', ' '],
  ['\\u0000', ' '],
  ['%40', '@'],
  ['%e4%BD%90', '佐'],
  ['%25E4%25BD%2590', '佐'],
  ['%F0%A0%AE%B7', '𠮷'],
  ['=E4=BD=90', '佐'],
  ['=E4=BD=\r\n=90', '佐'],
  ['&#20304;', '佐'],
  ['&#x4F50;', '佐'],
  ['&amp;#64;', '@'],
  ['&amp;', '&'],
  ['&lt;', '<'],
  ['&gt;', '>'],
  ['&quot;', '"'],
  ['&#39;', "'"],
  ['\u001b[1;32m', ''],
  ['\\u001b[0m', ''],
  ['\\x1b[K', ''],
  ['\\033[31m', ''],
  ['\\e[31m', ''],
];

test('an escape is the character that it stands for', () => {
  for (const [written, text] of ESCAPES) assert.equal(decodedSubject(`a ${written} b`)?.text, `a ${text} b`, written);
});

test('what is no escape for certain stays', () => {
  const stays = [
    '100% of 5 %',
    'a=E4=1 x=C3=28 =3D=3D =E4=BD',
    '%ZZ %E4 %E4%BD %C0%80 %ED%A0%80',
    '%00 %07',
    '\\ud842 \\ud842x \\udfb7',
    '\\d+\\.\\w \\u12 \\xg1 \\1 \\12',
    '&#0; &#xd800; &#x110000; &unknown; R&D;',
    '\\'.repeat(17),
  ];
  for (const text of stays) assert.equal(decodedSubject(text), undefined, text);
  assert.equal(decodedSubject('a+b%20c')?.text, 'a+b c');
});

test('ranges of characters in a regular expression are no text', () => {
  assert.equal(decodedSubject('[^\\u3040-\\u30ff\\u3400-\\u4db5\\u4e00-\\u9fef]')?.text, '[^   ]');
  assert.equal(decodedSubject('"\\u4f50\\u85e4-\\u7530\\u4e2d"')?.text, '"佐藤-田中"');
});

test('separators of a Windows path are no escapes, doubled ones are one', () => {
  for (const path of ['C:\\Users\\nancy\\temp\\r2', 'at c:\\new\\build.', '\\\\nas01\\temp\\new', '"D:\\Program Files (x86)\\tool\\n.exe"'])
    assert.equal(decodedSubject(path), undefined, path);
  assert.equal(decodedSubject('"C:\\\\Users\\\\nancy\\\\temp"')?.text, '"C:\\Users\\nancy\\temp"');
  assert.equal(decodedSubject('"\\\\\\\\nas01\\\\temp\\\\new"')?.text, '"\\\\nas01\\temp\\new"');
});

test('an escape behind a path is one', () => {
  assert.equal(decodedSubject('C:\\temp: \\nnext')?.text, 'C:\\temp: \nnext');
  assert.equal(decodedSubject('"C:\\\\temp\\nnext"')?.text, '"C:\\temp\nnext"');
  assert.equal(decodedSubject('C:\\temp\\n10.20.30.40')?.text, 'C:\\temp\n10.20.30.40');
});

const piece = fc.oneof(
  fc.constantFrom(...ESCAPES),
  fc.constantFrom('ab', '12', '佐藤', 'ｱﾞ', '１２', 'e\u0301', '\u200b', '—').map((text) => [text, text] as const),
);

test('a range in the decoded text leads to whole escapes, and all of them', () => {
  fc.assert(
    fc.property(fc.array(piece, { minLength: 1, maxLength: 12 }), (pieces) => {
      const original = pieces.map(([written]) => written).join(' ; ');
      const subject = decodedSubject(original);
      fc.pre(subject !== undefined);
      const { text } = subject;
      const decoded = decodedText(original)!;
      assert.equal(
        text,
        pieces.map(([, meant]) => meant.normalize('NFKC').replaceAll(/[\u200b]|—/g, (c) => (c === '—' ? '-' : ''))).join(' ; '),
      );
      let at = 0;
      let place = 0;
      for (const [written, meant] of pieces) {
        const length = meant.normalize('NFKC').replaceAll('\u200b', '').length;
        if (length > 0) assert.deepEqual(subject.originalRange(place, place + length), [at, at + written.length]);
        if (length > 0 && written !== meant) {
          assert.deepEqual(subject.originalRange(place, place + 1), [at, at + written.length]);
          assert.equal(decoded.isWithinEscape(at), false);
          for (let inside = at + 1; inside < at + written.length; inside++) assert.equal(decoded.isWithinEscape(inside), true);
        }
        at += written.length + 3;
        place += length + 3;
      }
    }),
  );
});

test('offsets are in bounds and in order for any text', () => {
  const unit = fc.constantFrom(...'\\\\\\nrtux"/%&#;0419afAF:C @\u001b[m佐\ud842\udfb7'.split(''));
  fc.assert(
    fc.property(fc.string({ unit, maxLength: 60 }), (original) => {
      const subject = decodedSubject(original, 'hint');
      if (subject === undefined) return;
      assert.equal(subject.folded.length, subject.text.length);
      let reached = 0;
      for (let at = 0; at < subject.text.length; at++) {
        const [start, end] = subject.originalRange(at, at + 1);
        assert.ok(start >= 0 && start < end && end <= original.length);
        assert.ok(start >= reached || subject.originalRange(at - 1, at)[0] === start);
        reached = end;
      }
      const [first, last] = [subject.originalRange(0, 0), subject.originalRange(subject.text.length, subject.text.length)];
      assert.ok(first[0] >= 0 && first[0] === first[1] && last[1] === original.length);
    }),
    { numRuns: 2000 },
  );
});

test('a text without any of the characters that begin an escape has no other reading', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      fc.pre(['\\', '%', '&', '=', '\u001b'].every((mark) => !text.includes(mark)));
      assert.equal(decodedSubject(text), undefined);
    }),
  );
});

test('hostile texts take linear time', () => {
  for (const unit of [
    '\\',
    '\\ ',
    '\\\\a',
    '\\u0041',
    '%41',
    '=E4=BD',
    '%25',
    '%E4%BD',
    '&#65;',
    '&',
    '&#1111111',
    '\\\\a\\b ',
    'C:\\a\\',
    `\\\\${'a'.repeat(240)} `,
    '\u001b[1111',
  ]) {
    const text = unit.repeat(100_000 / unit.length);
    const start = performance.now();
    decodedSubject(text);
    const taken = performance.now() - start;
    assert.ok(taken < 2500, `${unit.slice(0, 10)}: ${taken} ms`);
  }
});

test('only what stands around escapes is another text, with the same places', () => {
  const line = 'a line that says nothing in particular\n';
  const original = `${line.repeat(100)}first \\n ${line.repeat(10)} second \\u4f50${line.repeat(100)}third \\t`;
  const regions = decodedRegions(original, decodedText(original)!, 'hint');
  assert.deepEqual(
    regions.map(({ isCutBefore, isCutBehind, subject }) => [isCutBefore, isCutBehind, subject.hint]),
    [
      [true, true, ''],
      [true, false, ''],
    ],
  );
  for (const { subject } of regions)
    for (const word of ['first', 'second', 'third', 'nothing in']) {
      const at = subject.text.indexOf(word);
      if (at >= 0) assert.equal(original.slice(...subject.originalRange(at, at + word.length)), word);
    }
  assert.ok(regions.reduce((sum, { subject }) => sum + subject.text.length, 0) < original.length / 2);
  const [whole, ...others] = decodedRegions('a \\n b', decodedText('a \\n b')!, 'hint');
  assert.deepEqual([whole?.subject.text, whole?.subject.hint, whole?.isCutBefore, others], ['a \n b', 'hint', false, []]);
});
