// Enrolment links in PostgreSQL: implements what identity declares. A link's row is gone once it has been used, replaced or has ended with
// its member; what happened stands in the ledger.
import { sql, type Transaction } from 'kysely';
import { err, ok, systemErrorCode, type PrincipalId } from '#kernel';
import type { EnrolmentStore } from '#identity';
import type { Database } from './database.ts';
import { findMember, insertMember, lockMembers, lockOwner, memberOf, selectAdministrators } from './member-store.ts';
import { insertPasskey } from './passkey-store.ts';
import { insertSession } from './session-store.ts';
import type { Tables } from './tables.ts';

const UNIQUE_VIOLATION = '23505';

export function createEnrolmentStore(db: Database): EnrolmentStore {
  return {
    insert: (enrolment, confirm) =>
      db.transaction().execute(async (transaction) => {
        const mayAct = await lockOwner(transaction, enrolment.principalId);
        const member = await findMember(transaction, enrolment.principalId);
        if (member === undefined) return err({ kind: 'unknown-member' });
        if (!mayAct) return err({ kind: 'member-disabled' });
        if (member.kind !== 'person') return err({ kind: 'not-a-person' });
        await transaction.deleteFrom('sekisho.enrolments').where('principal_id', '=', enrolment.principalId).execute();
        await transaction
          .insertInto('sekisho.enrolments')
          .values({
            id: enrolment.id,
            token_hash: enrolment.tokenHash,
            principal_id: enrolment.principalId,
            created_at: new Date(enrolment.createdAtMs),
            expires_at: new Date(enrolment.expiresAtMs),
          })
          .execute();
        await confirm(member);
        return ok(member);
      }),
    async find({ tokenHash, nowMs }) {
      const row = await db
        .selectFrom('sekisho.enrolments as enrolment')
        .innerJoin('sekisho.members as member', 'member.principal_id', 'enrolment.principal_id')
        .innerJoin('sekisho.principals as principal', 'principal.id', 'enrolment.principal_id')
        .select(['enrolment.id', 'member.principal_id', 'member.display_name', 'member.email', 'member.roles', 'member.is_outside'])
        .select(['member.created_at', 'principal.name', 'principal.disabled_at'])
        .where('enrolment.token_hash', '=', tokenHash)
        .where('enrolment.expires_at', '>', new Date(nowMs))
        .where('principal.disabled_at', 'is', null)
        .executeTakeFirst();
      return row === undefined ? undefined : { id: row.id, member: memberOf(row) };
    },
    async redeem({ id, nowMs, passkey, session }, confirm) {
      try {
        return await db.transaction().execute(async (transaction) => {
          const { principalId } = passkey;
          // Keys take change numbers: their lock comes before the member's.
          await lockMembers(transaction);
          if (!(await lockOwner(transaction, principalId))) return err({ kind: 'enrolment-unknown' });
          const used = await transaction
            .deleteFrom('sekisho.enrolments')
            .where('id', '=', id)
            .where('principal_id', '=', principalId)
            .where('expires_at', '>', new Date(nowMs))
            .returning('id')
            .executeTakeFirst();
          if (used === undefined) return err({ kind: 'enrolment-unknown' });
          const replaced = await transaction
            .deleteFrom('sekisho.passkeys')
            .where('principal_id', '=', principalId)
            .returning('id')
            .execute();
          await transaction.deleteFrom('sekisho.sessions').where('principal_id', '=', principalId).execute();
          await insertPasskey(transaction, passkey);
          await insertSession(transaction, session, 1);
          const keys = await endMemberKeys(transaction, principalId, nowMs);
          await confirm({ passkeys: replaced.map((row) => row.id).sort(), keys });
          return ok(undefined);
        });
      } catch (error) {
        if (systemErrorCode(error) === UNIQUE_VIOLATION) return err({ kind: 'already-registered' });
        throw error;
      }
    },
    firstAdministrator: (candidate, confirm) =>
      db.transaction().execute(async (transaction) => {
        await lockMembers(transaction);
        const administrators = await selectAdministrators(transaction).execute();
        if (administrators.some(({ passkeys }) => passkeys !== null && passkeys > 0)) return undefined;
        const [known] = administrators;
        if (known !== undefined) return memberOf(known);
        const taken = await transaction
          .selectFrom('sekisho.principals')
          .select('name')
          .where('name', 'in', [...candidate.names])
          .execute();
        const name = candidate.names.find((each) => !taken.some((row) => row.name === each));
        if (name === undefined) throw new Error(`no name is free for the first administrator: ${candidate.names.join(', ')}`);
        const made = await insertMember(
          transaction,
          {
            principalId: candidate.principalId,
            name,
            kind: 'person',
            displayName: name,
            email: null,
            roles: ['administrator'],
            isOutside: false,
            createdAtMs: candidate.createdAtMs,
          },
          confirm,
        );
        if (!made.ok) throw new Error(`the first administrator cannot be made: ${made.error.kind}`);
        return made.value;
      }),
  };
}

/** Those that only use models go on: they decide about nobody. */
async function endMemberKeys(db: Transaction<Tables>, principalId: PrincipalId, nowMs: number): Promise<readonly string[]> {
  const rows = await db
    .updateTable('sekisho.api_keys')
    .set({ revoked_at: new Date(nowMs), revoked_reason: 'an enrolment link was used' })
    .where('principal_id', '=', principalId)
    .where('revoked_at', 'is', null)
    .where(sql<boolean>`'member' = any(roles)`)
    .returning('id')
    .execute();
  return rows.map(({ id }) => id).sort();
}
