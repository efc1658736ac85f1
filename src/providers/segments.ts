// Cuts a request into the ranges that are inspected one by one: every top-level member, and every element of the arrays that a conversation
// repeats. What lies between them is punctuation and the names of top-level members. Reads nothing inside a range.
import { isUtf8 } from 'node:buffer';
import { err, ok, scanJsonElements, scanJsonMembers, type JsonScanProblem, type Result } from '#kernel';
import { FREE_JSON, type SlotTree } from '#slots';
import type { FormatSlots } from './wire-format.ts';

export interface Segment {
  /** Byte range of one JSON value. */
  readonly start: number;
  readonly end: number;
  /** With which to walk it. */
  readonly tree: SlotTree;
  /** The top-level member in which it stands. */
  readonly member: string;
  /** The format knows no such member: its name is the client's own words too. */
  readonly isUnknown: boolean;
}

export type SegmentProblem = JsonScanProblem | { readonly kind: 'not-utf8' };

/** An array of more elements is one segment: that many are numbers, not messages. */
const MAX_ELEMENTS = 32_768;

/** The segments in order; they do not overlap. A repeated member gives its segments each time. */
export function segmentsOf(bytes: Buffer, format: FormatSlots): Result<readonly Segment[], SegmentProblem> {
  // What is no UTF-8 every reader repairs in a way of its own: nobody could say what the provider will read.
  if (!isUtf8(bytes)) return err({ kind: 'not-utf8' });
  const segments: Segment[] = [];
  let isCut = false;
  const scanned = scanJsonMembers(
    bytes,
    (member, _nameStart, start, end) => {
      const known = format.requestSlots.members?.get(member);
      if (!isCut) segments.push({ start, end, tree: known ?? FREE_JSON, member, isUnknown: known === undefined });
      return undefined;
    },
    (member, start) => {
      const elements = format.segmentedMembers.has(member) ? format.requestSlots.members?.get(member)?.items : undefined;
      const end = elements === undefined ? undefined : cutElements(bytes, start, member, elements, segments);
      isCut = end !== undefined;
      return end;
    },
  );
  return scanned.ok ? ok(segments) : scanned;
}

/** Offset past the array that begins at `start`; undefined when it is to be read as a whole. */
function cutElements(bytes: Buffer, start: number, member: string, tree: SlotTree, into: Segment[]): number | undefined {
  const before = into.length;
  let count = 0;
  const end = scanJsonElements(bytes, start, (from, to) => {
    if (count++ < MAX_ELEMENTS) into.push({ start: from, end: to, tree, member, isUnknown: false });
  });
  if (end >= 0 && count <= MAX_ELEMENTS) return end;
  into.length = before;
  return undefined;
}
