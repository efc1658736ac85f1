// What a word, or a text, names: with certainty where a tool expects a host, by its looks elsewhere.
import { hasMark } from '../marks.ts';
import { accountOfArn, readEmail, readRepository } from './accounts.ts';
import { canonicalHost } from './host.ts';
import { readNetworks } from './network.ts';
import { FILE_SUFFIXES, HOST_SUFFIXES } from './suffixes.ts';
import type { Target } from './target.ts';
import { readHost, readUrl, readUrlWithoutScheme } from './url.ts';

/** A host and nothing else. Empty: it cannot be known which. */
export function hostTargets(text: string): readonly Target[] {
  const read = readHost(text);
  if (read.name !== undefined) return [{ kind: 'host', name: read.name }];
  return read.ranges.map((range) => ({ kind: 'network', range }));
}

/** `[user@]host[:port]`, where a tool expects one. */
export function endpointTargets(text: string): readonly Target[] {
  const bare = text.slice(text.lastIndexOf('@') + 1);
  const bracketed = /^\[([^\]]*)\](?::[^:]*)?$/.exec(bare);
  if (bracketed !== null) return hostTargets(bracketed[1]!);
  const networks = readNetworks(bare);
  if (networks.length > 0) return networks.map((range) => ({ kind: 'network', range }));
  const colon = bare.indexOf(':');
  return colon !== -1 && bare.indexOf(':', colon + 1) === -1 ? hostTargets(bare.slice(0, colon)) : hostTargets(bare);
}

/** Schemes whose URLs name no host that anything connects to. */
const LOCAL_SCHEMES: ReadonlySet<string> = new Set([
  'file',
  'data',
  'about',
  'mailto',
  'urn',
  'unix',
  'blob',
  'chrome',
  'vscode',
  'npm',
  'tel',
]);
const BUCKET_SCHEMES: ReadonlySet<string> = new Set(['s3', 's3a', 's3n', 'gs', 'abfs', 'abfss', 'wasb', 'wasbs', 'oss']);
const REPOSITORY_SCHEMES = /^(?:git\+)?(?:git|ssh|https?|git-remote-[a-z]+)$/;

/** Where a URL, or a host with a path, is expected. undefined: it cannot be known; empty: it names no host. */
export function urlTargets(text: string): readonly Target[] | undefined {
  const scheme = /^[a-z][a-z0-9+.-]*(?=:[/\\])/i.exec(text)?.[0].toLowerCase();
  if (scheme !== undefined && LOCAL_SCHEMES.has(scheme)) return [];
  if (/^(?:data|about|mailto):/i.test(text)) return [];
  const url = scheme === undefined && !/^(?:https?|wss?|ftp):/i.test(text) ? readUrlWithoutScheme(text) : readUrl(text);
  if (url === undefined || (url.name === undefined && url.ranges.length === 0)) return undefined;
  if (BUCKET_SCHEMES.has(url.scheme)) return undefined;
  return [{ kind: 'url', url: url.scheme.startsWith('git+') ? { ...url, scheme: url.scheme.slice(4) } : url }];
}

/** What git takes as a remote: URL, `[user@]host:path`, or a path or name of its own configuration (empty). */
export function remoteTargets(text: string): readonly Target[] | undefined {
  const helper = /^[a-z0-9-]+::(.*)$/i.exec(text);
  if (helper !== null) return text.toLowerCase().startsWith('ext::') ? undefined : remoteTargets(helper[1]!);
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) {
    const url = readUrl(text);
    if (url === undefined) return undefined;
    if (url.scheme === 'file') return [];
    if (url.name === undefined && url.ranges.length === 0) return undefined;
    const isPlain = REPOSITORY_SCHEMES.test(url.scheme) && url.isPathCertain && url.otherHosts.length === 0;
    const repository = isPlain ? readRepository(text.includes('[') ? '' : (url.name ?? hostText(text)), url.path) : undefined;
    return [repository ?? { kind: 'url', url }];
  }
  const scp = /^(?:[^@/:\s]+@)?(\[[^\]]+\]|[^/:@\s]+):(.*)$/.exec(text);
  if (scp === null || /^[a-z]:[\\/]/i.test(text)) return hasMark(text) && !/^[./]/.test(text) ? undefined : [];
  const path = scp[2]!.replace(/^~?\//, '');
  const repository = hasMark(text) ? undefined : readRepository(scp[1]!, path);
  if (repository !== undefined) return [repository];
  const targets = hostTargets(scp[1]!.replace(/^\[|\]$/g, ''));
  return targets.length === 0 ? undefined : targets;
}

function hostText(url: string): string {
  return /^[^:]*:\/\/(?:[^@/]*@)?([^:/?#]*)/.exec(url)?.[1] ?? '';
}

/** `[user@]host:path` of scp and rsync, `host::module`, or a path here (empty). */
export function remotePathTargets(text: string): readonly Target[] | undefined {
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(text)) return urlTargets(text);
  if (/^[./~]/.test(text) || /^[a-z]:[\\/]/i.test(text)) return [];
  const match = /^(?:[^@/:]*@)?(\[[^\]]+\]|[^/:@]*):/.exec(text);
  if (match === null) return hasMark(text.split('/')[0]!) ? undefined : [];
  const targets = hostTargets(match[1]!.replace(/^\[|\]$/g, ''));
  return targets.length === 0 ? undefined : targets;
}

/** `\\host\share`, as Windows opens it. */
export function shareHost(text: string): string | undefined {
  const match = /^(?:\\\\|\/\/)(?:[?.][\\/](?:UNC[\\/])?)?([^\\/@?]+)(?:@[^\\/]*)?(?:[\\/]|$)/i.exec(text);
  const host = match?.[1];
  return host === undefined || /^[a-z]:$/i.test(host) || /^(?:pipe|\.)$/i.test(host) ? undefined : host;
}

const INTERESTING = /[.:@\\]|0x/i;
const DASHED = /^[0-9a-f.:]{3,45}-[0-9a-f.:]{3,45}$/i;
const NETWORK_LOOKS = /^[0-9a-fx]+(?:\.[0-9a-fx*,-]+){3}(?:\/[0-9.]{1,15})?$/i;

/** What a word is by its looks alone. Empty: nothing that a scope is about. */
export function guessTargets(word: string): readonly Target[] {
  if (word.length < 3 || word.length > 2048 || !INTERESTING.test(word)) return [];
  const text = trimmed(/[^\u0020-\u007e]/.test(word) ? word.normalize('NFKC').replaceAll('。', '.') : word);
  if (/^arn:/i.test(text)) {
    const account = accountOfArn(text);
    return account === undefined ? [] : [account];
  }
  if (/[a-z0-9]:[/\\]{1,3}[^/\\]/i.test(text)) {
    const start = /[a-z][a-z0-9+.-]*:[/\\]+/i.exec(text)?.index ?? 0;
    const targets = urlTargets(text.slice(start));
    if (targets !== undefined) return targets;
  }
  if (text.startsWith('\\\\')) {
    const host = shareHost(text);
    return host === undefined ? [] : hostTargets(host);
  }
  const equals = text.indexOf('=');
  if (equals > 0 && equals < text.length - 1 && !text.includes('/', 0)) return guessTargets(text.slice(equals + 1));
  return guessAddress(text) ?? guessNamed(text);
}

function trimmed(text: string): string {
  return text.replace(/^[-'"`(<[{,;=]{1,8}/, '').replace(/['"`)>\]},;:!?.]{1,8}$/, '');
}

function guessAddress(text: string): readonly Target[] | undefined {
  const at = text.lastIndexOf('@');
  const bare = text.slice(at + 1);
  if (/^[0-9a-f]*:[0-9a-f:.]*[0-9a-f:](?:%[\w.-]+|\/[0-9]{1,3})?$/i.test(bare) && /[0-9]/.test(bare)) {
    const ranges = readNetworks(bare);
    if (ranges.length > 0) return ranges.map((range) => ({ kind: 'network', range }));
  }
  if (DASHED.test(bare)) {
    const ranges = readNetworks(bare);
    if (ranges.length > 0) return ranges.map((range) => ({ kind: 'network', range }));
  }
  if (/^0x[0-9a-f]{8}$/i.test(bare)) return readNetworks(bare).map((range) => ({ kind: 'network', range }));
  const host = /^([^:/]*(?:\/[0-9]{1,2}$)?)(?:[:/].*)?$/.exec(bare)?.[1] ?? bare;
  if (!NETWORK_LOOKS.test(host) || !/^[0-9]/.test(host)) return undefined;
  const ranges = readNetworks(host);
  return ranges.length === 0 ? undefined : ranges.map((range) => ({ kind: 'network', range }));
}

function guessNamed(text: string): readonly Target[] {
  // Behind a slash it is part of a path, or a version.
  const at = text.split('/', 1)[0]!.lastIndexOf('@');
  const rest = text.slice(at + 1);
  const match = /^([^:/\\?#]+)(:[^/\\]*)?([/\\?#].*)?$/.exec(rest);
  const raw = match?.[1];
  if (raw === undefined || !raw.includes('.')) return [];
  const name = canonicalHost(raw);
  if (name === undefined) return [];
  const dot = name.lastIndexOf('.');
  const suffix = name.slice(dot + 1);
  if (!HOST_SUFFIXES.has(suffix) && !suffix.startsWith('xn--')) return [];
  if (at > 0) {
    if (match?.[2] !== undefined) return remotePathTargets(text) ?? [];
    const email = readEmail(text.slice(0, at + 1) + raw);
    if (email !== undefined) return [email];
  }
  const isBare = match?.[3] === undefined && !/^:[0-9]+$/.test(match?.[2] ?? '');
  if (isBare && FILE_SUFFIXES.has(suffix) && !name.startsWith('www.')) return [];
  return [{ kind: 'host', name }];
}

const WORDS = /[^\s"'`<>(){}[\],;|]{3,2048}/g;
const ASCII_WORDS = /[\w.~:/?#@!$&*+=%\\-]{3,2048}/g;

/** Everything that a text names, by its looks. At most `limit`; nothing is said twice. */
export function scanText(text: string, limit = 200): readonly { readonly target: Target; readonly written: string }[] {
  const found: { target: Target; written: string }[] = [];
  const seen = new Set<string>();
  const look = (word: string): void => {
    if (seen.has(word) || found.length >= limit || !INTERESTING.test(word)) return;
    seen.add(word);
    for (const target of guessTargets(word)) found.push({ target, written: word });
  };
  for (const [word] of text.matchAll(WORDS)) {
    look(word);
    if (/[^\u0020-\u007e]/.test(word)) for (const [ascii] of word.matchAll(ASCII_WORDS)) look(ascii);
    if (found.length >= limit) break;
  }
  return found;
}
