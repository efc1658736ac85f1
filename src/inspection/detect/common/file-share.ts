// Shares on the network: UNC paths, also escaped as JSON and programs write them, `smb://`, and NFS exports behind a word that says so. A
// UNC prefix with a server only is a host. Not device paths (`\\.\`, `\\?\`).
import type { Detector } from '../detector.ts';
import type { Subject } from '../../text/subject.ts';
import { before, isWordAt } from './near.ts';

type Report = Parameters<Detector['find']>[3];

const SERVER = String.raw`[A-Za-z0-9][A-Za-z0-9._-]{0,80}`;
const PART = String.raw`[\p{L}\p{N}$_.~#@+()%&-]{1,80}`;
const UNC = new RegExp(String.raw`(?<server>${SERVER})(?<path>(?:\\${PART}){0,12})`, 'uy');
const ESCAPED_UNC = new RegExp(String.raw`(?<server>${SERVER})(?<path>(?:\\\\${PART}){0,12})`, 'uy');
const SMB_URL = new RegExp(String.raw`(?:[^\s/@]{1,60}@)?(?<server>${SERVER})(?<path>(?:\/${PART}){0,12})`, 'uy');
const EXPORT = new RegExp(String.raw`[ \t](?<whole>(?<server>${SERVER}):(?:\/${PART}){1,8})`, 'u');
const CIFS = new RegExp(String.raw`[ \t"'](?<whole>\/\/(?<server>${SERVER})(?:\/${PART}){1,8})`, 'u');
const NFS_REACH = 120;
const ADMINISTRATIVE = /^(?:localhost|127\.0\.0\.1|device|registry|systemroot|globalroot|dosdevices)$/i;

export const fileShare: Detector = {
  id: 'file-share',
  types: ['file-share', 'internal-host'],
  triggers: ['\\\\', 'smb://', 'cifs://', 'nfs://', 'nfs', 'cifs', 'showmount'],
  find(subject, start, end, report) {
    const trigger = subject.folded.slice(start, end);
    if (trigger === '\\\\') unc(subject, start, report);
    else if (trigger.endsWith('//')) urlOf(subject, start, end, report);
    else if (!isWordAt(subject.text, start - 1)) exported(subject, end, trigger === 'cifs', report);
  },
};

function unc(subject: Subject, start: number, report: Report): void {
  const { text } = subject;
  const left = text[start - 1];
  if ((left !== undefined && '\\:/])}*$?+.'.includes(left)) || isWordAt(text, start - 1)) return;
  // Once or twice escaped: two or four of them.
  const isEscaped = text[start + 2] === '\\' && text[start + 3] === '\\';
  const at = start + (isEscaped ? 4 : 2);
  const pattern = isEscaped ? ESCAPED_UNC : UNC;
  pattern.lastIndex = at;
  const groups = pattern.exec(text)?.groups;
  if (groups === undefined || ADMINISTRATIVE.test(groups['server']!)) return;
  // `\\device\\harddiskvolume1` is an escaped path, `\\x16`, `\\u001b` are escaped characters.
  if (!isEscaped && (text.startsWith('\\\\', at + groups['server']!.length) || /^(?:x[0-9a-f]{2}|u[0-9a-f]{4})/i.test(groups['server']!)))
    return;
  const server = groups['server']!.replace(/[._-]+$/, '');
  // `\\pipe\r\nImage`: the line ends, escaped.
  const path = groups['path']!.replace(/\\[rnt](?:\\.*|[A-Z].*|)$/, '').replace(/[.,;:)]+$/, '');
  if (path === '' || server.length < 2) {
    // `\\n`, `\\d+`, `\\server`: a host only where it looks like one.
    if (
      path === '' &&
      /^[A-Za-z][A-Za-z0-9-]{2,}$/.test(server) &&
      /[0-9]|-|^[A-Z]+$/.test(server) &&
      /^(?:$|[\s"',;)])/.test(text.slice(at + server.length, at + server.length + 1))
    )
      report({ type: 'internal-host', start: at, end: at + server.length, confidence: 0.75, rule: 'file-share.server' });
    return;
  }
  report({ type: 'file-share', start, end: at + groups['server']!.length + path.length, confidence: 0.9, rule: 'file-share.unc' });
}

function urlOf(subject: Subject, start: number, end: number, report: Report): void {
  SMB_URL.lastIndex = end;
  const match = SMB_URL.exec(subject.text);
  if (match === null || ADMINISTRATIVE.test(match.groups!['server']!)) return;
  report({ type: 'file-share', start, end: end + match[0].replace(/[.,;:)]+$/, '').length, confidence: 0.93, rule: 'file-share.url' });
}

function exported(subject: Subject, end: number, isCifs: boolean, report: Report): void {
  const line = subject.text.slice(end, end + NFS_REACH).split('\n', 1)[0]!;
  const match = (isCifs ? CIFS : EXPORT).exec(line);
  if (match === null) return;
  const at = end + match.index + 1;
  if (/https?:\/\/\S*$/.test(before(subject, at, 40))) return;
  report({
    type: 'file-share',
    start: at,
    end: at + match.groups!['whole']!.replace(/[.,;:)]+$/, '').length,
    confidence: 0.8,
    rule: 'file-share.export',
  });
}
