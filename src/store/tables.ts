// The tables as kysely sees them. The truth is in migrations/*.sql; a test compares the two by using every column.
import type { ColumnType, Generated } from 'kysely';
import type { PrincipalKind, Role } from '#identity';

/** bigint arrives as text: the driver does not assume that it fits a double. */
type ChangeSeq = ColumnType<string, never, never>;
type Fixed<T> = ColumnType<T, T, never>;

export interface PrincipalsTable {
  id: Fixed<string>;
  name: string;
  kind: PrincipalKind;
  created_at: Fixed<Date>;
  disabled_at: Date | null;
  change_seq: ChangeSeq;
}

export interface ApiKeysTable {
  id: Fixed<string>;
  principal_id: Fixed<string>;
  mac: Fixed<Buffer>;
  label: string;
  roles: Role[];
  routes: string[] | null;
  created_at: Fixed<Date>;
  expires_at: Date | null;
  revoked_at: Date | null;
  revoked_reason: string | null;
  change_seq: ChangeSeq;
}

export interface MigrationsTable {
  version: number;
  name: string;
  sha256: string;
  applied_at: Generated<Date>;
}

export interface Tables {
  'sekisho.principals': PrincipalsTable;
  'sekisho.api_keys': ApiKeysTable;
  'sekisho.migrations': MigrationsTable;
}
