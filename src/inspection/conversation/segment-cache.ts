// Inspections of segments by their bytes. The key is a cheap hash over length and samples; what counts is that all bytes are equal. Bounded in
// bytes; the ones longest unused go first.
import type { SlotTree } from '#slots';
import type { SegmentInspection } from './segment-inspection.ts';

/** What is kept beside the bytes: decoded strings, filters and objects, as a multiple of the bytes. */
const WEIGHT = 5;
const OVERHEAD_BYTES = 400;
/** Segments of one key; more are made on purpose. */
const MOST_ALIKE = 16;

interface Cached {
  readonly tree: SlotTree;
  readonly inspection: SegmentInspection;
}

export class SegmentCache {
  readonly #maxBytes: number;
  /** In order of last use. */
  readonly #byKey = new Map<number, Cached[]>();
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get(bytes: Buffer, start: number, end: number, tree: SlotTree): SegmentInspection | undefined {
    const key = hashOf(bytes, start, end);
    const alike = this.#byKey.get(key);
    if (alike === undefined) return undefined;
    for (const { tree: cachedTree, inspection } of alike) {
      const { raw } = inspection;
      if (cachedTree !== tree || raw.length !== end - start || bytes.compare(raw, 0, raw.length, start, end) !== 0) continue;
      this.#byKey.delete(key);
      this.#byKey.set(key, alike);
      return inspection;
    }
    return undefined;
  }

  set(tree: SlotTree, inspection: SegmentInspection): void {
    const { raw } = inspection;
    const size = sizeOf(inspection);
    if (size > this.#maxBytes / 4) return;
    const key = hashOf(raw, 0, raw.length);
    const alike = this.#byKey.get(key) ?? [];
    if (alike.length >= MOST_ALIKE) this.#bytes -= sizeOf(alike.shift()!.inspection);
    alike.push({ tree, inspection });
    this.#byKey.delete(key);
    this.#byKey.set(key, alike);
    this.#bytes += size;
    for (const [oldest, cached] of this.#byKey) {
      if (this.#bytes <= this.#maxBytes) break;
      this.#byKey.delete(oldest);
      for (const each of cached) this.#bytes -= sizeOf(each.inspection);
    }
  }
}

function sizeOf({ raw, slots, values }: SegmentInspection): number {
  return raw.length * WEIGHT + (slots.length + values.length + 1) * OVERHEAD_BYTES;
}

/** Words of four bytes that a key is made of at most. */
const MOST_WORDS = 256;

/** Not for telling bytes apart, only for finding them: FNV-1a over the length and words: all of a short segment, evenly spread ones of a long one. */
export function hashOf(bytes: Buffer, start: number, end: number): number {
  const length = end - start;
  let hash = 0x811c9dc5 ^ length;
  const last = end - 4;
  const step = 4 * Math.max(1, Math.ceil(length / 4 / MOST_WORDS));
  for (let at = start; at <= last; at += step) {
    const word = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    hash = Math.imul(hash ^ word, 0x01000193);
    hash ^= hash >>> 15;
  }
  for (let at = Math.max(start, last); at < end; at++) hash = Math.imul(hash ^ bytes[at]!, 0x01000193);
  return hash >>> 0;
}
