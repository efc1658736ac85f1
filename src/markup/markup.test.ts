import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { bar, code, durationText, html, htmlTable, markdownTable, page, percent, words } from './markup.ts';

/** Text with much of what is markup somewhere. */
const hostile = fc.string({
  unit: fc.oneof(
    fc.constantFrom(
      '<',
      '>',
      '&',
      '"',
      "'",
      '`',
      '|',
      '\\',
      '*',
      '_',
      '[',
      ']',
      '(',
      ')',
      '\n',
      '\r',
      '\u2028',
      '\u202E',
      '\u0000',
      '\uD800',
      '$',
    ),
    fc.constantFrom('<script>', '</td>', '-->', '](http://x)', '![', '{{', '山', 'javascript:'),
  ),
  maxLength: 40,
});

describe('html', () => {
  it('lets no value become markup, in text or between double quotes', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const made = page('t', html`<p title="${text}">${text}</p>`);
        const [, title, inner] = /<p title="([^"]*)">([^<]*)<\/p>/.exec(made) ?? assert.fail(`broken out of: ${made}`);
        assert.equal(title, inner);
        // A reader sees them spelled out.
        assert.doesNotMatch(inner!, /[\p{Cc}\u2028\u2029\u202A-\u202E\uD800-\uDFFF]/u);
        assert.doesNotMatch(inner!.replaceAll(/&(?:amp|lt|gt|quot|#39);/g, ''), /[&<>"']/);
      }),
    );
  });

  it('escapes the title and every cell of a table', () => {
    const made = page(
      '</title><script>',
      htmlTable(
        ['<b>'],
        [
          ['<i>', 7],
          [html`<em>${'<u>'}</em>`, 8],
        ],
        [1],
      ),
    );
    assert.doesNotMatch(made, /<script|<b>|<i>|<u>/);
    assert.match(made, /<td class="text"><em>&lt;u&gt;<\/em><\/td><td class="number">8<\/td>/);
  });

  it('runs nothing and loads nothing, and tells the browser so', () => {
    const made = page('t', html`${bar(0.5, 0.4)}`);
    assert.match(made, /Content-Security-Policy" content="default-src 'none'; style-src 'sha256-/);
    assert.doesNotMatch(made, /<script|javascript:|style="|\bon[a-z]+="|(?:src|href|url)\s*[=(]/i);
    assert.match(made, /<rect class="over" x="0" y="1" width="50" height="6"\/><rect class="limit" x="40"/);
  });

  it('draws no bar beyond its ground, whatever the number', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true }), (share) => {
        const [, width] = /class="(?:share|over)"[^>]*width="([\d.]+)"/.exec(page('t', html`${bar(share)}`)) ?? assert.fail('no bar');
        assert.ok(Number(width) >= 0 && Number(width) <= 100);
      }),
    );
  });
});

describe('Markdown', () => {
  it('keeps a name inside one code span and one table cell', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const span = code(text);
        assert.match(span, /^(?:`[^`|\n\r]+`|\(empty\))$/u);
        const [, , row] = markdownTable(['a', 'b'], [[span, 'x']]).split('\n');
        assert.equal(row, `| ${span} | x |`);
      }),
    );
  });

  it('leaves no unescaped markup in a sentence', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        assert.doesNotMatch(words(text).replaceAll(/\\[\\`*_[\]<>|~&$]/g, ''), /[\\`*_[\]<>|&$\n\r]/);
      }),
    );
  });

  it('reads as it was written where nothing is special', () => {
    assert.equal(words('米国が止めた場合の訓練、山田'), '米国が止めた場合の訓練、山田');
    assert.equal(code('country:US'), '`country:US`');
    assert.equal(code('a`b|c'), '`a\\u{60}b\\u{7c}c`');
  });

  it('cuts what is too long for a person, visibly', () => {
    assert.equal(code('x'.repeat(600)), `\`${'x'.repeat(500)}…\``);
  });
});

describe('numbers', () => {
  it('never show something as nothing, or nearly all as all', () => {
    assert.deepEqual([0, 0.000_01, 0.123, 0.999_99, 1].map(percent), ['0.0 %', '< 0.1 %', '12.3 %', '> 99.9 %', '100.0 %']);
  });

  it('say durations in the unit a person would use', () => {
    assert.deepEqual([4, 999.6, 1_940, 60_000, 200_000].map(durationText), ['4 ms', '1000 ms', '1.9 s', '1 min', '3 min 20 s']);
  });
});
