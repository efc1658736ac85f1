// Applications, their documents and grants in PostgreSQL: implements what access declares.
// Whoever can write these tables can make themselves a grant, with an application that looks approved: the ledger, which has every act that
// went through the program, would not have it. Whoever can read them reads what people said of themselves, and their documents.
import { sql, type Transaction } from 'kysely';
import type { ApplicationFilter, DeskStore, EvidenceContent, GrantFilter } from '#access';
import type { PrincipalId } from '#kernel';
import { applicationOf, applicationRow, eventOf, eventRow, grantRecordOf, grantRow } from './access-rows.ts';
import type { Database } from './database.ts';
import type { Tables } from './tables.ts';

/** More than anybody reads at once; bounds memory. */
const MOST_ROWS = 500;
const MOST_EVENTS = 2000;

export function createDeskStore(db: Database): DeskStore {
  return { ...applicationMethods(db), ...grantMethods(db), ...peopleMethods(db) };
}

type ApplicationMethods =
  | 'insertApplication'
  | 'saveApplication'
  | 'findApplication'
  | 'listApplications'
  | 'countApplications'
  | 'readEvidence'
  | 'listEvents';

function applicationMethods(db: Database): Pick<DeskStore, ApplicationMethods> {
  return {
    async insertApplication(application, event) {
      await db.transaction().execute(async (transaction) => {
        await transaction.insertInto('sekisho.applications').values(applicationRow(application)).execute();
        await transaction.insertInto('sekisho.application_events').values(eventRow(event)).execute();
      });
    },
    saveApplication: ({ application, event, content, grant }) =>
      db.transaction().execute(async (transaction) => {
        const { id, owner_id: _owner, created_at: _created, ...changes } = applicationRow(application);
        const { numUpdatedRows } = await transaction
          .updateTable('sekisho.applications')
          .set(changes)
          .where('id', '=', id)
          .where('version', '=', application.version - 1)
          .executeTakeFirst();
        if (numUpdatedRows === 0n) return false;
        if (content !== undefined) await insertEvidence(transaction, id, content);
        if (grant !== undefined) await transaction.insertInto('sekisho.grants').values(grantRow(grant)).execute();
        await transaction.insertInto('sekisho.application_events').values(eventRow(event)).execute();
        return true;
      }),
    async findApplication(id) {
      const row = await db.selectFrom('sekisho.applications').selectAll().where('id', '=', id).executeTakeFirst();
      return row === undefined ? undefined : applicationOf(row);
    },
    listApplications: (filter) => listApplications(db, filter),
    async countApplications(ownerId) {
      const { open, all } = await db
        .selectFrom('sekisho.applications')
        .select((of) => [
          of.fn.countAll<string>().as('all'),
          of.fn.countAll<string>().filterWhere('state', 'not in', ['approved', 'withdrawn', 'rejected']).as('open'),
        ])
        .where('owner_id', '=', ownerId)
        .executeTakeFirstOrThrow();
      return { open: Number(open), all: Number(all) };
    },
    async readEvidence(applicationId, evidenceId) {
      const row = await db
        .selectFrom('sekisho.application_evidence')
        .selectAll()
        .where('id', '=', evidenceId)
        .where('application_id', '=', applicationId)
        .executeTakeFirst();
      if (row === undefined) return undefined;
      const evidence = { id: row.id, fileName: row.file_name, mediaType: row.media_type, sha256: row.sha256.toString('hex') };
      return { evidence, content: row.content };
    },
    async listEvents(applicationId, limit) {
      const rows = await db
        .selectFrom('sekisho.application_events')
        .selectAll()
        .where('application_id', '=', applicationId)
        .orderBy('id')
        .limit(Math.min(limit, MOST_EVENTS))
        .execute();
      return rows.map(eventOf);
    },
  };
}

/** The database leaves out what people wrote: a page of whole applications could be a quarter of a gigabyte. */
const OUTLINE = sql<object>`document || jsonb_build_object(
  'remarks', '[]'::jsonb,
  'form', jsonb_strip_nulls(jsonb_build_object('tier', document #> '{form,tier}', 'capabilities', document #> '{form,capabilities}'))
)`.as('document');

async function listApplications(db: Database, { concerning, states, before, limit }: ApplicationFilter) {
  let query = db
    .selectFrom('sekisho.applications')
    .select(['id', 'owner_id', 'principal_id', 'state', 'tier', 'version', 'created_at', 'updated_at', 'submitted_at'])
    .select(OUTLINE)
    .orderBy('id', 'desc')
    .limit(Math.min(limit, MOST_ROWS));
  if (concerning !== undefined) {
    query = query.where((of) => of.or([of('owner_id', '=', concerning), of('principal_id', '=', concerning)]));
  }
  if (states !== undefined) query = query.where('state', 'in', [...states]);
  if (before !== undefined) query = query.where('id', '<', before);
  return (await query.execute()).map(applicationOf);
}

async function insertEvidence(db: Transaction<Tables>, applicationId: string, { evidence, content }: EvidenceContent): Promise<void> {
  await db
    .insertInto('sekisho.application_evidence')
    .values({
      id: evidence.id,
      application_id: applicationId,
      file_name: evidence.fileName,
      media_type: evidence.mediaType,
      sha256: Buffer.from(evidence.sha256, 'hex'),
      content: Buffer.from(content),
    })
    .execute();
}

function grantMethods(db: Database): Pick<DeskStore, 'saveGrant' | 'findGrant' | 'listGrants' | 'listDue'> {
  return {
    saveGrant: ({ grant, event }) =>
      db.transaction().execute(async (transaction) => {
        const { state, ends_at, recertify_by, version, updated_at, document } = grantRow(grant);
        const { numUpdatedRows } = await transaction
          .updateTable('sekisho.grants')
          .set({ state, ends_at, recertify_by, version, updated_at, document })
          .where('id', '=', grant.id)
          .where('version', '=', version - 1)
          .executeTakeFirst();
        if (numUpdatedRows === 0n) return false;
        await transaction.insertInto('sekisho.application_events').values(eventRow(event)).execute();
        return true;
      }),
    async findGrant(id) {
      const row = await db.selectFrom('sekisho.grants').selectAll().where('id', '=', id).executeTakeFirst();
      return row === undefined ? undefined : grantRecordOf(row);
    },
    listGrants: (filter) => listGrants(db, filter),
    async listDue({ nowMs, beforeMs, concerning, limit }) {
      const due = sql<Date>`least(recertify_by, ends_at)`;
      let query = db
        .selectFrom('sekisho.grants')
        .selectAll()
        .where('state', '=', 'active')
        .where('ends_at', '>', new Date(nowMs))
        .where(due, '<', new Date(beforeMs))
        .orderBy(due)
        .orderBy('id')
        .limit(Math.min(limit, MOST_ROWS));
      if (concerning !== undefined)
        query = query.where((of) => of.or([of('owner_id', '=', concerning), of('principal_id', '=', concerning)]));
      return (await query.execute()).map(grantRecordOf);
    },
  };
}

async function listGrants(db: Database, { concerning, states, before, limit }: GrantFilter) {
  let query = db.selectFrom('sekisho.grants').selectAll().orderBy('id', 'desc').limit(Math.min(limit, MOST_ROWS));
  if (concerning !== undefined) query = query.where((of) => of.or([of('owner_id', '=', concerning), of('principal_id', '=', concerning)]));
  if (states !== undefined) query = query.where('state', 'in', [...states]);
  if (before !== undefined) query = query.where('id', '<', before);
  return (await query.execute()).map(grantRecordOf);
}

function peopleMethods(db: Database): Pick<DeskStore, 'applicantsFor' | 'findMember' | 'membersByEmail'> {
  return {
    async applicantsFor(principalId) {
      const rows = await db
        .selectFrom('sekisho.applications')
        .select('owner_id')
        .distinct()
        .where('principal_id', '=', principalId)
        .where('submitted_at', 'is not', null)
        .execute();
      return rows.map(({ owner_id }) => owner_id as PrincipalId);
    },
    async findMember(principalId) {
      const row = await db
        .selectFrom('sekisho.members')
        .select(['email', 'is_outside'])
        .where('principal_id', '=', principalId)
        .executeTakeFirst();
      return row === undefined ? undefined : { principalId, email: row.email, isOutside: row.is_outside };
    },
    async membersByEmail(email) {
      const rows = await db
        .selectFrom('sekisho.members')
        .select('principal_id')
        .where(sql<string>`lower(email)`, '=', email.toLowerCase())
        .execute();
      return rows.map(({ principal_id }) => principal_id as PrincipalId);
    },
  };
}
