// URLs as tools read them, which is not as one standard says: what two readers would take differently is told as ambiguous.
import { hasMark } from '../marks.ts';
import type { AddressRange } from './address.ts';
import { canonicalHost } from './host.ts';
import { readNetworks } from './network.ts';

export interface UrlReading {
  readonly scheme: string;
  /** Canonical name; undefined where the host is an address or cannot be known. */
  readonly name: string | undefined;
  /** Every address that the host may be read as. */
  readonly ranges: readonly AddressRange[];
  /** 0: the scheme has none that is known here. */
  readonly port: number;
  /** Dot segments resolved, percent-encoding of plain characters undone; without query. */
  readonly path: string;
  /** False: the path may be another one for its server, or is not known as a whole. */
  readonly isPathCertain: boolean;
  /** Other hosts that some reader may take from the same text. Empty for an honest URL. */
  readonly otherHosts: readonly string[];
}

const DEFAULT_PORTS: Readonly<Record<string, number>> = {
  http: 80,
  https: 443,
  ws: 80,
  wss: 443,
  ftp: 21,
  ftps: 990,
  ssh: 22,
  sftp: 22,
  scp: 22,
  git: 9418,
  ldap: 389,
  ldaps: 636,
  telnet: 23,
  smtp: 25,
  imap: 143,
  pop3: 110,
  gopher: 70,
  rtsp: 554,
  redis: 6379,
  mysql: 3306,
  postgres: 5432,
  postgresql: 5432,
  mongodb: 27017,
};

const SCHEME = /^[a-z][a-z0-9+.-]{0,30}$/;

/** undefined: it is no URL with a host. `text` has a scheme and `:`. */
export function readUrl(text: string): UrlReading | undefined {
  // Parsers of the WHATWG standard drop these wherever they stand.
  const plain = text.replaceAll(/[\t\n\r]/g, '').trim();
  const colon = plain.indexOf(':');
  const scheme = plain.slice(0, colon).toLowerCase();
  if (colon === -1 || !SCHEME.test(scheme)) return undefined;
  const slashes = /^[/\\]*/.exec(plain.slice(colon + 1))![0];
  if (slashes.length === 0 && !['http', 'https', 'ws', 'wss', 'ftp'].includes(scheme)) return undefined;
  return readAuthority(scheme, plain.slice(colon + 1 + slashes.length), slashes !== '//');
}

/** A host with an optional port and path, as clients complete it: `example.com:8080/x`. */
export function readUrlWithoutScheme(text: string, scheme = 'http'): UrlReading | undefined {
  return readAuthority(
    scheme,
    text
      .replaceAll(/[\t\n\r]/g, '')
      .trim()
      .replace(/^\/\//, ''),
    false,
  );
}

function readAuthority(scheme: string, rest: string, isOdd: boolean): UrlReading | undefined {
  const end = rest.search(/[/?#\\]/);
  const authority = end === -1 ? rest : rest.slice(0, end);
  const tail = end === -1 ? '' : rest.slice(end);
  const at = authority.lastIndexOf('@');
  const hostAndPort = authority.slice(at + 1);
  const host = splitPort(hostAndPort);
  if (host === undefined) return undefined;
  const read = readHost(host.host);
  const deceptive = isOdd || tail.startsWith('\\') || authority.indexOf('@') !== at;
  // After `#`, `?` or `\` some readers still take what stands before a later @ as user name.
  const later = /^[?#\\][^/]*@([^/?#\\@:]+)/.exec(tail)?.[1];
  const otherHosts = deceptive || later !== undefined ? othersOf(authority, tail, host.host) : [];
  const { path, isCertain } = canonicalPath(tail);
  return {
    scheme,
    name: read.name,
    ranges: read.ranges,
    port: host.port ?? DEFAULT_PORTS[scheme] ?? 0,
    path,
    isPathCertain: isCertain && !isOdd,
    otherHosts,
  };
}

function othersOf(authority: string, tail: string, host: string): readonly string[] {
  const candidates = `${authority}@${tail.slice(0, 300)}`.split(/[@/?#\\]/).map((piece) => piece.replace(/:.*$/, ''));
  return [...new Set(candidates)].filter((piece) => piece !== host && (piece.includes('.') || readNetworks(piece).length > 0)).slice(0, 8);
}

function splitPort(text: string): { readonly host: string; readonly port: number | undefined } | undefined {
  const match = /^(\[[^\]]*\]|[^:]*)(?::([0-9]{0,5}))?$/.exec(text);
  if (match === null) return hasMark(text) ? { host: text, port: undefined } : undefined;
  return { host: match[1]!, port: match[2] === undefined || match[2] === '' ? undefined : Number(match[2]) };
}

/** A host as it stands in a URL: brackets, percent-encoding, loose addresses. Neither name nor ranges: it cannot be known. */
export function readHost(text: string): { readonly name: string | undefined; readonly ranges: readonly AddressRange[] } {
  const unknown = { name: undefined, ranges: [] };
  if (hasMark(text)) return unknown;
  let host = text;
  if (host.includes('%') && !host.startsWith('[')) {
    try {
      host = decodeURIComponent(host);
    } catch {
      return unknown;
    }
  }
  const ranges = readNetworks(host.replace(/\.$/, ''));
  if (ranges.length > 0) return { name: undefined, ranges };
  const name = canonicalHost(host);
  if (name === undefined) return unknown;
  // IDNA turns full-width digits and dots into plain ones, which may come to an address.
  const mapped = readNetworks(name);
  return mapped.length > 0 ? { name: undefined, ranges: mapped } : { name, ranges: [] };
}

/** The path of a URL as most servers read it; not certain where servers differ (encoded slashes, twice encoded, backslashes, `;`). */
export function canonicalPath(tail: string): { readonly path: string; readonly isCertain: boolean } {
  const end = tail.search(/[?#]/);
  const raw = end === -1 ? tail : tail.slice(0, end);
  if (hasMark(raw)) return { path: '/', isCertain: false };
  let isCertain = !/\\|%2f|%5c|%25|%00|;|\/\//i.test(raw.slice(1));
  const decoded = raw.replaceAll('\\', '/').replaceAll(/%([0-9a-f]{2})/gi, (whole, hex: string) => {
    const character = String.fromCharCode(Number.parseInt(hex, 16));
    return /[A-Za-z0-9._~-]/.test(character) ? character : whole.toUpperCase();
  });
  const segments: string[] = [];
  for (const segment of decoded.split('/').slice(1)) {
    if (segment === '..') {
      if (segments.length === 0) isCertain = false;
      segments.pop();
    } else if (segment !== '.') segments.push(segment);
  }
  return { path: `/${segments.join('/')}`, isCertain };
}
