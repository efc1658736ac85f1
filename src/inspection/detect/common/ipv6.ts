// IPv6 addresses in every text form of RFC 4291 section 2.2 (full, `::`, with an IPv4 tail), without zone, port and prefix length. Not times,
// not `std::byte`, not MAC addresses and fingerprints; not `::` and `::1`.
import { isIPv6 } from 'node:net';
import type { Detector } from '../detector.ts';
import { isWordAt } from './near.ts';

const SHORTEST = 3;
const LONGEST = 45;

export const ipv6: Detector = {
  id: 'ipv6',
  types: ['ipv6-address'],
  runs: ['colons'],
  find({ text }, start, end, report) {
    if (end - start > LONGEST + 2) return;
    let from = start;
    let to = end;
    // A colon that belongs to the sentence: `address:2001:db8::1`, `2001:db8::1: unreachable`.
    if (text[from] === ':' && text[from + 1] !== ':') from++;
    if (text[to - 1] === ':' && text[to - 2] !== ':') to--;
    const isUnjoined = !isWordAt(text, from - 1) || (from > start && text[from - 1] === ':');
    if (!isUnjoined || isWordAt(text, to) || to - from < SHORTEST) return;
    const value = text.slice(from, to);
    if (!isIPv6(value) || !isLikely(value, text, from, to)) return;
    report({ type: 'ipv6-address', start: from, end: to, confidence: 0.95, rule: 'ipv6.address' });
  },
};

/** Valid, and not rather a slice, a namespace, an EUI-64 or an address that names no machine. */
function isLikely(value: string, text: string, from: number, to: number): boolean {
  if (/^[0:]+:0{0,3}[01]?$/.test(value)) return false;
  if (value.includes('.')) return !/^[0:]*:(?:ffff:)?(?:127\.|0\.0\.0\.0$)/i.test(value);
  if (/^[0-9a-f]{2}(?::[0-9a-f]{2}){7}$/i.test(value)) return false;
  if (!value.includes('::')) return true;
  const groups = value.split(':').filter((group) => group !== '');
  if (groups.length >= 3) return true;
  // `a::b`, `x[1::2]`, `::Handler` are programs; prefixes in use have a first group of four.
  const hasLength = /^\/[0-9]{1,3}(?![0-9])/.test(text.slice(to, to + 5));
  return (
    !value.startsWith('::') &&
    (/^[0-9a-f]{4}::/i.test(value) || groups[0]!.length === 4 || hasLength) &&
    /[0-9]/.test(value) &&
    text[from - 1] !== '&'
  );
}
