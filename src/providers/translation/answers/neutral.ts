// What an answer says, free of any wire format: readers turn a provider's bytes into these events, writers turn them into the client's.
// Every string is the provider's claim. Part and item keys are the reader's own numbers: unique in one stream, otherwise meaningless.
import type { Fields } from '../../json-fields.ts';
import type { Usage } from '../../observation.ts';
import type { ConversationWire, TranslationNote } from '../request.ts';

/** `inputTokens` includes cached and newly cached ones, as everywhere in this folder. */
export interface AnswerUsage extends Usage {
  readonly cacheWriteTokens?: number;
}

export type StopKind = 'end' | 'length' | 'tool-calls' | 'content-filter' | 'stop-sequence' | 'refusal' | 'pause' | 'context-window';

export interface Stop {
  readonly kind: StopKind;
  readonly stopSequence?: string;
  /** Only with `refusal`. */
  readonly category?: string;
  readonly explanation?: string;
}

export interface AnswerError {
  readonly code: string | undefined;
  readonly type: string | undefined;
  readonly message: string;
  readonly param?: string;
}

export type ToolKind = 'function' | 'custom';

export interface ToolStart {
  readonly type: 'tool-start';
  readonly part: number;
  readonly kind: ToolKind;
  /** The provider's call id: what a tool result will name. */
  readonly callId: string | undefined;
  readonly name: string;
  readonly namespace?: string;
  readonly itemId?: string;
}

export interface AnswerStart {
  readonly type: 'start';
  readonly id?: string;
  readonly model?: string;
  readonly createdSeconds?: number;
}

export type AnswerEvent =
  /** May come several times; the first value of each field counts. */
  | AnswerStart
  /** Facts of a group (a Responses item) before its first part; groups need no announcement. */
  | { readonly type: 'item'; readonly item: number; readonly id?: string; readonly phase?: string }
  | { readonly type: 'text'; readonly item: number; readonly part: number; readonly delta: string }
  | { readonly type: 'refusal'; readonly item: number; readonly part: number; readonly delta: string }
  /** `thinking` will be sealed by a signature, `summary` is for readers, `content` is what Responses keeps apart from a summary. */
  | { readonly type: 'reasoning'; readonly item: number; readonly part: number; readonly form: ReasoningForm; readonly delta: string }
  /** Data that only its provider can read: a signature of the part, a whole redacted part, the item's encrypted content. */
  | { readonly type: 'sealed'; readonly item: number; readonly part: number; readonly form: SealForm; readonly data: string }
  | ToolStart
  /** JSON text of a function's arguments, or a custom tool's input as it is. */
  | { readonly type: 'tool-arguments'; readonly part: number; readonly delta: string }
  /** `isCut`: the answer ran out of tokens inside it. */
  | { readonly type: 'part-end'; readonly part: number; readonly isCut: boolean }
  | { readonly type: 'item-end'; readonly item: number; readonly isCut: boolean }
  /** Running totals: a later one replaces an earlier one. */
  | { readonly type: 'usage'; readonly usage: AnswerUsage }
  | { readonly type: 'stop'; readonly stop: Stop }
  /** The provider's own end mark. Nothing follows. */
  | { readonly type: 'end' }
  /** Nothing follows. */
  | { readonly type: 'error'; readonly error: AnswerError };

export type ReasoningForm = 'thinking' | 'summary' | 'content';
export type SealForm = 'signature' | 'redacted' | 'encrypted';

export type Emit = (event: AnswerEvent) => void;

/** Reads one provider's wire format. Neither method throws; what cannot be read is noted. */
export interface AnswerReader {
  /** The data of one server-sent event. */
  event(data: string): void;
  /** The stream ended in good order: closes what its format lets end without a mark. */
  end?(): void;
  /** A whole answer; false when it is not what the format promises. */
  whole(text: string): boolean;
}

/** Writes one client's wire format. Events come from a pipeline: parts are announced, end once, and get no empty deltas. */
export interface AnswerWriter {
  readonly wire: ConversationWire;
  write(event: AnswerEvent): void;
  /** What has been written since the last call. */
  take(): string;
}

/** What may be kept of one answer. Beyond it the answer fails: a cut tool call or text must not look whole. */
export const LIMITS = {
  partCount: 10_000,
  toolCallCount: 1_000,
  toolArgumentChars: 4 * 1024 * 1024,
  /** All text, reasoning and arguments together. A character may take six in JSON, and Responses says everything four times at its end. */
  answerChars: 8 * 1024 * 1024,
  resumableTextChars: 1024 * 1024,
  idChars: 256,
  nameChars: 256,
  sealedChars: 4 * 1024 * 1024,
  errorMessageChars: 4096,
  noteCount: 64,
} as const;

/** Notes without repetition, few enough for a record. */
export class Notes {
  readonly #notes: TranslationNote[] = [];
  readonly #seen = new Set<string>();

  add(field: string, problem: string): void {
    if (this.#notes.length >= LIMITS.noteCount) return;
    // A field may be named by the provider.
    const name = field.slice(0, 128).replaceAll(/[^ -~]/g, '?');
    const key = `${name}\n${problem}`;
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    this.#notes.push({ field: name, problem: problem.replaceAll(/[\p{Cc}\p{Cf}]/gu, '?') });
  }

  get list(): readonly TranslationNote[] {
    return this.#notes;
  }
}

/** The entry that a provider's word names; a word such as `constructor` names none. */
export function entryOf<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

/** Notes every member with a value that is not `known`: what nobody reads must not vanish unseen. */
export function noteOthers(notes: Notes, holder: Fields, known: ReadonlySet<string>, path: string): void {
  for (const member in holder) if (!known.has(member) && isSomething(holder[member])) notes.add(path + member, DROPPED);
}

export function isSomething(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '' && value !== false && !(Array.isArray(value) && value.length === 0);
}

export const DROPPED = 'the client’s format has no place for it; dropped';

export function idOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' && value.length <= LIMITS.idChars ? value : undefined;
}

/** A non-empty string of any length. */
export function stringOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** What to show where the client's format wants the words of a refusal and the provider gave only a category. */
export function refusalText({ category, explanation }: Stop): string {
  if (explanation === undefined) return `The model declined to answer${category === undefined ? '' : ` (category: ${category})`}.`;
  return category === undefined || explanation.includes(category) ? explanation : `${explanation} (category: ${category})`;
}
