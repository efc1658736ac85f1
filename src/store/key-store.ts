// Principals and API keys in PostgreSQL: implements what identity declares.
// Whoever can write these tables cannot make a key without the pepper, which is not in the database; but they can raise the rights of a
// key they already hold, undo a revocation by first dropping the triggers, and lock everyone out. Whoever can read them gets no key.
import { sql, type Selectable, type Transaction } from 'kysely';
import { err, ok, type KeyId, type PrincipalId } from '#kernel';
import type {
  Authentication,
  InsertKeyOutcome,
  KeyChanges,
  KeyRecord,
  KeyStore,
  NewKey,
  Principal,
  PrincipalKind,
  Role,
  StoredKey,
} from '#identity';
import type { Database } from './database.ts';
import type { PrincipalsTable, Tables } from './tables.ts';

/** Rows per answer of `changesSince`: bounds memory and the time of one statement. */
const PAGE_ROWS = 5000;

export function createKeyStore(db: Database, options: { readonly pageRows?: number } = {}): KeyStore {
  const pageRows = options.pageRows ?? PAGE_ROWS;
  return {
    changesSince: (input) => changesSince(db, { ...input, pageRows }),
    insertKey: (input) => db.transaction().execute((transaction) => insertKey(transaction, input)),
    revokeKey: (input) => db.transaction().execute((transaction) => revokeKey(transaction, input)),
    listKeys: (filter) => selectRecords(db, filter),
    async findPrincipal(nameOrId) {
      const row = await db
        .selectFrom('sekisho.principals')
        .selectAll()
        .where((where) => where.or([where('id', '=', nameOrId), where('name', '=', nameOrId)]))
        .executeTakeFirst();
      return row === undefined ? undefined : principalOf(row);
    },
    async setPrincipalDisabled({ id, disabledAtMs }) {
      const row = await db
        .updateTable('sekisho.principals')
        .set({ disabled_at: dateOf(disabledAtMs) })
        .where('id', '=', id)
        .returningAll()
        .executeTakeFirst();
      return row === undefined ? undefined : principalOf(row);
    },
  };
}

/** One row of the poll: a principal, or a key, or (everything but `latest` null) the news that there is none. */
interface ChangeRow {
  readonly latest: string;
  readonly change_seq: string | null;
  readonly id: string | null;
  readonly created_at: Date | null;
  /** Of a principal: when it was disabled. Of a key: when it was revoked. */
  readonly ended_at: Date | null;
  readonly name: string | null;
  readonly kind: PrincipalKind | null;
  readonly principal_id: string | null;
  readonly mac: Buffer | null;
  readonly label: string | null;
  readonly roles: Role[] | null;
  readonly routes: string[] | null;
  readonly authentication: Authentication | null;
  readonly expires_at: Date | null;
  readonly revoked_reason: string | null;
}

async function changesSince(
  db: Database,
  input: { readonly afterSeq: number; readonly endedSinceMs: number | null; readonly pageRows: number },
): Promise<KeyChanges> {
  const since = dateOf(input.endedSinceMs);
  // One statement, so that both tables are seen at the same instant.
  const { rows } = await sql<ChangeRow>`
    select latest.change_seq as latest, change.*
    from (
      select greatest(
        coalesce((select max(change_seq) from sekisho.principals), 0),
        coalesce((select max(change_seq) from sekisho.api_keys), 0)
      ) as change_seq
    ) as latest
    left join (
      (
        select change_seq, id, created_at, disabled_at as ended_at, name, kind, null::text as principal_id, null::bytea as mac,
          null::text as label, null::text[] as roles, null::text[] as routes, null::text as authentication,
          null::timestamptz as expires_at, null::text as revoked_reason
        from sekisho.principals where change_seq > ${input.afterSeq} order by change_seq limit ${input.pageRows}
      )
      union all
      (
        select change_seq, id, created_at, revoked_at, null, null, principal_id, mac, label, roles, routes, authentication, expires_at,
          revoked_reason
        from sekisho.api_keys where change_seq > ${input.afterSeq}
          and (${since}::timestamptz is null or (coalesce(revoked_at >= ${since}, true) and coalesce(expires_at >= ${since}, true)))
        order by change_seq limit ${input.pageRows}
      )
      order by change_seq limit ${input.pageRows}
    ) as change on true
    order by change.change_seq`.execute(db);
  return changesOf(rows, input);
}

function changesOf(rows: readonly ChangeRow[], input: { readonly afterSeq: number; readonly pageRows: number }): KeyChanges {
  const principals: Principal[] = [];
  const keys: StoredKey[] = [];
  const latest = numberOf(rows[0]!.latest);
  let last = input.afterSeq;
  for (const row of rows) {
    if (row.change_seq === null || row.id === null || row.created_at === null) continue;
    last = numberOf(row.change_seq);
    if (row.name !== null && row.kind !== null) {
      principals.push({
        id: row.id as PrincipalId,
        name: row.name,
        kind: row.kind,
        createdAtMs: row.created_at.getTime(),
        disabledAtMs: msOf(row.ended_at),
      });
    } else if (row.principal_id !== null && row.mac !== null && row.label !== null && row.roles !== null && row.authentication !== null) {
      keys.push({
        id: row.id as KeyId,
        principalId: row.principal_id as PrincipalId,
        mac: row.mac,
        label: row.label,
        roles: row.roles,
        routes: row.routes,
        authentication: row.authentication,
        createdAtMs: row.created_at.getTime(),
        expiresAtMs: msOf(row.expires_at),
        revokedAtMs: msOf(row.ended_at),
        revokedReason: row.revoked_reason,
      });
    }
  }
  const more = principals.length + keys.length === input.pageRows;
  // The last page also covers rows that were left out because they ended long ago. Never past `latest`: later ones are unread.
  return { principals, keys, latest, more, upTo: more ? last : latest < input.afterSeq ? input.afterSeq : latest };
}

async function insertKey(db: Transaction<Tables>, { owner, key }: NewKey): Promise<InsertKeyOutcome> {
  await db
    .insertInto('sekisho.principals')
    .values({ id: owner.id, name: owner.name, kind: owner.kind, created_at: new Date(key.createdAtMs), disabled_at: null })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .execute();
  const principal = principalOf(
    await db.selectFrom('sekisho.principals').selectAll().where('name', '=', owner.name).executeTakeFirstOrThrow(),
  );
  if (principal.kind !== owner.kind) return err({ kind: 'owner-kind-differs', owner: principal });
  if (principal.disabledAtMs !== null) return err({ kind: 'owner-disabled', owner: principal });
  await db
    .insertInto('sekisho.api_keys')
    .values({
      id: key.id,
      principal_id: principal.id,
      mac: Buffer.from(key.mac),
      label: key.label,
      roles: [...key.roles],
      routes: key.routes === null ? null : [...key.routes],
      authentication: key.authentication,
      created_at: new Date(key.createdAtMs),
      expires_at: dateOf(key.expiresAtMs),
      revoked_at: null,
      revoked_reason: null,
    })
    .execute();
  const [record] = await selectRecords(db, { keyId: key.id });
  return ok(record!);
}

async function revokeKey(
  db: Transaction<Tables>,
  input: { readonly keyId: KeyId; readonly atMs: number; readonly reason: string },
): Promise<KeyRecord | undefined> {
  await db
    .updateTable('sekisho.api_keys')
    .set({ revoked_at: new Date(input.atMs), revoked_reason: input.reason })
    .where('id', '=', input.keyId)
    .where('revoked_at', 'is', null)
    .execute();
  const [record] = await selectRecords(db, { keyId: input.keyId });
  return record;
}

async function selectRecords(
  db: Database,
  filter: { readonly keyId?: KeyId; readonly ownerId?: PrincipalId },
): Promise<readonly KeyRecord[]> {
  // Columns by name: the MAC stays where it is.
  let query = db
    .selectFrom('sekisho.api_keys as key')
    .innerJoin('sekisho.principals as owner', 'owner.id', 'key.principal_id')
    .select([
      'key.id as key_id',
      'key.label',
      'key.roles',
      'key.routes',
      'key.created_at as key_created_at',
      'key.expires_at',
      'key.authentication',
    ])
    .select(['key.revoked_at', 'key.revoked_reason', 'owner.id', 'owner.name', 'owner.kind', 'owner.created_at', 'owner.disabled_at'])
    .orderBy('key.created_at', 'desc')
    .orderBy('key.id');
  if (filter.keyId !== undefined) query = query.where('key.id', '=', filter.keyId);
  if (filter.ownerId !== undefined) query = query.where('key.principal_id', '=', filter.ownerId);
  const rows = await query.execute();
  return rows.map((row) => ({
    id: row.key_id as KeyId,
    owner: principalOf(row),
    label: row.label,
    roles: row.roles,
    routes: row.routes,
    authentication: row.authentication,
    createdAtMs: row.key_created_at.getTime(),
    expiresAtMs: msOf(row.expires_at),
    revokedAtMs: msOf(row.revoked_at),
    revokedReason: row.revoked_reason,
  }));
}

function principalOf(row: Omit<Selectable<PrincipalsTable>, 'change_seq'>): Principal {
  return {
    id: row.id as PrincipalId,
    name: row.name,
    kind: row.kind,
    createdAtMs: row.created_at.getTime(),
    disabledAtMs: msOf(row.disabled_at),
  };
}

function msOf(date: Date | null): number | null {
  return date === null ? null : date.getTime();
}

function dateOf(ms: number | null): Date | null {
  return ms === null ? null : new Date(ms);
}

function numberOf(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`change number ${text} is out of range`);
  return value;
}
