// Qualification with the real program in front of simulators: cases asked through the checkpoint, evidence in the ledger and in the
// database, and runs that are interrupted.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import { startSimulator, type Simulator } from '#simulator';
import { sekisho, startSekisho, type CliRun } from '#test/cli';
import { providerYaml, startCheckpoint, type LedgerRecord, type StartedCheckpoint } from '#test/started-checkpoint';

let first: Simulator;
let second: Simulator;
let judge: Simulator;
let checkpoint: StartedCheckpoint;

before(async () => {
  first = await startSimulator({ name: 'first', label: 'US', behaviour: { echo: 'text' } });
  second = await startSimulator({ name: 'second', label: 'JP', behaviour: { echo: 'text' } });
  judge = await startSimulator({ name: 'judge', label: 'JP' });
  const price = 'price: { currency: JPY, inputPerMillionTokens: 1000000, outputPerMillionTokens: 1000000 }';
  checkpoint = await startCheckpoint({
    workers: 2,
    yaml: `providers:
${providerYaml('first', { url: first.url, country: 'US', extra: price })}
${providerYaml('second', { url: second.url, country: 'JP' }).replace(/wire: .*/, 'wire: [anthropic-messages]')}
${providerYaml('judge', { url: judge.url, country: 'JP' })}
routes:
  work:
    candidates: [first/d, second/d]
    qualification: { cases: ./cases.yaml, bar: 0.8, judge: judges }
  judges: { candidates: [judge/d] }
  plain: { candidates: [first/d] }
`,
  });
});

after(() => Promise.all([first.close(), second.close(), judge.close()]));

beforeEach(() => {
  for (const simulator of [first, second, judge]) {
    simulator.setFault(null);
    simulator.clearRequests();
  }
});

const GOOD = [
  { id: 'echo', prompt: '関所', maxTokens: 100, checks: [{ contains: ['関所', 'provider'] }, { regex: 'You wrote: 関所$' }] },
  {
    id: 'tool',
    prompt: 'Please use the tool.',
    tools: [
      {
        type: 'function',
        function: { name: 'lookup', parameters: { type: 'object', properties: { q: { type: 'string' } }, required: ['q'] } },
      },
    ],
    checks: [{ toolCall: { name: 'lookup', schema: { type: 'object', required: ['q'] } } }],
  },
];

async function writeCases(cases: unknown, name = 'cases.yaml'): Promise<void> {
  await writeFile(join(checkpoint.directory, name), JSON.stringify(cases));
}

function args(...more: string[]): string[] {
  return ['qualify', 'work', '--config', checkpoint.configPath, '--url', checkpoint.url, ...more];
}

function qualify(...more: string[]): Promise<CliRun> {
  return sekisho(args(...more), { cwd: checkpoint.directory });
}

interface View {
  readonly ok: boolean;
  readonly run: string;
  readonly resumed: boolean;
  readonly recorded: boolean;
  readonly deployments: readonly {
    readonly id: string;
    readonly verdict: string;
    readonly score: number | null;
    readonly costPerCase: number | null;
    readonly effectiveModels: readonly string[];
    readonly reason: string | null;
    readonly failures: readonly { readonly case: string; readonly problems: readonly string[] }[];
  }[];
}

function view({ stdout }: CliRun): View {
  return JSON.parse(stdout) as View;
}

async function recordsOf(run: string, type: string, count: number): Promise<readonly LedgerRecord[]> {
  for (let tries = 0; tries < 100; tries++) {
    const found = (await checkpoint.entries()).filter((entry) => entry['type'] === type && entry['run'] === run);
    if (found.length >= count) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.fail(`the ledger has no ${count} records of type ${type} of ${run}`);
}

async function keysOfRuns(): Promise<
  readonly { readonly state: string; readonly routes: readonly string[]; readonly expiresAt: string | null }[]
> {
  const { stdout } = await sekisho(['keys', 'list', '--owner', 'sekisho-qualify', '--json', '--config', checkpoint.configPath], {
    cwd: checkpoint.directory,
  });
  return (JSON.parse(stdout) as { keys: { state: string; routes: string[]; expiresAt: string | null }[] }).keys;
}

describe('a route whose candidates are good', () => {
  let run: View;

  test('each is asked through the checkpoint, in its own format, and the evidence is kept', async () => {
    await writeCases(GOOD);
    const ended = await qualify('--json');
    assert.equal(ended.code, 0, ended.stdout + ended.stderr);
    run = view(ended);
    assert.deepEqual(
      run.deployments.map(({ id, verdict, score, failures }) => [id, verdict, score, failures]),
      [
        ['first/d', 'qualified', 1, []],
        ['second/d', 'qualified', 1, []],
      ],
    );
    assert.deepEqual(run.deployments[0]!.effectiveModels, ['sim-first']);
    assert.ok(run.deployments[0]!.costPerCase! > 0);
    assert.equal(run.deployments[1]!.costPerCase, null);
    assert.deepEqual([first.requests.length, second.requests.length], [2, 2]);
    assert.ok(second.requests.every(({ path }) => path === '/v1/messages'));
  });

  test('the ledger says what was measured, and who did it', async () => {
    const records = await recordsOf(run.run, 'qualification', 2);
    const [record] = records.filter((each) => each['deployment'] === 'first/d');
    assert.deepEqual(
      [record!['route'], record!['score'], record!['bar'], record!['qualified'], record!['cases']],
      ['work', 1, 0.8, true, 2],
    );
    assert.equal((record!['by'] as LedgerRecord)['uid'], process.getuid?.() ?? null);
    assert.equal(record!['currency'], 'JPY');
  });

  test('its key was for this alone, and has ended', async () => {
    const keys = await keysOfRuns();
    assert.deepEqual(
      keys.map(({ state, routes }) => [state, routes]),
      [['revoked', ['work']]],
    );
    assert.ok(keys[0]!.expiresAt !== null);
  });

  test('--show tells what there is', async () => {
    const { code, stdout } = await qualify('--show');
    assert.equal(code, 0);
    assert.match(stdout, /^first\/d +1\.000 .* sim-first +0 min +counts$/m);
    assert.match(stdout, /^second\/d +1\.000 .* counts$/m);
  });

  test('running it again asks everything again: the run before was complete', async () => {
    const again = view(await qualify('--json', '--deployment', 'second/d'));
    assert.equal(again.resumed, false);
    assert.notEqual(again.run, run.run);
    assert.deepEqual([first.requests.length, second.requests.length], [0, 2]);
  });
});

describe('candidates that are not good, or not there', () => {
  test('one below the bar: exit code 3, and the table says which cases failed and why', async () => {
    await writeCases([...GOOD, { id: 'country', prompt: 'where are you?', checks: [{ contains: 'simulated JP provider' }] }]);
    const { code, stdout } = await qualify('--fresh');
    assert.equal(code, 3, stdout);
    assert.match(stdout, /^first\/d +0\.666 .*below the bar \(2 of 3 cases passed\)$/m);
    assert.match(stdout, /^second\/d +1\.000 .*qualified/m);
    assert.match(stdout, /✗ country +0\.000 +contains: "simulated JP provider" is missing/);
    const shown = await qualify('--show');
    assert.match(shown.stdout, /^first\/d .* below the bar$/m);
  });

  test('one that does not let us in is not measured: exit code 1, and its evidence stays', async () => {
    second.setFault({ kind: 'status', status: 401 });
    await writeCases([{ ...GOOD[0], id: 'other' }]);
    const ended = await qualify('--json');
    assert.equal(ended.code, 1, ended.stdout);
    const { deployments } = view(ended);
    assert.deepEqual(
      deployments.map(({ verdict, score }) => [verdict, score]),
      [
        ['qualified', 1],
        ['not-measured', null],
      ],
    );
    const shown = await qualify('--show');
    assert.match(shown.stdout, /^second\/d +1\.000 .*counts$/m, 'as it was before');
  });

  test('other cases than the route’s are a trial', async () => {
    await writeCases([{ id: 'easy', prompt: 'x', checks: [{ contains: 'x' }] }], 'easy.yaml');
    const before = (await qualify('--show', '--json')).stdout;
    const ended = await qualify('--cases', 'easy.yaml', '--json');
    assert.equal(ended.code, 0, ended.stderr);
    assert.equal(view(ended).recorded, false);
    const evidence = (text: string) =>
      (JSON.parse(text) as { deployments: { evidence: { casesHash: string } }[] }).deployments.map((each) => each.evidence.casesHash);
    assert.deepEqual(evidence((await qualify('--show', '--json')).stdout), evidence(before));
  });
});

test('a judge is asked through the checkpoint, and its grade counts', async () => {
  await writeCases([{ id: 'judged', prompt: 'x', checks: [{ judge: 'says x', weight: 3 }, { contains: 'not there' }] }]);
  const ended = await qualify('--json', '--deployment', 'first/d');
  const [only] = view(ended).deployments;
  assert.equal(judge.requests.length, 1);
  // The simulated judge always gives the best grade.
  assert.deepEqual([ended.code, only!.score, only!.failures[0]?.problems], [3, 0.75, ['contains: "not there" is missing']]);
  assert.ok((await keysOfRuns()).some(({ routes }) => routes.includes('judges')));
});

test('Ctrl-C keeps what was measured, ends the key, and the same command goes on', async () => {
  const many = Array.from({ length: 20 }, (_, index) => ({
    id: `c${index}`,
    prompt: `say ${index}`,
    checks: [{ contains: `say ${index}` }],
  }));
  await writeCases(many);
  for (const simulator of [first, second]) simulator.setBehaviour({ firstByteMs: 100 });
  const child = startSekisho(args('--concurrency', '1'), { cwd: checkpoint.directory });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  child.stdout.resume();
  while (first.requests.length < 4) await new Promise((resolve) => setTimeout(resolve, 20));
  child.kill('SIGINT');
  const code = await new Promise((resolve) => child.once('exit', resolve));
  for (const simulator of [first, second]) simulator.setBehaviour({ firstByteMs: 0 });
  assert.equal(code, 130, stderr);
  const [, measured] = /(\d+) answers of run \w+ are kept; the same command goes on/.exec(stderr)!;
  assert.ok(Number(measured) >= 3);
  assert.ok((await keysOfRuns()).every(({ state }) => state === 'revoked'));

  for (const simulator of [first, second]) simulator.clearRequests();
  const again = await qualify('--json');
  assert.equal(again.code, 0, again.stdout);
  assert.match(again.stderr, new RegExp(`Going on with run \\w+, ${measured} of 40 answers are in`));
  assert.equal(view(again).resumed, true);
  assert.equal(first.requests.length + second.requests.length, 40 - Number(measured));
});

describe('what cannot begin says what to do', () => {
  test('no checkpoint, a wrong key, no cases, a faulty file, an unknown name', async () => {
    await writeCases(GOOD);
    const nobody = await sekisho(['qualify', 'work', '--config', checkpoint.configPath, '--url', 'http://127.0.0.1:9'], {
      cwd: checkpoint.directory,
    });
    assert.equal(nobody.code, 1);
    assert.match(nobody.stderr, /no checkpoint can be reached at http:\/\/127\.0\.0\.1:9[^]*sekisho up/);

    const wrong = await sekisho(args('--json'), { cwd: checkpoint.directory, env: { SEKISHO_KEY: 'sk_wrong' } });
    assert.equal(wrong.code, 1);
    assert.match(wrong.stdout, /"code":"key-refused"/);

    const narrow = await checkpoint.createKey({ routes: ['plain'] });
    const refused = await sekisho(args('--json', '--fresh'), { cwd: checkpoint.directory, env: { SEKISHO_KEY: narrow } });
    assert.equal(refused.code, 1);
    assert.match(refused.stdout, /"code":"route-refused"/);

    const plain = await sekisho(['qualify', 'plain', '--config', checkpoint.configPath], { cwd: checkpoint.directory });
    assert.equal(plain.code, 2);
    assert.match(plain.stderr, /has no `qualification`/);

    await writeFile(join(checkpoint.directory, 'bad.yaml'), '- id: a\n  promt: b\n');
    const bad = await qualify('--cases', 'bad.yaml');
    assert.equal(bad.code, 2);
    assert.match(bad.stderr, /bad\.yaml:2: case a: there is no "promt"; did you mean prompt\?/);

    const typo = await qualify('--deployment', 'first/e');
    assert.equal(typo.code, 2);
    assert.match(typo.stderr, /Did you mean first\/d\?/);
    assert.equal(first.requests.length, 0);
  });
});
