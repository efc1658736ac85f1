// `up` as an operator runs it: reloads without dropping a stream, stops when told to, and says what it does in its log.
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { startSimulator, type Simulator } from '#simulator';
import { sekisho } from '#test/cli';
import { providerYaml, startCheckpoint, type LedgerRecord, type StartedCheckpoint } from '#test/started-checkpoint';

/** Some two seconds of stream: long enough to reload and to stop in the middle of it. */
const PIECES = 20;
const PACE_MS = 100;

let simulator: Simulator;
let other: Simulator;

before(async () => {
  simulator = await startSimulator({ name: 'slow', label: 'JP', behaviour: { chunks: PIECES, delayMs: PACE_MS } });
  other = await startSimulator({ name: 'other', label: 'EU' });
});

after(async () => {
  await simulator.close();
  await other.close();
});

let checkpoint: StartedCheckpoint;
let key: string;

beforeEach(async () => {
  checkpoint = await startCheckpoint({
    yaml: `providers:\n${providerYaml('slow', { url: simulator.url, country: 'JP' })}\nroutes:\n  work: { candidates: [slow/d] }\n`,
    server: 'shutdownDeadlineSeconds: 10',
  });
  key = await checkpoint.createKey();
});

afterEach(() => checkpoint.stop());

interface OpenStream {
  /** Resolves with the whole text of the stream, or rejects when it breaks off. */
  readonly rest: Promise<string>;
}

/** Resolves when the first event has arrived. */
async function openStream(): Promise<OpenStream> {
  const response = await fetch(`${checkpoint.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'work', stream: true, messages: [{ role: 'user', content: 'tell me' }] }),
  });
  assert.equal(response.status, 200);
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  const first = await reader.read();
  let text = Buffer.from(first.value!).toString();
  const rest = (async () => {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return text;
      text += Buffer.from(value).toString();
    }
  })();
  rest.catch(() => undefined);
  return { rest };
}

/** What the events of a chat stream say together. */
function contentOf(stream: string): string {
  const events = [...stream.matchAll(/^data: (\{.*)$/gm)].map(
    ([, data]) => JSON.parse(data!) as { choices: { delta?: { content?: string } }[] },
  );
  return events.map(({ choices }) => choices[0]?.delta?.content ?? '').join('');
}

async function logged(message: string): Promise<LedgerRecord> {
  for (let tries = 0; tries < 200; tries++) {
    const line = checkpoint.logs.find((each) => each['msg'] === message);
    if (line !== undefined) return line;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`no log line "${message}" after 5 s`);
}

function exit(): Promise<number | null> {
  return new Promise((resolve) => checkpoint.process.once('exit', resolve));
}

async function status(model: string): Promise<number> {
  const response = await fetch(`${checkpoint.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model, messages: [{ role: 'user', content: 'hi' }] }),
  });
  await response.arrayBuffer();
  return response.status;
}

describe('SIGHUP', () => {
  test('takes a changed configuration into use while a stream goes on to its end', async () => {
    const stream = await openStream();
    const changed = (await readFile(checkpoint.configPath, 'utf8'))
      .replace('routes:', `${providerYaml('other', { url: other.url, country: 'FR' })}\nroutes:`)
      .replace('candidates: [slow/d]', 'candidates: [other/d]')
      .concat('  fresh: { candidates: [other/d] }\n');
    await writeFile(checkpoint.configPath, changed);
    checkpoint.process.kill('SIGHUP');
    const line = await logged('configuration reloaded');
    assert.deepEqual(line['needsRestart'], []);
    assert.equal(await status('fresh'), 200, 'the new route is served while the old stream runs');
    const text = await stream.rest;
    assert.ok(text.trimEnd().endsWith('data: [DONE]'), 'the stream came to its own end');
    assert.match(contentOf(text), /^\[simulated JP provider\]/, 'from where it began');
    await checkpoint.stop();
    const versions = (await checkpoint.entries()).filter((entry) => entry['type'] === 'configuration').map((entry) => entry['version']);
    assert.deepEqual(versions.at(-1), line['configuration'], 'the ledger says which configuration came into force');
    assert.equal(new Set(versions).size, 2);
  });

  test('a faulty file changes nothing and is logged with line and reason', async () => {
    const good = await readFile(checkpoint.configPath, 'utf8');
    await writeFile(checkpoint.configPath, good.replace('candidates: [slow/d]', 'candidates: [nobody/d]'));
    checkpoint.process.kill('SIGHUP');
    const line = await logged('the configuration has faults and was not taken into use; the running one stays');
    const [problem] = line['problems'] as { line: number; path: string; reason: string }[];
    assert.equal(problem!.path, 'routes.work.candidates[0]');
    assert.ok(problem!.line > 0);
    assert.equal(await status('work'), 200);
  });

  test('what cannot change while running is named', async () => {
    const good = await readFile(checkpoint.configPath, 'utf8');
    await writeFile(
      checkpoint.configPath,
      good.replace('workers: 1', 'workers: 2').replace('checkpointIntervalMs: 100', 'checkpointIntervalMs: 200'),
    );
    checkpoint.process.kill('SIGHUP');
    assert.deepEqual((await logged('configuration reloaded'))['needsRestart'], ['server.workers', 'ledger']);
    assert.equal(await status('work'), 200);
  });
});

describe('stopping', () => {
  test('SIGTERM finishes a stream, takes nothing new, and ends with 0', async () => {
    const stream = await openStream();
    const ended = exit();
    checkpoint.process.kill('SIGTERM');
    await new Promise((resolve) => setTimeout(resolve, 300));
    await assert.rejects(status('work'), 'no new connection is accepted');
    assert.ok((await stream.rest).trimEnd().endsWith('data: [DONE]'));
    assert.equal(await ended, 0);
    const outcome = (await checkpoint.entries()).find((entry) => entry['type'] === 'outcome');
    assert.equal(outcome?.['ended'], 'complete');
  });

  test('a second signal cuts the stream at once, ends with 130, and the ledger still has an outcome', async () => {
    const stream = await openStream();
    const ended = exit();
    const startedAt = performance.now();
    checkpoint.process.kill('SIGINT');
    await new Promise((resolve) => setTimeout(resolve, 200));
    checkpoint.process.kill('SIGINT');
    await assert.rejects(stream.rest);
    assert.equal(await ended, 130);
    assert.ok(performance.now() - startedAt < PIECES * PACE_MS, 'sooner than the stream would have ended');
    const kinds = (await checkpoint.entries()).map((entry) => entry['type']).filter((type) => type === 'decision' || type === 'outcome');
    assert.deepEqual(kinds, ['decision', 'outcome']);
  });
});

test('an address that is in use is said in words, and everything started is ended again', async () => {
  const config = `${checkpoint.directory}/second.yaml`;
  const text = await readFile(checkpoint.configPath, 'utf8');
  const started = text.replace('listen: 127.0.0.1:0', `listen: 127.0.0.1:${checkpoint.port}\n  dataDirectory: ./second`);
  await writeFile(config, started);
  const { code, stderr } = await sekisho(['up', '--config', config], { cwd: checkpoint.directory });
  assert.equal(code, 1);
  assert.match(stderr, /cannot listen on 127\.0\.0\.1:\d+[^]*→ If another program uses the address/);
});

test('a second one on the same data directory is refused, and the first goes on', async () => {
  const { code, stderr } = await sekisho(['up', '--config', checkpoint.configPath], { cwd: checkpoint.directory });
  assert.equal(code, 1);
  assert.match(stderr, /the ledger .* is in use by process \d+/);
  assert.equal(await status('work'), 200);
});

test('with --json nothing is said on standard error', async () => {
  await checkpoint.stop();
  const { code, stdout, stderr } = await sekisho(['up', '--config', checkpoint.configPath, '--json'], {
    cwd: checkpoint.directory,
    timeoutMs: 4_000,
  });
  assert.equal(code, null, 'it serves until it is ended');
  assert.equal(stderr, '');
  const messages = stdout
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as LedgerRecord)['msg']);
  assert.ok(messages.includes('ready'), messages.join());
});
