// OAuth clients in PostgreSQL: implements what identity declares.
// Whoever can write these tables can register a key of their own for any service, and so get its tokens; each token still stands in the
// ledger. Whoever can read them gets nothing to come in with: keys are public, assertions are hashes, tokens are not here.
import { sql, type Transaction } from 'kysely';
import { err, ok, systemErrorCode, type KeyId, type PrincipalId } from '#kernel';
import type { Client, ClientStore, NewClient, PublicJwk, Reach, ReadKey } from '#identity';
import { clientFrom, clientRows, type ClientRow } from './client-rows.ts';
import type { Database } from './database.ts';
import type { Tables } from './tables.ts';

const UNIQUE_VIOLATION = '23505';
/** Cleared away with each token. */
const MOST_CLEARED = 100;

export function createClientStore(db: Database): ClientStore {
  return {
    insert: async (client, { reach, most }, confirm) => {
      try {
        return await db.transaction().execute(async (transaction) => {
          const service = await lockService(transaction, client.service);
          if (service === undefined || !(await reaches(transaction, reach, service, client.createdAtMs)))
            return err({ kind: 'unknown-service' });
          const { count } = await transaction
            .selectFrom('sekisho.clients')
            .select(sql<number>`count(*)::int`.as('count'))
            .where('principal_id', '=', service)
            .where('revoked_at', 'is', null)
            .executeTakeFirstOrThrow();
          if (count >= most) return err({ kind: 'too-many-clients' });
          await insertClient(transaction, client, service);
          const made = (await findClient(transaction, client.id))!;
          await confirm(made);
          return ok(made);
        });
      } catch (error) {
        if (systemErrorCode(error) === UNIQUE_VIOLATION) return err({ kind: 'key-in-use' });
        throw error;
      }
    },
    async list(reach, { nowMs, after, limit }) {
      let rows = clientRows(db).where('client.id', '>', after).orderBy('client.id').limit(limit);
      if (reach !== 'all') rows = rows.where(answersFor(reach.owner, sql.ref('client.principal_id'), nowMs));
      return (await rows.execute()).map(clientFrom);
    },
    async findForToken({ id, kid, nowMs }) {
      const row = await clientRows(db)
        .where('client.id', '=', id)
        .where('client.revoked_at', 'is', null)
        .where('service.disabled_at', 'is', null)
        .where((where) =>
          where.or([
            where('client.as_owner', '=', false),
            answersFor(sql.ref('client.registered_by'), sql.ref('client.principal_id'), nowMs),
          ]),
        )
        .executeTakeFirst();
      const key = row === undefined ? undefined : await findKey(db, id, kid);
      return row === undefined || key === undefined ? undefined : { client: clientFrom(row), key };
    },
    ...changeMethods(db),
    ...tokenMethods(db),
  };
}

function changeMethods(db: Database): Pick<ClientStore, 'addKey' | 'removeKey' | 'revoke'> {
  return {
    addKey: async ({ id, key, most, nowMs, reach }, confirm) => {
      try {
        return await db.transaction().execute(async (transaction) => {
          const client = await lockClient(transaction, id, reach, nowMs);
          if (client === undefined) return err({ kind: 'unknown-client' });
          if (reach !== 'all' && !(client.asOwner && client.registeredBy.id === reach.owner)) return err({ kind: 'not-your-client' });
          if (client.revokedAtMs !== null) return err({ kind: 'client-revoked' });
          if (client.keys.length >= most) return err({ kind: 'too-many-keys' });
          await insertKey(transaction, id, key, nowMs);
          const made = (await findClient(transaction, id))!;
          await confirm(made);
          return ok(made);
        });
      } catch (error) {
        if (systemErrorCode(error) === UNIQUE_VIOLATION) return err({ kind: 'key-in-use' });
        throw error;
      }
    },
    removeKey: ({ id, kid, nowMs, reach }, confirm) =>
      db.transaction().execute(async (transaction) => {
        const before = await lockClient(transaction, id, reach, nowMs);
        if (before === undefined) return err({ kind: 'unknown-client' });
        if (!before.keys.some((key) => key.kid === kid)) return err({ kind: 'unknown-client-key' });
        if (before.keys.length === 1) return err({ kind: 'last-client-key' });
        await transaction.deleteFrom('sekisho.client_keys').where('client_id', '=', id).where('kid', '=', kid).execute();
        const apiKeys = await endTokens(transaction, { clientId: id, kid, nowMs });
        const client = (await findClient(transaction, id))!;
        await confirm(client);
        return ok({ client, apiKeys });
      }),
    revoke: ({ id, reason, nowMs, reach }, confirm) =>
      db.transaction().execute(async (transaction) => {
        const before = await lockClient(transaction, id, reach, nowMs);
        if (before === undefined) return err({ kind: 'unknown-client' });
        await transaction
          .updateTable('sekisho.clients')
          .set({ revoked_at: new Date(nowMs), revoked_reason: reason })
          .where('id', '=', id)
          .where('revoked_at', 'is', null)
          .execute();
        const apiKeys = await endTokens(transaction, { clientId: id, nowMs });
        const client = (await findClient(transaction, id))!;
        if (before.revokedAtMs === null) await confirm(client);
        return ok({ client, apiKeys });
      }),
  };
}

function tokenMethods(db: Database): Pick<ClientStore, 'reserve' | 'attach' | 'release'> {
  return {
    reserve: ({ clientId, kid, jtiHash, rememberUntilMs, token, most, nowMs }) =>
      db.transaction().execute(async (transaction) => {
        const client = await lockClient(transaction, clientId, 'all', nowMs);
        if (client === undefined || client.revokedAtMs !== null || !client.keys.some((key) => key.kid === kid))
          return err({ kind: 'client-revoked' });
        await clearAway(transaction, new Date(nowMs));
        const used = await transaction
          .insertInto('sekisho.client_assertions')
          .values({ client_id: clientId, jti_hash: jtiHash, expires_at: new Date(rememberUntilMs) })
          .onConflict((conflict) => conflict.doNothing())
          .returning('client_id')
          .executeTakeFirst();
        if (used === undefined) return err({ kind: 'replayed' });
        if ((await countTokens(transaction, clientId, nowMs)) >= most) return err({ kind: 'too-many-tokens' });
        await transaction
          .insertInto('sekisho.client_tokens')
          .values({ id: token.id, client_id: clientId, kid, api_key_id: null, expires_at: new Date(token.expiresAtMs) })
          .execute();
        return ok(undefined);
      }),
    attach: ({ clientId, tokenId, apiKey }) =>
      db.transaction().execute(async (transaction) => {
        // Whoever ends the client or its key takes places away that have no API key yet: those it finds, it ends.
        await transaction.selectFrom('sekisho.clients').select('id').where('id', '=', clientId).forNoKeyUpdate().executeTakeFirst();
        const { numUpdatedRows } = await transaction
          .updateTable('sekisho.client_tokens')
          .set({ api_key_id: apiKey })
          .where('id', '=', tokenId)
          .where('client_id', '=', clientId)
          .executeTakeFirst();
        return numUpdatedRows > 0n;
      }),
    async release(tokenId) {
      await db.deleteFrom('sekisho.client_tokens').where('id', '=', tokenId).where('api_key_id', 'is', null).execute();
    },
  };
}

/** A grant in force says who answers for a service; it was approved by somebody else. */
function answersFor(owner: PrincipalId | ReturnType<typeof sql.ref>, service: string | ReturnType<typeof sql.ref>, nowMs: number) {
  return sql<boolean>`exists (
    select from sekisho.grants as held join sekisho.principals as person on person.id = held.owner_id
    where held.owner_id = ${owner} and held.principal_id = ${service} and held.state = 'active'
      and held.starts_at <= ${new Date(nowMs)} and held.ends_at > ${new Date(nowMs)} and person.disabled_at is null
  )`;
}

async function reaches(db: Transaction<Tables>, reach: Reach, service: string, nowMs: number): Promise<boolean> {
  if (reach === 'all') return true;
  const { rows } = await sql<{ answers: boolean }>`select ${answersFor(reach.owner, service, nowMs)} as answers`.execute(db);
  return rows[0]?.answers === true;
}

/** Undefined: none, of another kind, or it may not act. */
async function lockService(db: Transaction<Tables>, nameOrId: string): Promise<string | undefined> {
  const row = await db
    .selectFrom('sekisho.principals')
    .select('id')
    .where((where) => where.or([where('id', '=', nameOrId), where('name', '=', nameOrId)]))
    .where('kind', '=', 'service')
    .where('disabled_at', 'is', null)
    .forNoKeyUpdate()
    .executeTakeFirst();
  return row?.id;
}

async function lockClient(db: Transaction<Tables>, id: string, reach: Reach, nowMs: number): Promise<Client | undefined> {
  const row = await db.selectFrom('sekisho.clients').select('principal_id').where('id', '=', id).forNoKeyUpdate().executeTakeFirst();
  if (row === undefined || !(await reaches(db, reach, row.principal_id, nowMs))) return undefined;
  return findClient(db, id);
}

async function findClient(db: Database, id: string): Promise<Client | undefined> {
  const row: ClientRow | undefined = await clientRows(db).where('client.id', '=', id).executeTakeFirst();
  return row === undefined ? undefined : clientFrom(row);
}

async function findKey(db: Database, clientId: string, kid: string | undefined): Promise<ReadKey | undefined> {
  let keys = db.selectFrom('sekisho.client_keys').select(['kid', 'thumbprint', 'alg', 'jwk']).where('client_id', '=', clientId);
  if (kid !== undefined) keys = keys.where('kid', '=', kid);
  const rows = await keys.limit(2).execute();
  const [row] = rows;
  return row === undefined || rows.length > 1 ? undefined : { ...row, jwk: row.jwk as PublicJwk };
}

async function insertClient(db: Transaction<Tables>, client: NewClient, service: string): Promise<void> {
  await db
    .insertInto('sekisho.clients')
    .values({
      id: client.id,
      principal_id: service,
      label: client.label,
      roles: [...client.roles],
      routes: client.routes === null ? null : [...client.routes],
      token_seconds: client.tokenSeconds,
      registered_by: client.registeredBy,
      as_owner: client.asOwner,
      created_at: new Date(client.createdAtMs),
      revoked_at: null,
      revoked_reason: null,
    })
    .execute();
  for (const key of client.keys) await insertKey(db, client.id, key, client.createdAtMs);
}

async function insertKey(db: Transaction<Tables>, clientId: string, { kid, thumbprint, alg, jwk }: ReadKey, nowMs: number): Promise<void> {
  await db
    .insertInto('sekisho.client_keys')
    .values({ client_id: clientId, kid, thumbprint, alg, jwk: JSON.stringify(jwk), created_at: new Date(nowMs) })
    .execute();
}

/** Takes away places without an API key, and returns the keys of the others that still count. */
async function endTokens(
  db: Transaction<Tables>,
  { clientId, kid, nowMs }: { readonly clientId: string; readonly kid?: string; readonly nowMs: number },
): Promise<readonly KeyId[]> {
  let pending = db.deleteFrom('sekisho.client_tokens').where('client_id', '=', clientId).where('api_key_id', 'is', null);
  let living = db
    .selectFrom('sekisho.client_tokens as token')
    .innerJoin('sekisho.api_keys as key', 'key.id', 'token.api_key_id')
    .select('key.id')
    .where('token.client_id', '=', clientId)
    .where('token.expires_at', '>', new Date(nowMs))
    .where('key.revoked_at', 'is', null)
    .orderBy('key.id');
  if (kid !== undefined) {
    pending = pending.where('kid', '=', kid);
    living = living.where('token.kid', '=', kid);
  }
  await pending.execute();
  return (await living.execute()).map(({ id }) => id as KeyId);
}

async function countTokens(db: Transaction<Tables>, clientId: string, nowMs: number): Promise<number> {
  const { count } = await db
    .selectFrom('sekisho.client_tokens as token')
    .leftJoin('sekisho.api_keys as key', 'key.id', 'token.api_key_id')
    .select(sql<number>`count(*)::int`.as('count'))
    .where('token.client_id', '=', clientId)
    .where('token.expires_at', '>', new Date(nowMs))
    .where('key.revoked_at', 'is', null)
    .executeTakeFirstOrThrow();
  return count;
}

async function clearAway(db: Transaction<Tables>, now: Date): Promise<void> {
  await sql`delete from sekisho.client_assertions where (client_id, jti_hash) in (
    select client_id, jti_hash from sekisho.client_assertions where expires_at <= ${now}
    order by expires_at limit ${MOST_CLEARED} for update skip locked
  )`.execute(db);
  await sql`delete from sekisho.client_tokens where id in (
    select id from sekisho.client_tokens where expires_at <= ${now} order by expires_at limit ${MOST_CLEARED} for update skip locked
  )`.execute(db);
}
