import assert from 'node:assert/strict';
import { test } from 'node:test';
import { valuesIn, valuesOf } from './testing.ts';

/** In pieces: nothing in the repository names a path of one machine. */
const HOME = ['', 'home', ''].join('/');

const CASES: readonly (readonly [text: string, found: readonly string[]])[] = [
  ['CORP\\alice logged on', ['alice']],
  ['CORP\\\\alice logged on', ['alice']],
  ['C:\\Users\\Heidi Smith\\x.txt and C:\\Users\\ivan', ['Heidi Smith', 'ivan']],
  [`${HOME}judy/.ssh ${['', 'Users', 'kim'].join('/')}/x`, ['judy', 'kim']],
  ['Failed password for invalid user bob from 192.0.2.7 port 22', ['bob']],
  ['Accepted publickey for alice from 192.0.2.7', ['alice']],
  ['session opened for user carol(uid=1000) by (uid=0)', ['carol']],
  ['sudo:    dave : TTY=pts/0 ; USER=root', ['dave']],
  ['uid=1000(erin) gid=1000(erin)', ['erin']],
  ['user=frank src=1', ['frank']],
  ['{"user":"grace","role":"user"}', ['grace']],
  ['Account Name:\t\tmallory\nAccount Domain:\tCORP', ['mallory']],
];

test('finds accounts in paths, logs and assignments', () => {
  for (const [text, found] of CASES) assert.deepEqual(valuesOf('user-name', text), found, text);
});

const NONE = [
  'NT AUTHORITY\\SYSTEM',
  'HKLM\\Software',
  'C:\\temp\\new',
  '\\d+\\w',
  'foo\\nbar',
  '[A-Z\\d_-]',
  'user=root',
  `${HOME}ubuntu/x`,
  ['', 'root', 'x'].join('/'),
  'C:\\Users\\Public\\x',
  'https://api/users/7',
  'User: please write a story',
  'user: string',
  'TargetSid: S-1-5-18',
  'Account Name: -',
  'log_name: Security',
  'for user input from the form',
];

test('accounts of every machine, paths, escapes and prose are none', () => {
  for (const text of NONE) assert.deepEqual(valuesOf('user-name', text), [], text);
});

test('an account that ends with a dollar is a machine, and the domain before it a host', () => {
  assert.deepEqual(valuesIn('CORP\\WS5$'), ['internal-host:CORP', 'internal-host:WS5']);
  assert.deepEqual(valuesOf('user-name', 'CORP\\nancy logged on'), ['nancy']);
  assert.deepEqual(valuesOf('user-name', 'as JSON\\nschema of\\nit'), []);
  assert.deepEqual(valuesIn('WS5$', 'SubjectUserName'), ['internal-host:WS5']);
});

test('finds whole values by the name of their member', () => {
  assert.deepEqual(valuesIn('jsmith', 'TargetUserName'), ['user-name:jsmith']);
  assert.deepEqual(valuesIn('CORP\\jsmith', 'User'), ['internal-host:CORP', 'user-name:jsmith']);
  for (const [text, hint] of [
    ['SYSTEM', 'user'],
    ['Security', 'log_name'],
    ['jsmith', 'title'],
    ['please write a story', 'user'],
  ] as const)
    assert.deepEqual(valuesOf('user-name', text, hint), [], `${hint}: ${text}`);
});
