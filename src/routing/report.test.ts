import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { deploymentOf, routeOf } from '#test/routing';
import type { Deployment, Route } from './deployment.ts';
import { hhi, NOT_CONFIGURED, sharesOf, substitutability, trendOf } from './report.ts';
import { EMPTY_STATE, type Evidence } from './state.ts';

const RULE = { bar: 0.8, maxAgeDays: 30, degraded: 'refuse', cases: '/cases.yaml', judge: undefined } as const;
const NOW_MS = 1_000_000;

function deployment(id: string, company: string, country: string, subprocessors: Deployment['origins']['subprocessors'] = []): Deployment {
  return deploymentOf(id, {
    origins: { vendor: { company, country, subjectTo: [] }, weights: { lineage: 'w', country: 'JP' }, hosting: { country }, subprocessors },
  });
}

const american = deployment('us/a', 'Alpha', 'US');
const subsidiary = deployment('eu/a', 'ALPHA', 'DE');
const japanese = deployment('jp/b', 'Beta', 'JP');
const other = deployment('jp/c', 'Gamma', 'JP', [{ company: 'Alpha', country: 'US' }]);

function evidence({ id, model }: Deployment): Evidence {
  return {
    route: 'r',
    deployment: id,
    model,
    score: 1,
    latencyMsP50: 1,
    costPerCase: null,
    effectiveModel: null,
    atMs: NOW_MS,
    casesHash: '',
  };
}

describe('shares', () => {
  const routes = [routeOf('r', [american, subsidiary, japanese]), routeOf('s', [japanese], { criticality: 5 })];
  const rows = [
    { route: 'r', deployment: 'us/a', requests: 2, tokens: 300 },
    { route: 'r', deployment: 'eu/a', requests: 3, tokens: 100 },
    { route: 's', deployment: 'jp/b', requests: 3, tokens: 0 },
    { route: 'r', deployment: 'old/x', requests: 2, tokens: 100 },
  ];

  it('join names of one company, and keep apart what nobody knows any more', () => {
    assert.deepEqual(sharesOf({ rows, routes, by: 'company', weight: 'requests' }), [
      { value: 'Alpha', weight: 5, share: 0.5 },
      { value: 'Beta', weight: 3, share: 0.3 },
      { value: NOT_CONFIGURED, weight: 2, share: 0.2 },
    ]);
  });

  it('weigh tokens and criticality', () => {
    assert.deepEqual(
      sharesOf({ rows, routes, by: 'vendor-country', weight: 'tokens' }).map(({ value, share }) => [value, share]),
      [
        ['US', 0.6],
        [NOT_CONFIGURED, 0.2],
        ['DE', 0.2],
      ],
    );
    assert.equal(sharesOf({ rows, routes, by: 'company', weight: 'criticality' })[0]!.value, 'Beta');
    assert.deepEqual(sharesOf({ rows: [], routes, by: 'company', weight: 'requests' }), []);
  });

  it('give an index between 1/n and 1', () => {
    assert.equal(hhi([]), 0);
    assert.equal(hhi([{ share: 1 }]), 1);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 1, maxLength: 20 }), (weights) => {
        const total = weights.reduce((sum, weight) => sum + weight, 0);
        const index = hhi(weights.map((weight) => ({ share: weight / total })));
        assert.ok(index <= 1 + 1e-9 && index >= 1 / weights.length - 1e-9);
      }),
    );
  });

  it('are compared with those before, largest change first', () => {
    const share = (value: string, part: number) => ({ value, weight: part, share: part });
    const trend = trendOf([share('Alpha', 0.75), share('Beta', 0.25)], [share('ALPHA', 0.5), share('Gamma', 0.5)]);
    assert.deepEqual(trend.values, [
      { value: 'Gamma', share: 0, shareBefore: 0.5, change: -0.5 },
      { value: 'Alpha', share: 0.75, shareBefore: 0.5, change: 0.25 },
      { value: 'Beta', share: 0.25, shareBefore: 0, change: 0.25 },
    ]);
    assert.deepEqual([trend.hhi, trend.hhiBefore], [0.625, 0.5]);
  });
});

describe('substitutability', () => {
  function without(route: Route, selector: string, known: readonly Evidence[] = [], cuts: readonly string[] = []) {
    const state = { ...EMPTY_STATE, evidence: known, cuts: cuts.map((text) => ({ id: 'c', selector: text, reason: '', atMs: 0 })) };
    const [found] = substitutability({ routes: [route], dataClasses: [], state, nowMs: NOW_MS });
    const line = found!.without.find((each) => each.selector === selector);
    assert.ok(line, selector);
    return [found!.now, line.quality, line.alternatives, line.left];
  }

  it('counts companies that are left and are not that of what is gone', () => {
    const route = routeOf('r', [american, subsidiary, japanese]);
    assert.deepEqual(without(route, 'country:US'), ['qualified', 'unqualified', 1, ['eu/a', 'jp/b']]);
    assert.deepEqual(without(route, 'company:Alpha'), ['qualified', 'unqualified', 1, ['jp/b']]);
    assert.deepEqual(without(route, 'country:JP'), ['qualified', 'qualified', 1, ['us/a', 'eu/a']]);
    assert.deepEqual(without(routeOf('r', [american, other]), 'country:US'), ['qualified', 'stops', 0, []]);
  });

  it('asks for evidence where the route does', () => {
    const route = routeOf('r', [american, japanese], { qualification: RULE });
    assert.deepEqual(without(route, 'country:US'), ['qualified', 'stops', 0, []]);
    assert.deepEqual(without(route, 'country:US', [evidence(japanese)]), ['qualified', 'qualified', 1, ['jp/b']]);
    const lenient = routeOf('r', [american, japanese], { qualification: { ...RULE, degraded: 'allow' } });
    assert.deepEqual(without(lenient, 'country:US'), ['qualified', 'degraded', 1, ['jp/b']]);
    assert.deepEqual(without(lenient, 'country:JP', [], ['country:US']), ['degraded', 'stops', 0, []]);
  });

  it('blames nobody for a route that nobody serves as it is', () => {
    const dead = routeOf('r', [american], { constraints: { vendorCountry: { deny: ['US'] } } });
    assert.deepEqual(without(dead, 'country:US'), ['stopped-already', 'stopped-already', 0, []]);
  });

  it('counts only what the route’s demands and formats allow', () => {
    const embeddings = { ...japanese, wires: ['openai-embeddings'] as const };
    assert.deepEqual(without(routeOf('r', [american, embeddings]), 'country:US')[1], 'stops');
    const demanding = routeOf('r', [american, japanese], { constraints: { vendorCountry: { deny: ['JP'] } } });
    assert.deepEqual(without(demanding, 'country:US'), ['qualified', 'stops', 0, []]);
  });
});
