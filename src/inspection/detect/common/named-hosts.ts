// Names of machines without a dot, which only the words around them show: `host=srv01`, `Computer: WS5`, `\\server`, `ssh user@host`, and
// whole values whose member name says so (`WorkstationName`). A word alone is never taken for a host.
import type { Detector } from '../detector.ts';
import type { Subject } from '../../text/subject.ts';
import { after, before, hintForValue, isWordAt } from './near.ts';

/** Member names in letters and digits: Windows events, Sysmon, ECS, CEF, syslog. */
export const HOST_HINT =
  /^(?:(?:src|source|dst|dest|destination|target|remote|client|server|origin|agent|observer|log|caller|subject)?(?:host|hostname|computer|computername|machine|machinename|workstation|workstationname|device|devicename|devicehostname|nodename)|dvchost|shost|dhost|dntdom|netbiosname|dnshostname|servername|hostfqdn)$/;

const LABELS =
  '(?:(?:src|dst|source|destination|target|remote|client|server|dest|agent|log|caller)[ _.-]?)?(?:host(?:[ _.-]?name)?|computer(?:[ _.-]?name)?|machine(?:[ _.-]?name)|workstation(?:[ _.-]?name)?|device(?:[ _.-]?name)|node(?:[ _.-]?name)|dvchost|shost|dhost|netbios[ _.-]?name)';
const ASSIGNED = String.raw`(?:\\?["'])?[ \t]{0,2}[:=][ \t]{0,8}(?:\\t){0,3}(?:\\?["'])?(?:\\{2,4})?`;
/** Directly before a value. */
export const HOST_LABEL = new RegExp(
  `(?:(?<![a-z0-9])${LABELS}${ASSIGNED}|(?:ホスト名|コンピュータ名|端末名|サーバ名|機器名)[ :=は「]{0,4})$`,
);
const LABEL_THEN = new RegExp(`${LABELS}(?<assigned>${ASSIGNED})`, 'y');
const NAME = /[A-Za-z0-9][A-Za-z0-9-]{1,62}\$?/y;

const NOT_NAMES = new Set(
  (
    'localhost local true false null none nil undefined string str boolean bool number int integer any unknown self default this the a an is it ' +
    'header headers process object type name names host hostname server servers client config options value values key required optional not new ' +
    'function const let var env url uri ip address port http https tcp udp ssh in on of and or for to from with can must should that which id ' +
    'consolehost n/a na empty example your my all device devices windows linux macos darwin unix android ios'
  ).split(' '),
);

export const namedHosts: Detector = {
  id: 'named-hosts',
  types: ['internal-host'],
  triggers: [
    'host',
    'computer',
    'machine',
    'workstation',
    'device',
    'node',
    'netbios',
    'ssh ',
    'scp ',
    'sftp ',
    '://',
    'ホスト名',
    'コンピュータ名',
    '端末名',
    'サーバ名',
    '機器名',
  ],
  hints: HOST_HINT,
  find(subject, start, end, report) {
    const { text, folded } = subject;
    if (start === 0 && end === text.length && HOST_HINT.test(hintForValue(subject))) return whole(subject, report);
    const word = folded.slice(start, end);
    if (word === '://') return urlHost(subject, start, end, report);
    if (/^(?:ssh|scp|sftp) $/.test(word)) return remote(subject, end, report);
    let at = end;
    let isTight = false;
    if (/^[a-z]/.test(word)) {
      if (
        isLetterBefore(folded, start) &&
        !/(?:src|dst|source|dest|destination|target|remote|client|server|agent|log|caller|dvc|^|[^a-z])[sd]?$/.test(
          before(subject, start, 12),
        )
      )
        return;
      LABEL_THEN.lastIndex = start;
      const match = LABEL_THEN.exec(folded.slice(0, start + 64));
      if (match === null) return;
      at = start + match[0].length;
      isTight = /^(?:\\?["'])?=/.test(match.groups!['assigned']!) || /["']/.test(match.groups!['assigned']!);
    } else at += /^[ :=は「]{0,4}/.exec(after(subject, end, 4))![0].length;
    value(subject, at, isTight, report);
  },
};

function isLetterBefore(folded: string, start: number): boolean {
  return /[a-z]/.test(folded[start - 1] ?? ' ');
}

function value(subject: Subject, at: number, isTight: boolean, report: Parameters<Detector['find']>[3]): void {
  const name = nameAt(subject, at);
  if (name === undefined) return;
  // Digits or a hyphen or capitals make a name of a word; a plain word counts only behind a tight `host=`.
  const isMarked = /[0-9]/.test(name) || /-/.test(name) || /^[A-Z]{3,}$/.test(name);
  if (!isMarked && !isTight) return;
  report({ type: 'internal-host', start: at, end: at + name.length, confidence: isMarked ? 0.8 : 0.6, rule: 'named-hosts.label' });
}

const SCHEME =
  /(?:^|[^a-z])(?:https?|hxxps?|ldaps?|ftps?|sftp|ssh|rdp|vnc|telnet|tcp|udp|tls|wss?|mqtts?|amqps?|rediss?|postgres(?:ql)?|mysql|mongodb|kafka|nats|opc\.tcp|modbus|s7|snmp|syslog)$/;

/** `http://srv01/path`: a name without a dot can only be an internal one. */
function urlHost(subject: Subject, start: number, end: number, report: Parameters<Detector['find']>[3]): void {
  if (!SCHEME.test(before(subject, start, 12))) return;
  const at = end + (/^[^\s/@"'<>]{1,64}@/.exec(after(subject, end, 66))?.[0].length ?? 0);
  const name = nameAt(subject, at);
  if (name === undefined || !/^(?:$|[\s/:?#"'`,;)\]])/.test(after(subject, at + name.length, 1))) return;
  const isMarked = /[0-9-]/.test(name);
  if (isMarked || /^(?::[0-9]|\/)/.test(after(subject, at + name.length, 2)))
    report({ type: 'internal-host', start: at, end: at + name.length, confidence: isMarked ? 0.8 : 0.6, rule: 'named-hosts.url' });
}

/** `user@host`, `-p 22 user@host:path` behind a command of SSH. */
function remote(subject: Subject, at: number, report: Parameters<Detector['find']>[3]): void {
  const match = /^(?:-[a-z0-9] ?[^\s@]{0,40} ){0,3}(?:[^\s@]{1,60} ){0,1}[a-z0-9_.-]{1,32}@/.exec(after(subject, at, 140));
  if (match === null) return;
  const name = nameAt(subject, at + match[0].length);
  if (name !== undefined)
    report({
      type: 'internal-host',
      start: at + match[0].length,
      end: at + match[0].length + name.length,
      confidence: 0.8,
      rule: 'named-hosts.ssh',
    });
}

function nameAt(subject: Subject, at: number): string | undefined {
  NAME.lastIndex = at;
  const name = NAME.exec(subject.text)?.[0].replace(/[$-]+$/, '');
  if (name === undefined || name.length < 2 || NOT_NAMES.has(name.toLowerCase()) || /^[0-9]+$/.test(name)) return undefined;
  const next = subject.text[at + name.length];
  // More follows: a dotted name (hosts.ts), a call, an index, a template.
  if (next !== undefined && '([{$_'.includes(next) && !(next === '$' && !isWordAt(subject.text, at + name.length + 1))) return undefined;
  if (next === '.' && isWordAt(subject.text, at + name.length + 1)) return undefined;
  if (/^[0-9a-f]{16,}$/i.test(name) || /^[0-9a-f]{8}-[0-9a-f]{4}-/i.test(name)) return undefined;
  return name;
}

function whole(subject: Subject, report: Parameters<Detector['find']>[3]): void {
  const text = subject.text.trim();
  const at = subject.text.indexOf(text);
  const name = nameAt(subject, at);
  if (name === undefined || (name.length !== text.length && text !== `${name}$`)) return;
  report({ type: 'internal-host', start: at, end: at + name.length, confidence: 0.9, rule: 'named-hosts.member' });
}
