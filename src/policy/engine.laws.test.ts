// What must hold of the default policies for any facts: whoever is worse off is never allowed more. And of any memory: it changes no decision.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { createPolicyEngine } from './engine.ts';
import { factsKey } from './facts-key.ts';
import { AUTHENTICATION_NAMES, DATA_LEVELS, STANDING_NAMES } from './names.ts';
import { anyFacts, setOf } from './policy-testing.ts';
import { questionOf } from './question.ts';
import type { AccessFacts } from './types.ts';

const engine = createPolicyEngine({ set: await setOf() });

/** Anything from `value` on, in an order from good to bad. */
const worse = <T>(order: readonly T[], value: T): fc.Arbitrary<T> => fc.constantFrom(...order.slice(order.indexOf(value)));

const less = (facts: AccessFacts): fc.Arbitrary<AccessFacts['grant']> => {
  const { grant } = facts;
  if (grant === undefined) return fc.constant(undefined);
  const smaller = fc.record({
    id: fc.constant(grant.id),
    tier: grant.tier === 1 ? fc.constant<1 | 2>(1) : fc.constantFrom<1 | 2>(1, 2),
    capabilities: fc.subarray([...grant.capabilities]),
    programs: fc.subarray([...grant.programs]),
  });
  return fc.option(smaller, { nil: undefined });
};

const laws: readonly (readonly [name: string, worsen: (facts: AccessFacts) => fc.Arbitrary<AccessFacts>])[] = [
  [
    'a standing that gets worse',
    (facts) =>
      worse(STANDING_NAMES, facts.principal.standing).map((standing) => ({ ...facts, principal: { ...facts.principal, standing } })),
  ],
  [
    'a weaker sign-in',
    (facts) =>
      worse(AUTHENTICATION_NAMES, facts.principal.authentication).map((authentication) => ({
        ...facts,
        principal: { ...facts.principal, authentication },
      })),
  ],
  ['a grant that loses something, or is lost', (facts) => less(facts).map((grant) => ({ ...facts, grant }))],
  ['a higher level of data', (facts) => worse(DATA_LEVELS, facts.dataLevel).map((dataLevel) => ({ ...facts, dataLevel }))],
  [
    'going abroad',
    (facts) =>
      fc.constant({ ...facts, deployment: { ...facts.deployment, jurisdiction: 'foreign', vendorCountry: 'US', hostingCountry: 'US' } }),
  ],
  ['belonging to somebody else', (facts) => fc.constant({ ...facts, principal: { ...facts.principal, isOutside: true } })],
];

describe('the default policies', () => {
  for (const [name, worsen] of laws) {
    it(`allow nothing more after ${name}`, () => {
      const pairs = anyFacts.chain((facts) => worsen(facts).map((worseFacts) => [facts, worseFacts] as const));
      fc.assert(
        fc.property(pairs, ([facts, worseFacts]) => {
          assert.ok(!engine.decide(worseFacts).allowed || engine.decide(facts).allowed);
        }),
        { numRuns: 300 },
      );
    });
  }

  it('allow a good part of the facts that these laws are tried on', () => {
    const allowed = fc.sample(anyFacts, { numRuns: 500, seed: 1 }).filter((facts) => engine.decide(facts).allowed).length;
    assert.ok(allowed > 25 && allowed < 475, `${allowed} of 500`);
  });
});

describe('the memory of decisions', () => {
  it('gives what Cedar gives without it, also when it is small and dropped in between', async () => {
    const small = createPolicyEngine({ set: engine.set, memoSize: 4 });
    const none = createPolicyEngine({ set: engine.set, memoSize: 0 });
    fc.assert(
      fc.property(fc.array(anyFacts, { minLength: 1, maxLength: 6 }), fc.boolean(), (all, isDropped) => {
        for (const facts of [...all, ...all]) assert.deepEqual(small.decide(facts), none.decide(facts));
        if (isDropped) small.drop();
      }),
      { numRuns: 60 },
    );
  });

  it('knows facts by what Cedar would be told, and by nothing less', () => {
    const text = fc.constantFrom('', ':', '1:a', 'a', 'a1:a', '-', ';', '2;', '0:', '\u0000');
    const odd = anyFacts.chain((facts) =>
      fc.record({
        principal: fc.record({ ...constants(facts.principal), id: text }),
        grant: fc.option(
          fc.record({
            id: text,
            tier: fc.constant<1 | 2>(1),
            capabilities: fc.array(text, { maxLength: 2 }),
            programs: fc.array(text, { maxLength: 2 }),
          }),
          { nil: undefined },
        ),
        capability: text,
        dataLevel: fc.constant(facts.dataLevel),
        route: text,
        deployment: fc.record({ ...constants(facts.deployment), id: text, company: text, program: fc.option(text, { nil: undefined }) }),
      }),
    );
    fc.assert(
      fc.property(odd, odd, (one, other) => {
        const isSame = JSON.stringify(questionOf(one)) === JSON.stringify(questionOf(other));
        assert.equal(factsKey(one) === factsKey(other), isSame);
        assert.equal(factsKey(one), factsKey(structuredClone(one)));
      }),
      { numRuns: 500 },
    );
    // Pairs that only differ in where one string ends.
    const [a] = fc.sample(anyFacts, { numRuns: 1, seed: 7 }) as [AccessFacts];
    assert.notEqual(factsKey({ ...a, capability: '1:a', route: '' }), factsKey({ ...a, capability: '', route: '1:a' }));
  });
});

function constants<T extends object>(members: T): { [Name in keyof T]: fc.Arbitrary<T[Name]> } {
  return Object.fromEntries(Object.entries(members).map(([name, value]) => [name, fc.constant(value as unknown)])) as {
    [Name in keyof T]: fc.Arbitrary<T[Name]>;
  };
}
