// No record, no passage: when the started checkpoint cannot make decisions durable any more, it refuses every request in the client's own
// format, sends nothing, says so to whoever watches it, and goes on by itself when writing is possible again.
//
// Two ways to take the disk away that need no mount and also stop root. The journal folder is a symbolic link, which one atomic rename
// turns into a file: the segment in use is still open, the next one cannot be made. And on Linux a limit on the size of files, put on the
// running worker from outside: its very next write fails.
import Anthropic from '@anthropic-ai/sdk';
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdir, rename, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it, type TestContext } from 'node:test';
import OpenAI from 'openai';
import { directorySource, verifyLog } from '#ledger';
import { startSimulator, type Simulator } from '#simulator';
import { eventually } from '#test/contract';
import { send, type Answered } from '#test/http-client';
import { providerYaml, startCheckpoint, type StartedCheckpoint } from '#test/started-checkpoint';

/** Every decision names all companies that see the data: some 20 KB, so that a segment is full after a few hundred requests. */
const SUBPROCESSORS = Array.from({ length: 80 }, (_, index) => `{ company: "${`Company ${index} `.padEnd(190, 'x')}", country: JP }`);
const MOST_REQUESTS_PER_SEGMENT = 1_000;
const PRLIMIT = spawnSync('prlimit', ['--version']).error === undefined ? undefined : 'skipped: prlimit (util-linux) is absent';

let simulator: Simulator;
let checkpoint: StartedCheckpoint;
let key: string;
let journal: string;
const passed: Answered[] = [];
const refused: Answered[] = [];

before(async () => {
  simulator = await startSimulator({ name: 'jp', label: 'JP', behaviour: { recordedRequests: 10_000 } });
  const provider = providerYaml('jp', { url: simulator.url, country: 'JP' }).replace(
    'hosting: { country: JP }, subprocessors: [] }',
    `hosting: { country: JP }, subprocessors: [${SUBPROCESSORS.join(', ')}] }`,
  );
  checkpoint = await startCheckpoint({
    yaml: `providers:
${provider}
routes:
  any: { candidates: [jp/d] }
`,
    async prepare(ledgerDirectory) {
      journal = join(ledgerDirectory, 'journal');
      await mkdir(`${ledgerDirectory}-disk`, { recursive: true });
      await mkdir(ledgerDirectory);
      await writeFile(`${ledgerDirectory}-no-disk`, '');
      await symlink(`${ledgerDirectory}-disk`, journal);
    },
  });
  key = await checkpoint.createKey();
});

after(() => simulator.close());

async function point(to: 'disk' | 'no-disk'): Promise<void> {
  await symlink(`${checkpoint.ledgerDirectory}-${to}`, `${journal}.new`);
  await rename(`${journal}.new`, journal);
}

const BODY = { model: 'any', max_tokens: 50, messages: [{ role: 'user', content: 'hello' }] };
const REQUESTS: readonly [path: string, body: object][] = [
  ['/v1/chat/completions', BODY],
  ['/v1/chat/completions', { ...BODY, stream: true }],
  ['/v1/responses', { model: 'any', input: 'hello' }],
  ['/v1/embeddings', { model: 'any', input: 'hello' }],
  ['/v1/messages', BODY],
  ['/v1/messages', { ...BODY, stream: true }],
  ['/v1/messages/count_tokens', BODY],
];

async function post(path: string, body: object): Promise<Answered> {
  const answered = await send(checkpoint.port, { path, headers: { authorization: `Bearer ${key}` }, body: JSON.stringify(body) });
  (answered.status === 200 ? passed : refused).push(answered);
  return answered;
}

async function readiness(): Promise<{ status: number; checks: Record<string, boolean> }> {
  const { status, text } = await send(checkpoint.port, { method: 'GET', path: '/readyz' });
  const { checks } = JSON.parse(text) as { checks: { name: string; ok: boolean }[] };
  return { status, checks: Object.fromEntries(checks.map((check) => [check.name, check.ok])) };
}

/** Every kind of request is refused, also by the attempts that look whether the disk is back, and no provider hears of any. */
async function assertNothingPasses(): Promise<void> {
  const { received } = simulator.stats;
  for (let round = 0; round < 4; round++) {
    for (const [path, body] of REQUESTS) {
      const answered = await post(path, body);
      assert.deepEqual([answered.status, answered.headers['x-sekisho-rule']], [503, 'ledger-unwritable'], answered.text);
      assert.ok(Number(answered.headers['retry-after']) >= 1);
      assert.match(String(answered.headers['content-type']), /^application\/json/, 'also where a stream was asked for');
      const error = JSON.parse(answered.text) as {
        type: string;
        request_id?: string;
        error: { type: string; code?: string; message: string };
      };
      assert.match(error.error.message, /cannot be recorded, so nothing was sent/);
      if (path.startsWith('/v1/messages')) {
        assert.deepEqual([error.type, error.error.type, error.request_id], ['error', 'overloaded_error', answered.id]);
      } else assert.deepEqual([error.error.type, error.error.code], ['server_error', 'ledger_unwritable']);
    }
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
  const openai = new OpenAI({ baseURL: `${checkpoint.url}/v1`, apiKey: key, maxRetries: 0 });
  await assert.rejects(
    openai.responses.create({ model: 'any', input: 'x', stream: true }),
    (error) => error instanceof OpenAI.InternalServerError && error.status === 503 && error.code === 'ledger_unwritable',
  );
  const anthropic = new Anthropic({ baseURL: checkpoint.url, apiKey: key, maxRetries: 0 });
  await assert.rejects(
    anthropic.messages.create({ model: 'any', max_tokens: 9, messages: [] }),
    (error) => error instanceof Anthropic.InternalServerError && error.status === 503 && error.type === 'overloaded_error',
  );
  assert.equal(simulator.stats.received, received, 'no provider received anything');
  assert.equal((await send(checkpoint.port, { method: 'GET', path: '/healthz' })).status, 200, 'the process itself is well');
}

async function assertRecovers(): Promise<void> {
  await eventually('it is ready again, without a request that would try', async () => (await readiness()).status === 200);
  for (const [path, body] of REQUESTS) assert.equal((await post(path, body)).status, 200);
}

describe('a journal that gets no further segment', () => {
  it('refuses once the segment in use is full', async (context: TestContext) => {
    assert.deepEqual((await readiness()).status, 200);
    for (const [path, body] of REQUESTS) assert.equal((await post(path, body)).status, 200);
    await point('no-disk');
    const before = passed.length;
    while (refused.length === 0) {
      assert.ok(passed.length < before + MOST_REQUESTS_PER_SEGMENT, 'the segment never ended');
      await Promise.all(Array.from({ length: 16 }, () => post('/v1/embeddings', { model: 'any', input: 'hello' })));
    }
    context.diagnostic(`the open segment took ${passed.length - before} more requests`);
    assert.ok(passed.length > before, 'what could still be recorded has passed');
    await assertNothingPasses();
    const { status, checks } = await readiness();
    assert.deepEqual([status, checks], [503, { keys: true, grants: true, journal: false, sequencer: false }]);
  });

  it('goes on when the folder is back', async () => {
    await point('disk');
    await assertRecovers();
  });
});

describe('a worker whose every write fails', { skip: PRLIMIT ?? false }, () => {
  let usualLimit = '';

  function prlimit(...options: string[]): string {
    const worker = checkpoint.logs.find((line) => line['worker'] === 'w1')!['pid'] as number;
    const done = spawnSync('prlimit', ['--pid', String(worker), ...options], { encoding: 'utf8' });
    assert.equal(done.status, 0, done.stderr);
    return done.stdout.trim();
  }

  it('refuses at once', async () => {
    await eventually('the worker has logged', () => checkpoint.logs.some((line) => line['worker'] === 'w1'));
    usualLimit = prlimit('--fsize', '--noheadings', '--raw', '--output', 'SOFT');
    assert.notEqual(usualLimit, '1');
    prlimit('--fsize=1:');
    await assertNothingPasses();
    const { status, checks } = await readiness();
    assert.deepEqual([status, checks['journal']], [503, false]);
  });

  it('goes on when it may write again', async () => {
    prlimit(`--fsize=${usualLimit}:`);
    await assertRecovers();
  });
});

describe('afterwards', () => {
  it('every request that a provider received has its decision, every refusal is on record, and the log verifies', async () => {
    assert.equal(await checkpoint.stop(), 0);
    const entries = await checkpoint.entries();
    const decisions = new Set(entries.filter((entry) => entry['type'] === 'decision').map((entry) => entry['id']));
    const outcomes = new Map(entries.filter((entry) => entry['type'] === 'outcome').map((entry) => [entry['id'], entry]));
    assert.equal(simulator.requests.length, passed.length);
    assert.deepEqual(
      simulator.requests.filter((request) => !decisions.has(request.requestId)).map((request) => request.sequence),
      [],
    );
    for (const { id } of passed) assert.equal(outcomes.get(id)?.['ended'], 'complete');
    for (const { id } of refused)
      assert.equal(outcomes.get(id)?.['refusal'], 'ledger-unwritable', `${id} is refused, and the ledger says so later`);
    const vkey = checkpoint.logs.find((line) => line['vkey'] !== undefined)!['vkey'] as string;
    const report = await verifyLog({ source: directorySource(checkpoint.ledgerDirectory), vkey });
    assert.ok(report.ok, JSON.stringify(report));
  });
});
