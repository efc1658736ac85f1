// The one writer of the log: takes records from all journals, appends them to the Merkle tree, commits, signs. It never decides what
// is recorded, and nothing waits for it: a record is durable in its journal before it comes here.
import { join, resolve } from 'node:path';
import { describeError, SekishoError } from '#kernel';
import type { Commit } from './commit.ts';
import { makeDirectory, nodeFs, type LedgerFs } from './files.ts';
import { JournalSet } from './journal-set.ts';
import { lockDirectory, type DirectoryLock } from './lock.ts';
import { LogStore } from './log-store.ts';
import type { NoteSigner } from './signed-note.ts';
import { MAX_ENTRY_BYTES, readTile, splitBundle, TILE_WIDTH, tileWidth, type TileSource } from './tiles.ts';
import { TreeWriter } from './tree-writer.ts';

const ROUND_BYTES = 8 * 1024 * 1024;
const READ_BUFFER_BYTES = 512 * 1024;

export interface IntegrateReport {
  /** Entries in the tree now. */
  readonly size: number;
  /** Entries this call added. */
  readonly appended: number;
  /** True when there is more than one round takes: call again. */
  readonly more: boolean;
}

export interface LogOptions {
  /** The ledger directory, the same as for `openJournal`. */
  readonly directory: string;
  /** Identifies the log in its checkpoints; a URL without scheme by custom. Can never change for an existing log. */
  readonly origin: string;
  readonly signer: NoteSigner;
  readonly fs?: LedgerFs;
  /** Journal bytes one round takes at most (about); bounds memory. 8 MiB by default. */
  readonly roundBytes?: number;
  /**
   * The entry to append for a decision whose process ended without recording its outcome; undefined appends nothing. It may be asked
   * again for the same decision after a crash, but at most one answer gets into the log.
   */
  readonly describeInterrupted: (key: string, decisionEntry: Buffer) => Buffer | undefined;
  /** The entry to append when acknowledged records cannot be read back; undefined, or no such function, only warns. */
  readonly describeDamage?: (message: string) => Buffer | undefined;
  /** Damage and repairs an operator should know of. */
  readonly onWarning?: (message: string) => void;
}

export interface Log {
  /** One bounded round; calls run one after another. Rejects on I/O errors; the next call starts again from the last commit. */
  integrate(): Promise<IntegrateReport>;
  /** The signed note of the committed tree. */
  checkpoint(): string;
  /** Entries in the committed tree. */
  readonly size: number;
  /** Releases the directory. Does not integrate what is left. */
  close(): Promise<void>;
}

/**
 * Opens the log in `directory`, or makes an empty one, and locks it. Throws `ledger-locked`, `ledger-damaged`, `ledger-rolled-back` or
 * `ledger-key-mismatch` when going on could fork or falsify the history.
 */
export async function openLog(options: LogOptions): Promise<Log> {
  const { fs = nodeFs, origin, signer, onWarning = () => undefined } = options;
  const directory = resolve(options.directory);
  await makeDirectory(fs, directory);
  const lock = await lockDirectory(fs, directory);
  try {
    const store = new LogStore({ fs, directory, origin, signer, onWarning });
    const sequencer = new Sequencer({ ...options, fs, onWarning, store, lock, folder: join(directory, 'journal') });
    await sequencer.reload();
    return sequencer;
  } catch (error) {
    await lock.release();
    throw error;
  }
}

interface Parts {
  readonly fs: LedgerFs;
  readonly folder: string;
  readonly store: LogStore;
  readonly lock: DirectoryLock;
  readonly roundBytes?: number;
  readonly describeInterrupted: (key: string, decisionEntry: Buffer) => Buffer | undefined;
  readonly describeDamage?: (message: string) => Buffer | undefined;
  readonly onWarning: (message: string) => void;
}

interface State {
  readonly commit: Commit;
  readonly tree: TreeWriter;
  readonly journals: JournalSet;
}

class Sequencer implements Log {
  readonly #parts: Parts;
  #state: State | undefined;
  // What the last commit said, also while the state has to be loaded again.
  #committed: Commit | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #closed = false;
  #damages: string[] = [];
  readonly #readBuffer = Buffer.allocUnsafeSlow(READ_BUFFER_BYTES);

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  get size(): number {
    return this.#committed?.size ?? 0;
  }

  checkpoint(): string {
    return this.#committed?.checkpoint ?? '';
  }

  integrate(): Promise<IntegrateReport> {
    const round = this.#turn.then(() => this.#round());
    this.#turn = round.catch(() => undefined);
    return round;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#turn;
    await this.#forget();
    await this.#parts.lock.release();
  }

  async reload(): Promise<State> {
    const { fs, folder, store } = this.#parts;
    const commit = await store.load();
    const tree = await TreeWriter.load(store.source, commit.size, commit.root);
    const onDamage = (message: string): void => void this.#damages.push(message);
    const journals = new JournalSet({ fs, folder, progress: commit.journals, buffer: this.#readBuffer, onDamage });
    const state = { commit, tree, journals };
    this.#state = state;
    this.#committed = commit;
    return state;
  }

  async #round(): Promise<IntegrateReport> {
    if (this.#closed) throw new SekishoError('ledger-closed', 'the ledger is closed');
    try {
      this.#damages = [];
      return await this.#integrate(this.#state ?? (await this.reload()));
    } catch (error) {
      // Memory may be ahead of the disk now: only the commit file knows.
      await this.#forget();
      if (error instanceof SekishoError) throw error;
      throw new SekishoError('ledger-unwritable', `the ledger cannot be extended: ${describeError(error)}`, {
        cause: error,
        hint: 'Check free space, permissions and health of the disk that holds the ledger directory; integration resumes by itself.',
      });
    }
  }

  async #integrate(state: State): Promise<IntegrateReport> {
    const { onWarning, roundBytes = ROUND_BYTES } = this.#parts;
    const { tree, journals, commit } = state;
    await journals.scan();
    const more = await journals.read(roundBytes, (buffer, start, end) => {
      tree.append(buffer, start, end);
      return tree.size - 1;
    });
    const interruptedLeft = await this.#closeInterrupted(state, roundBytes);
    for (const message of this.#damages) appendCopy(tree, this.#parts.describeDamage?.(message));
    const appended = tree.size - commit.size;
    if (appended > 0 || journals.changed) await this.#commit(state);
    for (const message of this.#damages) onWarning(message);
    await journals.removeIntegrated();
    return { size: tree.size, appended, more: more || interruptedLeft };
  }

  async #commit(state: State): Promise<void> {
    const { store } = this.#parts;
    const { tree, journals } = state;
    const files = tree.takeFiles();
    const grown = tree.size > state.commit.size;
    const root = tree.root();
    const checkpoint = grown ? store.signed(tree.size, root) : state.commit.checkpoint;
    const commit: Commit = { size: tree.size, root, checkpoint, journals: journals.progress() };
    await store.commit(files, commit);
    journals.changed = false;
    this.#state = { ...state, commit };
    this.#committed = commit;
    await store.removePartials(files);
  }

  // Only for decisions that an earlier commit holds, so that the entry can be read from the tiles and closing it commits with its answer.
  async #closeInterrupted({ tree, journals, commit }: State, budgetBytes: number): Promise<boolean> {
    const readEntry = bundleReader(this.#parts.store.source, commit.size);
    let left = budgetBytes;
    for (const { key, index, close } of journals.interrupted(commit.size)) {
      if (left <= 0) return true;
      const decision = await readEntry(index);
      const outcome = this.#parts.describeInterrupted(key, decision);
      appendCopy(tree, outcome);
      close();
      left -= decision.length + (outcome?.length ?? 0);
    }
    return journals.hasInterrupted;
  }

  async #forget(): Promise<void> {
    await this.#state?.journals.close();
    this.#state = undefined;
  }
}

// The tree overwrites the byte before an entry to hash it in place.
function appendCopy(tree: TreeWriter, entry: Buffer | undefined): void {
  if (entry === undefined) return;
  if (entry.length > MAX_ENTRY_BYTES)
    throw new SekishoError('ledger-entry-invalid', `an entry of ${entry.length} bytes does not fit the log`);
  tree.append(Buffer.concat([Buffer.alloc(1), entry]), 1, entry.length + 1);
}

// Reads entries in ascending order with one bundle in memory.
function bundleReader(source: TileSource, size: number): (index: number) => Promise<Buffer> {
  let held = -1;
  let entries: Buffer[] = [];
  return async (index) => {
    const tile = Math.floor(index / TILE_WIDTH);
    if (tile !== held) {
      const bundle = await readTile(source, { level: 'entries', index: tile, width: tileWidth(0, tile, size) });
      entries = bundle === undefined ? [] : splitBundle(bundle).entries;
      held = tile;
    }
    const entry = entries[index % TILE_WIDTH];
    if (entry === undefined) throw new SekishoError('ledger-damaged', `entry ${index} of the ledger cannot be read`);
    return entry;
  };
}
