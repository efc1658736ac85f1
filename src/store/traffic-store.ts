// Sums of traffic in PostgreSQL: implements what continuity declares.
// Whoever can write these tables can make shares look as they like, and so steer requests among deployments that qualify, or stop routes
// whose limits are enforced. They cannot send a request anywhere that its data may not go, and the ledger has the true history.
import { sql } from 'kysely';
import type { TrafficStore, TrafficSums, TrafficWindow } from '#continuity';
import { SekishoError } from '#kernel';
import type { Database } from './database.ts';

const MINUTE_SECONDS = 60;
const HOUR_SECONDS = 3600;
const HOUR_MS = HOUR_SECONDS * 1000;
/** A little more than a day, so that the window of a day always has its minutes. */
const KEEP_MINUTES_MS = 26 * HOUR_MS;
const KEEP_MS = 400 * 24 * HOUR_MS;
/** Of one answer: configured names and fixed words make far fewer. A cut-off sum would be a wrong one, so more is an error. */
const MOST_ROWS = 200_000;

export function createTrafficStore(db: Database): TrafficStore {
  return {
    add: (input) => add(db, input),
    sums: ({ fromMs, toMs }) => selectSums(db, sql`period_start >= ${new Date(fromMs)} and period_start < ${new Date(toMs)}`),
    drillSums: (drill) => selectSums(db, sql`drill = ${drill} and drill <> ''`),
    daily: (window) => selectDaily(db, window),
    compact: (nowMs) => compact(db, nowMs),
  };
}

/** One statement: the claim of the batch and the sums are durable together or not at all. Rows in the order of the key, as all writers take them. */
async function add(db: Database, { node, atMs, sums, batch }: Parameters<TrafficStore['add']>[0]): Promise<void> {
  if (sums.length === 0) return;
  const column = <T>(of: (sums: TrafficSums) => T): T[] => sums.map(of);
  const when = (of: (sums: TrafficSums) => number): (number | null)[] => sums.map((each) => (each.ended > 0 ? of(each) : null));
  const claim =
    batch === undefined
      ? sql`select 1`
      : sql`insert into sekisho.traffic_writers as writer (node, batch, at) values (${node}, ${batch}, ${new Date(atMs)})
          on conflict (node) do update set batch = excluded.batch, at = excluded.at where writer.batch <> excluded.batch
          returning 1`;
  await sql`
    with claim as (${claim})
    insert into sekisho.traffic as kept (period_start, period_seconds, node, route, deployment, drill, data_class, cause,
      sent, ended, input_tokens, output_tokens, total_ms, first_byte_ms, first_at, last_at)
    select ${periodStart(atMs, MINUTE_SECONDS)}::timestamptz, ${MINUTE_SECONDS}::integer, ${node}::text, route, deployment, drill, data_class, cause,
      sum(sent), sum(ended), sum(input_tokens), sum(output_tokens), sum(total_ms), sum(first_byte_ms),
      to_timestamp(min(first_at) / 1000), to_timestamp(max(last_at) / 1000)
    from unnest(
      ${column(({ route }) => route)}::text[], ${column(({ deployment }) => deployment)}::text[], ${column(({ drill }) => drill)}::text[],
      ${column(({ dataClass }) => dataClass)}::text[], ${column(({ cause }) => cause)}::text[],
      ${column(({ sent }) => sent)}::bigint[], ${column(({ ended }) => ended)}::bigint[],
      ${column(({ inputTokens }) => inputTokens)}::bigint[], ${column(({ outputTokens }) => outputTokens)}::bigint[],
      ${column(({ totalMs }) => totalMs)}::double precision[], ${column(({ firstByteMs }) => firstByteMs)}::double precision[],
      ${when(({ firstAtMs }) => firstAtMs)}::double precision[], ${when(({ lastAtMs }) => lastAtMs)}::double precision[]
    ) as given (route, deployment, drill, data_class, cause, sent, ended, input_tokens, output_tokens, total_ms, first_byte_ms, first_at, last_at)
    where exists (select from claim)
    group by route, deployment, drill, data_class, cause
    order by route, deployment, drill, data_class, cause
    on conflict (period_start, period_seconds, node, route, deployment, drill, data_class, cause) do update set ${ADDED}`.execute(db);
}

/** The sums of the row that is there and of the one that comes. */
const ADDED = sql`
  sent = kept.sent + excluded.sent, ended = kept.ended + excluded.ended,
  input_tokens = kept.input_tokens + excluded.input_tokens, output_tokens = kept.output_tokens + excluded.output_tokens,
  total_ms = kept.total_ms + excluded.total_ms, first_byte_ms = kept.first_byte_ms + excluded.first_byte_ms,
  first_at = least(kept.first_at, excluded.first_at), last_at = greatest(kept.last_at, excluded.last_at)`;

/** Counts leave as doubles: exact far beyond what anybody sends. */
async function selectSums(db: Database, condition: ReturnType<typeof sql>): Promise<readonly TrafficSums[]> {
  const { rows } = await sql<TrafficSums>`
    select route, deployment, drill, data_class as "dataClass", cause,
      sum(sent)::double precision as sent, sum(ended)::double precision as ended,
      sum(input_tokens)::double precision as "inputTokens", sum(output_tokens)::double precision as "outputTokens",
      sum(total_ms) as "totalMs", sum(first_byte_ms) as "firstByteMs",
      coalesce(extract(epoch from min(first_at)) * 1000, 0)::double precision as "firstAtMs",
      coalesce(extract(epoch from max(last_at)) * 1000, 0)::double precision as "lastAtMs"
    from sekisho.traffic where ${condition}
    group by route, deployment, drill, data_class, cause
    order by route, deployment, drill, data_class, cause
    limit ${MOST_ROWS + 1}`.execute(db);
  return whole(rows);
}

async function selectDaily(db: Database, { fromMs, toMs }: TrafficWindow): ReturnType<TrafficStore['daily']> {
  const { rows } = await sql<Awaited<ReturnType<TrafficStore['daily']>>[number]>`
    select to_char(period_start at time zone 'UTC', 'YYYY-MM-DD') as day, route, deployment, sum(sent)::double precision as sent,
      sum(input_tokens)::double precision as "inputTokens", sum(output_tokens)::double precision as "outputTokens"
    from sekisho.traffic where period_start >= ${new Date(fromMs)} and period_start < ${new Date(toMs)}
    group by 1, route, deployment
    having sum(sent) > 0 or sum(input_tokens) + sum(output_tokens) > 0
    order by 1, route, deployment
    limit ${MOST_ROWS + 1}`.execute(db);
  return whole(rows);
}

function whole<T>(rows: T[]): T[] {
  if (rows.length <= MOST_ROWS) return rows;
  throw new SekishoError('too-much-traffic', `the traffic asked for has more than ${MOST_ROWS} sums`, { hint: 'Ask for fewer days.' });
}

/** Nodes do not compact at once: whoever comes second does nothing, and the next time there is little left to do. */
async function compact(db: Database, nowMs: number): Promise<number> {
  return db.transaction().execute(async (transaction) => {
    const lock = await sql<{ held: boolean }>`select pg_try_advisory_xact_lock(x'73656b69'::int, 3) as held`.execute(transaction);
    if (lock.rows[0]?.held !== true) return 0;
    const { rows } = await sql<{ removed: string }>`
      with minutes as (
        delete from sekisho.traffic
        where period_seconds = ${MINUTE_SECONDS} and period_start < ${periodStart(nowMs - KEEP_MINUTES_MS, HOUR_SECONDS)}
        returning *
      ), hours as (
        insert into sekisho.traffic as kept (period_start, period_seconds, node, route, deployment, drill, data_class, cause,
          sent, ended, input_tokens, output_tokens, total_ms, first_byte_ms, first_at, last_at)
        select to_timestamp(floor(extract(epoch from period_start) / ${HOUR_SECONDS}) * ${HOUR_SECONDS}) as hour, ${HOUR_SECONDS}::integer, '',
          route, deployment, drill, data_class, cause, sum(sent), sum(ended), sum(input_tokens), sum(output_tokens), sum(total_ms),
          sum(first_byte_ms), min(first_at), max(last_at)
        from minutes group by hour, route, deployment, drill, data_class, cause
        on conflict (period_start, period_seconds, node, route, deployment, drill, data_class, cause) do update set ${ADDED}
        returning 1
      )
      select count(*) as removed from minutes`.execute(transaction);
    const { numDeletedRows } = await transaction
      .deleteFrom('sekisho.traffic')
      .where('period_start', '<', new Date(nowMs - KEEP_MS))
      .executeTakeFirst();
    return Number(rows[0]?.removed ?? 0) + Number(numDeletedRows);
  });
}

function periodStart(atMs: number, seconds: number): Date {
  return new Date(Math.floor(atMs / (seconds * 1000)) * seconds * 1000);
}
