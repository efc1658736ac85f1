// One conversation of one tenant: its placeholders, and for each policy the values it masks and the segments it has masked already. A memory
// and nothing more: everything in it follows from the key and the request, so that a worker that never saw the conversation masks alike.
import { rewriteDeep, type DeepEdit } from '#slots';
import type { Finding } from '../detect/detector.ts';
import { KnownValues } from '../mask/known-values.ts';
import { maskText } from '../mask/mask-text.ts';
import { Placeholders, type PlaceholderOptions, type RememberedValue } from '../mask/placeholders.ts';
import { isToken } from '../mask/suffix.ts';
import type { SensitiveType } from '../types.ts';
import type { InspectedSlot, SegmentInspection } from './segment-inspection.ts';
import type { Turns } from './turns.ts';

/** Which types are masked towards somebody. */
export interface MaskingProfile {
  /** Profiles of one id mask the same types. */
  readonly id: string;
  masks(type: SensitiveType, label: string | undefined): boolean;
}

export class Conversation {
  readonly key: Buffer;
  readonly placeholders: Placeholders;
  readonly #masks = new Map<string, ProfileMemory>();
  readonly #recalled = new Map<string, RememberedValue>();

  constructor(options: PlaceholderOptions) {
    this.key = options.key;
    this.placeholders = new Placeholders(options);
  }

  /** Takes up what was masked in requests that this process may not have seen: their values are known in every later text. */
  recall(values: readonly RememberedValue[]): void {
    for (const each of values) {
      this.placeholders.recall(each);
      if (this.#recalled.has(each.value)) continue;
      this.#recalled.set(each.value, each);
      for (const memory of this.#masks.values()) memory.recall(each);
    }
  }

  /** The bytes of each part as they may leave; the part's own where nothing in it is masked. @throws MaskingFailed */
  mask(parts: readonly Part[], profile: MaskingProfile): readonly Buffer[] {
    let memory = this.#masks.get(profile.id);
    if (memory === undefined) {
      this.#masks.set(profile.id, (memory = new ProfileMemory(profile, this.placeholders)));
      for (const each of this.#recalled.values()) memory.recall(each);
    }
    return memory.mask(parts);
  }
}

/** What is masked as one: a segment, or all turns of a conversation. */
export type Part = SegmentInspection | Turns;

interface Masked {
  readonly bytes: Buffer;
  /** How many known values have been looked for in it. */
  searched: number;
}

class ProfileMemory {
  readonly #profile: MaskingProfile;
  readonly #placeholders: Placeholders;
  readonly #known = new KnownValues();
  readonly #segments = new WeakMap<SegmentInspection, Masked>();
  readonly #turns = new WeakMap<Turns, Masked>();

  constructor(profile: MaskingProfile, placeholders: Placeholders) {
    this.#profile = profile;
    this.#placeholders = placeholders;
  }

  recall({ type, value, label }: RememberedValue): void {
    // Text that only looked like a placeholder is found by its looks.
    if (type !== 'literal' && this.#profile.masks(type, label)) this.#known.add(value);
  }

  mask(parts: readonly Part[]): readonly Buffer[] {
    // Every value of the request first: what one message names beside a label stands alone in another.
    for (const part of parts) {
      if (!isTurns(part)) this.#learn(part);
      else if (!this.#turns.has(part)) for (const inspection of this.#newIn(part)) this.#learn(inspection);
    }
    return parts.map((part) => (isTurns(part) ? this.#maskedTurns(part) : this.#masked(part)));
  }

  /** The turns that have not been masked together before. */
  #newIn({ inspections, previous }: Turns): readonly SegmentInspection[] {
    return previous !== undefined && this.#turns.has(previous) ? inspections.slice(previous.inspections.length) : inspections;
  }

  #maskedTurns(turns: Turns): Buffer {
    const known = this.#turns.get(turns);
    if (known !== undefined && this.#isCurrent(known, turns.inspections)) return known.bytes;
    const { raw, inspections, places, previous } = turns;
    const before = known === undefined && previous !== undefined ? this.#turns.get(previous) : undefined;
    const goesOn = before !== undefined && this.#isCurrent(before, previous!.inspections);
    const pieces: Buffer[] = goesOn ? [before.bytes] : [];
    let isMasked = goesOn && before.bytes !== previous!.raw;
    let from = goesOn ? previous!.raw.length : 0;
    for (let index = goesOn ? previous!.inspections.length : 0; index < inspections.length; index++) {
      const inspection = inspections[index]!;
      const bytes = this.#masked(inspection);
      isMasked ||= bytes !== inspection.raw;
      pieces.push(raw.subarray(from, places[index * 2]), bytes);
      from = places[index * 2 + 1]!;
    }
    const bytes = isMasked ? Buffer.concat(pieces) : raw;
    this.#turns.set(turns, { bytes, searched: this.#known.size });
    return bytes;
  }

  /** Nothing that was learned since it was masked stands in it. */
  #isCurrent(masked: Masked, inspections: readonly SegmentInspection[]): boolean {
    if (masked.searched !== this.#known.size && inspections.some((inspection) => this.#mayHold(inspection, masked.searched))) return false;
    masked.searched = this.#known.size;
    return true;
  }

  #learn(inspection: SegmentInspection): void {
    const { slots, hasFindings } = inspection;
    if (!hasFindings || this.#segments.has(inspection)) return;
    for (const slot of slots)
      for (const finding of this.#chosen(slot)) {
        const value = slot.text.slice(finding.start, finding.end);
        const placeholder = this.#placeholders.of(finding.type, value, finding.label);
        if (placeholder !== value) this.#known.add(value);
      }
  }

  #chosen({ slot: { kind }, text: whole, findings }: InspectedSlot): readonly Finding[] {
    if (findings.length === 0) return findings;
    const { vocabulary } = this.#placeholders;
    return findings.filter(({ type, label, start, end }) => {
      if (!this.#profile.masks(type, label)) return false;
      const text = whole.slice(start, end);
      // A secret's placeholder stays in answers and comes back with the history: it is no secret. What the provider signed has its
      // pseudonyms still.
      return !isToken(text) && !(kind === 'signed' && vocabulary.valueOf(text) !== undefined);
    });
  }

  #masked(inspection: SegmentInspection): Buffer {
    const known = this.#segments.get(inspection);
    if (known !== undefined && this.#isCurrent(known, [inspection])) return known.bytes;
    const bytes = this.#make(inspection);
    this.#segments.set(inspection, { bytes, searched: this.#known.size });
    return bytes;
  }

  /** One of the values learned since then may stand in the segment. */
  #mayHold({ slots, trigrams, mayBeEncoded }: SegmentInspection, searched: number): boolean {
    return this.#known
      .textsSince(searched, mayBeEncoded)
      .some((text) => trigrams.mayHold(text) && slots.some((slot) => slot.text.includes(text)));
  }

  #make({ raw, source, slots }: SegmentInspection): Buffer {
    const edits: DeepEdit[] = [];
    for (const inspected of slots) {
      const { slot, containers, text, encode } = inspected;
      const input = { text, findings: this.#chosen(inspected), isSigned: slot.kind === 'signed' };
      const masked = maskText(input, this.#placeholders, this.#known);
      if (masked !== text) edits.push({ slot, containers, text: encode(masked) });
    }
    return edits.length === 0 ? raw : Buffer.from(rewriteDeep(source, edits));
  }
}

function isTurns(part: Part): part is Turns {
  return 'places' in part;
}
