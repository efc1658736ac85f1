// Words that change where a tool connects or what it runs: forwards, jumps, settings, commands inside of options.
import { hasMark, hasUnknown, shown } from '../marks.ts';
import { scanText } from '../targets/recognise.ts';
import { NOTHING, runText } from './run.ts';
import { type Place, hold, onHost, onUrl, onGit } from './read-targets.ts';

export function onForward(value: string, at: Place): void {
  // [bind:]port:host:hostport, a socket here, or host:port.
  const parts = value.match(/\[[^\]]*\]|[^:]+/g) ?? [];
  const host = parts.length >= 3 ? parts.at(-2) : parts.length === 2 && !/^[0-9]+$/.test(parts[0] ?? '') ? parts[0] : undefined;
  if (host !== undefined && !host.startsWith('/')) onHost(host, at);
  else if (host === undefined && hasMark(value)) hold(at, 'where a connection is forwarded cannot be known', value);
}

export function onSshOption(value: string, at: Place): void {
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

export function onJump(value: string, at: Place): void {
  if (value.toLowerCase() === 'none') return;
  for (const hop of value.split(',')) onHost(hop.replace(/^ssh:\/\//, ''), at);
}

export function onShell(value: string, at: Place): void {
  if (value === '') return;
  runText(value, at.run, (text, inner) => inner.readers.shell(text, inner, NOTHING));
}

export function onConfig(value: string, at: Place): void {
  if (value === '/dev/null' || value === 'none') return;
  const flow = value === '-' ? at.stdin : at.run.state.files.get(value);
  if (flow?.texts === undefined) {
    hold(at, 'its options are read from a file', value);
    return;
  }
  for (const text of flow.texts) for (const { target, written } of scanText(text)) at.run.findings.touch(target, written, 'acts');
  hold(at, 'its options are read from a file of this call', value);
}

export function onHeader(value: string, at: Place): void {
  if (value.startsWith('@')) return;
  if (/^[\uFDD0\uFDD1]/.test(value)) hold(at, 'a header cannot be known', value);
  const match = /^(?::authority|host|x-forwarded-host|x-original-host|forwarded)\s*:\s*(.+)$/i.exec(value);
  if (match !== null) onHost(match[1]!.trim(), at);
}

export function onSocat(value: string, at: Place): void {
  const [kind, rest] = [value.slice(0, value.indexOf(':')), value.slice(value.indexOf(':') + 1)];
  if (/^(?:exec|system|shell)$/i.test(kind)) onShell(rest.split(',')[0]!, at);
  else if (/listen|^(?:stdio|stdin|stdout|open|file|pty|unix.*|fd|pipe|tun|gopen|create|readline|-)?$/i.test(kind)) return;
  else if (/^(?:proxy|proxy-connect|socks.*)$/i.test(kind)) for (const host of rest.split(':').slice(0, 2)) onHost(host, at);
  else onHost(/^\[[^\]]*\]/.exec(rest)?.[0] ?? rest.split(/[:,]/)[0]!, at);
}

export function onRsh(value: string, at: Place): void {
  // The remote shell of rsync and tar: a command that gets the host appended.
  if (!/^(?:\/usr\/bin\/)?ssh(?:\s|$)/.test(value))
    at.run.findings.because('dynamic-command', `${at.name} runs or chooses for itself: ${shown(value)}`);
  runText(value, at.run, (text, inner) => inner.readers.shell(`${text} localhost`, inner, NOTHING));
}

export function onGitConfig(value: string, at: Place): void {
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

export function onEditor(value: string, at: Place): void {
  if (/!|system\(|:terminal|shell /.test(value))
    at.run.findings.because('dynamic-command', `${at.name} runs commands of its own: ${shown(value)}`);
}
