// Misuse signals, standings and cases in PostgreSQL: implements what access declares.
// Whoever can read these tables learns who is suspected of what, and what people wrote about it; no value of a request. Whoever can write
// them can suspend anybody, and can let somebody back in by naming a person who did it; the ledger then has no record of it.
import { sql, type Selectable, type Transaction } from 'kysely';
import type {
  CaseDetails,
  CaseEvent,
  MisuseCase,
  MisuseChange,
  MisuseState,
  MisuseStore,
  MisuseSubject,
  Score,
  Signal,
  SignalEvidence,
  StandingRecord,
} from '#access';
import type { PrincipalId } from '#kernel';
import type { Database } from './database.ts';
import type { CaseEventsTable, CasesTable, MisuseSignalsTable, StandingsTable } from './tables-misuse.ts';
import type { Tables } from './tables.ts';

const MOST_ROWS = 1000;
const MOST_EVENTS = 2000;
const MOST_SIGNALS = 500;
const MINUTE_MS = 60_000;

/** "misu" in ASCII: one lock for each principal, or case of nobody. Held before any row is touched. */
const LOCK = sql`x'6d697375'::int`;

type Writer = Transaction<Tables>;

/** As access counts (`MOST_SIGNALS_PER_MINUTE`); a test holds the two equal, since the store runs nothing of a domain. */
const MOST_SIGNALS_PER_MINUTE = 30;

export function createMisuseStore(db: Database): MisuseStore {
  return {
    change: (subject, work) =>
      db.transaction().execute(async (transaction) => {
        const now = await heldStill(transaction, subject);
        const { change, result } = await work(now);
        if (change !== undefined) await write(transaction, change, now);
        return result;
      }),
    async hasPrincipal(principalId) {
      const row = await db.selectFrom('sekisho.principals').select('id').where('id', '=', principalId).executeTakeFirst();
      return row !== undefined;
    },
    findStanding: (principalId) => findStanding(db, principalId),
    async listStandings(limit) {
      const rows = await db
        .selectFrom('sekisho.standings')
        .selectAll()
        .where('standing', '<>', 'clear')
        .orderBy('standing_since', 'desc')
        .orderBy('principal_id')
        .limit(bounded(limit))
        .execute();
      return rows.map(standingOf);
    },
    async reviewsToSettle(limit) {
      const rows = await db
        .selectFrom('sekisho.standings')
        .select('principal_id')
        .where('standing', '=', 'review')
        .where('set_by', 'is', null)
        .orderBy('updated_at')
        .limit(bounded(limit))
        .execute();
      return rows.map(({ principal_id }) => principal_id as PrincipalId);
    },
    findCase: (id) => findDetails(db, id),
    async findCaseOfVendor(vendor, vendorCaseId) {
      const row = await db
        .selectFrom('sekisho.cases')
        .selectAll()
        .where('vendor', '=', vendor)
        .where('vendor_case_id', '=', vendorCaseId)
        .executeTakeFirst();
      return row === undefined ? undefined : caseOf(row);
    },
    async listCases({ principalId, state, beforeId, limit }) {
      let query = db.selectFrom('sekisho.cases').selectAll().orderBy('id', 'desc').limit(bounded(limit));
      if (principalId !== undefined) query = query.where('principal_id', '=', principalId);
      if (state !== undefined) query = query.where('state', '=', state);
      if (beforeId !== undefined) query = query.where('id', '<', beforeId);
      return (await query.execute()).map(caseOf);
    },
    async listSignals({ principalId, kind, beforeId, limit }) {
      let query = db.selectFrom('sekisho.misuse_signals').selectAll().orderBy('id', 'desc').limit(bounded(limit));
      if (principalId !== undefined) query = query.where('principal_id', '=', principalId);
      if (kind !== undefined) query = query.where('kind', '=', kind);
      if (beforeId !== undefined) query = query.where('id', '<', beforeId);
      return (await query.execute()).map((row) => ({ ...signalOf(row), caseId: row.case_id }));
    },
    ...forgetting(db),
  };
}

function forgetting(db: Database): Pick<MisuseStore, 'pruneSignals' | 'takeWebhook' | 'releaseWebhook'> {
  return {
    async pruneSignals(beforeMs, limit) {
      const { numDeletedRows } = await db
        .deleteFrom('sekisho.misuse_signals')
        .where('id', 'in', (from) =>
          from
            .selectFrom('sekisho.misuse_signals')
            .select('id')
            .where('at', '<', new Date(beforeMs))
            .where('case_id', 'is', null)
            .orderBy('at')
            .limit(limit)
            .forUpdate()
            .skipLocked(),
        )
        .executeTakeFirst();
      return Number(numDeletedRows);
    },
    async takeWebhook(id, { atMs, forgetBeforeMs }) {
      await db.deleteFrom('sekisho.webhook_receipts').where('received_at', '<', new Date(forgetBeforeMs)).execute();
      const { numInsertedOrUpdatedRows } = await db
        .insertInto('sekisho.webhook_receipts')
        .values({ id, received_at: new Date(atMs) })
        .onConflict((conflict) => conflict.column('id').doNothing())
        .executeTakeFirst();
      return numInsertedOrUpdatedRows === 1n;
    },
    async releaseWebhook(id) {
      await db.deleteFrom('sekisho.webhook_receipts').where('id', '=', id).execute();
    },
  };
}

async function heldStill(db: Writer, subject: MisuseSubject): Promise<MisuseState> {
  if ('principalId' in subject) {
    await lock(db, subject.principalId);
    const row = await db
      .selectFrom('sekisho.cases')
      .selectAll()
      .where('principal_id', '=', subject.principalId)
      .where('state', '<>', 'closed')
      .executeTakeFirst();
    return { standing: await findStanding(db, subject.principalId), openCase: row && caseOf(row) };
  }
  // Whom a case is about never changes, so it may be asked before anything is held.
  const about = await findCase(db, subject.caseId);
  await lock(db, about?.principalId ?? subject.caseId);
  const openCase = await findCase(db, subject.caseId);
  const principalId = openCase?.principalId ?? null;
  return { standing: principalId === null ? undefined : await findStanding(db, principalId), openCase };
}

async function lock(db: Writer, name: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(${LOCK}, hashtext(${name}))`.execute(db);
}

/** Cases before what refers to them, and the standing last: it takes the lock of all changes until the end. */
async function write(db: Writer, change: MisuseChange, now: MisuseState): Promise<void> {
  const about = change.case ?? now.openCase;
  if (change.case !== undefined) await writeCase(db, change.case, now.openCase);
  if (change.signalsSinceMs !== undefined && about !== undefined) await takeSignals(db, about, change.signalsSinceMs);
  const caseId = about === undefined || about.state === 'closed' ? null : about.id;
  for (const signal of change.signals ?? []) await writeSignal(db, signal, caseId);
  if (change.events !== undefined && about !== undefined) await writeEvents(db, about.id, change.events);
  if (change.standing !== undefined) await writeStanding(db, change.standing);
}

async function writeCase(db: Writer, about: MisuseCase, known: MisuseCase | undefined): Promise<void> {
  const { vendorNotice } = about;
  const columns = {
    state: about.state,
    closed_at: dateOf(about.closedAtMs),
    vendor: vendorNotice?.vendor ?? null,
    vendor_case_id: vendorNotice?.vendorCaseId ?? null,
    vendor_notice: vendorNotice?.notice ?? null,
    vendor_reason: vendorNotice?.reason ?? null,
    entity_identifier: vendorNotice?.entityIdentifier ?? null,
    imposed_by: [...about.imposedBy],
    appeals: about.appeals,
  };
  if (known?.id === about.id) {
    await db.updateTable('sekisho.cases').set(columns).where('id', '=', about.id).execute();
    return;
  }
  const { id, principalId, cause, openedAtMs } = about;
  await db
    .insertInto('sekisho.cases')
    .values({ id, principal_id: principalId, cause, opened_at: new Date(openedAtMs), ...columns })
    .execute();
}

async function takeSignals(db: Writer, about: MisuseCase, sinceMs: number): Promise<void> {
  await db
    .updateTable('sekisho.misuse_signals')
    .set({ case_id: about.id })
    .where('principal_id', '=', about.principalId)
    .where('case_id', 'is', null)
    .where('at', '>=', new Date(sinceMs))
    .execute();
}

/** Kept by itself, or counted where the minute has its share already. */
async function writeSignal(db: Writer, signal: Signal, caseId: string | null): Promise<void> {
  const minuteMs = Math.floor(signal.atMs / MINUTE_MS) * MINUTE_MS;
  const { kept } = await db
    .selectFrom('sekisho.misuse_signals')
    .select(({ fn }) => fn.countAll<string>().as('kept'))
    .where('principal_id', '=', signal.principalId)
    .where('at', '>=', new Date(minuteMs))
    .where('at', '<', new Date(minuteMs + MINUTE_MS))
    .where('overflow_minute', 'is', null)
    .executeTakeFirstOrThrow();
  const isOver = signal.count > 1 || Number(kept) >= MOST_SIGNALS_PER_MINUTE;
  await db
    .insertInto('sekisho.misuse_signals')
    .values({
      id: signal.id,
      principal_id: signal.principalId,
      kind: signal.kind,
      weight: signal.weight,
      request_id: isOver ? null : signal.requestId,
      at: new Date(signal.atMs),
      overflow_minute: isOver ? new Date(minuteMs) : null,
      count: signal.count,
      evidence: isOver ? '{}' : JSON.stringify(signal.evidence),
      case_id: caseId,
    })
    .onConflict((conflict) =>
      conflict
        .columns(['principal_id', 'overflow_minute', 'kind'])
        .where('overflow_minute', 'is not', null)
        .doUpdateSet({
          count: sql<number>`sekisho.misuse_signals.count + excluded.count`,
          case_id: sql<string | null>`coalesce(sekisho.misuse_signals.case_id, excluded.case_id)`,
        }),
    )
    .execute();
}

async function writeEvents(db: Writer, caseId: string, events: readonly CaseEvent[]): Promise<void> {
  if (events.length === 0) return;
  await db
    .insertInto('sekisho.case_events')
    .values(
      events.map(({ atMs, kind, by, text, facts }) => ({
        case_id: caseId,
        at: new Date(atMs),
        kind,
        by_principal: by?.principalId ?? null,
        by_name: by?.name ?? null,
        text,
        facts: JSON.stringify(facts),
      })),
    )
    .execute();
}

async function writeStanding(db: Writer, record: StandingRecord): Promise<void> {
  const columns = {
    standing: record.standing,
    score: Object.values(record.score.parts).reduce((sum, points) => sum + points, 0),
    parts: JSON.stringify(record.score.parts),
    updated_at: new Date(record.score.atMs),
    standing_since: new Date(record.sinceMs),
    reason: record.reason,
    case_id: record.caseId,
    set_by: record.setBy,
  };
  await db
    .insertInto('sekisho.standings')
    .values({ principal_id: record.principalId, ...columns })
    .onConflict((conflict) => conflict.column('principal_id').doUpdateSet(columns))
    .execute();
}

async function findStanding(db: Database, principalId: PrincipalId): Promise<StandingRecord | undefined> {
  const row = await db.selectFrom('sekisho.standings').selectAll().where('principal_id', '=', principalId).executeTakeFirst();
  return row === undefined ? undefined : standingOf(row);
}

async function findCase(db: Database, id: string): Promise<MisuseCase | undefined> {
  const row = await db.selectFrom('sekisho.cases').selectAll().where('id', '=', id).executeTakeFirst();
  return row === undefined ? undefined : caseOf(row);
}

async function findDetails(db: Database, id: string): Promise<CaseDetails | undefined> {
  const found = await findCase(db, id);
  if (found === undefined) return undefined;
  const events = await db
    .selectFrom('sekisho.case_events')
    .selectAll()
    .where('case_id', '=', id)
    .orderBy('id')
    .limit(MOST_EVENTS)
    .execute();
  const signals = await db
    .selectFrom('sekisho.misuse_signals')
    .selectAll()
    .where('case_id', '=', id)
    .orderBy('at', 'desc')
    .orderBy('id', 'desc')
    .limit(MOST_SIGNALS)
    .execute();
  return { ...found, events: events.map(eventOf), signals: signals.map(signalOf) };
}

function standingOf(row: Selectable<StandingsTable>): StandingRecord {
  return {
    principalId: row.principal_id as PrincipalId,
    standing: row.standing,
    // A kind that this version does not know is passed over by whoever counts.
    score: { parts: row.parts as Score['parts'], atMs: row.updated_at.getTime() },
    sinceMs: row.standing_since.getTime(),
    reason: row.reason,
    caseId: row.case_id,
    setBy: row.set_by as PrincipalId | null,
  };
}

function caseOf(row: Selectable<CasesTable>): MisuseCase {
  const { vendor, vendor_case_id: vendorCaseId, vendor_notice: notice } = row;
  return {
    id: row.id,
    principalId: row.principal_id as PrincipalId | null,
    cause: row.cause,
    state: row.state,
    openedAtMs: row.opened_at.getTime(),
    closedAtMs: row.closed_at?.getTime() ?? null,
    vendorNotice:
      vendor === null || vendorCaseId === null || notice === null
        ? null
        : { vendor, vendorCaseId, notice, reason: row.vendor_reason, entityIdentifier: row.entity_identifier },
    imposedBy: row.imposed_by as PrincipalId[],
    appeals: row.appeals,
  };
}

function eventOf(row: Selectable<CaseEventsTable>): CaseEvent {
  return {
    atMs: row.at.getTime(),
    kind: row.kind,
    by: row.by_principal === null || row.by_name === null ? null : { principalId: row.by_principal as PrincipalId, name: row.by_name },
    text: row.text,
    facts: row.facts as CaseEvent['facts'],
  };
}

function signalOf(row: Selectable<MisuseSignalsTable>): Signal {
  return {
    id: row.id,
    principalId: row.principal_id as PrincipalId,
    kind: row.kind,
    weight: row.weight,
    requestId: row.request_id,
    atMs: row.at.getTime(),
    count: Number(row.count),
    evidence: row.evidence as SignalEvidence,
  };
}

function dateOf(ms: number | null): Date | null {
  return ms === null ? null : new Date(ms);
}

function bounded(limit: number): number {
  return Math.min(Math.max(0, Math.trunc(limit)), MOST_ROWS);
}
