// IP addresses as text and as bits. Reads only what it can write back in the same spelling; everything else is somebody else's to mask.

const OCTET = '(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])';
/** Separators as they stand: `.`, or the defanged `[.]`, `(.)`, `[dot]`. */
const DOT = '(\\.|\\[\\.\\]|\\(\\.\\)|\\[dot\\])';
const IPV4 = new RegExp(`^${OCTET}${DOT}${OCTET}${DOT}${OCTET}${DOT}${OCTET}(?:/([0-9]|[12][0-9]|3[0-2]))?$`);

export interface Ipv4 {
  readonly address: number;
  readonly separators: readonly [string, string, string];
  /** Of `10.0.0.0/8`; undefined without one. */
  readonly prefixLength: number | undefined;
}

export function parseIpv4(text: string): Ipv4 | undefined {
  const match = IPV4.exec(text);
  if (match === null) return undefined;
  const octets = [match[1]!, match[3]!, match[5]!, match[7]!];
  return {
    address: octets.reduce((sum, octet) => sum * 256 + Number(octet), 0),
    separators: [match[2]!, match[4]!, match[6]!],
    prefixLength: match[8] === undefined ? undefined : Number(match[8]),
  };
}

export function formatIpv4({ address, separators, prefixLength }: Ipv4): string {
  const [first, second, third] = separators;
  const octets = [address >>> 24, (address >>> 16) & 255, (address >>> 8) & 255, address & 255];
  const text = `${octets[0]}${first}${octets[1]}${second}${octets[2]}${third}${octets[3]}`;
  return prefixLength === undefined ? text : `${text}/${prefixLength}`;
}

/** The bits that a prefix length keeps. */
export function netmask(prefixLength: number): number {
  return prefixLength === 0 ? 0 : (0xffffffff << (32 - prefixLength)) >>> 0;
}

/** A netmask or its inverse (255.255.255.0, 0.0.0.255): says how large a net is, and nothing about whose. */
export function isNetmask(address: number): boolean {
  const isMask = (value: number) => (value | (value - 1)) >>> 0 === 0xffffffff;
  return isMask(address) || isMask(~address >>> 0);
}

/** 16 bytes of an address in RFC 4291 form; undefined for anything else, zones included. */
export function parseIpv6(text: string): Buffer | undefined {
  if (text.length > 45 || !/^[0-9a-f:.]+$/i.test(text)) return undefined;
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map(groupsOf) as [number[] | undefined, number[] | undefined];
  if (head === undefined || (halves.length === 2 && tail === undefined)) return undefined;
  const missing = 8 - head.length - (tail?.length ?? 0);
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const bytes = Buffer.alloc(16);
  for (const [index, group] of head.entries()) bytes.writeUInt16BE(group, index * 2);
  for (const [index, group] of (tail ?? []).entries()) bytes.writeUInt16BE(group, (8 - tail!.length + index) * 2);
  return bytes;
}

function groupsOf(half: string): number[] | undefined {
  if (half === '') return [];
  const groups: number[] = [];
  const parts = half.split(':');
  for (const [index, part] of parts.entries()) {
    if (part.includes('.')) {
      const embedded = index === parts.length - 1 ? parseIpv4(part) : undefined;
      if (embedded === undefined) return undefined;
      groups.push(embedded.address >>> 16, embedded.address & 0xffff);
    } else if (/^[0-9a-f]{1,4}$/i.test(part)) groups.push(Number.parseInt(part, 16));
    else return undefined;
  }
  return groups;
}

/** RFC 5952: lower case, no leading zeros, the first longest run of zero groups as `::`. */
export function formatIpv6(bytes: Buffer): string {
  const groups = Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(index * 2));
  let [start, length] = [-1, 1];
  for (let from = 0; from < 8; from++) {
    let to = from;
    while (to < 8 && groups[to] === 0) to++;
    if (to - from > length) [start, length] = [from, to - from];
    if (to > from) from = to;
  }
  const text = (from: number, to: number) =>
    groups
      .slice(from, to)
      .map((group) => group.toString(16))
      .join(':');
  return start < 0 ? text(0, 8) : `${text(0, start)}::${text(start + length, 8)}`;
}
