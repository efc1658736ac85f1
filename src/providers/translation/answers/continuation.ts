// Keys across streams: each provider's reader counts its own parts from 0, and the first text of a continuing stream goes on in the part
// that the stream before left open.
import type { AnswerUsage } from './neutral.ts';

export interface Place {
  readonly item: number;
  readonly part: number;
}

/** Keys of one provider's stream never meet those of the next. */
const STREAM_KEYS = 10_000_000;

export class Continuation {
  #stream = 0;
  #open: Place | undefined;
  /** The continuing reader's own keys for what goes on in `#open`. */
  #joined: Place | undefined;

  /** A second or later stream is being read. */
  get hasBegun(): boolean {
    return this.#stream > 0;
  }

  /** Nothing has been said yet that could join the open text. */
  get isUndecided(): boolean {
    return this.#open !== undefined && this.#joined === undefined;
  }

  begin(open: Place | undefined): void {
    this.#stream += 1;
    this.#open = open;
    this.#joined = undefined;
  }

  key(key: number): number {
    return key + this.#stream * STREAM_KEYS;
  }

  itemKey(item: number): number {
    return this.#open !== undefined && this.#joined?.item === item ? this.#open.item : this.key(item);
  }

  partKey(part: number): number {
    return this.#open !== undefined && this.#joined?.part === part ? this.#open.part : this.key(part);
  }

  /** The place of a text; the first one joins what is open. */
  placeOfText({ item, part }: Place): Place {
    if (this.isUndecided) this.#joined = { item, part };
    return { item: this.itemKey(item), part: this.partKey(part) };
  }

  /** Something else than text begins: gives back what was open and is now over. */
  giveUp(): Place | undefined {
    if (!this.isUndecided) return undefined;
    const open = this.#open;
    this.#open = undefined;
    return open;
  }
}

export function sumOfUsage(a: AnswerUsage, b: AnswerUsage): AnswerUsage {
  const sum: Record<string, number> = {};
  for (const name of ['cachedInputTokens', 'cacheWriteTokens', 'reasoningTokens'] as const) {
    if (a[name] !== undefined || b[name] !== undefined) sum[name] = (a[name] ?? 0) + (b[name] ?? 0);
  }
  return { inputTokens: a.inputTokens + b.inputTokens, outputTokens: a.outputTokens + b.outputTokens, ...sum };
}
