// For tests only: a ledger in a temporary directory. Not part of the ledger.
import { existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { directorySource, splitBundle, TILE_WIDTH, tilePath, tileWidth, type TileSource } from '../tiles.ts';
import { nodeFs, type LedgerFs } from '../files.ts';
import { currentProcess } from '../processes.ts';
import { openLog, type Log } from '../sequencer.ts';
import { createSigner, generateSigningKey } from '../signer.ts';
import type { NoteSigner } from '../signed-note.ts';

export const ORIGIN = 'ledger.example/test';
export const signer: NoteSigner = createSigner({ name: ORIGIN, privateKeyPem: generateSigningKey() });

export interface LedgerFixture {
  readonly directory: string;
  readonly warnings: string[];
  open(fs?: LedgerFs): Promise<Log>;
  /** Every entry of the committed tree as text, read from the bundles. */
  entries(size: number): Promise<string[]>;
  remove(): void;
}

export function createLedgerFixture(): LedgerFixture {
  const directory = mkdtempSync(join(tmpdir(), 'sekisho-ledger-'));
  const warnings: string[] = [];
  return {
    directory,
    warnings,
    open: (fs = nodeFs) => openTestLog(directory, fs, warnings),
    entries: (size) => readEntries(directorySource(directory), size),
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}

export function openTestLog(directory: string, fs: LedgerFs, warnings: string[]): Promise<Log> {
  return openLog({
    directory,
    origin: ORIGIN,
    signer,
    fs,
    describeInterrupted: (key, decision) => Buffer.from(`interrupted ${key} ${decision.toString()}`),
    describeDamage: (message) => Buffer.from(`damage ${message}`),
    onWarning: (message) => warnings.push(message),
  });
}

/** Every entry of a tree of `size` entries as text, from exactly the bundles such a tree has. */
export async function readEntries(source: TileSource, size: number): Promise<string[]> {
  const all: string[] = [];
  for (let index = 0; index * TILE_WIDTH < size; index++) {
    const width = tileWidth(0, index, size);
    const bundle = await source.read(tilePath({ level: 'entries', index, width }));
    if (bundle === undefined) throw new Error(`bundle ${index} of width ${width} is missing`);
    all.push(...splitBundle(bundle).entries.map((entry) => entry.toString()));
  }
  return all;
}

/** Integrates until there is nothing more. */
export async function integrateAll(log: Log): Promise<void> {
  for (let round = await log.integrate(); round.more || round.appended > 0;) round = await log.integrate();
}

/** A process number above what Linux hands out (proc(5), pid_max), so certainly not alive. */
const DEAD_PID = 9_999_999;

/** The few operations `buryThisProcess` needs, on disk or in memory. */
export interface PlainFiles {
  names(path: string): string[];
  readText(path: string): string | undefined;
  writeText(path: string, text: string): void;
  renameNow(from: string, to: string): void;
}

const diskFiles: PlainFiles = {
  names: (path) => readdirSync(path),
  readText: (path) => (existsSync(path) ? readFileSync(path, 'utf8') : undefined),
  writeText: (path, text) => writeFileSync(path, text),
  renameNow: (from, to) => renameSync(from, to),
};

/** Makes a ledger look as if this very process had been killed: its journals and lock belong to a dead one from now on. */
export function buryThisProcess(directory: string, files: PlainFiles = diskFiles): void {
  const { pid, token } = currentProcess();
  const [mine, dead] = [`-${pid}-${token}`, `-${DEAD_PID}-${token}`];
  const folder = join(directory, 'journal');
  const names = files.names(directory);
  for (const name of names.includes('journal') ? files.names(folder) : [])
    files.renameNow(join(folder, name), join(folder, name.replace(mine, dead)));
  const commit = join(directory, 'commit.json');
  const text = files.readText(commit);
  if (text !== undefined) files.writeText(commit, text.replaceAll(mine, dead));
  for (const name of names) if (name.startsWith('lock.')) files.writeText(join(directory, name), `${DEAD_PID} ${token}\n`);
}
