// Rows of OAuth clients and what identity makes of them.
import { sql } from 'kysely';
import type { Client, ClientAlgorithm, ClientRole } from '#identity';
import type { PrincipalId } from '#kernel';
import type { Database } from './database.ts';

export interface ClientRow {
  readonly id: string;
  readonly label: string;
  readonly roles: ClientRole[];
  readonly routes: string[] | null;
  readonly token_seconds: number;
  readonly as_owner: boolean;
  readonly created_at: Date;
  readonly revoked_at: Date | null;
  readonly revoked_reason: string | null;
  readonly service_id: string;
  readonly service_name: string;
  readonly registered_by: string;
  readonly registered_by_name: string;
  readonly keys: readonly KeyRow[];
}

interface KeyRow {
  readonly kid: string;
  readonly thumbprint: string;
  readonly alg: ClientAlgorithm;
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
}

export function clientRows(db: Database) {
  return db
    .selectFrom('sekisho.clients as client')
    .innerJoin('sekisho.principals as service', 'service.id', 'client.principal_id')
    .innerJoin('sekisho.principals as registrar', 'registrar.id', 'client.registered_by')
    .select(['client.id', 'client.label', 'client.roles', 'client.routes', 'client.token_seconds', 'client.as_owner', 'client.created_at'])
    .select(['client.revoked_at', 'client.revoked_reason', 'client.registered_by', 'registrar.name as registered_by_name'])
    .select(['service.id as service_id', 'service.name as service_name'])
    .select(
      sql<KeyRow[]>`(
        select coalesce(json_agg(json_build_object(
          'kid', kid, 'thumbprint', thumbprint, 'alg', alg, 'at', (extract(epoch from created_at) * 1000)::bigint
        ) order by created_at, kid), '[]') from sekisho.client_keys where client_id = client.id
      )`.as('keys'),
    );
}

export function clientFrom(row: ClientRow): Client {
  return {
    id: row.id,
    service: { id: row.service_id as PrincipalId, name: row.service_name },
    label: row.label,
    roles: row.roles,
    routes: row.routes,
    tokenSeconds: row.token_seconds,
    registeredBy: { id: row.registered_by as PrincipalId, name: row.registered_by_name },
    asOwner: row.as_owner,
    keys: row.keys.map(({ kid, thumbprint, alg, at }) => ({ kid, thumbprint, alg, createdAtMs: at })),
    createdAtMs: row.created_at.getTime(),
    revokedAtMs: row.revoked_at?.getTime() ?? null,
    revokedReason: row.revoked_reason,
  };
}
