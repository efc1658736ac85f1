// kill -9 at random moments under load: whatever reached a provider is in the ledger, and the ledger opens again by itself.
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Pool } from 'undici';
import { directorySource, verifyLog } from '#ledger';
import type { JournalLine } from '#simulator';
import { providerYaml, startCheckpoint, type StartedCheckpoint } from '#test/started-checkpoint';

const ROUNDS = 20;
const IN_FLIGHT = 16;

let directory: string;
let simulator: ChildProcess;
let journalPath: string;
let checkpoint: StartedCheckpoint;
let key: string;

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sekisho-kill-'));
  journalPath = join(directory, 'received.jsonl');
  const main = fileURLToPath(new URL('../../simulator/main.ts', import.meta.url));
  simulator = spawn(process.execPath, [main, '--name', 'witness', '--label', 'US', '--journal', journalPath, '--exit-with-stdin'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [line] = (await once(createInterface({ input: simulator.stdout! }), 'line')) as [string];
  const { url } = JSON.parse(line) as { url: string };
  checkpoint = await startCheckpoint({
    workers: 2,
    yaml: `providers:
${providerYaml('witness', { url, country: 'US' })}
routes:
  any: { candidates: [witness/d] }
`,
  });
  key = await checkpoint.createKey();
});

after(async () => {
  simulator.kill();
  await rm(directory, { recursive: true, force: true });
});

function once(emitter: NodeJS.EventEmitter, event: string): Promise<unknown[]> {
  return new Promise((resolve) => emitter.once(event, (...values) => resolve(values)));
}

/** Requests without pause until stopped, JSON and streams; failures are expected, the process dies under them. */
function load(url: string): () => Promise<void> {
  const pool = new Pool(url, { connections: IN_FLIGHT });
  const stopping = new AbortController();
  const loops = Array.from({ length: IN_FLIGHT }, async (_, index) => {
    for (let count = 0; !stopping.signal.aborted; count++) {
      const body = JSON.stringify({
        model: 'any',
        stream: index % 2 === 0,
        messages: [{ role: 'user', content: `loop ${index} request ${count}` }],
      });
      try {
        const answer = await pool.request({
          path: '/v1/chat/completions',
          method: 'POST',
          headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
          body,
        });
        await answer.body.dump();
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    }
  });
  return async () => {
    stopping.abort();
    await pool.destroy();
    await Promise.all(loops);
  };
}

/** Every process of the program: the primary first. */
function processIds(): number[] {
  const workers = new Set(checkpoint.logs.filter((line) => typeof line['pid'] === 'number').map((line) => line['pid'] as number));
  return [checkpoint.process.pid!, ...[...workers].filter((pid) => pid !== checkpoint.process.pid)];
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Already gone: a worker ends with its primary.
  }
}

it(`survives ${ROUNDS} kills under load without losing a record of what left`, { timeout: 300_000 }, async () => {
  for (let round = 0; round < ROUNDS; round++) {
    checkpoint.logs.length = 0;
    if (round > 0) await checkpoint.restart();
    const stop = load(checkpoint.url);
    await new Promise((resolve) => setTimeout(resolve, 150 + Math.random() * 500));
    const exited = once(checkpoint.process, 'exit');
    // In turn: everything at once; the primary alone; first the workers.
    const pids = round % 3 === 1 ? processIds().slice(0, 1) : round % 3 === 0 ? processIds() : processIds().toReversed();
    pids.forEach(kill);
    await exited;
    await stop();
  }
  checkpoint.logs.length = 0;
  await checkpoint.restart();
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  assert.equal(await checkpoint.stop(), 0);

  const received = (await readFile(journalPath, 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as JournalLine);
  assert.ok(received.length > ROUNDS * 20, `only ${received.length} requests reached the provider`);
  const entries = await checkpoint.entries();
  const decisions = new Map(entries.filter((entry) => entry['type'] === 'decision').map((entry) => [entry['id'], entry]));
  const outcomes = new Map<unknown, number>();
  for (const entry of entries) if (entry['type'] === 'outcome') outcomes.set(entry['id'], (outcomes.get(entry['id']) ?? 0) + 1);

  const unrecorded = received.filter((request) => !decisions.has(request.requestId ?? ''));
  assert.deepEqual(unrecorded, [], 'every request that reached the provider has its decision record');
  for (const request of received.filter((line) => line.complete)) {
    const decision = decisions.get(request.requestId!)!;
    assert.equal((decision['sent'] as { bytes: number }).bytes, request.bodyBytes);
  }
  const open = [...decisions.keys()].filter((id) => !outcomes.has(id));
  assert.deepEqual(open, [], 'every decision is closed by an outcome, be it that its process died');
  assert.deepEqual(
    [...outcomes].filter(([, count]) => count !== 1),
    [],
    'and by one only',
  );
  assert.equal(new Set(entries.map((entry) => hashOf(entry))).size, entries.length, 'no record is there twice');

  const vkey = checkpoint.logs.find((line) => line['vkey'] !== undefined)?.['vkey'] as string;
  const report = await verifyLog({ source: directorySource(checkpoint.ledgerDirectory), vkey });
  assert.ok(report.ok, JSON.stringify(report));
});

function hashOf(entry: object): string {
  return createHash('sha256').update(JSON.stringify(entry)).digest('hex');
}
