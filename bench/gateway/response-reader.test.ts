import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ResponseReader, type Answer } from './response-reader.ts';

/** Feeds the bytes in pieces of the given sizes, the rest in one. */
function read(text: string, sizes: readonly number[], reader = new ResponseReader({ keepBody: true })): readonly Answer[] {
  const bytes = Buffer.from(text);
  const answers: Answer[] = [];
  let at = 0;
  for (const size of [...sizes, bytes.length]) {
    const answer = at < bytes.length ? reader.push(bytes.subarray(at, at + size)) : undefined;
    if (answer !== undefined) answers.push(answer);
    at += size;
  }
  return answers;
}

const chunked = (pieces: readonly string[]): string =>
  `HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n${pieces.map((piece) => `${Buffer.byteLength(piece).toString(16)}\r\n${piece}\r\n`).join('')}0\r\n\r\n`;

const sized = (body: string): string =>
  `HTTP/1.1 429 Too Many\r\nCONTENT-LENGTH: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`;

const cuts = fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 60 });

test('a chunked answer reads the same however the bytes arrive', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ minLength: 1, unit: 'grapheme' }), { maxLength: 8 }), cuts, (pieces, sizes) => {
      const [answer] = read(chunked(pieces), sizes);
      assert.equal(answer?.body?.toString(), pieces.join(''));
      assert.equal(answer?.bodyBytes, Buffer.byteLength(pieces.join('')));
    }),
  );
});

test('an answer with a length reads the same however the bytes arrive', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), cuts, (body, sizes) => {
      const [answer] = read(sized(body), sizes);
      assert.deepEqual([answer?.status, answer?.closes, answer?.body?.toString()], [429, true, body]);
    }),
  );
});

test('events are counted across chunks and reads', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 20 }), cuts, cuts, (events, chunkSizes, sizes) => {
      const body = 'data: {"a":1}\n\n'.repeat(events);
      const pieces: string[] = [];
      let at = 0;
      for (const size of [...chunkSizes, body.length]) {
        if (at < body.length) pieces.push(body.slice(at, at + size));
        at += size;
      }
      assert.equal(read(chunked(pieces), sizes)[0]?.events, events);
    }),
  );
});

test('one reader reads answer after answer', () => {
  const reader = new ResponseReader({ keepBody: true });
  assert.equal(read(sized('one'), [], reader)[0]?.body?.toString(), 'one');
  assert.equal(read(chunked(['tw', 'o']), [7], reader)[0]?.body?.toString(), 'two');
});

test('what is not one whole answer is refused', () => {
  const refused = (text: string): void => assert.throws(() => read(text, []));
  refused('HTTP/1.0 200 OK\r\ncontent-length: 0\r\n\r\n');
  refused('HTTP/1.1 200 OK\r\n\r\nto the end of the connection');
  refused(`${sized('a')}b`);
  refused(chunked(['abc']).replace('3\r\n', '2\r\n'));
  refused(chunked(['abc']).replace('3\r\n', 'zz\r\n'));
});
