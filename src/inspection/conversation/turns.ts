// The turns of a conversation as one stretch of bytes. A client sends the whole history again with every turn, byte for byte: one comparison
// finds that nothing in it is new, whatever its length, where looking at it message by message would cost what the history is long.
import { hashOf } from './segment-cache.ts';
import type { Segment, SegmentInspection } from './segment-inspection.ts';

export interface Turns {
  readonly member: string;
  /** From the first byte of the first turn to the last byte of the last one. */
  readonly raw: Buffer;
  readonly inspections: readonly SegmentInspection[];
  /** Start and end of each turn in `raw`, one after the other. */
  readonly places: readonly number[];
  /** The same conversation before its newest turns; let go once what builds on this one is built upon. */
  previous: Turns | undefined;
}

/** What is masked as one: a segment, or all turns of a conversation. */
export type Part = SegmentInspection | Turns;

export function isTurns(part: Part): part is Turns {
  return 'places' in part;
}

/** Request members whose elements are turns. */
export const TURN_MEMBERS: ReadonlySet<string> = new Set(['messages', 'input']);

/** Conversations whose last turns are alike. */
const MOST_ALIKE = 4;
/** A request brings few turns that the one before it did not have. */
const MOST_NEW = 32;
/** What a conversation weighs beside its bytes: inspections, which may outlive the cache of segments. */
const WEIGHT = 6;

export class TurnsMemory {
  readonly #maxBytes: number;
  /** By the last turn, in order of last use: openings are alike (a shared system prompt), last turns are not. */
  readonly #byLast = new Map<number, Turns[]>();
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** The longest known beginning of these turns. */
  find(body: Buffer, turns: readonly Segment[]): Turns | undefined {
    for (let last = turns.length - 1; last >= Math.max(0, turns.length - MOST_NEW); last--) {
      const { start, end } = turns[last]!;
      const key = hashOf(body, start, end);
      const alike = this.#byLast.get(key);
      const known = alike?.find((other) => other.places.length === 2 * (last + 1) && isBeginningOf(other, body, turns));
      if (known === undefined) continue;
      this.#byLast.delete(key);
      this.#byLast.set(key, alike!);
      return known;
    }
    return undefined;
  }

  /** Remembers these turns in the place of the ones that they go on from. */
  remember(body: Buffer, turns: readonly Segment[], inspections: readonly SegmentInspection[], previous: Turns | undefined): Turns {
    const from = turns[0]!.start;
    // No copy: what else the body holds is little beside the turns.
    const raw = body.subarray(from, turns.at(-1)!.end);
    const places = [...(previous?.places ?? [])];
    for (let index = places.length / 2; index < turns.length; index++) places.push(turns[index]!.start - from, turns[index]!.end - from);
    const made: Turns = { member: turns[0]!.member, raw, inspections, places, previous };
    // The one before stays for a while: another answer may be asked for, or a branch begins there.
    if (previous?.previous !== undefined) {
      this.#forget(previous.previous);
      previous.previous = undefined;
    }
    const key = hashOf(raw, places.at(-2)!, raw.length);
    const alike = this.#byLast.get(key) ?? [];
    if (alike.length >= MOST_ALIKE) this.#bytes -= weightOf(alike.shift()!);
    alike.push(made);
    this.#byLast.delete(key);
    this.#byLast.set(key, alike);
    this.#bytes += weightOf(made);
    for (const [oldest, gone] of this.#byLast) {
      if (this.#bytes <= this.#maxBytes) break;
      this.#byLast.delete(oldest);
      for (const each of gone) this.#bytes -= weightOf(each);
    }
    return made;
  }

  #forget(turns: Turns): void {
    const key = hashOf(turns.raw, turns.places.at(-2)!, turns.raw.length);
    const alike = this.#byLast.get(key);
    const at = alike?.indexOf(turns) ?? -1;
    if (at < 0) return;
    alike!.splice(at, 1);
    if (alike!.length === 0) this.#byLast.delete(key);
    this.#bytes -= weightOf(turns);
  }
}

function weightOf({ raw }: Turns): number {
  return raw.length * WEIGHT;
}

function isBeginningOf({ member, raw, places }: Turns, body: Buffer, turns: readonly Segment[]): boolean {
  const count = places.length / 2;
  const first = turns[0]!;
  const last = turns[count - 1];
  if (last === undefined || first.member !== member || last.end - first.start !== raw.length) return false;
  return body.compare(raw, 0, raw.length, first.start, last.end) === 0;
}
