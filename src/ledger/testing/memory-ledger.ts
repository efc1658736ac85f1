// For tests only: a ledger on the file system in memory. Not part of the ledger.
import { readWholeFile, type LedgerFs } from '../files.ts';
import type { Log } from '../sequencer.ts';
import type { TileSource } from '../tiles.ts';
import { buryThisProcess, openTestLog, readEntries } from './ledger-fixture.ts';
import { createMemoryFs, type MemoryFs } from './memory-fs.ts';

export interface MemoryLedger {
  readonly directory: string;
  readonly fs: MemoryFs;
  readonly source: TileSource;
  readonly warnings: string[];
  open(fs?: LedgerFs): Promise<Log>;
  entries(size: number): Promise<string[]>;
  /** The published checkpoint. */
  published(): string | undefined;
  /** Makes it look as if this process had been killed. */
  bury(): void;
}

let made = 0;

export function createMemoryLedger(): MemoryLedger {
  // Directory locks of one process are kept by path.
  made += 1;
  const directory = `/ledger-${made}`;
  const fs = createMemoryFs();
  const warnings: string[] = [];
  const source: TileSource = { read: (path) => readWholeFile(fs, `${directory}/${path}`) };
  const exists = (): boolean => fs.names('/').includes(directory.slice(1));
  return {
    directory,
    fs,
    source,
    warnings,
    open: (port = fs) => openTestLog(directory, port, warnings),
    entries: (size) => readEntries(source, size),
    published: () => (exists() ? fs.readText(`${directory}/checkpoint`) : undefined),
    bury() {
      if (exists()) buryThisProcess(directory, fs);
    },
  };
}
