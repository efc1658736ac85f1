// Words in whose place a target stands: hosts, URLs, repositories, mailboxes, files. Each says what it finds.
import type { Use } from '../findings.ts';
import { hasUnknown, shown } from '../marks.ts';
import { judgePath, judgeSecret } from '../sensitive.ts';
import { standingOf } from '../standing.ts';
import { accountOfArn, readCloudAccount, readEmail } from '../targets/accounts.ts';
import { readNetworks } from '../targets/network.ts';
import { endpointTargets, guessTargets, hostTargets, remoteTargets, shareHost, urlTargets } from '../targets/recognise.ts';
import { bracesIn } from './globbing.ts';
import type { Flow, Run } from './run.ts';
import { touchAll } from './touch.ts';

export interface Place {
  readonly run: Run;
  readonly stdin: Flow;
  readonly use: Use;
  readonly name: string;
  readonly flags: ReadonlySet<string>;
}

export type RoleReader = (value: string, at: Place) => void;

export const DEEP: ReadonlySet<string> = new Set(['tar', 'zip', 'rsync', 'rg', 'ag', '7z', 'cpio']);

export function isDeep(at: Place): boolean {
  if (DEEP.has(at.name)) return true;
  return (
    /^(?:cp|mv|rm|scp|grep|egrep|fgrep|chmod|chown|chgrp)$/.test(at.name) &&
    ['-r', '-R', '-a', '--recursive', '--archive'].some((flag) => at.flags.has(flag))
  );
}

export const hold = (at: Place, why: string, value: string): void =>
  at.run.findings.because('target-unknown', `${at.name}: ${why}: ${shown(value)}`);

export function onHost(value: string, at: Place): void {
  if (value === '') return;
  touchAll(endpointTargets(value), 'host', value, at.use, at.run);
}

export function onUrl(value: string, at: Place): void {
  if (value === '' || value === '-') return;
  for (const one of bracesIn(value)) {
    const targets = urlTargets(one);
    if (targets === undefined) touchAll(undefined, 'url', one, at.use, at.run);
    else for (const target of targets) at.run.findings.touch(target, one, at.use);
    if (/^file:/i.test(one)) judgePath(one, { access: 'open' }, at.run.findings);
    else if (/^mailto:/i.test(one)) onMailto(one, at);
    else if (/^(?:data|javascript|blob):/i.test(one))
      at.run.findings.because('encoded-command', `A URL holds what is opened: ${shown(one)}`);
    judgeNested(one, at);
  }
}

/** A URL inside of a URL may be where a server sends on to. */
export function judgeNested(url: string, at: Place): void {
  const query = url.indexOf('?');
  if (query === -1) return;
  const nested = decodedTwice(url.slice(query + 1)).match(/(?:[a-z][a-z0-9+.-]{1,20}:)?\/\/[^\s&"'<>]{3,300}/gi) ?? [];
  for (const inner of nested.slice(0, 8)) {
    for (const target of urlTargets(inner) ?? []) {
      if (standingOf(target, at.run.findings.scope) !== 'authorised') hold(at, 'a URL names another one that it may lead to', inner);
      at.run.findings.touch(target, inner, 'mentions');
    }
  }
}

export function decodedTwice(text: string): string {
  try {
    return decodeURIComponent(decodeURIComponent(text));
  } catch {
    return text.replaceAll(/%3a/gi, ':').replaceAll(/%2f/gi, '/');
  }
}

export function onMailto(url: string, at: Place): void {
  for (const match of decodedTwice(url.slice('mailto:'.length)).matchAll(/[^\s?&=,;<>]+@[^\s?&=,;<>]+/g)) onEmail(match[0], at);
}

export function onScan(value: string, at: Place): void {
  if (hasUnknown(value) && !/^[.~/]/.test(value)) {
    if (/:\/\/[^/]*[\uFDD0\uFDD1]|@[\uFDD0\uFDD1]/.test(value)) touchAll(undefined, 'host', value, at.use, at.run);
    else at.run.findings.noteDynamic();
  }
  for (const target of guessTargets(value)) at.run.findings.touch(target, value, at.use);
  onFile(value, at);
}

export function onFile(value: string, at: Place): void {
  const host = value.startsWith('\\\\') ? shareHost(value) : undefined;
  if (host !== undefined) touchAll(hostTargets(host), 'host', value, 'acts', at.run);
  else if (/^[a-z][a-z0-9+.-]+:\/\//i.test(value) && !/^file:/i.test(value)) onUrl(value, at);
  else if (at.run.place === 'here')
    judgePath(value, { access: 'read', isDeep: isDeep(at), directory: at.run.state.directory }, at.run.findings);
  else judgeSecret(value, at.run.findings);
}

export function onOut(value: string, at: Place): void {
  const host = value.startsWith('\\\\') ? shareHost(value) : undefined;
  if (host !== undefined) touchAll(hostTargets(host), 'host', value, 'acts', at.run);
  else if (at.run.place === 'here')
    judgePath(value, { access: 'write', isDeep: isDeep(at), directory: at.run.state.directory }, at.run.findings);
  else judgeSecret(value, at.run.findings);
}

export function onNmap(value: string, at: Place): void {
  const ranges = readNetworks(value);
  if (ranges.length > 0) for (const range of ranges) at.run.findings.touch({ kind: 'network', range }, value, at.use);
  else if (/^https?:\/\//i.test(value)) onUrl(value, at);
  else {
    const slash = value.indexOf('/');
    if (slash !== -1) hold(at, 'the addresses around a name cannot be known', value);
    onHost(slash === -1 ? value : value.slice(0, slash), at);
  }
}

export function onList(value: string, at: Place): void {
  const flow = value === '-' ? at.stdin : at.run.state.files.get(value);
  if (flow?.texts === undefined) {
    hold(at, 'targets are read from a file', value);
    return;
  }
  for (const text of flow.texts) for (const word of text.split(/\s+/)) if (word !== '') (word.includes('://') ? onUrl : onNmap)(word, at);
}

export function onGit(value: string, at: Place): void {
  const targets = remoteTargets(value);
  if (targets === undefined) touchAll(undefined, 'repository', value, at.use, at.run);
  else for (const target of targets) at.run.findings.touch(target, value, at.use);
}

export function onConnection(value: string, at: Place): void {
  const settings = /(?:^|\s)(?:host|hostaddr|server|data source|addr)\s*=\s*'?([^\s;']+)/i.exec(value);
  if (value.includes('://')) onUrl(value, at);
  else if (settings !== null) for (const host of settings[1]!.split(',')) onDatabaseHost(host, at);
  else if (hasUnknown(value)) hold(at, 'which database is meant cannot be known', value);
  else for (const target of guessTargets(value)) at.run.findings.touch(target, value, at.use);
}

export function onDatabaseHost(value: string, at: Place): void {
  if (!value.startsWith('/') && value !== '.') onHost(value.replace(/^(?:tcp|np|lpc):/i, '').replace(/[\\,].*$/, ''), at);
}

export function onName(value: string, at: Place): void {
  if (value === '' || value.startsWith('+') || /^(?:a|aaaa|mx|ns|txt|soa|any|axfr|ptr|cname|srv|in|ch|caa|ds|dnskey)$/i.test(value)) return;
  onHost(value.replace(/^=/, ''), at);
}

export function onServer(value: string, at: Place): void {
  if (value.startsWith('@')) onHost(value.slice(1), at);
  else onName(value, at);
}

export function onImage(value: string, at: Place): void {
  if (hasUnknown(value)) hold(at, 'which image is meant cannot be known', value);
  const first = value.split('/')[0]!;
  if (value.includes('/') && /[.:]|^localhost$/.test(first)) onHost(first, at);
}

export function onContext(value: string, at: Place): void {
  const account = accountOfArn(value) ?? readCloudAccount(`gcp:${/^gke_([a-z0-9-]+)_/.exec(value)?.[1] ?? ''}`);
  const named = account === undefined ? guessTargets(value.slice(value.lastIndexOf('@') + 1)) : [account];
  if (named.length === 0) hold(at, 'which cluster a context means cannot be known', value);
  for (const target of named) at.run.findings.touch(target, value, at.use);
}

export function onEmail(value: string, at: Place): void {
  for (const one of value.split(',')) {
    const email = one.length > 1000 ? undefined : readEmail(one.replace(/^.*<|>.*$/g, '').trim());
    if (email !== undefined) at.run.findings.touch(email, one, at.use);
    else if (hasUnknown(one) || one.includes('@')) hold(at, 'who gets a message cannot be known', one);
  }
}

export function onAccount(provider: 'azure' | 'gcp'): RoleReader {
  return (value, at) => {
    const account = readCloudAccount(`${provider}:${value}`);
    if (account === undefined) hold(at, 'which account is meant cannot be known', value);
    else at.run.findings.touch(account, value, at.use);
  };
}

export function onMount(value: string, at: Place): void {
  const share = shareHost(value);
  if (share !== undefined) onHost(share, at);
  else if (/^[^/]+:\//.test(value)) onHost(value.slice(0, value.lastIndexOf(':/')), at);
  else onFile(value, at);
}

export const eachOf =
  (separator: RegExp, read: RoleReader): RoleReader =>
  (value, at) => {
    for (const one of value.split(separator)) if (one !== '') read(one, at);
  };
