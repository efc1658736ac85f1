import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { compileRegex } from './compile.ts';

/** Patterns that JavaScript reads in the same way, over a small alphabet so that they match now and then. */
const pattern = fc.letrec<{ node: string; atom: string }>((tie) => ({
  atom: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom('a', 'b', 'c', '.', '[ab]', '[^a]', '\\d', '\\w', '\\s', '\\W', '\\.', 'ab', '1'),
    tie('node').map((inner) => `(${inner})`),
    tie('node').map((inner) => `(?:${inner})`),
  ),
  node: fc.oneof(
    { maxDepth: 4 },
    tie('atom'),
    fc
      .tuple(tie('atom'), fc.constantFrom('*', '+', '?', '{2}', '{1,3}', '{2,}', '*?', '+?'))
      .map(([atom, suffix]) => `(?:${atom})${suffix}`),
    fc.tuple(tie('node'), tie('node')).map((parts) => parts.join('')),
    fc.tuple(tie('node'), tie('node')).map((parts) => parts.join('|')),
    fc.tuple(fc.constantFrom('^', '\\b', '\\B', ''), tie('node')).map((parts) => parts.join('')),
  ),
})).node;
const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'A', '1', ' ', '.', '\n', 'é'), maxLength: 14 });

test('an automaton finds what JavaScript finds', () => {
  fc.assert(
    fc.property(
      pattern,
      fc.constantFrom('', 'i', 's', 'm', 'im'),
      fc.array(text, { minLength: 1, maxLength: 6 }),
      (source, flags, texts) => {
        const regex = compileRegex(source, flags);
        // A dot of PCRE leaves out the line feed only, and so it is here; the alphabet has no other line ends.
        const reference = new RegExp(source, flags);
        for (const one of texts) assert.equal(regex.test(one), reference.test(one), JSON.stringify([source, flags, one]));
      },
    ),
    { numRuns: 1500 },
  );
});

test('the required texts occur in everything a pattern matches', () => {
  fc.assert(
    fc.property(pattern, fc.constantFrom('', 'i'), fc.array(text, { minLength: 1, maxLength: 6 }), (source, flags, texts) => {
      const { literals } = compileRegex(source, flags);
      if (literals === undefined) return;
      for (const one of texts) {
        if (new RegExp(source, flags).test(one))
          assert.ok(
            literals.some((literal) => one.toLowerCase().includes(literal)),
            JSON.stringify([source, one, literals]),
          );
      }
    }),
    { numRuns: 1500 },
  );
});

test('what rules write is read as PCRE reads it', () => {
  const cases: readonly (readonly [pattern: string, flags: string, text: string, found: boolean])[] = [
    ['$', '', 'a\n', true],
    ['a$', '', 'a\n', true],
    ['a\\z', '', 'a\n', false],
    ['(?i:A)b', '', 'ab', true],
    ['(?i:A)b', '', 'aB', false],
    ['(?P<n>a)\\x{62}\\x63', '', 'abc', true],
    ['[[:digit:]]{2}', '', 'a12', true],
    ['\\Qa.b\\E', '', 'a.b', true],
    ['\\Qa.b\\E', '', 'axb', false],
    ['(?x) a b # comment', '', 'ab', true],
    ['\\p{Lu}', '', 'é', false],
    ['\\p{Lu}', '', 'É', true],
    ['é', 'i', 'É', true],
    ['[]a]', '', ']', true],
    ['[a\\-z]', '', '-', true],
    ['[a-\\d]', '', '-', true],
    ['a{,3}', '', 'a{,3}', true],
    ['\\CurrentVersion', '', 'CurrentVersion', true],
    ['a|', '', '', true],
  ];
  for (const [source, flags, one, found] of cases)
    assert.equal(compileRegex(source, flags).test(one), found, `${source} on ${JSON.stringify(one)}`);
});

test('look-around and back-references work on short values, and say that they are limited', () => {
  const regex = compileRegex('(?<!x)(a|b)c\\1', '');
  assert.match(regex.limited ?? '', /longer than \d+ characters are not decided/);
  assert.equal(regex.test('aca'), true);
  assert.equal(regex.test('xaca'), false);
  assert.equal(regex.test('acb'), false);
  assert.equal(regex.test('a'.repeat(200_000)), undefined);
  assert.throws(() => compileRegex('(a+)+(?!b)', ''), /without a bound/);
  assert.throws(() => compileRegex('(?=a)a*b*c*d*e*f*', ''), /too many repetitions/);
});

test('no pattern stalls on any value', () => {
  const long = 200_000;
  const hostile: readonly (readonly [pattern: string, text: string])[] = [
    ['(a+)+$', `${'a'.repeat(long)}!`],
    ['(a|aa)+$', `${'a'.repeat(long)}b`],
    ['(.*a){12}', 'b'.repeat(long)],
    ['.{1000,}', 'a'.repeat(999)],
    ['[^/]{100,}$', `${'a'.repeat(99)}/`.repeat(long / 100)],
    ['a.{1,64}b.{1,64}c', 'ab'.repeat(long / 2)],
    ['(?:a?){500}a{500}', 'a'.repeat(499)],
    ['(x+x+)+y', 'x'.repeat(long)],
    ['\\w+`(?:\\w+|-|.)`[\\w+|\\s]', '`a'.repeat(long / 2)],
    ['(?:[a-z]*[a-y]*){30}0', Array.from({ length: long }, (_, index) => String.fromCharCode(97 + ((index * index) % 26))).join('')],
  ];
  for (const [source, one] of hostile) {
    const before = process.cpuUsage().user;
    compileRegex(source, '').test(one);
    const milliseconds = (process.cpuUsage().user - before) / 1000;
    assert.ok(milliseconds < 3000, `${source} took ${milliseconds} ms`);
  }
});

test('a value that would cost too much is not decided, and whether it is does not depend on what came before', () => {
  const source = '(?:a.{1,400}b){2}c';
  const one = 'ab'.repeat(200_000);
  assert.equal(compileRegex(source, '').test(one), undefined);
  const warm = compileRegex(source, '');
  for (const other of ['abab', 'axbaxbc', one.slice(0, 5000)]) warm.test(other);
  assert.equal(warm.test(one), undefined);
});

test('patterns that cannot be used say why', () => {
  for (const [source, reason] of [
    ['(', /not closed/],
    ['a)', /without an opening/],
    ['[a', /not closed/],
    ['*a', /nothing to repeat/],
    ['a{9999}', /more than 5000/],
    ['(a{5000}){5000}', /states/],
    ['a{3,1}', /reversed/],
    ['[z-a]', /reversed/],
    ['(?>a)', /not supported/],
    ['a++', /possessive/],
    ['\\', /backslash/],
    ['\\p{Nope}', /property/],
    ['('.repeat(200) + ')'.repeat(200), /nested deeper/],
    ['a'.repeat(20_001), /longer/],
  ] as const)
    assert.throws(() => compileRegex(source, ''), reason, source.slice(0, 20));
});
