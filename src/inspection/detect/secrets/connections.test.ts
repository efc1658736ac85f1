import assert from 'node:assert/strict';
import { test } from 'node:test';
import { secretsIn, valuesIn } from './test-scan.ts';

test('of a URL with credentials the part user:password is reported, whatever the scheme', () => {
  for (const scheme of ['postgres', 'mysql', 'mongodb+srv', 'redis', 'rediss', 'amqp', 'smtp', 'ftp', 'https', 'ldap', 'mssql+pyodbc'])
    assert.deepEqual(
      secretsIn(`url: ${scheme}://svc-app:kQ9!x2m@db01.plant.local:5432/main`).map(({ type, value }) => [type, value]),
      [['connection-string', 'svc-app:kQ9!x2m']],
      scheme,
    );
  assert.deepEqual(valuesIn('redis://:kQ9x2m@cache:6379/0'), [':kQ9x2m']);
  assert.deepEqual(valuesIn('このhttps://svc:kQ9x2m@intra.example.comは社内用'), ['svc:kQ9x2m']);
});

test('an @ in the password belongs to it', () => {
  assert.deepEqual(valuesIn('mongodb://app:p@ss@w0rd@db/x'), ['app:p@ss@w0rd']);
});

test('templates, documentation and URLs without password are left alone', () => {
  for (const url of [
    'https://${user}:${password}@host/',
    'https://{{user}}:{{pass}}@host/',
    'postgres://user:password@localhost/db',
    'https://user:pass@example.com/',
    'postgres://postgres:postgres@localhost:5432/test',
    'ssh://git@github.com:22/x',
    'https://example.com:8080/a@b',
    'http://[::1]:80/x?y=a:b@c',
  ])
    assert.deepEqual(valuesIn(url), [], url);
});

test('strings of pairs: the secret alone', () => {
  for (const [text, value] of [
    ['Server=db1,1433;Database=x;User Id=sa;Password=Sql#2019pw;Encrypt=True', 'Sql#2019pw'],
    ['Driver={ODBC Driver 17};Server=s;Uid=u;Pwd={a;b}c9};', 'a;b'],
    ['jdbc:postgresql://db/x?user=a&password=qwert99&ssl=true', 'qwert99'],
    ['jdbc:oracle:thin:scott/t1ger@db:1521:orcl', 'scott/t1ger'],
    [`Endpoint=sb://x.servicebus.windows.net/;SharedAccessKeyName=Root;SharedAccessKey=${'aZ3'.repeat(14)}a=`, `${'aZ3'.repeat(14)}a=`],
    [`AccountName=a;AccountKey=${'aZ3b'.repeat(21)}aQ==;EndpointSuffix=core.windows.net`, `${'aZ3b'.repeat(21)}aQ==`],
  ] as const)
    assert.deepEqual(
      secretsIn(text).map((found) => [found.type, found.value]),
      [['connection-string', value]],
      text,
    );
});
