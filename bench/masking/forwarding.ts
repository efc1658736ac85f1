// What masking adds to forwarding: two gateways in one run, one that masks everything towards everyone and one that looks at nothing, and the
// 50th turn of a conversation of 115 KB sent to each, with the first 49 seen before and without. CPU of the gateway's whole process tree.
import { execFile } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { childEnvironment, freePort, startNode, stopAll, waitUntil, type Child } from '../gateway/children.ts';
import { readyPort } from '../gateway/contender-simple.ts';
import { createScratchDirectory } from '../gateway/disk.ts';
import { cpuBetween, treeCpu } from '../gateway/process-tree.ts';
import { UPSTREAM_KEY, UPSTREAM_MODEL } from '../gateway/workloads.ts';
import { conversationBody, TURNS } from './conversation.ts';

export interface Forwarding {
  readonly bytes: number;
  /** Microseconds of CPU a request, a round each. */
  readonly plain: readonly number[];
  readonly masked: readonly number[];
  /** The same without anything seen before. */
  readonly plainCold: readonly number[];
  readonly maskedCold: readonly number[];
  /** Whether a value of the conversation reached the upstream. */
  readonly plainLeaks: boolean;
  readonly maskedLeaks: boolean;
}

const GATEWAY = resolve(import.meta.dirname, '../../src/main.ts');
/** Few enough that a worker remembers them all with the default `memory`; with a hundred it forgets, which is another cost. */
const CONVERSATIONS = 60;
const AT_A_TIME = 4;
const WARM_UP_ROUNDS = 4;
/** Outcome records follow the answer. */
const SETTLE_MS = 200;
const IDLE_MS = 1000;

interface Gateway {
  readonly port: number;
  readonly key: string;
  readonly child: Child;
}

export async function measureForwarding(rounds: number, progress: (text: string) => void): Promise<Forwarding> {
  const scratch = createScratchDirectory(undefined);
  try {
    const upstream = startNode({
      name: 'upstream',
      arguments: [resolve(import.meta.dirname, '../gateway/upstream.ts')],
      logFile: join(scratch, 'upstream.log'),
      ipc: true,
    });
    const upstreamPort = await upstream.message(readyPort);
    progress('forwarding: starting two gateways');
    const plain = await startGateway('plain', scratch, upstreamPort, 'off');
    const masked = await startGateway('masked', scratch, upstreamPort, { masking: [{ towards: 'everyone' }] });
    const figures = { plain: [] as number[], masked: [] as number[], plainCold: [] as number[], maskedCold: [] as number[] };
    let first = 0;
    // More rounds than counted: the first ones compile, and a gateway serves for days.
    for (let round = -WARM_UP_ROUNDS; round < rounds; round++) {
      progress(`forwarding: round ${Math.max(0, round + 1)} of ${rounds}`);
      for (const [name, gateway] of round % 2 === 0
        ? ([
            ['plain', plain],
            ['masked', masked],
          ] as const)
        : ([
            ['masked', masked],
            ['plain', plain],
          ] as const)) {
        const cold = await cpuMicros(gateway, first, TURNS - 1);
        const warm = await cpuMicros(gateway, first, TURNS);
        if (round < 0) continue;
        figures[name].push(warm);
        figures[`${name}Cold`].push(cold);
      }
      first += CONVERSATIONS;
    }
    return {
      ...figures,
      bytes: conversationBody(0, TURNS).body.length,
      plainLeaks: await leaks(upstream, plain),
      maskedLeaks: await leaks(upstream, masked),
    };
  } finally {
    await stopAll();
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Of the gateway, a request; each conversation sends this turn. What the gateway does while it waits is taken off. */
async function cpuMicros({ port, key, child }: Gateway, first: number, turn: number): Promise<number> {
  const bodies = Array.from({ length: CONVERSATIONS }, (_, index) => conversationBody(first + index, turn).body);
  const idle = await cpuOf(child, () => sleep(IDLE_MS));
  const used = await cpuOf(child, async () => {
    for (let at = 0; at < bodies.length; at += AT_A_TIME)
      await Promise.all(bodies.slice(at, at + AT_A_TIME).map((body) => send(port, key, body)));
    await sleep(SETTLE_MS);
  });
  return (used - (idle * SETTLE_MS) / IDLE_MS) / CONVERSATIONS;
}

async function cpuOf({ pid }: Child, work: () => Promise<unknown>): Promise<number> {
  const before = treeCpu(pid);
  await work();
  return cpuBetween(before, treeCpu(pid))?.totalMicros ?? Number.NaN;
}

async function send(port: number, key: string, body: string): Promise<void> {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const answer = await fetch(`http://127.0.0.1:${port}/v1/chat/completions`, { method: 'POST', headers, body });
  const text = await answer.text();
  if (answer.status !== 200) throw new Error(`the gateway answered ${answer.status}: ${text.slice(0, 300)}`);
}

async function leaks(upstream: Child, { port, key }: Gateway): Promise<boolean> {
  const { body, values } = conversationBody(1_000_000, TURNS);
  const received = upstream.message((message) => {
    const { type, request } = message as { readonly type?: string; readonly request?: { readonly body: string } };
    return type === 'captured' ? request : undefined;
  });
  upstream.send('capture');
  await sleep(SETTLE_MS);
  await send(port, key, body);
  const { body: sent } = await received;
  return values.some((value) => sent.includes(value));
}

async function startGateway(name: string, scratch: string, upstreamPort: number, inspection: unknown): Promise<Gateway> {
  const port = await freePort();
  const directory = join(scratch, name);
  // Passable for others: started by root, the embedded database runs as another account.
  for (const path of [directory, join(directory, 'data')]) mkdirSync(path, { mode: 0o711 });
  const file = join(directory, 'sekisho.config.yaml');
  const mock = {
    company: 'Mock',
    country: 'JP',
    baseUrl: `http://127.0.0.1:${upstreamPort}/v1`,
    credential: 'env:BENCH_UPSTREAM_KEY',
    deployments: { model: { model: UPSTREAM_MODEL, wire: 'openai-chat' } },
  };
  const configuration = {
    operator: { name: 'Benchmark', homeCountry: 'JP' },
    server: { listen: `127.0.0.1:${port}`, workers: 1, dataDirectory: join(directory, 'data') },
    database: 'embedded',
    ledger: { origin: 'benchmark.invalid/sekisho' },
    providers: { mock },
    routes: { bench: { candidates: ['mock/model'] } },
    inspection,
  };
  writeFileSync(file, JSON.stringify(configuration));
  const environment = { BENCH_UPSTREAM_KEY: UPSTREAM_KEY };
  const child = startNode({
    name,
    arguments: [GATEWAY, 'up', '--config', file],
    environment,
    workingDirectory: directory,
    logFile: join(scratch, `${name}.log`),
    stopGraceMs: 20_000,
  });
  const answers = async (path: string, headers: Record<string, string>): Promise<boolean> => {
    try {
      return (await fetch(`http://127.0.0.1:${port}${path}`, { headers })).status === 200;
    } catch {
      return false;
    }
  };
  await waitUntil(child, '200 from /readyz', 60_000, () => answers('/readyz', {}));
  const args = [GATEWAY, 'keys', 'create', '--config', file, '--owner', 'bench', '--kind', 'service', '--json'];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: directory, env: childEnvironment(environment) });
  const { key } = JSON.parse(stdout) as { readonly key: string };
  await waitUntil(child, 'acceptance of the new key', 10_000, () => answers('/v1/models', { authorization: `Bearer ${key}` }));
  return { port, key, child };
}
