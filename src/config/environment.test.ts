import assert from 'node:assert/strict';
import test from 'node:test';
import { environment } from './environment.ts';

test('an empty environment leaves everything at its default', () => {
  assert.deepEqual(environment({}), { noColor: false, configPath: undefined, url: undefined, key: undefined, ci: false, debug: false });
});

test('an empty variable counts as unset', () => {
  assert.deepEqual(
    environment({ NO_COLOR: '', SEKISHO_CONFIG: '', SEKISHO_URL: '', SEKISHO_KEY: '', CI: '', SEKISHO_DEBUG: '' }),
    environment({}),
  );
});

test('the variables are taken over', () => {
  assert.deepEqual(
    environment({ NO_COLOR: '0', SEKISHO_CONFIG: 'a.yaml', SEKISHO_URL: 'u', SEKISHO_KEY: 'k', CI: 'true', SEKISHO_DEBUG: '1' }),
    {
      noColor: true,
      configPath: 'a.yaml',
      url: 'u',
      key: 'k',
      ci: true,
      debug: true,
    },
  );
});

for (const value of ['false', 'FALSE', '0']) {
  test(`CI=${value} means no CI`, () => assert.equal(environment({ CI: value }).ci, false));
}
