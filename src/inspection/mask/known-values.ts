// Values that a request holds, searched for everywhere else in it: a name that stood beside its label in one message stands alone in the next,
// or percent-encoded in a URL, a number with other separators, a host by its first label. What has been masked in one place is masked in all.
import { atOnce, type Work } from '../work.ts';
import { DigitIndex, digitKeysOf, digitProbesOf, digitsInRuns } from './digit-index.ts';
import { encodedForms, hasBase64Core, mayBeEncoded, type EncodedForm } from './encoded-forms.ts';
import type { Accepts, KnownValue, Occurrence, ValueSource } from './known-value.ts';
import type { MaskedType } from './placeholders.ts';
import { ignoresCase, tellingPartOf } from './propagation.ts';
import { TextIndex } from './text-index.ts';

/** Shorter ones would be found everywhere: `Li` in an abbreviation, `12` in a time. */
const LEAST_ASCII = 3;
const LEAST_OTHER = 2;
/** Encoded forms are made of so many values before others get their turn. */
const STRETCH = 256;

const ASCII = /^[^\u0080-\uffff]*$/;

/** What a text must hold one of, at least, to hold any of some values. */
export interface Probes {
  readonly texts: readonly string[];
  /** Numbers, by their digits. */
  readonly digits: readonly string[];
  readonly encoded: readonly string[];
}

export interface SearchOptions {
  readonly accepts?: Accepts;
  /** Only values that were added after so many. */
  readonly since?: number;
}

export class KnownValues {
  readonly #added: ValueSource[] = [];
  readonly #known = new Set<string>();
  readonly #plain = new TextIndex({ isAnywhere: false });
  readonly #encoded = new TextIndex({ isAnywhere: true });
  readonly #digits = new DigitIndex();
  readonly #forms = new WeakMap<ValueSource, readonly EncodedForm[]>();
  /** So many values are in the index of encoded forms, which is made when first needed. */
  #encodedUpTo = 0;
  #probes: { readonly from: number; readonly to: number; readonly probes: Probes } | undefined;

  /** How many values have been added; grows only. */
  get size(): number {
    return this.#added.length;
  }

  /** With the part of it that stands for all of it, where there is one. */
  add(value: string, type: MaskedType = 'other'): void {
    this.#add(value, type);
    const part = tellingPartOf(value, type);
    if (part !== undefined) this.#add(part, type);
  }

  #add(value: string, type: MaskedType): void {
    if (value.length < (ASCII.test(value) ? LEAST_ASCII : LEAST_OTHER) || this.#known.has(value)) return;
    const source: ValueSource = { value, type, number: this.#added.length };
    this.#known.add(value);
    this.#added.push(source);
    this.#plain.add({ text: value, source, form: 'plain', ignoresCase: ignoresCase(value, type) });
    for (const key of digitKeysOf(value, type === 'phone'))
      this.#digits.add(key, { text: value, source, form: 'digits', ignoresCase: false });
  }

  /** Of the values that were added after the first `from`. */
  probesSince(from: number): Probes {
    const to = this.#added.length;
    if (this.#probes?.from === from && this.#probes.to === to) return this.#probes.probes;
    const probes = { texts: [] as string[], digits: [] as string[], encoded: [] as string[] };
    for (const source of this.#added.slice(from)) {
      const { value, type } = source;
      const digits = digitProbesOf(value, type === 'phone');
      for (const each of digits) probes.digits.push(each);
      // A text that holds the value holds its digits, and the part of it that is known too.
      const part = tellingPartOf(value, type);
      if (part === undefined && (digits.length === 0 || !isOneRun(value))) probes.texts.push(value);
      if (part === undefined || !hasBase64Core(part)) for (const { text } of this.#formsOf(source)) probes.encoded.push(text);
    }
    this.#probes = { from, to, probes };
    return probes;
  }

  /** In order, not overlapping. */
  findIn(text: string): Occurrence[] {
    return joined(atOnce(this.occurrences(text)));
  }

  /** In no order, and overlapping where a part of the text is several things. */
  *occurrences(text: string, { accepts: isAccepted = () => true, since = 0 }: SearchOptions = {}): Work<Occurrence[]> {
    const found: Occurrence[] = [];
    if (this.#added.length <= since) return found;
    const accepts: Accepts = since === 0 ? isAccepted : (known) => known.source.number >= since && isAccepted(known);
    for (const index of [this.#plain, this.#digits]) {
      const state = { at: 0, from: 0 };
      while (index.search(text, accepts, found, state)) yield;
    }
    if (!mayBeEncoded(text)) return found;
    yield* this.#indexEncoded();
    const state = { at: 0, from: 0 };
    while (this.#encoded.search(text, accepts, found, state)) yield;
    return found;
  }

  *#indexEncoded(): Work<void> {
    for (; this.#encodedUpTo < this.#added.length; this.#encodedUpTo++) {
      const source = this.#added[this.#encodedUpTo]!;
      for (const { text, form } of this.#formsOf(source)) this.#encoded.add(encoded(text, form, source));
      if (this.#encodedUpTo % STRETCH === STRETCH - 1) yield;
    }
  }

  #formsOf(source: ValueSource): readonly EncodedForm[] {
    let forms = this.#forms.get(source);
    if (forms === undefined) this.#forms.set(source, (forms = encodedForms(source.value)));
    return forms;
  }
}

function isOneRun(value: string): boolean {
  const digits = digitsInRuns(value);
  return digits !== '' && !digits.includes(' ');
}

function encoded(text: string, form: EncodedForm['form'], source: ValueSource): KnownValue {
  return { text, source, form, ignoresCase: form !== 'base64' && ignoresCase(source.value, source.type) };
}

/** What overlaps becomes one, named after the longest of it. */
function joined(found: Occurrence[]): Occurrence[] {
  const apart: Occurrence[] = [];
  for (const occurrence of found.sort((a, b) => a.start - b.start || b.end - a.end)) {
    const last = apart.at(-1);
    if (last === undefined || last.end <= occurrence.start) apart.push(occurrence);
    else if (occurrence.end > last.end) {
      const { known } = occurrence.end - occurrence.start > last.end - last.start ? occurrence : last;
      apart[apart.length - 1] = { start: last.start, end: occurrence.end, known };
    }
  }
  return apart;
}
