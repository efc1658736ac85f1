// Mailboxes, repositories and cloud accounts: their written forms.
import { canonicalHost } from './host.ts';
import type { Target } from './target.ts';
import { readHost } from './url.ts';

type Of<K extends Target['kind']> = Extract<Target, { kind: K }>;

const LOCAL_PART = /^[^\s@"<>(),:;\\[\]]{1,64}$/u;

export function readEmail(text: string): Of<'email'> | undefined {
  const at = text.lastIndexOf('@');
  if (at < 1 || text.length > 320) return undefined;
  const local = text.slice(0, at).toLowerCase();
  const domain = canonicalHost(text.slice(at + 1));
  return domain === undefined || !LOCAL_PART.test(local) ? undefined : { kind: 'email', local, domain };
}

/** `host/owner/name`, deeper groups included; `.git` at the end is no part of the name. */
export function readRepository(host: string, path: string): Of<'repository'> | undefined {
  const segments = path
    .toLowerCase()
    .replace(/\.git\/?$/, '')
    .split('/')
    .filter((segment) => segment !== '');
  const read = readHost(host);
  if (segments.length < 1 || segments.length > 12 || segments.some((segment) => !/^[\w.~+-]+$/.test(segment) || /^\.+$/.test(segment)))
    return undefined;
  if (read.name === undefined && read.ranges.length === 0) return undefined;
  return { kind: 'repository', host: read.name ?? '', ranges: read.ranges, path: segments.join('/') };
}

const CLOUD_FORMS: Readonly<Record<string, RegExp>> = {
  aws: /^[0-9]{12}$/,
  azure: /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  gcp: /^[a-z][a-z0-9-]{4,28}[a-z0-9]$/,
};

export function readCloudAccount(text: string): Of<'cloud-account'> | undefined {
  const [provider, account, ...rest] = text.toLowerCase().split(':');
  if (provider === undefined || account === undefined || rest.length > 0) return undefined;
  return CLOUD_FORMS[provider]?.test(account) === true ? { kind: 'cloud-account', value: `${provider}:${account}` } : undefined;
}

/** The account in an Amazon Resource Name; undefined: it has none (`arn:aws:s3:::bucket`) or is no ARN. */
export function accountOfArn(text: string): Of<'cloud-account'> | undefined {
  const parts = text.split(':');
  return parts[0]?.toLowerCase() === 'arn' && parts.length >= 6 ? readCloudAccount(`aws:${parts[4]}`) : undefined;
}
