// Runs the command line as its users do: as a child process with an environment of its own. Knows no command.
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

export interface CliRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly ms: number;
}

export interface CliOptions {
  readonly cwd: string;
  /** Beside PATH; nothing else of the test's own environment is handed on. */
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string | Buffer;
  readonly timeoutMs?: number;
}

/** Starts `sekisho` and leaves the rest, ending it included, to the caller. */
export function startSekisho(args: readonly string[], { cwd, env = {} }: Pick<CliOptions, 'cwd' | 'env'>): ChildProcessWithoutNullStreams {
  return spawn(process.execPath, [MAIN, ...args], { cwd, env: { PATH: process.env['PATH'] ?? '', ...env }, stdio: 'pipe' });
}

/** Runs `sekisho` with these arguments to its end. A run that takes too long is killed and has the code null. */
export async function sekisho(args: readonly string[], { cwd, env = {}, input = '', timeoutMs = 60_000 }: CliOptions): Promise<CliRun> {
  const startedAt = performance.now();
  const child = startSekisho(args, { cwd, env });
  const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  // A command that reads no input may be gone before it is written.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  clearTimeout(timer);
  return { code, stdout, stderr, ms: performance.now() - startedAt };
}
