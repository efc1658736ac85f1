// Drills on paper and live, and the dependence report, from the command line.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { DrillReport } from '#continuity';
import { startSimulator, type Simulator } from '#simulator';
import { sekisho, startSekisho, type CliRun } from '#test/cli';
import { providerYaml, startCheckpoint, type StartedCheckpoint } from '#test/started-checkpoint';

const WITHIN_MS = 2_000;

let us: Simulator;
let jp: Simulator;
let checkpoint: StartedCheckpoint;
let key: string;

before(async () => {
  us = await startSimulator({ name: 'us', label: 'US' });
  jp = await startSimulator({ name: 'jp', label: 'JP' });
  checkpoint = await startCheckpoint({
    workers: 2,
    yaml: `dataClasses:
  restricted:
    constraints: { hostingCountry: { allow: [JP] } }
providers:
${providerYaml('us', { url: us.url, country: 'US', extra: 'price: { currency: JPY, inputPerMillionTokens: 300, outputPerMillionTokens: 300 }' })}
${providerYaml('jp', { url: jp.url, country: 'JP', extra: 'price: { currency: JPY, inputPerMillionTokens: 450, outputPerMillionTokens: 450 }' })}
concentration:
  - { by: vendor-country, limit: 0.5, action: warn }
routes:
  general: { candidates: [us/d, jp/d] }
  incident: { candidates: [us/d, jp/d], dataClass: restricted }
  abroad: { candidates: [us/d] }
`,
  });
  key = await checkpoint.createKey();
  for (const route of ['general', 'general', 'general', 'incident', 'abroad']) assert.equal(await ask(route), 200);
  await within(10_000, 'the traffic is counted', async () => (await plan()).totals.requests === 5);
});

after(() => Promise.all([us.close(), jp.close()]));

function run(...args: string[]): Promise<CliRun> {
  return sekisho([...args, '--config', checkpoint.configPath], { cwd: checkpoint.directory });
}

interface Plan {
  readonly totals: { readonly requests: number; readonly stoppedShare: number };
  readonly routes: readonly { readonly route: string; readonly outcome: string; readonly affectedShare: number | null }[];
}

async function plan(): Promise<Plan> {
  const { stdout, stderr } = await run('drill', 'plan', '--without', 'country:US', '--json');
  assert.notEqual(stdout, '', stderr);
  return (JSON.parse(stdout) as { plan: Plan }).plan;
}

async function ask(model: string, headers: Readonly<Record<string, string>> = {}): Promise<number> {
  const response = await fetch(`${checkpoint.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ model, messages: [{ role: 'user', content: 'hi' }] }),
  });
  await response.arrayBuffer();
  return response.status;
}

async function within(ms: number, what: string, holds: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + ms;
  while (!(await holds())) {
    assert.ok(performance.now() < deadline, `within ${ms} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function reportIn(directory: string): Promise<DrillReport> {
  return JSON.parse(await readFile(join(directory, 'report.json'), 'utf8')) as DrillReport;
}

interface ListedDrill {
  readonly id: string;
  readonly state: string;
  readonly reason: string;
  readonly endsAt: string;
  readonly abortedBy: string | null;
}

async function drills(): Promise<readonly ListedDrill[]> {
  return (JSON.parse((await run('drill', 'list', '--json')).stdout) as { drills: ListedDrill[] }).drills;
}

describe('a drill on paper', () => {
  test('says from configuration and recorded traffic what goes on and what stops', async () => {
    const { routes, totals } = await plan();
    assert.deepEqual(
      routes.map(({ route, outcome, affectedShare }) => [route, outcome, affectedShare]),
      [
        ['abroad', 'stops', 1],
        ['general', 'goes-on', 1],
        ['incident', 'goes-on', 0],
      ].toSorted(([a], [b]) => String(a).localeCompare(String(b))),
    );
    assert.equal(totals.stoppedShare, 0.2);
  });

  test('is Markdown on the terminal and HTML in a file, and the flag means the command', async () => {
    const [named, flagged] = await Promise.all([
      run('drill', 'plan', '--without', 'country:US'),
      run('drill', '--without', 'country:US', '--plan'),
    ]);
    assert.equal(named.code, 0, named.stderr);
    const settled = (text: string): string => text.replace(/Made: \S+/, 'Made: now');
    assert.equal(settled(named.stdout), settled(flagged.stdout));
    assert.match(
      named.stdout,
      /^# Drill plan · 訓練計画書\n\n\*\*2 of 3 routes go on, 1 stops\. 20\.0 % of the recorded requests would have been refused\.\*\*/,
    );
    assert.match(named.stdout, /\| `general` \| goes on, untried \| 100\.0 % of 3 \| .* \| 300 → 450 JPY \(\+50 %\) \|/);
    const html = await run('drill', 'plan', '--without', 'country:US', '--format', 'html', '--output', 'plan.html');
    assert.equal(html.code, 0, html.stderr);
    assert.match(await readFile(join(checkpoint.directory, 'plan.html'), 'utf8'), /^<!doctype html>[\s\S]*<\/html>\n$/);
  });

  test('refuses a selector that it cannot read, and days beyond what is kept', async () => {
    assert.equal((await run('drill', 'plan', '--without', 'nonsense')).code, 2);
    assert.equal((await run('drill', 'plan', '--without', 'country:US', '--days', '401')).code, 2);
    assert.equal((await run('drill', 'plan')).code, 2);
  });
});

describe('the dependence report', () => {
  test('gives shares, limits and what would be left', async () => {
    const { code, stdout, stderr } = await run('dependence', '--window', 'hour', '--by', 'vendor-country');
    assert.equal(code, 0, stderr);
    assert.match(stdout, /\| US \| 80\.0 % \|/);
    assert.match(stdout, /\| operator \| 50\.0 % by vendor-country, requests, day, warn \| US \| 80\.0 % \| \*\*exceeded\*\* \|/);
    assert.match(stdout, /\| `country:US` \| 1 of 3 \| 1 \| 0 \| 1: `abroad` \|/);
    assert.doesNotMatch(stdout, /By company/);
  });
});

describe('a live drill', () => {
  test('with canaries touches no client, shows who takes over, ends by itself and leaves three reports', async () => {
    const { code, stdout, stderr } = await run(
      'drill',
      '--without',
      'country:US',
      '--live',
      '--minutes',
      '0.15',
      '--canaries',
      '--reason',
      'with canaries',
      '--url',
      checkpoint.url,
      '--output',
      'canaries',
    );
    assert.equal(code, 0, stderr);
    assert.match(stderr, /in force on every worker of this machine's checkpoint after \d+ ms/);
    const report = await reportIn(join(checkpoint.directory, 'canaries'));
    assert.equal(report.state, 'ended');
    assert.deepEqual(
      report.removed.map(({ id }) => id),
      ['us/d'],
    );
    assert.deepEqual([report.sentToRemoved, report.sentAgainstDemands, report.unassessed], [[], [], 0]);
    const routes = new Map(report.routes.map((route) => [route.route, route]));
    assert.deepEqual(
      routes.get('general')!.servedBy.map(({ deployment, share }) => [deployment, share]),
      [['jp/d', 1]],
    );
    assert.equal(routes.get('general')!.recovery.state, 'undisturbed');
    const abroad = routes.get('abroad')!;
    assert.deepEqual([abroad.answered, abroad.recovery.state, abroad.failures[0]!.cause], [0, 'not-recovered', 'refused:cut-off']);
    const sent = report.canaries.find(({ route }) => route === 'abroad')!;
    assert.deepEqual([sent.answered, sent.failures.map(({ count }) => count)], [0, [sent.sent]]);
    assert.equal(abroad.failed, sent.sent, 'the checkpoint counted what the sender saw');
    assert.deepEqual(
      report.ledger.map(({ type }) => type),
      ['drill-started'],
    );
    assert.match(stdout, /^# Drill report · 訓練報告書/);
    assert.match(await readFile(join(checkpoint.directory, 'canaries', 'report.html'), 'utf8'), /<\/html>\n$/);
    const keys = JSON.parse((await run('keys', 'list', '--owner', 'sekisho-drill', '--json')).stdout) as { keys: { state: string }[] };
    assert.deepEqual(
      keys.keys.map(({ state }) => state),
      ['revoked'],
    );
  });

  test('with real requests takes only those along that take part, and sekisho drill abort ends it from elsewhere', async () => {
    const child = startSekisho(
      [
        'drill',
        'live',
        '--without',
        'country:US',
        '--minutes',
        '5',
        '--share',
        '1',
        '--reason',
        'all requests',
        '--url',
        checkpoint.url,
        '--output',
        'shared',
        '--config',
        checkpoint.configPath,
      ],
      { cwd: checkpoint.directory },
    );
    let stderr = '';
    child.stderr.on('data', (data: Buffer) => (stderr += data.toString()));
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
    await within(20_000, 'it is in force', async () => /in force on every worker/.test(stderr));
    const before = us.stats.received;
    assert.deepEqual([await ask('general'), await ask('abroad'), await ask('incident')], [200, 503, 200]);
    assert.equal(us.stats.received, before, 'nothing went to what is gone');
    const { id } = (await drills()).find(({ state }) => state === 'running')!;
    const aborted = await run('drill', 'abort', id);
    assert.equal(aborted.code, 0, aborted.stderr);
    await within(WITHIN_MS, 'the route reaches the US again', async () => (await ask('abroad')) === 200);
    assert.equal(await ended, 0, stderr);
    const report = await reportIn(join(checkpoint.directory, 'shared'));
    assert.equal(report.state, 'aborted');
    assert.deepEqual(
      report.ledger.map(({ type }) => type),
      ['drill-started', 'drill-aborted'],
    );
    assert.equal(report.totals.failed, report.routes.find(({ route }) => route === 'abroad')!.failed);
    assert.ok(report.totals.answered >= 2);
    const again = await run('drill', 'abort', id);
    assert.equal(again.code, 0);
    assert.match(again.stderr, /was over already/);
    const later = await run('drill', 'report', id, '--json');
    assert.equal((JSON.parse(later.stdout) as DrillReport).totals.failed, report.totals.failed, 'the same can be said at any later time');
  });

  test('ends at Ctrl-C, and its report is written all the same', async () => {
    const child = startSekisho(
      [
        'drill',
        'live',
        '--without',
        'company:Example US',
        '--minutes',
        '5',
        '--share',
        '0.5',
        '--reason',
        'interrupted',
        '--url',
        checkpoint.url,
        '--output',
        'interrupted',
        '--config',
        checkpoint.configPath,
      ],
      { cwd: checkpoint.directory },
    );
    let stderr = '';
    child.stderr.on('data', (data: Buffer) => (stderr += data.toString()));
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
    await within(20_000, 'it is in force', async () => /in force on every worker/.test(stderr));
    child.kill('SIGINT');
    assert.equal(await ended, 130, stderr);
    assert.equal((await drills())[0]!.state, 'aborted');
    assert.equal((await reportIn(join(checkpoint.directory, 'interrupted'))).state, 'aborted');
  });

  test('ends by itself when the command that began it is killed', async () => {
    const child = startSekisho(
      [
        'drill',
        'live',
        '--without',
        'country:US',
        '--minutes',
        '0.1',
        '--share',
        '1',
        '--reason',
        'killed',
        '--url',
        checkpoint.url,
        '--config',
        checkpoint.configPath,
      ],
      { cwd: checkpoint.directory },
    );
    let stderr = '';
    child.stderr.on('data', (data: Buffer) => (stderr += data.toString()));
    const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
    await within(20_000, 'it is in force', async () => /in force on every worker/.test(stderr));
    child.kill('SIGKILL');
    await ended;
    assert.equal(await ask('abroad'), 503);
    const { endsAt } = (await drills())[0]!;
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, Date.parse(endsAt) - Date.now()) + 100));
    assert.equal(await ask('abroad'), 200, 'every worker ends it by its own clock');
    const [last] = await drills();
    assert.deepEqual([last!.state, last!.abortedBy], ['ended', null]);
  });

  test('is refused without bounds, or with what it would not mean', async () => {
    const base = ['drill', 'live', '--without', 'country:US', '--reason', 'test'];
    for (const flags of [
      [],
      ['--minutes', '241'],
      ['--minutes', '0'],
      ['--minutes', '5', '--share', '0'],
      ['--minutes', '5', '--share', '1.5'],
      ['--minutes', '5', '--share', '0.5', '--canaries'],
      ['--minutes', '5', '--key', 'sk_x'],
    ])
      assert.equal((await run(...base, ...flags)).code, 2, flags.join(' '));
    const nothing = await run('drill', 'live', '--without', 'country:FR', '--minutes', '1', '--reason', 'test');
    assert.deepEqual([nothing.code, /no deployment of this configuration is/.test(nothing.stderr)], [2, true]);
  });
});
