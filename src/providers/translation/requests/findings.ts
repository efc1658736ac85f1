// What a translation finds wrong or cannot carry over. Nothing is thrown: the first malformed field is remembered and reading goes on with
// nothing in its place; whoever asked looks here at the end. Texts name fields and never repeat a request's values.
import { LIMITS } from '../conversation.ts';

export interface TranslationNote {
  /** Path in the client's body, such as `messages[2].content[1].input_audio`. */
  readonly field: string;
  readonly problem: string;
}

export type TranslationProblem =
  | { readonly kind: 'untranslatable'; readonly notes: readonly TranslationNote[] }
  | { readonly kind: 'malformed'; readonly field: string; readonly problem: string };

export class Findings {
  readonly #lists = { refused: new NoteList(), lost: new NoteList(), dropped: new NoteList() };
  #malformed: TranslationNote | undefined;
  #itemCount = 0;

  malformed(field: string, problem: string): void {
    this.#malformed ??= { field: nameable(field), problem };
  }

  /** Untranslatable in both modes: without it the request would mean something else. */
  refuse(field: string, problem: string): void {
    this.#lists.refused.add(field, problem);
  }

  /** Untranslatable: refused in strict mode, noted in lenient mode. */
  lose(field: string, problem: string): void {
    this.#lists.lost.add(field, problem);
  }

  /** Harmless: noted in both modes, without positions in lists, because it tends to be everywhere. */
  drop(field: string, problem: string): void {
    this.#lists.dropped.add(withoutPositions(field), problem);
  }

  /** Counts one entry of a list. False: there are too many, stop reading. */
  count(field: string): boolean {
    if (++this.#itemCount <= LIMITS.itemCount) return true;
    this.malformed(withoutPositions(field), `is one too many: a request may hold ${LIMITS.itemCount} messages, parts and tools`);
    return false;
  }

  problemIn(mode: 'strict' | 'lenient'): TranslationProblem | undefined {
    if (this.#malformed !== undefined) return { kind: 'malformed', ...this.#malformed };
    const { refused, lost } = this.#lists;
    if (refused.size === 0 && (mode === 'lenient' || lost.size === 0)) return undefined;
    return { kind: 'untranslatable', notes: [...refused.list, ...(mode === 'strict' ? lost.list : [])].slice(0, LIMITS.noteCount) };
  }

  get notes(): readonly TranslationNote[] {
    return [...this.#lists.lost.list, ...this.#lists.dropped.list].slice(0, LIMITS.noteCount);
  }
}

/** Without repetition, few enough for a record. */
class NoteList {
  readonly #notes = new Map<string, TranslationNote>();

  add(field: string, problem: string): void {
    const note = { field: nameable(field), problem };
    if (this.#notes.size < LIMITS.noteCount) this.#notes.set(`${note.field}\n${problem}`, note);
  }

  get size(): number {
    return this.#notes.size;
  }

  get list(): readonly TranslationNote[] {
    return [...this.#notes.values()];
  }
}

export function withoutPositions(path: string): string {
  return path.replaceAll(/\[\d+\]/g, '[]');
}

/** Names of members are the client's: kept short, and free of what could disturb a record or a terminal. */
function nameable(path: string): string {
  return path.slice(0, 128).replaceAll(/[^A-Za-z0-9_.[\]$-]/g, '?');
}
