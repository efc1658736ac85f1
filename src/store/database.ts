// The connection to PostgreSQL: a bounded pool with time limits, so that a database that hangs shows as an error and not as a wait.
// Knows no table: repositories are in their own files, the schema is in migrations/.
import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { SekishoError } from '#kernel';
import type { Tables } from './tables.ts';

export type Database = Kysely<Tables>;

export interface DatabaseOptions {
  /** Most connections held at once. */
  readonly max: number;
  /** How long a statement may run before the server ends it, and a little more before the client gives up. Default 5. */
  readonly statementTimeoutSeconds?: number;
  /** How long to wait for a connection, also for a free one in the pool. Default 5. */
  readonly connectTimeoutSeconds?: number;
  /** Told when a connection breaks while nobody uses it; the pool replaces it by itself. Must not throw. */
  readonly onIdleError?: (error: Error) => void;
}

/**
 * Opens no connection yet: the first query does. `url`: a PostgreSQL connection URI (libpq, section 32.1.1.2); a Unix socket is
 * `postgresql://user:password@/database?host=/directory`. End with `await database.destroy()`.
 */
export function openDatabase(url: string, options: DatabaseOptions): Database {
  const statementTimeoutMs = (options.statementTimeoutSeconds ?? 5) * 1000;
  requireReadable(url);
  const pool = new pg.Pool({
    connectionString: url,
    max: options.max,
    application_name: 'sekisho',
    connectionTimeoutMillis: (options.connectTimeoutSeconds ?? 5) * 1000,
    idleTimeoutMillis: 60_000,
    keepAlive: true,
    statement_timeout: statementTimeoutMs,
    // The server's limit does not help when the server or the network is gone.
    query_timeout: statementTimeoutMs + 1000,
    idle_in_transaction_session_timeout: 30_000,
  });
  // Without a listener, a server restart would end the process.
  pool.on('error', (error) => options.onIdleError?.(error));
  // The same for a connection in use: its query hears of it, and the pool listens to idle ones only.
  pool.on('connect', (client) => client.on('error', () => undefined));
  return new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
}

/** The pool reads the URL only when it first connects: a client that is never connected reads it at once. */
function requireReadable(url: string): void {
  try {
    void new pg.Client({ connectionString: url });
  } catch {
    // Without the cause: the parser's error may carry the URL and the password in it.
    throw new SekishoError('database-url-invalid', 'the database URL cannot be read', {
      hint: 'Expected postgresql://user:password@host:5432/database, with reserved characters of the password percent-encoded.',
    });
  }
}
