import assert from 'node:assert/strict';
import { test } from 'node:test';
import { valuesIn, valuesOf } from './testing.ts';

test('finds IPv4 addresses without port and prefix length, and defanged ones', () => {
  assert.deepEqual(valuesOf('ipv4-address', '10.0.0.1/24, 10.0.0.2:443; 10.0.0.3-10.0.0.9 (8.8.8.8).'), [
    '10.0.0.1',
    '10.0.0.2',
    '10.0.0.3',
    '10.0.0.9',
    '8.8.8.8',
  ]);
  assert.deepEqual(valuesOf('ipv4-address', '10[.]1[.]2[.]3 and 192.168.1[.]5'), ['10[.]1[.]2[.]3', '192.168.1[.]5']);
});

test('versions, sections, object identifiers, netmasks and addresses of no machine are none', () => {
  const texts = [
    'v1.2.3.4',
    'version 1.2.3.4',
    '"version": "1.2.3.4"',
    'Chrome/120.0.0.0',
    '1.3.6.1.4.1.311',
    '1.2.3.4-rc1',
    'libfoo-1.2.3.4.so',
    'section 4.2.1.3',
    '256.1.1.1',
    '01.2.3.4',
  ];
  for (const text of [...texts, '127.0.0.1', '0.0.0.0', '255.255.255.255', '255.255.255.0']) assert.deepEqual(valuesIn(text), [], text);
  assert.deepEqual(valuesIn('1.2.3.4', 'ProductVersion'), []);
});

test('finds IPv6 addresses of every form, without zone, brackets and prefix length', () => {
  const text = 'fe80::1%eth0 2001:db8::1/64 [2001:db8::2]:443 ::ffff:10.0.0.5 addr:2001:db8:1:2:3:4:5:6 fe80::';
  assert.deepEqual(valuesOf('ipv6-address', text), [
    'fe80::1',
    '2001:db8::1',
    '2001:db8::2',
    '::ffff:10.0.0.5',
    '2001:db8:1:2:3:4:5:6',
    'fe80::',
  ]);
});

test('times, namespaces, slices and fingerprints are none', () => {
  for (const text of [
    '12:34:56',
    '::1',
    '::',
    'std::cafe',
    'x[1::2]',
    'Foo::Add',
    'a::b',
    '::ffff:127.0.0.1',
    '2024-01-01T10:20:30',
    'aa:bb:cc:dd:ee:ff:00:11:22:33:44:55:66:77:88:99',
  ])
    assert.deepEqual(valuesIn(text), [], text);
});

test('finds hardware addresses in three notations', () => {
  for (const value of ['00:1a:2b:3c:4d:5e', '00-1A-2B-3C-4D-5E', '001a.2b3c.4d5e'])
    assert.deepEqual(valuesIn(`ether ${value} up`), [`mac-address:${value}`]);
  for (const text of ['ff:ff:ff:ff:ff:ff', '00-00-00-00-00-00', '123e4567-e89b-12d3-a456-426614174000', '1234.5678.9012', '20-11-12'])
    assert.deepEqual(valuesOf('mac-address', text), [], text);
});
