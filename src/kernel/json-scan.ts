// Finds the top-level members of a JSON object without parsing what lies inside them, so that a request can be judged and re-addressed
// byte for byte. Does not validate nested values: whoever parses them does. For every body that a strict parser accepts, the members
// found here are the members that parser sees; a body where parsers could disagree (a repeated or look-alike name, or bytes in which a
// lenient parser sees comments or single-quoted strings) is refused.
import { err, ok, type Result } from './result.ts';

export interface JsonMember {
  /** Byte offset of the opening quote of its name. */
  readonly nameStart: number;
  /** Byte offset of the value's first byte. */
  readonly start: number;
  /** Byte offset just past the value's last byte. */
  readonly end: number;
}

export interface JsonObjectScan {
  readonly bytes: Buffer;
  /** The wanted members that are present. */
  readonly members: ReadonlyMap<string, JsonMember>;
  /** Offset just past the opening brace: where a member can be inserted. */
  readonly bodyStart: number;
  readonly isEmpty: boolean;
}

export type JsonScanProblem =
  | { readonly kind: 'not-an-object' }
  | { readonly kind: 'syntax'; readonly offset: number }
  | { readonly kind: 'ambiguous-member'; readonly name: string };

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const COLON = 0x3a;
const COMMA = 0x2c;

// Past this many bytes the native search costs less than the loop.
const SHORT_STRING = 24;

/**
 * Scans `bytes` (UTF-8, RFC 8259) for the members named in `wanted`. Cost grows with the bytes outside long strings.
 * A name that occurs twice, or that a case-insensitive parser would take for a wanted one, is `ambiguous-member`.
 */
export function scanJsonObject(bytes: Buffer, wanted: ReadonlySet<string>): Result<JsonObjectScan, JsonScanProblem> {
  const members = new Map<string, JsonMember>();
  const scanned = scanJsonMembers(bytes, (name, nameStart, start, end) => {
    if (wanted.has(name)) {
      if (members.has(name)) return { kind: 'ambiguous-member', name };
      members.set(name, { nameStart, start, end });
    } else if (wanted.has(foldCase(name))) return { kind: 'ambiguous-member', name };
    return undefined;
  });
  return scanned.ok ? ok({ bytes, members, ...scanned.value }) : scanned;
}

/** Ranges as in `JsonMember`; a problem that it returns ends the scan. */
type MemberVisitor = (name: string, nameStart: number, start: number, end: number) => JsonScanProblem | undefined;

/**
 * Visits every member of the object that `bytes` are, in order, with its decoded name. `valueEnd` may find the end of a value itself,
 * reading inside it on the way; it returns -1 where there is none, and undefined to leave the value to the scan.
 */
export function scanJsonMembers(
  bytes: Buffer,
  visit: MemberVisitor,
  valueEnd?: (name: string, start: number) => number | undefined,
): Result<Pick<JsonObjectScan, 'bodyStart' | 'isEmpty'>, JsonScanProblem> {
  const length = bytes.length;
  let at = skipSpace(bytes, 0);
  if (bytes[at] !== OPEN_BRACE) return err({ kind: 'not-an-object' });
  const bodyStart = ++at;
  at = skipSpace(bytes, at);
  if (bytes[at] === CLOSE_BRACE) {
    at = skipSpace(bytes, at + 1);
    return at === length ? ok({ bodyStart, isEmpty: true }) : err({ kind: 'syntax', offset: at });
  }
  for (;;) {
    const nameStart = at;
    if (bytes[at] !== QUOTE) return err({ kind: 'syntax', offset: at });
    const nameEnd = skipString(bytes, at);
    if (nameEnd < 0) return err({ kind: 'syntax', offset: at });
    const name = decodeName(bytes, at, nameEnd);
    if (name === undefined) return err({ kind: 'syntax', offset: at });
    at = skipSpace(bytes, nameEnd);
    if (bytes[at] !== COLON) return err({ kind: 'syntax', offset: at });
    const start = skipSpace(bytes, at + 1);
    const end = valueEnd?.(name, start) ?? skipValue(bytes, start);
    if (end < 0) return err({ kind: 'syntax', offset: start });
    const problem = visit(name, nameStart, start, end);
    if (problem !== undefined) return err(problem);
    at = skipSpace(bytes, end);
    if (bytes[at] === COMMA) {
      at = skipSpace(bytes, at + 1);
      continue;
    }
    if (bytes[at] !== CLOSE_BRACE) return err({ kind: 'syntax', offset: at });
    at = skipSpace(bytes, at + 1);
    return at === length ? ok({ bodyStart, isEmpty: false }) : err({ kind: 'syntax', offset: at });
  }
}

/** Visits the range of every element of the array that opens at `from`. Offset past its closing bracket; -1 when it is no array. */
export function scanJsonElements(bytes: Buffer, from: number, visit: (start: number, end: number) => void): number {
  if (bytes[from] !== OPEN_BRACKET) return -1;
  let at = skipSpace(bytes, from + 1);
  if (bytes[at] === CLOSE_BRACKET) return at + 1;
  for (;;) {
    const end = skipValue(bytes, at);
    if (end < 0) return -1;
    visit(at, end);
    at = skipSpace(bytes, end);
    if (bytes[at] === CLOSE_BRACKET) return at + 1;
    if (bytes[at] !== COMMA) return -1;
    at = skipSpace(bytes, at + 1);
  }
}

/** The parsed value of a member, or undefined when it is absent or not valid JSON. */
export function memberValue(scan: JsonObjectScan, name: string): unknown {
  const member = scan.members.get(name);
  if (member === undefined) return undefined;
  try {
    return JSON.parse(scan.bytes.toString('utf8', member.start, member.end)) as unknown;
  } catch {
    return undefined;
  }
}

export interface JsonEdit {
  readonly member: string;
  /** Replacement for the value, as JSON text; null removes the member. */
  readonly json: string | null;
}

interface Cut {
  start: number;
  readonly end: number;
  readonly text: string;
}

/**
 * A copy of the object with some members' values replaced, inserted in front where absent, or removed with one comma. All other bytes
 * stay as they were. Each member may be edited once, and only members that the scan was asked for.
 */
export function editJsonObject(scan: JsonObjectScan, edits: readonly JsonEdit[]): Buffer {
  const cuts: Cut[] = [];
  let removed = 0;
  let inserted = '';
  for (const { member: name, json } of edits) {
    const member = scan.members.get(name);
    if (member === undefined) {
      if (json !== null) inserted += `${JSON.stringify(name)}:${json},`;
    } else if (json === null) {
      cuts.push({ start: member.nameStart, end: member.end, text: '' });
      removed++;
    } else cuts.push({ start: member.start, end: member.end, text: json });
  }
  cuts.sort((a, b) => a.start - b.start);
  const isEmptied = removed > 0 && cutCommas(scan, cuts);
  if (inserted !== '') {
    if (scan.isEmpty || isEmptied) inserted = inserted.slice(0, -1);
    cuts.unshift({ start: scan.bodyStart, end: scan.bodyStart, text: inserted });
  }
  let growth = 0;
  for (const cut of cuts) growth += Buffer.byteLength(cut.text) - (cut.end - cut.start);
  const edited = Buffer.allocUnsafe(scan.bytes.length + growth);
  let from = 0;
  let to = 0;
  for (const cut of cuts) {
    to += scan.bytes.copy(edited, to, from, cut.start);
    to += edited.write(cut.text, to);
    from = cut.end;
  }
  scan.bytes.copy(edited, to, from);
  return edited;
}

/** Lets each removed member take the comma behind it, and removed members at the end the one before them. True when no member is left. */
function cutCommas({ bytes, bodyStart }: JsonObjectScan, cuts: Cut[]): boolean {
  for (let index = 0; index < cuts.length; index++) {
    const cut = cuts[index]!;
    // Only what is removed begins with a name: a replaced value follows its colon.
    if (cut.text !== '') continue;
    const after = skipSpace(bytes, cut.end);
    if (bytes[after] === COMMA) {
      cuts[index] = { start: cut.start, end: after + 1, text: '' };
      continue;
    }
    let first = index;
    let before = lastBefore(bytes, cut.start);
    while (before >= bodyStart && first > 0 && cuts[first - 1]!.text === '' && cuts[first - 1]!.end === before + 1) {
      first--;
      before = lastBefore(bytes, cuts[first]!.start);
    }
    if (before < bodyStart) return true;
    cuts[first]!.start = before;
  }
  return false;
}

/** Offset of the last byte before `at` that is not white space. */
function lastBefore(bytes: Buffer, at: number): number {
  let before = at - 1;
  while (skipSpace(bytes, before) !== before) before--;
  return before;
}

function skipSpace(bytes: Buffer, from: number): number {
  let at = from;
  for (;;) {
    const byte = bytes[at];
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return at;
    at++;
  }
}

/** Offset past the closing quote of the string that opens at `open`, or -1. */
function skipString(bytes: Buffer, open: number): number {
  let at = open + 1;
  const near = Math.min(bytes.length, at + SHORT_STRING);
  while (at < near) {
    const byte = bytes[at]!;
    if (byte === QUOTE) return at + 1;
    at += byte === BACKSLASH ? 2 : 1;
  }
  for (;;) {
    const quote = bytes.indexOf(QUOTE, at);
    if (quote < 0) return -1;
    let slashes = 0;
    while (quote - 1 - slashes >= at && bytes[quote - 1 - slashes] === BACKSLASH) slashes++;
    at = quote + 1;
    if (slashes % 2 === 0) return at;
  }
}

/** Bytes that JSON has outside strings: white space, structure, digits and letters. */
const IS_OUTSIDE_STRINGS = new Uint8Array(256);
for (const byte of Buffer.from(' \t\r\n{}[]:,+-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'))
  IS_OUTSIDE_STRINGS[byte] = 1;

/** Offset past the value that begins at `from`, or -1. */
function skipValue(bytes: Buffer, from: number): number {
  const first = bytes[from];
  if (first === QUOTE) return skipString(bytes, from);
  if (first !== OPEN_BRACE && first !== OPEN_BRACKET) return skipScalar(bytes, from);
  let depth = 0;
  let at = from;
  const length = bytes.length;
  while (at < length) {
    const byte = bytes[at]!;
    if (byte === QUOTE) {
      at = skipString(bytes, at);
      if (at < 0) return -1;
      continue;
    }
    if (IS_OUTSIDE_STRINGS[byte] === 0) return -1;
    at++;
    if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth++;
    else if ((byte === CLOSE_BRACE || byte === CLOSE_BRACKET) && --depth === 0) return at;
  }
  return -1;
}

function skipScalar(bytes: Buffer, from: number): number {
  let at = from;
  for (; at < bytes.length; at++) {
    const byte = bytes[at]!;
    // Letters, digits, '+', '-' and '.': the alphabet of numbers and literals.
    const isScalar = (byte >= 0x61 && byte <= 0x7a) || (byte >= 0x2b && byte <= 0x39 && byte !== COMMA && byte !== 0x2f) || byte === 0x45;
    if (!isScalar) break;
  }
  return at === from ? -1 : at;
}

function decodeName(bytes: Buffer, open: number, end: number): string | undefined {
  const raw = bytes.toString('utf8', open + 1, end - 1);
  // Parsers drop, repair or refuse bytes that are no UTF-8, or read them as overlong ASCII.
  if (raw.includes('\ufffd') && !Buffer.from(raw).equals(bytes.subarray(open + 1, end - 1))) return undefined;
  if (!raw.includes('\\')) return raw;
  try {
    return JSON.parse(`"${raw}"`) as string;
  } catch {
    return undefined;
  }
}

// Upper case first: it also folds U+017F (long s) and U+212A (Kelvin sign), as case-insensitive decoders do.
// A name ends at NUL, as it does where text is a C string.
function foldCase(name: string): string {
  const end = name.indexOf('\0');
  return (end < 0 ? name : name.slice(0, end)).toUpperCase().toLowerCase();
}
