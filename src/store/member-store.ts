// Members in PostgreSQL: implements what identity declares.
// Whoever can write these tables can give anybody any role in the management API, and so can screen and approve in other people's names;
// each decision still stands in the ledger under a name. No row holds anything to come in with: secrets are kept as hashes.
import { sql, type Transaction } from 'kysely';
import { err, ok, type PrincipalId, type Result } from '#kernel';
import type {
  Confirm,
  InsertMemberRefusal,
  Member,
  MemberChange,
  MemberRecord,
  MemberRole,
  MemberStore,
  NewMember,
  PrincipalKind,
  UpdateMemberRefusal,
} from '#identity';
import type { Database } from './database.ts';
import type { Tables } from './tables.ts';

export function createMemberStore(db: Database): MemberStore {
  return {
    find: (nameOrId) => findMember(db, nameOrId),
    async list({ after, limit }) {
      const rows = await selectMembers(db).where('principal.name', '>', after).orderBy('principal.name').limit(limit).execute();
      return rows.map(recordOf);
    },
    async ofKey(keyId, nowMs) {
      const row = await selectMembers(db)
        .innerJoin('sekisho.api_keys as key', 'key.principal_id', 'member.principal_id')
        .where('key.id', '=', keyId)
        .where('key.revoked_at', 'is', null)
        .where((where) => where.or([where('key.expires_at', 'is', null), where('key.expires_at', '>', new Date(nowMs))]))
        .where('principal.disabled_at', 'is', null)
        .executeTakeFirst();
      return row === undefined ? undefined : memberOf(row);
    },
    insert: (member, confirm) => db.transaction().execute((transaction) => insertMember(transaction, member, confirm)),
    update: (id, change, confirm) => updateMember(db, id, change, confirm),
    async administrators() {
      return (await selectAdministrators(db).execute()).map(recordOf);
    },
  };
}

/** The locks of principals' and members' change numbers, always in this order: two writers cannot wait for each other. */
export async function lockMembers(db: Transaction<Tables>): Promise<void> {
  await sql`select pg_advisory_xact_lock(x'73656b69'::int, 1)`.execute(db);
  await sql`select pg_advisory_xact_lock(x'73656b69'::int, 3)`.execute(db);
}

/**
 * Holds the principal until the transaction ends, so that two changes of one member's ways in wait for each other, and whoever disables it
 * afterwards finds what was made. False: there is no such member, or it may not act.
 */
export async function lockOwner(db: Transaction<Tables>, principalId: PrincipalId): Promise<boolean> {
  const row = await db
    .selectFrom('sekisho.principals as principal')
    .innerJoin('sekisho.members as member', 'member.principal_id', 'principal.id')
    .select('principal.disabled_at')
    .where('principal.id', '=', principalId)
    .forNoKeyUpdate('principal')
    .executeTakeFirst();
  return row !== undefined && row.disabled_at === null;
}

export async function findMember(db: Database, nameOrId: string): Promise<MemberRecord | undefined> {
  const row = await selectMembers(db)
    .where((where) => where.or([where('member.principal_id', '=', nameOrId), where('principal.name', '=', nameOrId)]))
    .executeTakeFirst();
  return row === undefined ? undefined : recordOf(row);
}

export function selectAdministrators(db: Database) {
  return selectMembers(db)
    .where(sql<boolean>`'administrator' = any(member.roles)`)
    .where('principal.disabled_at', 'is', null)
    .orderBy('member.created_at')
    .orderBy('member.principal_id');
}

export async function insertMember(
  db: Transaction<Tables>,
  member: NewMember,
  confirm: Confirm<MemberRecord>,
): Promise<Result<MemberRecord, InsertMemberRefusal>> {
  await lockMembers(db);
  const created_at = new Date(member.createdAtMs);
  await db
    .insertInto('sekisho.principals')
    .values({ id: member.principalId, name: member.name, kind: member.kind, created_at, disabled_at: null })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .execute();
  const principal = await db
    .selectFrom('sekisho.principals')
    .select(['id', 'kind', 'disabled_at'])
    .where('name', '=', member.name)
    .executeTakeFirstOrThrow();
  if ((await findMember(db, principal.id)) !== undefined) return err({ kind: 'already-member' });
  if (principal.kind !== member.kind || principal.disabled_at !== null) return err({ kind: 'name-taken' });
  await db
    .insertInto('sekisho.members')
    .values({
      principal_id: principal.id,
      display_name: member.displayName,
      email: member.email,
      roles: [...member.roles],
      is_outside: member.isOutside,
      created_at,
    })
    .execute();
  const made = (await findMember(db, principal.id))!;
  await confirm(made);
  return ok(made);
}

async function updateMember<R>(
  db: Database,
  id: PrincipalId,
  change: (member: MemberRecord) => Result<MemberChange, R>,
  confirm: Confirm<MemberRecord>,
): Promise<Result<MemberRecord, R | UpdateMemberRefusal>> {
  // Undoes what had been written before it was found.
  const undo = new Error('this would leave no administrator');
  try {
    return await db.transaction().execute(async (transaction) => {
      await lockMembers(transaction);
      const before = await findMember(transaction, id);
      if (before === undefined || before.principalId !== id) return err({ kind: 'unknown-member' } as const);
      const decided = change(before);
      if (!decided.ok) return decided;
      await writeChange(transaction, id, decided.value);
      const after = (await findMember(transaction, id))!;
      if (mayAdminister(before) && !mayAdminister(after)) {
        const others = await selectAdministrators(transaction).limit(1).execute();
        if (others.length === 0) throw undo;
      }
      await confirm(after);
      return ok(after);
    });
  } catch (error) {
    if (error === undo) return err({ kind: 'last-administrator' });
    throw error;
  }
}

async function writeChange(db: Transaction<Tables>, id: PrincipalId, change: MemberChange): Promise<void> {
  const { displayName, email, roles, isOutside, disabledAtMs } = change;
  const set = {
    ...(displayName === undefined ? {} : { display_name: displayName }),
    ...(email === undefined ? {} : { email }),
    ...(roles === undefined ? {} : { roles: [...roles] }),
    ...(isOutside === undefined ? {} : { is_outside: isOutside }),
  };
  if (Object.keys(set).length > 0) await db.updateTable('sekisho.members').set(set).where('principal_id', '=', id).execute();
  if (disabledAtMs === undefined) return;
  const disabled_at = disabledAtMs === null ? null : new Date(disabledAtMs);
  // A trigger ends sessions and ways in, and tells those who follow members.
  await db.updateTable('sekisho.principals').set({ disabled_at }).where('id', '=', id).execute();
}

function mayAdminister({ roles, disabledAtMs }: Member): boolean {
  return disabledAtMs === null && roles.includes('administrator');
}

function selectMembers(db: Database) {
  return db
    .selectFrom('sekisho.members as member')
    .innerJoin('sekisho.principals as principal', 'principal.id', 'member.principal_id')
    .select(['member.principal_id', 'member.display_name', 'member.email', 'member.roles', 'member.is_outside', 'member.created_at'])
    .select(['principal.name', 'principal.kind', 'principal.disabled_at'])
    .select((select) =>
      select
        .selectFrom('sekisho.passkeys as passkey')
        .whereRef('passkey.principal_id', '=', 'member.principal_id')
        .select(sql<number>`count(*)::int`.as('count'))
        .as('passkeys'),
    );
}

/** Of a row that joins members and principals. */
export interface MemberRow {
  readonly principal_id: string;
  readonly name: string;
  readonly display_name: string;
  readonly email: string | null;
  readonly roles: MemberRole[];
  readonly is_outside: boolean;
  readonly created_at: Date;
  readonly disabled_at: Date | null;
}

export function memberOf(row: MemberRow): Member {
  return {
    principalId: row.principal_id as PrincipalId,
    name: row.name,
    displayName: row.display_name,
    email: row.email,
    roles: row.roles,
    isOutside: row.is_outside,
    createdAtMs: row.created_at.getTime(),
    disabledAtMs: row.disabled_at?.getTime() ?? null,
  };
}

function recordOf(row: MemberRow & { readonly kind: PrincipalKind; readonly passkeys: number | null }): MemberRecord {
  return { ...memberOf(row), kind: row.kind, passkeys: row.passkeys ?? 0 };
}
