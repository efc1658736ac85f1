// Reads one escape at a place of a text: what JSON, URLs, HTML, mail, printf and terminals write for a character. Knows nothing of Subjects and of
// what is looked for. What is no escape for certain stays as it is: the text is also looked at as it stands.
import { windowsPathAt } from './windows-paths.ts';

export interface Escape {
  readonly end: number;
  /** What it stands for; '' where it is only a colour. */
  readonly text: string;
}

/** Every place where an escape may begin: runs of backslashes are one place. */
export const PLACES = new RegExp(String.raw`\\+|%[0-9A-Fa-f]{2}|&(?:#|[aglnq])|${String.fromCharCode(0x1b)}|=[C-F][0-9A-F](?==)`, 'g');

/** Backslashes double with every encoder that a text has passed; nobody has more than four behind each other. */
const MOST_BACKSLASHES = 16;

/** Calls `found` for what begins at `at`, which PLACES found, and says where to go on. */
export function readEscapes(text: string, at: number, found: (start: number, escape: Escape) => void): number {
  const first = text[at];
  if (first === '\\') return readBackslashes(text, at, found);
  const escape =
    first === '%'
      ? bytesAt(text, at, PERCENT)
      : first === '&'
        ? entityAt(text, at)
        : first === '='
          ? bytesAt(text, at, QUOTED_PRINTABLE)
          : colourAt(text, at + 1);
  if (escape === undefined) return at + 1;
  found(at, escape);
  return escape.end;
}

function readBackslashes(text: string, at: number, found: (start: number, escape: Escape) => void): number {
  let after = at + 1;
  while (text[after] === '\\') after++;
  const count = after - at;
  if (count > MOST_BACKSLASHES) return after;
  const path = windowsPathAt(text, at, count);
  if (path !== undefined) {
    // In a path whose separators are doubled each is one; in one that stands as it is nothing is an escape.
    for (const [start, end, separator] of path.separators) if (end - start > separator.length) found(start, { end, text: separator });
    return path.end;
  }
  const escape = backslashAt(text, at, after);
  if (escape === undefined) return after;
  found(at, escape);
  return escape.end;
}

const LETTERS: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };
/** More often they are something else: the edge of a word in a regular expression, the begin of a path. */
const RARE_LETTERS: Readonly<Record<string, string>> = { f: ' ', b: ' ' };

function backslashAt(text: string, at: number, after: number): Escape | undefined {
  const next = text[after] ?? '';
  const end = after + 1;
  const count = after - at;
  if (next === '"' || next === "'" || next === '/') return { end, text: next };
  const letter = LETTERS[next] ?? (count === 1 ? RARE_LETTERS[next] : undefined);
  if (letter !== undefined) return { end, text: letter };
  const special =
    next === 'u'
      ? unitsAt(text, at)
      : next === 'x'
        ? (bytesAt(text, at, HEX) ?? latinAt(text, at))
        : next === 'e'
          ? colourAt(text, end)
          : next >= '0' && next <= '3'
            ? bytesAt(text, at, OCTAL)
            : undefined;
  return special ?? (count > 1 ? { end: after, text: '\\'.repeat(count >>> 1) } : undefined);
}

/** What stands before a range of characters in a regular expression: `[`, or another range. */
const IN_CLASS = /(?:\[\^?|-\\{1,4}u[0-9A-Fa-f]{4})$/;
const LONGEST_UNIT = 10;
const UNIT = /\\{1,16}u([0-9A-Fa-f]{4})/y;

function unitsAt(text: string, at: number): Escape | undefined {
  const high = matchAt(UNIT, text, at);
  if (high === undefined) return undefined;
  const unit = Number.parseInt(high[1]!, 16);
  const end = at + high[0].length;
  const last =
    text[end] === '-' && IN_CLASS.test(text.slice(Math.max(0, at - LONGEST_UNIT), at)) ? matchAt(UNIT, text, end + 1) : undefined;
  if (last !== undefined) return { end: end + 1 + last[0].length, text: ' ' };
  if (unit < 0xd800 || unit > 0xdfff) return characterOf(text, unit, end) ?? { end, text: ' ' };
  const low = unit < 0xdc00 ? matchAt(UNIT, text, end) : undefined;
  const second = low === undefined ? 0 : Number.parseInt(low[1]!, 16);
  if (second < 0xdc00 || second > 0xdfff) return undefined;
  return { end: end + low![0].length, text: String.fromCharCode(unit, second) };
}

interface ByteForm {
  /** One byte. */
  readonly pattern: RegExp;
  readonly base: number;
  /** Lesser ones are not written so. */
  readonly least: number;
}

const PERCENT: ByteForm = { pattern: /%(?:25)?([0-9A-Fa-f]{2})/y, base: 16, least: 0 };
const HEX: ByteForm = { pattern: /\\{1,16}x([0-9A-Fa-f]{2})/y, base: 16, least: 0 };
/** As git writes names of files. Lesser numbers refer to groups of a regular expression. */
const OCTAL: ByteForm = { pattern: /\\{1,16}([0-3][0-7]{2})/y, base: 8, least: 0x80 };
/** As mail writes what is beyond ASCII (RFC 2045), with its line breaks that are none. */
const QUOTED_PRINTABLE: ByteForm = { pattern: /=([0-9A-F]{2})(?:=\r?\n)?/y, base: 16, least: 0x80 };
const ESCAPE_CODE = 0x1b;

/** Programs write `\xe9` for é where their strings are no bytes. */
function latinAt(text: string, at: number): Escape | undefined {
  const match = matchAt(HEX.pattern, text, at);
  if (match === undefined) return undefined;
  const code = Number.parseInt(match[1]!, 16);
  return { end: at + match[0].length, text: code < 0xa0 ? ' ' : String.fromCharCode(code) };
}

/** One character of UTF-8 as bytes of the same form. */
function bytesAt(text: string, at: number, { pattern, base, least }: ByteForm): Escape | undefined {
  const first = matchAt(pattern, text, at);
  if (first === undefined) return undefined;
  let code = Number.parseInt(first[1]!, base);
  let end = at + first[0].length;
  if (code < 0x80) return code >= least || code === ESCAPE_CODE ? characterOf(text, code, end) : undefined;
  const more = code >= 0xf0 && code < 0xf5 ? 3 : code >= 0xe0 ? 2 : 1;
  if (code < 0xc2 || code >= 0xf5) return undefined;
  code &= 0x3f >>> more;
  for (let left = more; left > 0; left--) {
    const next = matchAt(pattern, text, end);
    const byte = next === undefined ? 0 : Number.parseInt(next[1]!, base);
    if ((byte & 0xc0) !== 0x80) return undefined;
    code = (code << 6) | (byte & 0x3f);
    end += next![0].length;
  }
  const isShortest = code >= [0x80, 0x800, 0x10000][more - 1]!;
  return isShortest ? characterOf(text, code, end) : undefined;
}

const ENTITY = /&(?:amp;)?(?:#([0-9]{1,7})|#[xX]([0-9A-Fa-f]{1,6})|(amp|lt|gt|quot|apos|nbsp));/y;
const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' };

function entityAt(text: string, at: number): Escape | undefined {
  const match = matchAt(ENTITY, text, at);
  if (match === undefined) return undefined;
  const [all, decimal, hex, name] = match;
  const end = at + all.length;
  if (name !== undefined) return { end, text: NAMED[name]! };
  return characterOf(text, decimal === undefined ? Number.parseInt(hex!, 16) : Number(decimal), end);
}

/** Control characters, halves of surrogates and what is no character stay as they are written. */
function characterOf(text: string, code: number, end: number): Escape | undefined {
  if (code === ESCAPE_CODE) return colourAt(text, end);
  if (code === 0x08 || code === 0x0c) return { end, text: ' ' };
  if (code < 0x20 && code !== 0x09 && code !== 0x0a && code !== 0x0d) return undefined;
  if ((code >= 0x7f && code < 0xa0) || (code >= 0xd800 && code <= 0xdfff) || code > 0x10ffff) return undefined;
  return { end, text: String.fromCodePoint(code) };
}

/** What terminals take as a colour (ECMA-48, control sequence introducer) may stand before a value, or in it where a search marked it. */
const COLOUR = /\[[0-9;:?]{0,32}[A-Za-z]/y;

function colourAt(text: string, at: number): Escape | undefined {
  const colour = matchAt(COLOUR, text, at);
  return colour === undefined ? undefined : { end: at + colour[0].length, text: '' };
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text) ?? undefined;
}
