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

export class KnownValues {
  readonly #all: KnownValue[] = [];
  readonly #values = new Set<string>();
  /** By the first two code units. */
  readonly #byStart = new Map<number, KnownValue[]>();
  /** First code units, for a quick no. */
  readonly #first = new Uint8Array(0x10000);

  /** How many texts are searched for; grows only. */
  get size(): number {
    return this.#all.length;
  }

  add(value: string): void {
    if (this.#values.has(value)) return;
    this.#values.add(value);
    if (value.length < (ASCII.test(value) ? LEAST_ASCII : LEAST_OTHER)) return;
    this.#insert({ text: value, value, form: 'plain' });
    for (const text of percentForms(value)) this.#insert({ text, value, form: 'percent' });
    for (const text of unicodeForms(value)) this.#insert({ text, value, form: 'unicode-escape' });
    for (const text of base64Cores(value)) this.#insert({ text, value, form: 'base64' });
  }

  /** Those added after the first `from`. */
  since(from: number): readonly KnownValue[] {
    return this.#all.slice(from);
  }

  #insert(known: KnownValue): void {
    this.#all.push(known);
    const key = startKey(known.text, 0);
    this.#first[known.text.charCodeAt(0)] = 1;
    const others = this.#byStart.get(key);
    if (others === undefined) this.#byStart.set(key, [known]);
    else {
      others.push(known);
      // The longest first.
      others.sort((a, b) => b.text.length - a.text.length);
    }
  }

  /** In order, not overlapping, the longest at each place. */
  findIn(text: string): Occurrence[] {
    const found: Occurrence[] = [];
    if (this.#all.length === 0) return found;
    const first = this.#first;
    const last = text.length - 1;
    for (let at = 0; at < last; at++) {
      if (first[text.charCodeAt(at)] === 0) continue;
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
