// Identities at providers in PostgreSQL: implements what identity declares.
// Whoever can write the table of identities can make their own account at a provider somebody else's here; every link that came about
// properly stands in the ledger. Whoever can read the tables can finish nobody's sign-in: they hold hashes.
import { sql, type Selectable, type Transaction } from 'kysely';
import { err, ok, systemErrorCode, type PrincipalId } from '#kernel';
import type { Member, OidcIdentity, OidcStore } from '#identity';
import type { Database } from './database.ts';
import { findMember, lockOwner, memberOf } from './member-store.ts';
import type { OidcIdentitiesTable } from './tables-sign-in.ts';
import type { Tables } from './tables.ts';

const UNIQUE_VIOLATION = '23505';

export function createOidcStore(db: Database): OidcStore {
  return {
    ...attemptMethods(db),
    invite: async (invitation, confirm) => {
      try {
        return await db.transaction().execute(async (transaction) => {
          const { principalId, provider, invitedName } = invitation;
          const mayAct = await lockOwner(transaction, principalId);
          const member = await findMember(transaction, principalId);
          if (member === undefined) return err({ kind: 'unknown-member' });
          if (!mayAct) return err({ kind: 'member-disabled' });
          if (member.kind !== 'person') return err({ kind: 'not-a-person' });
          await transaction
            .deleteFrom('sekisho.oidc_identities')
            .where('provider', '=', provider)
            .where('linked_at', 'is', null)
            .where((where) =>
              where.or([
                where('principal_id', '=', principalId),
                where.and([where('invited_name', '=', invitedName), where('expires_at', '<=', new Date(invitation.createdAtMs))]),
              ]),
            )
            .execute();
          if ((await countIdentities(transaction, principalId)) >= invitation.most) return err({ kind: 'too-many-identities' });
          await transaction
            .insertInto('sekisho.oidc_identities')
            .values({
              id: invitation.id,
              principal_id: principalId,
              provider,
              invited_name: invitedName,
              created_at: new Date(invitation.createdAtMs),
              expires_at: new Date(invitation.expiresAtMs),
              linked_at: null,
              issuer: null,
              subject: null,
            })
            .execute();
          await confirm(member);
          return ok<Member>(member);
        });
      } catch (error) {
        if (systemErrorCode(error) === UNIQUE_VIOLATION) return err({ kind: 'name-invited' });
        throw error;
      }
    },
    link: async ({ provider, name, issuer, subject, nowMs }, confirm) => {
      try {
        return await db.transaction().execute(async (transaction) => {
          const invited = await transaction
            .selectFrom('sekisho.oidc_identities')
            .select(['id', 'principal_id'])
            .where('provider', '=', provider)
            .where('invited_name', '=', name)
            .where('linked_at', 'is', null)
            .where('expires_at', '>', new Date(nowMs))
            .executeTakeFirst();
          if (invited === undefined) return err({ kind: 'not-invited' });
          if (!(await lockOwner(transaction, invited.principal_id as PrincipalId))) return err({ kind: 'member-disabled' });
          const row = await transaction
            .updateTable('sekisho.oidc_identities')
            .set({ linked_at: new Date(nowMs), issuer, subject })
            .where('id', '=', invited.id)
            .where('linked_at', 'is', null)
            .returningAll()
            .executeTakeFirst();
          if (row === undefined) return err({ kind: 'not-invited' });
          const linked = { identity: identityOf(row), member: (await findMember(transaction, row.principal_id))! };
          await confirm(linked);
          return ok(linked);
        });
      } catch (error) {
        if (systemErrorCode(error) === UNIQUE_VIOLATION) return err({ kind: 'already-linked' });
        throw error;
      }
    },
    async list(principalId) {
      const rows = await db
        .selectFrom('sekisho.oidc_identities')
        .selectAll()
        .where('principal_id', '=', principalId)
        .orderBy('created_at')
        .orderBy('id')
        .execute();
      return rows.map(identityOf);
    },
    remove: ({ principalId, id }, confirm) =>
      db.transaction().execute(async (transaction) => {
        await lockOwner(transaction, principalId);
        const row = await transaction
          .deleteFrom('sekisho.oidc_identities')
          .where('id', '=', id)
          .where('principal_id', '=', principalId)
          .returningAll()
          .executeTakeFirst();
        if (row === undefined) return undefined;
        const sessions = row.linked_at === null ? [] : await endProviderSessions(transaction, principalId);
        const identity = identityOf(row);
        await confirm({ identity, sessions });
        return identity;
      }),
  };
}

function attemptMethods(db: Database): Pick<OidcStore, 'insertAttempt' | 'takeAttempt' | 'findLinked'> {
  return {
    async insertAttempt({ stateHash, provider, nowMs, expiresAtMs }) {
      await sql`delete from sekisho.oidc_attempts where state_hash in (
        select state_hash from sekisho.oidc_attempts where expires_at <= ${new Date(nowMs)}
        order by expires_at limit 100 for update skip locked
      )`.execute(db);
      await db
        .insertInto('sekisho.oidc_attempts')
        .values({ state_hash: stateHash, provider, expires_at: new Date(expiresAtMs) })
        .execute();
    },
    async takeAttempt({ stateHash, provider, nowMs }) {
      const row = await db.deleteFrom('sekisho.oidc_attempts').where('state_hash', '=', stateHash).returningAll().executeTakeFirst();
      return row !== undefined && row.provider === provider && row.expires_at.getTime() > nowMs;
    },
    async findLinked({ issuer, subject }) {
      const row = await db
        .selectFrom('sekisho.oidc_identities as identity')
        .innerJoin('sekisho.members as member', 'member.principal_id', 'identity.principal_id')
        .innerJoin('sekisho.principals as principal', 'principal.id', 'identity.principal_id')
        .select(['identity.id', 'identity.provider', 'identity.invited_name', 'identity.created_at as invited_at', 'identity.expires_at'])
        .select(['identity.linked_at', 'identity.issuer', 'identity.subject'])
        .select(['member.principal_id', 'member.display_name', 'member.email', 'member.roles', 'member.is_outside', 'member.created_at'])
        .select(['principal.name', 'principal.disabled_at'])
        .where('identity.issuer', '=', issuer)
        .where('identity.subject', '=', subject)
        .executeTakeFirst();
      return row === undefined ? undefined : { identity: identityOf({ ...row, created_at: row.invited_at }), member: memberOf(row) };
    },
  };
}

/** Sessions of passkeys name their passkey; all others began with a provider. */
async function endProviderSessions(db: Transaction<Tables>, principalId: PrincipalId): Promise<readonly string[]> {
  const rows = await db
    .deleteFrom('sekisho.sessions')
    .where('principal_id', '=', principalId)
    .where('passkey_id', 'is', null)
    .returning('id')
    .execute();
  return rows.map(({ id }) => id).sort();
}

async function countIdentities(db: Transaction<Tables>, principalId: PrincipalId): Promise<number> {
  const row = await db
    .selectFrom('sekisho.oidc_identities')
    .select(sql<number>`count(*)::int`.as('count'))
    .where('principal_id', '=', principalId)
    .executeTakeFirstOrThrow();
  return row.count;
}

function identityOf(row: Selectable<OidcIdentitiesTable>): OidcIdentity {
  const { issuer, subject, linked_at: linkedAt } = row;
  return {
    id: row.id,
    principalId: row.principal_id as PrincipalId,
    provider: row.provider,
    invitedName: row.invited_name,
    createdAtMs: row.created_at.getTime(),
    expiresAtMs: row.expires_at.getTime(),
    linked: issuer === null || subject === null || linkedAt === null ? null : { issuer, subject, atMs: linkedAt.getTime() },
  };
}
