import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { AddressPseudonyms } from './address-pseudonyms.ts';
import { formatIpv4, formatIpv6, isNetmask, parseIpv4, parseIpv6 } from './addresses.ts';
import { macOf } from './mac.ts';

const pseudonyms = new AddressPseudonyms(randomBytes(32), macOf(randomBytes(32)));
const v4 = fc.nat(0xffffffff);
const v6 = fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => Buffer.from(bytes));

function sharedBits(a: Buffer, b: Buffer): number {
  for (let bit = 0; bit < a.length * 8; bit++) if (((a[bit >> 3]! ^ b[bit >> 3]!) >> (7 - (bit & 7))) & 1) return bit;
  return a.length * 8;
}

function bytesOf(address: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(address);
  return bytes;
}

test('pseudonyms of IPv4 addresses share exactly the prefix that the addresses share', () => {
  fc.assert(
    fc.property(v4, v4, fc.integer({ min: 0, max: 32 }), (a, random, length) => {
      const b = length === 0 ? random : ((a & ~(0xffffffff >>> length)) | (random & (length === 32 ? 0 : 0xffffffff >>> length))) >>> 0;
      assert.equal(sharedBits(bytesOf(pseudonyms.v4(a)), bytesOf(pseudonyms.v4(b))), sharedBits(bytesOf(a), bytesOf(b)));
    }),
    { numRuns: 2000 },
  );
});

test('pseudonyms of IPv6 addresses share exactly the prefix that the addresses share', () => {
  fc.assert(
    fc.property(v6, v6, fc.nat(16), (a, random, kept) => {
      const b = Buffer.concat([a.subarray(0, kept), random.subarray(kept)]);
      assert.equal(sharedBits(pseudonyms.v6(a), pseudonyms.v6(b)), sharedBits(a, b));
    }),
    { numRuns: 500 },
  );
});

test('no address is its own pseudonym', () => {
  fc.assert(fc.property(v4, (address) => pseudonyms.v4(address) !== address));
  fc.assert(fc.property(v6, (address) => !pseudonyms.v6(address).equals(address)));
});

test('what was private, link-local, carrier-grade or multicast still is, and nothing else becomes it', () => {
  const classOf = (address: number) => {
    const text = formatIpv4({ address, separators: ['.', '.', '.'], prefixLength: undefined });
    if (/^(?:10\.|192\.168\.|172\.(?:1[6-9]|2[0-9]|3[01])\.)/.test(text)) return 'private';
    if (text.startsWith('169.254.')) return 'link-local';
    if (/^100\.(?:6[4-9]|[7-9][0-9]|1[01][0-9]|12[0-7])\./.test(text)) return 'carrier';
    if (address >>> 28 === 14) return 'multicast';
    return address >>> 28 === 15 ? 'reserved' : address >>> 24 === 127 ? 'loopback' : 'public';
  };
  const special = fc.oneof(
    v4,
    v4.map((low) => (0x0a000000 | (low & 0xffffff)) >>> 0),
    v4.map((low) => (0xc0a80000 | (low & 0xffff)) >>> 0),
  );
  fc.assert(
    fc.property(special, (address) => {
      if (address >>> 24 !== 0) assert.equal(classOf(pseudonyms.v4(address)), classOf(address));
    }),
    { numRuns: 3000 },
  );
});

test('addresses are written back as they were read', () => {
  for (const text of ['10.1.2.3', '10[.]1[.]2[.]3', '255.255.255.0', '192.168.0.0/16']) assert.equal(formatIpv4(parseIpv4(text)!), text);
  for (const text of ['fe80::1', '2001:db8::1:0:0:1', '::1', '::', '1:2:3:4:5:6:7:8']) assert.equal(formatIpv6(parseIpv6(text)!), text);
  assert.equal(formatIpv6(parseIpv6('::ffff:10.0.0.1')!), '::ffff:a00:1');
});

test('what is no address is not read as one', () => {
  for (const text of ['256.1.1.1', '01.2.3.4', '1.2.3', '1.2.3.4/33']) assert.equal(parseIpv4(text), undefined);
  for (const text of ['1::2::3', '12345::', 'fe80::1%eth0', '1:2:3', '1:2:3:4:5:6:7:8:9', 'g::']) assert.equal(parseIpv6(text), undefined);
});

test('netmasks and their inverses are known as such', () => {
  for (const text of ['255.255.255.0', '255.0.0.0', '0.0.0.255', '255.255.255.255']) assert.ok(isNetmask(parseIpv4(text)!.address));
  for (const text of ['255.0.255.0', '10.0.0.0', '192.168.0.1']) assert.ok(!isNetmask(parseIpv4(text)!.address));
});
