// For tests only: a ledger in a temporary directory. Not part of the ledger.
import { existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { directorySource, splitBundle, TILE_WIDTH, tilePath, tileWidth } from '../tiles.ts';
import type { LedgerFs } from '../files.ts';
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
    open: (fs) =>
      openLog({
        directory,
        origin: ORIGIN,
        signer,
        ...(fs === undefined ? {} : { fs }),
        describeInterrupted: (key, decision) => Buffer.from(`interrupted ${key} ${decision.toString()}`),
        describeDamage: (message) => Buffer.from(`damage ${message}`),
        onWarning: (message) => warnings.push(message),
      }),
    async entries(size) {
      const source = directorySource(directory);
      const all: string[] = [];
      for (let index = 0; index * TILE_WIDTH < size; index++) {
        const width = tileWidth(0, index, size);
        const bundle = await source.read(tilePath({ level: 'entries', index, width }));
        if (bundle === undefined) throw new Error(`bundle ${index} of width ${width} is missing`);
        all.push(...splitBundle(bundle).entries.map((entry) => entry.toString()));
      }
      return all;
    },
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}

/** Integrates until there is nothing more. */
export async function integrateAll(log: Log): Promise<void> {
  for (let round = await log.integrate(); round.more || round.appended > 0; ) round = await log.integrate();
}

/** A process number above what Linux hands out (proc(5), pid_max), so certainly not alive. */
const DEAD_PID = 9_999_999;

/** Makes a ledger look as if this very process had been killed: its journals and lock belong to a dead one from now on. */
export function buryThisProcess(directory: string): void {
  const { pid, token } = currentProcess();
  const [mine, dead] = [`-${pid}-${token}`, `-${DEAD_PID}-${token}`];
  const folder = join(directory, 'journal');
  for (const name of existsSync(folder) ? readdirSync(folder) : []) renameSync(join(folder, name), join(folder, name.replace(mine, dead)));
  const commit = join(directory, 'commit.json');
  if (existsSync(commit)) writeFileSync(commit, readFileSync(commit, 'utf8').replaceAll(mine, dead));
  for (const name of readdirSync(directory)) {
    if (name.startsWith('lock.')) writeFileSync(join(directory, name), `${DEAD_PID} ${token}\n`);
  }
}
