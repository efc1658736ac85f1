// Sealed memories of masking in PostgreSQL: implements what inspection declares.
// Whoever can read this table learns which principal held how many conversations with maskable deployments, when, and how much was masked;
// no value and no provider's id. Whoever can write it can make conversations be refused by removing their rows or changing any byte; a
// row put in another's place does not open.
import { sql } from 'kysely';
import type { SealedEntries } from '#inspection';
import type { Database } from './database.ts';

export interface MaskingVaultStore extends SealedEntries {
  /** Deletes up to `limit` entries whose time is over. How many that were: fewer than `limit` when none is left. */
  prune(limit: number): Promise<number>;
}

/** Times are this server's, whatever the clocks of the nodes say. */
export function createMaskingVaultStore(db: Database): MaskingVaultStore {
  return {
    async load({ name, tenant }) {
      const row = await db
        .selectFrom('sekisho.masking_vault')
        .select('sealed')
        .where('name', '=', name)
        .where('tenant', '=', tenant)
        .where('expires_at', '>', sql<Date>`now()`)
        .executeTakeFirst();
      return row?.sealed;
    },
    async save({ name, tenant }, sealed, lifetimeSeconds) {
      const { numInsertedOrUpdatedRows } = await db
        .insertInto('sekisho.masking_vault')
        .values({ name, tenant, sealed, expires_at: sql<Date>`now() + ${lifetimeSeconds} * interval '1 second'` })
        .onConflict((conflict) =>
          conflict
            .column('name')
            .doUpdateSet({
              sealed: (row) => row.ref('excluded.sealed'),
              created_at: sql<Date>`excluded.created_at`,
              expires_at: (row) => row.ref('excluded.expires_at'),
            })
            .whereRef('sekisho.masking_vault.tenant', '=', 'excluded.tenant'),
        )
        .executeTakeFirst();
      // A row of that name with another tenant's: nobody but somebody who writes the table by hand makes one.
      if (numInsertedOrUpdatedRows !== 1n) throw new Error('the entry belongs to another tenant');
    },
    async prune(limit) {
      const { numDeletedRows } = await db
        .deleteFrom('sekisho.masking_vault')
        .where('name', 'in', (from) =>
          from
            .selectFrom('sekisho.masking_vault')
            .select('name')
            .where('expires_at', '<=', sql<Date>`now()`)
            .orderBy('expires_at')
            .limit(limit)
            .forUpdate()
            .skipLocked(),
        )
        .executeTakeFirst();
      return Number(numDeletedRows);
    },
  };
}
