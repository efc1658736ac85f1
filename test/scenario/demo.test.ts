// The demonstration as `npm run demo -- --once` runs it, and how it ends and cleans up.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { sekisho, startSekisho } from '#test/cli';

/** The promise is half a minute on an ordinary machine; tests share theirs. */
const PROMISED_MS = 30_000;

let cwd: string;

before(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'sekisho-demo-'));
});

after(() => rm(cwd, { recursive: true, force: true }));

interface Tour {
  readonly ok: boolean;
  readonly url: string;
  readonly vkey: string;
  readonly steps: readonly {
    readonly name: string;
    readonly requestId: string;
    readonly deployments: readonly string[];
    readonly status: number;
    readonly said: string;
    readonly calls?: readonly { readonly verdict: string; readonly command: string; readonly notice: string | null }[];
  }[];
  readonly received: readonly {
    readonly label: string;
    readonly requests: readonly { readonly path: string; readonly model: string; readonly requestId: string }[];
  }[];
  readonly ledger: readonly { readonly step: string; readonly index: number; readonly record: Readonly<Record<string, unknown>> }[];
  readonly proof: { readonly index: number; readonly size: number; readonly hashes: readonly string[]; readonly root: string };
  readonly instructions?: readonly { readonly title: string; readonly lines: readonly string[] }[];
}

describe('demo --once --json', () => {
  let tour: Tour;

  test('ends with 0 within half a minute, with one JSON document on standard output', async () => {
    const { code, stdout, stderr, ms } = await sekisho(['demo', '--once', '--json', '--port', '0'], { cwd, timeoutMs: 120_000 });
    assert.equal(code, 0, stderr);
    assert.ok(ms < PROMISED_MS, `${Math.round(ms)} ms`);
    tour = JSON.parse(stdout) as Tour;
    assert.equal(tour.ok, true);
    assert.equal(tour.instructions, undefined);
    assert.ok(!stdout.includes('sk_'), 'no key is printed when nothing is served afterwards');
  });

  test('every provider answered its route, the outage moved on, the slip was refused', () => {
    assert.deepEqual(
      tour.steps.map(({ name, deployments, status }) => [name, deployments, status]),
      [
        ['chat', ['sim-us/large'], 200],
        ['streamed chat', ['sim-jp/large'], 200],
        ['responses', ['sim-eu/large'], 200],
        ['failover', ['sim-us/large', 'sim-jp/large'], 200],
        ['masked', ['sim-us/large'], 200],
        ['restricted', ['sim-jp/large'], 200],
        ['translated', ['sim-jp/chat'], 200],
        ['cut', ['sim-jp/large'], 200],
        ['refusal', [], 404],
        ['no grant', [], 403],
        ['with a grant', ['sim-jp/large'], 200],
        ['held call', ['sim-jp/large'], 200],
      ],
    );
    assert.match(tour.steps.find(({ name }) => name === 'refusal')!.said, /No route is named "dmeo"\. Did you mean "demo"\?/);
  });

  test('trusted access refused without a grant, and with one let through, replaced and held what the model proposed', () => {
    const [refused, granted, held] = tour.steps.slice(-3);
    assert.match(refused!.said, /needs a grant that covers vulnerability-triage.*sekisho access apply.*rule grant-missing/);
    assert.match(granted!.said, /made for the demonstration/);
    assert.deepEqual(
      [...granted!.calls!, ...held!.calls!].map(({ verdict, command }) => [verdict, command]),
      [
        ['passed', 'nmap -sV 10.20.3.4'],
        ['replaced', 'nmap -sV 203.0.113.9'],
        ['approved', 'nmap -sV $(cat targets.txt)'],
      ],
    );
    assert.match(granted!.calls![1]!.notice!, /^\[Sekisho: the call of tool shell was refused: .*rule target-outside/);
    assert.match(held!.said, /^hld_\w+ waited for a person: /);
  });

  test('what the providers received and what the ledger recorded are the same requests', () => {
    const received = tour.received.map(({ label, requests }) => [label, requests.map(({ requestId }) => requestId)]);
    const [chat, streamed, responses, failover, masked, restricted, translated, cut, refusal, noGrant, granted, held] = tour.steps.map(
      ({ requestId }) => requestId,
    );
    assert.deepEqual(received, [
      ['US', [chat, failover, masked]],
      ['JP', [streamed, failover, restricted, translated, cut, granted, held]],
      ['EU', [responses]],
    ]);
    const recorded = (id: string | undefined): unknown[] =>
      tour.ledger.filter(({ record }) => record['id'] === id).map(({ record }) => record['type']);
    assert.deepEqual([chat, streamed, responses, failover, cut, refusal, noGrant, held].map(recorded), [
      ['decision', 'outcome'],
      ['decision', 'outcome'],
      ['decision', 'outcome'],
      ['decision', 'decision', 'outcome'],
      ['decision', 'outcome'],
      ['refusal'],
      ['refusal'],
      ['decision', 'outcome'],
    ]);
    assert.ok(tour.proof.hashes.length > 0 && tour.proof.index < tour.proof.size);
  });

  test('the ledger it leaves can be verified, and its database is gone', async () => {
    const verified = await sekisho(['ledger', 'verify', '.sekisho/demo/data/ledger', '--vkey', tour.vkey, '--json'], { cwd });
    assert.equal(verified.code, 0, verified.stdout);
    assert.ok(!existsSync(join(cwd, '.sekisho/demo/data/database')));
    assert.match(await readFile(join(cwd, '.sekisho/demo/sekisho.config.yaml'), 'utf8'), /^# DEMONSTRATION\./);
  });
});

test('it leaves a directory alone that is not its own', async () => {
  const directory = join(cwd, 'mine');
  await mkdir(directory);
  await writeFile(join(directory, 'precious.txt'), 'keep me');
  const { code, stderr } = await sekisho(['demo', '--once', '--directory', 'mine'], { cwd });
  assert.equal(code, 1);
  assert.match(stderr, /was not made by a demonstration/);
  assert.deepEqual(await readdir(directory), ['precious.txt']);
});

test('it serves after the tour with lines to paste, and one Ctrl-C ends everything it started', async () => {
  const child = startSekisho(['demo', '--port', '0'], { cwd });
  let text = '';
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  try {
    await new Promise<void>((resolve, reject) => {
      child.stdout.on('data', (chunk: Buffer) => {
        text += chunk.toString();
        if (text.includes('ANTHROPIC_MODEL=')) resolve();
      });
      child.once('exit', (code) => reject(new Error(`ended with ${code}: ${errors}`)));
    });
    const url = /Serving at (http:\/\/127\.0\.0\.1:\d+)/.exec(text)![1]!;
    const key = /export SEKISHO_KEY=(sk_\S+)/.exec(text)![1]!;
    for (const line of [`base_url = "${url}/v1"`, 'wire_api = "responses"', 'env_key = "SEKISHO_KEY"', `ANTHROPIC_BASE_URL=${url} `]) {
      assert.ok(text.includes(line), line);
    }
    const answer = await fetch(`${url}/v1/messages`, {
      method: 'POST',
      headers: { 'x-api-key': key, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'demo', max_tokens: 64, messages: [{ role: 'user', content: 'hi' }] }),
    });
    assert.match(await answer.text(), /simulated US provider/);
    const second = await sekisho(['demo', '--once', '--port', '0'], { cwd });
    assert.equal(second.code, 1, 'a second one in the same directory waits for nobody');
    assert.match(second.stderr, /is held by process \d+/);
  } finally {
    child.kill('SIGINT');
  }
  assert.equal(await exited, 0, errors);
  assert.ok(!existsSync(join(cwd, '.sekisho/demo/data/database')), 'the database is stopped and removed');
});

test('interrupted in the middle, it cleans up and ends with 130', async () => {
  const child = startSekisho(['demo', '--once', '--port', '0'], { cwd });
  child.stdout.resume();
  child.stderr.resume();
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  while (!existsSync(join(cwd, '.sekisho/demo/data/database/cluster.json'))) await new Promise((resolve) => setTimeout(resolve, 20));
  child.kill('SIGTERM');
  assert.equal(await exited, 130);
  assert.ok(!existsSync(join(cwd, '.sekisho/demo/data/database')));
});
