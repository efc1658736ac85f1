// The few tools whose words cannot be read one by one: env, find, git's own settings, clouds, Windows' commands.
import { hasUnknown, LOCAL, shown } from '../marks.ts';
import { judgePath } from '../sensitive.ts';
import { accountOfArn } from '../targets/accounts.ts';
import { mergeRanges, subtract } from '../targets/address.ts';
import { readNetworks } from '../targets/network.ts';
import { guessTargets, hostTargets, shareHost } from '../targets/recognise.ts';
import { judgeAssignment } from './environment.ts';
import type { Place } from './read-targets.ts';
import { readRole } from './roles.ts';
import { forkState, NOTHING, runText } from './run.ts';
import { touchAll } from './touch.ts';

/** `values`: all words with the role; `args`: everything behind the command's name. */
type SpecialReader = (values: readonly string[], at: Place, args: readonly string[]) => void;

function onEnv(values: readonly string[], at: Place): void {
  const run = { ...at.run, state: forkState(at.run.state) };
  let index = 0;
  for (; index < values.length && /^[A-Za-z_]\w*=/.test(values[index]!); index += 1) {
    const [name, value] = [values[index]!.slice(0, values[index]!.indexOf('=')), values[index]!.slice(values[index]!.indexOf('=') + 1)];
    run.state.variables.set(name, [value]);
    judgeAssignment(name, value, 'exported', run);
  }
  if (index < values.length) run.readers.argv(values.slice(index), run, at.stdin);
}

function onFind(_: readonly string[], at: Place, args: readonly string[]): void {
  for (const arg of args) {
    if (arg.startsWith('-') || arg === '(' || arg === '!') break;
    if (at.run.place === 'here') judgePath(arg, { access: 'read', directory: at.run.state.directory }, at.run.findings);
  }
  for (let index = 0; index < args.length; index += 1) {
    if (/^-(?:exec|execdir|ok|okdir)$/.test(args[index]!)) {
      const end = args.findIndex((arg, place) => place > index && (arg === ';' || arg === '+'));
      const argv = args.slice(index + 1, end === -1 ? undefined : end).map((arg) => arg.replaceAll('{}', LOCAL));
      if (argv.length > 0) at.run.readers.argv(argv, at.run, NOTHING);
      if (end !== -1) index = end;
    } else if (/^-fprintf?$|^-fls$/.test(args[index]!) && args[index + 1] !== undefined) readRole('out', args[index + 1]!, at);
  }
}

function onGitRemote(values: readonly string[], at: Place): void {
  const [action, ...rest] = values;
  if (action === 'add' || action === 'set-url') for (const url of rest.slice(1)) readRole('git', url, at);
}

function onGitSubmodule(values: readonly string[], at: Place): void {
  if (values[0] === 'add' && values[1] !== undefined) readRole('git', values[1], at);
  else if (values[0] === 'set-url' && values[2] !== undefined) readRole('git', values[2], at);
  else if (values[0] === 'foreach') runText(values.slice(1).join(' '), at.run, (text, inner) => inner.readers.shell(text, inner, NOTHING));
}

function onGitConfig(values: readonly string[], at: Place): void {
  const [key, value] = values[0] === 'set' ? values.slice(1) : values;
  if (key !== undefined && value !== undefined) readRole('gitconf', `${key}=${value}`, at);
}

function onGitBisect(values: readonly string[], at: Place): void {
  if (values[0] === 'run') at.run.readers.argv(values.slice(1), at.run, NOTHING);
}

/** Which account a call of a cloud's tool acts on must stand in it; settings of the machine are not known here. */
function onAws(values: readonly string[], at: Place, args: readonly string[]): void {
  const service = values[0];
  if (service === undefined || /^(?:help|configure)$/.test(service) || args.some((arg) => arg === '--version' || arg === 'help')) {
    if (service === 'configure' && values[1] === 'set') for (const value of values.slice(2)) readRole('scan', value, at);
    return;
  }
  needAccount('aws', args, at, (arg) => accountOfArn(/arn:[^\s,;]+/i.exec(arg)?.[0] ?? '') !== undefined);
}

function onAz(values: readonly string[], at: Place, args: readonly string[]): void {
  if (/^(?:version|help|login|logout|config|account|bicep|extension|upgrade|find)$/.test(values[0] ?? 'help') && values[1] !== 'set')
    return;
  needAccount('az', args, at, (arg) => /^--subscription(?:=|$)|\/subscriptions\//.test(arg));
  for (const arg of args) {
    const id = /\/subscriptions\/([0-9a-f-]{36})/i.exec(arg)?.[1];
    if (id !== undefined) readRole('account', id, at);
  }
}

function onGcloud(values: readonly string[], at: Place, args: readonly string[]): void {
  if (/^(?:version|help|info|components|topic|auth)$/.test(values[0] ?? 'help') || (values[0] === 'config' && values[1] !== 'set')) return;
  if (values[0] === 'config' && values[2] === 'project') readRole('account', values[3] ?? '', at);
  else needAccount('gcloud', args, at, (arg) => /^--project(?:=|$)/.test(arg));
}

function needAccount(name: string, args: readonly string[], at: Place, names: (arg: string) => boolean): void {
  for (const arg of args) {
    for (const match of arg.matchAll(/arn:[a-z-]*:[^\s,;"']+/gi)) readRole('arn', match[0], at);
    if (!/^(?:s3|gs):\/\//i.test(arg))
      for (const target of guessTargets(arg)) if (target.kind === 'url') at.run.findings.touch(target, arg, at.use);
  }
  if (args.some(names) || at.flags.has('--no-sign-request')) return;
  at.run.findings.touchUnknown(
    'cloud-account',
    shown([name, ...args].join(' ')),
    `Which account ${name} acts on cannot be known from the call.`,
  );
}

function onGh(values: readonly string[], at: Place, args: readonly string[]): void {
  const [group, action, ...rest] = values;
  if (group === 'repo' && /^(?:clone|fork|view|delete|sync|edit|archive|rename)$/.test(action ?? '') && rest[0] !== undefined)
    readRole('ghrepo', rest[0], at);
  else if (group === 'api') {
    const named = /^\/?repos\/([^/]+\/[^/?]+)/.exec(action ?? '')?.[1];
    if (named === undefined)
      at.run.findings.because('target-unknown', `Which repository gh api means cannot be known from the call: ${shown(args.join(' '))}`);
    else readRole('ghrepo', named, at);
  } else for (const value of rest) readRole('scan', value, at);
}

/** Words of Windows' own tools: shares, `/node:host`, URLs behind a colon. */
function onWindows(values: readonly string[], at: Place, args: readonly string[]): void {
  void values;
  for (const [index, arg] of args.entries()) {
    const host = shareHost(arg.startsWith('//') ? '' : arg);
    const option = /^[-/](?:node|s|r|remote|server|v|u|i|computer|system):?(.*)$/i.exec(arg);
    const value = option?.[1] === '' ? args[index + 1] : option?.[1]?.replace(/^=/, '');
    if (host !== undefined) touchAll(hostTargets(host), 'host', arg, 'acts', at.run);
    else if (option !== null && value !== undefined && !value.startsWith('/')) {
      if (/:\/\//.test(value)) readRole('url', value, at);
      else if (/^[-/](?:node|remote|r|computer|system)/i.test(arg)) readRole('hosts', value.replaceAll('"', ''), at);
    }
    if (hasUnknown(arg)) at.run.findings.because('target-unknown', `What ${at.name} is told cannot be known from the call: ${shown(arg)}`);
    const script = /(?:java|vb)script:(.*)$/is.exec(arg);
    if (script !== null) at.run.findings.because('dynamic-command', `${at.name} runs code of its own: ${shown(arg)}`);
    for (const target of guessTargets(arg)) at.run.findings.touch(target, arg, 'acts');
  }
  const called = args.findIndex((arg) => /^(?:create|call)$/i.test(arg));
  if (at.name === 'wmic' && called !== -1) at.run.readers.batch(args.slice(called + 1).join(' '), at.run);
}

function onPsexec(values: readonly string[], at: Place): void {
  for (const value of values) {
    const host = shareHost(value);
    if (host === undefined) readRole('scan', value, at);
    else touchAll(hostTargets(host), 'host', value, 'acts', at.run);
  }
}

function onCmd(_: readonly string[], at: Place, args: readonly string[]): void {
  const start = args.findIndex((arg) => /^\/[ckr]$/i.test(arg));
  const attached = args.findIndex((arg) => /^\/[ck]./i.test(arg));
  const text =
    start !== -1
      ? args.slice(start + 1).join(' ')
      : attached !== -1
        ? [args[attached]!.slice(2), ...args.slice(attached + 1)].join(' ')
        : '';
  if (text !== '') runText(text, at.run, (command, inner) => inner.readers.batch(command, inner));
}

/** Options may be cut short to any beginning that is still unique: `-enc`, `-e`, `-c`. */
function onPowershell(_: readonly string[], at: Place, args: readonly string[]): void {
  for (let index = 0; index < args.length; index += 1) {
    const option = /^[-/–—](\w+)(?::(.*))?$/.exec(args[index]!)?.[1]?.toLowerCase();
    if (option === undefined) {
      runPowershell(args.slice(index).join(' '), at);
      return;
    }
    if (option === 'ec' || option === 'e' || ('encodedcommand'.startsWith(option) && option.startsWith('en'))) {
      runEncoded(args[index + 1] ?? '', at);
      index += 1;
    } else if ('encodedarguments'.startsWith(option) && option.startsWith('encodeda')) index += 1;
    else if ('command'.startsWith(option) || option === 'commandwithargs' || option === 'cwa') {
      runPowershell(args.slice(index + 1).join(' '), at);
      return;
    } else if (option.startsWith('f') && 'file'.startsWith(option)) {
      const file = args[index + 1] ?? '';
      const written = at.run.state.files.get(file);
      for (const text of written?.texts ?? []) at.run.readers.powershell(text, at.run);
      if (written !== undefined && written.texts === undefined)
        at.run.findings.because('remote-code', `PowerShell runs a file that this call brought: ${shown(file)}`);
      readRole('scan', file, at);
      for (const arg of args.slice(index + 2)) readRole('scan', arg, at);
      return;
    } else if (/^(?:ex|ep|w|version|v|psc|inputf|outputf|if|of|o|config|settings|wd|wo)/.test(option)) index += 1;
  }
}

function runPowershell(text: string, at: Place): void {
  if (text !== '' && text !== '-') runText(text, at.run, (command, inner) => inner.readers.powershell(command, inner));
  else if (text === '-') at.run.findings.because('dynamic-command', 'PowerShell runs what it is fed.');
}

function runEncoded(text: string, at: Place): void {
  const bytes = /^[A-Za-z0-9+/]+={0,2}$/.test(text) ? Buffer.from(text, 'base64') : undefined;
  const decoded = bytes === undefined || bytes.length % 2 !== 0 ? undefined : bytes.toString('utf16le');
  // Control characters show that it was something else.
  if (decoded === undefined || decoded === '' || !/^[\t\r\n\u0020-\uD7FF\uE000-\uFDCF\uFDF0-\uFFFC]*$/.test(decoded)) {
    at.run.findings.because('encoded-command', `PowerShell runs text whose encoding cannot be undone: ${shown(text)}`);
  } else runPowershell(decoded, at);
}

function onDeno(values: readonly string[], at: Place): void {
  const [action, ...rest] = values;
  if (action === 'run' || action === 'eval' || action === 'x') {
    if (action === 'eval') runText(rest.join(' '), at.run, (text, inner) => inner.readers.code('node', text, inner));
    else if (/^https?:/.test(rest[0] ?? ''))
      at.run.findings.because('remote-code', `${at.name} runs what comes over the network: ${shown(rest[0]!)}`);
  }
  for (const value of rest) readRole('scan', value, at);
}

/** What a scanner is told to leave out is not among its targets; it authorises nothing by that. */
function onScanned(values: readonly string[], at: Place, args: readonly string[]): void {
  const without = args.flatMap((arg, index) =>
    arg === '--exclude' ? [args[index + 1] ?? ''] : arg.startsWith('--exclude=') ? [arg.slice('--exclude='.length)] : [],
  );
  const holes =
    without.length === 0
      ? []
      : mergeRanges(
          without
            .flatMap((list) => list.split(','))
            .slice(0, 256)
            .flatMap((one) => [...readNetworks(one)]),
        );
  for (const value of values) {
    const ranges = holes.length === 0 ? [] : readNetworks(value);
    if (ranges.length === 0) readRole('nmap', value, at);
    for (const range of ranges)
      for (const piece of subtract(range, holes)) at.run.findings.touch({ kind: 'network', range: piece }, value, at.use);
  }
}

/** tmux: each word that is a command as a whole, and the words behind a subcommand's options. */
function onTmux(values: readonly string[], at: Place): void {
  const [action, ...rest] = values;
  if (
    !/^(?:new|new-session|neww|new-window|split-window|splitw|send-keys|send|respawn-pane|respawn-window|run-shell|run|if-shell|if|pipe-pane|set-hook|popup|display-popup)$/.test(
      action ?? '',
    )
  )
    return;
  for (const word of rest) if (/\s/.test(word.trim())) runText(word, at.run, (text, inner) => inner.readers.shell(text, inner, NOTHING));
  if (rest.length > 0 && rest.every((word) => !/\s/.test(word))) at.run.readers.argv(rest, at.run, NOTHING);
}

/** A route, or a rule that rewrites addresses, leads what is authorised to somewhere else. */
function onRoute(values: readonly string[], at: Place, args: readonly string[]): void {
  if (values[0] === 'netns' && values[1] === 'exec') at.run.readers.argv(values.slice(3), at.run, at.stdin);
  const changes = at.name === 'route' ? /^(?:add|change)$/ : /^(?:add|replace|change|append|a|del)$/;
  const isRoute = at.name === 'route' || /^(?:r|ro|route|neigh|neighbor|rule|tunnel)/.test(values[0] ?? '');
  const rewrites = args.some((arg) => /^(?:DNAT|SNAT|--to-destination|--to-source|dnat|snat)$/.test(arg));
  if (!rewrites && !(isRoute && values.some((value) => changes.test(value)))) return;
  for (const arg of args) for (const target of guessTargets(arg)) at.run.findings.touch(target, arg, 'acts');
}

export const SPECIAL: Readonly<Record<string, SpecialReader | undefined>> = {
  env: onEnv,
  find: onFind,
  gitremote: onGitRemote,
  gitsub: onGitSubmodule,
  gitconfig: onGitConfig,
  gitbisect: onGitBisect,
  aws: onAws,
  az: onAz,
  gcloud: onGcloud,
  gh: onGh,
  windows: onWindows,
  psexec: onPsexec,
  cmd: onCmd,
  powershell: onPowershell,
  denorun: onDeno,
  route: onRoute,
  nmap: onScanned,
  nmapexclude: () => {},
  tmux: onTmux,
};
