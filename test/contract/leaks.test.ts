// A client that goes away takes everything with it: the provider's connection, the places it held, the memory.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startSimulator, type Simulator } from '#simulator';
import { rawPost } from '#test/raw-exchange';
import { providerYaml, startCheckpoint, type StartedCheckpoint } from '#test/started-checkpoint';

const ABORTS = 1_000;
const AT_ONCE = 50;

let simulator: Simulator;
let checkpoint: StartedCheckpoint;
let key: string;

before(async () => {
  simulator = await startSimulator({ name: 'patient', label: 'JP', behaviour: { chunks: 200, delayMs: 20 } });
  checkpoint = await startCheckpoint({
    yaml: `providers:
${providerYaml('patient', { url: simulator.url, country: 'JP' })}
routes:
  slow: { candidates: [patient/d] }
`,
  });
  key = await checkpoint.createKey({ roles: ['caller', 'operator'] });
});

after(() => simulator.close());

function ask(stream: boolean) {
  return rawPost(
    checkpoint.port,
    '/v1/chat/completions',
    { model: 'slow', stream, messages: [{ role: 'user', content: 'hello' }] },
    { authorization: `Bearer ${key}` },
  );
}

async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.fail(`never: ${what}`);
}

async function metric(name: string): Promise<number> {
  const answer = await fetch(`${checkpoint.url}/metrics`, { headers: { authorization: `Bearer ${key}` } });
  const line = (await answer.text()).split('\n').find((found) => found.startsWith(`${name} `));
  return Number(line?.split(' ')[1]);
}

describe('a thousand aborted streams', () => {
  it('leave no connection, no place and no silence in the ledger, and the next request passes', { timeout: 120_000 }, async () => {
    const ids: string[] = [];
    for (let made = 0; made < ABORTS; made += AT_ONCE)
      await Promise.all(
        Array.from({ length: AT_ONCE }, async () => {
          const exchange = ask(true);
          await exchange.until((so_far) => so_far.body().includes('data:'));
          ids.push(exchange.head()!.headers['x-request-id']!);
          exchange.socket.destroy();
        }),
      );
    assert.equal(ids.length, ABORTS);
    await until('no request in progress', async () => (await metric('sekisho_requests_in_progress')) === 0);
    await until('no open stream at the provider', () => simulator.stats.openStreams === 0);
    assert.equal(simulator.stats.aborted, ABORTS);
    // undici opens one idle connection for each that was aborted and reuses it; there are never more than were needed at once.
    assert.ok(simulator.stats.openSockets <= AT_ONCE, `${simulator.stats.openSockets} connections are open`);

    const outcomes = new Map<unknown, unknown>();
    await until('every outcome is in the ledger', async () => {
      for (const entry of await checkpoint.entries()) if (entry['type'] === 'outcome') outcomes.set(entry['id'], entry['ended']);
      return ids.every((id) => outcomes.has(id));
    });
    assert.deepEqual([...new Set(ids.map((id) => outcomes.get(id)))], ['client-gone']);

    simulator.setBehaviour({ chunks: 3, delayMs: 0 });
    const normal = ask(true);
    await normal.until((so_far) => so_far.complete());
    assert.equal(normal.head()?.status, 200);
    assert.ok(normal.body().toString().endsWith('data: [DONE]\n\n'));
  });

  it('a client that leaves before the first byte is recorded too, and the provider is let go', async () => {
    simulator.setFault({ kind: 'hang', at: 'before-headers' }, { times: 1 });
    const before = simulator.stats.aborted;
    const exchange = ask(false);
    await until('the provider has it', () => simulator.stats.openRequests === 1);
    exchange.socket.destroy();
    await until('the provider sees it leave', () => simulator.stats.aborted === before + 1);
    await until('the outcome is recorded', async () =>
      (await checkpoint.entries()).some((entry) => entry['ended'] === 'client-gone' && entry['status'] === null),
    );
  });
});

describe('a client that does not read', () => {
  it('makes the provider wait instead of filling memory', async () => {
    simulator.setFault({ kind: 'huge-body', bytes: 256 << 20 }, { times: 1 });
    const restingBytes = await metric('sekisho_resident_bytes');
    const exchange = ask(false);
    exchange.socket.pause();
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    const grownBytes = (await metric('sekisho_resident_bytes')) - restingBytes;
    exchange.socket.destroy();
    assert.ok(grownBytes < 64 << 20, `${grownBytes >> 20} MiB more resident while a client does not read`);
  });
});
