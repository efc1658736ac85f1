import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canonicalHost } from './host.ts';
import { guessTargets, remoteTargets, scanText } from './recognise.ts';
import { writeTarget } from './target.ts';
import { canonicalPath, readUrl } from './url.ts';

const host = (url: string): string | undefined => {
  const read = readUrl(url);
  return read?.name ?? (read?.ranges.length === 0 ? undefined : read && writeTarget({ kind: 'network', range: read.ranges[0]! }));
};

test('finds the host that a client would connect to', () => {
  const forms: readonly (readonly [string, string | undefined])[] = [
    ['http://10.20.0.5@evil.test/', 'evil.test'],
    ['http://a:b@evil.test:80/', 'evil.test'],
    ['http://%65vil.test/', 'evil.test'],
    ['http://EVIL.test./', 'evil.test'],
    ['http:evil.test', 'evil.test'],
    ['http:////evil.test/x', 'evil.test'],
    ['ht\ntp://evil.test/', 'evil.test'],
    ['http://[::ffff:8.8.8.8]/', '8.8.8.8'],
    ['http://0x08080808/', '8.8.8.8'],
    ['http://８.8.8.8/', '8.8.8.8'],
    ['http://ev。il.test/', 'ev.il.test'],
    ['http://аpple.com/', 'xn--pple-43d.com'],
    ['http://evil.test∕.corp.example/', undefined],
  ];
  for (const [url, expected] of forms) assert.equal(host(url), expected, url);
});

test('tells a URL that readers take differently', () => {
  for (const url of ['http://evil.test\\@10.20.0.5/', 'http://10.20.0.5#@evil.test/', 'http://a@evil.test@10.20.0.5/']) {
    assert.ok(
      readUrl(url)!.otherHosts.some((other) => other === 'evil.test' || other === '10.20.0.5'),
      url,
    );
  }
  assert.deepEqual(readUrl('https://user@web.corp.example/a?mail=a@b.example')!.otherHosts, []);
});

test('resolves paths, and says where servers might not agree', () => {
  assert.deepEqual(canonicalPath('/app/%2e%2e/admin?x'), { path: '/admin', isCertain: true });
  assert.deepEqual(canonicalPath('/app/./x'), { path: '/app/x', isCertain: true });
  for (const path of ['/app/..%2fadmin', '/app/%252e%252e/x', '/app\\..\\x', '/../x', '/app;x/../y', '/a//b'])
    assert.equal(canonicalPath(path).isCertain, false, path);
});

test('takes no name with characters that only look like one', () => {
  for (const name of ['a b', 'a/b', '-a', 'a..b', '', 'a@b', 'x'.repeat(64) + '.a'.repeat(200)])
    assert.equal(canonicalHost(name), undefined, name);
});

const guessed = (word: string): readonly string[] => guessTargets(word).map((target) => `${target.kind} ${writeTarget(target)}`);

test('tells hosts from files and versions by their looks', () => {
  assert.deepEqual(guessed('evil.test'), ['host evil.test']);
  assert.deepEqual(guessed('"https://evil.test/x",'), ['url https://evil.test/x']);
  assert.deepEqual(guessed('--server=evil.test:8080'), ['host evil.test']);
  assert.deepEqual(guessed('a@evil.test'), ['email a@evil.test']);
  assert.deepEqual(guessed('\\\\evil.test\\share'), ['host evil.test']);
  assert.deepEqual(guessed('evil.test/tool@latest'), ['host evil.test']);
  assert.deepEqual(guessed('arn:aws:iam::123456789012:role/x'), ['cloud-account aws:123456789012']);
  for (const word of [
    'main.py',
    'README.md',
    '1.2.3',
    'lodash@4.17.21',
    'std::string',
    'foo.baz',
    '12:30:45',
    'a=b',
    '@types/node',
    'x.y.z.Main',
  ])
    assert.deepEqual(guessed(word), [], word);
});

test('finds targets in prose, also where no blank stands around them', () => {
  const found = scanText('攻撃元は203.0.113.9です。evil.testへの通信と、https://a.example/x を確認。').map(({ target }) =>
    writeTarget(target),
  );
  for (const value of ['203.0.113.9', 'evil.test', 'https://a.example/x'])
    assert.ok(found.includes(value), `${value} in ${found.join(' ')}`);
});

test('knows what git takes for a remote', () => {
  const remote = (text: string): readonly string[] | undefined =>
    remoteTargets(text)?.map((target) => `${target.kind} ${writeTarget(target)}`);
  assert.deepEqual(remote('git@git.corp.example:Team/App.git'), ['repository git.corp.example/team/app']);
  assert.deepEqual(remote('ssh://git@git.corp.example:2222/team/app'), ['repository git.corp.example/team/app']);
  assert.deepEqual(remote('https://git.corp.example/team/app.git'), ['repository git.corp.example/team/app']);
  assert.deepEqual(remote('../other'), []);
  assert.deepEqual(remote('origin'), []);
  assert.equal(remote('ext::sh -c id'), undefined);
});
