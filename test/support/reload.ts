// Reloads of a started checkpoint, as an operator makes them: a changed file, SIGHUP, and what the log says of it.
import { readFile, writeFile } from 'node:fs/promises';
import { eventually } from './contract.ts';
import type { LedgerRecord, StartedCheckpoint } from './started-checkpoint.ts';

export const RELOADED = 'configuration reloaded';
export const NOT_RELOADED = 'the configuration has faults and was not taken into use; the running one stays';

/** Resolves with the log line that says so; fails when the other one comes, or none. */
export async function reload(
  checkpoint: StartedCheckpoint,
  message: typeof RELOADED | typeof NOT_RELOADED = RELOADED,
): Promise<LedgerRecord> {
  const before = checkpoint.logs.length;
  const line = () => checkpoint.logs.slice(before).find(({ msg }) => msg === RELOADED || msg === NOT_RELOADED);
  checkpoint.process.kill('SIGHUP');
  await eventually('a reload came to its end', () => line() !== undefined);
  const found = line()!;
  if (found['msg'] !== message) throw new Error(`not what was expected of the reload: ${JSON.stringify(found)}`);
  return found;
}

/** Changes one place of the configuration file, and reloads. */
export async function reloadWith(checkpoint: StartedCheckpoint, before: string, after: string): Promise<LedgerRecord> {
  const text = await readFile(checkpoint.configPath, 'utf8');
  if (!text.includes(before)) throw new Error(`the configuration does not say ${before}`);
  await writeFile(
    checkpoint.configPath,
    text.replace(before, () => after),
  );
  return await reload(checkpoint);
}
