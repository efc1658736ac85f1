import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { sql } from 'kysely';
import {
  createAccessDirectory,
  createDesk,
  usableGrant,
  type ActRefusal,
  type Actor,
  type Desk,
  type DeskStore,
  type GrantRecord,
} from '#access';
import type { MemberRole } from '#identity';
import { createSystemRandom, systemClock, ulid, type PrincipalId, type Result } from '#kernel';
import { testDatabase } from '../../test/support/database.ts';
import { createAccessFeed } from './access-feed.ts';
import { createDeskStore } from './access-store.ts';
import type { Database } from './database.ts';

const random = createSystemRandom();
const DAY = 24 * 3600 * 1000;
const reason = 'because';

function idOf(prefix: string): string {
  return `${prefix}_${ulid(systemClock.now(), random.bytes(10))}`;
}

interface World {
  readonly db: Database;
  readonly store: DeskStore;
  readonly desk: Desk;
  person(name: string, roles: readonly MemberRole[]): Promise<Actor>;
}

async function createWorld(): Promise<World> {
  const db = (await testDatabase()).open();
  const store = createDeskStore(db);
  const desk = createDesk({
    store,
    record: async () => undefined,
    clock: systemClock,
    random,
    findPrincipal: async (name) => {
      const row = await db.selectFrom('sekisho.principals').selectAll().where('name', '=', name).executeTakeFirst();
      if (row === undefined) return undefined;
      return { id: row.id as PrincipalId, name, kind: row.kind, createdAtMs: row.created_at.getTime(), disabledAtMs: null };
    },
    sectors: [{ id: 'water', en: 'Water', ja: '水道' }],
    programs: [{ id: 'daybreak_blue', allowsZeroRetention: true }],
    unmetObligations: async () => [],
  });
  return {
    db,
    store,
    desk,
    async person(name, roles) {
      const id = await insertPrincipal(db, name, 'person');
      await db
        .insertInto('sekisho.members')
        .values({
          principal_id: id,
          display_name: name,
          email: `${name}@water.example`,
          roles: [...roles],
          is_outside: false,
          created_at: new Date(systemClock.now()),
        })
        .execute();
      return { principalId: id, name, roles: new Set(roles), authentication: 'passkey' };
    },
  };
}

async function insertPrincipal(db: Database, name: string, kind: 'person' | 'service'): Promise<PrincipalId> {
  const id = idOf('prn');
  await db
    .insertInto('sekisho.principals')
    .values({ id, name, kind, created_at: new Date(systemClock.now()), disabled_at: null })
    .execute();
  return id as PrincipalId;
}

function form(changes: Readonly<Record<string, unknown>> = {}) {
  return {
    kind: 'person',
    employer: '水道局',
    role: 'engineer',
    sector: 'water',
    tier: 1,
    capabilities: ['code-review', 'vulnerability-triage'],
    purpose: 'Review of the code of our own controllers.',
    targets: [{ kind: 'network', value: '10.0.0.0/8', proof: { basis: 'owned', text: 'Address plan' } }],
    forbiddenTools: ['ssh'],
    retention: 'vendor-default',
    supervisor: { name: '上長', email: 'boss@water.example' },
    endDate: new Date(systemClock.now() + 60 * DAY).toISOString().slice(0, 10),
    programs: ['daybreak_blue'],
    ...changes,
  };
}

function valueOf<T>(outcome: Result<T, ActRefusal>): T {
  assert.ok(outcome.ok, outcome.ok ? '' : `${outcome.error.rule}: ${outcome.error.reason}`);
  return outcome.value;
}

let world: World;
let applicant: Actor;
let screener: Actor;
let approver: Actor;
let second: Actor;
before(async () => {
  world = await createWorld();
  applicant = await world.person('aoki', ['applicant', 'defender']);
  screener = await world.person('sato', ['screener']);
  approver = await world.person('abe', ['approver']);
  second = await world.person('baba', ['approver']);
});

async function screenedId(changes: Readonly<Record<string, unknown>> = {}): Promise<string> {
  const { applications } = world.desk;
  const { id } = valueOf(await applications.createDraft({ actor: applicant, form: form(changes) }));
  valueOf(await applications.submit({ actor: applicant, id }));
  valueOf(await applications.claimScreening({ actor: screener, id }));
  for (const item of world.desk.checklist.items) {
    valueOf(await applications.decideItem({ actor: screener, id, item: item.id, verdict: 'pass', reason }));
  }
  valueOf(await applications.finishScreening({ actor: screener, id }));
  return id;
}

async function approve(id: string, actor: Actor): Promise<GrantRecord | null> {
  const { version } = (await world.store.findApplication(id))!;
  return valueOf(await world.desk.applications.approve({ actor, id, version, reason })).grant;
}

async function granted(): Promise<GrantRecord> {
  const grant = await approve(await screenedId(), approver);
  assert.ok(grant !== null);
  return grant;
}

describe('applications', () => {
  test('come back as they went in, with their timeline and their grant', async () => {
    const id = await screenedId({ tier: 2, capabilities: ['penetration-testing'] });
    assert.equal(await approve(id, approver), null);
    const grant = await approve(id, second);
    assert.deepEqual(await world.store.findGrant(grant!.id), grant);
    const application = (await world.store.findApplication(id))!;
    assert.deepEqual([application.state, application.grantId, application.rounds[0]!.approvals.length], ['approved', grant!.id, 2]);
    assert.equal(application.form.employer, '水道局');
    const events = await world.store.listEvents(id, 100);
    assert.deepEqual(
      events.map(({ version }) => version),
      Array.from({ length: events.length }, (_, index) => index + 1),
    );
    assert.deepEqual([events.at(-1)!.type, events.at(-1)!.reason, events.at(-1)!.by], ['application-approved', reason, second.principalId]);
    const [listed] = await world.store.listApplications({ concerning: applicant.principalId, states: ['approved'], limit: 1 });
    const { tier, capabilities } = application.form;
    assert.deepEqual(listed, { ...application, form: { tier, capabilities }, remarks: [] }, 'a page holds nothing that only fills it');
    assert.deepEqual(await world.store.listApplications({ before: '0', limit: 10 }), []);
    assert.deepEqual(await world.store.applicantsFor(applicant.principalId), [applicant.principalId]);
  });

  test('of two who act on the same version, one is told that it has changed', async () => {
    const { applications } = world.desk;
    const { id } = valueOf(await applications.createDraft({ actor: applicant, form: form() }));
    valueOf(await applications.submit({ actor: applicant, id }));
    const others = await Promise.all(['s1', 's2', 's3', 's4'].map((name) => world.person(name, ['screener'])));
    const submitted = (await world.store.findApplication(id))!;
    const outcomes = await Promise.all(others.map((actor) => applications.claimScreening({ actor, id, version: submitted.version })));
    assert.equal(outcomes.filter(({ ok }) => ok).length, 1);
    for (const outcome of outcomes) if (!outcome.ok) assert.equal(outcome.error.rule, 'changed-meanwhile');
    valueOf(await applications.withdraw({ actor: applicant, id, reason }));
  });

  test('keep their documents byte for byte', async () => {
    const { applications } = world.desk;
    const { id } = valueOf(await applications.createDraft({ actor: applicant }));
    const content = Buffer.concat([Buffer.from('%PDF-'), random.bytes(5 * 1024 * 1024 - 5)]);
    const given = { fileName: '許可.pdf', mediaType: 'application/pdf', content };
    const evidence = valueOf(await applications.attachEvidence({ actor: applicant, id, ...given }));
    const read = (await world.store.readEvidence(id, evidence.id))!;
    assert.ok(Buffer.from(read.content).equals(content));
    assert.deepEqual(read.evidence, { id: evidence.id, fileName: '許可.pdf', mediaType: 'application/pdf', sha256: evidence.sha256 });
    assert.equal(await world.store.readEvidence(idOf('app'), evidence.id), undefined);
    await assert.rejects(
      world.db
        .updateTable('sekisho.application_evidence')
        .set({ id: idOf('evi') } as never)
        .execute(),
      /never changes/,
    );
    await assert.rejects(world.db.deleteFrom('sekisho.application_evidence').execute(), /never removed/);
    valueOf(await applications.withdraw({ actor: applicant, id, reason }));
  });

  test('are counted', async () => {
    const somebody = await world.person('counted', ['applicant']);
    const { applications } = world.desk;
    const { id } = valueOf(await applications.createDraft({ actor: somebody }));
    valueOf(await applications.createDraft({ actor: somebody }));
    valueOf(await applications.withdraw({ actor: somebody, id, reason }));
    assert.deepEqual(await world.store.countApplications(somebody.principalId), { open: 1, all: 2 });
  });
});

describe('people', () => {
  test('are found by id and by address', async () => {
    assert.deepEqual(await world.store.findMember(applicant.principalId), {
      principalId: applicant.principalId,
      email: 'aoki@water.example',
      isOutside: false,
    });
    assert.equal(await world.store.findMember('prn_x' as PrincipalId), undefined);
    assert.deepEqual(await world.store.membersByEmail('AOKI@water.example'), [applicant.principalId]);
    assert.deepEqual(await world.store.membersByEmail('nobody@water.example'), []);
  });
});

describe('grants', () => {
  test('are changed once per version, and listed', async () => {
    const grant = await granted();
    const { grants } = world.desk;
    const narrowed = valueOf(
      await grants.narrow({
        actor: approver,
        id: grant.id,
        version: 1,
        changes: { capabilities: ['code-review'], conditions: ['passkey'] },
        reason,
      }),
    );
    assert.deepEqual(await world.store.findGrant(grant.id), narrowed);
    const races = await Promise.all([1, 2, 3].map(() => grants.recertify({ actor: second, id: grant.id, version: 2, reason })));
    assert.equal(races.filter(({ ok }) => ok).length, 1);
    assert.ok(
      (await world.store.listGrants({ concerning: applicant.principalId, states: ['active'], limit: 50 })).some(
        ({ id }) => id === grant.id,
      ),
    );
    assert.deepEqual(await world.store.listGrants({ before: '0', limit: 10 }), []);
    const nowMs = systemClock.now();
    const due = await world.store.listDue({ nowMs, beforeMs: nowMs + 100 * DAY, concerning: applicant.principalId, limit: 50 });
    assert.ok(due.some(({ id }) => id === grant.id));
    assert.deepEqual(await world.store.listDue({ nowMs: nowMs + 100 * DAY, beforeMs: nowMs + 200 * DAY, limit: 50 }), []);
    const events = await world.store.listEvents(grant.applicationId, 100);
    assert.deepEqual(
      events.filter(({ grantId }) => grantId === grant.id).map(({ type }) => type),
      ['grant-narrowed', 'grant-recertified'],
    );
  });
});

describe('the tables themselves', () => {
  const copyOf = (
    grant: GrantRecord,
    changes: { readonly approvedBy?: readonly string[]; readonly endsAtMs?: number; readonly tier?: number },
  ) =>
    sql`insert into sekisho.grants (id, application_id, principal_id, owner_id, tier, state, starts_at, ends_at, recertify_by, approved_by, version,
        created_at, updated_at, document)
      select ${idOf('grt')}, ${grant.applicationId}, principal_id, owner_id, ${changes.tier ?? grant.tier}, state, starts_at,
        ${new Date(changes.endsAtMs ?? grant.endsAtMs)}, recertify_by, ${changes.approvedBy ?? grant.approvedBy}, 1, created_at, updated_at, document
      from sekisho.grants where id = ${grant.id}`.execute(world.db);

  test('take no grant that its holder approved, that too few approved, that lasts too long or that nobody applied for', async () => {
    const grant = await granted();
    await assert.rejects(copyOf(grant, { approvedBy: [applicant.principalId] }), /check constraint/);
    await assert.rejects(copyOf(grant, { approvedBy: [] }), /check constraint/);
    await assert.rejects(copyOf(grant, { endsAtMs: grant.startsAtMs + 366 * DAY }), /check constraint/);
    await assert.rejects(copyOf(grant, {}), /unique/);
    // The application was for tier 1.
    await assert.rejects(
      copyOf(grant, { tier: 2, approvedBy: [approver.principalId, second.principalId] }),
      /application that was approved/,
    );
    await assert.rejects(copyOf({ ...grant, applicationId: await screenedId() }, {}), /application that was approved/);
  });

  test('let no grant grow, none come back and none go', async () => {
    const { id, principalId } = await granted();
    const change = (set: ReturnType<typeof sql>) =>
      sql`update sekisho.grants set version = version + 1, ${set} where id = ${id}`.execute(world.db);
    await assert.rejects(change(sql`ends_at = ends_at + interval '1 second'`), /never grows/);
    await assert.rejects(change(sql`document = jsonb_set(document, '{capabilities,9}', '"red-teaming"')`), /never grows/);
    await assert.rejects(change(sql`document = jsonb_set(document, '{programs,9}', '"daybreak_red"')`), /never grows/);
    await assert.rejects(change(sql`approved_by = '{a}'`), /never change/);
    await assert.rejects(change(sql`tier = 2`), /never change/);
    await assert.rejects(sql`update sekisho.grants set updated_at = now() where id = ${id}`.execute(world.db), /rises by one/);
    await change(sql`document = jsonb_set(document, '{conditions}', '["passkey"]')`);
    await assert.rejects(change(sql`document = jsonb_set(document, '{conditions}', '[]')`), /never grows/);
    await change(sql`state = 'revoked'`);
    await assert.rejects(change(sql`state = 'active'`), /never changes/);
    await assert.rejects(sql`delete from sekisho.grants where principal_id = ${principalId}`.execute(world.db), /never removed/);
    await assert.rejects(sql`truncate sekisho.grants cascade`.execute(world.db), /never removed/);
  });

  test('let no application that was decided change, and no submitted form', async () => {
    const id = await screenedId();
    const change = (set: ReturnType<typeof sql>) =>
      sql`update sekisho.applications set version = version + 1, ${set} where id = ${id}`.execute(world.db);
    await assert.rejects(change(sql`document = jsonb_set(document, '{form,tier}', '2'), tier = 2`), /what was submitted never changes/);
    await assert.rejects(change(sql`state = 'draft'`), /does not become draft/);
    await assert.rejects(change(sql`owner_id = ${approver.principalId}`), /never change/);
    await approve(id, approver);
    await assert.rejects(change(sql`state = 'rejected'`), /never changes/);
    await assert.rejects(
      sql`update sekisho.application_events set reason = 'x' where application_id = ${id}`.execute(world.db),
      /never changes/,
    );
    for (const table of ['applications', 'application_events']) {
      await assert.rejects(sql`delete from ${sql.table(`sekisho.${table}`)}`.execute(world.db), /never removed/);
    }
  });
});

describe('the feed', () => {
  test('tells members, grants, standings and holds in one order, page by page', async () => {
    const own = await createWorld();
    const feed = createAccessFeed(own.db, { pageRows: 2 });
    const whole = createAccessFeed(own.db);
    assert.deepEqual(await whole.changesSince({ afterSeq: 0, endedSince: null }), {
      members: [],
      grants: [],
      standings: [],
      holds: [],
      upTo: 0,
      latest: 0,
      more: false,
    });
    const names = ['a', 'b', 'c', 'd', 'e'];
    for (const name of names) await own.person(name, ['defender']);
    const told: PrincipalId[] = [];
    let from = 0;
    for (;;) {
      const page = await feed.changesSince({ afterSeq: from, endedSince: null });
      told.push(...page.members.map(({ principalId }) => principalId));
      from = page.upTo;
      if (!page.more) break;
    }
    assert.equal(new Set(told).size, 5);
    assert.equal(from, 5);
    assert.deepEqual(await feed.changesSince({ afterSeq: 9, endedSince: null }).then(({ latest, upTo }) => [latest, upTo]), [5, 9]);
  });

  test('tells a grant as the checkpoint reads it, again after each change, and leaves out what ended long ago', async () => {
    const feed = createAccessFeed(world.db);
    const grant = await granted();
    const of = async (afterSeq: number, grantsMs?: number) => {
      const page = await feed.changesSince({ afterSeq, endedSince: grantsMs === undefined ? null : { grantsMs, holdsMs: 0 } });
      return { found: page.grants.filter(({ id }) => id === grant.id), upTo: page.upTo };
    };
    const first = await of(0);
    const {
      version: _v,
      createdAtMs: _c,
      updatedAtMs: _u,
      approvedBy: _a,
      recertified: _r,
      stateReason: _s,
      ownerId: _o,
      ...expected
    } = grant;
    assert.deepEqual(first.found, [expected]);
    assert.deepEqual((await of(first.upTo)).found, []);
    valueOf(await world.desk.grants.revoke({ actor: approver, id: grant.id, reason }));
    assert.deepEqual((await of(first.upTo)).found, [{ ...expected, state: 'revoked' }]);
    const nowMs = systemClock.now();
    assert.equal((await of(0, nowMs - DAY)).found.length, 1);
    const after = await of(0, nowMs + DAY);
    assert.deepEqual(after.found, []);
    assert.equal(after.upTo, (await of(0)).upTo);
  });

  test('carries a grant to a worker that follows it, and its revocation', async () => {
    const directory = createAccessDirectory({
      store: createAccessFeed(world.db, { pageRows: 3 }),
      clock: systemClock,
      maxStaleSeconds: 60,
    });
    await directory.start();
    try {
      const grant = await granted();
      const usable = () => {
        const record = directory.of(applicant.principalId);
        assert.ok(record.ok);
        return usableGrant(
          record.value.grants.filter(({ id }) => id === grant.id),
          systemClock.now(),
          'none',
          'code-review',
        );
      };
      await directory.refresh();
      assert.equal(usable()?.id, grant.id);
      valueOf(await world.desk.grants.suspend({ actor: screener, id: grant.id, reason }));
      await directory.refresh();
      assert.equal(usable(), undefined);
    } finally {
      await directory.close();
    }
  });

  test('tells standings and holds', async () => {
    const feed = createAccessFeed(world.db);
    const { upTo } = await feed.changesSince({ afterSeq: 0, endedSince: null });
    const id = idOf('hld');
    await sql`insert into sekisho.standings (principal_id, standing, score, parts, updated_at, standing_since, reason)
      values (${applicant.principalId}, 'restricted', 10, '{}', now(), now(), 'x')`.execute(world.db);
    await sql`insert into sekisho.holds (id, principal_id, grant_id, request_id, route, deployment, tool, sealed_call, reason_codes, fingerprint,
        tainted, created_at, expires_at, state)
      values (${id}, ${applicant.principalId}, 'grt_1', 'req_1', 'r', 'd', 't', ${random.bytes(40)}, '{target-unknown}', ${random.bytes(32)},
        false, now(), now() + interval '1 minute', 'waiting')`.execute(world.db);
    const changes = await feed.changesSince({ afterSeq: upTo, endedSince: null });
    assert.deepEqual(changes.standings, [{ principalId: applicant.principalId, standing: 'restricted' }]);
    assert.deepEqual(changes.holds, [{ id, state: 'waiting' }]);
    assert.deepEqual(changes.upTo, changes.latest);
    const later = await feed.changesSince({ afterSeq: 0, endedSince: { grantsMs: 0, holdsMs: systemClock.now() + DAY } });
    assert.deepEqual(later.holds, []);
  });
});
