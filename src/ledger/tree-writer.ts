// The growing edge of the Merkle tree in memory, and the tile files that growing it makes. Decides nothing about when they are durable.
import { hash } from 'node:crypto';
import { SekishoError } from '#kernel';
import { CompactRange, HASH_BYTES, leafHash } from './merkle.ts';
import { MAX_ENTRY_BYTES, readHashes, readTile, splitBundle, TILE_WIDTH, tilePath, tileWidth, type TileSource } from './tiles.ts';

export interface TileFile {
  readonly path: string;
  readonly content: Buffer;
}

interface Edge {
  /** Hashes of the tile being filled. */
  tile: Buffer;
  width: number;
  index: number;
  changed: boolean;
}

const FIRST_BUNDLE_BYTES = 128 * 1024;

export class TreeWriter {
  readonly #range = new CompactRange();
  readonly #edges: Edge[] = [emptyEdge()];
  readonly #leaf = Buffer.alloc(HASH_BYTES);
  #bundle = Buffer.allocUnsafeSlow(FIRST_BUNDLE_BYTES);
  #bundleBytes = 0;
  #full: TileFile[] = [];

  get size(): number {
    return this.#range.size;
  }

  root(): Buffer {
    return this.#range.root();
  }

  /** Appends the entry in `buffer` from `start` to `end`. Overwrites the byte before it, to hash without copying. RFC 6962 §2.1. */
  append(buffer: Buffer, start: number, end: number): void {
    this.#addToBundle(buffer, start, end);
    buffer[start - 1] = 0x00;
    this.#leaf.write(hash('sha256', buffer.subarray(start - 1, end), 'binary'), 'latin1');
    this.#addToTile(0, this.#leaf);
    this.#range.append(this.#leaf, this.#onComplete);
  }

  /** The files this growth needs since the last call: full tiles and bundles, and the partial ones at the new edge. */
  takeFiles(): TileFile[] {
    const files = this.#full;
    this.#full = [];
    for (const [level, edge] of this.#edges.entries()) {
      if (!edge.changed || edge.width === 0) continue;
      edge.changed = false;
      const { index, width } = edge;
      files.push({ path: tilePath({ level, index, width }), content: Buffer.from(edge.tile.subarray(0, width * HASH_BYTES)) });
      if (level > 0) continue;
      files.push({ path: tilePath({ level: 'entries', index, width }), content: Buffer.from(this.#bundle.subarray(0, this.#bundleBytes)) });
    }
    return files;
  }

  readonly #onComplete = (level: number, hashOfTile: Buffer): void => this.#addToTile(level, hashOfTile);

  #addToTile(level: number, added: Buffer): void {
    const edge = (this.#edges[level] ??= emptyEdge());
    added.copy(edge.tile, edge.width * HASH_BYTES);
    edge.width += 1;
    edge.changed = true;
    if (edge.width < TILE_WIDTH) return;
    const { index } = edge;
    this.#full.push({ path: tilePath({ level, index, width: TILE_WIDTH }), content: edge.tile });
    if (level === 0) {
      const content = this.#bundle.subarray(0, this.#bundleBytes);
      this.#full.push({ path: tilePath({ level: 'entries', index, width: TILE_WIDTH }), content });
      this.#bundle = Buffer.allocUnsafeSlow(Math.max(FIRST_BUNDLE_BYTES, this.#bundleBytes + (this.#bundleBytes >>> 2)));
      this.#bundleBytes = 0;
    }
    this.#edges[level] = { ...emptyEdge(), index: index + 1 };
  }

  #addToBundle(buffer: Buffer, start: number, end: number): void {
    const entryBytes = end - start;
    if (entryBytes > MAX_ENTRY_BYTES)
      throw new SekishoError('ledger-entry-invalid', `an entry of ${entryBytes} bytes does not fit a bundle`);
    const needed = this.#bundleBytes + 2 + entryBytes;
    if (needed > this.#bundle.length) {
      const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.#bundle.length * 2));
      this.#bundle.copy(grown, 0, 0, this.#bundleBytes);
      this.#bundle = grown;
    }
    this.#bundle.writeUInt16BE(entryBytes, this.#bundleBytes);
    buffer.copy(this.#bundle, this.#bundleBytes + 2, start, end);
    this.#bundleBytes = needed;
  }

  /**
   * Loads the edge of the tree of `size` entries and checks it against `root` and the newest entry bundle. Throws `ledger-damaged`
   * when the files are not those of that tree.
   */
  static async load(source: TileSource, size: number, root: Buffer): Promise<TreeWriter> {
    const writer = new TreeWriter();
    let top = 0;
    while (TILE_WIDTH ** (top + 1) <= size) top += 1;
    for (let level = top; level >= 0; level--) {
      const index = Math.floor(size / TILE_WIDTH ** (level + 1));
      const width = tileWidth(level, index, size);
      const edge: Edge = { ...emptyEdge(), index, width };
      writer.#edges[level] = edge;
      if (width === 0) continue;
      const hashes = await readHashes(source, level, index, width);
      hashes.copy(edge.tile);
      writer.#range.restoreLevel(hashes);
    }
    writer.#range.size = size;
    if (!writer.root().equals(root)) throw damaged(`the tiles at its end do not have the root of the ${size} committed entries`);
    await writer.#loadBundle(source);
    return writer;
  }

  async #loadBundle(source: TileSource): Promise<void> {
    const { index, width, tile } = this.#edges[0]!;
    if (width === 0) return;
    const path = tilePath({ level: 'entries', index, width });
    const bundle = await readTile(source, { level: 'entries', index, width });
    if (bundle === undefined) throw damaged(`${path} is missing`);
    const { entries, endOffset } = splitBundle(bundle, width);
    for (let place = 0; place < width; place++) {
      const entry = entries[place];
      if (entry !== undefined && leafHash(entry).equals(tile.subarray(place * HASH_BYTES, (place + 1) * HASH_BYTES))) continue;
      throw damaged(`entry ${index * TILE_WIDTH + place} in ${path} is not the committed one`);
    }
    this.#bundle = Buffer.allocUnsafeSlow(Math.max(FIRST_BUNDLE_BYTES, endOffset));
    this.#bundleBytes = bundle.copy(this.#bundle, 0, 0, endOffset);
  }
}

function emptyEdge(): Edge {
  return { tile: Buffer.alloc(TILE_WIDTH * HASH_BYTES), width: 0, index: 0, changed: false };
}

function damaged(detail: string): SekishoError {
  return new SekishoError('ledger-damaged', `the ledger was changed or lost data behind our back: ${detail}`, {
    hint: 'Keep the directory as it is for examination, run `sekisho ledger verify`, and restore it from a copy or start a new ledger.',
  });
}
