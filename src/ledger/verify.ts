// Recomputes a whole log from its entries and says whether it is what its checkpoint signs; if not, what is wrong first. Reads each
// file once, in order, and keeps a few tiles in memory. Trusts nothing but the verifier key.
import { hash } from 'node:crypto';
import { parseVkey, type NoteVerifier } from './signed-note.ts';
import { verifyCheckpoint, type Checkpoint } from './checkpoint-note.ts';
import { CompactRange, HASH_BYTES, merkleRoot } from './merkle.ts';
import { CHECKPOINT_PATH, readTile, splitBundle, TILE_WIDTH, tilePath, tileWidth, type TileSource } from './tiles.ts';

export type LogFault =
  /** An entry is not the one that was logged. `index` is its place in the log. */
  | { readonly kind: 'entry'; readonly index: number; readonly path: string; readonly message: string }
  /** A tile or bundle is missing or wrong; everything before `firstEntry` is in order. */
  | { readonly kind: 'tile'; readonly path: string; readonly firstEntry: number; readonly message: string }
  /** The checkpoint cannot be trusted; all files agree with each other but not with it; it does not extend the older one. */
  | { readonly kind: 'checkpoint' | 'root' | 'inconsistent'; readonly message: string };

export type VerifyReport =
  | { readonly ok: true; readonly checkpoint: Checkpoint; readonly entries: number; readonly bytes: number }
  | { readonly ok: false; readonly fault: LogFault; readonly checkpoint?: Checkpoint };

export interface VerifyOptions {
  readonly source: TileSource;
  /** The log's verifier key, from somewhere else than the log's own disk. */
  readonly vkey: string;
  /** Expected origin; the key's name by default. */
  readonly origin?: string;
  /** An older checkpoint (signed note) of the same log, which this one must extend. */
  readonly previous?: string;
  readonly onProgress?: (progress: { readonly entries: number; readonly size: number }) => void;
}

const PREFETCH_TILES = 4;
const PROGRESS_TILES = 64;

/** Throws only for a malformed vkey or when the source fails to read; whatever it reads is judged in the report. */
export async function verifyLog(options: VerifyOptions): Promise<VerifyReport> {
  const verifier = parseVkey(options.vkey);
  const origin = options.origin ?? verifier.name;
  const note = await options.source.read(CHECKPOINT_PATH);
  if (note === undefined) return { ok: false, fault: { kind: 'checkpoint', message: 'the log has no checkpoint' } };
  const checkpoint = verifyCheckpoint(note, verifier, origin);
  if (!checkpoint.ok) return { ok: false, fault: { kind: 'checkpoint', message: checkpoint.error.message } };
  const previous = readPrevious(options.previous, verifier, origin, checkpoint.value);
  if (previous !== undefined && 'kind' in previous) return { ok: false, fault: previous, checkpoint: checkpoint.value };
  return new LogCheck(options, checkpoint.value, previous).run();
}

function readPrevious(
  note: string | undefined,
  verifier: NoteVerifier,
  origin: string,
  current: Checkpoint,
): Checkpoint | LogFault | undefined {
  if (note === undefined) return undefined;
  const previous = verifyCheckpoint(note, verifier, origin);
  if (!previous.ok) return { kind: 'checkpoint', message: `the older checkpoint: ${previous.error.message}` };
  if (previous.value.size <= current.size) return previous.value;
  const message = `the log has shrunk: it has ${current.size} entries, and an older checkpoint signs ${previous.value.size}`;
  return { kind: 'inconsistent', message };
}

interface TileFault {
  readonly path: string;
  readonly firstEntry: number;
  readonly message: string;
}

interface LeafTile {
  readonly bundle: Buffer | undefined;
  readonly hashes: Buffer | undefined;
}

class LogCheck {
  readonly #options: VerifyOptions;
  readonly #checkpoint: Checkpoint;
  readonly #previous: Checkpoint | undefined;
  readonly #range = new CompactRange();
  // Recomputed hashes of the tile being filled, for levels from 1 up.
  readonly #levels: { tile: Buffer; width: number; index: number }[] = [];
  readonly #filled: { level: number; index: number; hashes: Buffer }[] = [];
  readonly #recomputed = Buffer.alloc(TILE_WIDTH * HASH_BYTES);
  #tileFault: TileFault | undefined;
  #previousRoot: Buffer | undefined;
  #bytes = 0;

  constructor(options: VerifyOptions, checkpoint: Checkpoint, previous: Checkpoint | undefined) {
    this.#options = options;
    this.#checkpoint = checkpoint;
    this.#previous = previous;
  }

  async run(): Promise<VerifyReport> {
    const { size } = this.#checkpoint;
    const tiles = Math.ceil(size / TILE_WIDTH);
    const ahead: Promise<LeafTile>[] = [];
    const prefetch = (tile: number): void => {
      const read = this.#readLeafTile(tile);
      // Reported when its turn comes.
      read.catch(() => undefined);
      ahead.push(read);
    };
    for (let tile = 0; tile < Math.min(tiles, PREFETCH_TILES); tile++) prefetch(tile);
    this.#notePreviousRoot();
    for (let tile = 0; tile < tiles; tile++) {
      const leafTile = await ahead.shift()!;
      if (tile + PREFETCH_TILES < tiles) prefetch(tile + PREFETCH_TILES);
      const fault = await this.#checkLeafTile(tile, leafTile);
      if (fault !== undefined) return { ok: false, fault, checkpoint: this.#checkpoint };
      await this.#checkFilledTiles();
      if (tile % PROGRESS_TILES === 0 || tile === tiles - 1) this.#options.onProgress?.({ entries: this.#range.size, size });
    }
    for (const [level, edge] of this.#levels.entries()) {
      if (edge === undefined || edge.width === 0) continue;
      this.#filled.push({ level, index: edge.index, hashes: edge.tile.subarray(0, edge.width * HASH_BYTES) });
    }
    await this.#checkFilledTiles();
    const fault = this.#conclude();
    if (fault !== undefined) return { ok: false, fault, checkpoint: this.#checkpoint };
    return { ok: true, checkpoint: this.#checkpoint, entries: size, bytes: this.#bytes };
  }

  async #readLeafTile(index: number): Promise<LeafTile> {
    const width = tileWidth(0, index, this.#checkpoint.size);
    const { source } = this.#options;
    const [bundle, hashes] = await Promise.all([
      readTile(source, { level: 'entries', index, width }),
      readTile(source, { level: 0, index, width }),
    ]);
    return { bundle, hashes };
  }

  // Hashes a bundle's entries into the tree and compares them with the leaf hashes kept in level 0.
  async #checkLeafTile(index: number, { bundle, hashes }: LeafTile): Promise<LogFault | undefined> {
    const width = tileWidth(0, index, this.#checkpoint.size);
    const first = index * TILE_WIDTH;
    const path = tilePath({ level: 'entries', index, width });
    const hashPath = tilePath({ level: 0, index, width });
    if (bundle === undefined) return { kind: 'tile', path, firstEntry: first, message: `${path} is missing` };
    const { entries, endOffset } = splitBundle(bundle);
    this.#bytes += endOffset;
    this.#hashEntries(bundle, entries, width);
    const stored = hashes === undefined ? undefined : trimTile(hashes, width);
    const known = Math.min(entries.length, width);
    const bad = stored === undefined ? undefined : firstDifference(this.#recomputed, stored, known);
    if (bad !== undefined && (known < width || !(await this.#entriesAreRight(index, width, stored!)))) {
      const message = `entry ${first + bad} is not the one that was logged: its hash differs from ${hashPath}`;
      return { kind: 'entry', index: first + bad, path, message };
    }
    if (known < width) {
      return { kind: 'entry', index: first + known, path, message: `entry ${first + known} is cut off or missing: ${path} ends within it` };
    }
    if (endOffset !== bundle.length || (entries.length !== width && entries.length !== TILE_WIDTH)) {
      return { kind: 'tile', path, firstEntry: first + width, message: `${path} has bytes after its last entry` };
    }
    if (stored === undefined) this.#noteTileFault(hashPath, first, hashes === undefined ? 'is missing' : `is ${hashes.length} bytes long`);
    else if (bad !== undefined) this.#noteTileFault(hashPath, first + bad, `has a wrong hash for entry ${first + bad}`);
    return undefined;
  }

  #hashEntries(bundle: Buffer, entries: readonly Buffer[], width: number): void {
    let end = 0;
    for (const [place, entry] of entries.entries()) {
      if (place >= width) break;
      const start = end + 2;
      end = start + entry.length;
      // The length's low byte makes room for the leaf prefix: hashing in place saves a copy. RFC 6962 §2.1.
      const saved = bundle[start - 1]!;
      bundle[start - 1] = 0x00;
      this.#recomputed.write(hash('sha256', bundle.subarray(start - 1, end), 'binary'), place * HASH_BYTES, 'latin1');
      bundle[start - 1] = saved;
      this.#range.append(this.#recomputed.subarray(place * HASH_BYTES, (place + 1) * HASH_BYTES), this.#onComplete);
      this.#notePreviousRoot();
    }
  }

  // Entries and their kept leaf hashes disagree: which of the two has the hash that the level above, or the signed root, holds?
  async #entriesAreRight(index: number, width: number, stored: Buffer): Promise<boolean> {
    if (width < TILE_WIDTH) return this.#range.root().equals(this.#checkpoint.root);
    const parentIndex = Math.floor(index / TILE_WIDTH);
    const parentWidth = tileWidth(1, parentIndex, this.#checkpoint.size);
    const parent = await readTile(this.#options.source, { level: 1, index: parentIndex, width: parentWidth });
    const place = index % TILE_WIDTH;
    const kept = parent?.subarray(place * HASH_BYTES, (place + 1) * HASH_BYTES);
    if (kept === undefined || merkleRoot(hashesOf(stored)).equals(kept)) return false;
    return merkleRoot(hashesOf(this.#recomputed)).equals(kept);
  }

  readonly #onComplete = (level: number, added: Buffer): void => {
    const edge = (this.#levels[level] ??= { tile: Buffer.alloc(TILE_WIDTH * HASH_BYTES), width: 0, index: 0 });
    added.copy(edge.tile, edge.width * HASH_BYTES);
    edge.width += 1;
    if (edge.width < TILE_WIDTH) return;
    this.#filled.push({ level, index: edge.index, hashes: edge.tile });
    this.#levels[level] = { tile: Buffer.alloc(TILE_WIDTH * HASH_BYTES), width: 0, index: edge.index + 1 };
  };

  async #checkFilledTiles(): Promise<void> {
    for (const { level, index, hashes } of this.#filled.splice(0)) {
      const width = hashes.length / HASH_BYTES;
      const path = tilePath({ level, index, width });
      const bytes = await readTile(this.#options.source, { level, index, width });
      const firstEntry = index * TILE_WIDTH ** (level + 1);
      const stored = bytes === undefined ? undefined : trimTile(bytes, width);
      if (stored === undefined) {
        this.#noteTileFault(path, firstEntry, bytes === undefined ? 'is missing' : `is ${bytes.length} bytes long`);
        continue;
      }
      const bad = firstDifference(hashes, stored, width);
      if (bad === undefined) continue;
      const [from, below] = [firstEntry + bad * TILE_WIDTH ** level, TILE_WIDTH ** level];
      this.#noteTileFault(path, from, `holds another hash for the entries ${from} to ${from + below - 1}`);
    }
  }

  #noteTileFault(path: string, firstEntry: number, detail: string): void {
    const message = `${path} ${detail}`;
    if (this.#tileFault === undefined || firstEntry < this.#tileFault.firstEntry) this.#tileFault = { path, firstEntry, message };
  }

  #notePreviousRoot(): void {
    if (this.#previous?.size === this.#range.size) this.#previousRoot = this.#range.root();
  }

  #conclude(): LogFault | undefined {
    const { size, root } = this.#checkpoint;
    const rootMatches = this.#range.root().equals(root);
    if (this.#tileFault !== undefined) {
      const verdict = rootMatches ? 'the entries themselves are as signed' : 'the entries do not have the signed root either';
      return { kind: 'tile', ...this.#tileFault, message: `${this.#tileFault.message}; ${verdict}` };
    }
    if (!rootMatches) {
      return { kind: 'root', message: `the ${size} entries and their tiles agree with each other but not with the root that is signed` };
    }
    if (this.#previous === undefined || this.#previousRoot?.equals(this.#previous.root) === true) return undefined;
    const message = `the first ${this.#previous.size} entries are not those that an older checkpoint signs: the history was rewritten`;
    return { kind: 'inconsistent', message };
  }
}

// The part of a tile that belongs to the tree; undefined when its length is neither that of the partial nor that of the full tile.
function trimTile(bytes: Buffer, width: number): Buffer | undefined {
  if (bytes.length !== width * HASH_BYTES && bytes.length !== TILE_WIDTH * HASH_BYTES) return undefined;
  return bytes.subarray(0, width * HASH_BYTES);
}

function firstDifference(a: Buffer, b: Buffer, hashes: number): number | undefined {
  const length = hashes * HASH_BYTES;
  if (a.compare(b, 0, length, 0, length) === 0) return undefined;
  return hashesOf(a.subarray(0, length)).findIndex((item, index) => !item.equals(b.subarray(index * HASH_BYTES, (index + 1) * HASH_BYTES)));
}

function hashesOf(tile: Buffer): Buffer[] {
  return Array.from({ length: tile.length / HASH_BYTES }, (_, index) => tile.subarray(index * HASH_BYTES, (index + 1) * HASH_BYTES));
}
