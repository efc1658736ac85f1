// Puts values back where their placeholders stand, in a whole text or in one that arrives in pieces. Holds back only what could still
// become a placeholder; everything else flows on at once.
import { findPlaceholders } from './find-placeholders.ts';
import { escapedFor, JsonNesting } from './json-nesting.ts';
import type { Vocabulary } from './vocabulary.ts';

/** `json`: the text is JSON, and placeholders stand inside its strings. */
export type TextEncoding = 'text' | 'json';

/** What was put back, for the record. */
export interface RestoreCounts {
  restored: number;
  /** Spelled in another way than we wrote them, and put back because there was no doubt. */
  altered: number;
  /** Spelled so that two placeholders could be meant: left as they are. */
  ambiguous: number;
}

export function newRestoreCounts(): RestoreCounts {
  return { restored: 0, altered: 0, ambiguous: 0 };
}

export interface RestoreOptions {
  readonly counts?: RestoreCounts;
  /** Whether the request itself holds the value; what only other requests hold is not put into this one's answer. */
  readonly holds?: ((value: string) => boolean) | undefined;
  /** False: a text that looks like JSON is not taken for it. */
  readonly readsJson?: boolean;
}

/** An object or an array, by its first characters: `[PERSON_…](…)` is Markdown. */
const BEGINS_AS_JSON = /^\s*(?:\{\s*["}]|\[\s*[\][{"0-9])/;
const HEAD_CHARACTERS = 64;
/** Characters before a placeholder that tell whether it stands alone: an escape has two. */
const CONTEXT_CHARACTERS = 8;

export class RestoringText {
  readonly #vocabulary: Vocabulary;
  readonly #encoding: TextEncoding;
  readonly #counts: RestoreCounts;
  readonly #holds: ((value: string) => boolean) | undefined;
  readonly #readsJson: boolean;
  #held = '';
  #before = '';
  /** The beginning of the text, until it is long enough to tell whether it is JSON. */
  #head = '';
  #nesting = new JsonNesting();

  constructor(
    vocabulary: Vocabulary,
    encoding: TextEncoding,
    { counts = newRestoreCounts(), holds, readsJson = true }: RestoreOptions = {},
  ) {
    this.#vocabulary = vocabulary;
    this.#encoding = encoding;
    this.#counts = counts;
    this.#holds = holds;
    this.#readsJson = readsJson;
  }

  push(text: string): string {
    return this.#advance(this.#held === '' ? text : this.#held + text, false);
  }

  /** What was held back. The next piece begins a new text. */
  end(): string {
    const rest = this.#advance(this.#held, true);
    this.#before = '';
    this.#head = '';
    this.#nesting = new JsonNesting();
    return rest;
  }

  #advance(text: string, isWhole: boolean): string {
    const { matches, openFrom } = findPlaceholders(text, this.#vocabulary, { before: this.#before, isWhole });
    if (this.#head.length < HEAD_CHARACTERS) this.#head += text.slice(0, Math.min(openFrom, HEAD_CHARACTERS));
    const isJson = this.#encoding === 'json' || (this.#readsJson && BEGINS_AS_JSON.test(this.#head));
    let restored = '';
    let from = 0;
    let read = 0;
    for (const { start, end, entry, isExact } of matches) {
      if (isJson) this.#nesting.feed(text, read, start);
      read = start;
      if (entry === undefined) this.#counts.ambiguous++;
      else if (this.#holds?.(entry.origin ?? entry.value) !== false) {
        this.#counts[isExact ? 'restored' : 'altered']++;
        restored += text.slice(from, start) + (isJson ? this.#escaped(entry.value) : entry.value);
        from = end;
      }
    }
    if (isJson) this.#nesting.feed(text, read, openFrom);
    this.#held = text.slice(openFrom);
    if (openFrom > 0) this.#before = (this.#before + text.slice(0, openFrom)).slice(-CONTEXT_CHARACTERS);
    return from === 0 ? text.slice(0, openFrom) : restored + text.slice(from, openFrom);
  }

  /** Arguments are strings of JSON all over; in other text a value outside of strings stands in prose. */
  #escaped(value: string): string {
    const { depth } = this.#nesting;
    if (this.#encoding === 'json') return escapedFor(value, Math.max(1, depth));
    // What was found in a piece of JSON as it is written is written like that already.
    return escapedFor(value, WRITTEN.test(value) ? depth - 1 : depth);
  }
}

/** Every backslash begins an escape that says itself. */
const WRITTEN = /^(?=.*\\)(?:[^"\\]|\\["\\/]|\\u[0-9a-fA-F]{4})*$/s;

/** A text that is there as a whole. */
export function restoreText(text: string, vocabulary: Vocabulary, encoding: TextEncoding = 'text', options: RestoreOptions = {}): string {
  const restoring = new RestoringText(vocabulary, encoding, options);
  return restoring.push(text) + restoring.end();
}
