// Deletes what is remembered of conversations when its time is over, whether or not anything is inspected any more. Several nodes may do so
// at once: each takes rows that no other one has.
import { createMaskingVaultStore, openDatabase } from '#store';
import { logFailure, type Logger } from './logging.ts';

const EVERY_MS = 10 * 60_000;
const BATCH_ROWS = 1000;
const BATCHES_AT_ONCE = 100;

export interface VaultKeeping {
  close(): Promise<void>;
}

export function startVaultKeeping({ databaseUrl, logger }: { readonly databaseUrl: string; readonly logger: Logger }): VaultKeeping {
  const database = openDatabase(databaseUrl, {
    max: 1,
    statementTimeoutSeconds: 60,
    onIdleError: (error) => logFailure(logger, 'database connection lost', error),
  });
  const store = createMaskingVaultStore(database);
  const closing = new AbortController();

  async function prune(): Promise<void> {
    try {
      for (let batch = 0; batch < BATCHES_AT_ONCE && !closing.signal.aborted; batch++)
        if ((await store.prune(BATCH_ROWS)) < BATCH_ROWS) return;
    } catch (error) {
      logFailure(logger, 'what was remembered of old conversations could not be deleted', error);
    }
  }

  let round = prune();
  const timer = setInterval(() => {
    round = round.then(prune);
  }, EVERY_MS);
  return {
    async close() {
      closing.abort();
      clearInterval(timer);
      await round;
      await database.destroy();
    },
  };
}
