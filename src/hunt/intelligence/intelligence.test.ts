import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import type { Fields, LogEvent } from '../event.ts';

import { isLike } from './matcher.ts';
import { compileIndicators, parseStixPattern, readIndicators } from './index.ts';

const SHA = 'a'.repeat(63) + '1';

function event(fields: Fields, atMs?: number): LogEvent {
  const position = { file: 'x', record: 1, offset: 0 };
  return { fields, position, format: 'ndjson', logsources: [], atMs, host: undefined, text: () => '' };
}

const hits = (list: string, fields: Fields): readonly string[] =>
  compileIndicators([readIndicators(list, 'list')])
    .match(event(fields))
    .map(({ indicator, field, value }) => `${indicator.id} ${field} ${value}`);

test('a list of bare values finds each kind anywhere within a value', () => {
  const list = `# note\n${SHA}\n198.51.100.7\n203.0.113.0/24\nevil[.]example\nhxxp://bad[.]test/a?b\nmallory@evil.test\n2001:DB8::1\n`;
  assert.deepEqual(hits(list, { Hashes: `MD5=x,SHA256=${SHA.toUpperCase()},IMPHASH=0` }), [`sha256:${SHA} Hashes ${SHA}`]);
  assert.deepEqual(hits(list, { a: 'to 198.51.100.7:443, 203.0.113.9' }), [
    'ip:198.51.100.7 a 198.51.100.7',
    'network:203.0.113.0/24 a 203.0.113.9',
  ]);
  assert.deepEqual(hits(list, { a: 'curl "http://BAD.test:80/a?b#c"' }), ['url:http://bad.test/a?b a http://bad.test/a?b']);
  assert.deepEqual(hits(list, { a: ['From: Mallory@evil.test;', 'x'] }), ['email:mallory@evil.test a mallory@evil.test']);
  assert.deepEqual(hits(list, { a: '[2001:db8:0::1]:80' }), ['ip:2001:db8::1 a 2001:db8::1']);
});

test('a domain covers the names under it and no others', () => {
  const list = 'evil.example\n';
  assert.equal(hits(list, { q: 'A.B.Evil.Example.' }).length, 1);
  assert.equal(hits(list, { q: 'https://x.evil.example/y' }).length, 1);
  for (const q of ['notevil.example', 'evil.example.org', 'evil-example', 'vil.example']) assert.deepEqual(hits(list, { q }), []);
});

test('numbers near an address are no address', () => {
  for (const a of ['1198.51.100.7', '198.51.100.71', '198.51.100.7.3']) assert.deepEqual(hits('198.51.100.7\n', { a }), [], a);
});

test('CSV with a header uses its columns', () => {
  const list = `ioc_type,ioc_value,malware\nsha256,${SHA},Loader\nfilename,evil tool.exe,Kit\nweather,fine,x\n`;
  const read = readIndicators(list, 'list');
  assert.deepEqual(
    read.indicators.map(({ name }) => name),
    ['Loader', 'Kit'],
  );
  assert.equal(read.skipped.length, 1);
  assert.equal(hits(list, { Image: 'C:\\x\\Evil Tool.exe' }).length, 1);
});

test('STIX indicators match with AND, OR and IN over one record, and refusals have their reason', () => {
  const indicator = (id: string, pattern: string, more: object = {}) => ({
    type: 'indicator',
    id: `indicator--${id}`,
    name: id,
    pattern,
    pattern_type: 'stix',
    ...more,
  });
  const bundle = JSON.stringify({
    type: 'bundle',
    id: 'bundle--1',
    objects: [
      indicator('and', "[file:name = 'a.exe' AND file:hashes.'SHA-256' = '" + SHA + "']"),
      indicator('in', "[ipv4-addr:value IN ('192.0.2.1', '192.0.2.2')] OR [domain-name:value = 'evil.example']"),
      indicator('like', "[process:command_line LIKE '%-enc%']"),
      indicator('reg', "[windows-registry-key:key = 'HKEY_LOCAL_MACHINE\\\\Software\\\\Evil']"),
      indicator('time', "[file:name = 'a'] FOLLOWEDBY [file:name = 'b']"),
      indicator('not', "[file:name NOT = 'a']"),
      indicator('yara', 'rule x {}', { pattern_type: 'yara' }),
      { type: 'malware', id: 'malware--1' },
    ],
  });
  const read = readIndicators(bundle, 'b');
  assert.deepEqual(
    read.skipped.map(({ id }) => id),
    ['indicator--time', 'indicator--not', 'indicator--yara'],
  );
  const found = (fields: Fields) => [
    ...new Set(
      compileIndicators([read])
        .match(event(fields))
        .map(({ indicator: { name } }) => name),
    ),
  ];
  assert.deepEqual(found({ Image: 'C:\\a.exe' }), []);
  assert.deepEqual(found({ Image: 'C:\\a.exe', Hashes: `SHA256=${SHA}` }), ['and']);
  assert.deepEqual(found({ ip: '192.0.2.2', q: 'x.evil.example' }), ['in']);
  assert.deepEqual(found({ CommandLine: 'powershell -ENC x' }), ['like']);
  assert.deepEqual(found({ TargetObject: 'HKLM\\Software\\Evil' }), ['reg']);
});

test('MISP attributes count when they are marked for detection; of a pair the hash counts', () => {
  const attribute = (type: string, value: string, to_ids = true) => ({ type, value, to_ids, uuid: type });
  const misp = JSON.stringify({
    Event: {
      info: 'Case',
      Attribute: [attribute('ip-dst', '192.0.2.9'), attribute('comment', 'x'), attribute('domain', 'ok.example', false)],
      Object: [{ Attribute: [attribute('filename|sha256', `a.exe|${SHA}`)] }],
    },
  });
  const read = readIndicators(misp, 'm');
  assert.deepEqual([read.indicators.map(({ id }) => id), read.skipped.length], [['ip-dst', 'filename|sha256'], 2]);
  assert.equal(hits(misp, { Hashes: SHA }).length, 1);
  assert.equal(hits(misp, { Image: 'a.exe' }).length, 0);
});

test('validity is honoured when asked for', () => {
  const list = readIndicators(
    JSON.stringify([
      { type: 'indicator', id: 'indicator--1', pattern: "[ipv4-addr:value = '192.0.2.1']", valid_until: '2024-01-01T00:00:00Z' },
    ]),
    'x',
  );
  const late = event({ a: '192.0.2.1' }, Date.parse('2025-01-01T00:00:00Z'));
  assert.equal(compileIndicators([list]).match(late).length, 1);
  assert.equal(compileIndicators([list], { onlyWhileValid: true }).match(late).length, 0);
});

test('any text is a pattern or is refused, and never throws', () => {
  const word = fc.constantFrom(
    '[',
    ']',
    '(',
    ')',
    'AND',
    'OR',
    'NOT',
    'IN',
    'LIKE',
    '=',
    "'x'",
    'file:name',
    ',',
    'FOLLOWEDBY',
    "'",
    '\\',
    ' ',
  );
  fc.assert(
    fc.property(fc.array(word), (words) => typeof parseStixPattern(words.join(' ')).ok === 'boolean'),
    { numRuns: 500 },
  );
});

test('LIKE agrees with a regular expression of the same meaning', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('a', 'b') }),
      fc.string({ unit: fc.constantFrom('a', 'b', '%', '_') }),
      (text, pattern) => {
        const expression = new RegExp(`^${pattern.replaceAll('%', '.*').replaceAll('_', '.')}$`);
        assert.equal(isLike(text, pattern), expression.test(text));
      },
    ),
  );
});

test('hostile values are read in bounded time', () => {
  const matcher = compileIndicators([readIndicators('evil.example\nhttp://x.example/\na@b.example\n2001:db8::1\n192.0.2.1\n', 'x')]);
  const started = performance.now();
  for (const unit of ['a.', '.', '@', 'a@', '://', 'x://', ':', '1:', '1.', '-'])
    matcher.match(event({ a: unit.repeat(1_000_000 / unit.length) }));
  assert.ok(performance.now() - started < 10_000);
});
