// Starts the benchmark's processes and ends exactly those, by their own ids: at the end, on Ctrl-C and when something fails.
// What a child started itself (a database server, workers) is looked up before the child is asked to stop, and ended only if it stays behind.
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { isRunning, treeProcesses } from './process-tree.ts';

export interface Child {
  readonly name: string;
  readonly pid: number;
  /** Resolves with the first message for which `pick` returns a value; rejects when the child ends first. */
  readonly message: <T>(pick: (message: unknown) => T | undefined) => Promise<T>;
  readonly send: (message: unknown) => void;
  readonly hasEnded: () => boolean;
  /** The last lines the child wrote. */
  readonly logTail: () => string;
  /** SIGTERM, SIGKILL after the grace period; then the same for descendants that stayed behind. Resolves when all are gone. */
  readonly stop: () => Promise<void>;
}

export interface ChildOptions {
  readonly name: string;
  /** Node options, the script, its arguments. */
  readonly arguments: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly workingDirectory?: string;
  /** Standard output and error go here. */
  readonly logFile: string;
  readonly ipc?: boolean;
  readonly stopGraceMs?: number;
}

const running = new Set<Child>();

/** Variables a child needs to find its way; everything else stays out, so that a shell's NODE_OPTIONS cannot change the figures. */
const INHERITED = ['PATH', 'HOME', 'USER', 'LANG', 'TMPDIR', 'TZ'];

export function childEnvironment(extra: Readonly<Record<string, string>> = {}): Record<string, string> {
  const inherited = INHERITED.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]] as const]));
  return { ...Object.fromEntries(inherited), NODE_ENV: 'production', ...extra };
}

/** Starts a Node program with this process's own Node binary. */
export function startNode(options: ChildOptions): Child {
  const log = openSync(options.logFile, 'a');
  const child = spawn(process.execPath, options.arguments, {
    cwd: options.workingDirectory,
    env: childEnvironment(options.environment),
    // A process group of its own: Ctrl-C reaches the harness alone, which then ends its children in order.
    detached: true,
    stdio: ['ignore', log, log, ...(options.ipc === true ? (['ipc'] as const) : [])],
  });
  closeSync(log);
  if (child.pid === undefined) throw new Error(`cannot start ${options.name}`);
  const started = watch(child, child.pid, options);
  running.add(started);
  return started;
}

/** Ends every child still running, last started first. */
export async function stopAll(): Promise<void> {
  for (const child of [...running].reverse()) await child.stop();
}

/** A TCP port on 127.0.0.1 that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Tries until `attempt` returns true; rejects when the time is over or the child has ended, with the child's last words. */
export async function waitUntil(child: Child, what: string, timeoutMs: number, attempt: () => Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + timeoutMs; Date.now() < deadline; await sleep(100)) {
    if (child.hasEnded()) throw new Error(`${child.name} ended before ${what}:\n${child.logTail()}`);
    if (await attempt()) return;
  }
  throw new Error(`${child.name}: no ${what} within ${timeoutMs / 1000} s:\n${child.logTail()}`);
}

function watch(child: ChildProcess, pid: number, { name, logFile, stopGraceMs = 5000 }: ChildOptions): Child {
  let ended = false;
  let stopping: Promise<void> | undefined;
  const exit = new Promise<void>((resolve) => {
    child.once('error', () => resolve());
    child.once('exit', () => resolve());
  }).then(() => {
    ended = true;
  });
  const logTail = (): string => readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-20).join('\n');
  const self: Child = {
    name,
    pid,
    hasEnded: () => ended,
    logTail,
    send: (message) => void child.send?.(message as object),
    message: (pick) => {
      const picked = firstMessage(
        child,
        pick,
        exit.then(() => new Error(`${name} ended unexpectedly:\n${logTail()}`)),
      );
      picked.catch(() => undefined); // whoever waits sees it; when nobody does any more, the child's end is no news
      return picked;
    },
    stop: () => (stopping ??= stop()),
  };
  const stop = async (): Promise<void> => {
    const descendants = ended ? [] : treeProcesses(pid).filter((identity) => identity.pid !== pid);
    if (!ended) child.kill('SIGTERM');
    await Promise.race([exit, sleep(stopGraceMs, undefined, { ref: false })]);
    if (!ended) {
      process.stderr.write(`bench: ${name} (pid ${pid}) did not stop within ${stopGraceMs / 1000} s, killing it\n`);
      child.kill('SIGKILL');
      await exit;
    }
    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      for (let waited = 0; waited < 3000 && descendants.some(isRunning); waited += 100) await sleep(100);
      for (const left of descendants.filter(isRunning)) {
        process.stderr.write(`bench: ${name} left process ${left.pid} behind, sending ${signal}\n`);
        process.kill(left.pid, signal);
      }
    }
    running.delete(self);
  };
  return self;
}

function firstMessage<T>(child: ChildProcess, pick: (message: unknown) => T | undefined, end: Promise<Error>): Promise<T> {
  return new Promise((resolve, reject) => {
    const listener = (message: unknown): void => {
      const picked = pick(message);
      if (picked === undefined) return;
      child.off('message', listener);
      resolve(picked);
    };
    child.on('message', listener);
    void end.then(reject);
  });
}
