import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { deploymentOf, routeOf } from '#test/routing';
import type { DataClass, Deployment, Price, Route } from './deployment.ts';
import type { RecordedTraffic } from './plan-change.ts';
import { planDrill, type PlannedRoute } from './plan.ts';
import type { Selector } from './selectors.ts';
import { EMPTY_STATE, type Evidence, type RoutingState } from './state.ts';

const NOW_MS = 1_000_000;
const RULE = { bar: 0.8, maxAgeDays: 30, degraded: 'refuse', cases: '/cases.yaml', judge: undefined } as const;
const US: Selector = { kind: 'country', value: 'US' };

function deployment(id: string, country: string, price?: Price): Deployment {
  return deploymentOf(id, {
    price,
    origins: {
      vendor: { company: id, country, subjectTo: [] },
      weights: { lineage: 'w', country },
      hosting: { country },
      subprocessors: [],
    },
  });
}

function price(input: number, output: number, currency = 'JPY'): Price {
  return { currency, inputPerMillionTokens: input, outputPerMillionTokens: output };
}

const american = deployment('us/a', 'US', price(100, 400));
const japanese = deployment('jp/b', 'JP', price(200, 800));
const german = deployment('de/c', 'DE', price(1, 1, 'EUR'));
const DOMESTIC: DataClass = { name: 'domestic', description: undefined, constraints: { hostingCountry: { allow: ['JP'] } } };

function evidence({ id, model }: Deployment, changes: Partial<Evidence> = {}): Evidence {
  return {
    route: 'r',
    deployment: id,
    model,
    score: 0.9,
    latencyMsP50: 700,
    costPerCase: null,
    effectiveModel: null,
    atMs: NOW_MS,
    casesHash: '',
    ...changes,
  };
}

function row(deploymentId: string, changes: Partial<RecordedTraffic> = {}): RecordedTraffic {
  return {
    route: 'r',
    deployment: deploymentId,
    dataClasses: [],
    requests: 10,
    inputTokens: 1000,
    outputTokens: 500,
    meanLatencyMs: 300,
    ...changes,
  };
}

function planned(route: Route, traffic: readonly RecordedTraffic[] = [], state: Partial<RoutingState> = {}, selector = US) {
  const plan = planDrill({
    selectors: [selector],
    routes: [route],
    dataClasses: [DOMESTIC],
    state: { ...EMPTY_STATE, ...state },
    traffic,
    nowMs: NOW_MS,
  });
  return { plan, route: plan.routes[0]! };
}

describe('planDrill', () => {
  it('says what takes over, how good, how fast and at which price', () => {
    const route = routeOf('r', [american, japanese, german], { qualification: RULE });
    const { plan, route: found } = planned(route, [row('us/a'), row('jp/b', { requests: 30, meanLatencyMs: 900 })], {
      evidence: [evidence(japanese)],
    });
    assert.deepEqual(found, {
      route: 'r',
      outcome: 'goes-on',
      gone: ['us/a'],
      isUntried: false,
      affectedShare: 0.25,
      requests: 40,
      latency: { beforeMs: 300, afterMs: 900 },
      cost: { currency: 'JPY', before: 0.3, after: 0.6, beforePerMillionTokens: 200, afterPerMillionTokens: 400 },
      classes: [
        {
          dataClasses: [],
          outcome: 'goes-on',
          requests: 40,
          takesOver: [{ deployment: 'jp/b', degraded: undefined, score: 0.9, evaluatedAtMs: NOW_MS }],
          blocked: [{ deployment: 'de/c', reasons: ['it was never evaluated for this route'] }],
        },
      ],
    } satisfies PlannedRoute);
    assert.deepEqual(plan.totals, {
      goesOn: 1,
      degraded: 0,
      stops: 0,
      stoppedAlready: 0,
      requests: 40,
      affectedShare: 0.25,
      stoppedShare: 0,
    });
    assert.deepEqual([plan.selectors, plan.gone], [['country:US'], ['us/a']]);
  });

  it('expects of a deployment that was never used what its evaluation took', () => {
    const { route } = planned(routeOf('r', [american, japanese]), [row('us/a')], { evidence: [evidence(japanese)] });
    assert.deepEqual(route.latency, { beforeMs: 300, afterMs: 700 });
    assert.equal(route.isUntried, true);
    assert.equal(planned(routeOf('r', [american, japanese]), [row('us/a')]).route.latency, null);
  });

  it('names no price where one is unknown or in another currency', () => {
    assert.equal(planned(routeOf('r', [american, german]), [row('us/a')]).route.cost, null);
    assert.equal(planned(routeOf('r', [american, deployment('jp/x', 'JP')]), [row('us/a')]).route.cost, null);
    assert.equal(planned(routeOf('r', [american, japanese]), []).route.cost, null);
  });

  it('says what blocks each of the others when a route stops', () => {
    const ours = deployment('ours/a', 'JP');
    const chat = { ...deployment('jp/off', 'JP'), wires: ['openai-embeddings'] as const };
    const route = routeOf('r', [ours, german, chat, japanese], { dataClass: 'domestic', constraints: {} });
    const { plan, route: found } = planned(
      routeOf('r', route.candidates, { dataClass: 'domestic' }),
      [row('ours/a', { dataClasses: ['domestic'] })],
      {
        cuts: [{ id: 'c', selector: 'deployment:jp/b', reason: '', atMs: 0 }],
      },
      { kind: 'deployment', value: 'ours/a' },
    );
    assert.equal(found.outcome, 'stops');
    assert.deepEqual(found.classes[0]!.blocked, [
      { deployment: 'de/c', reasons: ['the hosting country must be JP (data class domestic)'] },
      { deployment: 'jp/off', reasons: ['it cannot serve the format of the clients'] },
      { deployment: 'jp/b', reasons: ['it is cut off (deployment:jp/b)'] },
    ]);
    assert.equal(plan.totals.stoppedShare, 1);
  });

  it('tells classes of data apart: some go on, others stop', () => {
    const abroad = deployment('us/jp', 'US');
    const hosted = { ...abroad, origins: { ...abroad.origins, hosting: { country: 'JP' } } };
    const route = routeOf('r', [hosted, german]);
    const { plan, route: found } = planned(route, [row('us/jp'), row('us/jp', { dataClasses: ['domestic'], requests: 30 })]);
    assert.deepEqual(
      found.classes.map(({ dataClasses, outcome, requests }) => [dataClasses, outcome, requests]),
      [
        [[], 'goes-on', 10],
        [['domestic'], 'stops', 30],
      ],
    );
    assert.equal(found.outcome, 'stops');
    assert.equal(plan.totals.stoppedShare, 0.75);
  });

  it('does not count what nobody serves as it is among what stops', () => {
    const dead = planned(routeOf('r', [american], { dataClass: 'domestic' }), [row('us/a', { dataClasses: ['domestic'] })]);
    assert.equal(dead.route.outcome, 'stopped-already');
    assert.deepEqual([dead.plan.totals.stops, dead.plan.totals.stoppedAlready, dead.plan.totals.stoppedShare], [0, 1, 0]);
    const cut = { id: 'c', selector: 'company:us/a', reason: '', atMs: 0 };
    assert.equal(planned(routeOf('r', [american]), [], { cuts: [cut] }).route.outcome, 'stopped-already');
    assert.equal(planned(routeOf('r', [american])).route.outcome, 'stops');
  });

  it('degrades where the route allows that, and leaves alone what is not touched', () => {
    const lenient = routeOf('r', [american, japanese], { qualification: { ...RULE, degraded: 'allow' } });
    const { route } = planned(lenient, []);
    assert.deepEqual([route.outcome, route.affectedShare, route.classes[0]!.takesOver[0]!.degraded], ['degraded', null, 'no-evidence']);
    const untouched = planned(routeOf('r', [japanese], { qualification: RULE }), [row('jp/b')]).route;
    assert.deepEqual([untouched.outcome, untouched.gone, untouched.affectedShare, untouched.isUntried], ['goes-on', [], 0, false]);
  });
});
