// The bound that concentration.ts documents, put to the test with workers that learn late of each other.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { deploymentOf, routeOf } from '#test/routing';
import type { Candidate } from './candidate.ts';
import type { ConcentrationLimit, LimitedRoutes, TrafficWeight } from './concentration.ts';
import type { Deployment, Route } from './deployment.ts';
import { limitTotals } from './limit-totals.ts';
import { createConcentration } from './shares.ts';

function deployment(id: string, company: string): Deployment {
  return deploymentOf(id, {
    origins: {
      vendor: { company, country: 'JP', subjectTo: [] },
      weights: { lineage: company, country: 'JP' },
      hosting: { country: 'JP' },
      subprocessors: [],
    },
  });
}

function limitOf(changes: Partial<ConcentrationLimit>): ConcentrationLimit {
  return { by: 'company', limit: 0.5, window: 'hour', weight: 'requests', action: 'steer', only: undefined, ...changes };
}

function candidatesOf({ candidates }: Route): readonly Candidate[] {
  return candidates.map((each) => ({ deployment: each, wire: 'openai-chat', isTranslated: false, degraded: undefined }));
}

const companies = ['Alpha', 'Beta', 'Gamma', 'Delta'];
const all = companies.map((company, index) => deployment(`p/${index}`, company));
const step = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant('send' as const), worker: fc.nat(3), route: fc.nat(2) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('flush' as const), worker: fc.nat(3), route: fc.constant(0) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('snapshot' as const), worker: fc.nat(3), route: fc.constant(0) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('adopt' as const), worker: fc.nat(3), route: fc.constant(0) }) },
);

/** Workers that hand over, are told late, and choose by what they know; `every` sees the true counts after each request. */
function simulate(
  {
    workers,
    configuration,
    steps,
  }: { workers: number; configuration: LimitedRoutes; steps: readonly { do: string; worker: number; route: number }[] },
  weightOf: (route: Route) => number,
  every: (truth: { sums: Map<string, number>; total: number; unseen: number; hadChoice: boolean }) => void,
): void {
  const candidates = configuration.routes.map((route) => candidatesOf(route));
  const made = Array.from({ length: workers }, () => ({
    concentration: createConcentration({ ...configuration, clock: { now: () => 0, monotonic: () => 0 } }),
    recorded: 0,
    sent: 0,
    flushed: 0,
    /** How much of each worker's traffic this one has adopted. */
    knows: Array.from({ length: workers }, () => 0),
    mail: [] as { upTo: number; totals: ReturnType<typeof limitTotals>; included: number[] }[],
  }));
  const rows: TrafficWeight[] = [];
  const recordedBy = Array.from({ length: workers }, () => 0);
  const sums = new Map<string, number>();
  let total = 0;
  for (const { do: what, worker: index, route: routeIndex } of steps) {
    const worker = made[index % workers]!;
    if (what === 'send') {
      const at = routeIndex % configuration.routes.length;
      const route = configuration.routes[at]!;
      const { order, breaches } = worker.concentration.arrange(route, candidates[at]!);
      const { deployment: chosen } = order[0]!;
      worker.concentration.took(route.name, chosen.id);
      worker.concentration.spent(route.name, chosen.id, 1);
      const { company } = chosen.origins.vendor;
      const weight = weightOf(route);
      sums.set(company, (sums.get(company) ?? 0) + weight);
      total += weight;
      worker.sent += weight;
      const unseen = Math.max(...made.map((other) => (other === worker ? 0 : other.sent - worker.knows[made.indexOf(other)]!)));
      every({ sums, total, unseen, hadChoice: breaches.length === 0 });
    } else if (what === 'flush') {
      const { seq, deltas } = worker.concentration.flush();
      rows.push(...deltas);
      worker.recorded = seq;
      recordedBy[made.indexOf(worker)] = worker.sent;
    } else if (what === 'snapshot') {
      worker.mail.push({
        upTo: worker.recorded,
        totals: limitTotals(configuration, { window: 'hour', rows: [...rows] }),
        included: [...recordedBy],
      });
    } else {
      const snapshot = worker.mail.shift();
      if (snapshot === undefined) continue;
      worker.concentration.adopt(snapshot);
      worker.knows = snapshot.included;
    }
  }
}

const routesOf = (weights: readonly number[]): Route[] => [
  routeOf('x', all, { criticality: weights[0]! }),
  routeOf('y', all.toReversed(), { criticality: weights[1]! }),
  routeOf('z', all.slice(1), { criticality: weights[2]! }),
];

describe('the documented bound', () => {
  it('holds for one worker: no share is over its limit by more than one request’s weight', () => {
    let tight = 0;
    fc.assert(
      fc.property(
        fc.array(fc.nat(2), { minLength: 20, maxLength: 200 }),
        fc.constantFrom(0.35, 0.5, 0.8),
        fc.constantFrom<'requests' | 'criticality'>('requests', 'criticality'),
        (sequence, limit, weight) => {
          const routes = routesOf(weight === 'requests' ? [1, 1, 1] : [1, 3, 7]);
          const heaviest = Math.max(...routes.map(({ criticality }) => criticality));
          const steps = sequence.map((route) => ({ do: 'send', worker: 0, route }));
          let feasible = true;
          simulate(
            { workers: 1, configuration: { limits: [limitOf({ limit, weight })], routes }, steps },
            (route) => route.criticality,
            ({ sums, total, hadChoice }) => {
              feasible &&= hadChoice;
              if (!feasible) return;
              for (const sum of sums.values()) {
                assert.ok(sum - limit * total <= heaviest + 1e-6, `${sum} of ${total}`);
                if (sum > limit * total) tight++;
              }
            },
          );
          // Three or four companies can always share under these limits.
          assert.ok(feasible);
        },
      ),
      { numRuns: 200 },
    );
    assert.ok(tight > 100, 'limits were touched');
  });

  it('holds for several workers with late snapshots: A + (W − 1)·r·w', () => {
    let exceededAllowance = 0;
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 4 }),
        fc.array(step, { minLength: 50, maxLength: 300 }),
        fc.constantFrom(0.35, 0.5, 0.8),
        (workers, steps, limit) => {
          const configuration = { limits: [limitOf({ limit })], routes: routesOf([1, 1, 1]) };
          let mostUnseen = 0;
          let feasible = true;
          simulate(
            { workers, configuration, steps },
            () => 1,
            ({ sums, total, unseen, hadChoice }) => {
              feasible &&= hadChoice;
              if (!feasible) return;
              mostUnseen = Math.max(mostUnseen, unseen);
              for (const sum of sums.values()) {
                const excess = sum - limit * total;
                assert.ok(excess <= 1 + (workers - 1) * mostUnseen + 1e-6, `${sum} of ${total} with ${mostUnseen} unseen`);
                if (excess > 1) exceededAllowance++;
              }
            },
          );
        },
      ),
      { numRuns: 200 },
    );
    assert.ok(exceededAllowance > 0, 'late snapshots did make a difference');
  });

  it('holds for a rule that does the same on every run', () => {
    const configuration = { limits: [limitOf({ limit: 0.35 })], routes: routesOf([1, 1, 1]) };
    const steps = Array.from({ length: 300 }, (_, index) => ({
      do: ['send', 'send', 'flush', 'send', 'snapshot', 'adopt'][index % 6]!,
      worker: index % 3,
      route: index % 2,
    }));
    const run = (): string => {
      let seen = '';
      simulate(
        { workers: 3, configuration, steps },
        () => 1,
        ({ sums }) => (seen += JSON.stringify([...sums])),
      );
      return seen;
    };
    assert.equal(run(), run());
  });
});
