import assert from 'node:assert/strict';
import { test } from 'node:test';
import { valuesIn } from './testing.ts';

test('finds UNC paths, escaped or not, and URLs and exports of shares', () => {
  const cases: readonly (readonly [text: string, found: string])[] = [
    ['open \\\\fs01\\finance\\q3.xlsx now', 'file-share:\\\\fs01\\finance\\q3.xlsx'],
    ['"\\\\\\\\fs01\\\\finance"', 'file-share:\\\\\\\\fs01\\\\finance'],
    ['smb://fs03/x/y.', 'file-share:smb://fs03/x/y'],
    ['mount -t nfs nas01:/export/home /mnt', 'file-share:nas01:/export/home'],
    ['mount -t cifs //fs02/share /mnt', 'file-share://fs02/share'],
    ['net view \\\\fs01', 'internal-host:fs01'],
  ];
  for (const [text, found] of cases) assert.deepEqual(valuesIn(text), [found], text);
});

test('device paths, escaped paths and escaped characters are none', () => {
  for (const text of [
    '\\\\.\\pipe\\x',
    '\\\\?\\C:\\x',
    '\\\\device\\\\harddiskvolume1\\\\windows',
    'a\\\\b',
    '\\\\x16\\x03',
    '\\\\u001b',
    '/\\\\d+\\\\w/',
    '\\\\n',
  ])
    assert.deepEqual(valuesIn(text), [], text);
});
