// Puts new values into JSON at the places that a walk found, and leaves every other character as it was, also in JSON inside strings.
import type { Slot } from './slot.ts';

export interface SlotEdit {
  readonly start: number;
  readonly end: number;
  /** JSON text that takes the place of the range. */
  readonly json: string;
}

/** A new value for a slot that `walkDeep` reported. */
export interface DeepEdit {
  readonly slot: Slot;
  readonly containers: readonly Slot[];
  readonly text: string;
}

const NUMBER = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$/;

/** `edits` in any order; ranges must not overlap. */
export function rewriteSlots(source: string, edits: readonly SlotEdit[]): string {
  if (edits.length === 0) return source;
  let rewritten = '';
  let from = 0;
  for (const { start, end, json } of inOrder(edits)) {
    if (start < from) throw new RangeError(`edits overlap at ${start}`);
    rewritten += source.slice(from, start) + json;
    from = end;
  }
  return rewritten + source.slice(from);
}

/** As `rewriteSlots`, with escaping right at every level: a value three strings deep is escaped three times. */
export function rewriteDeep(source: string, edits: readonly DeepEdit[]): string {
  return rewriteSlots(source, outward(source, edits, 0));
}

/** The JSON text of a new value: a string, or the number that a number becomes. */
export function jsonOf(slot: Slot, text: string): string {
  return slot.type === 'number' && NUMBER.test(text) ? text : JSON.stringify(text);
}

/** The edits as edits of `source`, which is the text at `level`: those of nested strings become edits of the string's own JSON. */
function outward(source: string, edits: readonly DeepEdit[], level: number): SlotEdit[] {
  const own: SlotEdit[] = [];
  const nested = new Map<number, DeepEdit[]>();
  for (const edit of edits) {
    const container = edit.containers[level];
    if (container === undefined) own.push({ start: edit.slot.start, end: edit.slot.end, json: jsonOf(edit.slot, edit.text) });
    else {
      const held = nested.get(container.start);
      if (held === undefined) nested.set(container.start, [edit]);
      else held.push(edit);
    }
  }
  for (const held of nested.values()) {
    const container = held[0]!.containers[level]!;
    const inner = inOrder(outward(container.value, held, level + 1));
    const place = placesIn(source, container.start);
    for (const { start, end, json } of inner) own.push({ start: place(start), end: place(end), json: JSON.stringify(json).slice(1, -1) });
  }
  return own;
}

/** From offsets in the decoded string, asked in rising order, to offsets in the source where its literal opens at `open`. */
function placesIn(source: string, open: number): (offset: number) => number {
  let raw = open + 1;
  let decoded = 0;
  return (offset) => {
    while (decoded < offset) {
      if (source.charCodeAt(raw) !== 0x5c) raw++;
      else raw += source.charCodeAt(raw + 1) === 0x75 ? 6 : 2;
      decoded++;
    }
    return raw;
  };
}

function inOrder(edits: readonly SlotEdit[]): SlotEdit[] {
  return [...edits].sort((a, b) => a.start - b.start);
}
