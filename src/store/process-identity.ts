// Which process a number means. A pid alone is not enough: numbers are used again, after a reboot at once.
// Decides nothing about what to do with a process.
import { execFileSync, type ExecFileSyncOptionsWithStringEncoding } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';

/** What survives in a file about a process: `identity` tells this process from a later one with the same number. */
export interface ProcessMark {
  readonly pid: number;
  readonly identity: string;
}

/** Boot and start time of a running process, or undefined when there is none with this number (a zombie counts as none). */
export function processIdentity(pid: number): string | undefined {
  return process.platform === 'linux' ? linuxIdentity(pid) : otherIdentity(pid);
}

export function ownMark(): ProcessMark {
  const identity = processIdentity(process.pid);
  if (identity === undefined) throw new Error('the system does not tell when this process started');
  return { pid: process.pid, identity };
}

export function isRunning(mark: ProcessMark): boolean {
  return processIdentity(mark.pid) === mark.identity;
}

/** The working directory of a process, or undefined when it is gone or belongs to an account that hides it from us. */
export function processDirectory(pid: number): string | undefined {
  try {
    if (process.platform === 'linux') return readlinkSync(`/proc/${pid}/cwd`);
    // -Fn: one field per line, the name prefixed with n.
    const fields = execFileSync('lsof', ['-a', '-p', String(pid), '-d', 'cwd', '-Fn'], QUIET).split('\n');
    return fields.find((field) => field.startsWith('n'))?.slice(1);
  } catch {
    return undefined;
  }
}

/** Reads a mark that an earlier process wrote; undefined for anything else. */
export function parseMark(value: unknown): ProcessMark | undefined {
  if (typeof value !== 'object' || value === null || !('pid' in value) || !('identity' in value)) return undefined;
  const { pid, identity } = value;
  return Number.isSafeInteger(pid) && typeof identity === 'string' ? { pid: pid as number, identity } : undefined;
}

const QUIET: ExecFileSyncOptionsWithStringEncoding = { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], timeout: 5000 };

let bootId: string | undefined;

/** proc(5): field 3 is the state and field 22 the start time in clock ticks since boot; field 2 may hold spaces and brackets. */
function linuxIdentity(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
    bootId ??= readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
    return `${bootId}/${fields[19]}`;
  } catch {
    return undefined;
  }
}

function otherIdentity(pid: number): string | undefined {
  try {
    const [state = '', ...started] = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], QUIET)
      .trim()
      .split(/\s+/);
    return state === '' || state.startsWith('Z') ? undefined : started.join(' ');
  } catch {
    return undefined;
  }
}
