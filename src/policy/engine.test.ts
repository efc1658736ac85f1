// Decisions: what the defaults decide, what a refusal says, and that whatever goes wrong refuses.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createPolicyEngine, DEFAULT_NEXT, NOTHING_PERMITS } from './engine.ts';
import { completeFacts } from './partial-facts.ts';
import { setOf } from './policy-testing.ts';
import { readPolicyTests, testPolicies } from './policy-tests.ts';
import { defaultPolicyTests } from './shipped.ts';
import type { AccessFacts } from './types.ts';

const ORDINARY = completeFacts({});

describe('a policy engine', () => {
  it('decides with the default policies as their table says', async () => {
    const table = readPolicyTests(defaultPolicyTests());
    assert.ok(table.ok);
    assert.ok(table.value.cases.length >= 40);
    const set = await setOf();
    const results = testPolicies(createPolicyEngine({ set }), table.value);
    assert.deepEqual(
      results.filter(({ passed }) => !passed),
      [],
    );
    // Every policy decides one of them.
    const deciding = new Set(results.flatMap(({ decision }) => decision.policies));
    assert.deepEqual(
      set.policies.map(({ id }) => id).filter((id) => !deciding.has(id)),
      [],
    );
  });

  it('names every forbid that applies, and gives the reason of the first in the order of the set', async () => {
    const engine = createPolicyEngine({
      set: await setOf('@id("last") @reason("Not on Sundays.") @next("Wait.") forbid (principal, action, resource);'),
    });
    const first = engine.decide(completeFacts({ principal: { standing: 'suspended' }, grant: 'none' }));
    assert.ok(!first.allowed);
    assert.deepEqual(first.policies, ['standing-suspended', 'no-grant', 'last']);
    assert.match(first.reason, /suspended/);
    assert.match(first.next, /appeal/);
    assert.deepEqual(engine.decide(ORDINARY), { allowed: false, policies: ['last'], reason: 'Not on Sundays.', next: 'Wait.' });
  });

  it('refuses what nothing permits, and says how to apply', async () => {
    const engine = createPolicyEngine({ set: await setOf('', { defaults: false }) });
    assert.deepEqual(engine.decide(ORDINARY), { allowed: false, policies: [], reason: NOTHING_PERMITS, next: DEFAULT_NEXT });
  });

  it('says to apply where a forbid has no @next', async () => {
    const engine = createPolicyEngine({ set: await setOf('@id("a") @reason("No.") forbid (principal, action, resource);') });
    const decision = engine.decide(ORDINARY);
    assert.equal(decision.allowed ? '' : decision.next, DEFAULT_NEXT);
  });

  it('refuses facts with names that it does not know, or with something missing', async () => {
    const engine = createPolicyEngine({ set: await setOf('@id("all") permit (principal, action, resource);', { defaults: false }) });
    assert.equal(engine.decide(ORDINARY).allowed, true);
    const { principal, grant, deployment } = ORDINARY;
    const broken: readonly unknown[] = [
      { ...ORDINARY, capability: 'hacking' },
      { ...ORDINARY, capability: 'defensive' },
      { ...ORDINARY, capability: 'toString' },
      { ...ORDINARY, dataLevel: 'secret' },
      { ...ORDINARY, route: undefined },
      { ...ORDINARY, route: 'x'.repeat(20_000) },
      { ...ORDINARY, principal: undefined },
      { ...ORDINARY, principal: { ...principal, kind: 'admin' } },
      { ...ORDINARY, principal: { ...principal, standing: 'constructor' } },
      { ...ORDINARY, principal: { ...principal, isOutside: undefined } },
      { ...ORDINARY, principal: { ...principal, authentication: undefined } },
      { ...ORDINARY, grant: { ...grant, tier: 3 } },
      { ...ORDINARY, grant: { ...grant, capabilities: ['everything'] } },
      { ...ORDINARY, grant: { ...grant, programs: undefined } },
      { ...ORDINARY, deployment: { ...deployment, jurisdiction: 'moon' } },
      { ...ORDINARY, deployment: { ...deployment, company: undefined } },
    ];
    for (const facts of broken) {
      const decision = engine.decide(facts as AccessFacts);
      assert.deepEqual([decision.allowed, decision.policies], [false, ['error']], JSON.stringify(facts).slice(0, 300));
      assert.ok(!decision.allowed && !/Sekisho::|schema|undefined/.test(decision.reason + decision.next));
      assert.ok(engine.explain(facts as AccessFacts).errors.length > 0);
    }
  });

  it('refuses when a policy fails while it is evaluated, be it one that would forbid', async () => {
    const overflow = '@id("sum") @reason("x") forbid (principal, action, resource) when { context.data.level + 9223372036854775807 < 0 };';
    const engine = createPolicyEngine({ set: await setOf(overflow) });
    assert.deepEqual(engine.decide(completeFacts({ dataLevel: 'internal' })).policies, ['error']);
    assert.equal(engine.explain(completeFacts({ dataLevel: 'internal' })).errors[0]!.policy, 'sum');
    assert.equal(engine.decide(completeFacts({ dataLevel: 'public' })).allowed, true);
  });
});

describe('what an engine keeps', () => {
  it('remembers a decision until it is dropped, and an error never', async () => {
    const set = await setOf();
    let asked = 0;
    const counting = {
      ...set.cedar,
      prepare: (policies: Parameters<typeof set.cedar.prepare>[0]) => {
        const prepared = set.cedar.prepare(policies);
        const ask: typeof prepared.ask = (question) => {
          asked++;
          return prepared.ask(question);
        };
        return { ...prepared, ask };
      },
    };
    const engine = createPolicyEngine({ set: { ...set, cedar: counting } });
    const first = engine.decide(ORDINARY);
    assert.equal(engine.decide(structuredClone(ORDINARY)), first);
    assert.equal(asked, 1);
    engine.drop();
    assert.deepEqual(engine.decide(ORDINARY), first);
    assert.equal(asked, 2);
    engine.decide({ ...ORDINARY, capability: 'hacking' });
    engine.decide({ ...ORDINARY, capability: 'hacking' });
    assert.equal(asked, 4);
  });

  it('refuses everything once it is closed, and a set that came later keeps its own policies', async () => {
    const closing = createPolicyEngine({ set: await setOf() });
    assert.equal(closing.decide(ORDINARY).allowed, true);
    closing.close();
    const other = createPolicyEngine({ set: await setOf('', { defaults: false }) });
    assert.deepEqual(closing.decide(ORDINARY).policies, ['error']);
    assert.deepEqual(other.decide(ORDINARY).policies, []);
  });

  it('explains with every policy that determined the decision, and where it stands', async () => {
    const engine = createPolicyEngine({ set: await setOf() });
    const { decision, policies, errors } = engine.explain(
      completeFacts({ grant: 'none', dataLevel: 'restricted', deployment: { jurisdiction: 'foreign' } }),
    );
    assert.equal(decision.allowed, false);
    assert.deepEqual(
      policies.map(({ id, effect }) => [id, effect]),
      [
        ['no-grant', 'forbid'],
        ['restricted-data-stays-home', 'forbid'],
      ],
    );
    assert.ok(policies.every(({ file, line }) => file.startsWith('data/access/policies/') && line > 0));
    assert.deepEqual(errors, []);
  });
});
