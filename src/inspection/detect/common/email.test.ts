import assert from 'node:assert/strict';
import { test } from 'node:test';
import { valuesIn, valuesOf } from './testing.ts';

test('finds addresses next to punctuation, brackets and Japanese', () => {
  const text = 'contact john.doe+tag@mail.example.co.uk, "a@b.io". <x_y@foo-bar.com>; 連絡先はtaro@example.jpです。mailto:z@q.de?subject=x';
  assert.deepEqual(valuesOf('email', text), ['john.doe+tag@mail.example.co.uk', 'a@b.io', 'x_y@foo-bar.com', 'taro@example.jp', 'z@q.de']);
});

test('finds full-width addresses and gives their place in the original', () => {
  assert.deepEqual(valuesOf('email', '宛先：ｔａｒｏ＠ｅｘａｍｐｌｅ．ｊｐ'), ['ｔａｒｏ＠ｅｘａｍｐｌｅ．ｊｐ']);
});

test('finds addresses in a query and addresses that reports defanged', () => {
  assert.deepEqual(valuesOf('email', 'https://x.example/?to=a.b@corp.com&n=1'), ['a.b@corp.com']);
  assert.deepEqual(valuesOf('email', 'sent by user[@]evil[.]com and other@bad[.]net'), ['user[@]evil[.]com', 'other@bad[.]net']);
});

test('takes no remote, credential of a URL, package, image or decorator for an address', () => {
  for (const text of [
    'git@github.com:foo/bar.git',
    'https://u:p@host.com/',
    'icon@2x.png',
    'pkg@1.2.3',
    '@Input() name',
    'npm i @types/node',
    'a@b',
    '@@@',
  ])
    assert.deepEqual(valuesOf('email', text), [], text);
});

test('takes the target of ssh for a host, not for an address', () => {
  assert.deepEqual(valuesIn('ssh bob@jump01.corp.lan'), ['internal-host:jump01.corp.lan']);
});
