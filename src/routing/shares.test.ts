import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { deploymentOf, routeOf } from '#test/routing';
import type { Candidate } from './candidate.ts';
import type { ConcentrationLimit, LimitedRoutes, TrafficWeight } from './concentration.ts';
import type { Deployment, Route } from './deployment.ts';
import { limitKeyOf, limitTotals, windowsOf } from './limit-totals.ts';
import { createConcentration } from './shares.ts';

const HOUR_MS = 60 * 60 * 1000;

function deployment(id: string, company: string, country = 'JP'): Deployment {
  return deploymentOf(id, {
    origins: {
      vendor: { company, country, subjectTo: [] },
      weights: { lineage: company, country },
      hosting: { country },
      subprocessors: [],
    },
  });
}

const a = deployment('p/a', 'Alpha', 'US');
const b = deployment('p/b', 'Beta');
const c = deployment('p/c', 'ＡＬＰＨＡ ', 'DE');

function limitOf(changes: Partial<ConcentrationLimit> = {}): ConcentrationLimit {
  return { by: 'company', limit: 0.5, window: 'hour', weight: 'requests', action: 'steer', only: undefined, ...changes };
}

function candidatesOf({ candidates }: Route, degraded: readonly string[] = []): readonly Candidate[] {
  return candidates.map((each) => ({
    deployment: each,
    wire: 'openai-chat',
    isTranslated: false,
    degraded: degraded.includes(each.id) ? { reason: 'no-evidence' } : undefined,
  }));
}

function setUp(configuration: LimitedRoutes) {
  let now = 0;
  const concentration = createConcentration({ ...configuration, clock: { now: () => now, monotonic: () => now } });
  const route = configuration.routes[0]!;
  const candidates = candidatesOf(route);
  const order = (): string[] => concentration.arrange(route, candidates).order.map((candidate) => candidate.deployment.id);
  const send = (id: string, times = 1, name = route.name): void => {
    for (let index = 0; index < times; index++) {
      concentration.took(name, id);
      concentration.spent(name, id, 0);
    }
  };
  return { concentration, route, candidates, order, send, pass: (ms: number) => (now += ms) };
}

describe('limits on shares', () => {
  it('leave everything as it is where nothing is near them, and copy nothing', () => {
    const route = routeOf('r', [a, b]);
    for (const limits of [[], [limitOf()]]) {
      const { concentration, candidates } = setUp({ limits, routes: [route] });
      const arranged = concentration.arrange(route, candidates);
      assert.equal(arranged.order, candidates);
      assert.deepEqual(arranged, { order: candidates, breaches: [], refused: false });
    }
  });

  it('steer to those that fit, and back when they do', () => {
    const { order, send } = setUp({ limits: [limitOf()], routes: [routeOf('r', [a, b])] });
    const served: string[] = [];
    for (let request = 0; request < 8; request++) {
      const first = order()[0]!;
      served.push(first);
      send(first);
    }
    assert.equal(served.filter((id) => id === 'p/a').length, 5);
    assert.deepEqual(served.slice(0, 3), ['p/a', 'p/a', 'p/b']);
  });

  it('take two ways of writing a company for one', () => {
    const { order, send } = setUp({ limits: [limitOf()], routes: [routeOf('r', [a, c, b])] });
    send('p/c', 2);
    assert.deepEqual(order(), ['p/b', 'p/a', 'p/c']);
  });

  it('without a choice take the smallest excess, and say so', () => {
    const route = routeOf('r', [a, b]);
    const { concentration, candidates, send } = setUp({ limits: [limitOf({ limit: 0.1 })], routes: [route] });
    send('p/a', 6);
    send('p/b', 4);
    const { order, breaches, refused } = concentration.arrange(route, candidates);
    assert.deepEqual(
      order.map((candidate) => candidate.deployment.id),
      ['p/b', 'p/a'],
    );
    assert.equal(refused, false);
    assert.deepEqual(breaches, [
      {
        scope: 'operator',
        by: 'company',
        window: 'hour',
        weight: 'requests',
        action: 'steer',
        limit: 0.1,
        value: 'Beta',
        share: 5 / 11,
        deployment: 'p/b',
      },
    ]);
    assert.deepEqual(
      concentration.breachesOf('r', 'p/a').map(({ value, share }) => [value, share]),
      [['Alpha', 7 / 11]],
    );
    assert.deepEqual(concentration.breachesOf('r', 'p/gone'), []);
  });

  it('only warn where that is what they say', () => {
    const { concentration, route, candidates, send } = setUp({ limits: [limitOf({ action: 'warn' })], routes: [routeOf('r', [a, b])] });
    send('p/a', 5);
    const { order, breaches } = concentration.arrange(route, candidates);
    assert.equal(order, candidates);
    assert.deepEqual(
      breaches.map(({ value, action }) => [value, action]),
      [['Alpha', 'warn']],
    );
  });

  it('enforced, exclude from failover too, and refuse when nobody is left', () => {
    const route = routeOf('r', [a, b]);
    const { concentration, candidates, order, send } = setUp({ limits: [limitOf({ action: 'enforce', limit: 0.4 })], routes: [route] });
    send('p/a', 5);
    assert.deepEqual(order(), ['p/b']);
    send('p/b', 5);
    const { refused, breaches, order: none } = concentration.arrange(route, candidates);
    assert.deepEqual([refused, none, breaches.map(({ value }) => value)], [true, [], ['Alpha', 'Beta']]);
  });

  it('apply to the values they name alone', () => {
    const { order, send } = setUp({ limits: [limitOf({ only: ['alpha'], action: 'enforce' })], routes: [routeOf('r', [b, a])] });
    send('p/b', 10);
    assert.deepEqual(order(), ['p/b', 'p/a']);
    send('p/a', 20);
    assert.deepEqual(order(), ['p/b']);
  });
});

describe('what limits count', () => {
  it('of a route count that route, and the operator’s count all', () => {
    const own = routeOf('own', [a, b], { concentration: [limitOf({ by: 'vendor-country' })] });
    const other = routeOf('other', [a, b]);
    const first = setUp({ limits: [], routes: [own, other] });
    first.send('p/a', 5, 'other');
    assert.deepEqual(first.order(), ['p/a', 'p/b']);
    first.send('p/a', 5, 'own');
    assert.deepEqual(first.order(), ['p/b', 'p/a']);
    assert.equal(first.concentration.breachesOf('own', 'p/a')[0]!.scope, 'route own');
    const all = setUp({ limits: [limitOf()], routes: [routeOf('own', [a, b]), other] });
    all.send('p/a', 5, 'other');
    assert.deepEqual(all.order(), ['p/b', 'p/a']);
  });

  it('weigh by criticality where they say so', () => {
    const heavy = routeOf('heavy', [a, b], { criticality: 10 });
    const light = routeOf('light', [b]);
    const { order, send } = setUp({ limits: [limitOf({ weight: 'criticality' })], routes: [heavy, light] });
    send('p/a', 2, 'heavy');
    send('p/b', 5, 'light');
    assert.deepEqual(order(), ['p/b', 'p/a'], '20 of 25 are over a half');
    send('p/b', 15, 'light');
    assert.deepEqual(order(), ['p/a', 'p/b']);
  });

  it('never put a deployment without evidence before one that has it', () => {
    const route = routeOf('r', [a, c, b]);
    const { concentration, send } = setUp({ limits: [limitOf()], routes: [route] });
    send('p/a', 10);
    const { order } = concentration.arrange(route, candidatesOf(route, ['p/b']));
    assert.deepEqual(
      order.map((candidate) => candidate.deployment.id),
      ['p/a', 'p/c', 'p/b'],
    );
  });

  it('count tokens when they are known, and an estimate until then', () => {
    const { concentration, order } = setUp({ limits: [limitOf({ weight: 'tokens' })], routes: [routeOf('r', [a, b])] });
    for (let request = 0; request < 3; request++) concentration.took('r', 'p/a');
    assert.deepEqual(order(), ['p/b', 'p/a'], 'three are in flight');
    concentration.took('r', 'p/b');
    concentration.spent('r', 'p/b', 100_000);
    for (let request = 0; request < 3; request++) concentration.spent('r', 'p/a', 10);
    assert.deepEqual(order(), ['p/a', 'p/b']);
    assert.deepEqual(concentration.flush().deltas, [
      { route: 'r', deployment: 'p/a', requests: 3, tokens: 30 },
      { route: 'r', deployment: 'p/b', requests: 1, tokens: 100_000 },
    ]);
  });

  it('go on estimating what is in flight when a snapshot arrives', () => {
    const { concentration, order } = setUp({ limits: [limitOf({ weight: 'tokens' })], routes: [routeOf('r', [a, b])] });
    for (let request = 0; request < 3; request++) concentration.took('r', 'p/a');
    const { seq } = concentration.flush();
    concentration.adopt({ upTo: seq, totals: [] });
    assert.deepEqual(order(), ['p/b', 'p/a']);
    for (let request = 0; request < 3; request++) concentration.spent('r', 'p/a', 0);
    assert.deepEqual(order(), ['p/a', 'p/b']);
  });

  it('take an unknown usage for the estimate and an absurd one for no more than a bound', () => {
    const { concentration } = setUp({ limits: [], routes: [routeOf('r', [a])] });
    const tokens = (given: number | undefined): number => {
      concentration.took('r', 'p/a');
      concentration.spent('r', 'p/a', given);
      return concentration.flush().deltas[0]!.tokens;
    };
    assert.equal(tokens(undefined), 1000);
    assert.equal(tokens(NaN), 1000);
    assert.equal(tokens(-5), 1000);
    assert.equal(tokens(Infinity), 100_000_000);
  });

  it('forget what failed before it was answered', () => {
    const { concentration, order } = setUp({ limits: [limitOf(), limitOf({ weight: 'tokens' })], routes: [routeOf('r', [a, b])] });
    for (let request = 0; request < 5; request++) concentration.took('r', 'p/a');
    for (let request = 0; request < 5; request++) concentration.gaveBack('r', 'p/a');
    assert.deepEqual(order(), ['p/a', 'p/b']);
    assert.deepEqual(concentration.flush(), { seq: 0, deltas: [] });
  });
});

describe('several workers', () => {
  const route = routeOf('r', [a, b]);
  const configuration = {
    limits: [limitOf(), limitOf({ weight: 'tokens' }), limitOf({ window: 'day', by: 'vendor-country' })],
    routes: [route],
  };

  it('see each other’s traffic in a snapshot, and their own before', () => {
    const { concentration, order, send } = setUp(configuration);
    send('p/b', 4);
    const flushed = concentration.flush();
    assert.deepEqual(flushed, { seq: 1, deltas: [{ route: 'r', deployment: 'p/b', requests: 4, tokens: 0 }] });
    send('p/b', 2);
    const elsewhere: TrafficWeight[] = [{ route: 'r', deployment: 'p/a', requests: 5, tokens: 0 }];
    const snapshot = (rows: TrafficWeight[]) => windowsOf(configuration).flatMap((window) => limitTotals(configuration, { window, rows }));
    concentration.adopt({ upTo: 0, totals: snapshot(elsewhere) });
    assert.deepEqual(order(), ['p/a', 'p/b'], '5 and 6');
    concentration.adopt({ upTo: 1, totals: snapshot(elsewhere) });
    assert.deepEqual(order(), ['p/b', 'p/a'], '5 and 2: the flush is said to be included');
    concentration.adopt({ upTo: 0, totals: [] });
    assert.deepEqual(order(), ['p/b', 'p/a'], 'an older snapshot changes nothing');
  });

  it('lose nothing by a change of configuration', () => {
    const { concentration, candidates, send } = setUp({ limits: [], routes: [route] });
    send('p/a', 5);
    concentration.flush();
    send('p/a', 5);
    concentration.reconfigure({ limits: [limitOf()], routes: [routeOf('r', [b, a])] });
    assert.deepEqual(
      concentration.arrange(route, candidates).order.map((candidate) => candidate.deployment.id),
      ['p/b', 'p/a'],
    );
    concentration.took('gone', 'p/z');
    concentration.gaveBack('gone', 'p/z');
    assert.deepEqual(concentration.flush().deltas, [{ route: 'r', deployment: 'p/a', requests: 5, tokens: 0 }]);
  });

  it('let what was never included leave its window', () => {
    const { concentration, order, send, pass } = setUp({ limits: [limitOf()], routes: [route] });
    send('p/a', 500);
    for (let index = 0; index < 200; index++) {
      send('p/b');
      concentration.flush();
      pass(1000);
    }
    assert.deepEqual(order(), ['p/b', 'p/a']);
    pass(HOUR_MS);
    concentration.adopt({ upTo: 0, totals: [] });
    assert.deepEqual(order(), ['p/a', 'p/b']);
    send('p/a', 2);
    assert.deepEqual(order(), ['p/b', 'p/a']);
  });

  it('name counters in one way, whatever a limit does with them', () => {
    assert.equal(limitKeyOf('operator', limitOf()), limitKeyOf('operator', limitOf({ limit: 0.1, action: 'enforce', only: ['x'] })));
    const keys = [
      limitKeyOf('operator', limitOf()),
      limitKeyOf({ route: 'r' }, limitOf()),
      limitKeyOf({ route: 's' }, limitOf()),
      limitKeyOf('operator', limitOf({ by: 'lineage' })),
      limitKeyOf('operator', limitOf({ window: 'day' })),
      limitKeyOf('operator', limitOf({ weight: 'tokens' })),
    ];
    assert.equal(new Set(keys).size, keys.length);
  });

  it('leave out of totals what is not configured any more', () => {
    const rows = [
      { route: 'r', deployment: 'p/a', requests: 3, tokens: 7 },
      { route: 'old', deployment: 'p/a', requests: 1, tokens: 1 },
      { route: 'r', deployment: 'p/gone', requests: 9, tokens: 9 },
    ];
    const hour = limitTotals(configuration, { window: 'hour', rows });
    assert.deepEqual(
      hour.map(({ total, byValue }) => [total, { ...byValue }]),
      [
        [4, { alpha: 4 }],
        [8, { alpha: 8 }],
      ],
    );
    assert.deepEqual(limitTotals(configuration, { window: '30-days', rows }), []);
  });
});
