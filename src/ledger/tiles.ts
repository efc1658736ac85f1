// C2SP tlog-tiles (https://c2sp.org/tlog-tiles): names of tiles and entry bundles, reading them from any source, and hashes of
// ranges of a tree from its tiles. Whoever reads here has to verify: nothing is trusted or cached.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SekishoError, systemErrorCode } from '#kernel';
import { HASH_BYTES, merkleRoot, nodeHash, splitPoint, type LeafRange } from './merkle.ts';

export const TILE_WIDTH = 256;
/** An entry's length must fit in the 16 bits that precede it in a bundle. */
export const MAX_ENTRY_BYTES = 65_535;
export const CHECKPOINT_PATH = 'checkpoint';

/** Where the public files of a log come from: a directory or an HTTP prefix. Undefined when there is no such file. */
export interface TileSource {
  read(path: string): Promise<Buffer | undefined>;
}

export interface TileName {
  readonly level: number | 'entries';
  readonly index: number;
  /** 1 to 256; 256 is a full tile. */
  readonly width: number;
}

/** `tile/<L>/<N>[.p/<W>]`, for example `tile/0/x001/067.p/17`. */
export function tilePath({ level, index, width }: TileName): string {
  let group = String(index % 1000).padStart(3, '0');
  for (let rest = Math.floor(index / 1000); rest > 0; rest = Math.floor(rest / 1000)) {
    group = `x${String(rest % 1000).padStart(3, '0')}/${group}`;
  }
  return `tile/${level}/${group}${width === TILE_WIDTH ? '' : `.p/${width}`}`;
}

/** Reads a path as `tilePath` writes it; undefined for anything else, so that a server can refuse every other path. */
export function parseTilePath(path: string): TileName | undefined {
  const [, level, groups, width] =
    /^tile\/([1-9]?[0-9]|entries)\/((?:x[0-9]{3}\/){0,5}[0-9]{3})(?:\.p\/([1-9][0-9]{0,2}))?$/.exec(path) ?? [];
  if (level === undefined || groups === undefined) return undefined;
  const name: TileName = {
    level: level === 'entries' ? level : Number(level),
    index: Number(groups.replaceAll(/[x/]/g, '')),
    width: width === undefined ? TILE_WIDTH : Number(width),
  };
  if (typeof name.level === 'number' && name.level > 63) return undefined;
  return Number.isSafeInteger(name.index) && name.width <= TILE_WIDTH && tilePath(name) === path ? name : undefined;
}

/** How many hashes tile `index` of `level` holds in a tree of `size` leaves: 0 to 256. tlog-tiles "Partial Tiles". */
export function tileWidth(level: number, index: number, size: number): number {
  return Math.max(0, Math.min(TILE_WIDTH, Math.floor(size / TILE_WIDTH ** level) - index * TILE_WIDTH));
}

/**
 * True when a tree of `size` leaves has this tile, or had it on its way. A server must ask before it serves a file: what lies on disk
 * beyond the published checkpoint is not committed and may still change, while clients cache tiles for ever.
 */
export function isTileInLog({ level, index, width }: TileName, size: number): boolean {
  return tileWidth(level === 'entries' ? 0 : level, index, size) >= width;
}

/** The public files of a log on disk. */
export function directorySource(directory: string): TileSource {
  return {
    async read(path) {
      if (path !== CHECKPOINT_PATH && parseTilePath(path) === undefined) return undefined;
      try {
        return await readFile(join(directory, path));
      } catch (error) {
        if (['ENOENT', 'ENOTDIR'].includes(systemErrorCode(error) ?? '')) return undefined;
        throw error;
      }
    },
  };
}

/** A tile or bundle; where the log has dropped a partial one, the full one that replaced it. */
export async function readTile(source: TileSource, name: TileName): Promise<Buffer | undefined> {
  const exact = await source.read(tilePath(name));
  return exact ?? (name.width < TILE_WIDTH ? source.read(tilePath({ ...name, width: TILE_WIDTH })) : undefined);
}

/** The first `width` hashes of a tile of a log that should have it. Throws `ledger-tile-missing` or `ledger-tile-malformed`. */
export async function readHashes(source: TileSource, level: number, index: number, width: number): Promise<Buffer> {
  const path = tilePath({ level, index, width });
  const bytes = await readTile(source, { level, index, width });
  if (bytes === undefined) throw new SekishoError('ledger-tile-missing', `${path} is missing`);
  if (bytes.length !== width * HASH_BYTES && bytes.length !== TILE_WIDTH * HASH_BYTES) {
    throw new SekishoError('ledger-tile-malformed', `${path} is ${bytes.length} bytes long`);
  }
  return bytes.subarray(0, width * HASH_BYTES);
}

/** The entries of a bundle, as views. Stops early, with fewer entries, where the bundle is cut or a length runs past its end. */
export function splitBundle(bundle: Buffer, atMost: number = TILE_WIDTH): { entries: Buffer[]; endOffset: number } {
  const entries: Buffer[] = [];
  let offset = 0;
  while (entries.length < atMost && offset + 2 <= bundle.length) {
    const end = offset + 2 + bundle.readUInt16BE(offset);
    if (end > bundle.length) break;
    entries.push(bundle.subarray(offset + 2, end));
    offset = end;
  }
  return { entries, endOffset: offset };
}

/** Entry `index` of a tree of `size` leaves, unverified. */
export async function readEntry(source: TileSource, index: number, size: number): Promise<Buffer> {
  const tile = Math.floor(index / TILE_WIDTH);
  const width = tileWidth(0, tile, size);
  const bundle = await readTile(source, { level: 'entries', index: tile, width });
  const entry = bundle === undefined ? undefined : splitBundle(bundle).entries[index % TILE_WIDTH];
  if (entry === undefined || index >= size) throw new SekishoError('ledger-entry-missing', `entry ${index} is missing`);
  return entry;
}

/** Merkle tree hash of a range of leaves that is a node of the tree of `size` leaves (as proofs need them), read from its tiles. */
export async function rangeHash(source: TileSource, size: number, { start, end }: LeafRange): Promise<Buffer> {
  const length = end - start;
  const split = length > 1 ? splitPoint(length) : 1;
  if (length !== 1 && length !== split * 2) {
    const left = await rangeHash(source, size, { start, end: start + split });
    return nodeHash(left, await rangeHash(source, size, { start: start + split, end }));
  }
  let level = 0;
  while (TILE_WIDTH ** (level + 1) <= length) level += 1;
  const unit = TILE_WIDTH ** level;
  const tile = Math.floor(start / unit / TILE_WIDTH);
  const first = start / unit - tile * TILE_WIDTH;
  const hashes = await readHashes(source, level, tile, tileWidth(level, tile, size));
  const parts = Array.from({ length: length / unit }, (_, index) => {
    return hashes.subarray((first + index) * HASH_BYTES, (first + index + 1) * HASH_BYTES);
  });
  return merkleRoot(parts);
}
