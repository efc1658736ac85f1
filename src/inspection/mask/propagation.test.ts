import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reachOf, tellingPartOf } from './propagation.ts';

const sure = { type: 'user-name', confidence: 0.9 } as const;

test('a common word is masked where it was found, and nowhere else', () => {
  for (const word of ['read', 'command', 'tanaka', 'Status', 'ADMIN', 'source']) assert.equal(reachOf(word, sure), 'nowhere', word);
  assert.equal(reachOf('k.sato42', { type: 'user-name', confidence: 0.55 }), 'nowhere', 'nobody is sure');
});

test('in definitions of tools only what nothing else is called is searched for', () => {
  assert.equal(reachOf('k.sato42', sure), 'everywhere');
  assert.equal(reachOf('佐藤', { type: 'person-name', confidence: 0.9 }), 'everywhere');
  assert.equal(reachOf('佐藤', { type: 'person-name', confidence: 0.7 }), 'texts');
  assert.equal(reachOf('Kenichi Sato', { type: 'person-name', confidence: 0.9 }), 'texts');
  assert.equal(reachOf('sakura', { type: 'dictionary-term', confidence: 1 }), 'everywhere');
});

test('a part stands for a mail or a host where it says as much', () => {
  assert.equal(tellingPartOf('taro.tanaka@corp.example', 'email'), 'taro.tanaka');
  assert.equal(tellingPartOf('db01.corp.example', 'internal-host'), 'db01');
  assert.equal(tellingPartOf('info@corp.example', 'email'), undefined);
  assert.equal(tellingPartOf('corp.example', 'internal-host'), undefined);
  assert.equal(tellingPartOf('example.com', 'public-domain'), undefined);
});
