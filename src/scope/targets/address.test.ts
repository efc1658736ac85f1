import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  canonicalRange,
  covers,
  mergeRanges,
  readIpv4Loosely,
  readIpv6,
  singleAddress,
  subtract,
  touches,
  writeRange,
  type AddressRange,
} from './address.ts';
import { parseNetwork, readNetworks } from './network.ts';

const written = (text: string): readonly string[] => readNetworks(text).map(writeRange);

test('reads IPv4 addresses as the C library does, and as those do that take leading zeros for decimal', () => {
  const forms: readonly (readonly [string, readonly string[]])[] = [
    ['127.0.0.1', ['127.0.0.1']],
    ['2130706433', ['127.0.0.1']],
    ['0x7f.1', ['127.0.0.1']],
    ['0x7f000001', ['127.0.0.1']],
    ['127.1', ['127.0.0.1']],
    ['10.20.5', ['10.20.0.5']],
    ['0177.0.0.1', ['127.0.0.1', '177.0.0.1']],
    ['010.0.0.5', ['8.0.0.5', '10.0.0.5']],
    ['089.0.0.1', ['89.0.0.1']],
  ];
  for (const [text, expected] of forms)
    assert.deepEqual(
      readIpv4Loosely(text).map((value) => writeRange(singleAddress(4, value))),
      expected,
      text,
    );
  for (const text of ['', '256.1.1.1', '1.2.3.4.5', '1.2.3.', '4294967296', 'a.b', '1.16777216', '0x'])
    assert.deepEqual(readIpv4Loosely(text), [], text);
});

test('judges IPv6 addresses that stand for IPv4 ones as those', () => {
  const forms: readonly (readonly [string, string])[] = [
    ['::ffff:10.0.0.5', '10.0.0.5'],
    ['::ffff:a00:5', '10.0.0.5'],
    ['0:0:0:0:0:ffff:0a00:0005', '10.0.0.5'],
    ['::10.0.0.5', '10.0.0.5'],
    ['64:ff9b::10.0.0.5', '10.0.0.5'],
    ['2002:a00:5::1', '10.0.0.5'],
    ['2001:0:0:0:0:0:f5ff:fffa', '10.0.0.5'],
    ['fe80::5efe:10.0.0.5', '10.0.0.5'],
    ['::1', '::1'],
    ['::', '::'],
    ['2001:db8::1', '2001:db8::1'],
    ['fe80::1%eth0', 'fe80::1'],
  ];
  for (const [text, expected] of forms) assert.deepEqual(written(text), [expected], text);
  assert.equal(writeRange(parseNetwork('::ffff:10.0.0.0/104') as AddressRange), '10.0.0.0/8');
});

test('reads what scanners take for ranges', () => {
  assert.deepEqual(written('10.0.0.1-50'), ['10.0.0.1-10.0.0.50']);
  assert.deepEqual(written('10.0.0.*'), ['10.0.0.0/24']);
  assert.deepEqual(written('10.0.0-1.7'), ['10.0.0.7', '10.0.1.7']);
  assert.deepEqual(written('10.0.0.1,9'), ['10.0.0.1', '10.0.0.9']);
  assert.deepEqual(written('10.0.0.5/24'), ['10.0.0.0/24']);
  assert.deepEqual(written('10.0.0.0/255.255.0.0'), ['10.0.0.0/16']);
  assert.deepEqual(written('10.0.0.1-10.0.2.9'), ['10.0.0.1-10.0.2.9']);
  assert.deepEqual(written('1-255.1-255.1-255.1-255'), ['1.1.1.1-255.255.255.255']);
  for (const text of ['10.0.0.9-1', 'a.b.c.*', '10.0.0.1/33', '1.2.3.300', '10.0.0.1-2-3', 'x'.repeat(200)])
    assert.deepEqual(readNetworks(text), [], text);
});

test('a scope takes networks in their plain form only', () => {
  for (const text of [
    '10.0.0.5/24',
    '0x7f.1',
    '010.0.0.1',
    '10.0.0',
    '10.0.0.0/33',
    '10.0.0.0/',
    '2001:db8::1/32',
    'fe80::1%eth0',
    '10.0.0.0/08',
    '',
  ]) {
    assert.ok('problem' in parseNetwork(text), text);
  }
});

const ranges = fc
  .tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 12 }))
  .map(([first, size]): AddressRange => ({ family: 4, first: BigInt(first), last: BigInt(first + size) }));
const points = ({ first, last }: AddressRange): readonly bigint[] =>
  Array.from({ length: Number(last - first) + 1 }, (_, index) => first + BigInt(index));

test('merging, covering, touching and leaving out say the same as address for address', () => {
  fc.assert(
    fc.property(fc.array(ranges, { maxLength: 6 }), ranges, (list, asked) => {
      const set = new Set(list.flatMap(points));
      const merged = mergeRanges(list);
      assert.deepEqual(new Set(merged.flatMap(points)), set);
      assert.equal(
        covers(merged, asked),
        points(asked).every((point) => set.has(point)),
      );
      assert.equal(
        touches(merged, asked),
        points(asked).some((point) => set.has(point)),
      );
      assert.deepEqual(new Set(subtract(asked, merged).flatMap(points)), new Set(points(asked).filter((point) => !set.has(point))));
    }),
  );
});

test('an address stays itself when it is made canonical twice', () => {
  fc.assert(
    fc.property(fc.ipV6(), (text) => {
      const value = readIpv6(text);
      assert.ok(value !== undefined);
      const once = canonicalRange({ family: 6, first: value, last: value });
      assert.deepEqual(canonicalRange(once), once);
    }),
  );
});
