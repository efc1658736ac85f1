// All journals of a ledger as the sequencer sees them: which exist, whose process still runs, how far each is read, which decisions
// are open, and which files may go. Does not touch the tree.
import { join } from 'node:path';
import { attempt, listDirectory, run, syncDirectory, type LedgerFs } from './files.ts';
import type { JournalProgress } from './commit.ts';
import { KIND, parseSegmentFileName, segmentFileName } from './journal-format.ts';
import { JournalReader, type TakeRecord } from './journal-reader.ts';
import { isAlive, type ProcessIdentity } from './processes.ts';

interface JournalState {
  readonly journal: string;
  readonly reader: JournalReader;
  /** Segments that exist, ascending. */
  numbers: number[];
  dead: boolean;
  /** Read to its end, and nothing more will come. */
  drained: boolean;
  finished: boolean;
  readonly damaged: Set<number>;
  /** Decisions without outcome: key to index in the tree. */
  readonly open: Map<string, number>;
}

export interface JournalSetOptions {
  readonly fs: LedgerFs;
  readonly folder: string;
  readonly progress: readonly JournalProgress[];
  /** For reading, one journal at a time; see `JournalReaderOptions`. */
  readonly buffer: Buffer;
  /** Acknowledged records that cannot be read any more. */
  readonly onDamage: (message: string) => void;
}

export class JournalSet {
  readonly #options: JournalSetOptions;
  readonly #states = new Map<string, JournalState>();
  #orphans: string[] = [];
  /** True when progress was made that is not committed. */
  changed = false;

  constructor(options: JournalSetOptions) {
    this.#options = options;
    for (const progress of options.progress) this.#states.set(progress.journal, this.#createState(progress));
  }

  /** Looks for new journals and segments, and for processes that have ended. */
  async scan(): Promise<void> {
    const { fs, folder } = this.#options;
    const before = await listDirectory(fs, folder);
    const owners = new Map<string, ProcessIdentity>();
    for (const file of before) {
      const name = parseSegmentFileName(file);
      if (name !== undefined) owners.set(name.journal, name.owner);
    }
    const dead = new Set([...owners].filter(([, owner]) => !isAlive(owner)).map(([journal]) => journal));
    // What an ended process left is final, but only in a listing made after its end.
    const files = dead.size > 0 ? await listDirectory(fs, folder) : before;
    const numbers = new Map<string, number[]>();
    this.#orphans = [];
    for (const file of files) {
      const name = parseSegmentFileName(file);
      if (name === undefined) continue;
      if (name.number !== undefined) numbers.set(name.journal, [...(numbers.get(name.journal) ?? []), name.number]);
      else if (dead.has(name.journal)) this.#orphans.push(file);
    }
    for (const journal of [...numbers.keys()].sort()) this.#state(journal);
    for (const state of this.#states.values()) {
      state.numbers = (numbers.get(state.journal) ?? []).sort((a, b) => a - b);
      state.dead = dead.has(state.journal) || state.numbers.length === 0;
    }
  }

  /**
   * Takes records from all journals, together about `budgetBytes`, each a fair share. `append` returns the entry's index in the tree.
   * Resolves to true when there is more to take.
   */
  async read(budgetBytes: number, append: (buffer: Buffer, start: number, end: number) => number): Promise<boolean> {
    const active = [...this.#states.values()].filter((state) => !state.finished && !this.#isLost(state));
    let more = false;
    for (const state of active) {
      const take: TakeRecord = (kind, key, buffer, start, end) => {
        const index = append(buffer, start, end);
        if (kind === KIND.decision) state.open.set(key, index);
        else if (kind === KIND.outcome) state.open.delete(key);
      };
      const from = state.reader.position;
      const atEnd = await state.reader.read(state.numbers, budgetBytes / active.length, take);
      const { segment, offset } = state.reader.position;
      if (offset !== from.offset || segment !== from.segment) this.changed = true;
      if (!atEnd) more = true;
      state.drained = atEnd && (state.reader.ended || state.dead);
      if (state.drained) await this.#finishRead(state);
    }
    return more;
  }

  /** Open decisions of journals that will bring no more outcomes, oldest first, as far as they are below `size`. */
  interrupted(size: number): { readonly key: string; readonly index: number; readonly close: () => void }[] {
    const found = [];
    for (const state of this.#states.values()) {
      if (!state.drained) continue;
      for (const [key, index] of state.open) {
        if (index < size) found.push({ key, index, close: () => this.#closeDecision(state, key) });
      }
    }
    return found.sort((a, b) => a.index - b.index);
  }

  /** True when open decisions are left that no outcome will close. */
  get hasInterrupted(): boolean {
    return [...this.#states.values()].some((state) => state.drained && state.open.size > 0);
  }

  /** What to commit. */
  progress(): JournalProgress[] {
    return [...this.#states.values()].map(({ journal, reader, finished, damaged, open }) => {
      return { journal, ...reader.position, finished, damaged: [...damaged], open: [...open] };
    });
  }

  /** Removes the files that the committed progress makes superfluous. Only after `progress()` is durable. */
  async removeIntegrated(): Promise<void> {
    const { fs, folder } = this.#options;
    let removed = 0;
    for (const state of this.#states.values()) {
      for (const number of state.numbers) {
        if (!state.finished && number >= state.reader.position.segment) continue;
        const path = join(folder, segmentFileName(state.journal, number));
        if (state.finished) await state.reader.close();
        if (state.damaged.has(number)) await run((done) => fs.rename(path, `${path}.damaged`, done));
        else await run((done) => fs.unlink(path, done));
        removed += 1;
      }
    }
    for (const file of this.#orphans) await attempt(run((done) => fs.unlink(join(folder, file), done)));
    if (removed > 0) await syncDirectory(fs, folder);
    // The commit forgets a journal only once its files are durably gone: else they would be integrated a second time.
    for (const state of this.#states.values()) {
      if (!state.finished) continue;
      await state.reader.close();
      this.#states.delete(state.journal);
    }
  }

  async close(): Promise<void> {
    for (const state of this.#states.values()) await state.reader.close();
  }

  #closeDecision(state: JournalState, key: string): void {
    state.open.delete(key);
    this.changed = true;
    if (state.open.size === 0) state.finished = true;
  }

  async #finishRead(state: JournalState): Promise<void> {
    if (!state.reader.ended && state.numbers.length > 0 && (await state.reader.hasTornTail())) {
      const { segment, offset } = state.reader.position;
      if (!state.damaged.has(segment)) {
        state.damaged.add(segment);
        this.changed = true;
        const file = segmentFileName(state.journal, segment);
        this.#options.onDamage(
          `${file} ends in bytes that are no record, from byte ${offset} on: a write cut off by a power failure, or damage`,
        );
      }
    }
    if (state.open.size > 0 || state.finished) return;
    state.finished = true;
    this.changed = true;
  }

  // The segment a journal stands in is only removed here when the journal is finished. Where a later one exists, the reader finds out.
  #isLost(state: JournalState): boolean {
    const { segment } = state.reader.position;
    if (segment === 0 || state.numbers.length > 0) return false;
    if (!state.drained) this.#options.onDamage(`${segmentFileName(state.journal, segment)} is missing: what it held beyond is lost`);
    this.changed = true;
    state.drained = true;
    if (state.open.size === 0) state.finished = true;
    return true;
  }

  #state(journal: string): JournalState {
    const known = this.#states.get(journal);
    if (known !== undefined) return known;
    const state = this.#createState({ journal, segment: 0, offset: 0, sequence: 0, finished: false, damaged: [], open: [] });
    this.#states.set(journal, state);
    return state;
  }

  #createState({ journal, segment, offset, sequence, finished, damaged, open }: JournalProgress): JournalState {
    const { fs, folder, buffer, onDamage } = this.#options;
    const kept = new Set(damaged);
    const reader = new JournalReader({
      fs,
      folder,
      journal,
      position: { segment, offset, sequence },
      buffer,
      onDamage: (number, message) => {
        kept.add(number);
        onDamage(message);
      },
    });
    return { journal, reader, numbers: [], dead: false, drained: false, finished, damaged: kept, open: new Map(open) };
  }
}
