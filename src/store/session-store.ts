// Sessions in PostgreSQL: implements what identity declares. Whoever can read the table cannot use a session: it holds hashes of secrets.
import { sql, type Selectable, type Transaction } from 'kysely';
import { err, ok, type PrincipalId, type Result } from '#kernel';
import type { InsertSessionRefusal, NewSession, PasskeyUse, Session, SessionStore } from '#identity';
import type { Database } from './database.ts';
import { lockOwner, memberOf } from './member-store.ts';
import type { SessionsTable } from './tables-members.ts';
import type { Tables } from './tables.ts';

/** Cleared away with each new session. */
const MOST_CLEARED = 1000;

export function createSessionStore(db: Database): SessionStore {
  return {
    insert: ({ session, use, most }, confirm) =>
      db.transaction().execute(async (transaction) => {
        if (!(await lockOwner(transaction, session.principalId))) return err({ kind: 'member-disabled' });
        const moved = use === undefined ? ok(undefined) : await moveCounter(transaction, use, session);
        if (!moved.ok) return moved;
        const inserted = await insertSession(transaction, session, most);
        await confirm();
        return ok(inserted);
      }),
    async resume({ tokenHash, nowMs, idleMs, noteEveryMs }) {
      const row = await db
        .selectFrom('sekisho.sessions as session')
        .innerJoin('sekisho.members as member', 'member.principal_id', 'session.principal_id')
        .innerJoin('sekisho.principals as principal', 'principal.id', 'session.principal_id')
        .select(['session.id', 'session.authentication', 'session.passkey_id', 'session.last_seen_at', 'session.expires_at'])
        .select(['session.address', 'session.user_agent', 'session.created_at as session_created_at'])
        .select(['member.principal_id', 'member.display_name', 'member.email', 'member.roles', 'member.is_outside', 'member.created_at'])
        .select(['principal.name', 'principal.disabled_at'])
        .where('session.token_hash', '=', tokenHash)
        .where('session.expires_at', '>', new Date(nowMs))
        .where('session.last_seen_at', '>', new Date(nowMs - idleMs))
        .where('principal.disabled_at', 'is', null)
        .executeTakeFirst();
      if (row === undefined) return undefined;
      if (row.last_seen_at.getTime() <= nowMs - noteEveryMs) await noteUse(db, row.id, nowMs);
      return { session: sessionOf({ ...row, created_at: row.session_created_at }), member: memberOf(row) };
    },
    async list({ principalId, nowMs, idleMs }) {
      const rows = await db
        .selectFrom('sekisho.sessions')
        .selectAll()
        .where('principal_id', '=', principalId)
        .where('expires_at', '>', new Date(nowMs))
        .where('last_seen_at', '>', new Date(nowMs - idleMs))
        .orderBy('created_at', 'desc')
        .orderBy('id', 'desc')
        .execute();
      return rows.map(sessionOf);
    },
    remove: ({ principalId, id, exceptId }, confirm) =>
      db.transaction().execute(async (transaction) => {
        await lockOwner(transaction, principalId);
        let removal = transaction.deleteFrom('sekisho.sessions').where('principal_id', '=', principalId);
        if (id !== undefined) removal = removal.where('id', '=', id);
        if (exceptId !== undefined) removal = removal.where('id', '<>', exceptId);
        const removed = (await removal.returning('id').execute()).map((row) => row.id).sort();
        if (removed.length > 0) await confirm(removed);
        return removed;
      }),
  };
}

/** The caller holds the owner. The oldest beyond `most` of the same member end, and of all members those that are over. */
export async function insertSession(db: Transaction<Tables>, session: NewSession, most: number): Promise<Session> {
  const at = new Date(session.createdAtMs);
  await sql`delete from sekisho.sessions where id in (
    select id from sekisho.sessions where expires_at <= ${at} order by expires_at limit ${MOST_CLEARED} for update skip locked
  )`.execute(db);
  await sql`delete from sekisho.sessions where id in (
    select id from sekisho.sessions where principal_id = ${session.principalId} order by last_seen_at desc, id desc offset ${most - 1}
  )`.execute(db);
  const row = await db
    .insertInto('sekisho.sessions')
    .values({
      id: session.id,
      token_hash: session.tokenHash,
      principal_id: session.principalId,
      authentication: sessionAuthentication(session),
      passkey_id: session.passkeyId,
      created_at: at,
      last_seen_at: at,
      expires_at: new Date(session.expiresAtMs),
      address: session.address,
      user_agent: session.userAgent,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  return sessionOf(row);
}

/** One statement compares and moves, so that of two answers with one counter only one is taken. Authenticators without a counter say 0. */
async function moveCounter(
  db: Transaction<Tables>,
  use: PasskeyUse,
  session: NewSession,
): Promise<Result<undefined, InsertSessionRefusal>> {
  const { numUpdatedRows } = await db
    .updateTable('sekisho.passkeys')
    .set({ sign_count: use.signCount, is_backed_up: use.isBackedUp, last_used_at: new Date(session.createdAtMs) })
    .where('id', '=', use.id)
    .where('principal_id', '=', session.principalId)
    .where(sql<boolean>`(sign_count < ${use.signCount} or (sign_count = 0 and ${use.signCount} = 0))`)
    .executeTakeFirst();
  if (numUpdatedRows > 0n) return ok(undefined);
  const known = await db.selectFrom('sekisho.passkeys').select('id').where('id', '=', use.id).executeTakeFirst();
  return err({ kind: known === undefined ? 'unknown-passkey' : 'counter-went-back' });
}

/** Never back: two nodes may come with clocks that differ. */
async function noteUse(db: Database, id: string, nowMs: number): Promise<void> {
  const at = new Date(nowMs);
  await db.updateTable('sekisho.sessions').set({ last_seen_at: at }).where('id', '=', id).where('last_seen_at', '<', at).execute();
}

function sessionAuthentication({ authentication }: NewSession): SessionsTable['authentication']['__select__'] {
  if (authentication === 'none') throw new TypeError('a session begins by signing in');
  return authentication;
}

function sessionOf(row: Omit<Selectable<SessionsTable>, 'token_hash'>): Session {
  return {
    id: row.id,
    principalId: row.principal_id as PrincipalId,
    authentication: row.authentication,
    passkeyId: row.passkey_id,
    createdAtMs: row.created_at.getTime(),
    lastSeenAtMs: row.last_seen_at.getTime(),
    expiresAtMs: row.expires_at.getTime(),
    address: row.address,
    userAgent: row.user_agent,
  };
}
