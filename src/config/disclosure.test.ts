import assert from 'node:assert/strict';
import test from 'node:test';
import { formatPath, holdsKnownSecret, shown } from './disclosure.ts';

for (const name of ['basUrl', 'openai-chta', 'example-jp/plamo-2.1-prime', 'gpt-6-astra', 'one/a', '<<', 'EXAMPLE_US_API_KEY']) {
  test(`shows ${name}`, () => assert.equal(shown(name), `\`${name}\``));
}

for (const text of [
  '',
  'two words',
  'sk-short',
  'a1b2c3d4e5f6',
  'x'.repeat(40),
  'line\nbreak',
  '\u001b[31m',
  `name-${'a1'.repeat(10)}`,
  'n'.repeat(97),
]) {
  test(`hides ${JSON.stringify(text)}`, () => assert.equal(shown(text), undefined));
}

// Put together here, so that scanners for leaked secrets do not stumble over this file.
const SECRETS: readonly string[] = [
  `sk-proj-${'abcdefghij'.repeat(3)}`,
  `sk-ant-api03-${'A1b2'.repeat(10)}`,
  `sk_1a2b3c4d_${'Zz09'.repeat(11)}`,
  `ghp_${'a1B2'.repeat(9)}`,
  `glpat-${'a1B2'.repeat(5)}`,
  `AKIA${'AB12'.repeat(4)}`,
  `AIza${'Sy'.padEnd(35, 'a1_-')}`,
  `hf_${'aB'.repeat(17)}`,
  `xoxb-${'1234567890-'.repeat(2)}`,
  `eyJ${'hbGciOi'.repeat(2)}.eyJ${'zdWIiOi'.repeat(2)}.c2ln`,
  `${'-'.repeat(5)}BEGIN PRIVATE KEY-----`,
  'postgres://user:password@host/db',
  `prefix sk-${'0'.repeat(24)} suffix`,
];

for (const secret of SECRETS) {
  test(`recognises ${secret.slice(0, 8)}… as a secret`, () => {
    assert.equal(holdsKnownSecret(secret), true);
    assert.equal(shown(secret), undefined);
  });
}

for (const text of [
  'task-list-of-the-night-shift-team',
  'gpt-6-sol',
  'https://api.example.com:8443/v1',
  'env:OPENAI_API_KEY',
  'risk-assessment-of-models-and-tools',
]) {
  test(`takes ${text} for no secret`, () => assert.equal(holdsKnownSecret(text), false));
}

test('a path quotes names with dots, numbers entries and hides keys that read like secrets', () => {
  assert.equal(formatPath(['providers', 'jp', 'deployments', 'plamo-2.1', 'wire']), 'providers.jp.deployments."plamo-2.1".wire');
  assert.equal(formatPath(['routes', 'r', 'candidates', 2]), 'routes.r.candidates[2]');
  assert.equal(formatPath(['headers', SECRETS[0] ?? '']), 'headers.(key not shown)');
  assert.equal(formatPath([]), '');
});
