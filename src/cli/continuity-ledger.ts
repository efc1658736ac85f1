// Where the ledger has the acts of a drill: found in the signed tree of this machine, newest first, and checked for inclusion.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '#config';
import type { LedgerReference } from '#continuity';
import { SekishoError } from '#kernel';
import { directorySource, findEntry, proveInclusion, verifyInclusion, type Checkpoint, type TileSource } from '#ledger';
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
  const found: LedgerReference[] = [];
  try {
    for await (const reference of actsIn(source, tree.checkpoint, { drillId, mostEntries })) found.unshift(reference);
  } catch (error) {
    // The tree grew meanwhile and dropped a part that was to be read: what was found stands.
    if (!(error instanceof SekishoError)) throw error;
  }
  return found;
}

/** Newest first. */
async function* actsIn(
  source: TileSource,
  { size, root }: Checkpoint,
  { drillId, mostEntries }: { readonly drillId: string; readonly mostEntries: number },
): AsyncGenerator<LedgerReference> {
  const needle = Buffer.from(`"drill":"${drillId}"`);
  const seen: Buffer[] = [];
  const isWanted = (entry: Buffer): boolean =>
    entry.includes(ACT) && entry.includes(needle) && isAct(entry, drillId) && !seen.some((known) => known.equals(entry));
  while (seen.length < MOST_ACTS) {
    // Each time from the end: only the tree that was published has all of its tiles.
    const next = await findEntry(source, isWanted, size, mostEntries);
    if (next === undefined) return;
    seen.push(next.entry);
    const record = parseRecord(next.entry)!;
    const evidence = await proveInclusion(source, next.index, size);
    if (verifyInclusion({ ...evidence, root })) yield referenceTo(record, next.index);
    if (record['type'] === 'drill-started') return;
  }
}

/** Both, each entry once, oldest first. */
export function joinReferences(a: readonly LedgerReference[], b: readonly LedgerReference[]): readonly LedgerReference[] {
  const byIndex = new Map([...a, ...b].map((reference) => [reference.index, reference]));
  return [...byIndex.values()].toSorted((one, other) => one.index - other.index);
}

function isAct(entry: Buffer, drillId: string): boolean {
  const record = parseRecord(entry);
  return record?.['drill'] === drillId && typeof record['type'] === 'string' && record['type'].startsWith('drill-');
}

function referenceTo(record: { readonly [name: string]: unknown }, index: number): LedgerReference {
  const text = (name: string): string | null => (typeof record[name] === 'string' ? record[name] : null);
  return { type: text('type') ?? '', index, at: text('at') ?? '', configuration: text('policy') };
}
