// The peer: @portkey-ai/gateway as published on npm, at the version pinned in bench/peers. It forwards to the mock upstream as its `openai`
// provider with a custom host, which is how its documentation addresses a server of one's own. No plugins, no cache, no log, no console UI.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { freePort, startNode, waitUntil } from './children.ts';
import { bearer, type Contender, type Setting } from './contender.ts';
import { UPSTREAM_KEY, UPSTREAM_MODEL } from './workloads.ts';

const PEERS = resolve(import.meta.dirname, '..', 'peers');
const PACKAGE = join(PEERS, 'node_modules', '@portkey-ai', 'gateway');

/** Installs the pinned peers when they are not there (or not at the pinned version). Rejects with npm's words when that fails. */
export async function installPeers(progress: (text: string) => void): Promise<void> {
  if (installedVersion() === pinnedVersion()) return;
  progress('installing the peers of bench/peers (first use)');
  const output: string[] = [];
  const child = spawn('npm', ['ci', '--prefix', PEERS, '--ignore-scripts', '--no-audit', '--no-fund'], {
    env: { ...process.env, NODE_ENV: 'development' }, // all of it: registry, proxy and certificates may be configured there
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => output.push(text.toString()));
  const code = await new Promise<number | string>((settle) => {
    child.once('error', (error) => settle(error.message));
    child.once('close', (status, signal) => settle(status ?? signal ?? 'unknown'));
  });
  if (code !== 0 || installedVersion() !== pinnedVersion())
    throw new Error(`npm ci failed (${code}): ${output.join('').trim().slice(-500)}`);
}

export async function startPortkey({ scratchDirectory, upstreamPort, progress }: Setting): Promise<Contender> {
  await installPeers(progress);
  const port = await freePort();
  const child = startNode({
    name: 'portkey',
    arguments: [
      '--import',
      join(import.meta.dirname, 'loopback-only.ts'),
      join(PACKAGE, 'build', 'start-server.js'),
      `--port=${port}`,
      '--headless',
    ],
    logFile: join(scratchDirectory, 'portkey.log'),
  });
  await waitUntil(child, 'answer on its port', 20_000, () => answers(port));
  const headers = {
    ...bearer(UPSTREAM_KEY),
    'x-portkey-provider': 'openai',
    'x-portkey-custom-host': `http://127.0.0.1:${upstreamPort}/v1`,
  };
  return { name: 'portkey', port, model: UPSTREAM_MODEL, headers, child };
}

export function pinnedVersion(): string {
  const manifest = JSON.parse(readFileSync(join(PEERS, 'package.json'), 'utf8')) as { dependencies: Record<string, string> };
  return manifest.dependencies['@portkey-ai/gateway'] ?? '';
}

function installedVersion(): string | undefined {
  const manifest = join(PACKAGE, 'package.json');
  return existsSync(manifest) ? (JSON.parse(readFileSync(manifest, 'utf8')) as { version?: string }).version : undefined;
}

async function answers(port: number): Promise<boolean> {
  try {
    return (await fetch(`http://127.0.0.1:${port}/`)).ok;
  } catch {
    return false;
  }
}
