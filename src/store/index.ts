export { createCanaryStore } from './canary-store.ts';
export { createControlStore } from './control-store.ts';
export { openDatabase, type Database, type DatabaseOptions } from './database.ts';
export { withDirectoryLock, type DirectoryLockOptions } from './directory-lock.ts';
export { startEmbeddedPostgres, type EmbeddedPostgres, type EmbeddedPostgresOptions } from './embedded-postgres.ts';
export { createKeyStore } from './key-store.ts';
export { migrate, type MigrationReport } from './migrate.ts';
export { loadOrCreatePrivateFile, loadOrCreateSecret, SECRET_BYTES } from './secret-file.ts';
export { createTrafficStore } from './traffic-store.ts';
