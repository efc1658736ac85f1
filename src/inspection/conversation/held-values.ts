// Which values a request holds, and how far beyond the place where it stands each is searched for. What a provider signed names values too, but
// what its model said there is the provider's own: it adds none.
import type { MaskedType, RememberedValue } from '../mask/placeholders.ts';
import { isMarked, reachOf, tellingPartOf, type Reach } from '../mask/propagation.ts';
import { isToken } from '../mask/suffix.ts';
import type { SensitiveType } from '../types.ts';
import type { SegmentInspection } from './segment-inspection.ts';
import { isTurns, type Part, type Turns } from './turns.ts';

export interface HeldValue {
  readonly type: SensitiveType;
  readonly value: string;
  readonly label: string | undefined;
  readonly reach: Reach;
}

/** Values by what is searched for, and how far. */
type Reaches = Map<string, Reach>;

/** A remembered value was found in an earlier request; how surely, nobody remembers. */
const REMEMBERED_CONFIDENCE = 0.8;

const known = new WeakMap<SegmentInspection, { readonly values: readonly HeldValue[]; readonly reaches: Reaches }>();

const NOTHING = { values: [], reaches: new Map() };

function read(inspection: SegmentInspection): { readonly values: readonly HeldValue[]; readonly reaches: Reaches } {
  if (!inspection.hasFindings) return NOTHING;
  let held = known.get(inspection);
  if (held !== undefined) return held;
  const values = new Map<string, HeldValue>();
  const reaches: Reaches = new Map();
  for (const { slot, text, findings } of inspection.slots) {
    if (slot.kind === 'signed') continue;
    for (const finding of findings) {
      const { type, label } = finding;
      const value = text.slice(finding.start, finding.end);
      // A secret's placeholder stays in answers and comes back with the history: it is no secret.
      if (isToken(value)) continue;
      const reach = reachOf(value, finding);
      const key = `${type} ${label ?? ''} ${value}`;
      const other = values.get(key);
      if (other !== undefined && isAtLeast(other.reach, reach)) continue;
      values.set(key, { type, value, label, reach });
      reachOut(reaches, value, type, reach);
    }
  }
  known.set(inspection, (held = { values: [...values.values()], reaches }));
  return held;
}

/** Each once. */
export function valuesHeldBy(inspection: SegmentInspection): readonly HeldValue[] {
  return read(inspection).values;
}

const ORDER: readonly Reach[] = ['nowhere', 'texts', 'everywhere'];

function isAtLeast(reach: Reach, other: Reach): boolean {
  return ORDER.indexOf(reach) >= ORDER.indexOf(other);
}

function reachOut(reaches: Reaches, value: string, type: MaskedType, reach: Reach): void {
  if (reach === 'nowhere') return;
  widen(reaches, value, reach);
  const part = tellingPartOf(value, type);
  if (part !== undefined) widen(reaches, part, isMarked(part) ? reach : 'texts');
}

function widen(reaches: Reaches, value: string, reach: Reach): void {
  const before = reaches.get(value);
  if (before === undefined || !isAtLeast(before, reach)) reaches.set(value, reach);
}

/** What the turns of a request hold: of most of them it was read for an earlier request, and is not changed any more. */
interface HeldByTurns {
  readonly base: Reaches;
  readonly own: Reaches;
}

/** From so many values on what is new becomes part of the base. */
const MOST_OWN = 64;

const byTurns = new WeakMap<Turns, HeldByTurns>();

function heldByTurns(turns: Turns): HeldByTurns {
  let held = byTurns.get(turns);
  if (held !== undefined) return held;
  const { inspections, previous } = turns;
  const before = previous && byTurns.get(previous);
  const own: Reaches = new Map(before?.own);
  for (let index = before === undefined ? 0 : previous!.inspections.length; index < inspections.length; index++)
    for (const [value, reach] of read(inspections[index]!).reaches) widen(own, value, reach);
  held = { base: before?.base ?? new Map(), own };
  if (own.size > MOST_OWN) {
    const base: Reaches = new Map(held.base);
    for (const [value, reach] of own) widen(base, value, reach);
    held = { base, own: new Map() };
  }
  byTurns.set(turns, held);
  return held;
}

/** What one request holds. */
export class HeldValues {
  readonly parts: readonly Part[];
  readonly remembered: readonly RememberedValue[];
  readonly #turns: readonly HeldByTurns[];
  readonly #others: Reaches = new Map();

  /** `remembered`: what earlier requests masked on which this one builds. */
  constructor(parts: readonly Part[], remembered: readonly RememberedValue[]) {
    this.parts = parts;
    this.remembered = remembered;
    this.#turns = parts.filter(isTurns).map(heldByTurns);
    for (const part of parts)
      if (!isTurns(part) && part.hasFindings) for (const [value, reach] of read(part).reaches) widen(this.#others, value, reach);
    for (const { type, value } of remembered)
      if (type !== 'literal') reachOut(this.#others, value, type, reachOf(value, { type, confidence: REMEMBERED_CONFIDENCE }));
  }

  /** The value is searched for in such a text. */
  reaches(value: string, isDefinition: boolean): boolean {
    return (
      isFarEnough(this.#others.get(value), isDefinition) ||
      this.#turns.some(({ base, own }) => isFarEnough(own.get(value), isDefinition) || isFarEnough(base.get(value), isDefinition))
    );
  }
}

function isFarEnough(reach: Reach | undefined, isDefinition: boolean): boolean {
  return reach === 'everywhere' || (reach === 'texts' && !isDefinition);
}
