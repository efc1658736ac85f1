// One thing that a call would touch, in the form in which a scope is asked about it.
import { writeRange, type AddressRange } from './address.ts';
import type { UrlReading } from './url.ts';

export type Target =
  | { readonly kind: 'network'; readonly range: AddressRange }
  | { readonly kind: 'host'; readonly name: string }
  | { readonly kind: 'url'; readonly url: UrlReading }
  /** `domain` is a host, whose owner the mailbox belongs to. */
  | { readonly kind: 'email'; readonly local: string; readonly domain: string }
  | { readonly kind: 'repository'; readonly host: string; readonly ranges: readonly AddressRange[]; readonly path: string }
  | { readonly kind: 'path'; readonly path: string }
  | { readonly kind: 'cloud-account'; readonly value: string };

/** Canonical form, for people and for records. */
export function writeTarget(target: Target): string {
  switch (target.kind) {
    case 'network':
      return writeRange(target.range);
    case 'host':
      return target.name;
    case 'url':
      return writeUrl(target.url);
    case 'email':
      return `${target.local}@${target.domain}`;
    case 'repository':
      return `${writeHost(target.host, target.ranges)}/${target.path}`;
    case 'path':
      return target.path;
    case 'cloud-account':
      return target.value;
  }
}

function writeUrl(url: UrlReading): string {
  const isDefault = url.port === 0 || (url.scheme === 'https' ? url.port === 443 : url.scheme === 'http' && url.port === 80);
  return `${url.scheme}://${writeHost(url.name, url.ranges)}${isDefault ? '' : `:${url.port}`}${url.path}`;
}

function writeHost(name: string | undefined, ranges: readonly AddressRange[]): string {
  const range = ranges[0];
  if (range === undefined) return name ?? '?';
  return range.family === 6 ? `[${writeRange(range)}]` : writeRange(range);
}
