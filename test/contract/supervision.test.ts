// Workers that die or hang at bad moments, and reloads under way: what the primary does, and what requests see of it.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, it } from 'node:test';
import { startSimulator, type Simulator } from '#simulator';
import { eventually } from '#test/contract';
import { open, send } from '#test/http-client';
import { providerYaml, startCheckpoint, type StartedCheckpoint } from '#test/started-checkpoint';

let simulator: Simulator;
let checkpoint: StartedCheckpoint;
let key: string;

before(async () => {
  simulator = await startSimulator({ name: 'jp', label: 'JP' });
  checkpoint = await startCheckpoint({
    yaml: `providers:\n${providerYaml('jp', { url: simulator.url, country: 'JP' })}\nroutes: { any: { candidates: [jp/d] } }\n`,
    workers: 2,
    server: 'metrics: open',
  });
  key = await checkpoint.createKey();
});
after(() => simulator.close());

const CHAT = '/v1/chat/completions';
const BODY = JSON.stringify({ model: 'any', messages: [{ role: 'user', content: 'x' }] });

/** The workers' process ids; undefined where there is no /proc to ask. */
async function workers(): Promise<number[] | undefined> {
  const { pid } = checkpoint.process;
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => undefined);
  return text?.trim().split(' ').filter(Boolean).map(Number);
}

function reloads(): number {
  return checkpoint.logs.filter((entry) => String(entry['msg']).includes('reload') || String(entry['msg']).includes('configuration'))
    .length;
}

describe('a reload', () => {
  it('lets requests that have arrived in part go on over the connections they began with', async () => {
    const exchanges = Array.from({ length: 8 }, () =>
      open(checkpoint.port, { path: CHAT, headers: { authorization: `Bearer ${key}`, 'content-length': BODY.length } }),
    );
    for (const { request } of exchanges) request.write(BODY.slice(0, 10));
    await new Promise((resolve) => setTimeout(resolve, 200));
    const before = reloads();
    checkpoint.process.kill('SIGHUP');
    await eventually('the configuration was read again', () => reloads() > before);
    await new Promise((resolve) => setTimeout(resolve, 200));
    for (const { request } of exchanges) request.end(BODY.slice(10));
    const answers = await Promise.all(exchanges.map(({ answer }) => answer));
    assert.deepEqual(
      answers.map(({ status }) => status),
      answers.map(() => 200),
    );
  });
});

describe('the primary', () => {
  it('outlives a worker that dies while its question is being answered', async (context) => {
    const pids = await workers();
    if (pids === undefined) return context.skip('skipped: /proc absent');
    const [stuck, asking] = pids as [number, number];
    process.kill(stuck, 'SIGSTOP');
    try {
      // Connections go to the workers in turn: one of the two questions reaches the worker that can ask.
      const asked = [1, 2].map(() => send(checkpoint.port, { method: 'GET', path: '/metrics' }).catch(() => undefined));
      await new Promise((resolve) => setTimeout(resolve, 300));
      process.kill(asking, 'SIGKILL');
      // The primary gives up on the stuck worker after two seconds and then has nobody left to tell.
      await new Promise((resolve) => setTimeout(resolve, 2_500));
      process.kill(stuck, 'SIGCONT');
      await Promise.all(asked);
    } finally {
      process.kill(stuck, 'SIGCONT');
    }
    assert.deepEqual([checkpoint.process.exitCode, checkpoint.process.signalCode], [null, null]);
    await eventually('the worker was replaced', async () => (await workers())?.length === 2);
    const answers = await Promise.all(
      [1, 2, 3, 4].map(() => send(checkpoint.port, { path: CHAT, body: BODY, headers: { authorization: `Bearer ${key}` } })),
    );
    assert.deepEqual(
      answers.map(({ status }) => status),
      [200, 200, 200, 200],
    );
  });
});
