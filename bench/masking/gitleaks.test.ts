import assert from 'node:assert/strict';
import { test } from 'node:test';
import { entropyOf, parseRules, sampleKeys, toJavaScript } from './gitleaks.ts';
import { randomOf } from './random.ts';
import { parsePattern, sampleOf } from './regex-sample.ts';

const TOML = `
[[rules]]
id = "acme-key"
regex = '''\\b(acme_(?i:[a-z0-9]{24}))(?:[\\x60'"\\s;]|\\\\[nr]|$)'''
entropy = 3
keywords = ["acme_"]

[[rules]]
id = "widget-key"
regex = '''(?i)[\\w.-]{0,50}?(?:widget)(?:[ \\t\\w.-]{0,20})[\\s'"]{0,3}(?:=|>|:{1,3}=)[\\x60'"\\s=]{0,5}([a-f0-9]{32})(?:[\\x60'"\\s;]|\\\\[nr]|$)'''
keywords = ["widget"]
[[rules.allowlists]]
regexes = ['''x''']

[[rules]]
id = "impossible"
regex = '''(key)^never'''
`;

test('strings that are made match what they are made of', () => {
  const random = randomOf(3);
  for (const source of ['[a-c]{3,5}-\\d+', 'x(?:ab|cd)?y*', '(?P<key>[^\\W_]{8})\\.z', 'A[\\w=-]{20}z', '[\\]\\-x]{2}[[:alnum:]]']) {
    const whole = new RegExp(`^(?:${toJavaScript(source).source})$`);
    for (let round = 0; round < 50; round++) {
      const text = sampleOf(parsePattern(source), random);
      assert.match(text, whole, source);
    }
  }
});

test('inline flags reach to the end of their group', () => {
  assert.match('KEYx', toJavaScript('(?i)key(?:x)'));
  assert.match('aBC', toJavaScript('a(?:(?i)bc)'));
  assert.doesNotMatch('ABC', toJavaScript('a(?:(?i)bc)'));
});

test('reads rules and makes the same samples for the same seed, each with the key where the rule sees it', () => {
  assert.deepEqual(
    parseRules(TOML).map(({ id, entropy }) => [id, entropy]),
    [
      ['acme-key', 3],
      ['widget-key', 0],
      ['impossible', 0],
    ],
  );
  const { samples, without } = sampleKeys(TOML, 1, 2);
  assert.deepEqual(sampleKeys(TOML, 1, 2), { samples, without });
  assert.deepEqual(without, ['impossible']);
  assert.deepEqual(
    samples.map(({ rule }) => rule),
    ['acme-key', 'acme-key', 'widget-key', 'widget-key'],
  );
  for (const { rule, text, gold } of samples) {
    const key = text.slice(gold[0]!.start, gold[0]!.end);
    assert.match(key, rule === 'acme-key' ? /^acme_[A-Za-z0-9]{24}$/ : /^[a-f0-9]{32}$/i);
  }
});

test('entropy is that of Shannon', () => {
  assert.equal(entropyOf('aaaa'), 0);
  assert.equal(entropyOf('abcd'), 2);
});
