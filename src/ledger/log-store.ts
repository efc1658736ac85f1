// The log's files on disk: loads the committed tree with its checks, and commits a grown one in an order in which a crash at any
// moment leaves either the old tree or the new one.
import { dirname, join } from 'node:path';
import { SekishoError } from '#kernel';
import { signCheckpoint, verifyCheckpoint } from './checkpoint-note.ts';
import { decodeCommit, encodeCommit, type Commit } from './commit.ts';
import {
  attempt,
  listDirectory,
  makeDirectory,
  readWholeFile,
  replaceFile,
  run,
  syncDirectory,
  writeFileDurably,
  type LedgerFs,
} from './files.ts';
import { EMPTY_ROOT } from './merkle.ts';
import { parseVkey, type NoteSigner } from './signed-note.ts';
import { CHECKPOINT_PATH, TILE_WIDTH, tilePath, type TileSource } from './tiles.ts';
import type { TileFile } from './tree-writer.ts';

const COMMIT_FILE = 'commit.json';
// Flushes of several files overlap; few enough to leave threads for a journal in the same process.
const PARALLEL_WRITES = 3;

export interface LogStoreOptions {
  readonly fs: LedgerFs;
  readonly directory: string;
  readonly origin: string;
  readonly signer: NoteSigner;
  readonly onWarning: (message: string) => void;
}

export class LogStore {
  readonly #options: LogStoreOptions;
  readonly #knownDirectories = new Set<string>();

  constructor(options: LogStoreOptions) {
    this.#options = options;
  }

  /** The public files, read through the same port as they are written. */
  get source(): TileSource {
    const { fs, directory } = this.#options;
    return { read: (path) => readWholeFile(fs, join(directory, path)) };
  }

  /**
   * The committed state; makes an empty log where there is none. Throws `ledger-damaged`, `ledger-rolled-back` or
   * `ledger-key-mismatch` rather than continue a history it cannot vouch for.
   */
  async load(): Promise<Commit> {
    const { fs, directory } = this.#options;
    const content = await readWholeFile(fs, join(directory, COMMIT_FILE));
    if (content === undefined) return this.#create();
    const commit = decodeCommit(content);
    this.#checkSigned(commit);
    await this.#checkPublished(commit);
    // The rename that put it there may not have been made durable before the crash; only then may its checkpoint be shown.
    await syncDirectory(fs, directory);
    await this.#publish(commit);
    await this.#sweepPartials(commit.size);
    return commit;
  }

  /** Makes the files durable, then commits, then publishes the checkpoint. */
  async commit(files: readonly TileFile[], commit: Commit): Promise<void> {
    await this.#writeTiles(files);
    const { fs, directory } = this.#options;
    await replaceFile(fs, join(directory, COMMIT_FILE), encodeCommit(commit));
    await syncDirectory(fs, directory);
    await this.#publish(commit);
  }

  /** Removes the partial tiles that the committed full ones replace. tlog-tiles "Partial Tiles". */
  async removePartials(files: readonly TileFile[]): Promise<void> {
    for (const { path } of files) {
      const folder = join(this.#options.directory, `${path}.p`);
      if (this.#knownDirectories.has(folder)) await this.#removeFolder(folder);
    }
  }

  // Partial tiles beside the edge that a crash kept from being removed, and those at the edge that will be in time.
  async #sweepPartials(size: number): Promise<void> {
    const { fs, directory } = this.#options;
    for (let level = 0; TILE_WIDTH ** level <= size; level++) {
      const edge = Math.floor(size / TILE_WIDTH ** (level + 1));
      for (const kind of level === 0 ? ([0, 'entries'] as const) : ([level] as const)) {
        const edgePath = join(directory, tilePath({ level: kind, index: edge, width: TILE_WIDTH }));
        for (const name of await listDirectory(fs, dirname(edgePath))) {
          const place = /^([0-9]{3})\.p$/.exec(name)?.[1];
          if (place === undefined) continue;
          const folder = join(dirname(edgePath), name);
          if (Number(place) < edge % 1000) await this.#removeFolder(folder);
          else if (Number(place) === edge % 1000) this.#knownDirectories.add(folder);
        }
      }
    }
  }

  async #removeFolder(folder: string): Promise<void> {
    const { fs } = this.#options;
    for (const name of await listDirectory(fs, folder)) await attempt(run((done) => fs.unlink(join(folder, name), done)));
    await attempt(run((done) => fs.rmdir(folder, done)));
    this.#knownDirectories.delete(folder);
  }

  signed(size: number, root: Buffer): string {
    const { origin, signer } = this.#options;
    return signCheckpoint({ origin, size, root }, [signer]);
  }

  async #create(): Promise<Commit> {
    const { fs, directory } = this.#options;
    const leftovers = await listDirectory(fs, directory);
    if (leftovers.includes(CHECKPOINT_PATH) || leftovers.includes('tile')) {
      throw new SekishoError('ledger-damaged', `the ledger ${directory} has tiles or a checkpoint but no ${COMMIT_FILE}`, {
        hint: 'Restore the whole directory from a copy, or move it away to start a new ledger.',
      });
    }
    const commit: Commit = { size: 0, root: EMPTY_ROOT, checkpoint: this.signed(0, EMPTY_ROOT), journals: [] };
    await this.commit([], commit);
    return commit;
  }

  #checkSigned({ checkpoint, size, root }: Commit): void {
    const { directory, origin, signer } = this.#options;
    const verified = verifyCheckpoint(checkpoint, parseVkey(signer.vkey), origin);
    if (verified.ok && verified.value.size === size && verified.value.root.equals(root)) return;
    if (!verified.ok && (verified.error.kind === 'unknown-signer' || verified.error.kind === 'wrong-origin')) {
      throw new SekishoError(
        'ledger-key-mismatch',
        `the ledger ${directory} was made under another key or origin: ${verified.error.message}`,
        {
          hint: `Configure the origin and signing key it was made with, or another directory. Configured now: ${signer.vkey}`,
        },
      );
    }
    const detail = verified.ok ? 'it states another size or root' : verified.error.message;
    throw new SekishoError('ledger-damaged', `the committed checkpoint of the ledger ${directory} is wrong: ${detail}`);
  }

  // The published checkpoint is never ahead of the commit, unless the commit was put back to an older one.
  async #checkPublished(commit: Commit): Promise<void> {
    const { fs, directory, origin, signer, onWarning } = this.#options;
    const note = await readWholeFile(fs, join(directory, CHECKPOINT_PATH));
    const published = note === undefined ? undefined : verifyCheckpoint(note, parseVkey(signer.vkey), origin);
    if (published === undefined) return;
    if (!published.ok) return onWarning(`the published checkpoint was damaged and is replaced: ${published.error.message}`);
    const { size, root } = published.value;
    if (size < commit.size || (size === commit.size && root.equals(commit.root))) return;
    throw new SekishoError('ledger-rolled-back', `a checkpoint of ${size} entries was published, but the ledger holds ${commit.size}`, {
      hint: 'The directory was partly restored from an older copy. Going on would fork the history: restore all of it, or start a new ledger.',
    });
  }

  async #publish(commit: Commit): Promise<void> {
    await replaceFile(this.#options.fs, join(this.#options.directory, CHECKPOINT_PATH), Buffer.from(commit.checkpoint));
  }

  // Straight to their final names: until the commit no checkpoint needs them, and after a crash they are written again.
  async #writeTiles(files: readonly TileFile[]): Promise<void> {
    const { fs, directory } = this.#options;
    const folders = new Set(files.map(({ path }) => dirname(join(directory, path))));
    for (const folder of folders) await this.#ensureDirectory(folder);
    const queue = files.values();
    const writeSome = async (): Promise<void> => {
      for (const { path, content } of queue) await writeFileDurably(fs, join(directory, path), content);
    };
    const writers = await Promise.allSettled(Array.from({ length: PARALLEL_WRITES }, writeSome));
    for (const writer of writers) if (writer.status === 'rejected') throw writer.reason;
    for (const folder of folders) await syncDirectory(fs, folder);
  }

  async #ensureDirectory(folder: string): Promise<void> {
    if (folder === this.#options.directory || this.#knownDirectories.has(folder)) return;
    await this.#ensureDirectory(dirname(folder));
    await makeDirectory(this.#options.fs, folder);
    this.#knownDirectories.add(folder);
  }
}
