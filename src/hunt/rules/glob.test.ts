import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { globMatcher, globTest, readGlob } from './glob.ts';
import { ANY, ONE } from './model.ts';

test('stars and question marks match as a regular expression would', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 8 }),
      fc.string({ unit: fc.constantFrom('a', 'b', '\n'), maxLength: 10 }),
      (pattern, text) => {
        const reference = new RegExp(`^${pattern.replaceAll('?', '.').replaceAll('*', '.*')}$`, 's');
        assert.equal(globMatcher(readGlob(pattern))(text), reference.test(text), JSON.stringify([pattern, text]));
      },
    ),
    { numRuns: 3000 },
  );
});

test('a pattern of one text becomes the plain test that means the same', () => {
  assert.deepEqual(globTest(readGlob('*aB*'), false), { kind: 'contains', text: 'ab', cased: false });
  assert.deepEqual(globTest(readGlob('**a'), true), { kind: 'endsWith', text: 'a', cased: true });
  assert.deepEqual(globTest(readGlob('a*'), false), { kind: 'startsWith', text: 'a', cased: false });
  assert.deepEqual(globTest(readGlob(''), false), { kind: 'equals', text: '', cased: false });
  assert.deepEqual(globTest(readGlob('*'), false), { kind: 'any' });
  assert.deepEqual(readGlob('a*?b'), ['a', ONE, ANY, 'b']);
});

test('many stars on a long text end in time', () => {
  const matches = globMatcher(readGlob(`${'*a'.repeat(50)}*b`));
  const before = process.cpuUsage().user;
  assert.equal(matches('a'.repeat(200_000)), false);
  assert.ok(process.cpuUsage().user - before < 3e6);
});
