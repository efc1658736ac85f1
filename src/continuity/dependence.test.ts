import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { EMPTY_STATE, parseSelector, planDrill, type ConcentrationLimit, type Deployment, type Route, type Selector } from '#routing';
import { dependenceReport, DIMENSIONS, trafficWeights, type DependenceInput } from './dependence.ts';
import { dependenceHtml, dependenceMarkdown } from './dependence-report.ts';
import { planHtml, planMarkdown } from './plan-report.ts';
import type { PlanReport } from './plan-words.ts';
import { recordedTraffic } from './recorded-traffic.ts';
import type { TrafficSums } from './traffic.ts';

const NOW = Date.UTC(2026, 10, 24, 2, 0, 0);
const EVIL = '"><script>alert(1)</script>|`\n# x\u202E[a](javascript:b)';

function deployment(id: string, country: string, fields: Partial<Deployment> = {}): Deployment {
  return {
    id,
    provider: id.split('/')[0]!,
    model: id,
    wires: ['openai-chat'],
    baseUrl: 'http://127.0.0.1',
    query: undefined,
    credential: undefined,
    authentication: 'none',
    headers: {},
    origins: {
      vendor: { company: `Example ${country}`, country, subjectTo: [] },
      weights: { lineage: `lineage ${country}`, country },
      hosting: { country },
      subprocessors: [],
    },
    retentionDays: 0,
    price: { currency: 'JPY', inputPerMillionTokens: country === 'US' ? 300 : 450, outputPerMillionTokens: country === 'US' ? 300 : 450 },
    contextLength: undefined,
    defaultMaxOutputTokens: 4096,
    accessProgram: undefined,
    endUserField: 'none',
    timeouts: { connectSeconds: 1, firstByteSeconds: 1, idleSeconds: 1 },
    maxConnections: 1,
    streamUsage: true,
    ...fields,
  };
}

function route(name: string, candidates: readonly Deployment[], fields: Partial<Route> = {}): Route {
  return {
    name,
    description: undefined,
    candidates,
    maxAttempts: 3,
    dataClass: undefined,
    constraints: {},
    translation: 'strict',
    qualification: undefined,
    concentration: [],
    criticality: 1,
    resumption: false,
    isGoverned: false,
    capability: undefined,
    ...fields,
  };
}

const US = deployment('us/d', 'US');
const JP = deployment('jp/d', 'JP');
const FOG = deployment('fog/d', 'unknown', { retentionDays: undefined });
const ROUTES = [route('triage', [US, JP]), route('abroad', [US]), route('home', [JP, US], { dataClass: 'restricted' })];
const RESTRICTED = { name: 'restricted', description: undefined, constraints: { hostingCountry: { allow: ['JP'] } } };

function limit(fields: Partial<ConcentrationLimit> = {}): ConcentrationLimit {
  return { by: 'company', limit: 0.5, window: 'day', weight: 'requests', action: 'steer', only: undefined, ...fields };
}

function sums(fields: Partial<TrafficSums>): TrafficSums {
  return {
    route: 'triage',
    deployment: 'us/d',
    drill: '',
    dataClass: '',
    cause: '',
    sent: 0,
    ended: 0,
    inputTokens: 0,
    outputTokens: 0,
    totalMs: 0,
    firstByteMs: 0,
    firstAtMs: NOW,
    lastAtMs: NOW,
    ...fields,
  };
}

const ROWS = trafficWeights([
  sums({ sent: 80, ended: 70, inputTokens: 700_000, outputTokens: 300_000, totalMs: 7_000 }),
  sums({ cause: 'failed:status', ended: 10 }),
  sums({ cause: 'failed:cut-off', ended: 5 }),
  sums({ route: 'home', deployment: 'jp/d', sent: 30, ended: 30 }),
  sums({ deployment: '', cause: 'refused:cut-off', ended: 9 }),
]);
const BEFORE = trafficWeights([sums({ sent: 50, ended: 50 }), sums({ route: 'home', deployment: 'jp/d', sent: 50, ended: 50 })]);

function input(fields: Partial<DependenceInput> = {}): DependenceInput {
  return {
    by: DIMENSIONS,
    window: 'day',
    weight: 'requests',
    rows: new Map([['day', { now: ROWS, before: BEFORE }]]),
    routes: ROUTES,
    deployments: [US, JP, FOG],
    dataClasses: [RESTRICTED],
    limits: [],
    state: EMPTY_STATE,
    configuration: 'sha256:00',
    nowMs: NOW,
    ...fields,
  };
}

describe('trafficWeights', () => {
  it('counts what was sent, without attempts that were given back, and nothing that was never sent', () => {
    assert.deepEqual(ROWS, [
      { route: 'triage', deployment: 'us/d', requests: 70, tokens: 1_000_000 },
      { route: 'home', deployment: 'jp/d', requests: 30, tokens: 0 },
    ]);
  });
});

describe('dependenceReport', () => {
  it('says the shares, how concentrated they are, and how both changed', () => {
    const { operator, routes, requests } = dependenceReport(input());
    assert.equal(requests, 100);
    const [company] = operator;
    assert.deepEqual(
      company!.shares.map(({ value, share, shareBefore }) => [value, share, shareBefore]),
      [
        ['Example US', 0.7, 0.5],
        ['Example JP', 0.3, 0.5],
      ],
    );
    assert.ok(Math.abs(company!.hhi - 0.58) < 1e-12);
    assert.equal(company!.hhiBefore, 0.5);
    assert.deepEqual(
      routes.map((each) => [each.route, each.requests, each.dimensions[0]!.shares[0]?.value]),
      [
        ['triage', 70, 'Example US'],
        ['abroad', 0, undefined],
        ['home', 30, 'Example JP'],
      ],
    );
  });

  it('keeps in the picture who lost all', () => {
    const report = dependenceReport(input({ rows: new Map([['day', { now: ROWS.slice(0, 1), before: BEFORE }]]) }));
    assert.deepEqual(report.operator[0]!.shares.at(-1), { value: 'Example JP', weight: 0, share: 0, shareBefore: 0.5 });
  });

  it('compares each limit over its own window and weight, and only with whom it speaks of', () => {
    const hour = {
      now: [
        { route: 'home', deployment: 'jp/d', requests: 9, tokens: 0 },
        { route: 'triage', deployment: 'us/d', requests: 1, tokens: 0 },
      ],
      before: [],
    };
    const report = dependenceReport(
      input({
        rows: new Map([
          ['day', { now: ROWS, before: [] }],
          ['hour', hour],
        ]),
        limits: [limit(), limit({ by: 'vendor-country', window: 'hour' }), limit({ only: ['example jp'] })],
        routes: [...ROUTES.slice(0, 2), route('home', [JP, US], { concentration: [limit({ limit: 1 })] })],
      }),
    );
    assert.deepEqual(
      report.limits.map(({ route: scope, largest, isExceeded }) => [scope, largest?.value, isExceeded]),
      [
        [null, 'Example US', true],
        [null, 'JP', true],
        [null, 'Example JP', false],
        ['home', 'Example JP', false],
      ],
    );
  });

  it('says how many routes go on without each country and company, the worst first', () => {
    const { without, routesConfigured } = dependenceReport(input());
    assert.equal(routesConfigured, 3);
    const us = without.find(({ selector }) => selector === 'country:US');
    assert.deepEqual(us, {
      selector: 'country:US',
      goesOn: ['home'],
      untried: ['triage'],
      degraded: [],
      stops: ['abroad'],
      stoppedAlready: [],
    });
    const jp = without.find(({ selector }) => selector === 'country:JP');
    assert.deepEqual(jp?.stops, ['home'], 'the class of its data leaves nobody else');
  });

  it('blames nobody for a route that nobody serves as it is', () => {
    const report = dependenceReport(input({ routes: [...ROUTES, route('dead', [US], { dataClass: 'restricted' })] }));
    const us = report.without.find(({ selector }) => selector === 'country:US');
    assert.deepEqual([us?.stops, us?.stoppedAlready], [['abroad'], ['dead']]);
    const made = dependenceMarkdown(report);
    assert.match(made, /Without country:US: 2 of 3 routes go on \(1 of them untried\), and 1 had stopped already\./);
    assert.match(made, /\| `country:US` \| 1 of 3 \| 1 \| 0 \| 1: `abroad` \| 1: `dead` \|/);
    assert.match(dependenceHtml(report), /<th[^>]*>Stopped already<\/th>/);
  });

  it('points out what nobody has stated', () => {
    const { unknownOrigins } = dependenceReport(input());
    assert.deepEqual(unknownOrigins, [
      { deployment: 'fog/d', unknown: ['vendor country', 'country of the weights', 'hosting country', 'retention'], routes: [] },
    ]);
  });
});

describe('the dependence report for people', () => {
  it('says so in one line each', () => {
    const made = dependenceMarkdown(dependenceReport(input({ limits: [limit()] })));
    assert.match(
      made,
      /^# Dependence report · 依存状況報告書\n\n\*\*1 of 1 limit exceeded\. Without country:US: 2 of 3 routes go on \(1 of them untried\)\.\*\*/,
    );
    assert.match(made, /\| Example US \| 70\.0 % \| 50\.0 % \| \+20\.0 pp \|/);
    assert.match(made, /our measure: the sum of squared shares/);
    assert.match(made, /\| `country:US` \| 1 of 3 \| 1 \| 0 \| 1: `abroad` \| 0 \|/);
    assert.match(made, /- `fog\/d`: vendor country, country of the weights, hosting country, retention/);
  });

  it('is safe whatever the names hold', () => {
    const evil = deployment(EVIL, 'US', {
      origins: {
        vendor: { company: EVIL, country: EVIL, subjectTo: [EVIL] },
        weights: { lineage: EVIL, country: EVIL },
        hosting: { country: EVIL },
        subprocessors: [{ company: EVIL, country: 'unknown' }],
      },
    });
    const report = dependenceReport(
      input({
        routes: [route(EVIL, [evil], { concentration: [limit()] })],
        deployments: [evil],
        rows: new Map([['day', { now: [{ route: EVIL, deployment: EVIL, requests: 3, tokens: 0 }], before: [] }]]),
        configuration: EVIL,
      }),
    );
    assertSafe(dependenceHtml(report), dependenceMarkdown(report));
  });
});

function selector(text: string): Selector {
  const parsed = parseSelector(text);
  assert.ok(parsed.ok);
  return parsed.value;
}

function planned(routes: readonly Route[], selectors: readonly Selector[], traffic: readonly TrafficSums[]): PlanReport {
  const plan = planDrill({
    selectors,
    routes,
    dataClasses: [RESTRICTED],
    state: EMPTY_STATE,
    traffic: recordedTraffic(traffic),
    nowMs: NOW,
  });
  return { kind: 'drill-plan', plan, madeAtMs: NOW, configuration: 'sha256:00', days: 30 };
}

describe('the drill plan for people', () => {
  const TRAFFIC = [
    sums({ sent: 60, ended: 60, inputTokens: 900_000, outputTokens: 100_000, totalMs: 12_000 }),
    sums({ deployment: 'jp/d', sent: 20, ended: 20, totalMs: 8_000 }),
    sums({ route: 'abroad', sent: 20, ended: 20, totalMs: 100 }),
  ];

  it('tells what stops from what had stopped already', () => {
    const report = planned([...ROUTES, route('dead', [US], { dataClass: 'restricted' })], [selector('country:US')], TRAFFIC);
    const made = planMarkdown(report);
    assert.match(made, /\*\*2 of 3 routes go on, 1 stops, 1 more had stopped already\. 20\.0 % of the recorded/);
    assert.match(made, /^\| `dead` \| stopped already \|/m);
    assert.match(planHtml(report), /<span class="fair">stopped already<\/span>/);
  });

  it('says what stops first, what takes over, and at what latency and cost', () => {
    const made = planMarkdown(planned(ROUTES, [selector('country:US')], TRAFFIC));
    assert.match(
      made,
      /^# Drill plan · 訓練計画書\n\n\*\*2 of 3 routes go on, 1 stops\. 20\.0 % of the recorded requests would have been refused\.\*\*/,
    );
    const rows = made.split('\n').filter((line) => /^\| `(?:triage|abroad|home)` \|/.test(line));
    assert.deepEqual(rows.slice(0, 3), [
      '| `abroad` | stops | 100.0 % of 20 | – | – |',
      '| `triage` | goes on, untried | 75.0 % of 80 | 200 ms → 400 ms (+100 %) | 300 → 450 JPY (+50 %) |',
      '| `home` | goes on | none recorded | – | – |',
    ]);
    assert.match(made, /\| `triage` \| – \| `jp\/d` \| first: never evaluated \|/);
  });

  it('is safe whatever the names hold', () => {
    const evil = deployment(EVIL, 'US');
    const report = planned(
      [route(EVIL, [US, evil], { constraints: { hostingCountry: { allow: [EVIL] } }, dataClass: 'restricted' })],
      [selector('provider:us')],
      [sums({ route: EVIL, deployment: EVIL, ended: 1 })],
    );
    assertSafe(planHtml({ ...report, configuration: EVIL }), planMarkdown({ ...report, configuration: EVIL }));
  });
});

function assertSafe(htmlText: string, markdown: string): void {
  assert.doesNotMatch(htmlText, /<script|\u202E|(?:href|src)=|style="/);
  assert.ok(htmlText.includes('&lt;script&gt;'), 'what is hostile is still there to read');
  assert.doesNotMatch(markdown, /^# x/m);
  const prose = markdown.replaceAll(/(?<!\\)`[^`\n]*`/g, '');
  assert.doesNotMatch(prose, /(?<!\\)[<>]|(?<!\\)\[a|\u202E/);
}
