// What of a conversation is masked under one profile: the values that are known, and the segments that have been masked already. A segment is
// masked again when something that was learned since stands in it, or when the request holds other values of those that stand in it.
import { rewriteDeep, type DeepEdit } from '#slots';
import type { Finding } from '../detect/detector.ts';
import type { Accepts } from '../mask/known-value.ts';
import { KnownValues } from '../mask/known-values.ts';
import { masking } from '../mask/mask-text.ts';
import type { Placeholders, RememberedValue } from '../mask/placeholders.ts';
import { isToken } from '../mask/suffix.ts';
import type { SensitiveType } from '../types.ts';
import type { Work } from '../work.ts';
import { HeldValues, valuesHeldBy } from './held-values.ts';
import type { InspectedSlot, SegmentInspection } from './segment-inspection.ts';
import { piecesOf } from './trigrams.ts';
import { isTurns, type Turns } from './turns.ts';

/** Which types are masked towards somebody. */
export interface MaskingProfile {
  /** Profiles of one id mask the same types. */
  readonly id: string;
  masks(type: SensitiveType, label: string | undefined): boolean;
}

/** Distinct values of one request; each costs some microseconds, again in every worker. */
export const MOST_VALUES = 50_000;

export class TooManyValues extends Error {}

/** A known value that occurs in a part, and whether it counted there: another request may hold other values. */
interface Touched {
  readonly value: string;
  readonly isDefinition: boolean;
  readonly counted: boolean;
}

export interface MaskedPart {
  /** The part's own where nothing in it is masked. */
  readonly bytes: Buffer;
  readonly used: Used;
}

/** What was replaced in a part. */
export interface Used {
  readonly values: ReadonlySet<string>[];
  /** In the turns that it goes on from. */
  readonly before: Used | undefined;
}

interface Masked extends MaskedPart {
  readonly touched: ReadonlyMap<string, Touched>;
  /** How many known values have been looked for in it. */
  searched: number;
}

/** What segments are asked for before they are searched for the values after the first `from`. */
interface Pieces {
  readonly from: number;
  readonly to: number;
  readonly texts: readonly Int32Array[];
  readonly digits: readonly string[];
  readonly encoded: readonly Int32Array[];
}

/** From so many new values on, a text is searched for all of them at once; before, filters tell most texts apart from each. */
const MANY_VALUES = 32;
/** Turns of a conversation that goes on: its next one looks for new values in all of them. */
const SHORT_CONVERSATION = 4;
/** Some milliseconds of work. */
const STRETCH_CHARACTERS = 65_536;
const CHARACTERS_OF_A_VALUE = 512;

export class ProfileMemory {
  readonly #profile: MaskingProfile;
  readonly #placeholders: Placeholders;
  readonly #known = new KnownValues();
  readonly #learned = new WeakSet<SegmentInspection>();
  readonly #recalled = new Set<string>();
  readonly #segments = new WeakMap<SegmentInspection, Masked>();
  readonly #turns = new WeakMap<Turns, Masked>();
  #pieces: Pieces | undefined;
  #sinceYield = 0;

  constructor(profile: MaskingProfile, placeholders: Placeholders) {
    this.#profile = profile;
    this.#placeholders = placeholders;
  }

  /** @throws MaskingFailed, TooManyValues */
  *mask(held: HeldValues): Work<readonly MaskedPart[]> {
    const { parts, remembered } = held;
    // Every value of the request first: what one message names beside a label stands alone in another.
    const fresh = parts
      .flatMap((part) => (isTurns(part) ? this.#newIn(part) : [part]))
      .filter((inspection) => !this.#learned.has(inspection));
    this.#count(fresh);
    for (const each of remembered) this.#recall(each);
    for (const inspection of fresh) yield* this.#learn(inspection);
    const masked: MaskedPart[] = [];
    for (const part of parts) masked.push(yield* isTurns(part) ? this.#maskedTurns(part, held) : this.#masked(part, held));
    return masked;
  }

  /** The turns that have not been masked together before. */
  #newIn({ inspections, previous }: Turns): readonly SegmentInspection[] {
    return previous !== undefined && this.#turns.has(previous) ? inspections.slice(previous.inspections.length) : inspections;
  }

  /** What was learned before is not counted again: this bounds the work of one request. */
  #count(inspections: readonly SegmentInspection[]): void {
    let most = 0;
    for (const { values } of inspections) most += values.length;
    if (most <= MOST_VALUES) return;
    const distinct = new Set<string>();
    for (const inspection of inspections)
      for (const { type, label, value } of valuesHeldBy(inspection)) if (this.#profile.masks(type, label)) distinct.add(value);
    if (distinct.size > MOST_VALUES) throw new TooManyValues(`a request holds ${distinct.size} values`);
  }

  #recall(remembered: RememberedValue): void {
    const { type, value, label } = remembered;
    if (this.#recalled.has(value)) return;
    this.#recalled.add(value);
    this.#placeholders.recall(remembered);
    // Text that only looked like a placeholder is found by its looks.
    if (type !== 'literal' && this.#profile.masks(type, label)) this.#known.add(value, type);
  }

  *#learn(inspection: SegmentInspection): Work<void> {
    if (!inspection.hasFindings) return;
    for (const { type, value, label, reach } of valuesHeldBy(inspection)) {
      if (!this.#profile.masks(type, label) || this.#placeholders.of(type, value, label) === value) continue;
      if (reach !== 'nowhere') this.#known.add(value, type);
      if (this.#worked(CHARACTERS_OF_A_VALUE)) yield;
    }
    this.#learned.add(inspection);
  }

  /** It is time to let others work. */
  #worked(characters: number): boolean {
    this.#sinceYield += characters;
    if (this.#sinceYield < STRETCH_CHARACTERS) return false;
    this.#sinceYield = 0;
    return true;
  }

  *#maskedTurns(turns: Turns, held: HeldValues): Work<Masked> {
    const known = this.#turns.get(turns);
    if (known !== undefined && (yield* this.#isCurrent(known, turns.inspections, held))) return known;
    const { raw, inspections, places, previous } = turns;
    const before = known === undefined && previous !== undefined ? this.#turns.get(previous) : undefined;
    const goesOn = before !== undefined && (yield* this.#isCurrent(before, previous!.inspections, held));
    const { size } = this.#known;
    const own = new HeldValues([turns], []);
    const pieces: Buffer[] = goesOn ? [before.bytes] : [];
    const touched = new Map<string, Touched>(goesOn ? before.touched : undefined);
    const used: Used = { values: [], before: goesOn ? before.used : undefined };
    let isMasked = goesOn && before.bytes !== previous!.raw;
    let from = goesOn ? previous!.raw.length : 0;
    for (let index = goesOn ? previous!.inspections.length : 0; index < inspections.length; index++) {
      const inspection = inspections[index]!;
      const masked = yield* this.#masked(inspection, held);
      if (inspections.length > SHORT_CONVERSATION) inspection.prepare();
      isMasked ||= masked.bytes !== inspection.raw;
      // What the turns hold themselves counts in every request that goes on from them.
      for (const [key, each] of masked.touched) if (!each.counted || !own.reaches(each.value, each.isDefinition)) touched.set(key, each);
      for (const each of masked.used.values) if (each.size > 0) used.values.push(each);
      pieces.push(raw.subarray(from, places[index * 2]), masked.bytes);
      from = places[index * 2 + 1]!;
    }
    const masked: Masked = { bytes: isMasked ? Buffer.concat(pieces) : raw, touched, used, searched: size };
    this.#turns.set(turns, masked);
    return masked;
  }

  *#masked(inspection: SegmentInspection, held: HeldValues): Work<Masked> {
    const known = this.#segments.get(inspection);
    if (known !== undefined && (yield* this.#isCurrent(known, [inspection], held))) return known;
    const masked = yield* this.#make(inspection, held);
    this.#segments.set(inspection, masked);
    return masked;
  }

  /** Of what stands in it the same counts, and nothing that was learned since it was masked stands in it. */
  *#isCurrent(masked: Masked, inspections: readonly SegmentInspection[], held: HeldValues): Work<boolean> {
    for (const { value, isDefinition, counted } of masked.touched.values()) if (held.reaches(value, isDefinition) !== counted) return false;
    const { searched } = masked;
    const { size } = this.#known;
    if (searched === size) return true;
    const pieces = size - searched < MANY_VALUES ? this.#piecesSince(searched) : undefined;
    for (const inspection of inspections) {
      if (pieces !== undefined && !this.#mayHold(inspection, pieces)) continue;
      for (const { text } of inspection.slots) {
        if ((yield* this.#known.occurrences(text, { since: searched })).length > 0) return false;
        if (this.#worked(text.length)) yield;
      }
    }
    masked.searched = size;
    return true;
  }

  /** One of the values learned since then may stand in the segment. */
  #mayHold({ trigrams, mayBeEncoded }: SegmentInspection, { texts, digits, encoded }: Pieces): boolean {
    for (const text of texts) if (trigrams.mayHoldPieces(text)) return true;
    for (const number of digits) if (trigrams.mayHoldDigits(number)) return true;
    if (mayBeEncoded) for (const text of encoded) if (trigrams.mayHoldPieces(text)) return true;
    return false;
  }

  /** Of the values that were added since then. */
  #piecesSince(searched: number): Pieces {
    const to = this.#known.size;
    if (this.#pieces?.from === searched && this.#pieces.to === to) return this.#pieces;
    const { texts, digits, encoded } = this.#known.probesSince(searched);
    return (this.#pieces = { from: searched, to, texts: texts.map(piecesOf), digits, encoded: encoded.map(piecesOf) });
  }

  *#make({ raw, source, slots }: SegmentInspection, held: HeldValues): Work<Masked> {
    const searched = this.#known.size;
    const edits: DeepEdit[] = [];
    const touched = new Map<string, Touched>();
    const used = new Set<string>();
    for (const inspected of slots) {
      const { slot, containers, text, encode } = inspected;
      const [isSigned, isDefinition] = [slot.kind === 'signed', slot.kind === 'definition'];
      const accepts: Accepts = ({ source: { value } }) => {
        const counted = held.reaches(value, isDefinition);
        touched.set(isDefinition ? `definition ${value}` : value, { value, isDefinition, counted });
        return counted;
      };
      const input = { text, findings: isSigned ? [] : this.#chosen(inspected), isSigned, accepts };
      const masked = yield* masking(input, this.#placeholders, this.#known, used);
      if (masked !== text) edits.push({ slot, containers, text: encode(masked) });
      if (this.#worked(text.length)) yield;
    }
    const bytes = edits.length === 0 ? raw : Buffer.from(rewriteDeep(source, edits));
    return { bytes, touched, used: { values: [used], before: undefined }, searched };
  }

  #chosen({ text, findings }: InspectedSlot): readonly Finding[] {
    if (findings.length === 0) return findings;
    // A secret's placeholder stays in answers and comes back with the history: it is no secret.
    return findings.filter(({ type, label, start, end }) => this.#profile.masks(type, label) && !isToken(text.slice(start, end)));
  }
}
