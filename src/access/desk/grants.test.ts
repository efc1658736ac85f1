// What becomes of grants: when they count, who may do what with them, and that nothing but a person's word on training, a recertification or
// a resumption ever makes more usable.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { MEMBER_ROLES } from '#identity';
import type { Scope } from '#scope';
import type { Actor } from '../actor.ts';
import type { Grant } from '../grant.ts';
import { CAPABILITIES, type Authentication } from '../taxonomy.ts';
import { actOnGrant, type GrantAct, type GrantRules } from './grant-acts.ts';
import { grantOf, type GrantRecord } from './grant-record.ts';
import { scopeWithin } from './scope-within.ts';
import { grantProblem, usableGrant } from './usable.ts';
import { APPLICANT, APPROVER, DAY, NOW, SCREENER, SECOND_APPROVER, TIER_2, formOf, person } from '#test/memory-desk';
import { approval, createMachine } from './desk-testing.ts';

const { done, screened, submitted } = createMachine({ applicant: APPLICANT, screener: SCREENER, nowMs: NOW, formOf });

const RULES: GrantRules = { involved: new Set([APPLICANT.principalId]), isOutside: false };

function grantRecord(changes: Partial<GrantRecord> = {}): GrantRecord {
  return { ...done(screened(submitted()), approval(), APPROVER).grant!, ...changes };
}

function tier2Record(): GrantRecord {
  const first = done(screened(submitted(TIER_2)), approval(), APPROVER).application;
  return done(first, approval(), SECOND_APPROVER).grant!;
}

function acted(grant: GrantRecord, wanted: GrantAct, actor: Actor, nowMs = NOW + DAY, rules = RULES): GrantRecord {
  const outcome = actOnGrant(grant, wanted, actor, nowMs, rules);
  assert.ok(outcome.ok, outcome.ok ? '' : `${outcome.error.rule}: ${outcome.error.reason}`);
  assert.equal(outcome.value.grant.version, grant.version + 1);
  return outcome.value.grant;
}

function refusal(grant: GrantRecord, wanted: GrantAct, actor: Actor, nowMs = NOW + DAY, rules = RULES): string {
  const outcome = actOnGrant(grant, wanted, actor, nowMs, rules);
  return outcome.ok ? 'done' : outcome.error.rule;
}

const why = { reason: 'because' };

describe('whether a grant counts', () => {
  const grant = grantRecord({ startsAtMs: NOW, endsAtMs: NOW + 100 * DAY, recertifyByMs: NOW + 90 * DAY });

  test('from its start on, until its end or the day of its recertification', () => {
    const at = (nowMs: number): string => grantProblem(grant, nowMs, 'none') ?? 'counts';
    assert.deepEqual([NOW - 1, NOW, NOW + 90 * DAY - 1, NOW + 90 * DAY, NOW + 100 * DAY].map(at), [
      'not-started',
      'counts',
      'counts',
      'recertification-due',
      'ended',
    ]);
    assert.equal(at(Number.NaN), 'ended');
  });

  test('never in a state other than active', () => {
    for (const state of ['suspended', 'revoked', 'ended'] as const) assert.equal(grantProblem({ ...grant, state }, NOW, 'passkey'), state);
  });

  test('each condition is met at every use', () => {
    const met = (condition: Grant['conditions'][number], how: Authentication, conditionsMet: Grant['conditionsMet'] = []): boolean =>
      grantProblem({ ...grant, conditions: [condition], conditionsMet }, NOW, how) === undefined;
    assert.deepEqual(
      (['passkey', 'sso-mfa', 'sso', 'none'] as const).map((how) => met('passkey', how)),
      [true, false, false, false],
    );
    assert.deepEqual(
      (['passkey', 'sso-mfa', 'sso', 'none'] as const).map((how) => met('sso-mfa', how)),
      [true, true, false, false],
    );
    assert.deepEqual([met('training', 'passkey'), met('training', 'none', ['training'])], [false, true]);
    // What was met once says nothing of how somebody signs in today.
    assert.equal(met('passkey', 'none', ['passkey']), false);
  });

  test('of several, the one of the least tier that has the capability is used, then the one that ends last', () => {
    const one: Grant = { ...grantOf(grant), id: 'grt_1', tier: 1, capabilities: ['code-review'], endsAtMs: NOW + 50 * DAY };
    const longer: Grant = { ...one, id: 'grt_2', endsAtMs: NOW + 60 * DAY };
    const two: Grant = { ...one, id: 'grt_0', tier: 2, capabilities: ['code-review', 'red-teaming'], endsAtMs: NOW + 80 * DAY };
    const same: Grant = { ...longer, id: 'grt_3' };
    const all = [two, same, one, longer];
    for (const order of [all, all.toReversed()]) {
      assert.equal(usableGrant(order, NOW, 'passkey', 'code-review')?.id, 'grt_2');
      assert.equal(usableGrant(order, NOW, 'passkey')?.id, 'grt_2');
      assert.equal(usableGrant(order, NOW, 'passkey', 'red-teaming')?.id, 'grt_0');
      assert.equal(usableGrant(order, NOW, 'passkey', 'malware-analysis'), undefined);
      assert.equal(usableGrant(order, NOW + 70 * DAY, 'passkey', 'code-review')?.id, 'grt_0');
    }
  });
});

describe('who may do what with a grant', () => {
  const acts: readonly GrantAct[] = [
    { kind: 'narrow', changes: {}, ...why },
    { kind: 'suspend', ...why },
    { kind: 'revoke', ...why },
    { kind: 'recertify', ...why },
    { kind: 'meet-condition', condition: 'training', ...why },
  ];
  const resume: GrantAct = { kind: 'resume', ...why };

  test('each act takes its role', () => {
    const allowed = (wanted: GrantAct, grant: GrantRecord): readonly string[] =>
      MEMBER_ROLES.filter((role) => refusal(grant, wanted, person('somebody', [role])) !== 'role-missing');
    const grant = grantRecord();
    assert.deepEqual(
      acts.map((wanted) => [wanted.kind, allowed(wanted, grant)]),
      [
        ['narrow', ['approver']],
        ['suspend', ['screener', 'approver']],
        ['revoke', ['approver']],
        ['recertify', ['approver']],
        ['meet-condition', ['screener']],
      ],
    );
    assert.deepEqual(allowed(resume, grantRecord({ state: 'suspended' })), ['approver']);
  });

  test('nobody decides about a grant that concerns them, and the holder may give it back', () => {
    const holder = person('aoki', [...MEMBER_ROLES]);
    for (const wanted of [...acts, resume]) assert.equal(refusal(grantRecord(), wanted, holder), 'own-grant', wanted.kind);
    assert.equal(acted(grantRecord(), { kind: 'end', ...why }, holder).state, 'ended');
    assert.equal(refusal(grantRecord(), { kind: 'end', ...why }, APPROVER), 'not-yours');
  });

  test('letting tier 2 go on takes a strong session, stopping it does not', () => {
    const weak = person('weak', ['approver'], 'sso');
    assert.equal(refusal(tier2Record(), { kind: 'recertify', ...why }, weak), 'authentication-too-weak');
    assert.equal(refusal({ ...tier2Record(), state: 'suspended' }, resume, weak), 'authentication-too-weak');
    assert.equal(acted(tier2Record(), { kind: 'revoke', ...why }, weak).state, 'revoked');
  });

  test('whoever is no longer the operator’s own is not recertified and not resumed', () => {
    const outside: GrantRules = { ...RULES, isOutside: true };
    assert.equal(refusal(grantRecord(), { kind: 'recertify', ...why }, APPROVER, NOW, outside), 'outside');
    assert.equal(refusal(grantRecord({ state: 'suspended' }), resume, APPROVER, NOW, outside), 'outside');
    assert.equal(acted(grantRecord(), { kind: 'suspend', ...why }, APPROVER, NOW, outside).state, 'suspended');
  });

  test('revoked and ended are final', () => {
    for (const state of ['revoked', 'ended'] as const) {
      for (const wanted of [...acts, resume]) {
        const actor: Actor = wanted.kind === 'meet-condition' ? SCREENER : APPROVER;
        assert.equal(refusal(grantRecord({ state }), wanted, actor), 'wrong-state', `${wanted.kind} of ${state}`);
      }
      assert.equal(refusal(grantRecord({ state }), { kind: 'end', ...why }, APPLICANT), 'wrong-state');
    }
  });

  test('recertifying counts from now, a month for tier 2, and never past the end', () => {
    const grant = acted(grantRecord(), { kind: 'recertify', ...why }, APPROVER, NOW + 80 * DAY);
    assert.equal(grant.recertifyByMs, NOW + 170 * DAY);
    assert.deepEqual(grant.recertified, { by: APPROVER.principalId, atMs: NOW + 80 * DAY });
    assert.equal(acted(tier2Record(), { kind: 'recertify', ...why }, APPROVER, NOW + 20 * DAY).recertifyByMs, NOW + 50 * DAY);
    assert.equal(refusal(grantRecord(), { kind: 'recertify', ...why }, APPROVER, NOW + 300 * DAY), 'wrong-state');
    // Also long after it was due.
    assert.equal(
      grantProblem(acted(grantRecord(), { kind: 'recertify', ...why }, APPROVER, NOW + 100 * DAY), NOW + 101 * DAY, 'none'),
      undefined,
    );
  });

  test('only training is a condition that a person confirms', () => {
    const grant = grantRecord({ conditions: ['passkey', 'training'] });
    const met = acted(grant, { kind: 'meet-condition', condition: 'training', ...why }, SCREENER);
    assert.deepEqual(met.conditionsMet, ['training']);
    assert.equal(refusal(grant, { kind: 'meet-condition', condition: 'passkey', ...why }, SCREENER), 'condition-unknown');
    assert.equal(refusal(grantRecord(), { kind: 'meet-condition', condition: 'training', ...why }, SCREENER), 'condition-unknown');
  });

  test('narrowing takes away and adds conditions, and never the other way round', () => {
    const grant = grantRecord({ conditions: ['training'], conditionsMet: ['training'] });
    const narrow = (changes: Extract<GrantAct, { kind: 'narrow' }>['changes']): GrantAct => ({ kind: 'narrow', changes, ...why });
    assert.deepEqual(acted(grant, narrow({ conditions: ['passkey'] }), APPROVER).conditions, ['passkey', 'training']);
    assert.deepEqual(acted(grant, narrow({ capabilities: ['code-review'], programs: [] }), APPROVER).capabilities, ['code-review']);
    const wider: readonly Scope[] = [
      { ...grant.scope, targets: [{ kind: 'network', value: '10.0.0.0/8' }] },
      { ...grant.scope, excluded: [] },
      { ...grant.scope, forbiddenTools: [] },
    ];
    for (const scope of wider) assert.equal(refusal(grant, narrow({ scope }), APPROVER), 'terms-too-wide');
    assert.equal(refusal(grant, narrow({ endsAtMs: grant.endsAtMs + 1 }), APPROVER), 'terms-too-wide');
    assert.equal(refusal(grant, narrow({ capabilities: ['malware-analysis'] }), APPROVER), 'terms-too-wide');
    assert.equal(refusal(grant, narrow({ capabilities: [] }), APPROVER), 'terms-impossible');
    const bare = { targets: [], excluded: grant.scope.excluded, allowedTools: [], forbiddenTools: grant.scope.forbiddenTools };
    assert.equal(refusal(tier2Record(), narrow({ scope: bare }), APPROVER), 'terms-impossible');
  });
});

const authentications = fc.constantFrom<Authentication>('passkey', 'sso-mfa', 'sso', 'none');
const grants = fc
  .record({
    isTier2: fc.boolean(),
    state: fc.constantFrom('active', 'active', 'active', 'suspended'),
    conditions: fc.subarray(['passkey', 'sso-mfa', 'training'] as const),
    isTrained: fc.boolean(),
    startsIn: fc.integer({ min: -40, max: 5 }),
    lasts: fc.integer({ min: 1, max: 180 }),
    recertifyIn: fc.integer({ min: -5, max: 90 }),
  })
  .map(({ isTier2, state, conditions, isTrained, startsIn, lasts, recertifyIn }): GrantRecord => {
    const startsAtMs = NOW + startsIn * DAY;
    return {
      ...(isTier2 ? TIER_2_RECORD : TIER_1_RECORD),
      state,
      conditions,
      conditionsMet: isTrained ? ['training'] : [],
      startsAtMs,
      endsAtMs: startsAtMs + lasts * DAY,
      recertifyByMs: NOW + recertifyIn * DAY,
    };
  });
const TIER_1_RECORD = grantRecord();
const TIER_2_RECORD = tier2Record();

const fewer = fc.oneof(
  fc.record({ capabilities: fc.subarray(['vulnerability-triage', 'code-review', 'penetration-testing', 'malware-analysis'] as const) }),
  fc.record({ programs: fc.subarray(['daybreak_blue', 'cvp']) }),
  fc.record({ endsAtMs: fc.integer({ min: -50, max: 200 }).map((days) => NOW + days * DAY) }),
  fc.record({ conditions: fc.subarray(['passkey', 'sso-mfa', 'training'] as const) }),
  fc.record({
    scope: fc.constantFrom<Scope>(
      { ...TIER_1_RECORD.scope, targets: TIER_1_RECORD.scope.targets.slice(1) },
      { ...TIER_1_RECORD.scope, targets: [{ kind: 'network', value: '10.20.4.0/24' }], forbiddenTools: ['ssh*', 'nmap'] },
      { ...TIER_1_RECORD.scope, targets: [{ kind: 'network', value: '10.0.0.0/8' }] },
      { ...TIER_1_RECORD.scope, excluded: [] },
      { ...TIER_1_RECORD.scope, allowedTools: ['nmap'] },
    ),
  }),
);
const takingAway: fc.Arbitrary<GrantAct> = fc.oneof(
  { weight: 1, arbitrary: fc.constantFrom<GrantAct>({ kind: 'revoke', ...why }, { kind: 'suspend', ...why }, { kind: 'end', ...why }) },
  { weight: 3, arbitrary: fewer.map((changes): GrantAct => ({ kind: 'narrow', changes, ...why })) },
  { weight: 1, arbitrary: fc.tuple(fewer, fewer).map(([a, b]): GrantAct => ({ kind: 'narrow', changes: { ...a, ...b }, ...why })) },
);

/** Everything of `before` that matters is there, and counts at least as much. */
function isNoMore(after: GrantRecord, before: GrantRecord, nowMs: number, how: Authentication): boolean {
  if (grantProblem(after, nowMs, how) !== undefined) return true;
  return (
    grantProblem(before, nowMs, how) === undefined &&
    CAPABILITIES.every(
      (each) => usableGrant([after], nowMs, how, each) === undefined || usableGrant([before], nowMs, how, each) !== undefined,
    ) &&
    after.programs.every((each) => before.programs.includes(each)) &&
    scopeWithin(after.scope, before.scope) &&
    after.endsAtMs <= before.endsAtMs &&
    after.tier === before.tier
  );
}

describe('laws', () => {
  test('revoking, suspending, narrowing and giving back never make more usable, now or later', () => {
    let narrowed = 0;
    fc.assert(
      fc.property(grants, fc.array(takingAway, { maxLength: 5 }), authentications, fc.nat(200), (grant, sequence, how, later) => {
        let now: GrantRecord = grant;
        for (const wanted of sequence) {
          const outcome = actOnGrant(now, wanted, wanted.kind === 'end' ? APPLICANT : APPROVER, NOW, RULES);
          if (!outcome.ok) continue;
          if (wanted.kind === 'narrow') narrowed++;
          for (const nowMs of [NOW, NOW + later * DAY]) assert.ok(isNoMore(outcome.value.grant, now, nowMs, how), wanted.kind);
          assert.ok(scopeWithin(outcome.value.grant.scope, now.scope));
          now = outcome.value.grant;
        }
      }),
      { numRuns: 5000 },
    );
    assert.ok(narrowed > 500, `${narrowed} narrowings`);
  });

  test('once a grant has begun, letting time pass never makes it count again', () => {
    fc.assert(
      fc.property(grants, authentications, fc.nat(400), fc.nat(400), (grant, how, first, second) => {
        const [earlier, later] = [grant.startsAtMs + first * DAY, grant.startsAtMs + (first + second) * DAY];
        if (grantProblem(grant, earlier, how) !== undefined) assert.notEqual(grantProblem(grant, later, how), undefined);
      }),
      { numRuns: 5000 },
    );
  });

  test('weaker authentication never makes more usable', () => {
    const order: readonly Authentication[] = ['passkey', 'sso-mfa', 'sso', 'none'];
    fc.assert(
      fc.property(grants, fc.nat(3), fc.nat(3), (grant, a, b) => {
        const [stronger, weaker] = [order[Math.min(a, b)]!, order[Math.max(a, b)]!];
        if (grantProblem(grant, NOW, weaker) === undefined) assert.equal(grantProblem(grant, NOW, stronger), undefined);
      }),
      { numRuns: 3000 },
    );
  });

  test('whoever is concerned changes nothing but to give it back', () => {
    const all: fc.Arbitrary<GrantAct> = fc.oneof(
      takingAway,
      fc.constantFrom<GrantAct>(
        { kind: 'resume', ...why },
        { kind: 'recertify', ...why },
        { kind: 'meet-condition', condition: 'training', ...why },
      ),
    );
    fc.assert(
      fc.property(grants, all, fc.subarray([...MEMBER_ROLES]), (grant, wanted, roles) => {
        const outcome = actOnGrant(grant, wanted, person('aoki', roles), NOW, RULES);
        assert.equal(outcome.ok, wanted.kind === 'end');
      }),
      { numRuns: 3000 },
    );
  });
});
