import assert from 'node:assert/strict';
import { test } from 'node:test';
import { valuesIn, valuesOf } from './testing.ts';

test('finds internal names by their ending and by the domains of the operator', () => {
  for (const name of [
    'WS5.theshire.local',
    'db01.corp.internal',
    'nas.home.arpa',
    'printer.lan',
    'dc1.example.corp',
    'ip-10-0-0-1.ec2.internal',
    'historian.plant7.example.co.jp',
  ])
    assert.deepEqual(valuesIn(`from ${name}: refused`), [`internal-host:${name}`], name);
});

test('finds public names by a clear ending, and by any ending in a URL or behind a word', () => {
  assert.deepEqual(valuesOf('public-domain', 'seen at evil.com, sub.evil.co.jp and https://foo.sh/x'), [
    'evil.com',
    'sub.evil.co.jp',
    'foo.sh',
  ]);
  assert.deepEqual(valuesOf('public-domain', 'hxxp://evil[.]example[.]com and bad.top/x, domain: c2.zip'), [
    'evil[.]example[.]com',
    'c2.zip',
  ]);
});

const NO_HOSTS = [
  'main.py',
  'README.md',
  'foo.service',
  'os.path.join',
  'console.log',
  'user.name',
  'jdk.internal',
  'com.acme.foo',
  'System.Net',
  'java.io.File',
  'this.local',
  'regex.test(x)',
  '/etc/foo.conf',
  'C:\\bin\\more.com',
  'a.de',
  'x.y.z',
  'archive.tar.gz',
  '.env.local',
  '1.5.rc',
  'node.is',
  'e.g.',
  'example.invalid',
];

test('files, members, packages and abbreviations are none', () => {
  for (const text of NO_HOSTS) assert.deepEqual(valuesIn(text), [], text);
});

const NAMED: readonly (readonly [text: string, found: readonly string[]])[] = [
  ['host=srv01 up', ['internal-host:srv01']],
  ['hostname: plc-7', ['internal-host:plc-7']],
  ['"Computer":"WS5"', ['internal-host:WS5']],
  ['Workstation Name:\tWS5', ['internal-host:WS5']],
  ['http://srv01:8080/', ['internal-host:srv01']],
  ['ssh bob@jump01', ['internal-host:jump01']],
  ['host: string', []],
  ['host: localhost', []],
  ['the host is down', []],
  ['hostname = os.hostname()', []],
];

test('finds names without a dot only where the words say so', () => {
  for (const [text, found] of NAMED) assert.deepEqual(valuesIn(text), found, text);
  assert.deepEqual(valuesIn('WS5', 'Computer'), ['internal-host:WS5']);
  assert.deepEqual(valuesIn('WS5', 'Image'), []);
  assert.deepEqual(valuesIn('scada1.area7', 'hostname'), ['internal-host:scada1.area7']);
});
