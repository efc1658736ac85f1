// The command-line agents of test/clients: installed on first use, apart from the root packages because of their size, and run with
// nothing of the surroundings but PATH. Every connection that is not to 127.0.0.1 is sent to a proxy that refuses it.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { withDirectoryLock } from '#store';

const CLIENTS = resolve(import.meta.dirname, '..', 'clients');
const MODULES = join(CLIENTS, 'node_modules');
const INSTALL_TIMEOUT_MS = 240_000;

export interface Agent {
  readonly name: string;
  /** Run by Node. */
  readonly script: string;
  readonly version: string;
}

export const CODEX: Agent = agent('codex', '@openai/codex', 'bin/codex.js');
/** The wrapper finds the program of this platform without the package's install script. */
export const CLAUDE_CODE: Agent = agent('Claude Code', '@anthropic-ai/claude-code', 'cli-wrapper.cjs');

function agent(name: string, packageName: string, script: string): Agent {
  const manifest = JSON.parse(readFileSync(join(CLIENTS, 'package.json'), 'utf8')) as { dependencies: Record<string, string> };
  return { name, script: join(MODULES, packageName, script), version: manifest.dependencies[packageName]! };
}

/** What npm says when it could not get packages, and not that the lock file is wrong or a package was tampered with. */
const OUT_OF_REACH =
  /\b(?:ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ERR_SOCKET_TIMEOUT|ENOTCACHED|E40[134]|E5\d\d|ETARGET|EBADPLATFORM|ENOSPC|EACCES|EROFS)\b/;

/**
 * Installs what is missing. Resolves with undefined when the agents run here, or with why they cannot be had (offline, no package for
 * this platform). Rejects when what is locked does not install although the registry answers.
 */
export async function installAgents(): Promise<string | undefined> {
  const place = createHash('sha256').update(CLIENTS).digest('hex').slice(0, 12);
  const directory = join(tmpdir(), `sekisho-agent-clients-${process.geteuid?.() ?? 0}-${place}`);
  return await withDirectoryLock({ directory, waitSeconds: INSTALL_TIMEOUT_MS / 1000 }, async (afterDeath) => {
    if (afterDeath) await rm(MODULES, { recursive: true, force: true });
    if ((await problemOfInstalled()) === undefined) return undefined;
    const words = await npmCi();
    if (words !== undefined) {
      if (OUT_OF_REACH.test(words)) return `skipped: the packages of test/clients cannot be installed: ${words}`;
      throw new Error(`npm ci in test/clients failed: ${words}`);
    }
    return await problemOfInstalled();
  });
}

async function problemOfInstalled(): Promise<string | undefined> {
  for (const { name, script, version } of [CODEX, CLAUDE_CODE]) {
    if (!existsSync(script)) return `skipped: ${name} is not installed`;
    const home = await mkdtemp(join(tmpdir(), 'sekisho-agent-version-'));
    const said = await runNode([script, '--version'], { cwd: home, env: { HOME: home }, timeoutMs: 30_000 });
    await rm(home, { recursive: true, force: true });
    if (said.code !== 0 || !said.output.includes(version)) {
      return `skipped: ${name} ${version} does not run on ${process.platform}-${process.arch}: ${(said.errors || said.output).trim().slice(0, 300)}`;
    }
  }
  return undefined;
}

/** Undefined when it went well. The environment stays: registry, proxy and certificates may be configured there. */
function npmCi(): Promise<string | undefined> {
  const options = [
    '--include=optional',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--fetch-retries=1',
    '--fetch-retry-mintimeout=1000',
    '--fetch-timeout=60000',
  ];
  const child = spawn('npm', ['ci', '--prefix', CLIENTS, ...options], { env: process.env, stdio: ['ignore', 'pipe', 'pipe'] });
  let words = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (words += text.toString()));
  return new Promise((settle) => {
    const timer = setTimeout(() => child.kill('SIGKILL'), INSTALL_TIMEOUT_MS);
    child.once('error', (error) => {
      clearTimeout(timer);
      settle(`ENOTFOUND: npm does not start: ${error.message}`);
    });
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      if (code === 0) return settle(undefined);
      const brief = words
        .split('\n')
        .filter((line) => /error/i.test(line))
        .join(' ')
        .slice(0, 160);
      settle(signal === null ? brief || `exit code ${code}` : `ETIMEDOUT after ${INSTALL_TIMEOUT_MS / 1000} s`);
    });
  });
}

export interface Ran {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
  /** Hosts other than 127.0.0.1 that it wanted to reach, and could not. */
  readonly refusedHosts: readonly string[];
}

/** Runs an agent to its end in an empty folder, with a home of its own. */
export async function runAgent(
  { script }: Agent,
  input: { args: readonly string[]; env: Readonly<Record<string, string>>; cwd: string },
): Promise<Ran> {
  const refusedHosts: string[] = [];
  const proxy = createServer((request, response) => {
    refusedHosts.push(request.url ?? '');
    response.writeHead(403).end();
  });
  proxy.on('connect', (request, socket) => {
    // An agent that ends while it is being refused resets the connection; that is no failure of the test.
    socket.on('error', () => undefined);
    refusedHosts.push(request.url ?? '');
    socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
  });
  await new Promise<void>((listening) => proxy.listen(0, '127.0.0.1', listening));
  const address = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  const proxies = { HTTP_PROXY: address, HTTPS_PROXY: address, ALL_PROXY: address, NO_PROXY: '127.0.0.1' };
  const lowerCase = Object.fromEntries(Object.entries(proxies).map(([name, value]) => [name.toLowerCase(), value]));
  try {
    const env = { ...proxies, ...lowerCase, ...input.env };
    return { ...(await runNode([script, ...input.args], { cwd: input.cwd, env, timeoutMs: 50_000 })), refusedHosts };
  } finally {
    proxy.closeAllConnections();
    proxy.close();
  }
}

function runNode(
  args: readonly string[],
  { cwd, env, timeoutMs }: { cwd: string; env: Readonly<Record<string, string>>; timeoutMs: number },
): Promise<Omit<Ran, 'refusedHosts'>> {
  // A group of its own, so that a time-out also ends what the agent has started.
  const child = spawn(process.execPath, args, {
    cwd,
    detached: true,
    env: { PATH: process.env['PATH'] ?? '', TERM: 'dumb', LANG: 'C.UTF-8', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let errors = '';
  child.stdout.on('data', (text: Buffer) => (output += text.toString()));
  child.stderr.on('data', (text: Buffer) => (errors += text.toString()));
  return new Promise((settle, reject) => {
    const timer = setTimeout(() => {
      errors += `\nended after ${timeoutMs} ms`;
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    }, timeoutMs);
    child.once('error', reject);
    child.once('close', (code) => {
      clearTimeout(timer);
      settle({ code, output, errors });
    });
  });
}
