import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readPage } from './markdown.ts';

describe('the reader of Markdown pages', () => {
  test('takes fenced blocks with their language, marks, text and line', () => {
    const page = readPage('a\n\n```yaml config\nx: 1\n```\n\n1. b\n   ```sh\n   npm test\n   ```\n\n~~~~\n```\n~~~~\n');
    assert.deepEqual(page.fences, [
      { language: 'yaml', marks: ['config'], text: 'x: 1\n', line: 3 },
      { language: 'sh', marks: [], text: 'npm test\n', line: 8 },
      { language: '', marks: [], text: '```\n', line: 12 },
    ]);
  });

  test('takes links from running text only', () => {
    const page = readPage('[a](b.md#c) ![d](<e.png>) `[no](no.md)` [f](g.md "title")\n[h]: i.md\n\n```\n[no](no.md)\n```\n');
    assert.deepEqual(
      page.links.map((link) => link.target),
      ['b.md#c', 'e.png', 'g.md', 'i.md'],
    );
  });

  test('takes inline code', () => {
    const page = readPage('run `npm test` or `` a ` b ``');
    assert.deepEqual(
      page.inlineCode.map((code) => code.text),
      ['npm test', 'a ` b'],
    );
  });

  test('makes the anchors that GitHub makes', () => {
    const page = readPage('# `npm run` & You!\n## Two words\n## Two words\n## [Link](x.md), 関所\n');
    assert.deepEqual([...page.anchors], ['npm-run--you', 'two-words', 'two-words-1', 'link-関所']);
  });

  test('refuses a block that is never closed', () => {
    assert.throws(() => readPage('a\n```sh\nb\n'), { name: 'SyntaxError', message: 'line 2: this fenced block is never closed' });
  });
});
