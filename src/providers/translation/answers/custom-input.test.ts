import fc from 'fast-check';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CustomInputReader } from './custom-input.ts';

function read(fragments: readonly string[]): { text: string; isOdd: boolean; early: string } {
  const reader = new CustomInputReader();
  const early = fragments.map((fragment) => reader.push(fragment)).join('');
  const { text, isOdd } = reader.end();
  return { text: early + text, isOdd, early };
}

/** The text in pieces, cut at the given places. */
function cut(text: string, places: readonly number[]): string[] {
  const at = [...new Set(places.map((place) => place % (text.length + 1)))].sort((a, b) => a - b);
  return [0, ...at].map((from, index) => text.slice(from, at[index]));
}

test('whatever the input and wherever its JSON is cut, it is read back while it arrives', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.array(fc.nat()), fc.boolean(), (input, places, isSpaced) => {
      const json = isSpaced ? JSON.stringify({ input }, undefined, 2) : JSON.stringify({ input });
      assert.deepEqual(read(cut(json, places)), { text: input, isOdd: false, early: input });
    }),
  );
});

test('JSON text with every character escaped is read back too', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.array(fc.nat()), (input, places) => {
      const escaped = [...Array(input.length).keys()].map((at) => `\\u${input.charCodeAt(at).toString(16).padStart(4, '0')}`).join('');
      assert.equal(read(cut(`{ "input" : "${escaped}" }`, places)).text, input);
    }),
  );
});

test('an input behind other members is read at the end', () => {
  assert.deepEqual(read(['{"why":"x",', '"input":"ls"}']), { text: 'ls', isOdd: false, early: '' });
});

test('text of another shape is passed on as it came, and is called odd', () => {
  for (const text of ['*** Begin Patch', '{"input":7}', '["x"]', '{"inp', '"x"'])
    assert.deepEqual(read(text.split('')), { text, isOdd: true, early: '' });
});

test('a string that does not end is what came of it', () => {
  assert.deepEqual(read(['{"input":"abc\\']), { text: 'abc\\', isOdd: true, early: 'abc' });
  assert.deepEqual(read(['{"input":"abc']), { text: 'abc', isOdd: true, early: 'abc' });
});

test('escapes that JSON does not know stand for themselves', () => {
  assert.equal(read(['{"input":"a\\xb\\uzz"}']).text, 'a\\xb\\uzz');
});

test('white space without end is held, not searched again and again', () => {
  const reader = new CustomInputReader();
  const start = process.cpuUsage().user;
  for (let at = 0; at < 200_000; at += 1) reader.push('  ');
  assert.ok(process.cpuUsage().user - start < 1_000_000);
  assert.equal(reader.push('{"input":"x"}'), '');
  assert.equal(reader.end().text, 'x');
});
