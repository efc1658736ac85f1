// Reads "name, operator, value" around a word, in whatever notation: code, JSON (also escaped inside a string), YAML, INI, shell, command
// line, XML, prose in English and Japanese. It says what is assigned to what and judges nothing. All steps are bounded.
import { isWordCode } from './boundary.ts';

export interface Assigned {
  /** The whole name, such as `DB_PASSWORD` or `spring.datasource.password`. */
  readonly name: string;
  readonly nameStart: number;
  /** `[valueStart, valueEnd)` without quotes. */
  readonly valueStart: number;
  readonly valueEnd: number;
  readonly quoted: boolean;
  readonly notation: Notation;
  /** Nothing but the end of the line follows: as in settings, less so in code. */
  readonly endsLine: boolean;
  /** A blank on either side of the operator. */
  readonly spaced: boolean;
}

/**
 * `=` and `:` as written; `env`: a line NAME=value; `flag`: `--name value`; `comma`: the next argument; `tag`: the content of an XML element;
 * `prose`: "is" or は.
 */
export type Notation = '=' | ':' | 'env' | 'flag' | 'comma' | 'tag' | 'prose';

const LONGEST_NAME = 48;
const LONGEST_VALUE = 512;
const MOST_BLANKS = 16;

const NEWLINE = 0x0a;
const RETURN = 0x0d;
const SPACE = 0x20;
const TAB = 0x09;
const BACKSLASH = 0x5c;
const AMPERSAND = 0x26;
const EQUALS = 0x3d;
const MOST_EQUALS = 3;

function isNameCode(code: number): boolean {
  return isWordCode(code) || code === 0x5f || code === 0x2d || code === 0x2e;
}

/** What is assigned to the name that holds `[start, end)`. */
export function assignedAt(text: string, start: number, end: number): Assigned | undefined {
  const nameEnd = endOfName(text, end);
  const operator = operatorAt(text, nameEnd);
  if (operator === undefined) return undefined;
  let nameStart = start;
  while (nameStart > 0 && start - nameStart < LONGEST_NAME && isNameCode(text.charCodeAt(nameStart - 1))) nameStart--;
  // `a=b=c`: a name that follows an operator at once is part of a value.
  if (text[nameStart - 1] === '=') return undefined;
  const notation = notationOf(text, nameStart, nameEnd, operator);
  if (notation === undefined) return undefined;
  const before = text[nameStart - 1];
  const value = valueAt(
    text,
    operator.end,
    notation,
    isBlank(text, operator.end) && (before === '"' || before === "'") ? before : undefined,
  );
  if (value === undefined) return undefined;
  return {
    name: text.slice(nameStart, operator.nameEnd ?? nameEnd),
    nameStart,
    notation,
    ...value,
    spaced: operator.spaced || isBlank(text, operator.end),
  };
}

function endOfName(text: string, from: number): number {
  let end = from;
  while (end - from < LONGEST_NAME && isNameCode(text.charCodeAt(end))) end++;
  return end;
}

interface Operator {
  readonly text: '=' | ':' | ',' | '>' | ' ' | 'is';
  /** Whether a quote closes the name. */
  readonly quotedName: boolean;
  readonly spaced: boolean;
  readonly end: number;
  /** Where the name ends when it has several words: "password for root:". */
  readonly nameEnd?: number;
}

/** Name and value as two members of an object: `name: DB_PASSWORD, value: …`, `key="Password" value="…"`. */
const VALUE_MEMBER = /\\?["']?\s{0,8},?\s{0,24}\\?["']?value\\?["']?\s{0,4}[:=]/iy;
/** One or two more words before the operator: "password for root:". */
const MORE_WORDS = /(?: [A-Za-z0-9_.-]{1,16}){1,3}(?=\s{0,2}[:=])/y;
const IS = /\s{1,3}(?:is|was)(?:\s{0,2}:|\s)/iy;

function operatorAt(text: string, nameEnd: number): Operator | undefined {
  let at = nameEnd;
  let quotedName = false;
  for (let closers = 0; closers < 4; closers++) {
    const code = text.charCodeAt(at);
    if (code === 0x22 || code === 0x27 || code === 0x60) quotedName = true;
    else if (code !== BACKSLASH && code !== 0x5d && code !== 0x29) break;
    at++;
  }
  const closed = at;
  at = pastBlanks(text, at);
  const spaced = at > closed;
  const code = text.charCodeAt(at);
  const made = (operator: Operator['text'], end: number) => ({ text: operator, quotedName, spaced, end });
  if (code === 0x3d) {
    while (text.charCodeAt(at) === 0x3d) at++;
    return made('=', text.charCodeAt(at) === 0x3e ? at + 1 : at);
  }
  if (code === 0x3a) return made(':', pastColons(text, at));
  if (code === 0x3f && text.charCodeAt(at + 1) === 0x3a) return made(':', at + 2);
  if (code === 0x3f && text.charCodeAt(at + 1) === 0x3d) return made('=', at + 2);
  if (code === 0x7c && text.startsWith('||', at)) return made('=', at + 2);
  if (code === 0x306f) return made('is', at + 1);
  if (code === 0x3e) return made('>', at + 1);
  if (quotedName || spaced || code === NEWLINE || code === RETURN) {
    VALUE_MEMBER.lastIndex = nameEnd;
    if (VALUE_MEMBER.test(text)) return made('=', VALUE_MEMBER.lastIndex);
  }
  if (code === 0x2c && quotedName) return made(',', at + 1);
  // A setter: `setPassword("…")`.
  if (code === 0x28 && !spaced) return made(',', at + 1);
  if (!spaced) return undefined;
  return spacedOperator(text, nameEnd, at, made);
}

function spacedOperator(
  text: string,
  nameEnd: number,
  at: number,
  made: (operator: Operator['text'], end: number) => Operator,
): Operator | undefined {
  IS.lastIndex = nameEnd;
  if (IS.test(text)) return made('is', IS.lastIndex);
  MORE_WORDS.lastIndex = nameEnd;
  if (MORE_WORDS.test(text)) {
    const behind = pastBlanks(text, MORE_WORDS.lastIndex);
    return { ...made(text[behind] === '=' ? '=' : ':', behind + 1), nameEnd: MORE_WORDS.lastIndex };
  }
  return made(' ', at);
}

function pastColons(text: string, at: number): number {
  let end = at;
  while (text.charCodeAt(end) === 0x3a) end++;
  return text.charCodeAt(end) === 0x3d ? end + 1 : end;
}

function pastBlanks(text: string, from: number): number {
  let at = from;
  while (at - from < MOST_BLANKS && (text.charCodeAt(at) === SPACE || text.charCodeAt(at) === TAB)) at++;
  return at;
}

function notationOf(text: string, nameStart: number, nameEnd: number, operator: Operator): Notation | undefined {
  switch (operator.text) {
    case 'is':
      return 'prose';
    case ',':
      return 'comma';
    case '>':
      return text[nameStart - 1] === '<' ? 'tag' : undefined;
    case ' ':
      if (operator.quotedName) return undefined;
      return text.startsWith('--', nameStart) || (text[nameStart] === '-' && isBlank(text, nameStart - 1)) ? 'flag' : undefined;
    case '=':
      if (text.startsWith('--', nameStart)) return 'flag';
      return !operator.spaced && isEnvironment(text, nameStart, nameEnd) && operator.end === nameEnd + 1 ? 'env' : '=';
    default:
      return ':';
  }
}

function isBlank(text: string, at: number): boolean {
  return at < 0 || /\s/.test(text[at]!);
}

const CAPITALS = /^[A-Z][A-Z0-9_]*$/;

function isEnvironment(text: string, nameStart: number, nameEnd: number): boolean {
  return (isBlank(text, nameStart - 1) || text[nameStart - 1] === '"') && CAPITALS.test(text.slice(nameStart, nameEnd));
}

type Value = Pick<Assigned, 'valueStart' | 'valueEnd' | 'quoted' | 'endsLine'>;

/** `string = ` behind the colon of a declaration with a type. */
const TYPE = /[A-Za-z_][\w.<>[\]| ]{0,40}?\s{0,3}=\s{0,3}(?=["'`])/y;
const OPENING =
  /(?:(?:await|new)\s)?(?:[bruBRUf@$]{1,2}|(?:SecretStr|String|str|Buffer\.from|bytes|b64decode|quote)\()?(\\{0,3}["'`]|「|"""|''')/y;

function valueAt(text: string, from: number, notation: Notation, closing: string | undefined): Value | undefined {
  let at = pastBlanks(text, from);
  if (notation === ':') {
    TYPE.lastIndex = at;
    if (TYPE.test(text)) at = TYPE.lastIndex;
  }
  OPENING.lastIndex = at;
  const opening = OPENING.exec(text);
  if (opening !== null) return quotedValue(text, OPENING.lastIndex, opening[1] === '「' ? '」' : opening[1]!);
  return notation === 'comma' ? undefined : bareValue(text, at, notation, closing);
}

function quotedValue(text: string, start: number, closing: string): Value | undefined {
  const window = text.slice(start, start + LONGEST_VALUE);
  const first = closing.charCodeAt(0);
  for (let at = 0; at < window.length; at++) {
    const code = window.charCodeAt(at);
    if (code === NEWLINE || code === RETURN) return undefined;
    if (code === first && window.startsWith(closing, at)) {
      const after = text.charCodeAt(start + at + closing.length);
      const endsLine = Number.isNaN(after) || after === NEWLINE || after === RETURN;
      return at === 0 ? undefined : { valueStart: start, valueEnd: start + at, quoted: true, endsLine };
    }
    if (code === BACKSLASH) at++;
  }
  return undefined;
}

/** What ends a value without quotes: blanks, quotes, brackets, separators; everything beyond ASCII. */
const STOPS = new Uint8Array(128);
for (let code = 0; code <= 0x20; code++) STOPS[code] = 1;
for (const character of '"\'`,;<>(){}[]|\\') STOPS[character.charCodeAt(0)] = 1;

/** In a query, `&` begins the next parameter; in a password it is a sign like others. */
const PARAMETER = /&(?:amp;)?[\w.-]{1,24}=|&$|&&|&\s/y;

function isNextParameter(text: string, at: number): boolean {
  PARAMETER.lastIndex = at;
  return PARAMETER.test(text);
}

/** `closing`: the quote in front of the name, which then ends the value: `-H "X-Api-Key: …"`. */
function bareValue(text: string, start: number, notation: Notation, closing: string | undefined): Value | undefined {
  let end = start;
  let equals = 0;
  const most = Math.min(text.length, start + LONGEST_VALUE);
  while (end < most) {
    const code = text.charCodeAt(end);
    if (code > 126 || (STOPS[code] === 1 && !(notation === 'tag' && code > SPACE && code !== 0x3c))) break;
    if (code === AMPERSAND && isNextParameter(text, end)) break;
    // Base64 ends with two; more are a chain of other pairs.
    if (code === EQUALS && ++equals > MOST_EQUALS) return undefined;
    end++;
  }
  // Longer than any secret that is set by hand: the long ones of machines have forms of their own (vendor-keys.ts, jwt.ts).
  if (end - start === LONGEST_VALUE) return undefined;
  const next = text[end];
  // A call, an index, a template: code and no value.
  if (next === '(' || next === '[' || next === '{' || (next === '>' && text[end - 1] === '-')) return undefined;
  if (notation === 'tag' && !text.startsWith('</', end)) return undefined;
  const behind = text.charCodeAt(pastBlanks(text, end));
  const endsLine =
    Number.isNaN(behind) || behind === NEWLINE || behind === RETURN || behind === BACKSLASH || next === '<' || behind === 0x23;
  if (notation === 'prose') while (end > start && /[.:]/.test(text[end - 1]!)) end--;
  // An option behind an option, a role of reStructuredText, a pointer.
  if ((/[:*-]/.test(text[start] ?? '') || text[end - 1] === ':') && notation !== 'tag' && notation !== 'env') return undefined;
  return end === start ? undefined : { valueStart: start, valueEnd: end, quoted: false, endsLine: endsLine || next === closing };
}
