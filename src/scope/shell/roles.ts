// What the value of an option, or a word in its place, is taken for. One small reader for each role that spec.ts names.
import { hasUnknown, shown, SPLIT } from '../marks.ts';
import { accountOfArn, readRepository } from '../targets/accounts.ts';
import { guessTargets, remotePathTargets, shareHost } from '../targets/recognise.ts';
import { runText } from './run.ts';
import { touchAll } from './touch.ts';
import { onForward, onSshOption, onJump, onShell, onConfig, onHeader, onSocat, onRsh, onGitConfig, onEditor } from './read-programs.ts';
import {
  type Place,
  type RoleReader,
  hold,
  onHost,
  onUrl,
  onScan,
  onFile,
  onOut,
  onNmap,
  onList,
  onGit,
  onConnection,
  onDatabaseHost,
  onName,
  onServer,
  onImage,
  onContext,
  onEmail,
  onAccount,
  onMount,
  eachOf,
} from './read-targets.ts';

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
    const flow = value === '-' || value === '/dev/stdin' ? at.stdin : at.run.state.files.get(value);
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
