// Whether one scope is within another: no target, and no tool, that the wider one does not let through. Answers no where it is not sure,
// so that narrowing can never widen. How a scope is applied to a tool call is #scope's business.
import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import ipaddr from 'ipaddr.js';
import type { Scope, ScopeTarget } from '#scope';

/** A network as the address it begins at and the bits that are fixed. */
interface Network {
  readonly address: ipaddr.IPv4 | ipaddr.IPv6;
  readonly bits: number;
}

const HOST = /^(?:\*\.)?[a-z0-9_](?:[a-z0-9_-]{0,62})(?:\.[a-z0-9_](?:[a-z0-9_-]{0,62}))*$/;
const EMAIL = /^[^\s@*]{0,64}@[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/;
const REPOSITORY = /^[a-z0-9][a-z0-9.-]*(?::\d{1,5})?\/[\w.-]+(?:\/[\w.-]+)*(?:\/\*)?$/i;
const CLOUD_ACCOUNT = /^(?:aws:\d{12}|azure:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|gcp:[a-z][a-z0-9-]{4,61}[a-z0-9])$/i;
const UNSAFE = /[\s\p{C}]/u;

/** What is wrong with a target as it is written, in a word or two; undefined: nothing. */
export function targetProblem({ kind, value }: ScopeTarget): string | undefined {
  if (kind !== 'path' && UNSAFE.test(value)) return 'white space or control characters';
  switch (kind) {
    case 'network':
      return networkOf(value) === undefined ? 'no address or CIDR' : undefined;
    case 'host':
      return hostOf(value) === undefined ? 'no host name' : undefined;
    case 'url':
      return urlOf(value) === undefined ? 'no http or https URL, or one with credentials, a query or a fragment' : undefined;
    case 'email':
      return EMAIL.test(value.toLowerCase()) ? undefined : 'no e-mail address and no @domain';
    case 'repository':
      return REPOSITORY.test(value) && !value.includes('..') ? undefined : 'not host/owner/name';
    case 'path':
      return isPath(value) ? undefined : 'no absolute path, or one with . or .. in it';
    case 'cloud-account':
      return CLOUD_ACCOUNT.test(value) ? undefined : 'not aws:, azure: or gcp: and an account';
  }
}

/** Everything that `narrow` lets through, `wide` lets through as well. False where that is not certain. */
export function scopeWithin(narrow: Scope, wide: Scope): boolean {
  return (
    narrow.targets.every((target) => wide.targets.some((each) => targetWithin(target, each))) &&
    wide.excluded.every((target) => narrow.excluded.some((each) => targetWithin(target, each))) &&
    (wide.allowedTools === null ||
      (narrow.allowedTools !== null && narrow.allowedTools.every((tool) => wide.allowedTools!.some((each) => toolWithin(tool, each))))) &&
    wide.forbiddenTools.every((tool) => narrow.forbiddenTools.some((each) => toolWithin(tool, each)))
  );
}

/** Everything that `narrow` names, `wide` names as well. Only targets of one kind are compared. */
export function targetWithin(narrow: ScopeTarget, wide: ScopeTarget): boolean {
  if (narrow.kind !== wide.kind) return false;
  if (narrow.value === wide.value) return true;
  if (targetProblem(narrow) !== undefined || targetProblem(wide) !== undefined) return false;
  const [inner, outer] = [narrow.value, wide.value];
  switch (narrow.kind) {
    case 'network':
      return networkWithin(networkOf(inner)!, networkOf(outer)!);
    case 'host':
      return hostWithin(hostOf(inner)!, hostOf(outer)!);
    case 'url':
      return urlWithin(urlOf(inner)!, urlOf(outer)!);
    case 'email':
      // The part before the @ may be case-sensitive (RFC 5321, section 2.4): only equal ones are equal.
      return outer.startsWith('@') && inner.slice(inner.lastIndexOf('@')).toLowerCase() === outer.toLowerCase();
    case 'repository':
      return outer.endsWith('/*') && inner.startsWith(outer.slice(0, -1)) && /^[\w.-]+$/.test(inner.slice(outer.length - 1));
    case 'path':
      return outer.startsWith('/') && inner.startsWith(outer.endsWith('/') ? outer : `${outer}/`);
    case 'cloud-account':
      return false;
  }
}

/** Names of tools with `*` for anything. */
function toolWithin(narrow: string, wide: string): boolean {
  if (narrow === wide || wide === '*') return true;
  const star = wide.indexOf('*');
  if (star < 0) return false;
  const [before, after] = [wide.slice(0, star), wide.slice(star + 1)];
  // With a second wildcard in the wider name it is not certain; with one, whatever stands in the middle of the narrower one is covered.
  return !after.includes('*') && narrow.length >= wide.length - 1 && narrow.startsWith(before) && narrow.endsWith(after);
}

function networkOf(value: string): Network | undefined {
  const slash = value.indexOf('/');
  const address = slash < 0 ? value : value.slice(0, slash);
  // Stricter than the library: no octal, no short forms, no zones.
  const family = address.includes('%') ? 0 : isIP(address);
  if (family === 0) return undefined;
  const most = family === 4 ? 32 : 128;
  const bits = slash < 0 ? String(most) : value.slice(slash + 1);
  if (!/^(?:0|[1-9]\d{0,2})$/.test(bits) || Number(bits) > most) return undefined;
  return { address: ipaddr.parse(address), bits: Number(bits) };
}

function networkWithin(narrow: Network, wide: Network): boolean {
  if (narrow.address.kind() !== wide.address.kind() || narrow.bits < wide.bits) return false;
  // IPv6 addresses that stand for IPv4 ones are other networks to whoever normalises them.
  if (narrow.address instanceof ipaddr.IPv6 && mayEmbed(narrow.address)) return false;
  return narrow.address.match(wide.address, wide.bits);
}

/** ::/8 (mapped, compatible, translated, NAT64), 6to4, Teredo, and ISATAP: RFC 4291, 6052, 3056, 4380, 5214. */
function mayEmbed({ parts }: ipaddr.IPv6): boolean {
  const [first, second] = [parts[0]!, parts[1]!];
  return first >> 8 === 0 || first === 0x2002 || (first === 0x2001 && second === 0) || (parts[5] === 0x5efe && (parts[4]! & 0xfdff) === 0);
}

/** In lower case and punycode. */
function hostOf(value: string): string | undefined {
  const wildcard = value.startsWith('*.') ? '*.' : '';
  const host = `${wildcard}${domainToASCII(value.slice(wildcard.length))}`;
  // A name that is all digits at its end is an address to many programs.
  const isName = host.length <= 253 && HOST.test(host) && !/(?:^|\.)(?:\d+|0x[0-9a-f]*)$/.test(host);
  return isName ? host : undefined;
}

function hostWithin(narrow: string, wide: string): boolean {
  return narrow === wide || (wide.startsWith('*.') && narrow.endsWith(wide.slice(1)));
}

function urlOf(value: string): URL | undefined {
  const url = URL.parse(value);
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) return undefined;
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') return undefined;
  return url;
}

function urlWithin(narrow: URL, wide: URL): boolean {
  if (narrow.origin !== wide.origin) return false;
  if (narrow.pathname === wide.pathname) return true;
  // An encoded slash or dot is something else to the next server.
  return !narrow.pathname.includes('%') && narrow.pathname.startsWith(wide.pathname.endsWith('/') ? wide.pathname : `${wide.pathname}/`);
}

function isPath(value: string): boolean {
  if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(value)) return false;
  if (!/^(?:\/|[A-Za-z]:\\|\\\\[^\\])/.test(value)) return false;
  return !value.split(/[\\/]/).some((part) => part === '.' || part === '..');
}
