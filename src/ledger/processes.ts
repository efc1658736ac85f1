// Tells whether the process that wrote a file still runs, also when its number has been given to another process since.
import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { systemErrorCode } from '#kernel';

export interface ProcessIdentity {
  readonly pid: number;
  /** Eight hexadecimal digits from the boot and the start time, or `unknown` where the system does not tell. */
  readonly token: string;
}

const UNKNOWN = 'unknown';

export function currentProcess(): ProcessIdentity {
  return { pid: process.pid, token: startToken(process.pid)?.token ?? UNKNOWN };
}

/** False only when the process has certainly ended: where the system does not tell, a used number counts as alive. */
export function isAlive({ pid, token }: ProcessIdentity): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (systemErrorCode(error) === 'ESRCH') return false;
  }
  const started = startToken(pid);
  if (started === undefined) return true;
  return !started.ended && (token === UNKNOWN || started.token === token);
}

// proc(5), /proc/<pid>/stat: field 3 is the state, field 22 the start time in clock ticks since boot. The command in field 2 may
// hold anything, parentheses and spaces too, so fields count from the last parenthesis.
function startToken(pid: number): { token: string; ended: boolean } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
    const [state, startTicks] = [fields[0], fields[19]];
    if (state === undefined || startTicks === undefined) return undefined;
    return { token: hash('sha256', `${boot} ${startTicks}`).slice(0, 8), ended: state === 'Z' || state === 'X' };
  } catch {
    return undefined;
  }
}
