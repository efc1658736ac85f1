// Which values a request holds, and how far beyond the place where it stands each is searched for. What a provider signed names values too, but
// what its model said there is the provider's own: it adds none.
import type { MaskedType, RememberedValue } from '../mask/placeholders.ts';
import { isMarked, reachOf, tellingPartOf, type Reach } from '../mask/propagation.ts';
import { isToken } from '../mask/suffix.ts';
import type { SensitiveType } from '../types.ts';
import type { SegmentInspection } from './segment-inspection.ts';

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

function read(inspection: SegmentInspection): { readonly values: readonly HeldValue[]; readonly reaches: Reaches } {
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

/** What one request holds. */
export class HeldValues {
  /** Those with values, in order, each once. */
  readonly inspections: ReadonlySet<SegmentInspection>;
  readonly remembered: readonly RememberedValue[];
  readonly #reaches: Reaches = new Map();

  /** `remembered`: what earlier requests masked on which this one builds. */
  constructor(inspections: readonly SegmentInspection[], remembered: readonly RememberedValue[]) {
    this.inspections = new Set(inspections.filter(({ hasFindings }) => hasFindings));
    this.remembered = remembered;
    for (const inspection of this.inspections) for (const [value, reach] of read(inspection).reaches) widen(this.#reaches, value, reach);
    for (const { type, value } of remembered)
      if (type !== 'literal') reachOut(this.#reaches, value, type, reachOf(value, { type, confidence: REMEMBERED_CONFIDENCE }));
  }

  /** The value is searched for in such a text. */
  reaches(value: string, isDefinition: boolean): boolean {
    const reach = this.#reaches.get(value);
    return reach === 'everywhere' || (reach === 'texts' && !isDefinition);
  }
}
