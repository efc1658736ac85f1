// The embedded database of a demonstration: held for its duration and removed with everything in it. Never used by `up`.
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '#store';

export interface HeldDatabase {
  /** Gives the database back, so that it stops with its last user, and removes it when asked to. */
  release(options: { readonly remove: boolean }): Promise<void>;
}

/** Keeps the embedded database of a data directory running, whoever else comes and goes. */
export async function holdEmbeddedDatabase(dataDirectory: string, onProgress: (message: string) => void): Promise<HeldDatabase> {
  const directory = join(dataDirectory, 'database');
  const server = await startEmbeddedPostgres({ directory, onProgress });
  return {
    async release({ remove }) {
      await server.stop();
      if (!remove) return;
      // As root the data may lie elsewhere, where the database's account can reach it.
      await rm(server.location, { recursive: true, force: true });
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Removes what a killed demonstration left, a server that still runs included. */
export async function discardEmbeddedDatabase(dataDirectory: string): Promise<void> {
  const directory = join(dataDirectory, 'database');
  // Without it nothing was ever started there.
  if (existsSync(join(directory, 'cluster.json'))) {
    try {
      await (await holdEmbeddedDatabase(dataDirectory, () => undefined)).release({ remove: true });
    } catch {
      // Half made, so nothing runs there.
    }
  }
  await rm(directory, { recursive: true, force: true });
}
