// What a scope says about one target. Names are not resolved: a name is authorised by name only.
import { covers, readIpv4, readIpv6, touches, type AddressRange } from './targets/address.ts';
import { isLoopbackName, isMetadataName, parentsOf } from './targets/host.ts';
import { isBelow } from './targets/path.ts';
import { readHost, type UrlReading } from './targets/url.ts';
import { hostOf, originOf, type CompiledScope, type TargetSet } from './scope.ts';
import type { Target } from './targets/target.ts';
import type { FoundTarget } from './types.ts';

export type Standing = FoundTarget['standing'];

/** From what passes to what does not. */
const ORDER: readonly Standing[] = ['authorised', 'unknown', 'outside', 'excluded'];

export function worstOf(standings: Iterable<Standing>): Standing {
  let worst = 0;
  for (const standing of standings) worst = Math.max(worst, ORDER.indexOf(standing));
  return ORDER[worst]!;
}

export function standingOf(target: Target, scope: CompiledScope): Standing {
  switch (target.kind) {
    case 'network':
      return ofRange(target.range, scope);
    case 'host':
      return ofName(target.name, scope);
    case 'url':
      return ofUrl(target.url, scope);
    case 'email':
      return ofEmail(target, scope);
    case 'repository':
      return ofRepository(target, scope);
    case 'path':
      return ofPath(target.path, scope);
    case 'cloud-account':
      if (scope.excluded.accounts.has(target.value)) return 'excluded';
      return scope.authorised.accounts.has(target.value) ? 'authorised' : 'outside';
  }
}

function v4(text: string): bigint {
  return readIpv4(text)!;
}

const LOOPBACK: readonly AddressRange[] = [
  { family: 4, first: v4('0.0.0.0'), last: v4('0.0.0.0') },
  { family: 4, first: v4('127.0.0.0'), last: v4('127.255.255.255') },
  { family: 6, first: 0n, last: 1n },
];

const LINK_LOCAL: readonly AddressRange[] = [{ family: 4, first: v4('169.254.0.0'), last: v4('169.254.255.255') }];

/** Where clouds hand out credentials: AWS, Azure, Google (link-local), Alibaba, Azure's wire server, Oracle, AWS over IPv6. */
const METADATA: readonly AddressRange[] = [
  { family: 4, first: v4('100.100.100.200'), last: v4('100.100.100.200') },
  { family: 4, first: v4('168.63.129.16'), last: v4('168.63.129.16') },
  ...LINK_LOCAL,
  { family: 4, first: v4('192.0.0.192'), last: v4('192.0.0.192') },
  { family: 6, first: readIpv6('fd00:ec2::')!, last: readIpv6('fd00:ec2::ffff')! },
].sort((a, b) => a.family - b.family || (a.first < b.first ? -1 : 1)) as readonly AddressRange[];

function ofRange(range: AddressRange, scope: CompiledScope): Standing {
  if (touches(scope.excluded.ranges, range)) return 'excluded';
  if (covers(METADATA, range)) return isNamedNarrowly(range, scope.authorised) ? 'authorised' : 'outside';
  if (covers(scope.authorised.ranges, range) || covers(LOOPBACK, range)) return 'authorised';
  return 'outside';
}

/** A scope of whole networks does not mean the metadata services in them: those are named in a /16 or less of their own. */
function isNamedNarrowly(range: AddressRange, set: TargetSet): boolean {
  const widest = range.family === 4 ? 1n << 16n : 1n << 64n;
  return set.ranges.some(
    (named) => named.family === range.family && named.first <= range.first && named.last >= range.last && named.last - named.first < widest,
  );
}

function isNamed(name: string, set: TargetSet): boolean {
  if (set.hosts.has(name)) return true;
  for (const parent of parentsOf(name)) if (set.domains.has(parent)) return true;
  return false;
}

function ofName(name: string, scope: CompiledScope): Standing {
  if (isNamed(name, scope.excluded)) return 'excluded';
  if (isMetadataName(name)) return scope.authorised.hosts.has(name) ? 'authorised' : 'outside';
  if (isNamed(name, scope.authorised)) return 'authorised';
  if (isLoopbackName(name)) return touches(scope.excluded.ranges, LOOPBACK[1]!) ? 'excluded' : 'authorised';
  return unnamed(name, scope);
}

/**
 * A name that the scope does not know. One label may be an alias or be completed by a search list, a name of a scope that knows networks only
 * may resolve into them, and of a host that only URLs name, a part is authorised: unknown. Every other name is outside.
 */
function unnamed(name: string, scope: CompiledScope): Standing {
  const { authorised } = scope;
  if (!name.includes('.') || authorised.urlHosts.has(name)) return 'unknown';
  return authorised.ranges.length > 0 && authorised.hosts.size + authorised.domains.size + authorised.urls.size === 0
    ? 'unknown'
    : 'outside';
}

function ofHost(host: { readonly name: string | undefined; readonly ranges: readonly AddressRange[] }, scope: CompiledScope): Standing {
  if (host.name !== undefined) return ofName(host.name, scope);
  return host.ranges.length === 0 ? 'unknown' : worstOf(host.ranges.map((range) => ofRange(range, scope)));
}

function ofUrl(url: UrlReading, scope: CompiledScope): Standing {
  const standing = ofUrlAsRead(url, scope);
  if (url.otherHosts.length === 0) return standing;
  return worstOf(['unknown', standing, ...url.otherHosts.map((host) => ofHost(readHost(host), scope))]);
}

function ofUrlAsRead(url: UrlReading, scope: CompiledScope): Standing {
  const host = ofHost(url, scope);
  if (host === 'excluded') return host;
  const barred = isExcludedUrl(url, scope.excluded);
  if (barred !== undefined) return barred;
  if (host === 'authorised' || isRepositoryPage(url, scope)) return 'authorised';
  const prefixes = originOf(url).map((origin) => scope.authorised.urls.get(origin) ?? []);
  if (prefixes.length > 0 && prefixes.every((list) => list.length > 0)) {
    if (prefixes.every((list) => list.some((prefix) => prefix === '/'))) return 'authorised';
    if (!url.isPathCertain) return 'unknown';
    return prefixes.every((list) => list.some((prefix) => isBelow(url.path, prefix))) ? 'authorised' : 'outside';
  }
  // The host is known from URLs of another scheme or port only.
  return host === 'unknown' && url.name?.includes('.') === true && scope.authorised.urlHosts.has(url.name) ? 'outside' : host;
}

const WEB_PORTS: ReadonlySet<number> = new Set([0, 80, 443]);

function isExcludedUrl(url: UrlReading, excluded: TargetSet): Standing | undefined {
  for (const host of hostOf(url)) {
    for (const barred of excluded.urlHosts.get(host) ?? []) {
      if (barred.port !== url.port && !(WEB_PORTS.has(barred.port) && WEB_PORTS.has(url.port))) continue;
      if (isBelow(url.path, barred.path)) return 'excluded';
      if (!url.isPathCertain) return 'unknown';
    }
    for (const repository of repositoryKeys(host, url.path)) if (excluded.repositories.has(repository)) return 'excluded';
  }
  return undefined;
}

/** Pages of a repository's own web address belong to it. */
function isRepositoryPage(url: UrlReading, scope: CompiledScope): boolean {
  if (!url.isPathCertain || url.scheme !== 'https' || url.port !== 443 || scope.authorised.repositories.size === 0) return false;
  const hosts = hostOf(url);
  return hosts.length > 0 && hosts.every((host) => repositoryKeys(host, url.path).some((key) => scope.authorised.repositories.has(key)));
}

/** What a repository, or anything below it, may be named by: every leading part of its path, and `/` behind it for its owner's. */
function repositoryKeys(host: string, path: string): readonly string[] {
  const segments = path
    .toLowerCase()
    .split('/')
    .filter((segment) => segment !== '');
  const keys: string[] = [];
  for (let count = 1; count <= Math.min(segments.length, 8); count += 1) {
    const key = `${host}/${segments
      .slice(0, count)
      .join('/')
      .replace(/\.git$/, '')}`;
    keys.push(key);
    if (count < segments.length) keys.push(`${key}/`);
  }
  return keys;
}

function ofRepository(target: Extract<Target, { kind: 'repository' }>, scope: CompiledScope): Standing {
  const host = { name: target.host === '' ? undefined : target.host, ranges: target.ranges };
  const standing = ofHost(host, scope);
  const keys = hostOf(host).map((name) => repositoryKeys(name, target.path));
  if (standing === 'excluded' || keys.some((list) => list.some((key) => scope.excluded.repositories.has(key)))) return 'excluded';
  const url = { scheme: 'https', ...host, port: 443, path: `/${target.path}`, isPathCertain: true, otherHosts: [] };
  const barred = isExcludedUrl(url, scope.excluded);
  if (barred !== undefined) return barred;
  if (keys.length > 0 && keys.every((list) => list.some((key) => scope.authorised.repositories.has(key)))) return 'authorised';
  if (standing === 'authorised') return standing;
  return worstOf([ofUrlAsRead(url, scope)]);
}

function ofEmail(target: Extract<Target, { kind: 'email' }>, scope: CompiledScope): Standing {
  const address = `${target.local}@${target.domain}`;
  const holds = (set: TargetSet): boolean => set.emails.has(address) || set.emailDomains.has(target.domain);
  if (holds(scope.excluded) || isNamed(target.domain, scope.excluded)) return 'excluded';
  if (holds(scope.authorised)) return 'authorised';
  return isNamed(target.domain, scope.authorised) ? 'unknown' : 'outside';
}

function ofPath(path: string, scope: CompiledScope): Standing {
  if (scope.excluded.paths.some((barred) => isBelow(path, barred))) return 'excluded';
  const { paths } = scope.authorised;
  if (paths.length === 0 || isBelow(path, '/tmp') || isBelow(path, '/var/tmp')) return 'authorised';
  if (paths.some((allowed) => isBelow(path, allowed))) return 'authorised';
  return path.startsWith('~') || path.startsWith('../') ? 'unknown' : 'outside';
}

/** Is the path named by the scope, rather than merely not forbidden? */
export function isPathNamed(path: string, scope: CompiledScope): boolean {
  return ofPath(path, scope) === 'authorised' && scope.authorised.paths.some((allowed) => isBelow(path, allowed));
}
