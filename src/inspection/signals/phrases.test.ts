import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PhraseMatcher, words, type PhraseRule } from './phrases.ts';
import { JAPANESE_CAPABILITIES } from './words-of-capabilities-japanese.ts';
import { CAPABILITIES } from './words-of-capabilities.ts';
import { EASTERN_INSTRUCTIONS, EUROPEAN_INSTRUCTIONS, JAPANESE_INSTRUCTIONS } from './words-of-instructions-beyond.ts';
import { COMMANDS, INSTRUCTIONS } from './words-of-instructions.ts';

const matcher = new PhraseMatcher<PhraseRule>([
  {
    classes: { verb: words('ignor*; drop'), which: words('previous; the previous'), what: words('orders'), twice: words('no') },
    rules: [
      { id: 'sequence', steps: ['verb', 'which', 'what'], gap: 10 },
      { id: 'repeated', steps: ['twice', 'twice'], gap: 5 },
    ],
  },
]);

function found(text: string): string[] {
  const reports: string[] = [];
  matcher.match(text, (rule, start, end) => reports.push(`${rule.id} ${text.slice(start, end)}`));
  return reports;
}

test('a sequence is found over words between, line ends and hyphens, and not over the end of a sentence', () => {
  assert.deepEqual(found('now ignore all previous orders'), ['sequence ignore all previous orders']);
  assert.deepEqual(found('ignoring\nprevious-orders'), ['sequence ignoring\nprevious-orders']);
  assert.deepEqual(found('ignore it. previous orders'), []);
  assert.deepEqual(found('ignore\n\nprevious orders'), []);
  assert.deepEqual(found('ignore many other and previous orders'), []);
});

test('words are whole unless the list opens them', () => {
  assert.deepEqual(found('dropped previous orders'), []);
  assert.deepEqual(found('raindrop previous orders'), []);
  assert.deepEqual(found('drop previous orders'), ['sequence drop previous orders']);
});

test('one word is not two steps of a rule', () => {
  assert.deepEqual(found('no'), []);
  assert.deepEqual(found('no, no'), ['repeated no, no']);
});

const TABLES = [
  INSTRUCTIONS,
  COMMANDS,
  JAPANESE_INSTRUCTIONS,
  EUROPEAN_INSTRUCTIONS,
  EASTERN_INSTRUCTIONS,
  CAPABILITIES,
  JAPANESE_CAPABILITIES,
];

test('every step of every rule of the tables names a class with words, and every word is folded', () => {
  for (const { classes, rules } of TABLES) {
    for (const { id, steps } of rules) for (const step of steps) assert.ok((classes[step]?.length ?? 0) > 0, `${id} ${step}`);
    for (const list of Object.values(classes)) for (const word of list) assert.equal(word, word.normalize('NFKC').toLowerCase());
    assert.equal(new Set(rules.map(({ id }) => id)).size, rules.length);
  }
});
