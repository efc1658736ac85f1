// Tables of identity providers and OAuth clients as kysely sees them; the truth is in migrations/*.sql.
import type { ColumnType } from 'kysely';
import type { ClientAlgorithm, ClientRole } from '#identity';

type Fixed<T> = ColumnType<T, T, never>;

export interface OidcIdentitiesTable {
  id: Fixed<string>;
  principal_id: Fixed<string>;
  provider: Fixed<string>;
  invited_name: Fixed<string>;
  created_at: Fixed<Date>;
  expires_at: Fixed<Date>;
  linked_at: Date | null;
  issuer: string | null;
  subject: string | null;
}

export interface OidcAttemptsTable {
  state_hash: Fixed<Buffer>;
  provider: Fixed<string>;
  expires_at: Fixed<Date>;
}

export interface ClientsTable {
  id: Fixed<string>;
  principal_id: Fixed<string>;
  label: Fixed<string>;
  roles: Fixed<ClientRole[]>;
  routes: Fixed<string[] | null>;
  token_seconds: Fixed<number>;
  registered_by: Fixed<string>;
  as_owner: Fixed<boolean>;
  created_at: Fixed<Date>;
  revoked_at: Date | null;
  revoked_reason: string | null;
}

export interface ClientKeysTable {
  client_id: Fixed<string>;
  kid: Fixed<string>;
  thumbprint: Fixed<string>;
  alg: Fixed<ClientAlgorithm>;
  /** Written as text. */
  jwk: ColumnType<Record<string, string>, string, never>;
  created_at: Fixed<Date>;
}

export interface ClientAssertionsTable {
  client_id: Fixed<string>;
  jti_hash: Fixed<Buffer>;
  expires_at: Fixed<Date>;
}

export interface ClientTokensTable {
  id: Fixed<string>;
  client_id: Fixed<string>;
  kid: Fixed<string>;
  api_key_id: string | null;
  expires_at: Fixed<Date>;
}

export interface SignInTables {
  'sekisho.oidc_identities': OidcIdentitiesTable;
  'sekisho.oidc_attempts': OidcAttemptsTable;
  'sekisho.clients': ClientsTable;
  'sekisho.client_keys': ClientKeysTable;
  'sekisho.client_assertions': ClientAssertionsTable;
  'sekisho.client_tokens': ClientTokensTable;
}
