// Where a shell's redirections lead: files, and bash's own sockets.
import { hasUnknown, shown } from '../marks.ts';
import { judgePath, judgeSecret } from '../sensitive.ts';
import { hostTargets } from '../targets/recognise.ts';
import { touchAll } from './touch.ts';
import type { Run } from './run.ts';

export function judgeRedirect(operator: string, path: string, run: Run): void {
  const socket = /^\/dev\/(?:tcp|udp)\/([^/]*)/.exec(path);
  if (socket !== null) {
    touchAll(hostTargets(socket[1]!), 'host', socket[1]!, 'acts', run);
    return;
  }
  if (hasUnknown(path)) {
    run.findings.noteDynamic();
    if (operator === '<>' || path.startsWith('/dev/'))
      run.findings.because('dynamic-command', `What is opened cannot be known: ${shown(path)}`);
  }
  if (/^>[|]?$|^&>$/.test(operator) && /^\/var\/log\/(?:audit|auth\.log|secure|syslog|messages|wtmp|btmp|lastlog|journal)/.test(path)) {
    run.findings.because('destructive-command', `This empties a log that others rely on: ${shown(path)}`);
  }
  if (run.place === 'here') judgePath(path, { access: operator === '<' ? 'read' : 'write', directory: run.state.directory }, run.findings);
  else {
    judgeDevice(path, run);
    judgeSecret(path, run.findings);
  }
}

function judgeDevice(path: string, run: Run): void {
  if (/^\/dev\/(?:sd|nvme|vd|hd|xvd|mapper\/|dm-|mmcblk)/.test(path)) {
    run.findings.because('destructive-command', `Writing to ${shown(path)} destroys what is on the disk.`);
  }
}
