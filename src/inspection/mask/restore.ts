// Puts values back where their placeholders stand, in a whole text or in one that arrives in pieces. Holds back only what could still
// become a placeholder; everything else flows on at once.
import { findPlaceholders } from './find-placeholders.ts';
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

export class RestoringText {
  readonly #vocabulary: Vocabulary;
  readonly #encoding: TextEncoding;
  readonly #counts: RestoreCounts;
  #held = '';
  #previous = '';

  constructor(vocabulary: Vocabulary, encoding: TextEncoding, counts: RestoreCounts) {
    this.#vocabulary = vocabulary;
    this.#encoding = encoding;
    this.#counts = counts;
  }

  push(text: string): string {
    return this.#advance(this.#held === '' ? text : this.#held + text, false);
  }

  /** What was held back. The next piece begins a new text. */
  end(): string {
    const rest = this.#advance(this.#held, true);
    this.#previous = '';
    return rest;
  }

  #advance(text: string, isWhole: boolean): string {
    const { matches, openFrom } = findPlaceholders(text, this.#vocabulary, { previous: this.#previous, isWhole });
    this.#held = text.slice(openFrom);
    if (openFrom > 0) this.#previous = text[openFrom - 1]!;
    if (matches.length === 0) return openFrom === text.length ? text : text.slice(0, openFrom);
    let restored = '';
    let from = 0;
    for (const { start, end, entry, isExact } of matches) {
      if (entry === undefined) {
        this.#counts.ambiguous++;
        continue;
      }
      this.#counts[isExact ? 'restored' : 'altered']++;
      restored += text.slice(from, start) + (this.#encoding === 'json' ? JSON.stringify(entry.value).slice(1, -1) : entry.value);
      from = end;
    }
    return restored + text.slice(from, openFrom);
  }
}

/** A text that is there as a whole. */
export function restoreText(text: string, vocabulary: Vocabulary, encoding: TextEncoding = 'text', counts = newRestoreCounts()): string {
  const restoring = new RestoringText(vocabulary, encoding, counts);
  return restoring.push(text) + restoring.end();
}
