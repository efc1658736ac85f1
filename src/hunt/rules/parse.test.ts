import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { Fields } from '../event.ts';
import { eventOf, packOf, ruleText } from '../testing/events.ts';

import { parseRules } from './parse.ts';

const reasons = (text: string) => parseRules({ path: 'x.yml', text }, {}).skipped.map(({ reason }) => reason);

test('each document of a file is a rule, or is skipped with its reason', () => {
  const good = ruleText('  s:\n    A: b\n  condition: s');
  const result = parseRules({ path: 'x.yml', text: `${good}---\ntitle: bad\n---\n${good.replace('rule-1', 'rule-2')}` }, {});
  assert.deepEqual(
    result.rules.map(({ id }) => id),
    ['rule-1', 'rule-2'],
  );
  assert.deepEqual(result.skipped, [
    { path: 'x.yml', id: undefined, title: 'bad', reason: 'the document has neither detection nor correlation nor filter' },
  ]);
});

test('text that is no rule is skipped, whatever it is', () => {
  assert.deepEqual(reasons(''), ['the file is empty']);
  assert.match(reasons('a: [1, 2')[0] ?? '', /not valid YAML/);
  assert.deepEqual(reasons('- a\n- b'), ['the document is not a map']);
  assert.match(reasons(`title: t\nx: ${'['.repeat(100_000)}`)[0] ?? '', /YAML/);
  assert.match(
    reasons(
      `a: &a [x, x]\nb: &b [*a, *a]\n${Array.from({ length: 30 }, (_, i) => `c${i}: &c${i} [${i === 0 ? '*b, *b' : `*c${i - 1}, *c${i - 1}`}]`).join('\n')}`,
    )[0] ?? '',
    /alias|values/i,
  );
  assert.match(reasons('x'.repeat((1 << 20) + 1))[0] ?? '', /larger/);
  assert.match(reasons('a: 1\na: 2')[0] ?? '', /unique/);
});

test('keys of objects are data, also when they are called like what objects inherit', () => {
  const { matcher, stats } = packOf(
    ruleText('  __proto__:\n    toString: b\n  constructor:\n    __proto__: c\n  condition: constructor or __proto__'),
  );
  assert.equal(stats.rules, 1);
  assert.equal(matcher.match(eventOf({})).length, 0);
  assert.equal(matcher.match(eventOf(JSON.parse('{"__proto__": "c"}') as Fields)).length, 1);
  assert.equal(matcher.match(eventOf(JSON.parse('{"toString": "b"}') as Fields)).length, 1);
});

test('a rule without a level counts as medium, without an id gets one from its file', () => {
  const [rule] = parseRules({ path: 'x', text: ruleText('  s:\n    A: b\n  condition: s', 'title: t') }, {}).rules;
  assert.equal(rule?.level, 'medium');
  assert.match(rule?.id ?? '', /^[0-9a-f]{16}-0$/);
  assert.deepEqual(reasons(ruleText('  s:\n    A: b\n  condition: s', 'title: t\nlevel: urgent')), ['unknown level "urgent"']);
});

test('Sigma 1 aggregations and time frames are refused', () => {
  assert.match(reasons(ruleText('  s:\n    A: b\n  condition: s | count() > 3'))[0] ?? '', /correlation/);
  assert.match(reasons(ruleText('  s:\n    A: b\n  timeframe: 5m\n  condition: s'))[0] ?? '', /timeframe/);
});

test('the second rule of an id is skipped and says where the first is', () => {
  const text = ruleText('  s:\n    A: b\n  condition: s');
  assert.deepEqual(
    packOf(text, text, `${text}level: low\n`).skipped.map(({ reason }) => reason),
    ['the same file as rule-0.yml', 'has the id of rule-0.yml'],
  );
});

test('a list of conditions holds when one of them does', () => {
  const { matcher, rules } = packOf(ruleText('  a:\n    A: x\n  b:\n    B: y\n  condition:\n    - a\n    - b'));
  assert.equal(rules[0]?.conditionText, 'a | b');
  assert.deepEqual(
    [{ A: 'x' }, { B: 'y' }, { A: 'y' }].map((fields) => matcher.match(eventOf(fields)).length),
    [1, 1, 0],
  );
});

test('a list of maps is OR, a map is AND', () => {
  const { matcher } = packOf(ruleText('  s:\n    - A: x\n      B: y\n    - C: z\n  condition: s'));
  assert.deepEqual(
    [{ A: 'x', B: 'y' }, { A: 'x' }, { C: 'z' }].map((fields) => matcher.match(eventOf(fields)).length),
    [1, 0, 1],
  );
});
