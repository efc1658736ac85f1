// What must hold of every selection and every sequence of attempts, over configurations, states and requests made up by chance.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Random } from '#kernel';
import { deploymentOf, routeOf } from '#test/routing';
import { createAttempts } from './attempts.ts';
import { compileConstraints, type Constraints } from './constraints.ts';
import type { DataClass, Deployment, Route, Wire } from './deployment.ts';
import { createHealth } from './health.ts';
import { parseJurisdiction } from './jurisdiction.ts';
import { createRouter, type SelectionRequest } from './router.ts';
import { parseSelector, selects } from './selectors.ts';
import { createConcentration } from './shares.ts';
import type { Evidence, RoutingState } from './state.ts';

const NOW_MS = 1_000_000_000;
const CLOCK = { now: () => NOW_MS, monotonic: () => NOW_MS };
const RANDOM: Random = { bytes: (count) => Buffer.alloc(count, 255) };

const country = fc.constantFrom<string[]>('JP', 'JP', 'JP', 'US', 'DE', 'CN', 'unknown');
const company = fc.constantFrom<string[]>('Alpha', 'Beta', 'Gamma', 'unknown');
const wire = fc.constantFrom<Wire>(
  'openai-chat',
  'openai-chat',
  'openai-chat',
  'openai-responses',
  'anthropic-messages',
  'openai-embeddings',
);

const deploymentChanges = fc.record({
  wires: fc.uniqueArray(wire, { minLength: 1, maxLength: 3 }),
  retentionDays: fc.constantFrom(0, 30, undefined),
  origins: fc.record({
    vendor: fc.record({ company, country, subjectTo: fc.oneof(fc.constant<string[]>([]), fc.uniqueArray(country, { maxLength: 2 })) }),
    weights: fc.record({ lineage: company, country }),
    hosting: fc.record({ country }),
    subprocessors: fc.option(fc.array(fc.record({ company, country }), { maxLength: 2 }), { nil: undefined }),
  }),
});
const deployments = fc
  .array(deploymentChanges, { minLength: 3, maxLength: 6 })
  .map((all) => all.map((changes, index) => deploymentOf(`p${index % 2}/d${index}`, changes)));

const listRule = (value: fc.Arbitrary<string>) =>
  fc.oneof(
    fc.record({ allow: fc.array(value, { minLength: 1, maxLength: 3 }) }),
    fc.record({ deny: fc.array(value, { minLength: 1, maxLength: 3 }) }),
  );
const demandMembers = {
  vendorCompany: listRule(company),
  vendorCountry: listRule(country),
  weightsLineage: listRule(company),
  hostingCountry: listRule(country),
  subprocessorCountry: listRule(country),
  notSubjectTo: fc.array(country, { minLength: 1, maxLength: 2 }),
  maxRetentionDays: fc.constantFrom(0, 30),
};
const demands = fc.record(demandMembers, { requiredKeys: [] });
const constraints: fc.Arbitrary<Constraints> = fc.oneof(
  { weight: 8, arbitrary: fc.constant({}) },
  { weight: 2, arbitrary: demands },
  { weight: 1, arbitrary: fc.record({ anyOf: fc.array(demands, { minLength: 1, maxLength: 2 }) }) },
);
const jurisdiction = fc.constantFrom(
  undefined,
  undefined,
  'JP',
  'JP,DE',
  'hosting=JP',
  'weights=!CN',
  'subject=!US',
  'vendor=!US; hosting=JP,DE,US',
  undefined,
);
const selector = fc.constantFrom<string[]>(
  'country:US',
  'country:unknown',
  'company:alpha',
  'hosting-country:DE',
  'provider:p1',
  'deployment:p0/d0',
  'lineage:beta',
);

const world = fc
  .record({
    deployments,
    className: fc.option(fc.constantFrom('a', 'b'), { nil: undefined }),
    route: constraints,
    a: constraints,
    b: constraints,
    translation: fc.constantFrom<Route['translation']>('off', 'strict'),
    qualification: fc.option(fc.constantFrom<'refuse' | 'allow'>('refuse', 'allow'), { nil: undefined }),
    limits: fc.array(
      fc.record({
        by: fc.constantFrom<'company' | 'vendor-country'>('company', 'vendor-country'),
        limit: fc.constantFrom(0.3, 0.6),
        window: fc.constant('hour' as const),
        weight: fc.constantFrom<'requests' | 'tokens'>('requests', 'tokens'),
        action: fc.constantFrom<'steer' | 'warn' | 'enforce'>('steer', 'warn', 'enforce'),
        only: fc.constantFrom(undefined, ['US', 'Alpha']),
      }),
      { maxLength: 2 },
    ),
    sent: fc.array(fc.nat(5), { maxLength: 10 }),
    cuts: fc.oneof(fc.constant<string[]>([]), fc.array(selector, { maxLength: 2 })),
    drills: fc.array(
      fc.record({
        selectors: fc.array(selector, { minLength: 1, maxLength: 2 }),
        share: fc.double({ min: 0, max: 1, noNaN: true }),
        canariesOnly: fc.boolean(),
        isOver: fc.boolean(),
      }),
      { maxLength: 3 },
    ),
    scores: fc.array(fc.option(fc.constantFrom(0.5, 0.9), { nil: undefined }), { minLength: 6, maxLength: 6 }),
  })
  .map((made) => {
    const rule = { bar: 0.8, maxAgeDays: 30, cases: '/cases', judge: undefined };
    const route = routeOf('r', made.deployments, {
      dataClass: made.className,
      constraints: made.route,
      translation: made.translation,
      qualification: made.qualification === undefined ? undefined : { ...rule, degraded: made.qualification },
    });
    const dataClasses: DataClass[] = [
      { name: 'a', description: undefined, constraints: made.a },
      { name: 'b', description: undefined, constraints: made.b },
    ];
    const state: RoutingState = {
      version: 1,
      cuts: made.cuts.map((text, index) => ({ id: `cut_${index}`, selector: text, reason: '', atMs: 0 })),
      drills: made.drills.map(({ isOver, ...drill }, index) => ({
        id: `drl_${index}`,
        ...drill,
        startsAtMs: 0,
        endsAtMs: isOver ? NOW_MS : NOW_MS + 1,
      })),
      evidence: made.deployments.flatMap(({ id, model }, index): Evidence[] => {
        const score = made.scores[index];
        if (score === undefined) return [];
        return [
          {
            route: 'r',
            deployment: id,
            model,
            score,
            latencyMsP50: 1,
            costPerCase: null,
            effectiveModel: null,
            atMs: NOW_MS,
            casesHash: '',
          },
        ];
      }),
    };
    const concentration = createConcentration({ limits: made.limits, routes: [route], clock: CLOCK });
    for (const index of made.sent) concentration.took('r', made.deployments[index % made.deployments.length]!.id);
    return { route, dataClasses, state, concentration };
  });

type World = typeof world extends fc.Arbitrary<infer Made> ? Made : never;

const asked = fc.record({
  wire,
  translates: fc.constantFrom(true, true, true, false),
  dataClass: fc.constantFrom('a', 'b', undefined),
  jurisdiction,
  pinnedIndex: fc.option(fc.nat(5), { nil: undefined }),
  roll: fc.double({ min: 0, max: 0.999, noNaN: true }),
  isCanary: fc.boolean(),
});
type Asked = typeof asked extends fc.Arbitrary<infer Made> ? Made : never;

function requestOf({ route, state, concentration }: World, { pinnedIndex, ...request }: Asked): SelectionRequest {
  return {
    ...request,
    evaluates: false,
    pinned: pinnedIndex === undefined ? undefined : route.candidates[pinnedIndex % route.candidates.length]!.id,
    route,
    state,
    concentration,
  };
}

function routerOf({ route, dataClasses }: World) {
  return createRouter({ routes: [route], dataClasses, clock: CLOCK });
}

/** Judges a deployment from the configuration and the request alone, without anything that routing remembers. */
function isForbidden(deployment: Deployment, { route, dataClasses, state }: World, request: SelectionRequest): boolean {
  const parsed = request.jurisdiction === undefined ? undefined : parseJurisdiction(request.jurisdiction);
  const all: Constraints[] = [
    route.constraints,
    ...dataClasses.filter(({ name }) => name === route.dataClass || name === request.dataClass).map((dataClass) => dataClass.constraints),
    ...(parsed?.ok === true ? [parsed.value] : []),
  ];
  if (!all.every((each) => compileConstraints(each).every(({ holds }) => holds(deployment)))) return true;
  const gone = [
    ...state.cuts.map((cut) => cut.selector),
    ...state.drills
      .filter(({ endsAtMs, canariesOnly, share }) => endsAtMs > NOW_MS && (canariesOnly ? request.isCanary : request.roll < share))
      .flatMap(({ selectors }) => selectors),
  ];
  return gone.some((text) => {
    const parsedSelector = parseSelector(text);
    return parsedSelector.ok && selects(parsedSelector.value, deployment);
  });
}

describe('routing', () => {
  it('asks, whatever fails, nobody who violates a demand or is cut or drilled away', () => {
    const outcome = fc.constantFrom('failed', 'rest', 'exclude', 'not-sent', 'succeeded');
    let attempted = 0;
    fc.assert(
      fc.property(world, asked, fc.array(outcome, { minLength: 1, maxLength: 12 }), (made, request, outcomes) => {
        const selected = routerOf(made).select(requestOf(made, request));
        if (!selected.ok) return;
        const { candidates } = selected.value;
        assert.ok(candidates.length > 0);
        const health = createHealth({ clock: CLOCK, random: RANDOM });
        const attempts = createAttempts({ candidates, maxAttempts: 6, health, random: RANDOM });
        for (const what of outcomes) {
          const attempt = attempts.next();
          if (attempt === undefined) break;
          attempted++;
          const { deployment, wire: spoken, isTranslated } = attempt.candidate;
          assert.ok(made.route.candidates.includes(deployment));
          assert.equal(isForbidden(deployment, made, requestOf(made, request)), false, deployment.id);
          assert.ok(deployment.wires.includes(spoken));
          assert.equal(isTranslated, spoken !== request.wire);
          if (isTranslated) assert.ok(request.translates && made.route.translation !== 'off' && request.wire !== 'openai-embeddings');
          if (what === 'failed') health.failed(deployment.id);
          if (what === 'rest') health.askedToRest(deployment.id, 1000);
          if (what === 'rest') attempts.askedToWait(deployment.id, 1000);
          if (what === 'exclude') attempts.exclude(deployment.id);
          if (what === 'succeeded') health.succeeded(deployment.id);
        }
      }),
      { numRuns: 4000 },
    );
    assert.ok(attempted > 500, 'the law was put to the test');
  });

  it('gives no candidate for a tightened request that it does not give without', () => {
    let compared = 0;
    fc.assert(
      fc.property(world, asked, (made, request) => {
        const router = routerOf(made);
        const tightened = router.select(requestOf(made, request));
        if (!tightened.ok || (request.dataClass === undefined && request.jurisdiction === undefined)) return;
        for (const loosened of [{ dataClass: undefined }, { jurisdiction: undefined }, { dataClass: undefined, jurisdiction: undefined }]) {
          const selected = router.select(requestOf(made, { ...request, ...loosened }));
          assert.ok(selected.ok, 'what goes with more demands goes with fewer');
          const before = new Set(selected.value.candidates.map(({ deployment }) => deployment));
          for (const { deployment } of tightened.value.candidates) assert.ok(before.has(deployment), deployment.id);
          compared++;
        }
      }),
      { numRuns: 4000 },
    );
    assert.ok(compared > 500, 'the law was put to the test');
  });

  it('uses nobody without good evidence but the preferred one, unless the route or the caller says so, and then last and marked', () => {
    fc.assert(
      fc.property(world, asked, (made, request) => {
        const selected = routerOf(made).select(requestOf(made, request));
        const rule = made.route.qualification;
        if (!selected.ok || rule === undefined) return;
        const { candidates } = selected.value;
        const good = new Set(made.state.evidence.filter(({ score }) => score >= rule.bar).map(({ deployment }) => deployment));
        const unmarked = candidates.filter(({ degraded }) => degraded === undefined);
        assert.ok(unmarked.filter(({ deployment }) => !good.has(deployment.id)).length <= 1);
        if (unmarked.length < candidates.length) assert.ok(rule.degraded === 'allow' || request.pinnedIndex !== undefined);
        assert.deepEqual(candidates.slice(0, unmarked.length), unmarked);
      }),
      { numRuns: 1000 },
    );
  });

  it('remembers without being wrong: an old router answers as a new one does', () => {
    fc.assert(
      fc.property(world, fc.array(asked, { minLength: 2, maxLength: 12 }), fc.array(selector, { maxLength: 2 }), (made, requests, cuts) => {
        const old = routerOf(made);
        const changed = {
          ...made,
          state: { ...made.state, version: 2, cuts: cuts.map((text) => ({ id: 'cut', selector: text, reason: '', atMs: 0 })) },
        };
        for (const each of [made, changed, made])
          for (const request of [...requests, ...requests])
            assert.deepEqual(old.select(requestOf(each, request)), routerOf(each).select(requestOf(each, request)));
      }),
      { numRuns: 200 },
    );
  });
});
