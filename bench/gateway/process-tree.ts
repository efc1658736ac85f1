// CPU time and memory of a process and all its descendants, from /proc. Linux only: elsewhere every figure is undefined, never zero.
//
// CPU: nanoseconds of the threads alive (task/*/schedstat) or the process total in clock ticks (stat), whichever is larger, plus what
// ended children left with their parents (cutime, cstime). The first is precise, the others keep the time of threads and children that ended.
import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';

export interface TreeMemory {
  /** Sum of resident memory; pages that several processes share count once for each. */
  readonly rssBytes: number;
  /** Sum of proportional memory: shared pages count once in total. Undefined where the kernel does not tell. */
  readonly pssBytes: number | undefined;
  /** Sum of each process's highest resident memory so far: an upper bound of the tree's peak. */
  readonly peakBytes: number;
  readonly processes: readonly { readonly pid: number; readonly name: string; readonly rssBytes: number }[];
}

interface ProcessStat {
  readonly pid: number;
  readonly parent: number;
  readonly name: string;
  readonly ownTicks: number;
  readonly childTicks: number;
  /** Start time in ticks since boot; with the pid it names one process for ever. */
  readonly startTime: number;
}

/** One process on the machine, for good: a pid alone may be used again. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly startTime: number;
}

/** USER_HZ, fixed by the Linux ABI. */
const TICK_NANOSECONDS = 10_000_000;

export interface TreeCpu {
  readonly totalMicros: number;
  readonly processes: readonly { readonly pid: number; readonly name: string; readonly micros: number }[];
}

/** The tree's CPU time since it started; undefined where /proc is absent or the root has ended. */
export function treeCpu(root: number): TreeCpu | undefined {
  const tree = readTree(root);
  if (tree.length === 0) return undefined;
  const processes = tree.map(({ pid, name, ownTicks, childTicks }) => {
    const nanoseconds = Math.max(threadNanoseconds(pid), ownTicks * TICK_NANOSECONDS) + childTicks * TICK_NANOSECONDS;
    return { pid, name: programName(pid) ?? name, micros: nanoseconds / 1000 };
  });
  return { totalMicros: processes.reduce((sum, { micros }) => sum + micros, 0), processes };
}

/** What the tree used between two readings; undefined when one of them is. A process that is only in `after` counts in full. */
export function cpuBetween(before: TreeCpu | undefined, after: TreeCpu | undefined): TreeCpu | undefined {
  if (before === undefined || after === undefined) return undefined;
  const earlier = new Map(before.processes.map(({ pid, micros }) => [pid, micros]));
  const processes = after.processes.map((process) => ({ ...process, micros: process.micros - (earlier.get(process.pid) ?? 0) }));
  return { totalMicros: after.totalMicros - before.totalMicros, processes };
}

/** The tree's memory now; undefined where /proc is absent or the root has ended. */
export function treeMemory(root: number): TreeMemory | undefined {
  const tree = readTree(root);
  if (tree.length === 0) return undefined;
  let pssBytes: number | undefined = 0;
  let rssBytes = 0;
  let peakBytes = 0;
  const processes = tree.map(({ pid, name }) => {
    const status = readProc(`${pid}/status`) ?? '';
    const rss = kilobytes(status, 'VmRSS') ?? 0;
    const rollup = readProc(`${pid}/smaps_rollup`);
    const pss = rollup === undefined ? undefined : kilobytes(rollup, 'Pss');
    pssBytes = pss === undefined || pssBytes === undefined ? undefined : pssBytes + pss;
    rssBytes += rss;
    peakBytes += kilobytes(status, 'VmHWM') ?? rss;
    return { pid, name: programName(pid) ?? name, rssBytes: rss };
  });
  return { rssBytes, pssBytes, peakBytes, processes };
}

/** The root and everything below it, at this moment. */
export function treeProcesses(root: number): readonly ProcessIdentity[] {
  return readTree(root).map(({ pid, startTime }) => ({ pid, startTime }));
}

/** Whether that very process still runs (a zombie does not). */
export function isRunning({ pid, startTime }: ProcessIdentity): boolean {
  return readStat(pid)?.startTime === startTime;
}

function readTree(root: number): readonly ProcessStat[] {
  const children = new Map<number, ProcessStat[]>();
  let start: ProcessStat | undefined;
  for (const pid of listProcesses()) {
    const stat = readStat(pid);
    if (stat === undefined) continue;
    if (pid === root) start = stat;
    const siblings = children.get(stat.parent);
    if (siblings === undefined) children.set(stat.parent, [stat]);
    else siblings.push(stat);
  }
  if (start === undefined) return [];
  const tree = [start];
  for (const member of tree) tree.push(...(children.get(member.pid) ?? []));
  return tree;
}

function listProcesses(): readonly number[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  } catch {
    return [];
  }
}

/** proc_pid_stat(5). The name stands in parentheses and may itself contain spaces and parentheses. */
function readStat(pid: number): ProcessStat | undefined {
  const text = readProc(`${pid}/stat`);
  if (text === undefined) return undefined;
  const nameEnd = text.lastIndexOf(')');
  const fields = text.slice(nameEnd + 2).split(' ');
  if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
  const field = (number: number): number => Number(fields[number - 3]);
  return {
    pid,
    parent: field(4),
    name: text.slice(text.indexOf('(') + 1, nameEnd),
    ownTicks: field(14) + field(15),
    childTicks: field(16) + field(17),
    startTime: field(22),
  };
}

function threadNanoseconds(pid: number): number {
  try {
    return readdirSync(`/proc/${pid}/task`).reduce(
      (sum, thread) => sum + (Number.parseInt(readProc(`${pid}/task/${thread}/schedstat`) ?? '', 10) || 0),
      0,
    );
  } catch {
    return 0;
  }
}

/** Base name of the program as its command line gives it; the kernel's name for a process is that of its main thread. */
function programName(pid: number): string | undefined {
  const words = readProc(`${pid}/cmdline`)?.split('\0')[0]?.split(':')[0];
  return words === undefined || words === '' ? undefined : basename(words);
}

function kilobytes(text: string, name: string): number | undefined {
  const found = new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1];
  return found === undefined ? undefined : Number(found) * 1024;
}

function readProc(path: string): string | undefined {
  try {
    return readFileSync(`/proc/${path}`, 'latin1');
  } catch {
    return undefined; // the process ended between two looks, or belongs to someone else
  }
}
