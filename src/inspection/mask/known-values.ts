// Values that a conversation has masked once, searched for everywhere else: a name that stood beside its label in one message stands alone
// in the next, or percent-encoded in a URL, as \uXXXX in a log, as base64 in a header. What has been masked in one place is masked in all.

export interface KnownValue {
  /** What stands in the text: the value or one of its encodings. */
  readonly text: string;
  readonly value: string;
  readonly form: 'plain' | 'percent' | 'unicode-escape' | 'base64';
}

export interface Occurrence {
  readonly start: number;
  readonly end: number;
  readonly known: KnownValue;
}

/** Shorter ones would be found everywhere: `Li` in an abbreviation, `12` in a time. */
const LEAST_ASCII = 3;
const LEAST_OTHER = 2;
/** Bytes from which a base64 core is long enough to mean this value and no other. */
const LEAST_BASE64_BYTES = 8;
/** How far around a base64 core its run is taken as one. */
const LONGEST_BASE64_SIDE = 4096;

const ASCII = /^[^\u0080-\uffff]*$/;
const ESCAPES = /%[0-9A-Fa-f]{2}|\\u[0-9A-Fa-f]{4}/;
const RUNS = /[A-Za-z0-9+/_-]{11,}/g;
/** Base64 of a text has capitals all over; words and most names have not. */
const TWO_CAPITALS = /[A-Z][^A-Z]*[A-Z]/;

/** False: the text holds no encoded form of anything. */
export function mayBeEncoded(text: string): boolean {
  if (ESCAPES.test(text)) return true;
  for (const [run] of text.matchAll(RUNS)) if (TWO_CAPITALS.test(run) && /[a-z]/.test(run)) return true;
  return false;
}

export class KnownValues {
  readonly #values: string[] = [];
  readonly #known = new Set<string>();
  readonly #plain = new StartIndex();
  readonly #encoded = new StartIndex();
  /** So many values are in the index of encoded forms, which is made when first needed. */
  #encodedUpTo = 0;

  /** How many values are searched for; grows only. */
  get size(): number {
    return this.#values.length;
  }

  add(value: string): void {
    if (value.length < (ASCII.test(value) ? LEAST_ASCII : LEAST_OTHER) || this.#known.has(value)) return;
    this.#known.add(value);
    this.#values.push(value);
    this.#plain.add({ text: value, value, form: 'plain' });
  }

  /** The values that were added after the first `from`; with their encoded forms where a text may hold any. */
  textsSince(from: number, withEncoded: boolean): readonly string[] {
    const values = this.#values.slice(from);
    return withEncoded ? [...values, ...values.flatMap((value) => encodedForms(value).map(({ text }) => text))] : values;
  }

  /** In order, not overlapping, the longest at each place. */
  findIn(text: string): Occurrence[] {
    if (this.#values.length === 0) return [];
    const plain = this.#plain.findIn(text);
    if (!mayBeEncoded(text)) return plain;
    for (; this.#encodedUpTo < this.#values.length; this.#encodedUpTo++)
      for (const known of encodedForms(this.#values[this.#encodedUpTo]!)) this.#encoded.add(known);
    const encoded = this.#encoded.findIn(text);
    return encoded.length === 0 ? plain : merged(plain, encoded);
  }
}

function merged(plain: readonly Occurrence[], encoded: readonly Occurrence[]): Occurrence[] {
  const apart = plain.filter(({ start, end }) => !encoded.some((other) => other.start < end && start < other.end));
  return [...apart, ...encoded].sort((a, b) => a.start - b.start);
}

const FIRST_BITS = 0xff;

/** Texts by how they begin. */
class StartIndex {
  readonly #byStart = new Map<number, KnownValue[]>();
  /** Last bits of first code units, for a quick no. */
  readonly #first = new Uint8Array(FIRST_BITS + 1);

  add(known: KnownValue): void {
    const key = startKey(known.text, 0);
    this.#first[known.text.charCodeAt(0) & FIRST_BITS] = 1;
    const others = this.#byStart.get(key);
    if (others === undefined) this.#byStart.set(key, [known]);
    else {
      others.push(known);
      // The longest first.
      others.sort((a, b) => b.text.length - a.text.length);
    }
  }

  findIn(text: string): Occurrence[] {
    const found: Occurrence[] = [];
    const first = this.#first;
    const last = text.length - 1;
    for (let at = 0; at < last; at++) {
      if (first[text.charCodeAt(at) & FIRST_BITS] === 0) continue;
      const candidates = this.#byStart.get(startKey(text, at));
      if (candidates === undefined) continue;
      for (const known of candidates) {
        const occurrence = occurrenceAt(text, at, known, found.at(-1)?.end ?? 0);
        if (occurrence === undefined) continue;
        found.push(occurrence);
        at = occurrence.end - 1;
        break;
      }
    }
    return found;
  }
}

function encodedForms(value: string): readonly KnownValue[] {
  return [
    ...percentForms(value).map((text): KnownValue => ({ text, value, form: 'percent' })),
    ...unicodeForms(value).map((text): KnownValue => ({ text, value, form: 'unicode-escape' })),
    ...base64Cores(value).map((text): KnownValue => ({ text, value, form: 'base64' })),
  ];
}

function startKey(text: string, at: number): number {
  return text.charCodeAt(at) * 0x10000 + text.charCodeAt(at + 1);
}

function occurrenceAt(text: string, at: number, known: KnownValue, from: number): Occurrence | undefined {
  if (!text.startsWith(known.text, at)) return undefined;
  const end = at + known.text.length;
  if (known.form === 'base64') {
    let [start, stop] = [at, end];
    while (start > from && at - start < LONGEST_BASE64_SIDE && isBase64(text.charCodeAt(start - 1))) start--;
    while (stop < text.length && stop - end < LONGEST_BASE64_SIDE && isBase64(text.charCodeAt(stop))) stop++;
    return { start, end: stop, known };
  }
  // A word inside a longer word is another word.
  if (isWord(text.charCodeAt(at)) && at > 0 && isWord(text.charCodeAt(at - 1))) return undefined;
  if (isWord(text.charCodeAt(end - 1)) && isWord(text.charCodeAt(end))) return undefined;
  return { start: at, end, known };
}

/** ASCII letters and digits. NaN (past the end) is none. */
function isWord(code: number): boolean {
  return (code >= 0x30 && code <= 0x39) || (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a);
}

function isBase64(code: number): boolean {
  return isWord(code) || code === 0x2b || code === 0x2f || code === 0x2d || code === 0x5f || code === 0x3d;
}

function percentForms(value: string): readonly string[] {
  let encoded: string;
  try {
    encoded = encodeURIComponent(value);
  } catch {
    // A lone surrogate has no such form.
    return [];
  }
  if (encoded === value) return [];
  const form = encoded.replaceAll('%20', '+');
  const lower = encoded.replaceAll(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase());
  return [...new Set([encoded, form, lower, encodeURI(value)])].filter((text) => text !== value);
}

/** As JSON encoders write that keep to ASCII. */
function unicodeForms(value: string): readonly string[] {
  if (ASCII.test(value)) return [];
  const escape = (hex: (code: string) => string) =>
    value.replaceAll(/[\u0080-\uffff]/g, (unit) => `\\u${hex(unit.charCodeAt(0).toString(16).padStart(4, '0'))}`);
  return [escape((hex) => hex), escape((hex) => hex.toUpperCase())];
}

/** What the base64 of any text around the value holds, whatever stands before and behind it; both alphabets. */
function base64Cores(value: string): readonly string[] {
  const bytes = Buffer.from(value, 'utf8');
  if (bytes.length < LEAST_BASE64_BYTES) return [];
  const cores = new Set<string>();
  for (let shift = 0; shift < 3; shift++) {
    const encoded = Buffer.concat([Buffer.alloc(shift), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    // Characters that neighbours share are left out on both sides.
    const from = [0, 2, 3][shift]!;
    const to = (shift + bytes.length) % 3 === 0 ? encoded.length : encoded.length - 1;
    const core = encoded.slice(from, to);
    cores.add(core);
    cores.add(core.replaceAll('+', '-').replaceAll('/', '_'));
  }
  return [...cores];
}
