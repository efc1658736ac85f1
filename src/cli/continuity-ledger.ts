// Where the ledger has the acts of a drill: found in the signed tree of this machine, newest first, and checked for inclusion.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '#config';
import type { LedgerReference } from '#continuity';
import { directorySource, findEntry, proveInclusion, verifyInclusion } from '#ledger';
import { readSignedTree } from './ledger-access.ts';
import { parseRecord } from './records.ts';

/** A drill of hours in heavy traffic lies further back than anyone wants to wait for; then its place is left open. */
const MOST_ENTRIES = 500_000;
const MOST_ACTS = 10;
/** Decisions name the drill as well, and there may be very many of them. */
const ACT = Buffer.from('"type":"drill-');

/** The acts of a drill that are in the signed tree, oldest first; empty where this machine has no ledger, or none can be read. */
export async function ledgerReferences(
  config: Config,
  drillId: string,
  mostEntries: number = MOST_ENTRIES,
): Promise<readonly LedgerReference[]> {
  const { ledgerDirectory, signerOf } = await import('#compose');
  const directory = ledgerDirectory(config);
  // Looked at first: asking for the key of a ledger that does not exist yet would make one.
  if (!existsSync(join(directory, 'checkpoint'))) return [];
  const source = directorySource(directory);
  const tree = await readSignedTree({ source, vkey: (await signerOf(config)).vkey });
  if (typeof tree === 'string') return [];
  const { size, root } = tree.checkpoint;
  const needle = Buffer.from(`"drill":"${drillId}"`);
  const found: LedgerReference[] = [];
  let before = size;
  while (found.length < MOST_ACTS) {
    const next = await findEntry(
      source,
      (entry) => entry.includes(ACT) && entry.includes(needle) && isAct(entry, drillId),
      before,
      mostEntries - (size - before),
    );
    if (next === undefined) break;
    const record = parseRecord(next.entry)!;
    const evidence = await proveInclusion(source, next.index, size);
    if (verifyInclusion({ ...evidence, root })) found.unshift(reference(record, next.index));
    if (record['type'] === 'drill-started') break;
    before = next.index;
  }
  return found;
}

function isAct(entry: Buffer, drillId: string): boolean {
  const record = parseRecord(entry);
  return record?.['drill'] === drillId && typeof record['type'] === 'string' && record['type'].startsWith('drill-');
}

function reference(record: { readonly [name: string]: unknown }, index: number): LedgerReference {
  const text = (name: string): string | null => (typeof record[name] === 'string' ? record[name] : null);
  return { type: text('type') ?? '', index, at: text('at') ?? '', configuration: text('policy') };
}
