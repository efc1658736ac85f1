import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Finding } from './detect/detector.ts';
import type { NamePool } from './names/pool.ts';
import { nameFinder } from './remote.ts';

const NAME = '佐藤健一';

/** Knows one name. */
function poolOf(asked: string[]): NamePool {
  return {
    tag: async (texts) =>
      texts.map(({ text }): Finding[] => {
        asked.push(text);
        const start = text.indexOf(NAME);
        return start < 0 ? [] : [{ type: 'person-name', start, end: start + NAME.length, confidence: 1, rule: 'name' }];
      }),
    close: async () => undefined,
  };
}

test('names in long texts are found as they are written, and short and foreign texts are not asked about', async () => {
  const escaped = '\\u4f50\\u85e4\\u5065\\u4e00';
  const percent = encodeURIComponent(NAME);
  const texts = [`x ${NAME} y`, `"name": "${escaped}", cut`, `GET /?q=${percent}`, 'C:\\n \\x41 %41 nothing in here', NAME].map(
    (text, index) => ({
      text: index === 4 ? text : `${text}${' and so on'.repeat(20)}`,
      hint: '',
    }),
  );
  const asked: string[] = [];
  const found = await nameFinder(poolOf(asked), 100).find(texts);
  assert.ok(found.ok);
  assert.equal(asked.length, 3);
  assert.deepEqual(
    found.value.map((findings, index) => findings.map(({ start, end }) => texts[index]!.text.slice(start, end))),
    [[NAME], [escaped], [percent], [], []],
  );
});
