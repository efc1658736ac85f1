// Pseudonyms of IP addresses that keep prefixes: two addresses share exactly as many leading bits as their pseudonyms do, so subnets stay
// readable. Source: Xu, Fan, Ammar, Moon, "Prefix-Preserving IP Address Anonymization" (2002), known as Crypto-PAn; here with AES-256 over
// all prefixes of an address at once. Beyond that paper, special ranges stay themselves: what was private, link-local or multicast still is.
import { createCipheriv, type Cipheriv } from 'node:crypto';
import { macOf, type Mac } from './mac.ts';

const BLOCK = 16;

interface Range {
  readonly bits: bigint;
  readonly length: number;
}

/** RFC 6890 and RFC 1112, but for documentation: whoever uses those addresses means somebody. */
const SPECIAL_V4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '224.0.0.0/4',
  '240.0.0.0/4',
].map((text): Range => {
  const [address, length] = text.split('/') as [string, string];
  return { bits: BigInt(address.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0)), length: Number(length) };
});

/** Global unicast, unique local, link-local, multicast (RFC 4291), as their first bits. */
const SPECIAL_V6: readonly Range[] = [
  { bits: 0x2000n << 112n, length: 3 },
  { bits: 0xfc00n << 112n, length: 7 },
  { bits: 0xfe80n << 112n, length: 10 },
  { bits: 0xff00n << 112n, length: 8 },
];

/** Prefixes on the way to a special range: the bit behind them is never flipped. */
function fixedPrefixes(ranges: readonly Range[], width: number): ReadonlySet<string> {
  const fixed = new Set<string>();
  for (const { bits, length } of ranges)
    for (let depth = 0; depth < length; depth++) fixed.add(prefixName(bits >> BigInt(width - depth), depth));
  return fixed;
}

function prefixName(prefix: bigint, depth: number): string {
  return `${depth}:${prefix}`;
}

const FIXED_V4 = fixedPrefixes(SPECIAL_V4, 32);
const FIXED_V6 = fixedPrefixes(SPECIAL_V6, 128);
const MOST_FIXED_V4 = Math.max(...SPECIAL_V4.map(({ length }) => length));
const MOST_FIXED_V6 = Math.max(...SPECIAL_V6.map(({ length }) => length));

/** One key for the process is enough: what separates conversations is the mask. Setting up a cipher costs more than using it. */
const ciphers = new WeakMap<Buffer, Cipheriv>();

export class AddressPseudonyms {
  readonly #cipher: Cipheriv;
  /** Combined with every block, so that the function is another one in every conversation. */
  readonly #mask: Buffer;

  /** `secret`: 32 bytes, the same for all conversations; `mac`: of this one. */
  constructor(secret: Buffer, mac: Mac) {
    let cipher = ciphers.get(secret);
    if (cipher === undefined) {
      cipher = createCipheriv('aes-256-ecb', macOf(secret)('address-key', ''), null).setAutoPadding(false);
      ciphers.set(secret, cipher);
    }
    this.#cipher = cipher;
    this.#mask = mac('address-mask', '').subarray(0, BLOCK);
  }

  /** For 32 bits; the last bit always changes, so no address is its own pseudonym. */
  v4(address: number): number {
    const blocks = Buffer.allocUnsafe(32 * BLOCK);
    const mask = this.#mask.readUInt32BE(0);
    for (let depth = 0; depth < 32; depth++) {
      const at = depth * BLOCK;
      this.#mask.copy(blocks, at);
      const kept = depth === 0 ? 0 : (0xffffffff << (32 - depth)) >>> 0;
      blocks.writeUInt32BE(((address & kept) ^ mask) >>> 0, at);
      blocks[at + 15] = blocks[at + 15]! ^ depth;
    }
    const encrypted = this.#cipher.update(blocks);
    let flips = 0;
    for (let depth = 0; depth < 32; depth++) {
      const isFixed = depth < MOST_FIXED_V4 && FIXED_V4.has(prefixName(BigInt(depth === 0 ? 0 : address >>> (32 - depth)), depth));
      const flip = depth === 31 ? 1 : isFixed ? 0 : encrypted[depth * BLOCK]! >>> 7;
      flips = (flips << 1) | flip;
    }
    return (address ^ flips) >>> 0;
  }

  /** For 128 bits as 16 bytes. */
  v6(address: Buffer): Buffer {
    const blocks = Buffer.allocUnsafe(128 * BLOCK);
    for (let depth = 0; depth < 128; depth++) {
      const at = depth * BLOCK;
      const whole = depth >> 3;
      blocks.fill(0, at, at + BLOCK);
      address.copy(blocks, at, 0, whole);
      blocks[at + whole] = address[whole]! & (0xff00 >> (depth & 7)) & 0xff;
      // The depth tells a prefix from a longer one that goes on with zeros; 127 bits leave the last one free.
      blocks[at + 15] = blocks[at + 15]! | 1;
      blocks[at] = blocks[at]! ^ depth;
      for (let byte = 0; byte < BLOCK; byte++) blocks[at + byte] = blocks[at + byte]! ^ this.#mask[byte]!;
    }
    const encrypted = this.#cipher.update(blocks);
    const bits = BigInt(`0x${address.toString('hex')}`);
    const pseudonym = Buffer.from(address);
    for (let depth = 0; depth < 128; depth++) {
      const isFixed = depth < MOST_FIXED_V6 && FIXED_V6.has(prefixName(bits >> BigInt(128 - depth), depth));
      const flip = depth === 127 ? 1 : isFixed ? 0 : encrypted[depth * BLOCK]! >>> 7;
      pseudonym[depth >> 3]! ^= flip << (7 - (depth & 7));
    }
    return pseudonym;
  }
}
