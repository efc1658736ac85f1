// Runs of base64, hexadecimal, percent, entity and escape encodings that decode to text. Most are harmless (tokens, data URLs): what the text
// says is judged by whoever asks. Decodes a bounded part, and never archives, images or anything that does not read as text.

export type Encoding = 'base64' | 'base64-utf16' | 'hex' | 'percent' | 'entities' | 'escapes';

export interface EncodedText {
  readonly encoding: Encoding;
  /** Offsets in the text that was given. */
  readonly start: number;
  readonly end: number;
  /** At most 4096 characters. */
  readonly decoded: string;
  /** Behind an option of PowerShell that runs what it decodes. */
  readonly isPowerShell: boolean;
}

/** Shorter runs say no sentence. */
const LEAST_BASE64 = 28;
const LEAST_HEX = 40;
const LONGEST_RUN = 8_192;
const LONGEST_DECODED = 4_096;
/** For one text: enough for any real payload, little enough for a hostile one. */
const MOST_RUNS = 256;
const MOST_TRIED_UNITS = 262_144;

type Decode = (text: string, start: number, end: number) => EncodedText | undefined;

interface Budget {
  runs: number;
  units: number;
}

export function encodedIn(text: string): EncodedText[] {
  const found: EncodedText[] = [];
  const budget: Budget = { runs: MOST_RUNS, units: MOST_TRIED_UNITS };
  longRuns(text, BASE64, LEAST_BASE64, budget, found, decodeLongRun);
  for (const [mark, pattern, encoding, decode] of ESCAPED) {
    let from = 0;
    for (let at = text.indexOf(mark); at >= 0 && budget.runs > 0 && budget.units > 0; at = text.indexOf(mark, from)) {
      pattern.lastIndex = at;
      const run = pattern.exec(text)?.[0];
      from = at + (run?.length ?? mark.length);
      if (run === undefined) continue;
      budget.units -= run.length;
      const decoded = readable(decode(run).slice(0, LONGEST_DECODED));
      if (decoded === '') continue;
      budget.runs--;
      found.push({ encoding, start: at, end: from, decoded, isPowerShell: false });
    }
  }
  return found.sort((a, b) => a.start - b.start);
}

const BASE64 = new Uint8Array(128);
for (const character of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_') BASE64[character.charCodeAt(0)] = 1;

function isIn(table: Uint8Array, code: number): boolean {
  return code < 128 && table[code] === 1;
}

/** Looks at every `least`-th character first: a run covers one of them, so that ordinary text costs a fraction of its length. */
function longRuns(text: string, table: Uint8Array, least: number, budget: Budget, found: EncodedText[], decode: Decode): void {
  let at = 0;
  while (at + least <= text.length && budget.runs > 0 && budget.units > 0) {
    let probe = at + least - 1;
    while (probe >= at && isIn(table, text.charCodeAt(probe))) probe--;
    if (probe >= at) {
      at = probe + 1;
      continue;
    }
    let end = at + least;
    while (end < text.length && isIn(table, text.charCodeAt(end))) end++;
    end = overLines(text, table, end);
    budget.units -= Math.min(end - at, LONGEST_RUN);
    const payload = decode(text, at, end);
    if (payload !== undefined) {
      found.push(payload);
      budget.runs--;
    }
    at = end;
  }
}

/** Base64 in lines of equal length, as mail and PEM write it: goes on over ends of lines while full lines follow. */
function overLines(text: string, table: Uint8Array, from: number): number {
  let end = from;
  for (;;) {
    let next = end;
    if (text[next] === '\r') next++;
    if (text[next] !== '\n') return end;
    next++;
    const start = next;
    while (next < text.length && isIn(table, text.charCodeAt(next))) next++;
    const after = text[next];
    if (next - start < 4 || !(after === undefined || after === '\n' || after === '\r' || after === '=')) return end;
    end = next;
  }
}

const HEX_ONLY = /^(?:0x)?[0-9a-fA-F]+$/;
const POWERSHELL_BEFORE = /-e(?:n(?:c(?:odedcommand)?)?)?[ \t]{1,4}["']?$/i;

function decodeLongRun(text: string, start: number, end: number): EncodedText | undefined {
  const run = text.slice(start, Math.min(end, start + LONGEST_RUN)).replaceAll(/[\r\n]+/g, '');
  if (HEX_ONLY.test(run)) {
    if (run.length < LEAST_HEX) return undefined;
    const decoded = textOf(Buffer.from(run.startsWith('0x') ? run.slice(2) : run, 'hex'));
    return decoded === '' ? undefined : { encoding: 'hex', start, end, decoded, isPowerShell: false };
  }
  const isPowerShell = POWERSHELL_BEFORE.test(text.slice(Math.max(0, start - 24), start));
  // A path or an option name may run into the payload: `--data=…`, `/x/…`. Payloads start at one of four phases at most.
  for (const skip of [0, 1, 2, 3]) {
    const bytes = Buffer.from(run.slice(skip, skip + LONGEST_DECODED * 2), 'base64');
    const wide = isUtf16(bytes);
    const decoded = wide ? readable(bytes.subarray(0, bytes.length & ~1).toString('utf16le')) : textOf(bytes);
    if (decoded === '') continue;
    return {
      encoding: wide ? 'base64-utf16' : 'base64',
      start: start + skip,
      end,
      decoded: decoded.slice(0, LONGEST_DECODED),
      isPowerShell,
    };
  }
  return undefined;
}

/** Latin text in UTF-16LE has a zero in every other byte. */
function isUtf16(bytes: Uint8Array): boolean {
  if (bytes.length < 16) return false;
  let zeros = 0;
  const most = Math.min(bytes.length, 256);
  for (let at = 1; at < most; at += 2) if (bytes[at] === 0) zeros++;
  return zeros * 2 >= (most >> 1) * 1.6;
}

function textOf(bytes: Uint8Array): string {
  // What does not begin as text does not become text: most runs are refused by their first bytes.
  const head = readable(new TextDecoder().decode(bytes.subarray(0, 24)), 1);
  return head === '' ? '' : readable(new TextDecoder().decode(bytes)).slice(0, LONGEST_DECODED);
}

/** The text when it reads as text, else ''. `cut` characters at the end may be broken off. */
function readable(text: string, cut = 0): string {
  if (text.length < 8) return '';
  const strange = text.slice(0, text.length - cut).match(/(?![\t\n\r])[\p{Cc}\ufffd]/gu)?.length ?? 0;
  if (strange * 50 > text.length) return '';
  return /[a-z]{3}|[\u3040-\u9fff]{2}/i.test(text) ? text : '';
}

const ESCAPED: readonly (readonly [mark: string, pattern: RegExp, encoding: Encoding, decode: (run: string) => string])[] = [
  ['%', /(?:%[0-9a-fA-F]{2}[a-zA-Z0-9._~-]{0,2}){8,2048}/y, 'percent', percent],
  ['&#', /(?:&#(?:\d{2,6}|[xX][0-9a-fA-F]{2,5});?[ ]?){7,1024}&#(?:\d{2,6}|[xX][0-9a-fA-F]{2,5});?/y, 'entities', entities],
  ['\\u', /(?:\\u[0-9a-fA-F]{4}[ ]?){7,1024}\\u[0-9a-fA-F]{4}/y, 'escapes', escapes],
  ['\\x', /(?:\\x[0-9a-fA-F]{2}){8,2048}/y, 'escapes', escapes],
];

function percent(run: string): string {
  const bytes = Buffer.from(
    run.replaceAll(/%([0-9a-fA-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  );
  return bytes.toString('utf8');
}

function entities(run: string): string {
  return run.replaceAll(/&#(?:[xX]([0-9a-fA-F]+)|(\d+));?/g, (_, hex: string | undefined, decimal: string | undefined) => {
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd';
  });
}

function escapes(run: string): string {
  return run.replaceAll(/\\[ux]([0-9a-fA-F]{2,4})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
