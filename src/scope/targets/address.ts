// Addresses as ranges of numbers, in every notation that tools on a machine accept for them. Reads text; reaches nothing.
import ipaddr from 'ipaddr.js';

/** Both ends belong to it. */
export interface AddressRange {
  readonly family: 4 | 6;
  readonly first: bigint;
  readonly last: bigint;
}

const MAX_IPV4 = 0xffff_ffffn;
const LOOSE_PART = /^(?:0x[0-9a-f]{1,8}|[0-9]{1,12})$/i;

/**
 * Every IPv4 address that some tool may read `text` as. The C library (inet_aton(3)) reads `0x7f.1`, `0177.0.0.1` and `2130706433`;
 * others read `010` as ten, so a leading zero gives two readings. Empty: it is no address in any of them.
 */
export function readIpv4Loosely(text: string): readonly bigint[] {
  if (text.length > 52 || text === '') return [];
  const parts = text.split('.');
  if (parts.length > 4 || !parts.every((part) => LOOSE_PART.test(part))) return [];
  const readings = [join(parts, octalOrHex), join(parts, decimalOrHex)];
  return [...new Set(readings.filter((reading) => reading !== undefined))];
}

function octalOrHex(part: string): bigint | undefined {
  if (/^0[0-9]/.test(part)) return /^[0-7]+$/.test(part) ? BigInt(`0o${part}`) : undefined;
  return BigInt(part);
}

function decimalOrHex(part: string): bigint {
  return /^0x/i.test(part) ? BigInt(part) : BigInt(part.replace(/^0+(?=.)/, ''));
}

function join(parts: readonly string[], read: (part: string) => bigint | undefined): bigint | undefined {
  let value = 0n;
  for (const [index, part] of parts.entries()) {
    const number = read(part);
    const bytes = index === parts.length - 1 ? 4 - index : 1;
    if (number === undefined || number >= 1n << BigInt(8 * bytes)) return undefined;
    value = (value << BigInt(8 * bytes)) | number;
  }
  return value;
}

/** The plain form, four decimal numbers without leading zeros, and nothing else. */
export function readIpv4(text: string): bigint | undefined {
  if (!/^(?:0|[1-9][0-9]{0,2})(?:\.(?:0|[1-9][0-9]{0,2})){3}$/.test(text)) return undefined;
  return join(text.split('.'), BigInt);
}

/** Without brackets; a zone (`%eth0`) is dropped. */
export function readIpv6(text: string): bigint | undefined {
  if (text.length > 80 || !text.includes(':')) return undefined;
  const zone = text.indexOf('%');
  const bare = zone === -1 ? text : text.slice(0, zone);
  if (!/^[0-9a-f:.]{2,45}$/i.test(bare) || !ipaddr.IPv6.isValid(bare)) return undefined;
  let value = 0n;
  for (const byte of ipaddr.IPv6.parse(bare).toByteArray()) value = (value << 8n) | BigInt(byte);
  return value;
}

export function singleAddress(family: 4 | 6, value: bigint): AddressRange {
  return canonicalRange({ family, first: value, last: value });
}

export function prefixRange(family: 4 | 6, value: bigint, length: number): AddressRange {
  const hostBits = BigInt((family === 4 ? 32 : 128) - length);
  const first = (value >> hostBits) << hostBits;
  return canonicalRange({ family, first, last: first | ((1n << hostBits) - 1n) });
}

/** IPv6 blocks that stand for IPv4 addresses: how many bits lead, and where the IPv4 bits begin, counted from the right. */
const EMBEDDINGS = [
  // IPv4-mapped (RFC 4291 2.5.5.2), IPv4-compatible (2.5.5.1), translated (RFC 2765), NAT64 (RFC 6052, RFC 8215).
  { block: 0xffffn << 32n, length: 96, shift: 0n, mask: 0n },
  { block: 0n, length: 96, shift: 0n, mask: 0n },
  { block: 0xffff_0000n << 32n, length: 96, shift: 0n, mask: 0n },
  { block: 0x0064_ff9bn << 96n, length: 96, shift: 0n, mask: 0n },
  { block: 0x0064_ff9b_0001n << 80n, length: 48, shift: 0n, mask: 0n },
  // 6to4 (RFC 3056), Teredo (RFC 4380: the address is inverted).
  { block: 0x2002n << 112n, length: 16, shift: 80n, mask: 0n },
  { block: 0x2001_0000n << 96n, length: 32, shift: 0n, mask: MAX_IPV4 },
] as const;

/** A range of IPv6 addresses that reach IPv4 ones becomes the range of those, where it does so as a whole. */
export function canonicalRange(range: AddressRange): AddressRange {
  if (range.family === 4) return range;
  for (const { block, length, shift, mask } of EMBEDDINGS) {
    const rest = BigInt(128 - length);
    if (range.first >> rest !== block >> rest || range.last >> rest !== block >> rest) continue;
    // `::` and `::1` are addresses of their own.
    if (block === 0n && range.last <= 0xffffn) return range;
    const a = ((range.first >> shift) & MAX_IPV4) ^ mask;
    const b = ((range.last >> shift) & MAX_IPV4) ^ mask;
    if (range.first === range.last || isPrefix(range)) return { family: 4, first: a < b ? a : b, last: a < b ? b : a };
    return range;
  }
  // ISATAP (RFC 5214 6.1): the lower half is 0000:5efe or 0200:5efe and the IPv4 address.
  if (range.first === range.last && ((range.first >> 32n) & 0xfdff_ffffn) === 0x5efen) {
    return { family: 4, first: range.first & MAX_IPV4, last: range.first & MAX_IPV4 };
  }
  return range;
}

function isPrefix(range: AddressRange): boolean {
  const size = range.last - range.first + 1n;
  return (size & (size - 1n)) === 0n && (range.first & (size - 1n)) === 0n;
}

/** An address, a CIDR where the range is one, else `first-last`. */
export function writeRange(range: AddressRange): string {
  if (range.first === range.last) return writeAddress(range.family, range.first);
  if (!isPrefix(range)) return `${writeAddress(range.family, range.first)}-${writeAddress(range.family, range.last)}`;
  const bits = (range.last - range.first + 1n).toString(2).length - 1;
  return `${writeAddress(range.family, range.first)}/${(range.family === 4 ? 32 : 128) - bits}`;
}

function writeAddress(family: 4 | 6, value: bigint): string {
  if (family === 4) return [24n, 16n, 8n, 0n].map((shift) => String((value >> shift) & 0xffn)).join('.');
  const bytes = Array.from({ length: 16 }, (_, index) => Number((value >> BigInt(8 * (15 - index))) & 0xffn));
  return (ipaddr.fromByteArray(bytes) as ipaddr.IPv6).toRFC5952String();
}

/** Sorted and without overlaps; ranges that touch are one. */
export function mergeRanges(ranges: readonly AddressRange[]): readonly AddressRange[] {
  const merged: AddressRange[] = [];
  const sorted = ranges.toSorted((a, b) => a.family - b.family || (a.first < b.first ? -1 : a.first > b.first ? 1 : 0));
  for (const range of sorted) {
    const previous = merged.at(-1);
    if (previous?.family === range.family && range.first <= previous.last + 1n) {
      if (range.last > previous.last) merged[merged.length - 1] = { ...previous, last: range.last };
    } else merged.push(range);
  }
  return merged;
}

/** Of `mergeRanges`: is all of `range` inside? */
export function covers(merged: readonly AddressRange[], range: AddressRange): boolean {
  const at = lastStartingBefore(merged, range.family, range.first);
  return at !== undefined && at.last >= range.last;
}

/** Of `mergeRanges`: is any of `range` inside? */
export function touches(merged: readonly AddressRange[], range: AddressRange): boolean {
  const at = lastStartingBefore(merged, range.family, range.last);
  return at !== undefined && at.last >= range.first;
}

function lastStartingBefore(merged: readonly AddressRange[], family: 4 | 6, value: bigint): AddressRange | undefined {
  let low = 0;
  let high = merged.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const range = merged[middle]!;
    if (range.family < family || (range.family === family && range.first <= value)) low = middle + 1;
    else high = middle;
  }
  const found = merged[low - 1];
  return found?.family === family ? found : undefined;
}

/** What is left of `range` without `holes`. */
export function subtract(range: AddressRange, holes: readonly AddressRange[]): readonly AddressRange[] {
  let left: readonly AddressRange[] = [range];
  for (const hole of holes) {
    left = left.flatMap((piece) => {
      if (hole.family !== piece.family || hole.last < piece.first || hole.first > piece.last) return [piece];
      return [
        ...(hole.first > piece.first ? [{ ...piece, last: hole.first - 1n }] : []),
        ...(hole.last < piece.last ? [{ ...piece, first: hole.last + 1n }] : []),
      ];
    });
  }
  return left;
}
