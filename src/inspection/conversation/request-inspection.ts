// What a whole request holds, and its body as it may leave under a policy. Looks only at what is new: segments that were inspected before are
// known by their bytes.
import { err, ok, type Result } from '#kernel';
import { levelOf, type LevelDecision, type LevelEvidence, type LevelTable, type Marking } from '../classify/index.ts';
import type { TextInspector } from '../text-inspector.ts';
import { SENSITIVE_TYPES, type SensitiveType } from '../types.ts';
import type { Conversation, MaskingProfile } from './conversation.ts';
import type { SegmentCache } from './segment-cache.ts';
import { inspectSegment, type DataPart, type Segment, type SegmentInspection } from './segment-inspection.ts';

export interface InspectedRequest {
  /** Distinct values by type; types that do not occur are missing. */
  readonly found: Partial<Readonly<Record<SensitiveType, number>>>;
  /** Labels of dictionary terms that occur. */
  readonly labels: readonly string[];
  readonly markings: readonly Marking[];
  readonly data: readonly DataPart[];
  readonly isTainted: boolean;
  readonly segments: readonly SegmentInspection[];
}

/** A body with other values in some places, and how offsets moved. */
export interface Spliced {
  readonly body: Buffer;
  /** Where what was at `offset` is now; for offsets that are not inside a replaced segment. */
  place(offset: number): number;
}

export async function inspectSegments(
  body: Buffer,
  segments: readonly Segment[],
  { inspector, cache }: { readonly inspector: TextInspector; readonly cache: SegmentCache },
): Promise<Result<readonly SegmentInspection[], { readonly offset: number }>> {
  const inspections: SegmentInspection[] = [];
  for (const segment of segments) {
    const known = cache.get(body, segment.start, segment.end, segment.tree);
    if (known !== undefined) {
      inspections.push(known);
      continue;
    }
    // A copy: the body's own memory is let go with the request.
    const raw = Buffer.from(body.subarray(segment.start, segment.end));
    const inspected = await inspectSegment(raw, segment, inspector);
    if (!inspected.ok) return err({ offset: segment.start + inspected.error.offset });
    cache.set(segment.tree, inspected.value);
    inspections.push(inspected.value);
  }
  return ok(inspections);
}

export function summaryOf(segments: readonly SegmentInspection[], bulkFrom: number): InspectedRequest {
  const values = new Map<SensitiveType, Set<string>>();
  const labels = new Set<string>();
  const markings: Marking[] = [];
  const data: DataPart[] = [];
  let isTainted = false;
  for (const segment of segments) {
    isTainted ||= segment.isTainted;
    if (segment.markings.length > 0) markings.push(...segment.markings);
    if (segment.data.length > 0) data.push(...segment.data);
    if (!segment.hasFindings) continue;
    for (const { slot, findings } of segment.slots)
      for (const { type, start, end, label } of findings) {
        if (label !== undefined) labels.add(label);
        let known = values.get(type);
        if (known === undefined) values.set(type, (known = new Set()));
        // Past this, more of them change nothing.
        if (known.size < Math.max(bulkFrom, MOST_COUNTED)) known.add(slot.value.slice(start, end));
      }
  }
  const found: Partial<Record<SensitiveType, number>> = {};
  for (const type of SENSITIVE_TYPES) if (values.has(type)) found[type] = values.get(type)!.size;
  return { found, labels: [...labels], markings, data, isTainted, segments };
}

/** Distinct values of a type are counted up to here. */
const MOST_COUNTED = 1000;

/** `counts`: which of the types and labels found speak for a level. */
export function levelOfRequest(
  request: Pick<InspectedRequest, 'found' | 'labels' | 'markings'>,
  counts: (type: SensitiveType, label: string | undefined) => boolean,
  table: LevelTable,
): LevelDecision {
  const types = Object.fromEntries(
    Object.entries(request.found).filter(([type]) => type !== 'dictionary-term' && counts(type as SensitiveType, undefined)),
  ) as LevelEvidence['types'] & object;
  const labels = request.labels.filter((label) => counts('dictionary-term', label));
  return levelOf({ types, labels, markings: request.markings }, table);
}

export function spliced(
  body: Buffer,
  segments: readonly Segment[],
  replacements: readonly Buffer[],
  originals: readonly SegmentInspection[],
): Spliced | undefined {
  const pieces: Buffer[] = [];
  const ends: number[] = [];
  const shifts: number[] = [];
  let from = 0;
  let shift = 0;
  for (const [index, { start, end }] of segments.entries()) {
    const replacement = replacements[index]!;
    if (replacement === originals[index]!.raw) continue;
    pieces.push(body.subarray(from, start), replacement);
    from = end;
    shift += replacement.length - (end - start);
    ends.push(end);
    shifts.push(shift);
  }
  if (pieces.length === 0) return undefined;
  pieces.push(body.subarray(from));
  return {
    body: Buffer.concat(pieces),
    place(offset) {
      const last = ends.findLastIndex((end) => end <= offset);
      return last < 0 ? offset : offset + shifts[last]!;
    },
  };
}

/** The body as it may leave; undefined when nothing in it is masked. @throws MaskingFailed */
export function maskBody(
  body: Buffer,
  segments: readonly Segment[],
  inspections: readonly SegmentInspection[],
  { conversation, profile }: { readonly conversation: Conversation; readonly profile: MaskingProfile },
): Spliced | undefined {
  return spliced(body, segments, conversation.mask(inspections, profile), inspections);
}
