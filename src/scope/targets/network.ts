// Networks as people and scanners write them: addresses, CIDRs, ranges such as 10.0.0.1-50 or 10.0.0-3.*. No names.
import { canonicalRange, prefixRange, readIpv4, readIpv4Loosely, readIpv6, singleAddress, type AddressRange } from './address.ts';

/** What a scope may name: a plain address or a CIDR without host bits. The text of the problem is for people. */
export function parseNetwork(text: string): AddressRange | { readonly problem: string } {
  const slash = text.indexOf('/');
  const address = slash === -1 ? text : text.slice(0, slash);
  const v4 = readIpv4(address);
  const v6 = v4 === undefined && !address.includes('%') ? readIpv6(address) : undefined;
  const value = v4 ?? v6;
  if (value === undefined) return { problem: 'is no IPv4 or IPv6 address or CIDR in its plain form' };
  const family = v4 === undefined ? 6 : 4;
  const bits = family === 4 ? 32 : 128;
  if (slash === -1) return singleAddress(family, value);
  const length = text.slice(slash + 1);
  if (!/^(?:0|[1-9][0-9]{0,2})$/.test(length) || Number(length) > bits) return { problem: `has no prefix length of 0 to ${bits}` };
  const hostBits = (1n << BigInt(bits - Number(length))) - 1n;
  if ((value & hostBits) !== 0n)
    return { problem: 'has bits set behind its prefix; write the first address of the network, or one address' };
  return prefixRange(family, value, Number(length));
}

const MAX_PIECES = 1024;

/**
 * The ranges that `text` stands for where a tool expects hosts: loose addresses, CIDRs, and the range syntax of nmap (`10.0.0-3.1,7,9-`).
 * Empty: no network. Several: judged one by one. Never more than 1,024; what would be more becomes its hull.
 */
export function readNetworks(text: string): readonly AddressRange[] {
  if (text.length > 100 || text === '') return [];
  const bare = text.startsWith('[') && text.endsWith(']') ? text.slice(1, -1) : text;
  const v6 = readIpv6(bare);
  if (v6 !== undefined) return [singleAddress(6, v6)];
  const loose = readIpv4Loosely(bare);
  if (loose.length > 0) return loose.map((value) => singleAddress(4, value));
  return readCidr(bare) ?? readDashed(bare) ?? readOctets(bare) ?? [];
}

function readCidr(text: string): readonly AddressRange[] | undefined {
  const [address, length, ...rest] = text.split('/');
  if (address === undefined || length === undefined || rest.length > 0) return undefined;
  const mask = /^[0-9]{1,3}$/.test(length) ? Number(length) : maskLength(length);
  if (mask === undefined) return undefined;
  const v6 = readIpv6(address);
  if (v6 !== undefined) return mask <= 128 ? [prefixRange(6, v6, mask)] : undefined;
  const v4 = readIpv4Loosely(address);
  if (v4.length > 0 && mask <= 32) return v4.map((value) => prefixRange(4, value, mask));
  return undefined;
}

function maskLength(text: string): number | undefined {
  const mask = readIpv4(text);
  if (mask === undefined) return undefined;
  const bits = mask.toString(2).padStart(32, '0');
  return /^1*0*$/.test(bits) ? bits.replaceAll('0', '').length : undefined;
}

/** `10.0.0.1-10.0.0.9`, both ends whole addresses. */
function readDashed(text: string): readonly AddressRange[] | undefined {
  const [from, to, ...rest] = text.split('-');
  if (from === undefined || to === undefined || rest.length > 0) return undefined;
  const v4 = [readIpv4(from), readIpv4(to)] as const;
  const family = v4[0] === undefined ? 6 : 4;
  const [first, last] = family === 4 ? v4 : [readIpv6(from), readIpv6(to)];
  return first === undefined || last === undefined || last < first ? undefined : [canonicalRange({ family, first, last })];
}

function readOctets(text: string): readonly AddressRange[] | undefined {
  const octets = text.split('.');
  if (octets.length !== 4 || !/[*,-]/.test(text)) return undefined;
  const choices: (readonly (readonly [number, number])[])[] = [];
  for (const octet of octets) {
    const choice = readOctet(octet);
    if (choice === undefined) return undefined;
    choices.push(choice);
  }
  const size = choices.slice(0, 3).reduce((product, choice) => product * choice.reduce((sum, [a, b]) => sum + b - a + 1, 0), 1);
  if (size * choices[3]!.length > MAX_PIECES) {
    const [first, last] = [Math.min, Math.max].map((pick, end) =>
      choices.reduce((value, choice) => value * 256n + BigInt(pick(...choice.map((pair) => pair[end]!))), 0n),
    );
    return [{ family: 4, first: first!, last: last! }];
  }
  let prefixes = [0n];
  for (const choice of choices.slice(0, 3)) {
    prefixes = prefixes.flatMap((prefix) =>
      choice.flatMap(([a, b]) => Array.from({ length: b - a + 1 }, (_, index) => prefix * 256n + BigInt(a + index))),
    );
  }
  return prefixes.flatMap((prefix) =>
    choices[3]!.map(([a, b]) => ({ family: 4 as const, first: prefix * 256n + BigInt(a), last: prefix * 256n + BigInt(b) })),
  );
}

function readOctet(text: string): readonly (readonly [number, number])[] | undefined {
  if (text === '*') return [[0, 255]];
  const ranges: (readonly [number, number])[] = [];
  for (const piece of text.split(',')) {
    const match = /^([0-9]{0,3})(-?)([0-9]{0,3})$/.exec(piece);
    if (match === null || piece === '') return undefined;
    const from = match[1] === '' ? 0 : Number(match[1]);
    const to = match[2] === '' ? from : match[3] === '' ? 255 : Number(match[3]);
    if (from > 255 || to > 255 || to < from) return undefined;
    ranges.push([from, to]);
  }
  return ranges;
}
