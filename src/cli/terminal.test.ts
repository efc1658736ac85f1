import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { bytesText, columns, plain } from './terminal.ts';

test('foreign text cannot steer the terminal, forge a line or turn the reading direction', () => {
  const hostile = 'a\u001B[2J\u009B1m\r\nb\u2028c\u202Ed\u2066e\u0000';
  assert.equal(plain(hostile), 'a\\u{1b}[2J\\u{9b}1m\\u{d}\\u{a}b\\u{2028}c\\u{202e}d\\u{2066}e\\u{0}');
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => !/[\p{Cc}\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069]/u.test(plain(text))));
});

test('ordinary text stays as it is', () => {
  assert.equal(plain('株式会社サンプル · naïve 🙂'), '株式会社サンプル · naïve 🙂');
});

test('columns line up, with wide characters and styles counted as they are seen', () => {
  const rows = [
    ['\u001B[36m模擬\u001B[39m', 'x', 'end '],
    ['abcdef', 'yy', ''],
  ];
  assert.equal(columns(rows, '  '), '  \u001B[36m模擬\u001B[39m    x   end\n  abcdef  yy');
});

test('bytes are shown in powers of 1000', () => {
  assert.deepEqual([0, 999, 1000, 1_234_567, 5e12].map(bytesText), ['0 B', '999 B', '1.0 kB', '1.2 MB', '5.0 TB']);
});
