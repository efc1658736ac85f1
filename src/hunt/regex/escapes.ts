// The parts of the syntax that start with a backslash or stand in brackets.
import { RuleProblem } from '../rules/model.ts';

import {
  BLANK,
  DIGIT,
  SPACE,
  WORD,
  complement,
  ignoreCase,
  posixClass,
  unicodeProperty,
  union,
  type CharSet,
  type Range,
} from './charset.ts';
import type { AssertKind } from './syntax.ts';

export interface Reader {
  readonly text: string;
  at: number;
}

export type Escape =
  | { readonly kind: 'set'; readonly set: CharSet }
  | { readonly kind: 'assert'; readonly assert: AssertKind }
  | { readonly kind: 'back'; readonly index: number }
  | { readonly kind: 'backName'; readonly name: string }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'lineBreak' };

const classes: Readonly<Record<string, CharSet>> = {
  d: DIGIT,
  D: complement(DIGIT),
  w: WORD,
  W: complement(WORD),
  s: SPACE,
  S: complement(SPACE),
  h: BLANK,
  H: complement(BLANK),
};
const asserts: Readonly<Record<string, AssertKind>> = {
  b: 'wordEdge',
  B: 'notWordEdge',
  A: 'textStart',
  z: 'textEnd',
  Z: 'textEndOrNewline',
};
const controls: Readonly<Record<string, number>> = { n: 10, r: 13, t: 9, f: 12, v: 11, a: 7, e: 27 };

function problem(reader: Reader, what: string): RuleProblem {
  return new RuleProblem(`the regular expression ${JSON.stringify(reader.text.slice(0, 120))} has ${what} at character ${reader.at + 1}`);
}

export function readEscape(reader: Reader): Escape {
  const character = reader.text[reader.at + 1];
  if (character === undefined) throw problem(reader, 'a backslash at its end');
  const assert = asserts[character];
  if (assert !== undefined) {
    reader.at += 2;
    return { kind: 'assert', assert };
  }
  if (character === 'Q') {
    const end = reader.text.indexOf('\\E', reader.at);
    const text = reader.text.slice(reader.at + 2, end === -1 ? undefined : end);
    reader.at = end === -1 ? reader.text.length : end + 2;
    return { kind: 'text', text };
  }
  if (character === 'R') {
    reader.at += 2;
    return { kind: 'lineBreak' };
  }
  if (/[1-9]/.test(character)) {
    const digits = /^\d{1,2}/.exec(reader.text.slice(reader.at + 1, reader.at + 3))?.[0] ?? '';
    reader.at += 1 + digits.length;
    return { kind: 'back', index: Number(digits) };
  }
  if (character === 'k') {
    const name = /^\\k(?:<(\w{1,64})>|'(\w{1,64})'|\{(\w{1,64})\})/.exec(reader.text.slice(reader.at, reader.at + 70));
    if (name === null) throw problem(reader, 'a reference without a name');
    reader.at += name[0].length;
    return { kind: 'backName', name: name[1] ?? name[2] ?? name[3] ?? '' };
  }
  if (character === 'K' || character === 'G' || character === 'X') throw problem(reader, `\\${character}, which is not supported`);
  return { kind: 'set', set: readSetEscape(reader) };
}

/** An escape that stands for characters, inside or outside brackets. */
function readSetEscape(reader: Reader): CharSet {
  const character = reader.text[reader.at + 1];
  if (character === undefined) throw problem(reader, 'a backslash at its end');
  const known = classes[character];
  if (known !== undefined) {
    reader.at += 2;
    return known;
  }
  if (character === 'p' || character === 'P') {
    const match = /^\\[pP](?:\{(\^?)([^}]{1,40})\}|([A-Z]))/.exec(reader.text.slice(reader.at, reader.at + 50));
    const set = match === null ? undefined : unicodeProperty(match[2] ?? match[3] ?? '');
    if (match === null || set === undefined) throw problem(reader, 'an unknown Unicode property');
    reader.at += match[0].length;
    return (character === 'P') !== (match[1] === '^') ? complement(set) : set;
  }
  const code = readCode(reader, character);
  return [[code, code]];
}

function readCode(reader: Reader, character: string): number {
  const rest = reader.text.slice(reader.at, reader.at + 12);
  const hex = /^\\x\{([0-9a-fA-F]{1,4})\}|^\\x([0-9a-fA-F]{2})|^\\u([0-9a-fA-F]{4})|^\\u\{([0-9a-fA-F]{1,4})\}/.exec(rest);
  if (hex !== null) {
    reader.at += hex[0].length;
    return Number.parseInt(hex[1] ?? hex[2] ?? hex[3] ?? hex[4] ?? '0', 16);
  }
  const octal = /^\\(0[0-7]{0,2})/.exec(rest);
  if (octal !== null) {
    reader.at += octal[0].length;
    return Number.parseInt(octal[1] ?? '0', 8);
  }
  if (character === 'c' && /^\\c[A-Za-z]/.test(rest)) {
    reader.at += 3;
    return rest.charCodeAt(2) & 31;
  }
  reader.at += 2;
  // Any other escaped character is itself; rules do write `\/`, `\-` and even `\C`.
  return controls[character] ?? character.charCodeAt(0);
}

export function readClass(reader: Reader, folded: boolean): CharSet {
  const start = reader.at++;
  const negative = reader.text[reader.at] === '^';
  if (negative) reader.at++;
  const sets: CharSet[] = [];
  for (let first = true; ; first = false) {
    const character = reader.text[reader.at];
    if (character === undefined) {
      reader.at = start;
      throw problem(reader, 'a bracket that is not closed');
    }
    if (character === ']' && !first) break;
    sets.push(readMember(reader, character));
  }
  reader.at++;
  const set = union(...sets);
  const whole = folded ? ignoreCase(set) : set;
  return negative ? complement(whole) : whole;
}

function readMember(reader: Reader, character: string): CharSet {
  if (character === '[') {
    const named = /^\[:(\^?)([a-z]{1,10}):\]/.exec(reader.text.slice(reader.at, reader.at + 16));
    const set = named === null ? undefined : posixClass(named[2] ?? '');
    if (named !== null && set === undefined) throw problem(reader, 'an unknown class name');
    if (named !== null && set !== undefined) {
      reader.at += named[0].length;
      return named[1] === '^' ? complement(set) : set;
    }
  }
  const low = readUnit(reader, character);
  const dash = reader.text[reader.at] === '-' && reader.text[reader.at + 1] !== ']' && reader.text[reader.at + 1] !== undefined;
  if (typeof low !== 'number') return low;
  if (!dash) return [[low, low]];
  const beforeDash = reader.at;
  reader.at++;
  const high = readUnit(reader, reader.text[reader.at] as string);
  if (typeof high !== 'number') {
    // `[a-\d]`: the dash is itself.
    reader.at = beforeDash;
    reader.at++;
    return union([
      [low, low],
      [45, 45],
    ] as readonly Range[]);
  }
  if (high < low) throw problem(reader, 'a range whose ends are reversed');
  return [[low, high]];
}

function readUnit(reader: Reader, character: string): number | CharSet {
  if (character === '\\') {
    if (reader.text[reader.at + 1] === 'b') {
      reader.at += 2;
      return 8;
    }
    const set = readSetEscape(reader);
    const [only] = set;
    return set.length === 1 && only !== undefined && only[0] === only[1] ? only[0] : set;
  }
  const code = character.charCodeAt(0);
  if (code >= 0xd800 && code <= 0xdfff) throw problem(reader, 'a character beyond U+FFFF in brackets');
  reader.at++;
  return code;
}
