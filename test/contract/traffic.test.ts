// What was sent is counted once and survives: over workers that die, over a graceful stop, over a restart, with limits that a reload brings.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { readFile, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { createSystemRandom, systemClock, ulid } from '#kernel';
import { startSimulator, type Simulator } from '#simulator';
import { createControlStore, createTrafficStore, openDatabase, type Database } from '#store';
import { providerYaml, startCheckpoint, type StartedCheckpoint } from '#test/started-checkpoint';

const HOUR_MS = 3_600_000;

let us: Simulator;
let jp: Simulator;
let checkpoint: StartedCheckpoint;
let key: string;
let url: string;
let db: Database | undefined;

before(async () => {
  us = await startSimulator({ name: 'us', label: 'US' });
  jp = await startSimulator({ name: 'jp', label: 'JP' });
  checkpoint = await startCheckpoint({
    workers: 2,
    identity: 'maxStaleSeconds: 60',
    yaml: `providers:
${providerYaml('us', { url: us.url, country: 'US' })}
${providerYaml('jp', { url: jp.url, country: 'JP' })}
routes:
  general: { candidates: [us/d, jp/d] }
`,
  });
  key = await checkpoint.createKey({ roles: ['caller', 'operator'] });
  url = await readFile(`${checkpoint.directory}/database-url`, 'utf8');
  db = openDatabase(url, { max: 2 });
});

after(async () => {
  await Promise.all([db?.destroy(), us.close(), jp.close()]);
});

async function ask(route = 'general'): Promise<{ status: number; deployment: string | null }> {
  const response = await fetch(`${checkpoint.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', connection: 'close' },
    body: JSON.stringify({ model: route, messages: [{ role: 'user', content: 'hello' }] }),
  });
  await response.arrayBuffer();
  return { status: response.status, deployment: response.headers.get('x-sekisho-deployment') };
}

async function askMany(count: number): Promise<Record<string, number>> {
  const by: Record<string, number> = {};
  for (let begun = 0; begun < count; begun += 10)
    for (const { deployment } of await Promise.all(Array.from({ length: Math.min(10, count - begun) }, () => ask())))
      by[deployment ?? ''] = (by[deployment ?? ''] ?? 0) + 1;
  return by;
}

async function counted(): Promise<Record<string, number>> {
  const now = systemClock.now();
  const sums = await createTrafficStore(db!).sums({ fromMs: now - HOUR_MS, toMs: now + HOUR_MS });
  const by: Record<string, number> = {};
  for (const { route, deployment, cause, sent, ended } of sums) {
    if (sent > 0) by[`sent ${deployment}`] = (by[`sent ${deployment}`] ?? 0) + sent;
    if (ended > 0) by[`${route} ${cause}`] = (by[`${route} ${cause}`] ?? 0) + ended;
  }
  return by;
}

async function metric(name: string): Promise<number> {
  const text = await (await fetch(`${checkpoint.url}/metrics`, { headers: { authorization: `Bearer ${key}` } })).text();
  return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1] ?? Number.NaN);
}

async function until(condition: () => Promise<boolean>, withinMs: number): Promise<void> {
  const begun = performance.now();
  while (!(await condition())) {
    assert.ok(performance.now() - begun < withinMs, `not within ${withinMs} ms`);
    await sleep(50);
  }
}

describe('traffic', () => {
  test('is in the database a few seconds after it was sent, refusals with their rule', async () => {
    await askMany(40);
    await ask('no-such-route');
    // Two workers report on their own: the refusal may come before or after the rest.
    await until(async () => {
      const by = await counted();
      return by['general ']! >= 40 && by[' refused:unknown-route'] !== undefined;
    }, 5_000);
    assert.deepEqual(await counted(), { 'sent us/d': 40, 'general ': 40, ' refused:unknown-route': 1 });
    assert.equal(await metric('sekisho_traffic_waiting_sums'), 0);
    assert.ok((await metric('sekisho_routing_state_age_seconds')) < 2);
  });

  test('limits that a reload brings are kept by all workers together, counting what was sent before', async () => {
    const text = await readFile(checkpoint.configPath, 'utf8');
    await writeFile(
      checkpoint.configPath,
      `${text}\nconcentration: [{ by: company, limit: 0.6, window: hour, weight: requests, action: enforce }]\n`,
    );
    const before = checkpoint.logs.length;
    checkpoint.process.kill('SIGHUP');
    await until(() => Promise.resolve(checkpoint.logs.slice(before).some(({ msg }) => msg === 'configuration reloaded')), 5_000);
    await sleep(1_500);
    // 40 of 40 are US: until Japan has two thirds of that, nothing more goes there.
    const next = await askMany(20);
    assert.deepEqual(next, { 'jp/d': 20 });
    await sleep(1_500);
    await askMany(100);
    await until(async () => (await counted())['general ']! >= 160, 5_000);
    const { 'sent us/d': toUs, 'sent jp/d': toJp } = await counted();
    assert.equal(toUs! + toJp!, 160);
    assert.ok(toUs! / 160 <= 0.6 + 20 / 160, `${toUs} of 160`);
    assert.ok(toUs! > 60, 'and as much as the limit allows');
  });

  test('a worker that dies takes at most what it had not handed over', async () => {
    const before = await counted();
    const { 'jp/d': first = 0 } = await askMany(20);
    await sleep(700);
    const { pid } = checkpoint.logs.findLast(({ worker }) => worker === 'w1')!;
    process.kill(Number(pid), 'SIGKILL');
    await until(() => Promise.resolve(checkpoint.logs.some(({ died }) => died === 'w1')), 5_000);
    await sleep(500);
    const { 'jp/d': second = 0 } = await askMany(20);
    await until(async () => (await counted())['general ']! >= before['general ']! + 40, 5_000);
    const afterwards = await counted();
    assert.equal(afterwards['general '], before['general ']! + 40);
    assert.equal(afterwards['sent jp/d'], before['sent jp/d']! + first + second);
  });

  test('a graceful stop loses nothing; a restart begins with everything, and with the cuts in force', async () => {
    const before = await counted();
    const last = await askMany(15);
    assert.equal(await checkpoint.stop(), 0);
    const afterwards = await counted();
    for (const deployment of ['us/d', 'jp/d'])
      assert.equal(afterwards[`sent ${deployment}`], before[`sent ${deployment}`]! + (last[deployment] ?? 0), deployment);
    const atMs = systemClock.now();
    await createControlStore(db!).insertCut({
      id: `cut_${ulid(atMs, createSystemRandom().bytes(10))}`,
      selector: 'country:JP',
      reason: 'test',
      by: 'ops',
      atMs,
      restoredAtMs: null,
      restoredBy: null,
      restoredReason: null,
    });
    await checkpoint.restart();
    const first = await ask();
    assert.notEqual(first.deployment, 'jp/d');
    const inForce = async (): Promise<number> =>
      ((await (await fetch(`${checkpoint.url}/readyz`)).json()) as { routingVersion: number }).routingVersion;
    await until(async () => (await inForce()) === 1, 2_000);
  });

  test('without the database the last state stays in force, requests go on, and readiness does not fail', async () => {
    const name = /\/(sekisho_test_[0-9a-f]+)/.exec(url)![1]!;
    const elsewhere = openDatabase(url.replace(name, 'postgres'), { max: 1 });
    const before = checkpoint.logs.length;
    try {
      await sql`alter database ${sql.id(name)} allow_connections false`.execute(elsewhere);
      await sql`select pg_terminate_backend(pid) from pg_stat_activity where datname = ${name}`.execute(elsewhere);
      await until(async () => (await metric('sekisho_routing_state_age_seconds')) > 1.5, 5_000);
      const { deployment } = await ask();
      assert.notEqual(deployment, 'jp/d');
      assert.equal((await fetch(`${checkpoint.url}/readyz`)).status, 200);
      await until(async () => (await metric('sekisho_traffic_waiting_sums')) > 0, 3_000);
    } finally {
      await sql`alter database ${sql.id(name)} allow_connections true`.execute(elsewhere);
      await elsewhere.destroy();
    }
    await until(
      async () => (await metric('sekisho_traffic_waiting_sums')) === 0 && (await metric('sekisho_routing_state_age_seconds')) < 1,
      5_000,
    );
    const told = checkpoint.logs.slice(before).filter(({ msg }) => String(msg).startsWith('cuts and drills'));
    assert.deepEqual(
      told.map(({ msg }) => msg),
      ['cuts and drills cannot be read; those in force stay in force', 'cuts and drills can be read again'],
    );
  });
});
