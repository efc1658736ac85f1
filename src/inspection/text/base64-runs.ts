// Runs of base64 in a text that decode to readable text: headers of basic authentication, secrets of Kubernetes, parts of mail. Most words of 16
// characters are no base64 and are refused by their first bytes. Pictures, archives and keys are no text; what the text says is looked at elsewhere.

export interface Base64Run {
  readonly start: number;
  readonly end: number;
  readonly decoded: string;
}

/** What may still be spent on one text. */
export interface Base64Budget {
  runs: number;
  bytes: number;
}

export const base64Budget = (): Base64Budget => ({ runs: 256, bytes: 65_536 });

/** Shorter ones are everywhere by chance. */
const LEAST = 16;
const NONE = 255;

const VALUES = new Uint8Array(128).fill(NONE);
for (const alphabet of ['+/', '-_']) {
  const characters = `ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789${alphabet}`;
  for (let value = 0; value < characters.length; value++) VALUES[characters.charCodeAt(value)] = value;
}

/** In order, not overlapping. */
export function base64RunsIn(text: string, budget: Base64Budget): Base64Run[] {
  const found: Base64Run[] = [];
  let at = 0;
  // Every sixteenth character first: a run covers one of them, so that other text costs a fraction of its length.
  while (at + LEAST <= text.length && budget.runs > 0 && budget.bytes > 0) {
    let probe = at + LEAST - 1;
    while (probe >= at && isBase64(text, probe)) probe--;
    if (probe >= at) {
      at = probe + 1;
      continue;
    }
    let end = at + LEAST;
    while (isBase64(text, end)) end++;
    const past = pastLines(text, at, end);
    const run = (past > end ? decodedRun(text, at, past, budget) : undefined) ?? within(text, at, end, budget);
    if (run !== undefined) found.push(run);
    // A line of a certificate or a picture is no text because it happens to read as some.
    at = run?.end ?? past;
  }
  return found;
}

function isBase64(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code < 128 && VALUES[code] !== NONE;
}

/** Lines of mail and of PEM have 64 to 76 characters; shorter full lines than this are words. */
const LEAST_LINE = 40;

/** Where a block ends that goes on in full lines of the same length and a last one; `end` where nothing follows. */
function pastLines(text: string, start: number, end: number): number {
  const length = end - start;
  if (length < LEAST_LINE || length % 4 !== 0) return end;
  let reached = end;
  for (;;) {
    let next = reached;
    if (text[next] === '\r') next++;
    if (text[next] !== '\n') return reached;
    next++;
    // Indented in YAML.
    for (let blanks = 0; text[next] === ' ' && blanks < 16; blanks++) next++;
    let stop = next;
    while (stop - next <= length && isBase64(text, stop)) stop++;
    const isFull = stop - next === length;
    if (stop - next < 2 || stop - next > length || !(isFull || isEndOfLine(text, stop))) return reached;
    reached = stop;
    if (!isFull) return reached;
  }
}

function isEndOfLine(text: string, at: number): boolean {
  const next = text[at];
  return next === undefined || next === '=' || next === '\n' || next === '\r' || next === '"' || next === "'";
}

/** So many separators of a path may stand before a payload. */
const MOST_SEPARATORS = 4;

/** The whole run, or what lies behind a `/`, `-` or `_` of a path or an option. */
function within(text: string, start: number, end: number, budget: Base64Budget): Base64Run | undefined {
  const whole = decodedRun(text, start, end, budget);
  if (whole !== undefined) return whole;
  if (start === 0 && text.length > LEAST * 2)
    // The text may be a piece that begins in the midst of a run, and of a character.
    for (let skip = 1; skip < 8; skip++) {
      const rest = decodedRun(text, start + skip, end, budget);
      if (rest !== undefined) return rest;
    }
  let from = start;
  for (let separators = 0; separators < MOST_SEPARATORS; separators++) {
    while (from < end && VALUES[text.charCodeAt(from)]! < 62) from++;
    if (end - ++from < LEAST) return undefined;
    const rest = decodedRun(text, from, end, budget);
    if (rest !== undefined) return rest;
  }
  return undefined;
}

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
/** Colours of a terminal can be read. */
const UNREADABLE = new RegExp(`(?![\\t\\n\\r${String.fromCharCode(0x1b)}])\\p{Cc}`, 'u');

function decodedRun(text: string, start: number, end: number, budget: Base64Budget): Base64Run | undefined {
  const head = headOf(text, start, end);
  if (head === undefined) return undefined;
  const bytes = Buffer.from(text.slice(start, end), 'base64').subarray(0, budget.bytes);
  budget.bytes -= bytes.length;
  budget.runs--;
  const decoded = head === 'utf-16' ? bytes.toString('utf16le') : utf8Of(bytes);
  if (decoded === undefined || UNREADABLE.test(decoded)) return undefined;
  let past = end;
  while (past < end + 2 && text[past] === '=') past++;
  return { start, end: past, decoded };
}

function utf8Of(bytes: Uint8Array): string | undefined {
  // A character that is cut at the end is let go: a tool may have cut the text, or a window.
  for (let cut = 0; cut < 4; cut++)
    try {
      return strict.decode(bytes.subarray(0, bytes.length - cut));
    } catch {
      if (bytes.length <= cut || bytes[bytes.length - 1 - cut]! < 0x80) return undefined;
    }
  return undefined;
}

/** By the first twelve bytes: UTF-8 or UTF-16 (Latin, as PowerShell takes it) that can be read, or neither. */
function headOf(text: string, start: number, end: number): 'utf-8' | 'utf-16' | undefined {
  if (end - start < LEAST) return undefined;
  let isWide = true;
  let isNarrow = true;
  let following = 0;
  let value = 0;
  for (let index = 0; index < LEAST; index++) {
    value = (value << 6) | VALUES[text.charCodeAt(start + index)]!;
    if (index % 4 === 0) continue;
    // With each character but the first of four a byte is complete.
    const byte = (value >>> (6 - 2 * (index % 4))) & 0xff;
    const position = (index >> 2) * 3 + (index % 4) - 1;
    if (position % 2 === 1 ? byte !== 0 : byte < 9 || byte > 0x7e) isWide = false;
    if (following > 0) {
      if ((byte & 0xc0) !== 0x80) isNarrow = false;
      following--;
    } else if (byte >= 0x80) {
      if (byte < 0xc2 || byte > 0xf4) isNarrow = false;
      following = byte >= 0xf0 ? 3 : byte >= 0xe0 ? 2 : 1;
    } else if (byte < 0x20 ? byte !== 9 && byte !== 10 && byte !== 13 && byte !== 0x1b : byte === 0x7f) isNarrow = false;
    if (!isNarrow && !isWide) return undefined;
  }
  return isNarrow ? 'utf-8' : 'utf-16';
}
