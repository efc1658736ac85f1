// One record as the rules see it: fields by slot, their texts and lower-cased texts made when first asked for.
// One view serves all records in turn; a generation number tells what belongs to the current one, so nothing is cleared.
import type { FieldValue, LogEvent } from '../event.ts';
import { KEYWORDS } from '../rules/model.ts';

import type { FieldNames } from './names.ts';

/** Several texts when the record holds a list. */
export type Texts = string | readonly string[];

const INITIAL = 512;

export class EventView {
  /** Counts records; starts at 1, so that 0 is never current. */
  generation = 0;
  readonly names: FieldNames;
  readonly #keywordSlot: number;
  #event: LogEvent | undefined;
  #values: (FieldValue | undefined)[] = [];
  #texts: (Texts | undefined)[] = [];
  #lowers: (Texts | undefined)[] = [];
  #valueStamp = new Float64Array(INITIAL);
  #textStamp = new Float64Array(INITIAL);
  #lowerStamp = new Float64Array(INITIAL);
  #rank = new Int32Array(INITIAL);

  constructor(names: FieldNames) {
    this.names = names;
    this.#keywordSlot = names.slot(KEYWORDS);
  }

  /** Slots may have been added since the last record. */
  reserve(): void {
    const size = this.names.size;
    if (size <= this.#rank.length) return;
    const grow = (before: Float64Array<ArrayBuffer>) => {
      const after = new Float64Array(size * 2);
      after.set(before);
      return after;
    };
    this.#valueStamp = grow(this.#valueStamp);
    this.#textStamp = grow(this.#textStamp);
    this.#lowerStamp = grow(this.#lowerStamp);
    this.#rank = new Int32Array(size * 2);
  }

  show(event: LogEvent): void {
    const generation = ++this.generation;
    this.#event = event;
    const fields = event.fields;
    // Only own names: what a record calls `constructor` is a field, what objects inherit is not.
    for (const key in fields) {
      const targets = this.names.targets(key);
      if (targets === undefined || !Object.hasOwn(fields, key)) continue;
      const value = fields[key];
      for (let index = 0; index < targets.length; index += 2) {
        const slot = targets[index] as number;
        const rank = targets[index + 1] as number;
        if (this.#valueStamp[slot] === generation && (this.#rank[slot] as number) <= rank) continue;
        this.#valueStamp[slot] = generation;
        this.#rank[slot] = rank;
        this.#values[slot] = value;
      }
    }
  }

  /** Undefined: not there. */
  value(slot: number): FieldValue | undefined {
    return this.#valueStamp[slot] === this.generation ? this.#values[slot] : undefined;
  }

  /** Undefined: not there, or null. */
  text(slot: number): Texts | undefined {
    if (this.#textStamp[slot] === this.generation) return this.#texts[slot];
    this.#textStamp[slot] = this.generation;
    const texts = slot === this.#keywordSlot ? this.#event?.text() : textOf(this.value(slot));
    this.#texts[slot] = texts;
    return texts;
  }

  lower(slot: number): Texts | undefined {
    if (this.#lowerStamp[slot] === this.generation) return this.#lowers[slot];
    this.#lowerStamp[slot] = this.generation;
    const texts = this.text(slot);
    const lower = typeof texts === 'string' ? texts.toLowerCase() : texts?.map((text) => text.toLowerCase());
    this.#lowers[slot] = lower;
    return lower;
  }
}

function textOf(value: FieldValue | undefined): Texts | undefined {
  if (typeof value === 'string') return value;
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'object') return String(value);
  const texts = value.filter((item) => item !== null).map(String);
  return texts.length === 1 ? texts[0] : texts.length === 0 ? undefined : texts;
}
