// Onboarding and attestations in PostgreSQL: implements what access declares.
// Whoever can write these tables can make a program look approved, or an obligation attested; the ledger has every such act that went
// through the program, a canary says what the vendor really grants, and no request is decided by anything in here.
import type { Selectable } from 'kysely';
import type { Attestation, AttestationStore, Onboarding, OnboardingEvent, OnboardingStore } from '#access';
import { systemErrorCode, type PrincipalId } from '#kernel';
import type { Database } from './database.ts';
import type { AttestationsTable, OnboardingEventsTable, OnboardingTable } from './tables-onboarding.ts';

/** More than anybody reads; bounds memory. */
const MOST_ROWS = 5_000;
/** Of one onboarding's history: the newest. */
const MOST_EVENTS = 200;
const UNIQUE_VIOLATION = '23505';

export function createOnboardingStore(db: Database): OnboardingStore {
  return {
    insert: (onboarding) => insert(db, onboarding),
    async find(id) {
      const row = await db.selectFrom('sekisho.onboarding').selectAll().where('id', '=', id).executeTakeFirst();
      return row === undefined ? undefined : (await withHistories(db, [row]))[0];
    },
    async list(limit) {
      const rows = await db
        .selectFrom('sekisho.onboarding')
        .selectAll()
        .orderBy('created_at', 'desc')
        .orderBy('id', 'desc')
        .limit(bounded(limit))
        .execute();
      return await withHistories(db, rows);
    },
    append: (id, event, changes) => append(db, id, event, changes),
  };
}

function insert(db: Database, onboarding: Onboarding): Promise<boolean> {
  const [event] = onboarding.history;
  return unlessTaken(() =>
    db.transaction().execute(async (transaction) => {
      await transaction
        .insertInto('sekisho.onboarding')
        .values({
          id: onboarding.id,
          program: onboarding.program,
          account: onboarding.account,
          reference: onboarding.reference,
          state: onboarding.state,
          created_at: new Date(onboarding.createdAtMs),
          changed_at: new Date(onboarding.changedAtMs),
          revision: onboarding.revision,
        })
        .execute();
      await transaction.insertInto('sekisho.onboarding_events').values(rowOfEvent(onboarding.id, event!)).execute();
    }),
  );
}

/** The event's key is the lock: of two who saw the same revision, the second finds it taken. */
function append(db: Database, id: string, event: OnboardingEvent, { reference }: { readonly reference?: string }): Promise<boolean> {
  return unlessTaken(() =>
    db.transaction().execute(async (transaction) => {
      await transaction.insertInto('sekisho.onboarding_events').values(rowOfEvent(id, event)).execute();
      await transaction
        .updateTable('sekisho.onboarding')
        .set({
          state: event.to,
          changed_at: new Date(event.atMs),
          revision: event.revision,
          ...(reference === undefined ? {} : { reference }),
        })
        .where('id', '=', id)
        .execute();
    }),
  );
}

async function unlessTaken(work: () => Promise<void>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    if (systemErrorCode(error) === UNIQUE_VIOLATION) return false;
    throw error;
  }
}

async function withHistories(db: Database, rows: readonly Selectable<OnboardingTable>[]): Promise<Onboarding[]> {
  if (rows.length === 0) return [];
  const events = await db
    .selectFrom('sekisho.onboarding_events as event')
    .innerJoin('sekisho.onboarding as onboarding', 'onboarding.id', 'event.onboarding_id')
    .selectAll('event')
    .where(
      'event.onboarding_id',
      'in',
      rows.map(({ id }) => id),
    )
    .where((on) => on('event.revision', '>', on('onboarding.revision', '-', MOST_EVENTS)))
    .orderBy('event.onboarding_id')
    .orderBy('event.revision')
    .execute();
  const histories = Map.groupBy(events, (event) => event.onboarding_id);
  return rows.map((row) => ({
    id: row.id,
    program: row.program,
    account: row.account,
    reference: row.reference,
    state: row.state,
    createdAtMs: row.created_at.getTime(),
    changedAtMs: row.changed_at.getTime(),
    revision: row.revision,
    history: (histories.get(row.id) ?? []).map(eventOf),
  }));
}

function rowOfEvent(id: string, { revision, atMs, from, to, by, note, probe }: OnboardingEvent) {
  return {
    onboarding_id: id,
    revision,
    at: new Date(atMs),
    from_state: from,
    to_state: to,
    by_principal: by?.principal ?? null,
    by_name: by?.name ?? null,
    by_authentication: by?.authentication ?? null,
    note,
    probe: probe === null ? null : JSON.stringify(probe),
  };
}

function eventOf(row: Selectable<OnboardingEventsTable>): OnboardingEvent {
  const { by_principal: principal, by_name: name, by_authentication: authentication } = row;
  return {
    revision: row.revision,
    atMs: row.at.getTime(),
    from: row.from_state,
    to: row.to_state,
    by:
      principal === null || name === null || authentication === null ? null : { principal: principal as PrincipalId, name, authentication },
    note: row.note,
    probe: row.probe,
  };
}

export function createAttestationStore(db: Database): AttestationStore {
  return {
    async insert(attestation) {
      await db
        .insertInto('sekisho.attestations')
        .values({
          id: attestation.id,
          program: attestation.program,
          obligation: attestation.obligation,
          obligation_hash: attestation.obligationHash,
          statement: attestation.statement,
          by_principal: attestation.by.principal,
          by_name: attestation.by.name,
          by_authentication: attestation.by.authentication,
          at: new Date(attestation.atMs),
          until: new Date(attestation.untilMs),
          withdrawn_at: null,
          withdrawn_by: null,
          withdrawn_reason: null,
        })
        .execute();
    },
    async find(id) {
      const row = await db.selectFrom('sekisho.attestations').selectAll().where('id', '=', id).executeTakeFirst();
      return row === undefined ? undefined : attestationOf(row);
    },
    async withdraw({ id, atMs, by, reason }) {
      const { numUpdatedRows } = await db
        .updateTable('sekisho.attestations')
        .set({ withdrawn_at: new Date(atMs), withdrawn_by: by, withdrawn_reason: reason })
        .where('id', '=', id)
        .where('withdrawn_at', 'is', null)
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    },
    async list(limit) {
      const rows = await db
        .selectFrom('sekisho.attestations')
        .selectAll()
        .orderBy('at', 'desc')
        .orderBy('id', 'desc')
        .limit(bounded(limit))
        .execute();
      return rows.map(attestationOf);
    },
  };
}

function attestationOf(row: Selectable<AttestationsTable>): Attestation {
  return {
    id: row.id,
    program: row.program,
    obligation: row.obligation,
    obligationHash: row.obligation_hash,
    statement: row.statement,
    by: { principal: row.by_principal as PrincipalId, name: row.by_name, authentication: row.by_authentication },
    atMs: row.at.getTime(),
    untilMs: row.until.getTime(),
    withdrawnAtMs: row.withdrawn_at?.getTime() ?? null,
    withdrawnBy: row.withdrawn_by,
    withdrawnReason: row.withdrawn_reason,
  };
}

function bounded(limit: number): number {
  return Math.min(Math.max(0, Math.trunc(limit)), MOST_ROWS);
}
