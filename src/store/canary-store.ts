// Canary runs and leases in PostgreSQL: implements what continuity declares.
// Whoever can write these tables can hide that an entitlement was lost, or make it look lost, and can stop canaries by holding their
// names; alerts that were told are in the ledger and stay there.
import { sql, type Selectable } from 'kysely';
import type { CanaryRecord, CanaryStore } from '#continuity';
import type { Database } from './database.ts';
import type { CanaryRunsTable } from './tables.ts';

/** More than anybody reads; bounds memory. */
const MOST_ROWS = 10_000;

export function createCanaryStore(db: Database): CanaryStore {
  return {
    async insert(record) {
      await db
        .insertInto('sekisho.canary_runs')
        .values({
          id: record.id,
          deployment: record.deployment,
          program: record.program,
          route: record.route,
          at: new Date(record.atMs),
          result: record.result,
          kind: record.kind,
          code: record.code,
          effective_model: record.effectiveModel,
          effective_program: record.effectiveProgram,
          request_id: record.requestId,
          latency_ms: Math.min(record.latencyMs, 2_147_483_647),
        })
        .execute();
    },
    async latest({ deployment, program }, limit) {
      const rows = await newest(db, limit)
        .where('deployment', '=', deployment)
        .where(sql<boolean>`coalesce(program, '') = ${program ?? ''}`)
        .execute();
      return rows.map(recordOf);
    },
    async list({ deployment, limit }) {
      let query = newest(db, limit);
      if (deployment !== undefined) query = query.where('deployment', '=', deployment);
      return (await query.execute()).map(recordOf);
    },
    async tryLease(name, forMs) {
      // One statement: whoever comes second waits for the row and then finds it held.
      const { rows } = await sql<{ name: string }>`
        insert into sekisho.leases as lease (name, held_until) values (${name}, clock_timestamp() + ${forMs} * interval '1 millisecond')
        on conflict (name) do update set held_until = excluded.held_until where lease.held_until <= clock_timestamp()
        returning name`.execute(db);
      return rows.length > 0;
    },
    async prune(beforeMs) {
      const before = new Date(beforeMs);
      const { numDeletedRows } = await db.deleteFrom('sekisho.canary_runs').where('at', '<', before).executeTakeFirst();
      return Number(numDeletedRows);
    },
  };
}

function newest(db: Database, limit: number) {
  return db
    .selectFrom('sekisho.canary_runs')
    .selectAll()
    .orderBy('at', 'desc')
    .orderBy('id', 'desc')
    .limit(Math.min(Math.max(0, Math.trunc(limit)), MOST_ROWS));
}

function recordOf(row: Selectable<CanaryRunsTable>): CanaryRecord {
  return {
    id: row.id,
    deployment: row.deployment,
    program: row.program,
    route: row.route,
    atMs: row.at.getTime(),
    result: row.result,
    kind: row.kind,
    code: row.code,
    effectiveModel: row.effective_model,
    effectiveProgram: row.effective_program,
    requestId: row.request_id,
    latencyMs: row.latency_ms,
  };
}
