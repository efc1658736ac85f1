// What a whole request holds, and its body as it may leave under a policy. Looks only at what is new: segments that were inspected before are
// known by their bytes.
import { err, ok, type Result } from '#kernel';
import { levelOf, type LevelDecision, type LevelEvidence, type LevelTable } from '../classify/index.ts';
import type { Finding } from '../detect/detector.ts';
import type { RemoteFinder } from '../remote.ts';
import type { TextInspector } from '../text-inspector.ts';
import type { SensitiveType } from '../types.ts';
import type { MaskedPart } from './profile-memory.ts';
import type { InspectedRequest } from './aggregate.ts';
import type { SegmentCache } from './segment-cache.ts';
import { inspectSegment, readSegment, type ReadSegment, type Segment, type SegmentInspection } from './segment-inspection.ts';
import { Pace } from '../work.ts';
import { TURN_MEMBERS, type Part, type Turns, type TurnsMemory } from './turns.ts';

/** A body with other values in some places, and how offsets moved. */
export interface Spliced {
  readonly body: Buffer;
  /** Where what was at `offset` is now; for offsets that are not inside a replaced segment. */
  place(offset: number): number;
}

export interface Inspectors {
  readonly inspector: TextInspector;
  readonly remote: readonly RemoteFinder[];
  readonly cache: SegmentCache;
  readonly turns: TurnsMemory;
}

export type SegmentsProblem =
  /** Offset in the body where it stops being JSON. */
  | { readonly kind: 'malformed'; readonly offset: number }
  /** The name of a top-level member is a value that would have to be masked; names of members stay. */
  | { readonly kind: 'member-name' }
  /** Somebody who has to be asked did not answer. */
  | { readonly kind: 'finder-failed'; readonly finder: string; readonly reason: string };

/** A stretch of the body that is masked as one. */
export interface PlacedPart {
  readonly start: number;
  readonly end: number;
  readonly part: Part;
}

export interface InspectedSegments {
  readonly inspections: readonly SegmentInspection[];
  readonly parts: readonly PlacedPart[];
  /** Finders that failed and that the operator can do without. */
  readonly missing: readonly string[];
}

export async function inspectSegments(
  body: Buffer,
  segments: readonly Segment[],
  { inspector, remote, cache, turns }: Inspectors,
): Promise<Result<InspectedSegments, SegmentsProblem>> {
  const run = turnsAmong(segments);
  const known = turns.find(body, segments.slice(run.from, run.to));
  const knownTo = run.from + (known?.inspections.length ?? 0);
  const inspections: SegmentInspection[] = [];
  const pace = new Pace();
  const fresh: { readonly index: number; readonly read: ReadSegment }[] = [];
  for (const [index, segment] of segments.entries()) {
    const { start, end, tree, member } = segment;
    if (segment.isUnknown && inspector.inspectNow(member).findings.length > 0) return err({ kind: 'member-name' });
    const inspection = index >= run.from && index < knownTo ? known!.inspections[index - run.from] : cache.get(body, start, end, tree);
    if (inspection !== undefined) {
      inspections[index] = inspection;
      continue;
    }
    // A copy: the body's own memory is let go with the request.
    const read = readSegment(Buffer.from(body.subarray(start, end)), segment);
    if (!read.ok) return err({ kind: 'malformed', offset: start + read.error.offset });
    fresh.push({ index, read: read.value });
    if (pace.isDue) await pace.giveWay();
  }
  const asked = await askRemote(
    fresh.map(({ read }) => read),
    remote,
  );
  if (!asked.ok) return asked;
  const { found, missing } = asked.value;
  for (const [position, { index, read }] of fresh.entries()) {
    const inspection = await inspectSegment(read, { inspector, pace, remote: found[position] ?? [] });
    inspections[index] = inspection;
    // What was looked at by fewer is looked at again.
    if (missing.length === 0) cache.set(segments[index]!.tree, inspection);
  }
  const isKept = missing.length === 0 && run.to - run.from > 1;
  const together = !isKept
    ? undefined
    : known !== undefined && knownTo === run.to
      ? known
      : turns.remember(body, segments.slice(run.from, run.to), inspections.slice(run.from, run.to), known);
  return ok({ inspections, parts: partsOf(segments, inspections, run, together), missing });
}

interface Run {
  readonly from: number;
  readonly to: number;
}

/** Where among the segments the turns of the conversation are. */
function turnsAmong(segments: readonly Segment[]): Run {
  const from = segments.findIndex(({ member }) => TURN_MEMBERS.has(member));
  if (from < 0) return { from: 0, to: 0 };
  let to = from;
  while (to < segments.length && segments[to]!.member === segments[from]!.member) to++;
  return { from, to };
}

function partsOf(
  segments: readonly Segment[],
  inspections: readonly SegmentInspection[],
  run: Run,
  turns: Turns | undefined,
): PlacedPart[] {
  const parts: PlacedPart[] = [];
  for (let index = 0; index < segments.length; index++) {
    const { start, end } = segments[index]!;
    if (turns === undefined || index < run.from || index >= run.to) parts.push({ start, end, part: inspections[index]! });
    else {
      parts.push({ start, end: segments[run.to - 1]!.end, part: turns });
      index = run.to - 1;
    }
  }
  return parts;
}

type FoundByText = readonly (readonly Finding[])[];

/** All new texts of the request, to everybody at once. */
async function askRemote(
  segments: readonly ReadSegment[],
  remote: readonly RemoteFinder[],
): Promise<Result<{ readonly found: readonly FoundByText[]; readonly missing: readonly string[] }, SegmentsProblem>> {
  if (remote.length === 0 || segments.length === 0) return ok({ found: [], missing: [] });
  const texts = segments.flatMap((segment) => segment.texts.map(({ slot, text }) => ({ text, hint: slot.name })));
  const answers = await Promise.all(remote.map((finder) => finder.find(texts)));
  const missing: string[] = [];
  const all: Finding[][] = texts.map(() => []);
  for (const [index, answer] of answers.entries()) {
    const { name, isOptional } = remote[index]!;
    if (answer.ok) for (const [position, findings] of answer.value.entries()) all[position]!.push(...findings);
    else if (isOptional) missing.push(name);
    else return err({ kind: 'finder-failed', finder: name, reason: answer.error });
  }
  let from = 0;
  const found = segments.map((segment) => all.slice(from, (from += segment.texts.length)));
  return ok({ found, missing });
}

/** `counts`: which of the types and labels found speak for a level. */
export function levelOfRequest(
  request: Pick<InspectedRequest, 'found' | 'labels' | 'markings'>,
  counts: (type: SensitiveType, label: string | undefined) => boolean,
  table: LevelTable,
): LevelDecision {
  const types = Object.fromEntries(
    Object.entries(request.found).filter(([type]) => type !== 'dictionary-term' && counts(type as SensitiveType, undefined)),
  ) as LevelEvidence['types'] & object;
  const labels = [...request.labels].filter(([label]) => counts('dictionary-term', label));
  // What the dictionary itself says of a term speaks as a marking does.
  const terms = labels.flatMap(([label, { level }]) => (level === undefined ? [] : [{ level, rule: `dictionary.${label}` }]));
  // A term that has a class of its own needs no other, unless the configuration says more of its label.
  const speaking = labels.filter(([label, { hasPlain }]) => hasPlain || Object.hasOwn(table.labels, label)).map(([label]) => label);
  return levelOf({ types, labels: speaking, markings: [...request.markings, ...terms] }, table);
}

/** The body as it may leave; undefined when nothing in it is masked. */
export function splice(body: Buffer, parts: readonly PlacedPart[], masked: readonly MaskedPart[]): Spliced | undefined {
  const pieces: Buffer[] = [];
  const ends: number[] = [];
  const shifts: number[] = [];
  let from = 0;
  let shift = 0;
  for (const [index, { start, end, part }] of parts.entries()) {
    const replacement = masked[index]!.bytes;
    if (replacement === part.raw) continue;
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
