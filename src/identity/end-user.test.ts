import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ok } from '#kernel';
import { endUserOf } from './end-user.ts';

const body = (bodyValue: unknown) => endUserOf({ headerValue: undefined, bodyValue });
const header = (headerValue: string) => endUserOf({ headerValue, bodyValue: 'from the body' });
const onTheWire = (text: string): string => Buffer.from(text).toString('latin1');

test('nobody is named by an absent, null or empty value', () => {
  for (const value of [undefined, null, '']) assert.deepEqual(body(value), ok(null));
  assert.deepEqual(endUserOf({ headerValue: '', bodyValue: null }), ok(null));
});

test('the header wins over the body, and the source is told', () => {
  assert.deepEqual(header('alice'), ok({ id: 'alice', source: 'header' }));
  assert.deepEqual(endUserOf({ headerValue: '', bodyValue: 'bob' }), ok({ id: 'bob', source: 'body' }));
});

test('a header is read as UTF-8, and bytes that are not UTF-8 are refused', () => {
  assert.deepEqual(header(onTheWire('関所の番人')), ok({ id: '関所の番人', source: 'header' }));
  const outcome = header('caf\u00e9');
  assert.deepEqual(!outcome.ok && outcome.error.problem, 'not-utf-8');
});

test('256 bytes are the limit, counted in UTF-8', () => {
  assert.ok(body('x'.repeat(256)).ok);
  assert.ok(body('関'.repeat(85)).ok);
  for (const outcome of [body('x'.repeat(257)), body('関'.repeat(86)), header(onTheWire('関'.repeat(86)))]) {
    assert.equal(!outcome.ok && outcome.error.problem, 'too-long');
  }
});

test('control characters, line separators, reordering marks and lone surrogates are refused in both places', () => {
  for (const bad of ['\0', '\n', '\r', '\u001b[31m', '\u007f', '\u0085', '\u2028', '\u202e', '\u2066']) {
    for (const outcome of [body(`a${bad}b`), header(onTheWire(`a${bad}b`))]) {
      assert.equal(!outcome.ok && outcome.error.problem, 'unsafe-characters', JSON.stringify(bad));
    }
  }
  assert.equal(body('a\ud800').ok, false);
});

test('a body value that is no string is refused and not guessed', () => {
  for (const value of [0, 7, true, {}, ['x']]) {
    const outcome = body(value);
    assert.equal(!outcome.ok && outcome.error.problem, 'not-a-string');
  }
});

test('whatever is accepted is recorded exactly as it was given', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 300 }), (text) => {
      const outcome = body(text);
      return !outcome.ok || outcome.value?.id === text;
    }),
  );
});
