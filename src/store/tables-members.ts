// Tables of members as kysely sees them; the truth is in migrations/*.sql.
import type { ColumnType } from 'kysely';
import type { Authentication, MemberRole } from '#identity';

type Fixed<T> = ColumnType<T, T, never>;

export interface MemberTable {
  principal_id: Fixed<string>;
  display_name: string;
  email: string | null;
  roles: MemberRole[];
  is_outside: boolean;
  created_at: Fixed<Date>;
  /** bigint arrives as text: the driver does not assume that it fits a double. */
  change_seq: ColumnType<string, never, never>;
}

export interface PasskeysTable {
  id: Fixed<string>;
  principal_id: Fixed<string>;
  credential_id: Fixed<Buffer>;
  public_key: Fixed<Buffer>;
  sign_count: ColumnType<string, number, number>;
  label: string;
  transports: Fixed<string[]>;
  aaguid: Fixed<string>;
  attestation_format: Fixed<string>;
  attestation_verified: Fixed<boolean>;
  is_backed_up: boolean;
  created_at: Fixed<Date>;
  last_used_at: Date | null;
}

export interface SessionsTable {
  id: Fixed<string>;
  token_hash: Fixed<Buffer>;
  principal_id: Fixed<string>;
  authentication: Fixed<Exclude<Authentication, 'none'>>;
  passkey_id: Fixed<string | null>;
  created_at: Fixed<Date>;
  last_seen_at: Date;
  expires_at: Fixed<Date>;
  address: Fixed<string>;
  user_agent: Fixed<string>;
}

export interface EnrolmentsTable {
  id: Fixed<string>;
  token_hash: Fixed<Buffer>;
  principal_id: Fixed<string>;
  created_at: Fixed<Date>;
  expires_at: Fixed<Date>;
}

export interface PasskeyChallengesTable {
  challenge_hash: Fixed<Buffer>;
  bound_to: Fixed<string>;
  principal_id: Fixed<string | null>;
  expires_at: Fixed<Date>;
}

export interface MembersTables {
  'sekisho.members': MemberTable;
  'sekisho.passkeys': PasskeysTable;
  'sekisho.sessions': SessionsTable;
  'sekisho.enrolments': EnrolmentsTable;
  'sekisho.passkey_challenges': PasskeyChallengesTable;
}
