// Pseudonyms in PostgreSQL. Whoever can read the table knows whom providers mean by them; whoever can write it can turn a provider's
// complaint on somebody else.
import type { PseudonymStore } from '#identity';
import type { PrincipalId } from '#kernel';
import type { Database } from './database.ts';

export function createPseudonymStore(db: Database): PseudonymStore {
  return {
    async keep({ pseudonym, principalId, endUser, firstAtMs }) {
      await db
        .insertInto('sekisho.pseudonyms')
        .values({ pseudonym, principal_id: principalId, end_user: endUser ?? null, first_at: new Date(firstAtMs) })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    },
    async find(pseudonym) {
      const row = await db
        .selectFrom('sekisho.pseudonyms')
        .select(['principal_id', 'end_user'])
        .where('pseudonym', '=', pseudonym)
        .executeTakeFirst();
      return row === undefined ? undefined : { principalId: row.principal_id as PrincipalId, endUser: row.end_user ?? undefined };
    },
  };
}
