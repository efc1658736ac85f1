import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { REJECTION_CODES, type Act, type ApplicationState } from './model.ts';
import { APPLICANT, APPROVER, DAY, NOW, SCREENER, SECOND_APPROVER, TIER_2, formOf, person } from '#test/memory-desk';
import { CHECKLIST, approval, createMachine } from './desk-testing.ts';

const { done, draftOf, refusal, rulesOf, screened, submitted } = createMachine({
  applicant: APPLICANT,
  screener: SCREENER,
  nowMs: NOW,
  formOf,
});

const REJECT: Act = { kind: 'reject', code: REJECTION_CODES[0], reason: 'no document' };

describe('the way of an application', () => {
  test('a tier 1 application goes from draft to a grant with one approval', () => {
    const application = screened(submitted());
    const { application: approved, grant, facts } = done(application, approval(), APPROVER, { nowMs: NOW + DAY });
    assert.equal(approved.state, 'approved');
    assert.ok(grant !== null);
    assert.equal(approved.grantId, grant.id);
    assert.equal(facts.type, 'application-approved');
    assert.deepEqual(grant, {
      id: grant.id,
      applicationId: approved.id,
      principalId: APPLICANT.principalId,
      ownerId: APPLICANT.principalId,
      version: 1,
      createdAtMs: NOW + DAY,
      updatedAtMs: NOW + DAY,
      approvedBy: [APPROVER.principalId],
      tier: 1,
      capabilities: ['vulnerability-triage', 'code-review'],
      scope: {
        targets: [
          { kind: 'network', value: '10.20.0.0/16' },
          { kind: 'host', value: '*.plant.example' },
        ],
        excluded: [{ kind: 'network', value: '10.20.99.0/24' }],
        allowedTools: null,
        forbiddenTools: ['ssh*'],
      },
      conditions: [],
      conditionsMet: [],
      programs: ['daybreak_blue'],
      startsAtMs: NOW + DAY,
      // The end of 31 March in Japan.
      endsAtMs: Date.UTC(2027, 2, 31, 15),
      recertifyByMs: NOW + 91 * DAY,
      recertified: null,
      state: 'active',
      stateReason: null,
    });
  });

  test('a tier 2 application needs a second approver, ends within 180 days and demands a second factor', () => {
    const first = done(screened(submitted(TIER_2)), approval(), APPROVER);
    assert.equal(first.application.state, 'screened');
    assert.equal(first.grant, null);
    assert.equal(first.facts.type, 'application-approved-in-part');
    assert.equal(refusal(first.application, approval(), APPROVER), 'one-approval-each');
    const { grant } = done(first.application, approval(), SECOND_APPROVER);
    assert.deepEqual(grant?.approvedBy, [APPROVER.principalId, SECOND_APPROVER.principalId]);
    assert.deepEqual(grant?.conditions, ['sso-mfa']);
    assert.equal(grant?.recertifyByMs, NOW + 30 * DAY);
    assert.equal(refusal(draftOf({ ...TIER_2, endDate: '2027-06-30' }), { kind: 'submit' }, APPLICANT), 'form-incomplete');
  });

  test('every act is refused in a state that it does not belong to', () => {
    const acts: readonly (readonly [Act, typeof APPLICANT, readonly ApplicationState[]])[] = [
      [{ kind: 'edit', form: formOf(), principalId: APPLICANT.principalId }, APPLICANT, ['draft']],
      [{ kind: 'submit' }, APPLICANT, ['draft']],
      [{ kind: 'withdraw', reason: 'x' }, APPLICANT, ['draft', 'submitted', 'screening', 'screened', 'appealed']],
      [{ kind: 'claim' }, person('new', ['screener']), ['submitted', 'screening', 'appealed']],
      [{ kind: 'finish-screening' }, person('new', ['screener']), ['screening']],
      [approval(), APPROVER, ['screened']],
      [REJECT, APPROVER, ['screened']],
      [{ kind: 'appeal', reason: 'x' }, APPLICANT, ['rejected']],
      [
        { kind: 'remark', text: 'x', isInternal: false },
        APPLICANT,
        ['draft', 'submitted', 'screening', 'screened', 'rejected', 'appealed'],
      ],
    ];
    const rejected = done(screened(submitted()), REJECT, SECOND_APPROVER).application;
    const inStates = [
      draftOf(),
      submitted(),
      done(submitted(), { kind: 'claim' }, SCREENER).application,
      screened(submitted()),
      done(screened(submitted()), approval(), APPROVER).application,
      rejected,
      done(draftOf(), { kind: 'withdraw', reason: 'x' }, APPLICANT).application,
      done(rejected, { kind: 'appeal', reason: 'x' }, APPLICANT).application,
    ];
    for (const [wanted, actor, states] of acts) {
      for (const application of inStates) {
        const isWrong = refusal(application, wanted, actor) === 'wrong-state';
        assert.equal(isWrong, !states.includes(application.state), `${wanted.kind} of ${application.state}`);
      }
    }
  });

  test('a submission says field by field what it lacks', () => {
    const outcome = draftOf({ purpose: 'short', targets: [{ kind: 'host', value: 'a.example' }] });
    assert.equal(refusal(outcome, { kind: 'submit' }, APPLICANT), 'form-incomplete');
  });
});

describe('separation of duties', () => {
  const everything = person('aoki', ['applicant', 'screener', 'approver', 'administrator']);

  test('nobody screens, approves or rejects what concerns them, whatever their roles', () => {
    const application = submitted();
    assert.equal(refusal(application, { kind: 'claim' }, everything), 'own-application');
    assert.equal(refusal(screened(application), approval(), everything), 'own-application');
    assert.equal(refusal(screened(application), REJECT, everything), 'own-application');
  });

  test('a supervisor, or whoever has applied for the same service, is concerned too', () => {
    const rules = rulesOf({ involved: new Set([APPLICANT.principalId, SCREENER.principalId, APPROVER.principalId]) });
    assert.equal(refusal(submitted(), { kind: 'claim' }, SCREENER, { rules }), 'own-application');
    assert.equal(refusal(screened(submitted()), approval(), APPROVER, { rules }), 'own-application');
  });

  test('whoever had a part in screening does not decide, also after somebody else took over', () => {
    const both = person('both', ['screener', 'approver']);
    const claimed = done(submitted(), { kind: 'claim' }, both).application;
    const application = screened(claimed);
    assert.equal(refusal(application, approval(), both), 'screener-not-approver');
    assert.equal(refusal(application, REJECT, both), 'screener-not-approver');
  });

  test('only the screener who has claimed it decides items', () => {
    const claimed = done(submitted(), { kind: 'claim' }, SCREENER).application;
    const wanted: Act = { kind: 'decide-item', item: 'identity', verdict: 'pass', reason: 'seen' };
    assert.equal(refusal(claimed, wanted, person('other', ['screener'])), 'not-the-screener');
    assert.equal(refusal(claimed, wanted, SCREENER), 'done');
  });

  test('tier 2 is approved from strong sessions only, tier 1 from any', () => {
    const weak = person('weak', ['approver'], 'sso');
    assert.equal(refusal(screened(submitted(TIER_2)), approval(), weak), 'authentication-too-weak');
    assert.equal(refusal(screened(submitted()), approval(), weak), 'done');
    for (const strength of ['passkey', 'sso-mfa'] as const) {
      assert.equal(refusal(screened(submitted(TIER_2)), approval(), person('strong', ['approver'], strength)), 'done');
    }
  });

  test('an appeal is screened and decided by people who had no part in it before', () => {
    const rejected = done(screened(submitted()), REJECT, APPROVER).application;
    const appealed = done(rejected, { kind: 'appeal', reason: 'new document' }, APPLICANT).application;
    assert.equal(refusal(appealed, { kind: 'claim' }, SCREENER), 'decided-before');
    const again = screened(appealed, {}, person('second', ['screener']));
    assert.equal(refusal(again, approval(), APPROVER), 'decided-before');
    assert.equal(refusal(again, REJECT, APPROVER), 'decided-before');
    assert.equal(refusal(again, approval(), person('sato', ['approver'])), 'decided-before');
    const { application, grant } = done(again, approval(), SECOND_APPROVER);
    assert.equal(application.rounds.length, 2);
    assert.deepEqual(grant?.approvedBy, [SECOND_APPROVER.principalId]);
  });

  test('whoever approved half of tier 2 before a rejection has decided before', () => {
    const half = done(screened(submitted(TIER_2)), approval(), APPROVER).application;
    const appealed = done(done(half, REJECT, SECOND_APPROVER).application, { kind: 'appeal', reason: 'x' }, APPLICANT).application;
    const again = screened(appealed, {}, person('second', ['screener']));
    assert.equal(refusal(again, approval(), APPROVER), 'decided-before');
  });

  test('administrators and auditors neither screen nor approve by that role', () => {
    const administrator = person('admin', ['administrator', 'auditor']);
    for (const wanted of [{ kind: 'claim' }, { kind: 'submit' }, { kind: 'remark', text: 'x', isInternal: true }] as const) {
      assert.equal(refusal(submitted(), wanted, administrator), 'role-missing');
    }
    assert.equal(refusal(screened(submitted()), approval(), administrator), 'role-missing');
  });

  test('nobody else writes in an application', () => {
    const other = person('other', ['applicant']);
    assert.equal(refusal(draftOf(), { kind: 'submit' }, other), 'not-yours');
    assert.equal(refusal(submitted(), { kind: 'withdraw', reason: 'x' }, other), 'not-yours');
    assert.equal(refusal(draftOf(), { kind: 'submit' }, person('aoki', ['auditor'])), 'role-missing');
  });

  test('whoever is not the operator’s own is neither let in nor approved', () => {
    const rules = rulesOf({ isOutside: true });
    assert.equal(refusal(draftOf(), { kind: 'submit' }, APPLICANT, { rules }), 'outside');
    assert.equal(refusal(submitted(), { kind: 'claim' }, SCREENER, { rules }), 'outside');
    assert.equal(refusal(screened(submitted()), approval(), APPROVER, { rules }), 'outside');
  });
});

describe('screening', () => {
  test('every item is decided before it is finished', () => {
    const claimed = done(submitted(), { kind: 'claim' }, SCREENER).application;
    assert.equal(refusal(claimed, { kind: 'finish-screening' }, SCREENER), 'screening-incomplete');
  });

  test('an application with a blocking item failed is not approved, and can be rejected', () => {
    for (const { id, blocking } of CHECKLIST.items) {
      const application = screened(submitted(), { [id]: 'fail' });
      assert.equal(refusal(application, approval(), APPROVER), blocking ? 'screening-failed' : 'done', id);
      assert.equal(refusal(application, REJECT, APPROVER), 'done');
    }
  });

  test('an item that did not pass becomes a condition, and training that passed is met', () => {
    const untrained = done(screened(submitted(), { training: 'fail' }), approval(), APPROVER).grant;
    assert.deepEqual([untrained?.conditions, untrained?.conditionsMet], [['training'], []]);
    const unready = done(screened(submitted(), { authentication: 'fail' }), approval(), APPROVER).grant;
    assert.deepEqual(unready?.conditions, ['sso-mfa']);
    const trained = done(screened(submitted()), approval({ terms: { conditions: ['training'] } }), APPROVER).grant;
    assert.deepEqual([trained?.conditions, trained?.conditionsMet], [['training'], ['training']]);
  });

  test('targets are not called not applicable where there are some', () => {
    const wanted: Act = { kind: 'decide-item', item: 'targets', verdict: 'not-applicable', reason: 'x' };
    assert.equal(refusal(done(submitted(), { kind: 'claim' }, SCREENER).application, wanted, SCREENER), 'item-needed');
    const without = done(submitted({ targets: [] }), { kind: 'claim' }, SCREENER).application;
    assert.equal(refusal(without, wanted, SCREENER), 'done');
    assert.equal(refusal(without, { ...wanted, item: 'identity' }, SCREENER), 'item-needed');
    assert.equal(refusal(without, { ...wanted, item: 'weather' }, SCREENER), 'item-unknown');
  });
});

describe('terms', () => {
  const narrow = {
    targets: [{ kind: 'network', value: '10.20.3.0/24' }],
    excluded: [{ kind: 'network', value: '10.20.99.0/24' }],
  } as const;
  const tools = { allowedTools: null, forbiddenTools: ['ssh*', 'nmap'] };

  test('an approver narrows, and the grant is what was approved', () => {
    const terms = { scope: { ...narrow, ...tools }, capabilities: ['code-review'], programs: [], endsAtMs: NOW + 10 * DAY } as const;
    const { grant } = done(screened(submitted()), approval({ terms }), APPROVER);
    assert.deepEqual(grant?.scope, terms.scope);
    assert.deepEqual([grant?.capabilities, grant?.programs, grant?.endsAtMs], [['code-review'], [], NOW + 10 * DAY]);
  });

  test('an approver never widens', () => {
    const application = screened(submitted());
    const wide: readonly Extract<Act, { kind: 'approve' }>['terms'][] = [
      { tier: 2 },
      { capabilities: ['malware-analysis'] },
      { programs: ['cvp'] },
      { endsAtMs: Date.UTC(2027, 4, 1) },
      { scope: { ...narrow, ...tools, targets: [{ kind: 'network', value: '10.0.0.0/8' }] } },
      { scope: { ...narrow, ...tools, excluded: [] } },
      { scope: { ...narrow, ...tools, forbiddenTools: [] } },
    ];
    for (const terms of wide) assert.equal(refusal(application, approval({ terms }), APPROVER), 'terms-too-wide', JSON.stringify(terms));
    const conditions = done(screened(submitted({}), { training: 'fail' }), approval({ terms: {} }), APPROVER).grant?.conditions;
    assert.deepEqual(conditions, ['training']);
    assert.equal(refusal(screened(submitted(), { training: 'fail' }), approval({ terms: { conditions: [] } }), APPROVER), 'terms-too-wide');
  });

  test('terms that make no grant are refused', () => {
    for (const terms of [{ capabilities: [] }, { endsAtMs: NOW }, { startsAtMs: Date.UTC(2027, 3, 1) }]) {
      assert.equal(refusal(screened(submitted()), approval({ terms }), APPROVER), 'terms-impossible');
    }
    const noTargets = { scope: { targets: [], excluded: narrow.excluded, ...tools } };
    assert.equal(refusal(screened(submitted(TIER_2)), approval({ terms: noTargets }), APPROVER), 'terms-impossible');
    assert.equal(refusal(screened(submitted()), approval(), APPROVER, { nowMs: Date.UTC(2027, 5, 1) }), 'terms-impossible');
  });

  test('the second approver of tier 2 approves no more than the first', () => {
    const first = done(screened(submitted(TIER_2)), approval({ terms: { capabilities: ['penetration-testing'] } }), APPROVER).application;
    const wider = approval({ terms: { capabilities: ['penetration-testing', 'exploit-validation'] } });
    assert.equal(refusal(first, wider, SECOND_APPROVER), 'terms-too-wide');
    assert.deepEqual(done(first, approval(), SECOND_APPROVER).grant?.capabilities, ['penetration-testing']);
  });
});
