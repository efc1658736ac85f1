// Proofs and entries read out of a log's tiles. What comes out is for `verifyInclusion` and `verifyConsistency` to check: the
// source is not trusted.
import { consistencyRanges, inclusionRanges, leafHash } from './merkle.ts';
import { rangeHash, readEntry, readTile, splitBundle, TILE_WIDTH, tileWidth, type TileSource } from './tiles.ts';

export interface InclusionEvidence {
  readonly index: number;
  readonly size: number;
  readonly entry: Buffer;
  readonly leafHash: Buffer;
  /** Sibling hashes, leaf side first. RFC 6962 §2.1.1. */
  readonly proof: Buffer[];
}

/** Entry `index` and its inclusion proof in the tree of `size` entries. Throws when the source lacks a tile. */
export async function proveInclusion(source: TileSource, index: number, size: number): Promise<InclusionEvidence> {
  const ranges = inclusionRanges(index, size);
  const entry = await readEntry(source, index, size);
  const proof = await Promise.all(ranges.map((range) => rangeHash(source, size, range)));
  return { index, size, entry, leafHash: leafHash(entry), proof };
}

/** Proof that the tree of `size` entries extends the one of `oldSize`. Empty for an old size of 0. RFC 6962 §2.1.2. */
export async function proveConsistency(source: TileSource, oldSize: number, size: number): Promise<Buffer[]> {
  if (oldSize === 0) return [];
  return Promise.all(consistencyRanges(oldSize, size).map((range) => rangeHash(source, size, range)));
}

/**
 * The newest entry that satisfies `matches`, looking back from the end of the tree of `size` entries through at most `maxEntries`.
 * Bytes instead of a predicate match entries that contain them.
 */
export async function findEntry(
  source: TileSource,
  wanted: Buffer | ((entry: Buffer) => boolean),
  size: number,
  maxEntries: number = Number.POSITIVE_INFINITY,
): Promise<{ readonly index: number; readonly entry: Buffer } | undefined> {
  const matches = typeof wanted === 'function' ? wanted : (entry: Buffer) => entry.includes(wanted);
  const oldest = Math.max(0, size - maxEntries);
  for (let tile = Math.ceil(size / TILE_WIDTH) - 1; tile >= 0 && (tile + 1) * TILE_WIDTH > oldest; tile--) {
    const width = tileWidth(0, tile, size);
    const bundle = await readTile(source, { level: 'entries', index: tile, width });
    const entries = bundle === undefined ? [] : splitBundle(bundle, width).entries;
    for (let place = entries.length - 1; place >= 0 && tile * TILE_WIDTH + place >= oldest; place--) {
      const entry = entries[place]!;
      if (matches(entry)) return { index: tile * TILE_WIDTH + place, entry };
    }
  }
  return undefined;
}
