// Tables of access as kysely sees them; the truth is in migrations/*.sql.
import type { ColumnType, GeneratedAlways } from 'kysely';
import type { ApplicationState, GrantState, Tier } from '#access';

type Fixed<T> = ColumnType<T, T, never>;
/** Written as text: the driver would take an array for one of PostgreSQL's own. */
type Document = ColumnType<object, string, string>;

export interface ApplicationsTable {
  id: Fixed<string>;
  owner_id: Fixed<string>;
  principal_id: string | null;
  state: ApplicationState;
  tier: Tier | null;
  version: number;
  created_at: Fixed<Date>;
  updated_at: Date;
  submitted_at: Date | null;
  document: Document;
}

export interface GrantsTable {
  id: Fixed<string>;
  application_id: Fixed<string>;
  principal_id: Fixed<string>;
  owner_id: Fixed<string>;
  tier: Fixed<Tier>;
  state: GrantState;
  starts_at: Fixed<Date>;
  ends_at: Date;
  recertify_by: Date;
  approved_by: Fixed<string[]>;
  version: number;
  created_at: Fixed<Date>;
  updated_at: Date;
  document: Document;
  /** bigint arrives as text: the driver does not assume that it fits a double. */
  change_seq: ColumnType<string, never, never>;
}

export interface ApplicationEventsTable {
  id: GeneratedAlways<string>;
  application_id: Fixed<string>;
  grant_id: Fixed<string | null>;
  version: Fixed<number>;
  at: Fixed<Date>;
  by_principal: Fixed<string>;
  by_name: Fixed<string>;
  type: Fixed<string>;
  reason: Fixed<string | null>;
  facts: ColumnType<object, string, never>;
}

export interface ApplicationEvidenceTable {
  id: Fixed<string>;
  application_id: Fixed<string>;
  file_name: Fixed<string>;
  media_type: Fixed<string>;
  sha256: Fixed<Buffer>;
  content: Fixed<Buffer>;
}

export interface AccessTables {
  'sekisho.applications': ApplicationsTable;
  'sekisho.grants': GrantsTable;
  'sekisho.application_events': ApplicationEventsTable;
  'sekisho.application_evidence': ApplicationEvidenceTable;
}
