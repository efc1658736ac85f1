// Tables of onboarding and attestations as kysely sees them; the truth is in migrations/*.sql.
import type { ColumnType } from 'kysely';
import type { Authentication, OnboardingState, ProbeFinding } from '#access';

type Fixed<T> = ColumnType<T, T, never>;
/** Read as what was stored; written as text. */
type JsonColumn<T> = ColumnType<T | null, string | null, never>;

export interface OnboardingTable {
  id: Fixed<string>;
  program: Fixed<string>;
  account: Fixed<string>;
  reference: string | null;
  state: OnboardingState;
  created_at: Fixed<Date>;
  changed_at: Date;
  revision: number;
}

export interface OnboardingEventsTable {
  onboarding_id: Fixed<string>;
  revision: Fixed<number>;
  at: Fixed<Date>;
  from_state: Fixed<OnboardingState | null>;
  to_state: Fixed<OnboardingState>;
  by_principal: Fixed<string | null>;
  by_name: Fixed<string | null>;
  by_authentication: Fixed<Authentication | null>;
  note: Fixed<string>;
  probe: JsonColumn<ProbeFinding>;
}

export interface AttestationsTable {
  id: Fixed<string>;
  program: Fixed<string>;
  obligation: Fixed<string>;
  obligation_hash: Fixed<string>;
  statement: Fixed<string>;
  by_principal: Fixed<string>;
  by_name: Fixed<string>;
  by_authentication: Fixed<Authentication>;
  at: Fixed<Date>;
  until: Fixed<Date>;
  withdrawn_at: Date | null;
  withdrawn_by: string | null;
  withdrawn_reason: string | null;
}

export interface OnboardingTables {
  'sekisho.onboarding': OnboardingTable;
  'sekisho.onboarding_events': OnboardingEventsTable;
  'sekisho.attestations': AttestationsTable;
}
