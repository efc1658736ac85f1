import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { sql } from 'kysely';
import { createMisuse, loadMisuseCatalogue, MOST_SIGNALS_PER_MINUTE } from '#access';
import type { Actor, Misuse, MisuseCase, MisuseStore, Signal, StandingRecord } from '#access';
import { createSystemRandom, systemClock as clock, ulid, type PrincipalId } from '#kernel';
import { testDatabase } from '../../test/support/database.ts';
import type { Database } from './database.ts';
import { createMisuseStore } from './misuse-store.ts';

const random = createSystemRandom();
const DAY_MS = 24 * 3_600_000;

function idOf(prefix: string, atMs = clock.now()): string {
  return `${prefix}_${ulid(atMs, random.bytes(10))}`;
}

let db: Database;
let store: MisuseStore;
before(async () => {
  db = (await testDatabase()).open(6);
  store = createMisuseStore(db);
});

async function principal(): Promise<PrincipalId> {
  const id = idOf('prn') as PrincipalId;
  await db
    .insertInto('sekisho.principals')
    .values({ id, name: id.slice(4), kind: 'person', created_at: new Date(), disabled_at: null })
    .execute();
  return id;
}

function signal(principalId: PrincipalId, changes: Partial<Signal> = {}): Signal {
  return {
    id: idOf('sig'),
    principalId,
    kind: 'probing',
    weight: 10,
    requestId: idOf('req'),
    atMs: clock.now(),
    count: 1,
    evidence: { codes: ['a-code'], counts: { targets: 2 }, ids: { tool: 'shell' } },
    ...changes,
  };
}

function standing(principalId: PrincipalId, changes: Partial<StandingRecord> = {}): StandingRecord {
  return {
    principalId,
    standing: 'review',
    score: { parts: { probing: 10.125, burst: 0.1 }, atMs: clock.now() },
    sinceMs: clock.now(),
    reason: '点数が基準に達した',
    caseId: null,
    setBy: null,
    ...changes,
  };
}

function newCase(principalId: PrincipalId | null, changes: Partial<MisuseCase> = {}): MisuseCase {
  return {
    id: idOf('cas'),
    principalId,
    cause: 'signals',
    state: 'open',
    openedAtMs: clock.now(),
    closedAtMs: null,
    vendorNotice: null,
    imposedBy: [],
    appeals: 0,
    ...changes,
  };
}

function misuseOf(record: () => Promise<void> = async () => undefined): Misuse {
  return createMisuse({
    store,
    concerned: { ofPrincipal: async (principalId) => new Set([principalId]) },
    record,
    clock,
    random,
    catalogue: loadMisuseCatalogue(),
    resolvePseudonym: async () => undefined,
    mask: async (text) => text,
  });
}

function actor(principalId: PrincipalId, role: 'approver' | 'administrator' | 'defender'): Actor {
  return { principalId, name: 'name', roles: new Set([role]), authentication: 'passkey' };
}

describe('misuse in the database', () => {
  test('comes back as it was kept', async () => {
    const who = await principal();
    const [counted, about] = [signal(who), newCase(who, { imposedBy: [await principal()] })];
    const record = standing(who, { caseId: about.id });
    const event = {
      atMs: clock.now(),
      kind: 'comment',
      by: { principalId: who, name: '名' },
      text: 'a\n"b", {c}',
      facts: { x: [1, null] },
    } as const;
    await store.change({ principalId: who }, async (state) => {
      assert.deepEqual(state, { standing: undefined, openCase: undefined });
      return { change: { signals: [counted], standing: record, case: about, events: [event] }, result: undefined };
    });
    assert.deepEqual(await store.findStanding(who), record);
    assert.deepEqual(await store.findCase(about.id), { ...about, events: [event], signals: [counted] });
    assert.deepEqual(await store.listCases({ principalId: who, limit: 5 }), [about]);
    assert.deepEqual(await store.listCases({ principalId: who, state: 'closed', limit: 5 }), []);
    assert.ok((await store.listStandings(1000)).some(({ principalId }) => principalId === who));
    assert.ok((await store.reviewsToSettle(1000)).includes(who));
    for (const subject of [{ principalId: who }, { caseId: about.id }])
      await store.change(subject, async (state) => {
        assert.deepEqual(state, { standing: record, openCase: about });
        return { result: undefined };
      });
    assert.deepEqual([await store.hasPrincipal(who), await store.hasPrincipal('prn_x' as PrincipalId)], [true, false]);
  });

  test('keeps a bounded number of signals a minute, and counts the rest', async () => {
    const who = await principal();
    const atMs = Math.floor(clock.now() / 60_000) * 60_000 + 1000;
    for (let batch = 0; batch < 5; batch++) {
      const signals = Array.from({ length: 20 }, () => signal(who, { atMs }));
      await store.change({ principalId: who }, async () => ({ change: { signals }, result: undefined }));
    }
    await store.change({ principalId: who }, async () => ({ change: { signals: [signal(who, { atMs, count: 50 })] }, result: undefined }));
    const rows = await db.selectFrom('sekisho.misuse_signals').selectAll().where('principal_id', '=', who).execute();
    assert.equal(rows.length, MOST_SIGNALS_PER_MINUTE + 1);
    assert.equal(
      rows.reduce((sum, { count }) => sum + Number(count), 0),
      150,
    );
  });

  test('gives a new case the signals that belong to none, and forgets old ones that do not', async () => {
    const who = await principal();
    const [old, recent] = [signal(who, { atMs: clock.now() - 100 * DAY_MS }), signal(who)];
    const about = newCase(who);
    await store.change({ principalId: who }, async () => ({ change: { signals: [old, recent] }, result: undefined }));
    const signalsSinceMs = clock.now() - 30 * DAY_MS;
    await store.change({ principalId: who }, async () => ({ change: { case: about, signalsSinceMs }, result: undefined }));
    assert.deepEqual((await store.findCase(about.id))!.signals, [recent]);
    assert.equal((await store.pruneSignals(clock.now() + DAY_MS, 1000)) >= 1, true);
    const left = await db.selectFrom('sekisho.misuse_signals').select('id').where('principal_id', '=', who).execute();
    assert.deepEqual(left, [{ id: recent.id }]);
  });

  test('lists signals newest first, in pages, by principal and kind, with the case that they belong to', async () => {
    const [who, other] = [await principal(), await principal()];
    const atMs = clock.now();
    const about = newCase(who);
    const [first, second, third] = [3, 2, 1].map((ago) =>
      signal(who, { id: idOf('sig', atMs - ago), atMs: atMs - ago, kind: ago === 2 ? 'burst' : 'probing' }),
    ) as [Signal, Signal, Signal];
    const others = signal(other, { id: idOf('sig', atMs), atMs });
    await store.change({ principalId: other }, async () => ({ change: { signals: [others] }, result: undefined }));
    await store.change({ principalId: who }, async () => ({ change: { signals: [second, first] }, result: undefined }));
    await store.change({ principalId: who }, async () => ({ change: { case: about, signals: [third] }, result: undefined }));
    const listed = [{ ...third, caseId: about.id }, ...[second, first].map((each) => ({ ...each, caseId: null }))];
    assert.deepEqual(await store.listSignals({ principalId: who, limit: 10 }), listed);
    assert.deepEqual(await store.listSignals({ principalId: who, limit: 2 }), listed.slice(0, 2));
    assert.deepEqual(await store.listSignals({ principalId: who, beforeId: second.id, limit: 2 }), listed.slice(2));
    assert.deepEqual(await store.listSignals({ principalId: who, kind: 'burst', limit: 2 }), [listed[1]]);
    const all = await store.listSignals({ limit: 1000 });
    const ids = all.map(({ id }) => id);
    assert.deepEqual(ids, ids.toSorted().toReversed());
    for (const each of [first, second, third, others]) assert.ok(ids.includes(each.id));
    assert.deepEqual(await store.listSignals({ principalId: who, limit: -1 }), []);
  });

  test('is changed by one at a time for a principal, whichever way it is named', async () => {
    const who = await principal();
    const about = newCase(who);
    await store.change({ principalId: who }, async () => ({ change: { case: about }, result: undefined }));
    let inside = 0;
    const work = async () => {
      assert.equal(++inside, 1);
      await new Promise((resolve) => setImmediate(resolve));
      inside--;
      return { result: undefined };
    };
    await Promise.all(
      [{ principalId: who }, { caseId: about.id }, { principalId: who }, { caseId: about.id }].map((each) => store.change(each, work)),
    );
  });

  test('takes a webhook once, and again when it was released', async () => {
    const at = { atMs: clock.now(), forgetBeforeMs: clock.now() - DAY_MS };
    assert.deepEqual([await store.takeWebhook('wh_1', at), await store.takeWebhook('wh_1', at)], [true, false]);
    await store.releaseWebhook('wh_1');
    assert.equal(await store.takeWebhook('wh_1', at), true);
    const taken = await Promise.all(Array.from({ length: 5 }, () => store.takeWebhook('wh_2', at)));
    assert.equal(taken.filter(Boolean).length, 1);
    await store.takeWebhook('wh_3', { atMs: clock.now(), forgetBeforeMs: clock.now() + 1 });
    const { rows } = await sql<{ id: string }>`select id from sekisho.webhook_receipts`.execute(db);
    assert.deepEqual(rows, [{ id: 'wh_3' }]);
  });

  test('finds a case by the vendor’s name for it, of which there is one', async () => {
    const vendorNotice = { vendor: 'openai', vendorCaseId: 'C-9', notice: 'warning', reason: null, entityIdentifier: null } as const;
    const about = newCase(null, { cause: 'provider-notice', vendorNotice });
    await store.change({ caseId: about.id }, async () => ({ change: { case: about }, result: undefined }));
    assert.deepEqual(await store.findCaseOfVendor('openai', 'C-9'), about);
    const another = newCase(null, { vendorNotice });
    await assert.rejects(
      store.change({ caseId: another.id }, async () => ({ change: { case: another }, result: undefined })),
      /cases_vendor/,
    );
  });
});

describe('the database itself refuses', () => {
  test('to let somebody back in by itself, or to change what was done in a case', async () => {
    const [who, by] = [await principal(), await principal()];
    const about = newCase(who, { imposedBy: [by] });
    const event = { atMs: clock.now(), kind: 'opened', by: null, text: null, facts: {} } as const;
    await store.change({ principalId: who }, async () => ({
      change: { standing: standing(who, { standing: 'suspended' }), case: about, events: [event] },
      result: undefined,
    }));
    const lift = (setBy: PrincipalId | null) =>
      store.change({ principalId: who }, async () => ({
        change: { standing: standing(who, { standing: 'clear', setBy }) },
        result: undefined,
      }));
    await assert.rejects(lift(null), /only a person lifts/);
    const forget = store.change({ principalId: who }, async () => ({ change: { case: { ...about, imposedBy: [] } }, result: undefined }));
    await assert.rejects(forget, /not undone/);
    await assert.rejects(sql`update sekisho.case_events set text = 'x' where case_id = ${about.id}`.execute(db), /timeline/);
    await assert.rejects(sql`delete from sekisho.standings where principal_id = ${who}`.execute(db), /never removed/);
    await lift(by);
    const closed: MisuseCase = { ...about, state: 'closed', closedAtMs: clock.now() };
    await store.change({ caseId: about.id }, async () => ({ change: { case: closed }, result: undefined }));
    const reopen = store.change({ caseId: about.id }, async () => ({ change: { case: about }, result: undefined }));
    await assert.rejects(reopen, /stays as it is/);
  });

  test('two open cases of one principal', async () => {
    const who = await principal();
    const open = (about: MisuseCase) => store.change({ caseId: about.id }, async () => ({ change: { case: about }, result: undefined }));
    await open(newCase(who));
    await assert.rejects(open(newCase(who)), /cases_open/);
  });
});

describe('misuse on the database', () => {
  test('suspends, is appealed and is lifted, and every change takes a number', async () => {
    const [who, by, other] = [await principal(), await principal(), await principal()];
    const misuse = misuseOf();
    const report = () =>
      misuse.report({ principalId: who, kind: 'prohibited-work', requestId: idOf('req'), atMs: clock.now(), evidence: {} });
    await Promise.all([report(), report(), report(), report()]);
    const suspended = (await store.findStanding(who))!;
    assert.equal(suspended.standing, 'suspended');
    const seqs = await db.selectFrom('sekisho.standings').select('change_seq').where('principal_id', '=', who).execute();
    assert.ok(Number(seqs[0]!.change_seq) > 0);
    const caseId = suspended.caseId!;
    assert.ok((await misuse.appeal({ caseId, actor: actor(who, 'defender'), text: '演習でした' })).ok);
    const answered = await misuse.answerAppeal({ caseId, actor: actor(by, 'approver'), text: 'granted', outcome: 'granted' });
    assert.ok(answered.ok && answered.value.state === 'closed');
    assert.equal((await store.findStanding(who))!.standing, 'clear');
    assert.ok((await misuse.makeFalsePositivePack({ caseId, actor: actor(other, 'administrator') })).ok, 'of a closed case, too');
  });

  test('suspends whom a provider means although the ledger fails', async () => {
    const who = await principal();
    const misuse = createMisuse({
      store,
      concerned: { ofPrincipal: async (principalId) => new Set([principalId]) },
      record: async () => {
        throw new Error('disk full');
      },
      clock,
      random,
      catalogue: loadMisuseCatalogue(),
      resolvePseudonym: async () => who,
      mask: async (text) => text,
    });
    const notice = {
      vendor: 'openai',
      type: 'safety.deactivation_issued',
      entityIdentifier: 'x',
      caseId: idOf('C'),
      reason: null,
    } as const;
    const outcome = await misuse.handleProviderNotice(notice);
    assert.ok(!outcome.ok && outcome.error.kind === 'not-recorded');
    assert.equal((await store.findStanding(who))!.standing, 'suspended');
  });
});
