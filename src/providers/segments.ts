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
  const scanned = scanJsonMembers(bytes, (member, _nameStart, start, end) => {
    const known = format.requestSlots.members?.get(member);
    const tree = known ?? FREE_JSON;
    const isUnknown = known === undefined;
    if (known?.items === undefined || !format.segmentedMembers.has(member) || !cutElements(bytes, start, member, known.items, segments))
      segments.push({ start, end, tree, member, isUnknown });
    return undefined;
  });
  return scanned.ok ? ok(segments) : scanned;
}

/** False: it is to be read as a whole. */
function cutElements(bytes: Buffer, start: number, member: string, tree: SlotTree, into: Segment[]): boolean {
  const before = into.length;
  let count = 0;
  const isArray = scanJsonElements(bytes, start, (from, end) => {
    if (count++ < MAX_ELEMENTS) into.push({ start: from, end, tree, member, isUnknown: false });
  });
  if (isArray && count <= MAX_ELEMENTS) return true;
  into.length = before;
  return false;
}
