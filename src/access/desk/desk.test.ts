import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Result } from '#kernel';
import type { Actor } from '../actor.ts';
import { hashOf } from './facts.ts';
import type { ActRefusal, Application } from './model.ts';
import {
  APPLICANT,
  APPROVER,
  DAY,
  type DeskWorld,
  NOW,
  SCREENER,
  SECOND_APPROVER,
  TIER_2,
  createDeskWorld,
  createMemoryStore,
  formOf,
  idOfPerson,
  person,
} from '#test/memory-desk';
import { CHECKLIST } from './desk-testing.ts';

const AUDITOR = person('audit', ['auditor']);
const ADMINISTRATOR = person('admin', ['administrator']);
const STRANGER = person('stranger', ['applicant', 'defender']);
const reason = 'because 山田太郎 said so';

function valueOf<T>(outcome: Result<T, ActRefusal>): T {
  assert.ok(outcome.ok, outcome.ok ? '' : `${outcome.error.rule}: ${outcome.error.reason}`);
  return outcome.value;
}

function ruleOf(outcome: Result<unknown, ActRefusal>): string {
  return outcome.ok ? 'done' : outcome.error.rule;
}

async function submittedAt({ desk }: DeskWorld, form: unknown = formOf(), actor = APPLICANT): Promise<Application> {
  const { id } = valueOf(await desk.applications.createDraft({ actor, form }));
  return valueOf(await desk.applications.submit({ actor, id }));
}

async function screenedAt({ desk }: DeskWorld, { id }: Application, screener = SCREENER): Promise<Application> {
  valueOf(await desk.applications.claimScreening({ actor: screener, id }));
  for (const { id: item } of CHECKLIST.items) {
    valueOf(await desk.applications.decideItem({ actor: screener, id, item, verdict: 'pass', reason }));
  }
  return valueOf(await desk.applications.finishScreening({ actor: screener, id }));
}

async function grantedAt(world: DeskWorld): Promise<{ readonly application: Application; readonly grantId: string }> {
  const { id, version } = await screenedAt(world, await submittedAt(world));
  const { application, grant } = valueOf(await world.desk.applications.approve({ actor: APPROVER, id, version, reason }));
  return { application, grantId: grant!.id };
}

describe('from application to grant', () => {
  test('two people approve tier 2, and the ledger has every step before the row', async () => {
    const world = createDeskWorld();
    const { id, version } = await screenedAt(world, await submittedAt(world, formOf(TIER_2)));
    const first = valueOf(await world.desk.applications.approve({ actor: APPROVER, id, version, reason }));
    assert.equal(first.grant, null);
    // Whoever decides about what has changed since is told so.
    assert.equal(ruleOf(await world.desk.applications.approve({ actor: SECOND_APPROVER, id, version, reason })), 'changed-meanwhile');
    const next = first.application.version;
    const { application, grant } = valueOf(await world.desk.applications.approve({ actor: SECOND_APPROVER, id, version: next, reason }));
    assert.equal(application.state, 'approved');
    assert.deepEqual(valueOf(await world.desk.grants.get({ actor: APPLICANT, id: grant!.id })), grant);
    const items = CHECKLIST.items.map(() => 'screening-item-decided');
    const types = world.ledger.map(({ facts }) => facts.type);
    assert.deepEqual(types, [
      'application-created',
      'application-submitted',
      'screening-claimed',
      ...items,
      'screening-finished',
      'application-approved-in-part',
      'application-approved',
    ]);
    const last = world.ledger.at(-1)!;
    assert.equal(last.subject, id);
    assert.deepEqual(last.facts['by'], { principal: SECOND_APPROVER.principalId, name: 'baba', authentication: 'passkey' });
    assert.equal(last.facts['reasonHash'], hashOf(reason));
    assert.deepEqual(last.facts['approvals'], [APPROVER.principalId, SECOND_APPROVER.principalId]);
  });

  test('the ledger gets no text that anybody wrote, the timeline gets the reasons', async () => {
    const world = createDeskWorld();
    const { application, grantId } = await grantedAt(world);
    valueOf(await world.desk.grants.suspend({ actor: SCREENER, id: grantId, reason }));
    const told = JSON.stringify(world.ledger);
    for (const text of ['山田', '東都', 'Triage of', '上野', 'ueno', 'substation', '10.20']) assert.ok(!told.includes(text), text);
    const history = valueOf(await world.desk.applications.history({ actor: APPLICANT, id: application.id }));
    assert.deepEqual(history.at(-1), {
      applicationId: application.id,
      grantId,
      version: 2,
      atMs: NOW,
      by: SCREENER.principalId,
      name: 'sato',
      type: 'grant-suspended',
      reason,
      facts: world.ledger.at(-1)!.facts,
    });
  });

  test('what cannot be recorded is not done', async () => {
    const world = createDeskWorld();
    const { grantId } = await grantedAt(world);
    const draft = valueOf(await world.desk.applications.createDraft({ actor: APPLICANT, form: formOf() }));
    const before = {
      applications: new Map(world.store.applications),
      grants: new Map(world.store.grants),
      events: world.store.events.length,
    };
    world.state.recordFails = true;
    const { applications, grants } = world.desk;
    await assert.rejects(applications.createDraft({ actor: APPLICANT }));
    await assert.rejects(applications.submit({ actor: APPLICANT, id: draft.id }));
    await assert.rejects(applications.withdraw({ actor: APPLICANT, id: draft.id, reason }));
    await assert.rejects(grants.revoke({ actor: APPROVER, id: grantId, reason }));
    assert.deepEqual({ applications: world.store.applications, grants: world.store.grants, events: world.store.events.length }, before);
  });

  test('but a suspension is, and whoever did it is told', async () => {
    const world = createDeskWorld();
    const { grantId } = await grantedAt(world);
    world.state.recordFails = true;
    assert.equal(ruleOf(await world.desk.grants.suspend({ actor: SCREENER, id: grantId, reason })), 'not-recorded');
    assert.equal(world.store.grants.get(grantId)?.state, 'suspended');
    // Letting it go on does wait.
    await assert.rejects(world.desk.grants.resume({ actor: APPROVER, id: grantId, version: 2, reason }));
    assert.equal(world.store.grants.get(grantId)?.state, 'suspended');
  });

  test('what is recorded and then not written is recorded as not done', async () => {
    const store = createMemoryStore();
    let mode: 'work' | 'lose' | 'fail' = 'work';
    const saveApplication: typeof store.saveApplication = async (input) => {
      if (mode === 'fail') throw new Error('the database is out of reach');
      return mode === 'lose' ? false : store.saveApplication(input);
    };
    const world = createDeskWorld({ ...store, saveApplication });
    const { id } = await submittedAt(world);
    mode = 'lose';
    assert.equal(ruleOf(await world.desk.applications.claimScreening({ actor: SCREENER, id })), 'changed-meanwhile');
    assert.deepEqual(
      world.ledger.slice(-2).map(({ facts }) => [facts.type, facts['act'] ?? null, facts['reason'] ?? null]),
      [
        ['screening-claimed', null, null],
        ['access-act-not-done', 'screening-claimed', 'changed-meanwhile'],
      ],
    );
    mode = 'fail';
    await assert.rejects(world.desk.applications.claimScreening({ actor: SCREENER, id }));
    assert.equal(world.ledger.at(-1)!.facts['reason'], 'database-failed');
    assert.equal(store.applications.get(id)?.state, 'submitted');
  });
});

describe('who sees what', () => {
  test('somebody else’s application, document and grant are not there', async () => {
    const world = createDeskWorld();
    const { application, grantId } = await grantedAt(world);
    const { applications, grants } = world.desk;
    const id = application.id;
    assert.equal(ruleOf(await applications.get({ actor: STRANGER, id })), 'unknown-application');
    assert.equal(ruleOf(await applications.history({ actor: STRANGER, id })), 'unknown-application');
    assert.equal(ruleOf(await applications.withdraw({ actor: STRANGER, id, reason })), 'unknown-application');
    assert.equal(ruleOf(await applications.readEvidence({ actor: STRANGER, id, evidenceId: 'evi_1' })), 'unknown-application');
    assert.equal(ruleOf(await grants.get({ actor: STRANGER, id: grantId })), 'unknown-grant');
    assert.equal(ruleOf(await grants.end({ actor: STRANGER, id: grantId, reason })), 'unknown-grant');
    assert.deepEqual(await applications.list({ actor: STRANGER }), []);
    assert.deepEqual(await grants.list({ actor: STRANGER }), []);
    assert.deepEqual(await grants.list({ actor: STRANGER, principalId: APPLICANT.principalId }), []);
    assert.deepEqual(await grants.calendar({ actor: STRANGER, withinDays: 400 }), []);
    assert.equal((await applications.list({ actor: APPLICANT })).length, 1);
    assert.equal((await grants.list({ actor: APPROVER, principalId: APPLICANT.principalId })).length, 1);
  });

  test('administrators see how things stand, and nothing that anybody wrote', async () => {
    const world = createDeskWorld();
    const { id } = await submittedAt(world);
    const view = valueOf(await world.desk.applications.get({ actor: ADMINISTRATOR, id }));
    assert.equal(view.detail, 'outline');
    assert.ok(!JSON.stringify(view).includes('Triage'));
    assert.equal(ruleOf(await world.desk.applications.history({ actor: ADMINISTRATOR, id })), 'unknown-application');
    assert.equal(valueOf(await world.desk.applications.get({ actor: AUDITOR, id })).detail, 'full');
    assert.equal((await world.desk.applications.list({ actor: ADMINISTRATOR })).length, 1);
  });

  test('documents are for the applicant and those who decide or audit, whose reading is recorded', async () => {
    const world = createDeskWorld();
    const { applications } = world.desk;
    const { id } = valueOf(await applications.createDraft({ actor: APPLICANT }));
    const content = Buffer.from('%PDF-1.7 letter');
    const { id: evidenceId, sha256 } = valueOf(
      await applications.attachEvidence({ actor: APPLICANT, id, fileName: 'a.pdf', mediaType: 'application/pdf', content }),
    );
    assert.deepEqual(world.ledger.at(-1)!.facts['evidence'], { id: evidenceId, bytes: content.length, sha256 });
    assert.deepEqual(valueOf(await applications.readEvidence({ actor: APPLICANT, id, evidenceId })).content, content);
    assert.equal(world.ledger.at(-1)!.facts.type, 'evidence-attached');
    valueOf(await applications.readEvidence({ actor: AUDITOR, id, evidenceId }));
    assert.equal(world.ledger.at(-1)!.facts.type, 'evidence-read');
    assert.equal(ruleOf(await applications.readEvidence({ actor: ADMINISTRATOR, id, evidenceId })), 'unknown-application');
    assert.equal(ruleOf(await applications.readEvidence({ actor: APPLICANT, id, evidenceId: 'evi_x' })), 'unknown-evidence');
    for (let count = 1; count < 20; count++) {
      valueOf(await applications.attachEvidence({ actor: APPLICANT, id, fileName: 'a.pdf', mediaType: 'application/pdf', content }));
    }
    const more = await applications.attachEvidence({ actor: APPLICANT, id, fileName: 'a.pdf', mediaType: 'application/pdf', content });
    assert.equal(ruleOf(more), 'limit-reached');
  });

  test('internal remarks are kept from the applicant, also in what an act answers', async () => {
    const world = createDeskWorld();
    const { applications } = world.desk;
    const { id } = await submittedAt(world);
    valueOf(await applications.comment({ actor: SCREENER, id, text: 'on a list?', isInternal: true }));
    valueOf(await applications.comment({ actor: SCREENER, id, text: 'please attach', isInternal: false }));
    valueOf(await applications.comment({ actor: APPLICANT, id, text: 'will do', isInternal: true }));
    const texts = (application: Application): readonly string[] => application.remarks.map(({ text }) => text);
    const seen = valueOf(await applications.get({ actor: APPLICANT, id }));
    assert.ok(seen.detail === 'full');
    assert.deepEqual(texts(seen.application), ['please attach', 'will do']);
    const both = person('aoki', ['applicant', 'screener']);
    const own = valueOf(await applications.get({ actor: both, id }));
    assert.ok(own.detail === 'full' && !texts(own.application).includes('on a list?'));
    const all = valueOf(await applications.get({ actor: SCREENER, id }));
    assert.ok(all.detail === 'full');
    assert.deepEqual(texts(all.application), ['on a list?', 'please attach', 'will do']);
    assert.deepEqual(texts(valueOf(await applications.withdraw({ actor: APPLICANT, id, reason }))), ['please attach', 'will do']);
    const history = valueOf(await applications.history({ actor: APPLICANT, id }));
    assert.ok(!JSON.stringify(history).includes('on a list?'));
  });
});

describe('whose it is', () => {
  test('the supervisor named in the form neither screens nor approves', async () => {
    const world = createDeskWorld();
    const ueno = person('ueno', ['screener', 'approver']);
    world.addMember(ueno, { email: 'Ueno@Plant.example' });
    const application = await submittedAt(world);
    assert.equal(ruleOf(await world.desk.applications.claimScreening({ actor: ueno, id: application.id })), 'own-application');
    const { id, version } = await screenedAt(world, application);
    assert.equal(ruleOf(await world.desk.applications.approve({ actor: ueno, id, version, reason })), 'own-application');
  });

  test('a service is granted to the service, and whoever has applied for it before is concerned', async () => {
    const world = createDeskWorld();
    const serviceId = idOfPerson('agent');
    world.principals.set('soc-agent', { id: serviceId, name: 'soc-agent', kind: 'service', createdAtMs: NOW, disabledAtMs: null });
    const earlier = person('earlier', ['applicant', 'approver', 'screener']);
    world.addMember(earlier);
    const form = formOf({ kind: 'service', service: 'soc-agent' });
    await submittedAt(world, form, earlier);
    const application = await submittedAt(world, form);
    assert.equal(application.principalId, serviceId);
    assert.equal(ruleOf(await world.desk.applications.claimScreening({ actor: earlier, id: application.id })), 'own-application');
    const { id, version } = await screenedAt(world, application);
    assert.equal(ruleOf(await world.desk.applications.approve({ actor: earlier, id, version, reason })), 'own-application');
    const { grant } = valueOf(await world.desk.applications.approve({ actor: APPROVER, id, version, reason }));
    assert.deepEqual([grant?.principalId, grant?.ownerId], [serviceId, APPLICANT.principalId]);
    assert.equal(ruleOf(await world.desk.grants.recertify({ actor: earlier, id: grant!.id, version: 1, reason })), 'own-grant');
  });

  test('a person is no service, and a disabled service is none either', async () => {
    const world = createDeskWorld();
    const of = (kind: 'person' | 'service', disabledAtMs: number | null) =>
      world.principals.set('x', { id: idOfPerson('x'), name: 'x', kind, createdAtMs: NOW, disabledAtMs });
    for (const [kind, disabledAtMs] of [
      ['person', null],
      ['service', NOW],
    ] as const) {
      of(kind, disabledAtMs);
      const { id } = valueOf(
        await world.desk.applications.createDraft({ actor: APPLICANT, form: formOf({ kind: 'service', service: 'x' }) }),
      );
      const refused = await world.desk.applications.submit({ actor: APPLICANT, id });
      assert.ok(!refused.ok);
      assert.deepEqual(
        refused.error.problems?.map(({ code }) => code),
        ['unknown-service'],
      );
    }
  });

  test('outsiders, and those who are no members, are not let in', async () => {
    const world = createDeskWorld();
    world.addMember(APPLICANT, { isOutside: true });
    const { id } = valueOf(await world.desk.applications.createDraft({ actor: APPLICANT, form: formOf() }));
    assert.equal(ruleOf(await world.desk.applications.submit({ actor: APPLICANT, id })), 'outside');
    world.store.members.delete(APPLICANT.principalId);
    assert.equal(ruleOf(await world.desk.applications.submit({ actor: APPLICANT, id })), 'outside');
  });

  test('whoever becomes an outsider is not approved', async () => {
    const world = createDeskWorld();
    const { id, version } = await screenedAt(world, await submittedAt(world));
    world.addMember(APPLICANT, { isOutside: true });
    assert.equal(ruleOf(await world.desk.applications.approve({ actor: APPROVER, id, version, reason })), 'outside');
  });
});

describe('drafts', () => {
  test('take roles, and are bounded in number', async () => {
    const { desk } = createDeskWorld();
    const none: readonly Actor[] = [SCREENER, APPROVER, AUDITOR, ADMINISTRATOR];
    for (const actor of none) assert.equal(ruleOf(await desk.applications.createDraft({ actor })), 'role-missing');
    for (let count = 0; count < 10; count++) valueOf(await desk.applications.createDraft({ actor: APPLICANT }));
    assert.equal(ruleOf(await desk.applications.createDraft({ actor: APPLICANT })), 'limit-reached');
  });

  test('are changed as a whole, by whoever saw the newest', async () => {
    const { desk } = createDeskWorld();
    const { id, version } = valueOf(await desk.applications.createDraft({ actor: APPLICANT, form: { employer: 'a' } }));
    const edited = valueOf(await desk.applications.updateDraft({ actor: APPLICANT, id, version, form: formOf({ role: '技術者' }) }));
    assert.deepEqual([edited.form.role, edited.version, edited.principalId], ['技術者', 2, APPLICANT.principalId]);
    assert.equal(ruleOf(await desk.applications.updateDraft({ actor: APPLICANT, id, version, form: {} })), 'changed-meanwhile');
    assert.equal(ruleOf(await desk.applications.updateDraft({ actor: APPLICANT, id, version: 2, form: { tier: 9 } })), 'form-incomplete');
  });

  test('a renewal begins with what was granted before, without its end and its documents', async () => {
    const world = createDeskWorld();
    const { grantId } = await grantedAt(world);
    const { form, renews } = valueOf(await world.desk.applications.createDraft({ actor: APPLICANT, renews: grantId }));
    assert.equal(renews, grantId);
    assert.deepEqual({ ...form, endDate: '2027-03-31' }, formOf());
    assert.equal(form.endDate, undefined);
    assert.equal(ruleOf(await world.desk.applications.createDraft({ actor: STRANGER, renews: grantId })), 'unknown-grant');
  });

  test('a reason is asked for, and is plain text', async () => {
    const world = createDeskWorld();
    const { id } = await submittedAt(world);
    for (const text of ['', '  ', 'a\0', 'x'.repeat(4001)]) {
      assert.equal(ruleOf(await world.desk.applications.withdraw({ actor: APPLICANT, id, reason: text })), 'reason-missing');
    }
  });
});

describe('the calendar', () => {
  test('tells what is due, the most urgent first, until it has been done', async () => {
    const world = createDeskWorld();
    const { grantId } = await grantedAt(world);
    const due = (withinDays: number) => world.desk.grants.calendar({ actor: APPROVER, withinDays });
    assert.deepEqual(await due(90), []);
    const [item] = await due(91);
    assert.deepEqual(item, {
      grantId,
      applicationId: item!.applicationId,
      principalId: APPLICANT.principalId,
      tier: 1,
      what: 'recertification',
      atMs: NOW + 90 * DAY,
      isOverdue: false,
    });
    world.state.nowMs = NOW + 95 * DAY;
    assert.equal((await due(1))[0]?.isOverdue, true);
    valueOf(await world.desk.grants.recertify({ actor: APPROVER, id: grantId, version: 1, reason }));
    assert.deepEqual(
      (await due(40)).map(({ what }) => what),
      ['end'],
    );
    world.state.nowMs = NOW + 365 * DAY;
    assert.deepEqual(await due(1), []);
  });
});
