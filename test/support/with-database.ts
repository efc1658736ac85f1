// node test/support/with-database.ts -- <command…>: runs the command with one PostgreSQL server for all test files in it.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { startTestServer } from './test-server.ts';

const VARIABLE = 'SEKISHO_TEST_DATABASE_URL';

async function main(): Promise<number> {
  const [command, ...rest] = process.argv.slice(process.argv.indexOf('--') + 1);
  if (!process.argv.includes('--') || command === undefined) {
    process.stderr.write('usage: node test/support/with-database.ts -- <command> [argument…]\n');
    return 2;
  }
  if (process.env[VARIABLE] !== undefined) return await run(command, rest, process.env[VARIABLE]);
  const server = await startTestServer(process.pid);
  try {
    return await run(command, rest, server.url);
  } finally {
    await server.stop();
  }
}

/** The command's exit code; 128 and the signal's number when a signal ended it, as a shell says it. */
async function run(command: string, rest: readonly string[], url: string): Promise<number> {
  const child = spawn(command, rest, { stdio: 'inherit', env: { ...process.env, [VARIABLE]: url } });
  return await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])));
    interrupted = (signal) => child.kill(signal);
    if (pending !== undefined) child.kill(pending);
  });
}

// From the first moment on: a signal while the server starts must not leave it behind.
let pending: NodeJS.Signals | undefined;
let interrupted: ((signal: NodeJS.Signals) => void) | undefined;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    pending = signal;
    interrupted?.(signal);
  });
}

process.exitCode = await main();
