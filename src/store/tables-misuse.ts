// Tables of misuse as kysely sees them; the truth is in migrations/*.sql.
import type { ColumnType, GeneratedAlways } from 'kysely';
import type { CaseCause, CaseEventKind, CaseState, HoldStatus, SignalKind, Standing } from '#access';
import type { Json } from '#kernel';

/** bigint arrives as text: the driver does not assume that it fits a double. */
type ChangeSeq = ColumnType<string, never, never>;
type Fixed<T> = ColumnType<T, T, never>;
/** Read as what was stored; written as text, since the driver would turn an array into one of PostgreSQL's. */
type JsonColumn = ColumnType<Json, string, string>;

export interface HoldsTable {
  id: Fixed<string>;
  principal_id: Fixed<string>;
  grant_id: Fixed<string>;
  request_id: Fixed<string>;
  route: Fixed<string>;
  deployment: Fixed<string>;
  tool: Fixed<string>;
  sealed_call: Buffer | null;
  reason_codes: Fixed<string[]>;
  fingerprint: Fixed<Buffer>;
  tainted: Fixed<boolean>;
  created_at: Fixed<Date>;
  expires_at: Date;
  state: HoldStatus;
  decided_by: string | null;
  decided_by_name: string | null;
  decided_at: Date | null;
  decision_reason: string | null;
  delivered_at: Date | null;
  delivered_request_id: string | null;
  change_seq: ChangeSeq;
}

export interface StandingsTable {
  principal_id: Fixed<string>;
  standing: Standing;
  score: number;
  parts: JsonColumn;
  updated_at: Date;
  standing_since: Date;
  reason: string;
  case_id: string | null;
  set_by: string | null;
  change_seq: ChangeSeq;
}

export interface MisuseSignalsTable {
  id: Fixed<string>;
  principal_id: Fixed<string>;
  kind: Fixed<SignalKind>;
  weight: Fixed<number>;
  request_id: Fixed<string | null>;
  at: Fixed<Date>;
  overflow_minute: Fixed<Date | null>;
  count: ColumnType<string, number, number>;
  evidence: JsonColumn;
  case_id: string | null;
}

export interface CasesTable {
  id: Fixed<string>;
  principal_id: Fixed<string | null>;
  cause: Fixed<CaseCause>;
  state: CaseState;
  opened_at: Fixed<Date>;
  closed_at: Date | null;
  vendor: string | null;
  vendor_case_id: string | null;
  vendor_notice: 'warning' | 'deactivation' | null;
  vendor_reason: string | null;
  entity_identifier: string | null;
  imposed_by: string[];
  appeals: number;
}

export interface CaseEventsTable {
  id: GeneratedAlways<string>;
  case_id: Fixed<string>;
  at: Fixed<Date>;
  kind: Fixed<CaseEventKind>;
  by_principal: Fixed<string | null>;
  by_name: Fixed<string | null>;
  text: Fixed<string | null>;
  facts: JsonColumn;
}

export interface WebhookReceiptsTable {
  id: Fixed<string>;
  received_at: Fixed<Date>;
}

export interface MisuseTables {
  'sekisho.holds': HoldsTable;
  'sekisho.standings': StandingsTable;
  'sekisho.misuse_signals': MisuseSignalsTable;
  'sekisho.cases': CasesTable;
  'sekisho.case_events': CaseEventsTable;
  'sekisho.webhook_receipts': WebhookReceiptsTable;
}
