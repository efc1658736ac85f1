// Passkeys and challenges in PostgreSQL: implements what identity declares.
// Whoever can write the table can register a key of their own for any member and sign in as that member; the ledger has no record of such
// a registration, which is how it shows. Whoever can read it gets public keys.
import { sql, type Selectable, type Transaction } from 'kysely';
import { err, ok, systemErrorCode, type PrincipalId } from '#kernel';
import type { NewPasskey, Passkey, PasskeyStore } from '#identity';
import type { Database } from './database.ts';
import { lockOwner } from './member-store.ts';
import type { PasskeysTable } from './tables-members.ts';
import type { Tables } from './tables.ts';

const MOST_FOR_A_MEMBER = 10;
const UNIQUE_VIOLATION = '23505';

export function createPasskeyStore(db: Database): PasskeyStore {
  return {
    ...challengeMethods(db),
    ...readMethods(db),
    async insert(passkey, confirm) {
      try {
        return await db.transaction().execute(async (transaction) => {
          if (!(await lockOwner(transaction, passkey.principalId))) return err({ kind: 'member-disabled' });
          if ((await countPasskeys(transaction, passkey.principalId)) >= MOST_FOR_A_MEMBER) return err({ kind: 'too-many-passkeys' });
          const row = await insertPasskey(transaction, passkey);
          await confirm();
          return ok(row);
        });
      } catch (error) {
        if (systemErrorCode(error) === UNIQUE_VIOLATION) return err({ kind: 'already-registered' });
        throw error;
      }
    },
    async rename({ principalId, id, label }) {
      const row = await db
        .updateTable('sekisho.passkeys')
        .set({ label })
        .where('id', '=', id)
        .where('principal_id', '=', principalId)
        .returningAll()
        .executeTakeFirst();
      return row === undefined ? err({ kind: 'unknown-passkey' }) : ok(passkeyOf(row));
    },
    remove: ({ principalId, id, mayBeLast }, confirm) =>
      db.transaction().execute(async (transaction) => {
        await lockOwner(transaction, principalId);
        const known = await transaction
          .selectFrom('sekisho.passkeys')
          .select('id')
          .where('id', '=', id)
          .where('principal_id', '=', principalId)
          .executeTakeFirst();
        if (known === undefined) return err({ kind: 'unknown-passkey' });
        if (!mayBeLast && (await countPasskeys(transaction, principalId)) === 1) return err({ kind: 'last-passkey' });
        await transaction.deleteFrom('sekisho.passkeys').where('id', '=', id).execute();
        await confirm();
        return ok(undefined);
      }),
  };
}

export async function insertPasskey(db: Transaction<Tables>, passkey: NewPasskey): Promise<Passkey> {
  const row = await db
    .insertInto('sekisho.passkeys')
    .values({
      id: passkey.id,
      principal_id: passkey.principalId,
      credential_id: passkey.credentialId,
      public_key: passkey.publicKey,
      sign_count: passkey.signCount,
      label: passkey.label,
      transports: [...passkey.transports],
      aaguid: passkey.aaguid,
      attestation_format: passkey.attestationFormat,
      attestation_verified: passkey.attestationVerified,
      is_backed_up: passkey.isBackedUp,
      created_at: new Date(passkey.createdAtMs),
      last_used_at: null,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  return passkeyOf(row);
}

function challengeMethods(db: Database): Pick<PasskeyStore, 'insertChallenge' | 'takeChallenge'> {
  return {
    async insertChallenge({ hash, boundTo, principalId, nowMs, expiresAtMs }) {
      await sql`delete from sekisho.passkey_challenges where challenge_hash in (
        select challenge_hash from sekisho.passkey_challenges where expires_at <= ${new Date(nowMs)}
        order by expires_at limit 100 for update skip locked
      )`.execute(db);
      await db
        .insertInto('sekisho.passkey_challenges')
        .values({ challenge_hash: hash, bound_to: boundTo, principal_id: principalId, expires_at: new Date(expiresAtMs) })
        .execute();
    },
    async takeChallenge({ hash, boundTo, principalId, nowMs }) {
      const row = await db.deleteFrom('sekisho.passkey_challenges').where('challenge_hash', '=', hash).returningAll().executeTakeFirst();
      return row !== undefined && row.bound_to === boundTo && row.principal_id === principalId && row.expires_at.getTime() > nowMs;
    },
  };
}

function readMethods(db: Database): Pick<PasskeyStore, 'findCredential' | 'credentialsOf' | 'list'> {
  return {
    async findCredential(credentialId) {
      const row = await db
        .selectFrom('sekisho.passkeys as passkey')
        .innerJoin('sekisho.principals as principal', 'principal.id', 'passkey.principal_id')
        .select(['passkey.id', 'passkey.principal_id', 'passkey.public_key', 'principal.name'])
        .where('passkey.credential_id', '=', credentialId)
        .executeTakeFirst();
      return row === undefined
        ? undefined
        : { id: row.id, principalId: row.principal_id as PrincipalId, memberName: row.name, publicKey: row.public_key };
    },
    async credentialsOf(principalId) {
      const rows = await db
        .selectFrom('sekisho.passkeys')
        .select(['credential_id', 'transports'])
        .where('principal_id', '=', principalId)
        .orderBy('id')
        .execute();
      return rows.map((row) => ({ id: row.credential_id, transports: row.transports }));
    },
    async list(principalId) {
      const rows = await db
        .selectFrom('sekisho.passkeys')
        .selectAll()
        .where('principal_id', '=', principalId)
        .orderBy('created_at', 'desc')
        .orderBy('id', 'desc')
        .execute();
      return rows.map(passkeyOf);
    },
  };
}

async function countPasskeys(db: Database, principalId: PrincipalId): Promise<number> {
  const row = await db
    .selectFrom('sekisho.passkeys')
    .select(sql<number>`count(*)::int`.as('count'))
    .where('principal_id', '=', principalId)
    .executeTakeFirstOrThrow();
  return row.count;
}

function passkeyOf(row: Selectable<PasskeysTable>): Passkey {
  return {
    id: row.id,
    principalId: row.principal_id as PrincipalId,
    label: row.label,
    transports: row.transports,
    aaguid: row.aaguid,
    attestationFormat: row.attestation_format,
    attestationVerified: row.attestation_verified,
    isBackedUp: row.is_backed_up,
    createdAtMs: row.created_at.getTime(),
    lastUsedAtMs: row.last_used_at?.getTime() ?? null,
  };
}
