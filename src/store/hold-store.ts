// Held calls in PostgreSQL: implements what access declares.
// Whoever can read this table learns who waited for whom, when, for which tool and why; no argument of a call. Whoever can write it can
// drop the triggers and approve a call of the very principal and grant it was sealed for; the ledger then has no approval of it.
import { sql, type Selectable, type Transaction } from 'kysely';
import type { HoldStep, HoldStore, StoredHold } from '#access';
import type { PrincipalId, RequestId } from '#kernel';
import type { Database } from './database.ts';
import type { HoldsTable } from './tables-misuse.ts';
import type { Tables } from './tables.ts';

const MOST_ROWS = 1000;

/** "hold" in ASCII: one lock for each principal, so that two of its calls are not counted at once. */
const LOCK = sql`x'686f6c64'::int`;

export function createHoldStore(db: Database): HoldStore {
  return {
    insert: (hold, most, record) => db.transaction().execute((transaction) => insert(transaction, { hold, most, record })),
    async find(id) {
      const row = await db.selectFrom('sekisho.holds').selectAll().where('id', '=', id).executeTakeFirst();
      return row === undefined ? undefined : holdOf(row);
    },
    async findApproved({ principalId, grantId, fingerprint, nowMs }) {
      const row = await db
        .selectFrom('sekisho.holds')
        .selectAll()
        .where('fingerprint', '=', fingerprint)
        .where('principal_id', '=', principalId)
        .where('grant_id', '=', grantId)
        .where('state', '=', 'approved')
        .where('expires_at', '>', new Date(nowMs))
        .orderBy('id')
        .limit(1)
        .executeTakeFirst();
      return row === undefined ? undefined : holdOf(row);
    },
    async list({ principalId, status, beforeId, limit }) {
      let query = db
        .selectFrom('sekisho.holds')
        .selectAll()
        .orderBy('id', 'desc')
        .limit(Math.min(Math.max(0, Math.trunc(limit)), MOST_ROWS));
      if (principalId !== undefined) query = query.where('principal_id', '=', principalId);
      if (status !== undefined) query = query.where('state', '=', status);
      if (beforeId !== undefined) query = query.where('id', '<', beforeId);
      return (await query.execute()).map(holdOf);
    },
    change: (id, work) =>
      db.transaction().execute(async (transaction) => {
        const row = await transaction.selectFrom('sekisho.holds').selectAll().where('id', '=', id).forUpdate().executeTakeFirst();
        if (row === undefined) return undefined;
        const { change, result } = await work(holdOf(row));
        if (change !== undefined) await transaction.updateTable('sekisho.holds').set(columnsOf(change)).where('id', '=', id).execute();
        return result;
      }),
    // Rows that somebody is deciding about are left for the next time: whoever waits for a row while it holds the lock of all changes
    // would wait for somebody who waits for that lock.
    async expire(nowMs) {
      const { numUpdatedRows } = await db
        .updateTable('sekisho.holds')
        .set({ state: 'expired' })
        .where('id', 'in', (from) =>
          from
            .selectFrom('sekisho.holds')
            .select('id')
            .where('state', 'in', ['waiting', 'approved'])
            .where('expires_at', '<=', new Date(nowMs))
            .orderBy('expires_at')
            .limit(MOST_ROWS)
            .forUpdate()
            .skipLocked(),
        )
        .executeTakeFirst();
      return Number(numUpdatedRows);
    },
    async prune(beforeMs, limit) {
      const { numUpdatedRows } = await db
        .updateTable('sekisho.holds')
        .set({ sealed_call: null })
        .where('id', 'in', (from) =>
          from
            .selectFrom('sekisho.holds')
            .select('id')
            .where('sealed_call', 'is not', null)
            .where('state', 'in', ['denied', 'expired', 'delivered'])
            .where('created_at', '<', new Date(beforeMs))
            .orderBy('created_at')
            .limit(limit)
            .forUpdate()
            .skipLocked(),
        )
        .executeTakeFirst();
      return Number(numUpdatedRows);
    },
  };
}

async function insert(
  db: Transaction<Tables>,
  input: {
    readonly hold: StoredHold;
    readonly most: { readonly ofPrincipal: number; readonly overall: number };
    readonly record: () => Promise<void>;
  },
): ReturnType<HoldStore['insert']> {
  const { hold, most, record } = input;
  await sql`select pg_advisory_xact_lock(${LOCK}, hashtext(${hold.principalId}))`.execute(db);
  const waiting = db.selectFrom('sekisho.holds').where('state', '=', 'waiting').where('expires_at', '>', new Date(hold.createdAtMs));
  const same = await waiting
    .selectAll()
    .where('fingerprint', '=', hold.fingerprint)
    .where('principal_id', '=', hold.principalId)
    .where('grant_id', '=', hold.grantId)
    .orderBy('id')
    .limit(1)
    .executeTakeFirst();
  if (same !== undefined) return { hold: holdOf(same), isNew: false };
  const { own, all } = await waiting
    .select(({ fn }) => [
      fn.countAll<string>().as('all'),
      fn.countAll<string>().filterWhere('principal_id', '=', hold.principalId).as('own'),
    ])
    .executeTakeFirstOrThrow();
  if (Number(own) >= most.ofPrincipal) return 'too-many-of-principal';
  if (Number(all) >= most.overall) return 'too-many';
  await record();
  await db
    .insertInto('sekisho.holds')
    .values({
      id: hold.id,
      principal_id: hold.principalId,
      grant_id: hold.grantId,
      request_id: hold.requestId,
      route: hold.route,
      deployment: hold.deployment,
      tool: hold.tool,
      sealed_call: hold.sealedCall,
      reason_codes: [...hold.reasonCodes],
      fingerprint: hold.fingerprint,
      tainted: hold.isTainted,
      created_at: new Date(hold.createdAtMs),
      expires_at: new Date(hold.expiresAtMs),
      state: hold.status,
      decided_by: null,
      decided_by_name: null,
      decided_at: null,
      decision_reason: null,
      delivered_at: null,
      delivered_request_id: null,
    })
    .execute();
  return { hold, isNew: true };
}

function columnsOf(step: HoldStep) {
  if (step.to === 'delivered') return { state: step.to, delivered_at: new Date(step.atMs), delivered_request_id: step.requestId };
  const { by, byName, atMs, reason } = step.decision;
  return {
    state: step.to,
    decided_by: by,
    decided_by_name: byName,
    decided_at: new Date(atMs),
    decision_reason: reason,
    ...(step.to === 'approved' ? { expires_at: new Date(step.expiresAtMs) } : {}),
  };
}

function holdOf(row: Selectable<HoldsTable>): StoredHold {
  return {
    id: row.id,
    principalId: row.principal_id as PrincipalId,
    grantId: row.grant_id,
    requestId: row.request_id as RequestId,
    route: row.route,
    deployment: row.deployment,
    tool: row.tool,
    reasonCodes: row.reason_codes as StoredHold['reasonCodes'],
    isTainted: row.tainted,
    status: row.state,
    createdAtMs: row.created_at.getTime(),
    expiresAtMs: row.expires_at.getTime(),
    decision:
      row.decided_by === null || row.decided_by_name === null || row.decided_at === null || row.decision_reason === null
        ? null
        : { by: row.decided_by as PrincipalId, byName: row.decided_by_name, atMs: row.decided_at.getTime(), reason: row.decision_reason },
    deliveredAtMs: row.delivered_at?.getTime() ?? null,
    deliveredTo: row.delivered_request_id as RequestId | null,
    sealedCall: row.sealed_call,
    fingerprint: row.fingerprint,
  };
}
