import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { deploymentOf, routeOf } from '#test/routing';
import type { DataClass, Deployment, Origins, Route } from './deployment.ts';
import { createRouter, type SelectionRequest } from './router.ts';
import type { Selection, SelectionRefusal } from './selection.ts';
import { createConcentration } from './shares.ts';
import { EMPTY_STATE, type Cut, type Evidence, type LiveDrill, type RoutingState } from './state.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const RULE = { bar: 0.8, maxAgeDays: 30, degraded: 'refuse', cases: '/cases.yaml', judge: undefined } as const;

function from(country: string, changes: Partial<Origins> = {}): { origins: Origins } {
  return {
    origins: {
      vendor: { company: `Company of ${country}`, country, subjectTo: [] },
      weights: { lineage: 'w', country },
      hosting: { country },
      subprocessors: [],
      ...changes,
    },
  };
}

const american = deploymentOf('us/a', from('US'));
const japanese = deploymentOf('jp/b', from('JP'));
const german = deploymentOf('de/c', from('DE'));
const RESTRICTED: DataClass = {
  name: 'restricted',
  description: undefined,
  constraints: { hostingCountry: { allow: ['JP'] }, notSubjectTo: ['US'] },
};
const PERSONAL: DataClass = { name: 'personal', description: undefined, constraints: { vendorCountry: { deny: ['US'] } } };

function setUp(route: Route, options: { limits?: Parameters<typeof createConcentration>[0]['limits'] } = {}) {
  let now = 100 * DAY_MS;
  const clock = { now: () => now, monotonic: () => now };
  const router = createRouter({ routes: [route], dataClasses: [RESTRICTED, PERSONAL], clock });
  const concentration = createConcentration({ limits: options.limits ?? [], routes: [route], clock });
  const select = (changes: Partial<SelectionRequest> = {}) =>
    router.select({
      route,
      wire: 'openai-chat',
      translates: true,
      dataClass: undefined,
      jurisdiction: undefined,
      pinned: undefined,
      evaluates: false,
      roll: 0.5,
      isCanary: false,
      state: EMPTY_STATE,
      concentration,
      ...changes,
    });
  const selection = (changes: Partial<SelectionRequest> = {}): Selection => {
    const selected = select(changes);
    assert.ok(selected.ok, JSON.stringify(selected));
    return selected.value;
  };
  const ids = (changes: Partial<SelectionRequest> = {}): string[] =>
    selection(changes).candidates.map(
      ({ deployment, degraded }) => deployment.id + (degraded === undefined ? '' : ` (${degraded.reason})`),
    );
  const refusal = (changes: Partial<SelectionRequest> = {}): SelectionRefusal => {
    const selected = select(changes);
    assert.ok(!selected.ok, 'it was not refused');
    return selected.error;
  };
  return { router, concentration, selection, ids, refusal, now, pass: (ms: number) => (now += ms) };
}

function cut(selector: string): Cut {
  return { id: 'cut_1', selector, reason: 'because', atMs: 0 };
}

function state(changes: Partial<RoutingState>): RoutingState {
  return { ...EMPTY_STATE, version: 1, ...changes };
}

function evidence(deployment: Deployment, atMs: number, changes: Partial<Evidence> = {}): Evidence {
  return {
    route: 'r',
    deployment: deployment.id,
    model: deployment.model,
    score: 0.9,
    latencyMsP50: 100,
    costPerCase: null,
    effectiveModel: null,
    atMs,
    casesHash: '',
    ...changes,
  };
}

describe('demands', () => {
  it('of the route, its class, the caller’s class and the caller’s jurisdiction all hold', () => {
    const { ids, selection } = setUp(routeOf('r', [american, japanese, german]));
    assert.deepEqual(ids(), ['us/a', 'jp/b', 'de/c']);
    assert.deepEqual(ids({ dataClass: 'personal' }), ['jp/b', 'de/c']);
    assert.deepEqual(ids({ dataClass: 'restricted' }), ['jp/b']);
    assert.deepEqual(ids({ jurisdiction: 'vendor=!JP' }), ['us/a', 'de/c']);
    assert.deepEqual(ids({ dataClass: 'personal', jurisdiction: 'vendor=!JP' }), ['de/c']);
    const own = setUp(
      routeOf('r', [american, japanese, german], { dataClass: 'personal', constraints: { hostingCountry: { deny: ['JP'] } } }),
    );
    assert.deepEqual(own.ids(), ['de/c']);
    assert.deepEqual(selection({ dataClass: 'restricted' }).dataClasses, ['restricted']);
  });

  it('of a class that the caller names come on top of the route’s class', () => {
    const { selection, refusal } = setUp(routeOf('r', [american, japanese, german], { dataClass: 'restricted' }));
    const both = selection({ dataClass: 'personal' });
    assert.deepEqual(both.dataClasses, ['personal', 'restricted']);
    assert.deepEqual(
      both.candidates.map(({ deployment }) => deployment.id),
      ['jp/b'],
    );
    assert.equal(refusal({ jurisdiction: 'DE' }).kind, 'no-qualified-deployment');
  });

  it('that leave nobody are named, with those that each of them alone excludes', () => {
    const { refusal } = setUp(routeOf('r', [american, german], { dataClass: 'personal' }));
    assert.deepEqual(refusal({ jurisdiction: 'hosting=US' }), {
      kind: 'no-qualified-deployment',
      pinned: undefined,
      failures: [
        { constraint: 'the vendor’s country must be known and not US', from: 'data class personal', wouldQualify: ['us/a'] },
        { constraint: 'the hosting country must be US', from: 'caller', wouldQualify: ['de/c'] },
      ],
      nearest: { deployment: 'us/a', unmet: ['the vendor’s country must be known and not US'] },
    });
  });

  it('that two sides share are one demand', () => {
    const { refusal } = setUp(routeOf('r', [american], { dataClass: 'restricted', constraints: { hostingCountry: { allow: ['JP'] } } }));
    const found = refusal({ jurisdiction: 'hosting=JP' });
    assert.ok(found.kind === 'no-qualified-deployment');
    assert.deepEqual(
      found.failures.map(({ from, wouldQualify }) => [from, wouldQualify]),
      [
        ['route and data class restricted and caller', []],
        ['data class restricted', []],
      ],
    );
  });

  it('that cannot be read are refused, not ignored', () => {
    const { refusal } = setUp(routeOf('r', [japanese]));
    assert.deepEqual(refusal({ dataClass: 'secret' }), { kind: 'unknown-data-class', name: 'secret', known: ['personal', 'restricted'] });
    assert.deepEqual(refusal({ dataClass: '' }).kind, 'unknown-data-class');
    assert.deepEqual(refusal({ jurisdiction: '' }).kind, 'jurisdiction-malformed');
    assert.deepEqual(refusal({ jurisdiction: 'J'.repeat(300) }), {
      kind: 'jurisdiction-malformed',
      problem: 'it is longer than 256 characters',
    });
  });

  it('of a class that is not configured stop the program, not the request', () => {
    assert.throws(
      () =>
        createRouter({
          routes: [routeOf('r', [japanese], { dataClass: 'gone' })],
          dataClasses: [],
          clock: { now: () => 0, monotonic: () => 0 },
        }),
      { code: 'unknown-data-class' },
    );
  });
});

describe('formats', () => {
  const messages = deploymentOf('a/messages', { wires: ['anthropic-messages'] });
  const chat = deploymentOf('a/chat', { wires: ['openai-chat'] });
  const all = deploymentOf('a/all', { wires: ['openai-chat', 'openai-responses', 'anthropic-messages'] });

  it('are the client’s own where the deployment speaks it, else the closest', () => {
    const { selection } = setUp(routeOf('r', [messages, all, chat]));
    assert.deepEqual(
      selection({ wire: 'openai-responses' }).candidates.map(({ deployment, wire, isTranslated }) => [deployment.id, wire, isTranslated]),
      [
        ['a/messages', 'anthropic-messages', true],
        ['a/all', 'openai-responses', false],
        ['a/chat', 'openai-chat', true],
      ],
    );
  });

  it('stay as they are where the route or the operation says so', () => {
    const off = setUp(routeOf('r', [messages, chat], { translation: 'off' }));
    assert.deepEqual(off.ids(), ['a/chat']);
    assert.deepEqual(off.refusal({ wire: 'openai-responses' }), { kind: 'wire-not-served', served: ['openai-chat', 'anthropic-messages'] });
    const strict = setUp(routeOf('r', [messages, chat]));
    assert.deepEqual(strict.ids({ wire: 'anthropic-messages', translates: false }), ['a/messages']);
    assert.deepEqual(strict.refusal({ wire: 'openai-embeddings' }), {
      kind: 'wire-not-served',
      served: ['openai-chat', 'openai-responses', 'anthropic-messages'],
    });
  });
});

describe('a named deployment', () => {
  it('is the only candidate, and has to meet everything', () => {
    const { ids, refusal } = setUp(routeOf('r', [american, japanese]));
    assert.deepEqual(ids({ pinned: 'jp/b' }), ['jp/b']);
    assert.deepEqual(refusal({ pinned: 'no/x' }), { kind: 'pinned-unknown', deployment: 'no/x' });
    const failed = refusal({ pinned: 'us/a', dataClass: 'personal' });
    assert.ok(failed.kind === 'no-qualified-deployment');
    assert.deepEqual(failed.failures[0]!.wouldQualify, ['us/a']);
    assert.equal(refusal({ pinned: 'us/a', state: state({ cuts: [cut('country:US')] }) }).kind, 'cut-off');
    assert.deepEqual(refusal({ pinned: 'jp/b', wire: 'openai-embeddings' }).kind, 'wire-not-served');
  });

  it('needs evidence like any other, unless the request is made to find out about it', () => {
    const { ids, refusal } = setUp(routeOf('r', [american, japanese], { qualification: RULE }));
    assert.equal(refusal({ pinned: 'jp/b' }).kind, 'not-qualified', 'naming it is no evidence');
    assert.deepEqual(ids({ pinned: 'jp/b', evaluates: true }), ['jp/b (no-evidence)'], 'unless that is what is to be found out');
    assert.equal(refusal({ evaluates: true, state: state({ cuts: [cut('country:US')] }) }).kind, 'not-qualified', 'and only that one');
    assert.deepEqual(ids({ pinned: 'us/a' }), ['us/a']);
  });
});

describe('cuts', () => {
  it('take away at once what they mean, and say so when nobody is left', () => {
    const { ids, refusal, router } = setUp(routeOf('r', [american, japanese]));
    const cutUs = state({ cuts: [cut('country:US')] });
    assert.deepEqual(ids({ state: cutUs }), ['jp/b']);
    assert.deepEqual(
      [router.isCut(american, cutUs), router.isCut(japanese, cutUs), router.isCut(american, EMPTY_STATE)],
      [true, false, false],
    );
    assert.deepEqual(ids(), ['us/a', 'jp/b']);
    assert.deepEqual(refusal({ state: state({ cuts: [cut('country:US'), cut('deployment:jp/b'), cut('company:nobody')] }) }), {
      kind: 'cut-off',
      selectors: ['country:US', 'deployment:jp/b'],
      drill: undefined,
    });
  });

  it('that cannot be read take everything away', () => {
    const { refusal } = setUp(routeOf('r', [american, japanese]));
    assert.equal(refusal({ state: state({ cuts: [cut('continent:america')] }) }).kind, 'cut-off');
  });
});

describe('live drills', () => {
  const drill: LiveDrill = {
    id: 'drl_1',
    selectors: ['country:US'],
    share: 0.25,
    canariesOnly: false,
    startsAtMs: 0,
    endsAtMs: 101 * DAY_MS,
  };

  it('apply to their share of requests, between their times', () => {
    const { ids, selection, pass } = setUp(routeOf('r', [american, japanese]));
    const live = state({ drills: [drill] });
    assert.deepEqual(ids({ state: live, roll: 0.249 }), ['jp/b']);
    assert.equal(selection({ state: live, roll: 0.249 }).drill, 'drl_1');
    assert.deepEqual(ids({ state: live, roll: 0.25 }), ['us/a', 'jp/b']);
    assert.equal(selection({ state: live, roll: 0.25 }).drill, undefined);
    assert.deepEqual(ids({ state: state({ drills: [{ ...drill, startsAtMs: 101 * DAY_MS }] }), roll: 0 }), ['us/a', 'jp/b']);
    pass(DAY_MS);
    assert.deepEqual(ids({ state: live, roll: 0 }), ['us/a', 'jp/b'], 'it ended by itself');
  });

  it('for canaries alone leave all other requests in peace', () => {
    const { ids } = setUp(routeOf('r', [american, japanese]));
    const live = state({ drills: [{ ...drill, canariesOnly: true, share: 1 }] });
    assert.deepEqual(ids({ state: live, roll: 0 }), ['us/a', 'jp/b']);
    assert.deepEqual(ids({ state: live, roll: 0.99, isCanary: true }), ['jp/b']);
  });

  it('join with cuts and with each other', () => {
    const { refusal, ids } = setUp(routeOf('r', [american, japanese, german]));
    const live = state({
      cuts: [cut('country:DE')],
      drills: [drill, { ...drill, id: 'drl_2', selectors: ['company:Company of JP', 'nonsense'] }],
    });
    assert.deepEqual(refusal({ state: live, roll: 0 }), {
      kind: 'cut-off',
      selectors: ['country:DE', 'country:US', 'company:Company of JP'],
      drill: 'drl_2',
    });
    assert.deepEqual(ids({ state: live, roll: 0.5 }), ['us/a', 'jp/b']);
  });
});

describe('evidence', () => {
  it('that is missing under a drill is that drill’s to count', () => {
    const { refusal } = setUp(routeOf('r', [american, japanese], { qualification: RULE }));
    const drill = { id: 'drl_1', selectors: ['country:US'], share: 1, canariesOnly: false, startsAtMs: 0, endsAtMs: 1e15 };
    const refused = refusal({ state: state({ drills: [drill] }), roll: 0 });
    assert.deepEqual([refused.kind, 'drill' in refused && refused.drill], ['not-qualified', 'drl_1']);
  });

  const route = routeOf('r', [american, japanese, german], { qualification: RULE });
  const allowing = routeOf('r', [american, japanese, german], { qualification: { ...RULE, degraded: 'allow' } });

  it('is needed by everybody but the preferred deployment', () => {
    const { ids, now } = setUp(route);
    assert.deepEqual(ids(), ['us/a']);
    assert.deepEqual(ids({ state: state({ evidence: [evidence(german, now)] }) }), ['us/a', 'de/c']);
  });

  it('is for one route, one model, new enough and good enough', () => {
    const { ids, now } = setUp(allowing);
    const reason = (changes: Partial<Evidence>): string =>
      ids({ state: state({ evidence: [evidence(japanese, now, changes), evidence(german, now)] }) })[2]!;
    assert.equal(reason({ score: 0.79 }), 'jp/b (below-bar)');
    assert.equal(reason({ score: NaN }), 'jp/b (below-bar)');
    assert.equal(reason({ model: 'other' }), 'jp/b (model-changed)');
    assert.equal(reason({ atMs: now - 31 * DAY_MS }), 'jp/b (stale-evidence)');
    assert.equal(reason({ route: 'other' }), 'jp/b (no-evidence)');
    assert.equal(reason({ score: 0.8 }), 'de/c');
  });

  it('counts where it is newest', () => {
    const { ids, now } = setUp(route);
    const older = evidence(japanese, now - DAY_MS);
    const newer = evidence(japanese, now, { score: 0.1 });
    assert.deepEqual(ids({ state: state({ evidence: [older, newer] }) }), ['us/a']);
    assert.deepEqual(ids({ state: state({ evidence: [newer, older] }) }), ['us/a']);
  });

  it('grows old although nothing else changes', () => {
    const { ids, now, pass } = setUp(route);
    const held = state({ evidence: [evidence(japanese, now)] });
    assert.deepEqual(ids({ state: held }), ['us/a', 'jp/b']);
    pass(30 * DAY_MS + 1);
    assert.deepEqual(ids({ state: held }), ['us/a']);
  });

  it('that is missing stops the route, or degrades it, when the preferred one is gone', () => {
    const gone = { cuts: [cut('country:US')] };
    const strict = setUp(route);
    assert.deepEqual(strict.refusal({ state: state(gone) }), {
      kind: 'not-qualified',
      deployments: [
        { deployment: 'jp/b', reason: 'no-evidence' },
        { deployment: 'de/c', reason: 'no-evidence' },
      ],
      drill: undefined,
    });
    const lenient = setUp(allowing);
    assert.deepEqual(lenient.ids({ state: state({ ...gone, evidence: [evidence(german, lenient.now)] }) }), ['de/c', 'jp/b (no-evidence)']);
  });

  it('is not made superfluous by a caller’s demands', () => {
    const { refusal } = setUp(route);
    assert.equal(refusal({ jurisdiction: 'JP' }).kind, 'not-qualified');
    const domestic = setUp(routeOf('r', [american, japanese], { qualification: RULE, constraints: { vendorCountry: { allow: ['JP'] } } }));
    assert.deepEqual(domestic.ids(), ['jp/b'], 'the route’s own demands do choose the preferred one');
  });
});

describe('shares', () => {
  const limit = { by: 'vendor-country', limit: 0.5, window: 'hour', weight: 'requests', only: undefined } as const;

  it('decide the order of candidates, and are reported where there is no choice', () => {
    const { selection, concentration } = setUp(routeOf('r', [american, japanese]), { limits: [{ ...limit, action: 'steer' }] });
    const first = (): string => selection().candidates[0]!.deployment.id;
    assert.equal(first(), 'us/a');
    concentration.took('r', 'us/a');
    assert.equal(first(), 'us/a');
    concentration.took('r', 'us/a');
    assert.equal(first(), 'jp/b');
    assert.deepEqual(selection().breaches, []);
    assert.deepEqual(selection({ pinned: 'us/a' }).breaches, [{ ...breach(limit), action: 'steer', share: 1 }]);
  });

  it('refuse where they are enforced', () => {
    const { refusal, concentration } = setUp(routeOf('r', [american, japanese]), { limits: [{ ...limit, action: 'enforce' }] });
    concentration.took('r', 'us/a');
    concentration.took('r', 'us/a');
    assert.deepEqual(refusal({ jurisdiction: 'US' }), {
      kind: 'concentration-exceeded',
      breaches: [{ ...breach(limit), action: 'enforce', share: 1 }],
    });
  });

  function breach({ only: _, ...facts }: typeof limit) {
    return { scope: 'operator', ...facts, value: 'US', deployment: 'us/a' };
  }
});

describe('one router', () => {
  it('keeps its routes apart', () => {
    const clock = { now: () => 0, monotonic: () => 0 };
    const routes = [routeOf('r', [american, japanese]), routeOf('s', [german, japanese], { dataClass: 'personal' })];
    const router = createRouter({ routes, dataClasses: [PERSONAL], clock });
    const concentration = createConcentration({ limits: [], routes, clock });
    const common = {
      wire: 'openai-chat',
      translates: true,
      dataClass: undefined,
      roll: 0,
      isCanary: false,
      evaluates: false,
      state: EMPTY_STATE,
      concentration,
    } as const;
    const found = routes.flatMap((route) =>
      [
        { jurisdiction: 'hosting=!FR', pinned: undefined },
        { jurisdiction: undefined, pinned: 'jp/b' },
        { jurisdiction: undefined, pinned: undefined },
      ].map((own) => {
        const selected = router.select({ ...common, ...own, route });
        return selected.ok
          ? [selected.value.dataClasses, selected.value.candidates.map(({ deployment }) => deployment.id)]
          : selected.error.kind;
      }),
    );
    assert.deepEqual(found, [
      [[], ['us/a', 'jp/b']],
      [[], ['jp/b']],
      [[], ['us/a', 'jp/b']],
      [['personal'], ['de/c', 'jp/b']],
      [['personal'], ['jp/b']],
      [['personal'], ['de/c', 'jp/b']],
    ]);
  });
});

describe('what callers write', () => {
  it('is forgotten when there is too much of it, and worked out again', () => {
    const { ids } = setUp(routeOf('r', [american, japanese]));
    const letters = Array.from('ABCDFGHIKLMN');
    const codes = letters.flatMap((a) => letters.map((b) => a + b));
    const headers = codes.flatMap((a) => codes.slice(0, 20).map((b) => `vendor=!US,!${a},!${b}`));
    assert.ok(headers.length > 2_000);
    for (const jurisdiction of headers) assert.deepEqual(ids({ jurisdiction }), ['jp/b']);
    assert.deepEqual(ids({ jurisdiction: headers[0]! }), ['jp/b']);
    assert.deepEqual(ids({ jurisdiction: headers[0]!.replace('US', 'JP') }), ['us/a']);
  });
});
