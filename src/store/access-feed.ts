// What workers keep a copy of for access decisions, as one feed of changes: members, grants, standings, holds. Writes nothing.
import { sql } from 'kysely';
import type { AccessChanges, AccessFeed, Grant, HoldChange, MemberChange, StandingChange } from '#access';
import type { Database } from './database.ts';

/** Rows per answer: bounds memory and the time of one statement. */
const PAGE_ROWS = 2000;

/** One row of the poll: a change, or (everything but `latest` null) the news that there is none. */
interface ChangeRow {
  readonly latest: string;
  readonly change_seq: string | null;
  readonly kind: 'member' | 'grant' | 'standing' | 'hold' | null;
  readonly body: unknown;
}

export function createAccessFeed(db: Database, options: { readonly pageRows?: number } = {}): AccessFeed {
  const pageRows = options.pageRows ?? PAGE_ROWS;
  return { changesSince: (input) => changesSince(db, { ...input, pageRows }) };
}

type Question = Parameters<AccessFeed['changesSince']>[0] & { readonly pageRows: number };

async function changesSince(db: Database, input: Question): Promise<AccessChanges> {
  const { afterSeq, endedSince, pageRows } = input;
  const grantsSince = endedSince === null ? null : new Date(endedSince.grantsMs);
  const holdsSince = endedSince === null ? null : new Date(endedSince.holdsMs);
  // One statement, so that all tables are seen at the same instant.
  const { rows } = await sql<ChangeRow>`
    select latest.change_seq as latest, change.*
    from (
      select greatest(
        coalesce((select max(change_seq) from sekisho.members), 0),
        coalesce((select max(change_seq) from sekisho.grants), 0),
        coalesce((select max(change_seq) from sekisho.standings), 0),
        coalesce((select max(change_seq) from sekisho.holds), 0)
      ) as change_seq
    ) as latest
    left join (
      (
        select change_seq, 'member' as kind, jsonb_build_object('principalId', principal_id, 'roles', roles, 'isOutside', is_outside) as body
        from sekisho.members where change_seq > ${afterSeq} order by change_seq limit ${pageRows}
      )
      union all
      (
        select change_seq, 'grant', jsonb_build_object('id', id, 'applicationId', application_id, 'principalId', principal_id, 'tier', tier,
          'capabilities', document->'capabilities', 'scope', document->'scope', 'conditions', document->'conditions',
          'conditionsMet', document->'conditionsMet', 'programs', document->'programs', 'startsAtMs', ${msOf('starts_at')},
          'endsAtMs', ${msOf('ends_at')}, 'recertifyByMs', ${msOf('recertify_by')}, 'state', state)
        from sekisho.grants where change_seq > ${afterSeq} and (${grantsSince}::timestamptz is null
          or (ends_at >= ${grantsSince} and (state in ('active', 'suspended') or updated_at >= ${grantsSince})))
        order by change_seq limit ${pageRows}
      )
      union all
      (
        select change_seq, 'standing', jsonb_build_object('principalId', principal_id, 'standing', standing)
        from sekisho.standings where change_seq > ${afterSeq} order by change_seq limit ${pageRows}
      )
      union all
      (
        select change_seq, 'hold', jsonb_build_object('id', id, 'state', state)
        from sekisho.holds where change_seq > ${afterSeq}
          and (${holdsSince}::timestamptz is null or coalesce(decided_at, created_at) >= ${holdsSince})
        order by change_seq limit ${pageRows}
      )
      order by change_seq limit ${pageRows}
    ) as change on true
    order by change.change_seq`.execute(db);
  return changesOf(rows, input);
}

function changesOf(rows: readonly ChangeRow[], { afterSeq, pageRows }: Question): AccessChanges {
  const members: MemberChange[] = [];
  const grants: Grant[] = [];
  const standings: StandingChange[] = [];
  const holds: HoldChange[] = [];
  const latest = numberOf(rows[0]!.latest);
  let last = afterSeq;
  let count = 0;
  for (const { change_seq, kind, body } of rows) {
    if (change_seq === null) continue;
    last = numberOf(change_seq);
    count++;
    if (kind === 'member') members.push(body as MemberChange);
    else if (kind === 'grant') grants.push(body as Grant);
    else if (kind === 'standing') standings.push(body as StandingChange);
    else if (kind === 'hold') holds.push(body as HoldChange);
  }
  const more = count === pageRows;
  // The last page also covers rows that were left out because they ended long ago. Never past `latest`: later ones are unread.
  return { members, grants, standings, holds, latest, more, upTo: more ? last : Math.max(latest, afterSeq) };
}

function msOf(column: string) {
  return sql`(extract(epoch from ${sql.ref(column)}) * 1000)::bigint`;
}

function numberOf(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`change number ${text} is out of range`);
  return value;
}
