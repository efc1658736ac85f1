import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { DICTIONARY_LIMITS, loadDictionary, type DictionaryLimits } from './load.ts';
import { readCsv } from './csv.ts';

function load(csv: string | Uint8Array, limits: Partial<DictionaryLimits> = {}) {
  const bytes = typeof csv === 'string' ? Buffer.from(csv) : csv;
  return loadDictionary(['terms.csv'], () => bytes, { ...DICTIONARY_LIMITS, ...limits });
}

/** `line: reason` of every problem. */
function problems(csv: string | Uint8Array, limits: Partial<DictionaryLimits> = {}): string[] {
  const loaded = load(csv, limits);
  assert.ok(!loaded.ok, 'it loaded');
  for (const { file } of loaded.error) assert.equal(file, 'terms.csv');
  return loaded.error.map(({ line, reason }) => `${line}: ${reason}`);
}

function records(csv: string): (string[] | string)[] {
  const all: (string[] | string)[] = [];
  readCsv(Buffer.from(csv), {
    record: (record) => all.push([`${record.line}`, ...Array.from({ length: record.fields }, (_, n) => record.text(n))]),
    bad: (line, reason) => all.push(`${line}: ${reason}`),
  });
  return all;
}

describe('CSV', () => {
  it('reads RFC 4180 with BOM, CRLF, quotes, line ends in fields and blank lines', () => {
    assert.deepEqual(records('\ufeffa,b\r\n"x ""y"", z","1\r\n2"\r\n\r\n,\r\n""\nlast,'), [
      ['1', 'a', 'b'],
      ['2', 'x "y", z', '1\r\n2'],
      ['5', '', ''],
      ['6', ''],
      ['7', 'last', ''],
    ]);
  });

  it('says what is wrong with a line and goes on with the next', () => {
    assert.deepEqual(records('a"b,c\n"a"b,c\n1,2\n"open\n3,4\r\n'), [
      '1: a quote inside a field that does not begin with one',
      '2: text behind the closing quote',
      ['3', '1', '2'],
      '4: a quoted field without its closing quote',
      ['5', '3', '4'],
    ]);
  });

  it('reads back what was written, whatever it is', () => {
    const row = fc.array(fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', '\r\n', '工', '𠮷', ' ') }), {
      minLength: 2,
      maxLength: 4,
    });
    fc.assert(
      fc.property(fc.array(row), fc.constantFrom('\n', '\r\n'), fc.boolean(), (rows, lineEnd, endsWithOne) => {
        const csv = rows.map((cells) => cells.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(',')).join(lineEnd);
        const got = records(endsWithOne && rows.length > 0 ? csv + lineEnd : csv);
        assert.deepEqual(
          got.map((record) => record.slice(1)),
          rows,
        );
      }),
    );
  });
});

describe('loading a dictionary', () => {
  it('reports every bad line with its number and reason', () => {
    const csv = [
      'Term,label,class,match,aliases',
      'x,plant,,,',
      ',plant,,,',
      '工,plant,,,',
      '--,plant,,,',
      `${'a'.repeat(201)},plant,,,`,
      'heron,Plant,,,',
      'heron,plant,secret,,',
      'heron,plant,,prefix,',
      'heron,plant,,',
      'heron,plant,,,ok|x||fine',
      '"heron,plant,,,',
      'good,plant,internal,word,fine',
    ].join('\n');
    assert.deepEqual(problems(csv), [
      '2: a term of one character would be found everywhere',
      '3: the term is empty',
      '4: a term of one character would be found everywhere',
      '5: the term has no letter and no digit',
      '6: longer than 200 characters',
      '7: the label "Plant" is not of a-z, 0-9 and - (at most 64, no - first)',
      '8: the class "secret" is none of public, internal, confidential, restricted',
      '9: the match "prefix" is none of word, anywhere, exact',
      '10: 4 fields where the header has 5',
      '11: alias "x": a term of one character would be found everywhere',
      '11: alias "": the term is empty',
      '12: a quoted field without its closing quote',
    ]);
  });

  for (const [what, csv, expected] of [
    ['an empty file', '', '0: it is empty; the first line names the columns, such as "term,label"'],
    ['a header without term', 'label,class\n', '1: the header names no column "term"'],
    ['an unknown column', 'term,alias\nx,y\n', '1: the header names the column "alias"; there are term, label, class, match, aliases'],
    ['a column named twice', 'term,term\n', '1: the header names the column "term" twice'],
    ['a file without a header', 'heron,plant\n', '1: the header names the column "heron"; there are term, label, class, match, aliases'],
    ['one astral character', 'term\n𠮷\n', '2: a term of one character would be found everywhere'],
    ['a control character', 'term\nab\u0007c\n', '2: the term holds a control character'],
    ['a term that only looks long', 'term\n\u200b\u200bx\u200b\n', '2: a term of one character would be found everywhere'],
  ] as const)
    it(`refuses ${what}`, () => assert.deepEqual(problems(csv), [expected]));

  for (const [encoding, bytes, expected] of [
    // 工場 in each encoding.
    [
      'Shift_JIS',
      Buffer.concat([Buffer.from('term\nabc\n'), Buffer.from([0x8d, 0x48, 0x8f, 0xea])]),
      /^3: it is Shift_JIS, .*iconv -f CP932 -t UTF-8/,
    ],
    [
      'EUC-JP',
      Buffer.concat([Buffer.from('term\n'), Buffer.from([0xb9, 0xa9, 0xbe, 0xec, 0xb0, 0xec, 0xc8, 0xd6])]),
      /^2: it is EUC-JP, .*iconv -f EUC-JP -t UTF-8/,
    ],
    ['UTF-16', Buffer.from('\ufeffterm\n工場', 'utf16le'), /^0: it is UTF-16, .*iconv -f UTF-16 -t UTF-8/],
    ['broken UTF-8', Buffer.concat([Buffer.from('term\n浜松工場\nab'), Buffer.from([0xe5, 0xb7, 0x0a])]), /^3: it is not UTF-8/],
  ] as const)
    it(`refuses ${encoding} and says how to convert it`, () => {
      const [problem, ...rest] = problems(bytes);
      assert.match(problem!, expected);
      assert.deepEqual(rest, []);
    });

  it('has limits on terms, bytes and reported problems', () => {
    assert.deepEqual(problems('term\naa\nbb\ncc\ndd\n', { maxTerms: 2 }), [
      '4: more than 2 terms and aliases; the lines from here on are not read',
    ]);
    assert.deepEqual(problems('term\naa\nbb\n', { maxBytes: 5 }), ['0: with it, the dictionary has more than 5 bytes']);
    assert.deepEqual(problems('term\na\nb\nc\nd\n', { maxProblems: 1 }), [
      '2: a term of one character would be found everywhere',
      '0: and 3 more problems',
    ]);
  });

  it('reports a file that cannot be read and still reads the others', () => {
    const loaded = loadDictionary(['gone.csv', 'bad.csv'], (file) => {
      if (file === 'gone.csv') throw new Error('no such file');
      return Buffer.from('term\nx\n');
    });
    assert.ok(!loaded.ok);
    assert.deepEqual(loaded.error, [
      { file: 'gone.csv', line: 0, reason: 'it cannot be read: no such file' },
      { file: 'bad.csv', line: 2, reason: 'a term of one character would be found everywhere' },
    ]);
  });

  it('reads several files into one dictionary, and a term that is there twice once', () => {
    const files: Record<string, string> = {
      'a.csv': 'term,label\nheron,project\n',
      'b.csv': 'label,term\nplant,浜松工場\nproject,ＨＥＲＯＮ\n',
    };
    const loaded = loadDictionary(Object.keys(files), (file) => Buffer.from(files[file]!));
    assert.ok(loaded.ok);
    assert.equal(loaded.value.terms.count, 2);
    assert.deepEqual(loaded.value.labels, ['project', 'plant']);
  });
});
