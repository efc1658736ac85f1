// Dictionaries of a running checkpoint: a bad one is refused at the start and at a reload, one that is being edited disturbs nobody, and a
// reload takes effect in every worker or in none.
import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { startSimulator, type Simulator } from '#simulator';
import { sekisho } from '#test/cli';
import { eventually } from '#test/contract';
import { send } from '#test/http-client';
import { NOT_RELOADED, reload } from '#test/reload';
import { providerYaml, startCheckpoint, type StartedCheckpoint } from '#test/started-checkpoint';

const FIRST = 'KV-TANGO-77';
const SECOND = 'QX-OSCAR-31';
const csv = (...terms: string[]) => `term,label\n${terms.map((term) => `${term},project\n`).join('')}`;
const HALF = 'term,label\nKV-TANGO-77,proj\n"QX-OSC';

let folder: string;
let dictionary: string;
let abroad: Simulator;
let checkpoint: StartedCheckpoint;
let key: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sekisho-dictionaries-'));
  dictionary = join(folder, 'projects.csv');
  await writeFile(dictionary, csv(FIRST));
  abroad = await startSimulator({ name: 'us', label: 'US', behaviour: { echo: 'text' } });
  checkpoint = await startCheckpoint({
    yaml: `providers:\n${providerYaml('us', { url: abroad.url, country: 'US' })}\nroutes: { any: { candidates: [us/d] } }
inspection: { dictionaries: ["${dictionary}"] }\n`,
    workers: 2,
    server: 'metrics: open',
  });
  key = await checkpoint.createKey();
});
after(async () => {
  await abroad.close();
  await rm(folder, { recursive: true });
});

/** What of the two terms reaches the provider, over a connection of its own. */
async function leaving(): Promise<string[]> {
  const body = JSON.stringify({ model: 'any', messages: [{ role: 'user', content: `${FIRST} and ${SECOND}` }] });
  const { status, text: answer } = await send(checkpoint.port, {
    path: '/v1/chat/completions',
    body,
    headers: { authorization: `Bearer ${key}`, connection: 'close' },
  });
  assert.equal(status, 200, answer);
  assert.ok(answer.includes(`${FIRST} and ${SECOND}`), 'the client gets its own words');
  const received = abroad.requests.at(-1)!.body.toString();
  return [FIRST, SECOND].filter((term) => received.includes(term));
}

/** From whichever worker. */
async function leavingFromAll(): Promise<string[][]> {
  const seen: string[][] = [];
  for (let turn = 0; turn < 4; turn++) seen.push(await leaving());
  return seen;
}

const four = (terms: string[]) => [terms, terms, terms, terms];

/** The workers' process ids; undefined where there is no /proc to ask. */
async function workers(): Promise<number[] | undefined> {
  const { pid } = checkpoint.process;
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => undefined);
  return text?.trim().split(' ').filter(Boolean).map(Number);
}

/** Workers that listen. */
async function listening(): Promise<number> {
  const { text } = await send(checkpoint.port, { method: 'GET', path: '/metrics' });
  return Number(/^sekisho_workers (\d+)$/m.exec(text)?.[1]);
}

const copies = () => readdir(join(checkpoint.directory, '.sekisho', 'dictionaries'));

async function versionInForce(): Promise<unknown> {
  const { headers } = await send(checkpoint.port, {
    path: '/v1/chat/completions',
    body: JSON.stringify({ model: 'any', messages: [{ role: 'user', content: 'x' }] }),
    headers: { authorization: `Bearer ${key}` },
  });
  const records = await checkpoint.recordsOf(String(headers['x-request-id']));
  return records.find(({ type }) => type === 'decision')!['policy'];
}

describe('a dictionary', () => {
  it('with faults stops the start, with file, line and the exit code of a bad configuration', async () => {
    await writeFile(join(folder, 'bad.csv'), HALF);
    await writeFile(
      join(folder, 'bad.yaml'),
      `operator: { name: Example, homeCountry: JP }
ledger: { origin: example.jp/log }
providers:
  one: { company: One, country: JP, baseUrl: "https://one.example/v1", deployments: { a: { model: m, wire: openai-chat } } }
routes: { r: { candidates: [one/a] } }
inspection: { dictionaries: [bad.csv] }
`,
    );
    const { code, stdout, stderr } = await sekisho(['up', '--config', 'bad.yaml'], { cwd: folder });
    assert.equal(code, 2, stderr);
    assert.equal(stdout, '');
    assert.match(stderr, /bad\.csv:3: .*\n.*`sekisho check` lists all problems/);
    assert.deepEqual((await readdir(folder)).toSorted(), ['bad.csv', 'bad.yaml', 'projects.csv'], 'nothing was made');
  });

  it('with faults at a reload changes nothing, and the log names file and line', async () => {
    await writeFile(dictionary, HALF);
    const { code, problem } = await reload(checkpoint, NOT_RELOADED);
    assert.equal(code, 'dictionary-unusable');
    assert.match(String(problem), /projects\.csv:3: /);
    assert.deepEqual(await leavingFromAll(), four([SECOND]));
  });

  it('that is half edited does not keep a worker that died from being replaced', async (context) => {
    const pids = await workers();
    if (pids === undefined) return context.skip('skipped: /proc absent');
    await writeFile(dictionary, HALF);
    // One after the other: the port, which is any that was free, is kept by those that live.
    for (const pid of pids) {
      process.kill(pid, 'SIGKILL');
      await eventually('it is gone', async () => (await workers())?.includes(pid) === false);
      await eventually('it was replaced', async () => (await listening()) === 2);
    }
    assert.deepEqual(await leavingFromAll(), four([SECOND]), 'with the dictionary that was checked');
  });

  it('that was changed takes effect with the reload, in every worker, under another version', async () => {
    const before = await versionInForce();
    await writeFile(dictionary, csv(FIRST, SECOND));
    const { configuration } = await reload(checkpoint);
    assert.deepEqual(await leavingFromAll(), four([]));
    assert.notEqual(configuration, before);
    assert.equal(await versionInForce(), configuration);
    assert.equal((await copies()).length, 2, 'the one before is kept until the next');
  });
});

describe('a reload', () => {
  it('takes effect in no worker when one cannot follow', async (context) => {
    const pids = await workers();
    if (pids === undefined) return context.skip('skipped: /proc absent');
    const before = await versionInForce();
    const known = await copies();
    await writeFile(dictionary, csv('SOMETHING-ELSE-1'));
    const [stuck] = pids as [number];
    process.kill(stuck, 'SIGSTOP');
    try {
      const refused = reload(checkpoint, NOT_RELOADED);
      let copy: string | undefined;
      await eventually('the primary made a copy', async () => {
        copy = (await copies()).find((name) => !known.includes(name) && name.endsWith('.csv'));
        return copy !== undefined;
      });
      await writeFile(join(checkpoint.directory, '.sekisho', 'dictionaries', copy!), 'damaged');
      process.kill(stuck, 'SIGCONT');
      const { code, problem } = await refused;
      assert.equal(code, 'configuration-refused');
      assert.match(String(problem), /a worker could not take the configuration into use: .*it has changed since/);
    } finally {
      process.kill(stuck, 'SIGCONT');
    }
    assert.deepEqual(await leavingFromAll(), four([]), 'both terms are masked, as before');
    assert.equal(await versionInForce(), before);
    const configurations = (await checkpoint.entries()).filter(({ type }) => type === 'configuration');
    assert.equal(configurations.at(-1)!['version'], before, 'the ledger says so as well');
    assert.deepEqual(new Set(await workers()), new Set(pids), 'nobody had to be replaced');
  });

  it('works again once what was wrong is mended', async () => {
    await writeFile(dictionary, csv(FIRST));
    await reload(checkpoint);
    assert.deepEqual(await leavingFromAll(), four([SECOND]));
  });
});
