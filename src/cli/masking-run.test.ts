// The way of a file there and back, in every format, through the functions of the command; and lines out of bytes.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { compilePolicy, createInspector } from '#inspection';
import { linesOf, type Line } from './masking-input.ts';
import { codePointsIn, obscured } from './masking-places.ts';
import type { Output } from './masking-output.ts';
import { maskFile, restoreFile, type Format } from './masking-run.ts';

const folder = await mkdtemp(join(tmpdir(), 'sekisho-masking-'));
after(() => rm(folder, { recursive: true, force: true }));
const created = createInspector();
assert.ok(created.ok);
const options = {
  inspector: created.value,
  policy: compilePolicy({ mask: ['all'], refuse: [], allow: ['public-domain'] }),
  secret: randomBytes(32),
  key: randomBytes(32),
  neverRestored: [],
  onProgress: () => undefined,
};
const signal = new AbortController().signal;
const [path, maskedPath] = [join(folder, 'source'), join(folder, 'masked')];

async function thereAndBack(source: string, format: Format): Promise<{ readonly masked: string; readonly back: string }> {
  await writeFile(path, source);
  const { text, masker } = await maskFile({ file: path, format, signal }, options);
  await writeFile(maskedPath, text!);
  let back = '';
  const output: Output = {
    write: (piece) => Promise.resolve(((back += piece), true)),
    close: () => Promise.resolve(),
    discard: () => Promise.resolve(),
  };
  await restoreFile({ file: maskedPath, format, signal }, masker.map, output);
  return { masked: text!, back };
}

const piece = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 6 }),
  fc.constantFrom(
    '\n',
    '\r\n',
    '{"a":',
    '"',
    '}',
    '[',
    '\\',
    '\ufeff',
    ' tel 03-1234-5678 ',
    ' a.b@corp.example ',
    ' 10.1.2.3 ',
    '4111111111111111',
  ),
);
const text = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''));

test('a text comes back, byte for byte', async () => {
  await fc.assert(
    fc.asyncProperty(text, async (source) => {
      const { masked, back } = await thereAndBack(source, 'text');
      assert.equal(back, source);
      assert.ok(!masked.includes(' a.b@corp.example '));
    }),
    { numRuns: 150 },
  );
});

test('lines come back in number and meaning, JSON or not', async () => {
  const line = fc.oneof(
    text.map((each) => each.replaceAll(/[\r\n]/g, '')),
    fc.jsonValue().map((value) => JSON.stringify(value)),
    text.map((each) => JSON.stringify({ each })),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(line, { maxLength: 6 }), fc.constantFrom('\n', '\r\n'), async (lines, end) => {
      const source = lines.join(end);
      const { back } = await thereAndBack(source.replace(/^\ufeff+/, ''), 'jsonl');
      const meaning = (each: string): unknown => {
        try {
          return JSON.parse(each);
        } catch {
          return each;
        }
      };
      assert.deepEqual(
        back.split(end).map(meaning),
        source
          .replace(/^\ufeff+/, '')
          .split(end)
          .map(meaning),
      );
    }),
    { numRuns: 150 },
  );
});

test('lines are the same however the bytes arrive, and one that is too long is named', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.string({ unit: fc.constantFrom('a', '\n', '\r', '山'), maxLength: 40 }),
      fc.integer({ min: 1, max: 7 }),
      async (source, size) => {
        const bytes = Buffer.from(source);
        async function* chunks(): AsyncIterable<Buffer> {
          for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size);
        }
        const lines: Line[] = [];
        for await (const each of linesOf(chunks(), 12)) lines.push(each);
        const expected = source.split('\n');
        if (expected.at(-1) === '') expected.pop();
        assert.equal(lines.length, expected.length);
        for (const [index, { number, text: read, problem, end }] of lines.entries()) {
          assert.equal(number, index + 1);
          if (Buffer.byteLength(expected[index]!) > 12) assert.ok(read === undefined && problem !== undefined);
          else assert.equal(read! + end.replace('\n', ''), expected[index]);
        }
      },
    ),
  );
});

test('offsets in code points are those of an array of characters', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (source) => {
      const points = codePointsIn(source);
      let offset = 0;
      for (const [index, character] of Array.from(source).entries()) {
        assert.equal(points(offset), index);
        offset += character.length;
      }
    }),
  );
});

test('an obscured value gives away its first character at most, and a secret nothing', () => {
  assert.equal(obscured('taro@corp.example', 'email'), 't•••@••••.•••••••');
  assert.equal(obscured('山田', 'person-name'), '••');
  assert.equal(obscured('Xk29!qLmZ7pT', 'credential'), '••• (12 characters)');
});
