// What every command that touches state begins with: the database, the generated secrets and the ledger's signer.
import { join } from 'node:path';
import type { Config } from '#config';
import { describeError, SekishoError, systemErrorCode } from '#kernel';
import { createSigner, generateSigningKey, type NoteSigner } from '#ledger';
import { loadOrCreatePrivateFile, loadOrCreateSecret, migrate, openDatabase, startEmbeddedPostgres, type Database } from '#store';

export interface DatabaseLease {
  readonly url: string;
  /** Gives the database back; an embedded server stops with its last user. */
  release(): Promise<void>;
}

/** The configured database, or the embedded one under the data directory, with its schema up to date. */
export async function leaseDatabase(config: Config, onProgress: (message: string) => void): Promise<DatabaseLease> {
  const lease = await reach(config, onProgress);
  const database = openDatabase(lease.url, { max: 1, statementTimeoutSeconds: 60 });
  try {
    await migrate(database);
  } catch (error) {
    await lease.release();
    throw config.database.url === undefined ? error : unreachable(error);
  } finally {
    await database.destroy();
  }
  return lease;
}

/** Never names the URL: the password is in it. Codes that begin with 28 or 3D are PostgreSQL's for who may connect, and to what. */
function unreachable(error: unknown): unknown {
  const code = systemErrorCode(error) ?? '';
  const isConnection = /^(?:E[A-Z_]+|28...|3D...|08...|57P0.)$/.test(code) || /timeout/i.test(describeError(error));
  if (!isConnection) return error;
  return new SekishoError('database-unreachable', 'the database at database.url cannot be used', {
    cause: error,
    hint: 'Check that it runs, and host, port, user, password and database in database.url of the configuration.',
  });
}

async function reach(config: Config, onProgress: (message: string) => void): Promise<DatabaseLease> {
  if (config.database.url !== undefined) return { url: config.database.url, release: () => Promise.resolve() };
  const embedded = await startEmbeddedPostgres({ directory: join(config.server.dataDirectory, 'database'), onProgress });
  return { url: embedded.url, release: () => embedded.stop() };
}

/** Runs `work` with an open database and puts everything away afterwards. */
export async function withDatabase<T>(
  config: Config,
  onProgress: (message: string) => void,
  work: (database: Database) => Promise<T>,
): Promise<T> {
  const lease = await leaseDatabase(config, onProgress);
  const database = openDatabase(lease.url, { max: 2 });
  try {
    return await work(database);
  } finally {
    await database.destroy();
    await lease.release();
  }
}

export function ledgerDirectory(config: Config): string {
  return join(config.server.dataDirectory, 'ledger');
}

/** The pepper of API keys: configured, or made once under the data directory. */
export async function pepperOf(config: Config): Promise<Buffer> {
  if (config.identity.pepper !== undefined) return Buffer.from(config.identity.pepper);
  return loadOrCreateSecret(join(config.server.dataDirectory, 'secrets', 'pepper'));
}

/** The ledger's signing key: configured, or made once under the data directory. */
export async function signerOf(config: Config): Promise<NoteSigner> {
  const path = join(config.server.dataDirectory, 'secrets', 'ledger-signing-key.pem');
  const privateKeyPem =
    config.ledger.signingKey ?? (await loadOrCreatePrivateFile(path, generateSigningKey, (text) => text.includes('PRIVATE KEY')));
  return createSigner({ name: config.ledger.origin, privateKeyPem });
}
