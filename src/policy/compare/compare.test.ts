// Comparing sets: it says what the engine would decide, with fewer questions, and tells it in few lines.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { createPolicyEngine } from '../engine.ts';
import { setOf } from '../policy-testing.ts';
import { boxesOf, positions, type Box } from './boxes.ts';
import { diffPolicies, type PolicyDiff } from './diff.ts';
import { checkMonotone } from './monotone.ts';
import { askedPolicies, outcomesOf, questionsFor } from './outcomes.ts';
import { readsOf } from './reads.ts';
import { createSpace, type Dimension, type SpaceDeployment } from './space.ts';
import { shippedCedar } from '../shipped.ts';
import type { PolicySet } from '../policy-set.ts';

const FOREIGN_MALWARE = `@id("no-malware-abroad") @reason("x")
forbid (principal, action == Sekisho::Action::"malware-analysis", resource) when { resource.jurisdiction == Sekisho::Jurisdiction::"foreign" };`;
const SERVICES = `@id("no-grant") @replaces("no-grant") @reason("x") forbid (principal, action, resource)
unless { context has grant || (principal is Sekisho::Service && context.data.level == 0) };
@id("services") permit (principal is Sekisho::Service, action == Sekisho::Action::"general", resource) when { !(context has grant) };`;
/** Reads that need care: conditionals, equality of entities, sets, an error. */
const CURIOUS = `@id("curious") @reason("x") forbid (principal, action, resource) when {
  (if context.data.level > 1 then principal else principal).standing == Sekisho::Standing::"review" && action != Sekisho::Action::"general" };
@id("sum") permit (principal == Sekisho::Person::"prn_example", action, resource) when { context.data.level + 9223372036854775805 > 0 };
@id("listed") permit (principal, action, resource)
when { context has grant.tier && context.grant.capabilities.containsAny([Sekisho::Capability::"red-teaming"]) && resource.vendorCountry like "J*" };`;

function diff(a: PolicySet, b: PolicySet, deployments?: readonly SpaceDeployment[]): PolicyDiff {
  const compared = diffPolicies(a, b, deployments === undefined ? {} : { deployments });
  assert.ok(compared.ok);
  return compared.value;
}

describe('what a policy looks at', () => {
  it('is found in its scope and its conditions, and is everything where it cannot be told', async () => {
    const { library } = await shippedCedar();
    const reads = (text: string): readonly string[] => {
      const answer = library.policyToJson(text);
      assert.ok(answer.type === 'success');
      return [...readsOf(answer.json)].toSorted();
    };
    assert.deepEqual(reads('permit (principal, action, resource);'), []);
    assert.deepEqual(
      reads('permit (principal is Sekisho::Person, action in Sekisho::Action::"x", resource == Sekisho::Deployment::"d");'),
      ['action', 'principal.type', 'resource.uid'],
    );
    assert.deepEqual(
      reads('permit (principal, action, resource) when { context has grant && context.grant.tier < 2 && principal.isOutside };'),
      ['context.grant.present', 'context.grant.tier', 'principal.isOutside'],
    );
    assert.deepEqual(reads('permit (principal, action, resource) when { principal is A && principal != B::"b" };'), [
      'principal.type',
      'principal.uid',
    ]);
    assert.ok(reads('permit (principal, action, resource) when { (if true then principal else resource).a };').includes('*'));
    assert.ok(reads('permit (principal, action, resource) when { {a: principal}.a has b };').includes('*'));
  });
});

describe('outcomes by enumeration', () => {
  it('are those of the engine, whatever the policies look at', async () => {
    for (const text of ['', FOREIGN_MALWARE, SERVICES, CURIOUS]) {
      const set = await setOf(text);
      const asked = askedPolicies(set);
      const space = createSpace({ reads: new Set(asked.flatMap(({ reads }) => [...reads])) });
      // A policy that reads everything would be asked about every combination: here it is compared over fewer.
      const small = text === CURIOUS ? asked.filter(({ policy }) => policy.id !== 'curious') : asked;
      const engine = createPolicyEngine({ set: { ...set, policies: small.map(({ policy }) => policy) } });
      const outcomes = outcomesOf(small, { space, cedar: set.cedar, tables: new Map() });
      assert.ok(questionsFor(small, space) < 2_500);
      const at = fc.tuple(...space.dimensions.map(({ values }) => fc.nat(values.length - 1)));
      fc.assert(
        fc.property(at, (position) => {
          const { allowed, policies } = engine.decide(space.factsAt(position));
          assert.deepEqual([outcomes.isAllowed(position), outcomes.determining(position)], [allowed, policies]);
        }),
        { numRuns: 250 },
      );
    }
  });
});

describe('the difference of two sets', () => {
  it('is nothing between equal sets', async () => {
    const { compared, changed, otherReason, changes } = diff(await setOf(), await setOf());
    assert.deepEqual([compared > 20_000, changed, otherReason, changes], [true, 0, 0, []]);
  });

  it('is every decision that changes, by what it depends on', async () => {
    const { changed, changes, policies, beyond } = diff(await setOf(), await setOf(FOREIGN_MALWARE));
    assert.deepEqual(
      changes.map(({ from, to, count, boxes }) => ({ from, to, count, boxes })),
      [
        {
          from: { allowed: true, policies: ['defensive-work'] },
          to: { allowed: false, policies: ['no-malware-abroad'] },
          count: changed,
          boxes: [{ count: changed, where: { capability: ['malware-analysis'], jurisdiction: ['foreign'] } }],
        },
      ],
    );
    assert.deepEqual([policies, beyond], [{ added: ['no-malware-abroad'], removed: [], changed: [] }, []]);
  });

  it('tells who is newly allowed, and who is not', async () => {
    const { changes, policies } = diff(await setOf(), await setOf(SERVICES));
    assert.deepEqual(
      changes.map(({ from, to, boxes }) => [from.policies, to.policies, boxes.map(({ where }) => where)]),
      [
        [
          ['no-grant'],
          ['services'],
          [{ capability: ['general'], data: ['public'], grant: ['none'], principal: ['service'], standing: ['clear', 'review'] }],
        ],
      ],
    );
    assert.deepEqual(policies, { added: ['services'], removed: [], changed: ['no-grant'] });
  });

  it('is the same seen from the other side', async () => {
    const [a, b] = [await setOf(), await setOf(SERVICES)];
    const [there, back] = [diff(a, b), diff(b, a)];
    assert.deepEqual([back.changed, back.otherReason], [there.changed, there.otherReason]);
    assert.deepEqual(
      back.changes.map(({ from, to }) => [from, to]),
      there.changes.map(({ from, to }) => [to, from]),
    );
  });

  it('names policies that decide about what was made up', async () => {
    const one = (condition: string): string => `@id("one") @reason("x") forbid (principal, action, resource) when { ${condition} };`;
    for (const condition of [
      'principal == Sekisho::Person::"prn_9"',
      'context.route == "night"',
      'resource.company == "Beta"',
      'resource has program && resource.program == "cvp"',
    ]) {
      const { changed, beyond } = diff(await setOf(), await setOf(one(condition)));
      assert.deepEqual([changed, beyond], [0, ['one']], condition);
    }
  });

  it('goes over given deployments, those alike once', async () => {
    const place = (id: string, company: string): SpaceDeployment => ({
      id,
      company,
      program: undefined,
      vendorCountry: 'US',
      hostingCountry: 'US',
      jurisdiction: 'foreign',
    });
    const own = '@id("no-beta") @reason("x") forbid (principal, action, resource) when { resource.company == "Beta" };';
    const { changes, beyond } = diff(await setOf(), await setOf(own), [place('a/1', 'Alpha'), place('b/1', 'Beta'), place('b/2', 'Beta')]);
    assert.ok(changes.length > 0);
    assert.deepEqual(new Set(changes.flatMap(({ boxes }) => boxes.map(({ where }) => where['deployment']?.join()))), new Set(['b/1, b/2']));
    assert.deepEqual(beyond, []);
  });

  it('is refused where it would take too long', async () => {
    const compared = diffPolicies(await setOf(), await setOf(CURIOUS));
    assert.equal(compared.ok ? '' : compared.error.code, 'too-much-to-compare');
  });
});

describe('the laws', () => {
  it('are kept by the default policies', async () => {
    assert.deepEqual(checkMonotone({ set: await setOf() }), { ok: true, value: [] });
  });

  it('are found broken where somebody worse off is allowed more', async () => {
    const odd = await setOf(`@id("odd") @reason("x") forbid (principal, action, resource)
when { principal.standing == Sekisho::Standing::"clear" && context.data.level == 2 };`);
    const checked = checkMonotone({ set: odd });
    assert.ok(checked.ok);
    assert.deepEqual(
      new Map(checked.value.map(({ law, example }) => [law, example.refusing])),
      new Map([
        ['data: confidential → restricted', ['odd']],
        ['standing: clear → review', ['odd']],
      ]),
    );
    assert.ok(checked.value.every(({ count, boxes }) => count > 0 && boxes.length > 0));
  });
});

describe('boxes', () => {
  const dimensions: readonly Dimension[] = [
    { name: 'a', values: ['a0', 'a1'] },
    { name: 'b', values: ['b0', 'b1', 'b2'] },
    { name: 'c', values: ['c0', 'c1', 'c2', 'c3'] },
  ];
  const all = [...positions(dimensions)].length;

  it('hold every point, nothing else but neutral ones, and count each point once', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('point', 'neutral', 'other'), { minLength: 24, maxLength: 24 }), (kinds) => {
        let index = 0;
        const kindOf = new Map<string, string>();
        for (const at of positions(dimensions)) kindOf.set(at.join(), kinds[index++]!);
        const points = [...kindOf].flatMap(([key, kind]) => (kind === 'point' ? [key.split(',').map(Number)] : []));
        const boxes = boxesOf(points, dimensions, (at) => kindOf.get(at.join()) === 'neutral');
        const held = (at: string, { where }: Box): boolean =>
          at.split(',').every((value, each) => {
            const { name, values } = dimensions[each]!;
            return where[name]?.includes(values[Number(value)]!) ?? true;
          });
        for (const [at, kind] of kindOf) {
          const isHeld = boxes.some((box) => held(at, box));
          if (kind !== 'neutral') assert.equal(isHeld, kind === 'point');
        }
        assert.equal(
          boxes.reduce((sum, { count }) => sum + count, 0),
          points.length,
        );
      }),
    );
  });

  it('are one for everything', () => {
    const points = Array.from(positions(dimensions), (at) => [...at]);
    assert.deepEqual(
      boxesOf(points, dimensions, () => false),
      [{ count: all, where: {} }],
    );
  });
});
