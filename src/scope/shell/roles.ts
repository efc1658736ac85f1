// What the value of an option, or a word in its place, is taken for. One small reader for each role that spec.ts names.
import type { Use } from '../findings.ts';
import { hasMark, hasUnknown, shown, SPLIT } from '../marks.ts';
import { judgePath, judgeSecret } from '../sensitive.ts';
import { standingOf } from '../standing.ts';
import { accountOfArn, readCloudAccount, readEmail, readRepository } from '../targets/accounts.ts';
import { readNetworks } from '../targets/network.ts';
import {
  endpointTargets,
  guessTargets,
  hostTargets,
  remotePathTargets,
  remoteTargets,
  scanText,
  shareHost,
  urlTargets,
} from '../targets/recognise.ts';
import { bracesIn } from './globbing.ts';
import { NOTHING, runText, type Flow, type Run } from './run.ts';
import { touchAll } from './touch.ts';

export interface Place {
  readonly run: Run;
  readonly stdin: Flow;
  readonly use: Use;
  readonly name: string;
  readonly flags: ReadonlySet<string>;
}

type RoleReader = (value: string, at: Place) => void;

const DEEP: ReadonlySet<string> = new Set(['tar', 'zip', 'rsync', 'rg', 'ag', '7z', 'cpio']);

function isDeep(at: Place): boolean {
  if (DEEP.has(at.name)) return true;
  return (
    /^(?:cp|mv|rm|scp|grep|egrep|fgrep|chmod|chown|chgrp)$/.test(at.name) &&
    ['-r', '-R', '-a', '--recursive', '--archive'].some((flag) => at.flags.has(flag))
  );
}

const hold = (at: Place, why: string, value: string): void =>
  at.run.findings.because('target-unknown', `${at.name}: ${why}: ${shown(value)}`);

function onHost(value: string, at: Place): void {
  if (value === '') return;
  touchAll(endpointTargets(value), 'host', value, at.use, at.run);
}

function onUrl(value: string, at: Place): void {
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
function judgeNested(url: string, at: Place): void {
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

function decodedTwice(text: string): string {
  try {
    return decodeURIComponent(decodeURIComponent(text));
  } catch {
    return text.replaceAll(/%3a/gi, ':').replaceAll(/%2f/gi, '/');
  }
}

function onMailto(url: string, at: Place): void {
  for (const match of decodedTwice(url.slice('mailto:'.length)).matchAll(/[^\s?&=,;<>]+@[^\s?&=,;<>]+/g)) onEmail(match[0], at);
}

function onScan(value: string, at: Place): void {
  if (hasUnknown(value) && !/^[.~/]/.test(value)) {
    if (/:\/\/[^/]*[\uFDD0\uFDD1]|@[\uFDD0\uFDD1]/.test(value)) touchAll(undefined, 'host', value, at.use, at.run);
    else at.run.findings.noteDynamic();
  }
  for (const target of guessTargets(value)) at.run.findings.touch(target, value, at.use);
  onFile(value, at);
}

function onFile(value: string, at: Place): void {
  const host = value.startsWith('\\\\') ? shareHost(value) : undefined;
  if (host !== undefined) touchAll(hostTargets(host), 'host', value, 'acts', at.run);
  else if (/^[a-z][a-z0-9+.-]+:\/\//i.test(value) && !/^file:/i.test(value)) onUrl(value, at);
  else if (at.run.place === 'here')
    judgePath(value, { access: 'read', isDeep: isDeep(at), directory: at.run.state.directory }, at.run.findings);
  else judgeSecret(value, at.run.findings);
}

function onOut(value: string, at: Place): void {
  const host = value.startsWith('\\\\') ? shareHost(value) : undefined;
  if (host !== undefined) touchAll(hostTargets(host), 'host', value, 'acts', at.run);
  else if (at.run.place === 'here')
    judgePath(value, { access: 'write', isDeep: isDeep(at), directory: at.run.state.directory }, at.run.findings);
  else judgeSecret(value, at.run.findings);
}

function onNmap(value: string, at: Place): void {
  const ranges = readNetworks(value);
  if (ranges.length > 0) for (const range of ranges) at.run.findings.touch({ kind: 'network', range }, value, at.use);
  else if (/^https?:\/\//i.test(value)) onUrl(value, at);
  else {
    const slash = value.indexOf('/');
    if (slash !== -1) hold(at, 'the addresses around a name cannot be known', value);
    onHost(slash === -1 ? value : value.slice(0, slash), at);
  }
}

function onList(value: string, at: Place): void {
  const flow = value === '-' ? at.stdin : at.run.state.files.get(value);
  if (flow?.texts === undefined) {
    hold(at, 'targets are read from a file', value);
    return;
  }
  for (const text of flow.texts) for (const word of text.split(/\s+/)) if (word !== '') (word.includes('://') ? onUrl : onNmap)(word, at);
}

function onForward(value: string, at: Place): void {
  // [bind:]port:host:hostport, a socket here, or host:port.
  const parts = value.match(/\[[^\]]*\]|[^:]+/g) ?? [];
  const host = parts.length >= 3 ? parts.at(-2) : parts.length === 2 && !/^[0-9]+$/.test(parts[0] ?? '') ? parts[0] : undefined;
  if (host !== undefined && !host.startsWith('/')) onHost(host, at);
  else if (host === undefined && hasMark(value)) hold(at, 'where a connection is forwarded cannot be known', value);
}

function onSshOption(value: string, at: Place): void {
  const match = /^\s*([A-Za-z]+)(?:\s*=\s*|\s+)(.*)$/s.exec(value);
  const name = match?.[1]?.toLowerCase();
  const rest = match?.[2] ?? '';
  if (name === undefined) {
    if (hasUnknown(value)) hold(at, 'an option cannot be known', value);
  } else if (name === 'proxycommand') {
    if (rest.toLowerCase() !== 'none')
      onShell(
        rest.replaceAll(/%[hnpr]/g, (code) => (code === '%p' ? '22' : 'localhost')),
        at,
      );
  } else if (name === 'proxyjump') onJump(rest, at);
  else if (name === 'hostname' || name === 'bindaddress') onHost(rest, at);
  else if (name === 'localcommand' || name === 'remotecommand' || name === 'knownhostscommand') onShell(rest, at);
  else if (name === 'localforward' || name === 'remoteforward') onForward(rest.trim().replace(/\s+/, ':'), at);
  else if (name === 'include') onConfig(rest, at);
}

function onJump(value: string, at: Place): void {
  if (value.toLowerCase() === 'none') return;
  for (const hop of value.split(',')) onHost(hop.replace(/^ssh:\/\//, ''), at);
}

function onShell(value: string, at: Place): void {
  if (value === '') return;
  runText(value, at.run, (text, inner) => inner.readers.shell(text, inner, NOTHING));
}

function onConfig(value: string, at: Place): void {
  if (value === '/dev/null' || value === 'none') return;
  const flow = value === '-' ? at.stdin : at.run.state.files.get(value);
  if (flow?.texts === undefined) {
    hold(at, 'its options are read from a file', value);
    return;
  }
  for (const text of flow.texts) for (const { target, written } of scanText(text)) at.run.findings.touch(target, written, 'acts');
  hold(at, 'its options are read from a file of this call', value);
}

function onGit(value: string, at: Place): void {
  const targets = remoteTargets(value);
  if (targets === undefined) touchAll(undefined, 'repository', value, at.use, at.run);
  else for (const target of targets) at.run.findings.touch(target, value, at.use);
}

function onHeader(value: string, at: Place): void {
  if (value.startsWith('@')) return;
  if (/^[\uFDD0\uFDD1]/.test(value)) hold(at, 'a header cannot be known', value);
  const match = /^(?::authority|host|x-forwarded-host|x-original-host|forwarded)\s*:\s*(.+)$/i.exec(value);
  if (match !== null) onHost(match[1]!.trim(), at);
}

function onConnection(value: string, at: Place): void {
  const settings = /(?:^|\s)(?:host|hostaddr|server|data source|addr)\s*=\s*'?([^\s;']+)/i.exec(value);
  if (value.includes('://')) onUrl(value, at);
  else if (settings !== null) for (const host of settings[1]!.split(',')) onDatabaseHost(host, at);
  else if (hasUnknown(value)) hold(at, 'which database is meant cannot be known', value);
  else for (const target of guessTargets(value)) at.run.findings.touch(target, value, at.use);
}

function onDatabaseHost(value: string, at: Place): void {
  if (!value.startsWith('/') && value !== '.') onHost(value.replace(/^(?:tcp|np|lpc):/i, '').replace(/[\\,].*$/, ''), at);
}

function onSocat(value: string, at: Place): void {
  const [kind, rest] = [value.slice(0, value.indexOf(':')), value.slice(value.indexOf(':') + 1)];
  if (/^(?:exec|system|shell)$/i.test(kind)) onShell(rest.split(',')[0]!, at);
  else if (/listen|^(?:stdio|stdin|stdout|open|file|pty|unix.*|fd|pipe|tun|gopen|create|readline|-)?$/i.test(kind)) return;
  else if (/^(?:proxy|proxy-connect|socks.*)$/i.test(kind)) for (const host of rest.split(':').slice(0, 2)) onHost(host, at);
  else onHost(/^\[[^\]]*\]/.exec(rest)?.[0] ?? rest.split(/[:,]/)[0]!, at);
}

function onName(value: string, at: Place): void {
  if (value === '' || value.startsWith('+') || /^(?:a|aaaa|mx|ns|txt|soa|any|axfr|ptr|cname|srv|in|ch|caa|ds|dnskey)$/i.test(value)) return;
  onHost(value.replace(/^=/, ''), at);
}

function onServer(value: string, at: Place): void {
  if (value.startsWith('@')) onHost(value.slice(1), at);
  else onName(value, at);
}

function onImage(value: string, at: Place): void {
  if (hasUnknown(value)) hold(at, 'which image is meant cannot be known', value);
  const first = value.split('/')[0]!;
  if (value.includes('/') && /[.:]|^localhost$/.test(first)) onHost(first, at);
}

function onContext(value: string, at: Place): void {
  const account = accountOfArn(value) ?? readCloudAccount(`gcp:${/^gke_([a-z0-9-]+)_/.exec(value)?.[1] ?? ''}`);
  const named = account === undefined ? guessTargets(value.slice(value.lastIndexOf('@') + 1)) : [account];
  if (named.length === 0) hold(at, 'which cluster a context means cannot be known', value);
  for (const target of named) at.run.findings.touch(target, value, at.use);
}

function onRsh(value: string, at: Place): void {
  // The remote shell of rsync and tar: a command that gets the host appended.
  if (!/^(?:\/usr\/bin\/)?ssh(?:\s|$)/.test(value)) ROLES['dynamic']!(value, at);
  runText(value, at.run, (text, inner) => inner.readers.shell(`${text} localhost`, inner, NOTHING));
}

function onGitConfig(value: string, at: Place): void {
  const [key, setting] = [value.slice(0, value.indexOf('=')).toLowerCase(), value.slice(value.indexOf('=') + 1)];
  if (
    /hookspath|fsmonitor|sshcommand|include\.path|includeif\./.test(key) &&
    !/^ssh(?: |$)/.test(setting) &&
    !/^(?:true|false|)$/.test(setting)
  ) {
    at.run.findings.because('dynamic-command', `git runs what a setting names: ${shown(value)}`);
  } else if (
    /^alias\.|(?:command|pager|editor|program|helper|textconv|process|clean|smudge|external|hookspath|askpass|fsmonitor)$/.test(key)
  ) {
    if (setting !== '' && !/^(?:cat|less|true|false|cache|store|manager|osxkeychain)$/.test(setting))
      onShell(setting.replace(/^!/, ''), at);
  } else if (key.startsWith('url.'))
    for (const text of [value.slice('url.'.length, value.search(/\.(?:push)?insteadof/i)), setting]) onGit(text, at);
  else if (/proxy|url/.test(key)) onUrl(setting, at);
}

function onEmail(value: string, at: Place): void {
  for (const one of value.split(',')) {
    const email = readEmail(one.replace(/^.*<|>.*$/g, '').trim());
    if (email !== undefined) at.run.findings.touch(email, one, at.use);
    else if (hasUnknown(one) || one.includes('@')) hold(at, 'who gets a message cannot be known', one);
  }
}

function onAccount(provider: 'azure' | 'gcp'): RoleReader {
  return (value, at) => {
    const account = readCloudAccount(`${provider}:${value}`);
    if (account === undefined) hold(at, 'which account is meant cannot be known', value);
    else at.run.findings.touch(account, value, at.use);
  };
}

function onEditor(value: string, at: Place): void {
  if (/!|system\(|:terminal|shell /.test(value))
    at.run.findings.because('dynamic-command', `${at.name} runs commands of its own: ${shown(value)}`);
}

function onMount(value: string, at: Place): void {
  const share = shareHost(value);
  if (share !== undefined) onHost(share, at);
  else if (/^[^/]+:\//.test(value)) onHost(value.slice(0, value.lastIndexOf(':/')), at);
  else onFile(value, at);
}

const eachOf =
  (separator: RegExp, read: RoleReader): RoleReader =>
  (value, at) => {
    for (const one of value.split(separator)) if (one !== '') read(one, at);
  };

export const ROLES: Readonly<Record<string, RoleReader>> = {
  data: () => {},
  key: () => {},
  bind: () => {},
  file: onFile,
  out: (value, at) => {
    if (value !== '-') onOut(value, at);
  },
  upload: (value, at) => {
    if (value !== '-' && value !== '.') onFile(value, at);
  },
  post: (value, at) => {
    const file = /^(?:[^=@]*=)?@(.+)$/.exec(value)?.[1] ?? /^[^=]*=<(.+)$/.exec(value)?.[1];
    if (file !== undefined && file !== '-') onFile(file, at);
  },
  list: onList,
  config: onConfig,
  host: onHost,
  hostport: onHost,
  hosts: eachOf(/[,\s]/, onHost),
  url: onUrl,
  urlorhost: (value, at) => (value.includes('://') ? onUrl(value, at) : onNmap(value, at)),
  httpie: (value, at) => {
    if (
      /^(?:GET|POST|PUT|DELETE|PATCH|HEAD|OPTIONS)$/i.test(value) ||
      (/^[\w-]+(?::=|=|==|:)(?!\/\/)/.test(value) && !/^[\w.-]+:[0-9]/.test(value))
    )
      return;
    onUrl(value.startsWith(':') ? `localhost${value}` : value, at);
  },
  proxy: (value, at) => (value.includes('://') ? onUrl(value, at) : onHost(value, at)),
  socket: (value, at) => {
    onFile(value, at);
    hold(at, 'what is behind a socket is not what the URL names', value);
  },
  opens: (value, at) => hold(at, 'a way to any address is opened', value),
  program: (value, at) => {
    if (!/^(?:\/usr\/bin\/)?ssh$/.test(value))
      at.run.findings.because('dynamic-command', `${at.name} runs a program of the call's choice: ${shown(value)}`);
  },
  batchfile: (value, at) => {
    const flow = value === '-' ? at.stdin : at.run.state.files.get(value);
    if (flow?.texts === undefined) at.run.findings.because('dynamic-command', `${at.name} runs what stands in a file: ${shown(value)}`);
  },
  makefile: (value, at) => {
    const flow = value === '-' ? at.stdin : at.run.state.files.get(value);
    if (flow === undefined || flow.origin === 'none') return onFile(value, at);
    if (flow.texts === undefined)
      at.run.findings.because(
        flow.origin === 'remote' ? 'remote-code' : 'dynamic-command',
        `${at.name} runs what this call wrote: ${shown(value)}`,
      );
    for (const text of flow.texts ?? [])
      for (const line of text.split('\n')) if (/^\t|\$\(shell /.test(line)) onShell(line.replace(/^\t[@+-]*/, ''), at);
  },
  engine: (value, at) => {
    if (!/^(?:unix|npipe|fd):/.test(value)) ROLES['proxy']!(value, at);
  },
  proxies: eachOf(/,/, (value, at) => ROLES['proxy']!(value, at)),
  nmap: onNmap,
  nmaps: eachOf(/,/, onNmap),
  nmapg: (value, at) => (value === '' ? undefined : onNmap(value, at)),
  decoys: (value, at) => {
    for (const one of value.split(',')) if (!/^(?:me|rnd(?::[0-9]+)?)$/i.test(one)) onNmap(one, at);
  },
  scp: (value, at) => {
    const targets = remotePathTargets(value);
    if (targets === undefined) touchAll(undefined, 'host', value, at.use, at.run);
    else if (targets.length === 0) {
      if (at.name === 'sftp') onHost(value, at);
      else onFile(value, at);
    } else for (const target of targets) at.run.findings.touch(target, value, at.use);
  },
  git: onGit,
  forward: onForward,
  jump: onJump,
  sshopt: onSshOption,
  rsh: onRsh,
  shell: onShell,
  split: onShell,
  argv1: onShell,
  resolve: (value, at) => {
    const [host = '', , ...addresses] = value.replace(/^[-+]/, '').split(/:(?![^[]*\])/);
    if (host !== '*') onHost(host, at);
    for (const address of addresses.join(':').split(',')) if (address !== '') onHost(address, at);
  },
  connectto: (value, at) => {
    const parts = value.split(/:(?![^[]*\])/);
    for (const host of [parts[0], parts[2]]) if (host !== undefined && host !== '') onHost(host, at);
  },
  header: onHeader,
  wgetrc: (value, at) => {
    const setting = value.slice(value.indexOf('=') + 1).trim();
    if (/prox/i.test(value) && /:|\./.test(setting)) onUrl(setting, at);
    else if (/^\s*(?:input|use_askpass|base)/i.test(value)) hold(at, 'a setting changes what is fetched', value);
  },
  email: onEmail,
  conn: onConnection,
  dbhost: onDatabaseHost,
  socat: onSocat,
  server: onServer,
  name: onName,
  getent: (value, at) => {
    if (/^(?:hosts|ahosts|ahostsv4|ahostsv6|query|passwd|group|services|status|flush-caches)$/.test(value)) return;
    onScan(value, at);
  },
  share: (value, at) => {
    const host = shareHost(value);
    if (host === undefined) onHost(value, at);
    else onHost(host, at);
  },
  mount: onMount,
  image: onImage,
  context: onContext,
  arn: (value, at) => {
    const account = accountOfArn(value);
    if (account !== undefined) at.run.findings.touch(account, value, at.use);
  },
  profile: (value, at) => hold(at, 'which account a profile means cannot be known', value),
  account: (value, at) => onAccount(at.name === 'az' ? 'azure' : 'gcp')(value, at),
  bucket: (value, at) => {
    if (/^(?:s3|gs):\/\//i.test(value) || hasUnknown(value)) hold(at, 'whose bucket it is cannot be known', value);
    else onScan(value, at);
  },
  rclone: (value, at) => {
    if (/^[\w-]+:/.test(value) && !/^[a-z]:[\\/]/i.test(value)) hold(at, 'where a remote leads cannot be known', value);
    else onFile(value, at);
  },
  gitconf: onGitConfig,
  envvar: (value, at) => {
    const equals = value.indexOf('=');
    if (equals !== -1 && /prox|host|url|server/i.test(value.slice(0, equals)))
      for (const target of guessTargets(value.slice(equals + 1))) at.run.findings.touch(target, value, at.use);
  },
  addhost: (value, at) => {
    for (const part of [value.slice(0, value.indexOf(':')), value.slice(value.indexOf(':') + 1)])
      if (part !== 'host-gateway') onHost(part, at);
  },
  volume: (value, at) => {
    const from = /(?:^|,)(?:source|src)=([^,]+)/.exec(value)?.[1] ?? value.split(':')[0]!;
    if (from === '/' || /docker\.sock/.test(from))
      at.run.findings.because('sensitive-path', `${at.name} opens ${shown(from)} of this machine to a container.`);
    else if (/^[/~]/.test(from)) onFile(from, at);
  },
  kubefile: (value, at) => (/^https?:/i.test(value) ? onUrl(value, at) : onFile(value, at)),
  ghrepo: (value, at) => {
    const parts = value.replace(/^https?:\/\//, '').split('/');
    const repository = parts.length === 3 ? readRepository(parts[0]!, parts.slice(1).join('/')) : readRepository('github.com', value);
    if (repository === undefined) hold(at, 'which repository is meant cannot be known', value);
    else at.run.findings.touch(repository, value, at.use);
  },
  inventory: (value, at) => {
    if (value.includes(',')) eachOf(/,/, onHost)(value, at);
    else onFile(value, at);
  },
  ansible: (value, at) => onShell(value, at),
  sshargs: (value, at) => onShell(`ssh ${value} localhost`, at),
  editor: onEditor,
  checkpoint: (value, at) => {
    if (value.startsWith('exec=')) onShell(value.slice('exec='.length), at);
  },
  smbcmd: () => {},
  pwsh: (value, at) => at.run.readers.powershell(value, at.run),
  msf: (value, at) => {
    for (const match of value.matchAll(/\bset(?:g)?\s+(?:R?HOSTS?|LHOST|TARGETS?|Proxies)\s+([^;]+)/gi))
      for (const word of match[1]!.trim().split(/\s+/)) onNmap(word, at);
    onScan(value, at);
  },
  rdp: (value, at) => {
    const host = /^\/(?:v|g|gateway):(.+)$/i.exec(value)?.[1];
    if (host !== undefined) onHost(host, at);
    else if (/^\/proxy:/i.test(value)) onUrl(value.slice('/proxy:'.length), at);
    else if (!value.startsWith('/')) onHost(value, at);
  },
  dynamic: (value, at) => at.run.findings.because('dynamic-command', `${at.name} runs or chooses for itself: ${shown(value)}`),
  dockercontext: (value, at) => {
    for (const match of value.matchAll(/host=([^,]+)/g)) onUrl(match[1]!, at);
  },
  kubeconfig: (value, at) => onScan(value, at),
  makevar: (value, at) => {
    const equals = value.indexOf('=');
    if (/^(?:SHELL|\.SHELLFLAGS|MAKEFLAGS|MAKEFILES)[:+?]?=/.test(value)) ROLES['dynamic']!(value, at);
    if (equals > 0) for (const target of guessTargets(value.slice(equals + 1))) at.run.findings.touch(target, value, at.use);
  },
  sed: (value, at) => ROLES['sedscript']!(value, at),
  sedscript: (value, at) => {
    if (/(?:^|[;\n0-9$/])\s*e(?:\s|$)|s(.)(?:(?!\1).)*\1(?:(?!\1).)*\1[gpiIm0-9]*e/.test(value.slice(0, 2000))) {
      at.run.findings.because('dynamic-command', `sed runs what it makes up: ${shown(value)}`);
    }
  },
  alias: (value, at) => {
    const equals = value.indexOf('=');
    if (equals > 0) onShell(value.slice(equals + 1), at);
  },
  dd: (value, at) => {
    const match = /^(if|of)=(.+)$/.exec(value);
    if (match !== null) (match[1] === 'if' ? onFile : onOut)(match[2]!, at);
  },
  scan: onScan,
  scanargs: (value, at) => hold(at, 'its arguments are read from a file', value),
  pymodule: (value, at) => {
    if (
      /^(?:http\.server|venv|pytest|json\.tool|unittest|compileall|py_compile|pip|timeit|cProfile|pdb|doctest|black|mypy|flake8|pylint|build|zipfile|tarfile|calendar|this|ensurepip|site|sysconfig|ruff|coverage|tox|poetry|uvicorn|flask|django|gunicorn|jupyter|notebook|sigma|volatility3?|venv)/.test(
        value,
      )
    )
      return;
    at.run.findings.noteDynamic();
  },
  crontab: (value, at) => {
    if (value !== '-l') at.run.findings.because('sensitive-path', 'crontab changes what runs later.');
  },
};

/** For words of tools that carry a role of code: `code:python`. */
export function readRole(role: string, value: string, at: Place): void {
  for (const one of value.includes(SPLIT) ? value.split(SPLIT) : [value]) {
    if (role.startsWith('code:')) runText(one, at.run, (text, inner) => inner.readers.code(role.slice('code:'.length), text, inner));
    else (ROLES[role] ?? onScan)(one, at);
  }
}
