// How a value stands in a text that encodes it: percent-encoded in a URL, as \uXXXX in a log, inside base64 in a header.

export interface EncodedForm {
  readonly text: string;
  readonly form: 'percent' | 'unicode-escape' | 'base64';
}

/** Bytes from which a base64 core is long enough to mean this value and no other. */
const LEAST_BASE64_BYTES = 8;

const ASCII = /^[^\u0080-\uffff]*$/;
const ESCAPES = /%[0-9A-Fa-f]{2}|\\u[0-9A-Fa-f]{4}/;
/** Shorter runs hold no core of any value. */
const LEAST_RUN = 11;
/** Base64 of a text has capitals all over; words and most names have not. */
const LEAST_CAPITALS = 2;

const SMALL = 1;
const CAPITAL = 2;
const OTHER = 3;
const BASE64 = new Uint8Array(128);
for (let code = 0x61; code <= 0x7a; code++) BASE64[code] = SMALL;
for (let code = 0x41; code <= 0x5a; code++) BASE64[code] = CAPITAL;
for (const character of '0123456789+/-_') BASE64[character.charCodeAt(0)] = OTHER;

function kindAt(text: string, at: number): number {
  const code = text.charCodeAt(at);
  return code < 128 ? BASE64[code]! : 0;
}

/** False: the text holds no encoded form of anything. */
export function mayBeEncoded(text: string): boolean {
  if ((text.includes('%') || text.includes('\\u')) && ESCAPES.test(text)) return true;
  // Every eleventh character first: a run covers one of them.
  for (let at = 0; at + LEAST_RUN <= text.length;) {
    let probe = at + LEAST_RUN - 1;
    while (probe >= at && kindAt(text, probe) !== 0) probe--;
    if (probe >= at) {
      at = probe + 1;
      continue;
    }
    let capitals = 0;
    let small = 0;
    for (let kind = kindAt(text, at); kind !== 0; kind = kindAt(text, ++at)) {
      if (kind === CAPITAL) capitals++;
      else if (kind === SMALL) small++;
      if (capitals >= LEAST_CAPITALS && small > 0) return true;
    }
  }
  return false;
}

/** Its base64 is searched for. */
export function hasBase64Core(value: string): boolean {
  return value.length >= LEAST_BASE64_BYTES;
}

export function encodedForms(value: string): readonly EncodedForm[] {
  return [
    ...percentForms(value).map((text): EncodedForm => ({ text, form: 'percent' })),
    ...unicodeForms(value).map((text): EncodedForm => ({ text, form: 'unicode-escape' })),
    ...base64Cores(value).map((text): EncodedForm => ({ text, form: 'base64' })),
  ];
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
