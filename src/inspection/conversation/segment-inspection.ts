// What one part of a request holds: a message, a tool's definition, a member. Depends on nothing but its bytes, so that the unchanged history of
// a conversation is inspected once.
import { createHash } from 'node:crypto';
import { err, ok, type Result } from '#kernel';
import { walkDeep, type Slot, type SlotTree } from '#slots';
import type { Marking } from '../classify/index.ts';
import type { Finding } from '../detect/detector.ts';
import { withoutOverlaps } from '../detect/overlaps.ts';
import type { Signals } from '../signals/index.ts';
import { dataUrlType, embeddedText } from './embedded-text.ts';
import type { TextInspector } from '../text-inspector.ts';

/** A part of a request's body: the value of a top-level member, or an element of one. */
export interface Segment {
  readonly start: number;
  readonly end: number;
  readonly tree: SlotTree;
  /** The top-level member. */
  readonly member: string;
  /** The format knows no such member: its name is the client's own word. */
  readonly isUnknown: boolean;
}

export interface InspectedSlot {
  readonly slot: Slot;
  readonly containers: readonly Slot[];
  /** What was looked at: the slot's value, or the text of the file that it holds. */
  readonly text: string;
  /** The slot's value for another text. */
  readonly encode: (text: string) => string;
  readonly findings: readonly Finding[];
}

/** Something that is no text: an image, a recording, a document. */
export interface DataPart {
  /** Such as `image/png`; undefined where the request does not say it. */
  readonly mediaType: string | undefined;
}

export interface SegmentInspection {
  readonly raw: Buffer;
  readonly source: string;
  /** Strings, numbers and names of members that can be read. */
  readonly slots: readonly InspectedSlot[];
  readonly hasFindings: boolean;
  readonly markings: readonly Marking[];
  /** Of the texts that give any. */
  readonly signals: readonly Signals[];
  readonly data: readonly DataPart[];
  /** Anything in it came from a tool or another source outside the conversation. */
  readonly isTainted: boolean;
  /** SHA-256 over its texts, when this is something that a user said. */
  readonly opening: string | undefined;
}

/** Offset in the segment where it stops being JSON. */
export type SegmentProblem = { readonly offset: number };

/** What a segment holds to be looked at. */
export interface ReadSegment {
  readonly raw: Buffer;
  readonly source: string;
  readonly texts: readonly Omit<InspectedSlot, 'findings'>[];
  readonly data: readonly DataPart[];
  readonly isTainted: boolean;
  readonly isUsers: boolean;
}

export function readSegment(raw: Buffer, { tree, member }: Pick<Segment, 'tree' | 'member'>): Result<ReadSegment, SegmentProblem> {
  const source = raw.toString('utf8');
  const texts: Omit<InspectedSlot, 'findings'>[] = [];
  const data: DataPart[] = [];
  let isTainted = false;
  let role: string | undefined;
  const walked = walkDeep(source, tree, (slot, containers) => {
    isTainted ||= slot.isTainted;
    if (slot.kind === 'structural') {
      if (slot.name === 'role' && containers.length === 0) role ??= slot.value;
      return;
    }
    if (slot.kind === 'opaque' || slot.kind === 'user') return;
    const file = slot.kind === 'data' || slot.kind === 'url' ? embeddedText(slot.value, slot.mediaType) : undefined;
    const part = file === undefined ? dataPartOf(slot) : undefined;
    if (part === undefined) texts.push({ slot, containers, text: file?.text ?? slot.value, encode: file?.encode ?? asItIs });
    else data.push(part);
  });
  if (!walked.ok) return err(walked.error);
  const isUsers = role === 'user' || (role === undefined && member === 'input' && source.startsWith('"'));
  return ok({ raw, source, texts, data, isTainted, isUsers });
}

/** Looks at every text. Long ones give way to others between windows (text-inspector.ts). `remote`: what others found in the texts. */
export async function inspectSegment(
  { raw, source, texts, data, isTainted, isUsers }: ReadSegment,
  inspector: TextInspector,
  remote: readonly (readonly Finding[])[],
): Promise<SegmentInspection> {
  const slots: InspectedSlot[] = [];
  const markings: Marking[] = [];
  const signals: Signals[] = [];
  for (const [index, { slot, containers, text, encode }] of texts.entries()) {
    const pending = inspector.inspect(text, { hint: slot.name, isTainted: slot.isTainted });
    const inspection = pending instanceof Promise ? await pending : pending;
    markings.push(...inspection.markings);
    if (inspection.signals !== undefined) signals.push(inspection.signals);
    const others = remote[index] ?? [];
    const findings = others.length === 0 ? inspection.findings : withoutOverlaps([...inspection.findings, ...others]);
    slots.push({ slot, containers, text, encode, findings });
  }
  const hasFindings = slots.some(({ findings }) => findings.length > 0);
  return { raw, source, slots, hasFindings, markings, signals, data, isTainted, opening: isUsers ? digestOf(slots) : undefined };
}

function asItIs(text: string): string {
  return text;
}

function dataPartOf(slot: Slot): DataPart | undefined {
  if (slot.kind === 'data') return { mediaType: slot.mediaType };
  const mediaType = slot.kind === 'url' ? dataUrlType(slot.value) : undefined;
  return mediaType === undefined ? undefined : { mediaType };
}

function digestOf(slots: readonly InspectedSlot[]): string {
  const hash = createHash('sha256');
  for (const { slot } of slots) if (slot.type === 'string') hash.update(slot.value).update('\0');
  return hash.digest('base64url');
}
