// Where a shell's redirections lead: files, and bash's own sockets.
import { hasUnknown, shown } from '../marks.ts';
import { judgePath } from '../sensitive.ts';
import { hostTargets } from '../targets/recognise.ts';
import { touchAll } from './touch.ts';
import type { Run } from './run.ts';

const HARMLESS: ReadonlySet<string> = new Set([
  '/dev/null',
  '/dev/stdout',
  '/dev/stderr',
  '/dev/stdin',
  '/dev/tty',
  '/dev/zero',
  '/dev/full',
]);

export function judgeRedirect(operator: string, path: string, run: Run): void {
  const socket = /^\/dev\/(?:tcp|udp)\/([^/]*)/.exec(path);
  if (socket !== null) {
    touchAll(hostTargets(socket[1]!), 'host', socket[1]!, 'acts', run);
    return;
  }
  if (HARMLESS.has(path) || /^\/dev\/(?:fd|pts|shm)\//.test(path)) return;
  if (hasUnknown(path)) {
    run.findings.noteDynamic();
    if (operator === '<>' || path.startsWith('/dev/'))
      run.findings.because('dynamic-command', `What is opened cannot be known: ${shown(path)}`);
  }
  if (run.place === 'here') judgePath(path, operator === '<' ? 'read' : 'write', run.findings);
  else judgeDevice(path, run);
}

function judgeDevice(path: string, run: Run): void {
  if (/^\/dev\/(?:sd|nvme|vd|hd|xvd|mapper\/|dm-|mmcblk)/.test(path)) {
    run.findings.because('destructive-command', `Writing to ${shown(path)} destroys what is on the disk.`);
  }
}
