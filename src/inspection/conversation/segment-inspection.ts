// What one part of a request holds: a message, a tool's definition, a member. Depends on nothing but its bytes, so that the unchanged history of
// a conversation is inspected once.
import { createHash } from 'node:crypto';
import { err, ok, type Result } from '#kernel';
import { walkDeep, type Slot, type SlotTree } from '#slots';
import type { DataLevel, Marking } from '../classify/index.ts';
import type { Finding } from '../detect/detector.ts';
import { withoutOverlaps } from '../detect/overlaps.ts';
import { mayBeEncoded } from '../mask/encoded-forms.ts';
import { mergeSignals, type Signals, type SignalSummary } from '../signals/index.ts';
import { dataUrlType, embeddedText } from './embedded-text.ts';
import { Trigrams } from './trigrams.ts';
import type { TextInspector } from '../text-inspector.ts';
import type { SensitiveType } from '../types.ts';
import type { Pace } from '../work.ts';

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

export interface FoundValue {
  readonly type: SensitiveType;
  readonly value: string;
  readonly label: string | undefined;
  /** The class that the operator's dictionary gives a term. */
  readonly level: DataLevel | undefined;
}

export interface SegmentInspection {
  readonly raw: Buffer;
  readonly source: string;
  /** Strings, numbers and names of members that can be read. */
  readonly slots: readonly InspectedSlot[];
  readonly hasFindings: boolean;
  /** What was found, each value once. */
  readonly values: readonly FoundValue[];
  readonly markings: readonly Marking[];
  /** Undefined where no text gives any. */
  readonly signals: SignalSummary | undefined;
  /** The top-level member in which it stands. */
  readonly member: string;
  /** To know quickly what is not in it. */
  readonly trigrams: Trigrams;
  readonly mayBeEncoded: boolean;
  /** Makes both, for later requests to ask. */
  prepare(): void;
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
  readonly member: string;
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
    if (slot.kind === 'opaque' || slot.kind === 'user' || isSchemaName(slot)) return;
    const file = slot.kind === 'data' || slot.kind === 'url' ? embeddedText(slot.value, slot.mediaType) : undefined;
    const part = file === undefined ? dataPartOf(slot) : undefined;
    if (part === undefined) texts.push({ slot, containers, text: file?.text ?? slot.value, encode: file?.encode ?? asItIs });
    else data.push(part);
  });
  if (!walked.ok) return err(walked.error);
  if (member === 'input' && TOKENS.test(source)) data.push({ mediaType: 'tokens' });
  const isUsers = role === 'user' || (role === undefined && member === 'input' && /^\[?\s*"/.test(source));
  return ok({ raw, source, texts, data, isTainted, isUsers, member });
}

export interface Looking {
  readonly inspector: TextInspector;
  readonly pace: Pace;
  /** What others found in the texts. */
  readonly remote: readonly (readonly Finding[])[];
}

/** Looks at every text. Others get their turn between texts, and between the windows of a long one (text-inspector.ts). */
export async function inspectSegment(
  { raw, source, texts, data, isTainted, isUsers, member }: ReadSegment,
  { inspector, pace, remote }: Looking,
): Promise<SegmentInspection> {
  const slots: InspectedSlot[] = [];
  const markings: Marking[] = [];
  const signals: Signals[] = [];
  for (const [index, { slot, containers, text, encode }] of texts.entries()) {
    // Names in a schema say what values will be, not what stands beside them.
    const hint = slot.kind === 'definition' ? '' : slot.name;
    const pending = inspector.inspect(text, { hint, isTainted: slot.isTainted });
    const inspection = pending instanceof Promise ? await pending : pending;
    for (const marking of inspection.markings) markings.push(marking);
    if (inspection.signals !== undefined) signals.push(inspection.signals);
    const others = remote[index] ?? [];
    const findings = others.length === 0 ? inspection.findings : withoutOverlaps([...inspection.findings, ...others]);
    slots.push({ slot, containers, text, encode, findings });
    if (pace.isDue) await pace.giveWay();
  }
  const values = distinctValues(slots);
  let trigrams: Trigrams | undefined;
  let isEncoded: boolean | undefined;
  return {
    raw,
    source,
    slots,
    hasFindings: values.length > 0,
    values,
    markings,
    signals: signals.length === 0 ? undefined : mergeSignals(signals),
    data,
    isTainted,
    member,
    opening: isUsers ? digestOf(slots) : undefined,
    // A request that nobody goes on from never asks for these.
    get trigrams() {
      return (trigrams ??= new Trigrams(slots.map(({ text }) => text)));
    },
    get mayBeEncoded() {
      return (isEncoded ??= slots.some(({ text }) => mayBeEncoded(text)));
    },
    prepare() {
      trigrams ??= new Trigrams(slots.map(({ text }) => text));
      isEncoded ??= slots.some(({ text }) => mayBeEncoded(text));
    },
  };
}

function distinctValues(slots: readonly InspectedSlot[]): FoundValue[] {
  const values = new Map<string, FoundValue>();
  for (const { text, findings } of slots)
    for (const { type, start, end, label, ...finding } of findings) {
      const value = text.slice(start, end);
      const { dataClass: level } = finding as { readonly dataClass?: DataLevel };
      values.set(`${type} ${label ?? ''} ${value}`, { type, value, label, level });
    }
  return [...values.values()];
}

/** A text as the numbers of its tokens, alone or several: it cannot be read here. Embeddings take such. */
const TOKENS = /^\s*\[\s*(?:\[\s*)?[0-9]/;

/** Keywords and names of parameters of a tool: its program knows them by these names. */
function isSchemaName({ kind, type, value }: Slot): boolean {
  return kind === 'definition' && type === 'member-name' && /^[$A-Za-z_][A-Za-z0-9_$.-]{0,63}$/.test(value);
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
