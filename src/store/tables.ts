// The tables as kysely sees them. The truth is in migrations/*.sql; a test compares the two by using every column.
import type { ColumnType, Generated } from 'kysely';
import type { CanaryResult } from '#continuity';
import type { Authentication, PrincipalKind, Role } from '#identity';
import type { AccessTables } from './tables-access.ts';
import type { MembersTables } from './tables-members.ts';
import type { MisuseTables } from './tables-misuse.ts';
import type { OnboardingTables } from './tables-onboarding.ts';
import type { SignInTables } from './tables-sign-in.ts';

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
  authentication: Fixed<Authentication>;
  created_at: Fixed<Date>;
  expires_at: Date | null;
  revoked_at: Date | null;
  revoked_reason: string | null;
  change_seq: ChangeSeq;
}

export interface CanaryRunsTable {
  id: Fixed<string>;
  deployment: Fixed<string>;
  program: Fixed<string | null>;
  route: Fixed<string>;
  at: Fixed<Date>;
  result: Fixed<CanaryResult>;
  kind: Fixed<string | null>;
  code: Fixed<string | null>;
  effective_model: Fixed<string | null>;
  effective_program: Fixed<string | null>;
  request_id: Fixed<string | null>;
  latency_ms: Fixed<number>;
}

export interface LeasesTable {
  name: Fixed<string>;
  held_until: Date;
}

export interface CutsTable {
  id: Fixed<string>;
  selector: Fixed<string>;
  reason: Fixed<string>;
  made_by: Fixed<string>;
  at: Fixed<Date>;
  restored_at: Date | null;
  restored_by: string | null;
  restored_reason: string | null;
  change_seq: ChangeSeq;
}

export interface DrillsTable {
  id: Fixed<string>;
  selectors: Fixed<string[]>;
  share: Fixed<number>;
  canaries_only: Fixed<boolean>;
  reason: Fixed<string>;
  made_by: Fixed<string>;
  starts_at: Fixed<Date>;
  ends_at: Fixed<Date>;
  aborted_at: Date | null;
  aborted_by: string | null;
  change_seq: ChangeSeq;
}

export interface EvidenceTable {
  change_seq: ChangeSeq;
  run: Fixed<string>;
  route: Fixed<string>;
  deployment: Fixed<string>;
  model: Fixed<string>;
  score: Fixed<number>;
  latency_ms_p50: Fixed<number>;
  cost_per_case: Fixed<number | null>;
  effective_model: Fixed<string | null>;
  at: Fixed<Date>;
  cases_hash: Fixed<string>;
}

export interface CaseResultsTable {
  run: string;
  route: string;
  deployment: string;
  case_id: string;
  passed: boolean;
  score: number;
  latency_ms: number;
  cost: number | null;
  effective_model: string | null;
  problems: string[];
  at: Date;
}

export interface TrafficTable {
  period_start: Date;
  period_seconds: number;
  node: string;
  route: string;
  deployment: string;
  drill: string;
  data_class: string;
  cause: string;
  /** Counts that fit a double by far; they arrive as text all the same. */
  sent: string;
  ended: string;
  input_tokens: string;
  output_tokens: string;
  total_ms: number;
  first_byte_ms: number;
  first_at: Date | null;
  last_at: Date | null;
}

export interface TrafficWritersTable {
  node: string;
  batch: string;
  at: Date;
}

export interface MaskingVaultTable {
  name: Fixed<Buffer>;
  tenant: Fixed<string>;
  sealed: Buffer;
  created_at: ColumnType<Date, never, Date>;
  expires_at: Date;
}

export interface PseudonymsTable {
  pseudonym: Fixed<string>;
  principal_id: Fixed<string>;
  end_user: Fixed<string | null>;
  first_at: Fixed<Date>;
}

export interface MigrationsTable {
  version: number;
  name: string;
  sha256: string;
  applied_at: Generated<Date>;
}

export interface Tables extends MembersTables, AccessTables, MisuseTables, OnboardingTables, SignInTables {
  'sekisho.principals': PrincipalsTable;
  'sekisho.api_keys': ApiKeysTable;
  'sekisho.canary_runs': CanaryRunsTable;
  'sekisho.leases': LeasesTable;
  'sekisho.cuts': CutsTable;
  'sekisho.drills': DrillsTable;
  'sekisho.evidence': EvidenceTable;
  'sekisho.case_results': CaseResultsTable;
  'sekisho.traffic': TrafficTable;
  'sekisho.traffic_writers': TrafficWritersTable;
  'sekisho.masking_vault': MaskingVaultTable;
  'sekisho.pseudonyms': PseudonymsTable;
  'sekisho.migrations': MigrationsTable;
}
