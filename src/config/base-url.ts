// Which addresses a deployment may live at. Refuses what no model lives at and what would turn the gateway into a way to instance metadata.
// Judges the address as written and does not resolve names: a public name that points at a refused address is caught by the network, not here.
import { BlockList, isIP } from 'node:net';
import { type Result, err, ok } from '#kernel';

export interface BaseUrl {
  /** Normalised by the WHATWG URL parser, without a trailing slash. */
  readonly url: string;
  readonly origin: string;
  readonly plainHttp: boolean;
  /** This machine: 127.0.0.0/8, ::1, localhost. */
  readonly loopback: boolean;
  /** Loopback, or a network that does not reach the public internet: RFC 1918, RFC 4193, RFC 6762 names, single-label names. */
  readonly privateNetwork: boolean;
}

/** Instance metadata by name; by address they are in REFUSED. */
const METADATA_NAMES: readonly string[] = [
  'metadata',
  'metadata.google.internal',
  'metadata.goog',
  'instance-data',
  'instance-data.ec2.internal',
];

const REFUSED = blockList([
  ['0.0.0.0', 8], // "this host", RFC 1122 §3.2.1.3
  ['169.254.0.0', 16], // link-local, RFC 3927; instance metadata of most clouds
  ['100.100.100.200', 32], // instance metadata, Alibaba Cloud
  ['168.63.129.16', 32], // platform channel, Azure
  ['192.0.0.192', 32], // instance metadata, Oracle Cloud
  ['224.0.0.0', 4], // multicast, RFC 5771
  ['255.255.255.255', 32],
  ['::', 128],
  ['fe80::', 10], // link-local, RFC 4291 §2.5.6
  ['ff00::', 8], // multicast
  ['fd00:ec2::254', 128], // instance metadata, AWS
  ['fd20:ce::254', 128], // instance metadata, Google Cloud
]);

const LOOPBACK = blockList([
  ['127.0.0.0', 8],
  ['::1', 128],
]);

const PRIVATE = blockList([
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['fc00::', 7],
]);

const LOCAL_NAME_ENDINGS: readonly string[] = ['.local', '.internal', '.home.arpa', '.lan'];

/** The address in the form the program uses, or the reason why it is refused. The reason never repeats the address. */
export function parseBaseUrl(text: string): Result<BaseUrl, string> {
  if (/[\s\\]|\p{Cc}/u.test(text)) return err('must not contain white space, backslashes or control characters');
  if (!/^https?:\/\//i.test(text)) return err('must start with https:// or http://');
  if (!URL.canParse(text)) return err('is not a valid URL');
  const url = new URL(text);
  if (url.username !== '' || url.password !== '' || /^[a-z]+:\/\/[^/?#]*@/i.test(text)) {
    return err('must not carry a user name or password; give the secret as `credential: env:NAME`');
  }
  if (text.includes('?')) return err('must not carry a query (`?…`)');
  if (text.includes('#')) return err('must not carry a fragment (`#…`)');
  const host = url.hostname.replace(/\.$/, '');
  if (host === '') return err('has no host');
  const address = embeddedAddress(host);
  if (address === undefined ? METADATA_NAMES.includes(host) : contains(REFUSED, address)) {
    return err('points at an unspecified, multicast, link-local or instance-metadata address, where no model can be');
  }
  const loopback = address === undefined ? host === 'localhost' || host.endsWith('.localhost') : contains(LOOPBACK, address);
  const privateNetwork =
    loopback ||
    (address === undefined
      ? !host.includes('.') || LOCAL_NAME_ENDINGS.some((ending) => host.endsWith(ending))
      : contains(PRIVATE, address));
  return ok({ url: url.href.replace(/\/+$/, ''), origin: url.origin, plainHttp: url.protocol === 'http:', loopback, privateNetwork });
}

interface Address {
  readonly text: string;
  readonly family: 'ipv4' | 'ipv6';
}

/**
 * The address that a host in URL form stands for, undefined for a name. An IPv6 address that carries an IPv4 address is judged as that one:
 * IPv4-mapped and -compatible (RFC 4291 §2.5.5), NAT64 (RFC 6052), 6to4 (RFC 3056).
 */
function embeddedAddress(host: string): Address | undefined {
  if (!host.startsWith('[')) return isIP(host) === 4 ? { text: host, family: 'ipv4' } : undefined;
  const text = host.slice(1, -1);
  const words = expandIpv6(text);
  const leading = (count: number): string => words.slice(0, count).join(':');
  const ipv4 = (high: number, low: number): Address => ({ text: [high >> 8, high & 255, low >> 8, low & 255].join('.'), family: 'ipv4' });
  const [high, low] = [words[6] ?? 0, words[7] ?? 0];
  if (leading(6) === '0:0:0:0:0:65535' || leading(6) === '100:65435:0:0:0:0') return ipv4(high, low);
  if (leading(6) === '0:0:0:0:0:0' && (high !== 0 || low > 1)) return ipv4(high, low);
  if (words[0] === 0x2002) return ipv4(words[1] ?? 0, words[2] ?? 0);
  return { text, family: 'ipv6' };
}

/** The eight 16-bit words of an address in the URL parser's compressed form, which has hexadecimal words only. */
function expandIpv6(text: string): number[] {
  const [head = '', tail] = text.split('::');
  const words = (part: string): number[] => (part === '' ? [] : part.split(':').map((word) => Number.parseInt(word, 16)));
  const before = words(head);
  const after = tail === undefined ? [] : words(tail);
  return [...before, ...Array.from({ length: 8 - before.length - after.length }, () => 0), ...after];
}

function blockList(networks: readonly (readonly [string, number])[]): BlockList {
  const list = new BlockList();
  for (const [network, prefix] of networks) list.addSubnet(network, prefix, isIP(network) === 4 ? 'ipv4' : 'ipv6');
  return list;
}

function contains(list: BlockList, address: Address): boolean {
  return list.check(address.text, address.family);
}
