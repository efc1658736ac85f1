import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TrafficStore, TrafficSums } from '#continuity';
import { createSystemRandom, systemClock, type Clock } from '#kernel';
import { createConcentration, limitKeyOf, type ConcentrationLimit, type LimitedRoutes, type LimitTotals } from '#routing';
import { createTrafficStore } from '#store';
import { testDatabase, type TestDatabase } from '#test/database';
import { deploymentOf, routeOf } from '#test/routing';
import { createTrafficCollector, type CollectorOptions, type Shares, type TrafficCollector } from './traffic-collector.ts';
import { createTrafficMeter, type TrafficMeter } from './traffic-meter.ts';

const random = createSystemRandom();
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

const us = deploymentOf('us/d', {
  origins: {
    vendor: { company: 'Foreign', country: 'US', subjectTo: [] },
    weights: { lineage: 'x', country: 'US' },
    hosting: { country: 'US' },
    subprocessors: [],
  },
});
const jp = deploymentOf('jp/d');

function limitOf(changes: Partial<ConcentrationLimit> = {}): ConcentrationLimit {
  return { by: 'company', limit: 0.5, window: 'hour', weight: 'requests', action: 'steer', only: undefined, ...changes };
}

function limitedBy(...limits: ConcentrationLimit[]): LimitedRoutes {
  return { limits, routes: [routeOf('chat', [us, jp])] };
}

const HOURLY = limitedBy(limitOf());
const KEY = limitKeyOf('operator', limitOf());

const collectors: TrafficCollector[] = [];
after(() => Promise.all(collectors.map((collector) => collector.close())));

interface Collected {
  readonly collector: TrafficCollector;
  readonly shares: Shares[];
  readonly errors: string[];
  readonly lost: { readonly sums: number; readonly sent: number; readonly reason: string }[];
}

function collect(store: CollectorOptions['store'], options: Partial<CollectorOptions> = {}): Collected {
  const collected = { shares: [] as Shares[], errors: [] as string[], lost: [] as Collected['lost'] };
  const collector = createTrafficCollector({
    store,
    clock: systemClock,
    random,
    node: 'node-a',
    limited: HOURLY,
    onShares: (shares) => collected.shares.push(shares),
    onError: (what) => collected.errors.push(what),
    onLost: (facts) => collected.lost.push(facts),
    ...options,
  });
  collectors.push(collector);
  return { collector, ...collected };
}

/** A worker: counts and steers by itself, hands over twice a second, adopts what it is told. */
class Worker {
  readonly name: string;
  readonly concentration = createConcentration({ ...HOURLY, clock: systemClock });
  readonly meter: TrafficMeter = createTrafficMeter({ clock: systemClock, isRoute: () => true });
  #collector: TrafficCollector | undefined;
  readonly #timer: NodeJS.Timeout;

  constructor(name: string) {
    this.name = name;
    this.#timer = setInterval(() => this.handOver(), 500);
  }

  serve(collector: TrafficCollector): void {
    this.#collector = collector;
  }

  send(deployment: string, count = 1): void {
    for (let sent = 0; sent < count; sent++) {
      this.concentration.took('chat', deployment);
      this.meter.sent('chat', deployment, undefined, []);
      this.concentration.spent('chat', deployment, 0);
    }
  }

  handOver(): void {
    const sums = this.meter.flush();
    const { seq, deltas } = this.concentration.flush();
    if (sums.length > 0 || deltas.length > 0) this.#collector?.received(this.name, { seq, sums });
  }

  adopt({ upTo, totals }: Shares): void {
    this.concentration.adopt({ upTo: upTo[this.name] ?? 0, totals });
  }

  /** What it would do with the next request: the limit is exceeded by another one to US. */
  get steersAway(): boolean {
    return this.concentration.breachesOf('chat', 'us/d').length > 0;
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}

function sum(changes: Partial<TrafficSums> = {}): TrafficSums {
  return {
    route: 'chat',
    deployment: 'us/d',
    drill: '',
    dataClass: '',
    cause: '',
    sent: 1,
    ended: 1,
    inputTokens: 10,
    outputTokens: 5,
    totalMs: 1,
    firstByteMs: 1,
    firstAtMs: systemClock.now(),
    lastAtMs: systemClock.now(),
    ...changes,
  };
}

async function until(condition: () => boolean, withinMs: number): Promise<number> {
  const begun = performance.now();
  while (!condition()) {
    assert.ok(performance.now() - begun < withinMs, `not within ${withinMs} ms`);
    await sleep(5);
  }
  return performance.now() - begun;
}

async function storeOf(): Promise<{ readonly database: TestDatabase; readonly store: TrafficStore; readonly sent: () => Promise<number> }> {
  const database = await testDatabase();
  const store = createTrafficStore(database.open(6));
  return {
    database,
    store,
    async sent() {
      const now = systemClock.now();
      return (await store.sums({ fromMs: now - HOUR_MS, toMs: now + HOUR_MS })).reduce((all, each) => all + each.sent, 0);
    },
  };
}

/** A store without a database; the windows it answers with are empty unless the test says otherwise. */
function fakeStore(changes: Partial<CollectorOptions['store']> = {}): CollectorOptions['store'] {
  return { add: () => Promise.resolve(), sums: () => Promise.resolve([]), compact: () => Promise.resolve(0), ...changes };
}

function totalIn(shares: Shares | undefined): number | undefined {
  return shares?.totals.find(({ limitKey }: LimitTotals) => limitKey === KEY)?.total;
}

describe('two nodes with two workers each', () => {
  test('see each other’s traffic within the documented delay, and count all of it once', async (t) => {
    const { store, sent } = await storeOf();
    const workers = ['w1.1', 'w2.2'].flatMap((name) => [new Worker(name), new Worker(name)]);
    const nodes = [0, 1].map((node) => {
      const own = workers.filter((_, index) => index % 2 === node);
      const { collector } = collect(store, { node: `node-${node}`, onShares: (shares) => own.forEach((worker) => worker.adopt(shares)) });
      for (const worker of own) worker.serve(collector);
      return { collector, own };
    });
    await Promise.all(nodes.map(({ collector }) => collector.start()));
    const [[a1, a2], [b1, b2]] = nodes.map(({ own }) => own) as [[Worker, Worker], [Worker, Worker]];
    // What the first worker alone has sent is a fault of all as soon as they hear of it.
    a1.send('us/d', 100);
    const [own, other] = await Promise.all([until(() => a2.steersAway, 1_500), until(() => b1.steersAway && b2.steersAway, 4_000)]);
    t.diagnostic(`another worker of the node knows after ${own.toFixed(0)} ms, another node after ${other.toFixed(0)} ms`);
    // And back: enough for Japan by the other node.
    b2.send('jp/d', 300);
    await Promise.all([until(() => !b1.steersAway, 1_500), until(() => !a1.steersAway && !a2.steersAway, 4_000)]);
    // All at once, and for a while.
    const begun = performance.now();
    let count = 400;
    while (performance.now() - begun < 1_500) {
      for (const worker of workers) worker.send('jp/d', 3);
      count += 3 * workers.length;
      for (const { collector } of nodes) assert.ok(totalIn(collector.shares())! <= count, 'nothing is counted twice at any moment');
      await sleep(20);
    }
    await until(() => nodes.every(({ collector }) => totalIn(collector.shares()) === count), 4_000);
    for (const worker of workers) worker.stop();
    assert.equal(await sent(), count);
  });

  test('a restarted node knows at once what was sent before', async () => {
    const { store } = await storeOf();
    const before = collect(store);
    await before.collector.start();
    before.collector.received('w1.1', { seq: 1, sums: [sum({ sent: 7 })] });
    await before.collector.close();
    const { collector } = collect(store);
    assert.equal(collector.shares(), undefined);
    await collector.start();
    assert.deepEqual([totalIn(collector.shares()), collector.shares()?.upTo], [7, {}]);
  });
});

describe('writing what workers have counted', { concurrency: true }, () => {
  test('a write whose answer was lost is repeated and counts once; those that failed are kept in their minute', async () => {
    const { store, sent } = await storeOf();
    let calls = 0;
    const flaky: TrafficStore = {
      ...store,
      async add(input) {
        calls++;
        if (calls === 1) throw new Error('connection refused');
        await store.add(input);
        if (calls === 2) throw new Error('connection lost');
      },
    };
    const { collector, errors, lost } = collect(flaky);
    await collector.start();
    collector.received('w1.1', { seq: 1, sums: [sum({ sent: 5 })] });
    await until(() => calls === 1, 2_000);
    collector.received('w1.1', { seq: 2, sums: [sum({ sent: 3 })] });
    assert.equal(collector.waiting, 2);
    assert.equal(totalIn(collector.shares()), 8, 'workers are told all the same');
    await until(() => collector.waiting === 0, 4_000);
    assert.equal(await sent(), 8);
    assert.deepEqual([errors, lost], [['traffic could not be written'], []]);
    await until(() => totalIn(collector.shares()) === 8, 1_500);
  });

  test('what the database refuses is lost, says so, and holds up nothing', async () => {
    const { store, sent } = await storeOf();
    const { collector, lost } = collect(store);
    await collector.start();
    collector.received('w1.1', { seq: 1, sums: [sum({ cause: 'x'.repeat(200) })] });
    await until(() => lost.length === 1, 2_000);
    assert.deepEqual([lost[0]!.reason, lost[0]!.sent], ['refused by the database', 1]);
    collector.received('w1.1', { seq: 2, sums: [sum()] });
    await until(() => collector.waiting === 0, 2_000);
    assert.equal(await sent(), 1);
  });

  test('while nothing can be written, a bounded number of sums waits and the oldest are lost', async () => {
    let now = Date.UTC(2026, 10, 24, 12);
    const clock: Clock = { now: () => now, monotonic: () => performance.now() };
    const { collector, lost } = collect(fakeStore({ add: () => Promise.reject(new Error('away')) }), { clock, limited: limitedBy() });
    await collector.start();
    const routes = Array.from({ length: 10_000 }, (_, index) => sum({ route: `r${index}` }));
    for (let minute = 0; minute < 12; minute++) {
      collector.received('w1.1', { seq: minute, sums: routes });
      now += MINUTE_MS;
    }
    assert.equal(collector.waiting, 100_000);
    assert.deepEqual(
      lost.map(({ reason, sums }) => [reason, sums]),
      [
        ['too much waits to be written', 10_000],
        ['too much waits to be written', 10_000],
      ],
    );
  });

  test('at the end what is left is written, or said to be lost when the database hangs', async () => {
    const written: number[] = [];
    const good = collect(fakeStore({ add: ({ sums }) => Promise.resolve(void written.push(sums[0]!.sent)) }));
    await good.collector.start();
    good.collector.received('w1.1', { seq: 1, sums: [sum({ sent: 9 })] });
    await good.collector.close();
    assert.deepEqual([written, good.lost], [[9], []]);
    const hanging = collect(fakeStore({ add: () => new Promise(() => undefined) }));
    await hanging.collector.start();
    hanging.collector.received('w1.1', { seq: 1, sums: [sum({ sent: 9 })] });
    const begun = performance.now();
    await hanging.collector.close();
    assert.ok(performance.now() - begun < 6_000);
    assert.deepEqual(
      hanging.lost.map(({ sent, reason }) => [sent, reason]),
      [[9, 'not written at the end']],
    );
  });
});

describe('telling workers what everybody has sent', { concurrency: true }, () => {
  test('without limits nothing is read and nobody is told; traffic is written', async () => {
    const written: number[] = [];
    const { collector, shares } = collect(
      fakeStore({ add: ({ sums }) => Promise.resolve(void written.push(sums[0]!.sent)), sums: () => assert.fail('read') }),
      { limited: limitedBy() },
    );
    await collector.start();
    collector.received('w1.1', { seq: 1, sums: [sum()] });
    await until(() => written.length === 1, 2_000);
    await sleep(600);
    assert.deepEqual([shares, collector.shares()], [[], undefined]);
  });

  test('a reload’s limits take effect: their windows are read, and totals are theirs', async () => {
    const { store } = await storeOf();
    await store.add({ node: 'old', atMs: systemClock.now() - 5 * HOUR_MS, sums: [sum({ sent: 40 })] });
    const { collector, shares } = collect(store);
    await collector.start();
    assert.equal(totalIn(collector.shares()), 0);
    const daily = limitOf({ window: 'day', by: 'vendor-country' });
    collector.reconfigure(limitedBy(daily));
    await until(() => shares.length > 0, 3_000);
    assert.deepEqual(shares.at(-1)!.totals, [
      { limitKey: limitKeyOf('operator', daily), total: 40, byValue: Object.assign(Object.create(null) as object, { us: 40 }) },
    ]);
    collector.reconfigure(limitedBy());
    assert.equal(collector.shares(), undefined);
  });

  test('a worker that takes a dead one’s place is not told of the other’s flushes', async () => {
    const { collector } = collect(fakeStore());
    await collector.start();
    collector.received('w1.1', { seq: 41, sums: [sum()] });
    collector.received('w2.2', { seq: 7, sums: [] });
    assert.deepEqual(collector.shares()?.upTo, { 'w1.1': 41, 'w2.2': 7 });
    collector.forget('w1.1');
    assert.deepEqual([collector.shares()?.upTo, totalIn(collector.shares())], [{ 'w2.2': 7 }, 1]);
  });

  test('attempts that failed and requests that were refused are no part of shares; tokens are', async () => {
    const byTokens = limitOf({ weight: 'tokens' });
    const { collector } = collect(fakeStore(), { limited: limitedBy(limitOf(), byTokens) });
    await collector.start();
    collector.received('w1.1', {
      seq: 1,
      sums: [
        sum({ sent: 3, ended: 2 }),
        sum({ deployment: 'us/d', cause: 'failed:connect-failed', sent: 0, inputTokens: 0, outputTokens: 0 }),
        sum({ deployment: '', cause: 'refused:cut-off', sent: 0 }),
        sum({ deployment: 'jp/d', drill: 'drl_1', dataClass: 'personal' }),
        sum({ deployment: 'gone/d' }),
      ],
    });
    assert.deepEqual(
      collector.shares()?.totals.map(({ total, byValue }) => [total, { ...byValue }]),
      [
        [3, { foreign: 2, example: 1 }],
        [30, { foreign: 15, example: 15 }],
      ],
    );
  });

  test('windows are read at their own pace, and one that is slow to read less often', async () => {
    let skewMs = 0;
    const clock: Clock = { now: () => systemClock.now() + skewMs, monotonic: () => systemClock.monotonic() + skewMs };
    const reads = new Map<number, number>();
    let slowMs = 0;
    const store = fakeStore({
      sums: ({ fromMs, toMs }) => {
        const hours = Math.round((toMs - fromMs) / HOUR_MS) - 1;
        reads.set(hours, (reads.get(hours) ?? 0) + 1);
        skewMs += slowMs;
        return Promise.resolve([]);
      },
    });
    const { collector } = collect(store, {
      clock,
      limited: limitedBy(limitOf(), limitOf({ window: 'day' }), limitOf({ window: '30-days' })),
    });
    await collector.start();
    await until(() => reads.get(1) === 4, 5_000);
    assert.deepEqual(Object.fromEntries(reads), { 1: 4, 24: 1, 720: 1 });
    skewMs += 10_000;
    await until(() => reads.get(24) === 2, 2_500);
    assert.equal(reads.get(720), 1);
    slowMs = 1_000;
    await until(() => reads.get(1) === 6, 3_000);
    await sleep(1_500);
    assert.equal(reads.get(1), 6, 'it took a second, so it is not read again for twenty');
  });

  test('compaction runs by the hour, and one that fails is told and tried again', async () => {
    let skewMs = 0;
    const clock: Clock = { now: () => systemClock.now(), monotonic: () => systemClock.monotonic() + skewMs };
    let compactions = 0;
    const { collector, errors } = collect(
      fakeStore({ compact: () => (++compactions === 1 ? Promise.reject(new Error('away')) : Promise.resolve(3)) }),
      { clock, limited: limitedBy() },
    );
    await collector.start();
    await sleep(1_200);
    assert.equal(compactions, 0);
    skewMs += MINUTE_MS;
    await until(() => compactions === 1, 2_000);
    await sleep(1_200);
    assert.equal(compactions, 1);
    skewMs += HOUR_MS;
    await until(() => compactions === 2, 2_000);
    assert.deepEqual(errors, ['traffic could not be compacted']);
  });
});
