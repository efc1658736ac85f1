// No sequence of acts, by whoever with whatever roles, makes a grant that the needed number of other people did not approve.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { MEMBER_ROLES } from '#identity';
import type { PrincipalId } from '#kernel';
import type { Actor } from '../actor.ts';
import { act, type Change } from './application.ts';
import { STRONG, type Act, type Application } from './model.ts';
import { scopeOf } from './form-scope.ts';
import { scopeWithin } from './scope-within.ts';
import { isSubset, type TermsChanges } from './terms.ts';
import { APPLICANT, NOW, SCREENER, TIER_2, formOf, person } from '#test/memory-desk';
import { CHECKLIST, GRANT_ID, createMachine } from './desk-testing.ts';

const { draftOf, rulesOf } = createMachine({ applicant: APPLICANT, screener: SCREENER, nowMs: NOW, formOf });

const NAMES = ['p0', 'p1', 'p2', 'p3', 'p4', 'p5'];

// Mostly a few roles each, sometimes all of them: too few, and nothing ever happens.
const roles = fc.oneof(fc.subarray([...MEMBER_ROLES]), fc.constant([...MEMBER_ROLES]), fc.constant(['screener', 'approver'] as const));
const people = fc
  .tuple(
    ...NAMES.map((name) =>
      fc.tuple(roles, fc.constantFrom('passkey', 'sso-mfa', 'sso', 'none')).map(([has, how]) => person(name, has, how)),
    ),
  )
  .map(([first, ...others]): readonly Actor[] => [person('p0', [...first!.roles, 'applicant'], first!.authentication), ...others]);

const terms: fc.Arbitrary<TermsChanges> = fc.oneof(
  { weight: 3, arbitrary: fc.constant({}) },
  {
    weight: 1,
    arbitrary: fc.record(
      {
        tier: fc.constantFrom(1, 2),
        capabilities: fc.subarray(['vulnerability-triage', 'code-review', 'penetration-testing', 'exploit-validation'] as const),
        scope: fc.constantFrom(
          {
            targets: [{ kind: 'network', value: '10.20.1.0/24' }],
            excluded: scopeOf(formOf()).excluded,
            allowedTools: ['a'],
            forbiddenTools: ['ssh*'],
          },
          { targets: [{ kind: 'network', value: '10.0.0.0/8' }], excluded: [], allowedTools: null, forbiddenTools: [] },
        ),
        endsAtMs: fc.constantFrom(NOW + 1000, NOW + 9_000_000_000_000),
      },
      { requiredKeys: [] },
    ) as fc.Arbitrary<TermsChanges>,
  },
);

const acts: fc.Arbitrary<Act | 'decide-all'> = fc.oneof(
  { weight: 4, arbitrary: fc.constant<Act>({ kind: 'submit' }) },
  { weight: 6, arbitrary: fc.constant<Act>({ kind: 'claim' }) },
  { weight: 8, arbitrary: fc.constant<'decide-all'>('decide-all') },
  { weight: 6, arbitrary: fc.constant<Act>({ kind: 'finish-screening' }) },
  { weight: 14, arbitrary: terms.map((changes): Act => ({ kind: 'approve', terms: changes, reason: 'r', grantId: GRANT_ID })) },
  { weight: 2, arbitrary: fc.constant<Act>({ kind: 'reject', code: 'other', reason: 'r' }) },
  { weight: 2, arbitrary: fc.constant<Act>({ kind: 'appeal', reason: 'r' }) },
  { weight: 1, arbitrary: fc.constant<Act>({ kind: 'edit', form: formOf(TIER_2), principalId: person('p0', []).principalId }) },
  { weight: 1, arbitrary: fc.constant<Act>({ kind: 'remark', text: 'r', isInternal: true }) },
);

type Step = readonly [actor: number, act: Act | 'decide-all'];
const anybody = fc.nat(NAMES.length - 1);
const noise: fc.Arbitrary<Step> = fc.tuple(anybody, acts);

/** A round as it might be meant, by whoever; most acts of it are refused for one reason or another. */
const round: fc.Arbitrary<readonly Step[]> = fc
  .tuple(fc.array(anybody, { minLength: 5, maxLength: 5 }), fc.array(terms, { minLength: 3, maxLength: 3 }), fc.boolean())
  .map(([[screener, ...deciders], changes, isRejected]) => [
    [screener!, { kind: 'claim' }],
    [screener!, 'decide-all'],
    [screener!, { kind: 'finish-screening' }],
    ...(isRejected ? [[deciders[3]!, { kind: 'reject', code: 'other', reason: 'r' }] as const] : []),
    ...changes.map((each, index) => [deciders[index]!, { kind: 'approve', terms: each, reason: 'r', grantId: GRANT_ID }] as const),
    [0, { kind: 'appeal', reason: 'r' }],
  ]);

const steps: fc.Arbitrary<readonly Step[]> = fc
  .tuple(fc.array(round, { minLength: 1, maxLength: 6 }), fc.array(fc.tuple(fc.nat(40), noise), { maxLength: 12 }))
  .map(([rounds, extra]) => {
    const sequence: Step[] = [[0, { kind: 'submit' }], ...rounds.flat()];
    for (const [at, step] of extra) sequence.splice(at % (sequence.length + 1), 0, step);
    return sequence;
  });

test('a grant has the approvals of others, as many as its tier needs, and is within what was applied for', () => {
  let grants = 0;
  fc.assert(
    fc.property(people, fc.boolean(), fc.constantFrom(0, 1, 2), steps, (actors, isTier2, supervisor, sequence) => {
      const involved = new Set<PrincipalId>([actors[0]!.principalId, actors[supervisor]!.principalId]);
      const rules = rulesOf({ involved });
      let application: Application = draftOf(isTier2 ? TIER_2 : {}, actors[0]);
      const attempt = (wanted: Act, actor: Actor): Change | undefined => {
        const outcome = act(application, wanted, actor, NOW, rules);
        if (!outcome.ok) return undefined;
        assert.equal(outcome.value.application.version, application.version + 1);
        application = outcome.value.application;
        return outcome.value;
      };
      for (const [index, wanted] of sequence) {
        const actor = actors[index]!;
        if (wanted === 'decide-all') {
          for (const { id } of CHECKLIST.items) attempt({ kind: 'decide-item', item: id, verdict: 'pass', reason: 'r' }, actor);
          continue;
        }
        const before = application;
        const change = attempt(wanted, actor);
        if (change?.grant === null || change === undefined) continue;
        grants++;
        requireOthers(change, before, { actors, involved, last: actor });
      }
      // Nothing but an approved application has a grant.
      assert.equal(application.grantId !== null, application.state === 'approved');
    }),
    { numRuns: 3000 },
  );
  // Otherwise the law says nothing.
  assert.ok(grants > 50, `${grants} grants`);
});

function requireOthers(
  { grant, application }: Change,
  before: Application,
  { actors, involved, last }: { actors: readonly Actor[]; involved: ReadonlySet<PrincipalId>; last: Actor },
): void {
  const { approvals, screeners } = application.rounds.at(-1)!;
  const approvers = new Set(approvals.map(({ by }) => by));
  const earlier = new Set(
    before.rounds
      .slice(0, -1)
      .flatMap((each) => [
        ...each.screeners,
        ...each.approvals.map(({ by }) => by),
        ...(each.rejection === null ? [] : [each.rejection.by]),
      ]),
  );
  assert.equal(approvers.size, approvals.length);
  assert.ok(approvers.has(last.principalId));
  assert.ok(approvers.size >= grant!.tier);
  assert.deepEqual(grant!.approvedBy, [...approvers]);
  for (const id of approvers) {
    const approver = actors.find(({ principalId }) => principalId === id)!;
    assert.ok(approver.roles.has('approver'));
    assert.ok(!involved.has(id) && !screeners.includes(id) && !earlier.has(id));
    if (grant!.tier === 2) assert.ok(STRONG.has(approver.authentication));
  }
  assert.ok(screeners.length > 0);
  for (const id of screeners) {
    assert.ok(!involved.has(id) && !earlier.has(id));
    assert.ok(actors.find(({ principalId }) => principalId === id)!.roles.has('screener'));
  }
  const { form } = application;
  assert.ok(grant!.tier <= form.tier! && isSubset(grant!.capabilities, form.capabilities!) && isSubset(grant!.programs, form.programs!));
  assert.ok(scopeWithin(grant!.scope, scopeOf(form)));
  for (const { terms: approved } of approvals) {
    assert.ok(scopeWithin(grant!.scope, approved.scope) && isSubset(grant!.capabilities, approved.capabilities));
    assert.ok(grant!.endsAtMs <= approved.endsAtMs);
  }
}
