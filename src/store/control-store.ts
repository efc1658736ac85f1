// Cuts, drills and evidence in PostgreSQL: implements what continuity declares.
// Whoever can write these tables can stop any deployment for everybody, and can undo a cut or invent evidence (not without a row that
// says so, unless they first drop the triggers); what the checkpoint may do with data is the configuration's, and not in here. Every act
// through the program is in the ledger before it is in here.
import { sql, type Selectable } from 'kysely';
import type { CaseResult, ControlStore, CutRecord, DrillRecord } from '#continuity';
import { SekishoError, systemErrorCode } from '#kernel';
import type { Cut, Evidence, LiveDrill, RoutingState } from '#routing';
import type { Database } from './database.ts';
import type { CaseResultsTable, CutsTable, DrillsTable, EvidenceTable } from './tables.ts';

/** More than anybody reads; bounds memory. */
const MOST_ROWS = 10_000;
/** Of the state: what was evaluated last, when there are more routes times deployments than this. */
const MOST_EVIDENCE = 20_000;
/** Single answers are forgotten after this; runs older than a day are not gone on with anyway. */
const KEEP_CASE_RESULTS_MS = 90 * 24 * 3600 * 1000;
const LONGEST_PROBLEM = 500;
const MOST_PROBLEMS = 100;
/** Characters of a model's name as a provider states it. */
const LONGEST_MODEL = 256;

export function createControlStore(db: Database): ControlStore {
  return {
    readState: (known) => readState(db, known),
    ...cutMethods(db),
    ...drillMethods(db),
    ...evidenceMethods(db),
  };
}

/** Everything but `version` is null when nothing changed. */
interface StateRow {
  readonly version: string;
  readonly cuts: readonly Cut[] | null;
  readonly drills: readonly LiveDrill[] | null;
  readonly evidence: readonly Evidence[] | null;
}

/**
 * One statement, so that everything is seen at the same instant; the parts are only computed when the version is another. The index is
 * asked from one pair of route and deployment to the next: evidence is never removed, and reading all of it would soon take longer than a
 * cut may.
 */
async function readState(db: Database, known: { readonly version: number; readonly nowMs: number }): Promise<RoutingState | 'unchanged'> {
  const { rows } = await sql<StateRow>`
    with recursive latest as materialized (
      select greatest(
        coalesce((select max(change_seq) from sekisho.cuts), 0),
        coalesce((select max(change_seq) from sekisho.drills), 0),
        coalesce((select max(change_seq) from sekisho.evidence), 0)
      ) as version
    ), pairs as (
      (select route, deployment from sekisho.evidence order by route, deployment limit 1)
      union all
      select following.route, following.deployment from pairs cross join lateral (
        select route, deployment from sekisho.evidence as each where (each.route, each.deployment) > (pairs.route, pairs.deployment)
        order by route, deployment limit 1
      ) as following
    )
    select version,
      case when version <> ${known.version} then (
        select coalesce(jsonb_agg(jsonb_build_object('id', id, 'selector', selector, 'reason', reason, 'atMs', ${msOf('at')}) order by at, id), '[]')
        from sekisho.cuts where restored_at is null
      ) end as cuts,
      case when version <> ${known.version} then (
        select coalesce(jsonb_agg(jsonb_build_object('id', id, 'selectors', selectors, 'share', share, 'canariesOnly', canaries_only,
          'startsAtMs', ${msOf('starts_at')}, 'endsAtMs', ${msOf('ends_at')}) order by starts_at, id), '[]')
        from sekisho.drills where aborted_at is null and ends_at > ${new Date(known.nowMs)}
      ) end as drills,
      case when version <> ${known.version} then (
        select coalesce(jsonb_agg(jsonb_build_object('route', route, 'deployment', deployment, 'model', model, 'score', score,
          'latencyMsP50', latency_ms_p50, 'costPerCase', cost_per_case, 'effectiveModel', effective_model, 'atMs', ${msOf('at')},
          'casesHash', cases_hash) order by route, deployment), '[]')
        from (select newest.* from pairs cross join lateral (
          select * from sekisho.evidence as each where each.route = pairs.route and each.deployment = pairs.deployment
          order by change_seq desc limit 1
        ) as newest order by change_seq desc limit ${MOST_EVIDENCE}) as kept
      ) end as evidence
    from latest`.execute(db);
  const { version, cuts, drills, evidence } = rows[0]!;
  if (cuts === null || drills === null || evidence === null) return 'unchanged';
  return { version: Number(version), cuts, drills, evidence };
}

function msOf(column: string) {
  return sql`(extract(epoch from ${sql.ref(column)}) * 1000)::bigint`;
}

function cutMethods(db: Database): Pick<ControlStore, 'insertCut' | 'restoreCut' | 'listCuts'> {
  return {
    async insertCut(cut) {
      await limited(
        db
          .insertInto('sekisho.cuts')
          .values({
            id: cut.id,
            selector: cut.selector,
            reason: cut.reason,
            made_by: cut.by,
            at: new Date(cut.atMs),
            restored_at: dateOf(cut.restoredAtMs),
            restored_by: cut.restoredBy,
            restored_reason: cut.restoredReason,
          })
          .execute(),
      );
    },
    async restoreCut({ id, atMs, by, reason }) {
      const { numUpdatedRows } = await db
        .updateTable('sekisho.cuts')
        .set({ restored_at: new Date(atMs), restored_by: by, restored_reason: reason })
        .where('id', '=', id)
        .where('restored_at', 'is', null)
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    },
    async listCuts({ inForceOnly, limit }) {
      let query = db.selectFrom('sekisho.cuts').selectAll().orderBy('at', 'desc').orderBy('id', 'desc').limit(bounded(limit));
      if (inForceOnly) query = query.where('restored_at', 'is', null);
      return (await query.execute()).map(cutOf);
    },
  };
}

function drillMethods(db: Database): Pick<ControlStore, 'insertDrill' | 'abortDrill' | 'findDrill' | 'listDrills'> {
  return {
    async insertDrill(drill) {
      await limited(
        db
          .insertInto('sekisho.drills')
          .values({
            id: drill.id,
            selectors: [...drill.selectors],
            share: drill.share,
            canaries_only: drill.canariesOnly,
            reason: drill.reason,
            made_by: drill.by,
            starts_at: new Date(drill.startsAtMs),
            ends_at: new Date(drill.endsAtMs),
            aborted_at: dateOf(drill.abortedAtMs),
            aborted_by: drill.abortedBy,
          })
          .execute(),
      );
    },
    /** False as well when it has ended by itself. */
    async abortDrill({ id, atMs, by }) {
      const { numUpdatedRows } = await db
        .updateTable('sekisho.drills')
        .set({ aborted_at: new Date(atMs), aborted_by: by })
        .where('id', '=', id)
        .where('aborted_at', 'is', null)
        .where('ends_at', '>', new Date(atMs))
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    },
    async findDrill(id) {
      const row = await db.selectFrom('sekisho.drills').selectAll().where('id', '=', id).executeTakeFirst();
      return row === undefined ? undefined : drillOf(row);
    },
    async listDrills(limit) {
      const rows = await db
        .selectFrom('sekisho.drills')
        .selectAll()
        .orderBy('starts_at', 'desc')
        .orderBy('id', 'desc')
        .limit(bounded(limit))
        .execute();
      return rows.map(drillOf);
    },
  };
}

function evidenceMethods(
  db: Database,
): Pick<ControlStore, 'insertCaseResult' | 'caseResults' | 'latestRun' | 'insertEvidence' | 'listEvidence'> {
  return {
    async insertCaseResult(result) {
      const { run, deployment, case_id, ...rest } = caseResultRow(result);
      await db
        .insertInto('sekisho.case_results')
        .values({ run, deployment, case_id, ...rest })
        .onConflict((conflict) => conflict.columns(['run', 'deployment', 'case_id']).doUpdateSet(rest))
        .execute();
    },
    async caseResults(run) {
      const rows = await db
        .selectFrom('sekisho.case_results')
        .selectAll()
        .where('run', '=', run)
        .orderBy('at')
        .orderBy('deployment')
        .orderBy('case_id')
        .execute();
      return rows.map(caseResultOf);
    },
    async latestRun(route) {
      const row = await db
        .selectFrom('sekisho.case_results')
        .select('run')
        .where('route', '=', route)
        .orderBy('at', 'desc')
        .orderBy('run', 'desc')
        .limit(1)
        .executeTakeFirst();
      return row?.run;
    },
    async insertEvidence(evidence) {
      await db
        .insertInto('sekisho.evidence')
        .values({
          run: evidence.run,
          route: evidence.route,
          deployment: evidence.deployment,
          model: evidence.model,
          score: evidence.score,
          latency_ms_p50: evidence.latencyMsP50,
          cost_per_case: evidence.costPerCase,
          effective_model: modelName(evidence.effectiveModel),
          at: new Date(evidence.atMs),
          cases_hash: evidence.casesHash,
        })
        .execute();
      await db
        .deleteFrom('sekisho.case_results')
        .where('at', '<', new Date(evidence.atMs - KEEP_CASE_RESULTS_MS))
        .execute();
    },
    /** Newest is what was recorded last, whatever the clocks say. */
    async listEvidence({ route, limit }) {
      let query = db.selectFrom('sekisho.evidence').selectAll().orderBy('change_seq', 'desc').limit(bounded(limit));
      if (route !== undefined) query = query.where('route', '=', route);
      return (await query.execute()).map(evidenceOf);
    },
  };
}

/** The tables' own bounds on what may be in force at once. */
async function limited<T>(statement: Promise<T>): Promise<T> {
  try {
    return await statement;
  } catch (error) {
    if (systemErrorCode(error) !== '54000') throw error;
    throw new SekishoError('too-many-in-force', 'too much is in force already', {
      cause: error,
      hint: '`sekisho cuts` and `sekisho drill list` show what is; restore or abort some of it.',
    });
  }
}

function cutOf(row: Selectable<CutsTable>): CutRecord {
  return {
    id: row.id,
    selector: row.selector,
    reason: row.reason,
    by: row.made_by,
    atMs: row.at.getTime(),
    restoredAtMs: row.restored_at?.getTime() ?? null,
    restoredBy: row.restored_by,
    restoredReason: row.restored_reason,
  };
}

function drillOf(row: Selectable<DrillsTable>): DrillRecord {
  return {
    id: row.id,
    selectors: row.selectors,
    share: row.share,
    canariesOnly: row.canaries_only,
    reason: row.reason,
    by: row.made_by,
    startsAtMs: row.starts_at.getTime(),
    endsAtMs: row.ends_at.getTime(),
    abortedAtMs: row.aborted_at?.getTime() ?? null,
    abortedBy: row.aborted_by,
  };
}

function evidenceOf(row: Selectable<EvidenceTable>): Evidence {
  return {
    route: row.route,
    deployment: row.deployment,
    model: row.model,
    score: row.score,
    latencyMsP50: row.latency_ms_p50,
    costPerCase: row.cost_per_case,
    effectiveModel: row.effective_model,
    atMs: row.at.getTime(),
    casesHash: row.cases_hash,
  };
}

function caseResultRow(result: CaseResult): Selectable<CaseResultsTable> {
  return {
    run: result.run,
    route: result.route,
    deployment: result.deployment,
    case_id: result.caseId,
    passed: result.passed,
    score: result.score,
    latency_ms: result.latencyMs,
    cost: result.cost,
    effective_model: modelName(result.effectiveModel),
    problems: result.problems.slice(0, MOST_PROBLEMS).map((problem) => storable(problem, LONGEST_PROBLEM)),
    at: new Date(result.atMs),
  };
}

function caseResultOf(row: Selectable<CaseResultsTable>): CaseResult {
  return {
    run: row.run,
    route: row.route,
    deployment: row.deployment,
    caseId: row.case_id,
    passed: row.passed,
    score: row.score,
    latencyMs: row.latency_ms,
    cost: row.cost,
    effectiveModel: row.effective_model,
    problems: row.problems,
    atMs: row.at.getTime(),
  };
}

/** As a provider wrote it: of any length, and with characters that the database does not take. */
function modelName(name: string | null): string | null {
  return name === null ? null : storable(name, LONGEST_MODEL);
}

function storable(text: string, most: number): string {
  return text.slice(0, most).toWellFormed().replaceAll('\0', '\u{FFFD}');
}

function dateOf(ms: number | null): Date | null {
  return ms === null ? null : new Date(ms);
}

function bounded(limit: number): number {
  return Math.min(Math.max(0, Math.trunc(limit)), MOST_ROWS);
}
