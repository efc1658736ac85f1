// Sigma's string syntax: `*` and `?` are wildcards; a backslash escapes them and itself, and is plain text before anything else.
// Source: Sigma rules specification 2.1, "Escaping"; the reading of `\\` follows the reference implementation.
import { ANY, ONE, type GlobToken, type Test } from './model.ts';

/** The pieces of a value, without empty texts and without two `ANY` in a row. */
export function readGlob(value: string): readonly GlobToken[] {
  const tokens: GlobToken[] = [];
  let text = '';
  for (let index = 0; index < value.length; index++) {
    const character = value[index] as string;
    const next = value[index + 1];
    if (character === '\\' && (next === '*' || next === '?' || next === '\\')) {
      text += next;
      index++;
    } else if (character === '*' || character === '?') {
      if (text !== '') tokens.push(text);
      text = '';
      tokens.push(character === '*' ? ANY : ONE);
    } else text += character;
  }
  if (text !== '') tokens.push(text);
  return tidy(tokens);
}

/** Joins neighbouring texts and wildcards: `a`, `b`, ANY, ANY → `ab`, ANY. */
export function tidy(tokens: readonly GlobToken[]): readonly GlobToken[] {
  const tidied: GlobToken[] = [];
  for (const token of tokens) {
    const last = tidied.at(-1);
    if (token === '' || (token === ANY && last === ANY)) continue;
    if (typeof token === 'string' && typeof last === 'string') tidied[tidied.length - 1] = last + token;
    else if (token === ONE && last === ANY) tidied.splice(tidied.length - 1, 1, ONE, ANY);
    else tidied.push(token);
  }
  return tidied;
}

/** The cheapest test that means the same as the pattern. */
export function globTest(pattern: readonly GlobToken[], cased: boolean): Test {
  const tokens = cased ? pattern : tidy(pattern.map((token) => (typeof token === 'string' ? token.toLowerCase() : token)));
  const [first, second, third] = tokens;
  if (first === undefined) return { kind: 'equals', text: '', cased };
  if (tokens.length === 1) {
    if (first === ANY) return { kind: 'any' };
    if (typeof first === 'string') return { kind: 'equals', text: first, cased };
  }
  if (tokens.length === 2 && typeof first === 'string' && second === ANY) return { kind: 'startsWith', text: first, cased };
  if (tokens.length === 2 && first === ANY && typeof second === 'string') return { kind: 'endsWith', text: second, cased };
  if (tokens.length === 3 && first === ANY && typeof second === 'string' && third === ANY) return { kind: 'contains', text: second, cased };
  return { kind: 'glob', tokens, cased };
}

/** A matcher for any pattern, in time (length of text) × (length of pattern) at worst, without backtracking over earlier stars. */
export function globMatcher(tokens: readonly GlobToken[]): (text: string) => boolean {
  // One entry per character or wildcard. The classic two-pointer match only ever returns to the latest star.
  const units: (number | string)[] = [];
  for (const token of tokens) {
    if (typeof token === 'string') units.push(...splitUnits(token));
    else units.push(token);
  }
  return (text) => {
    let at = 0;
    let unit = 0;
    let star = -1;
    let resume = 0;
    while (at < text.length) {
      const wanted = units[unit];
      if (wanted === ANY) {
        star = unit++;
        resume = at;
        // A star followed by text: jump to where its first character is.
        const first = units[unit];
        if (typeof first === 'string') {
          at = text.indexOf(first, at);
          if (at === -1) return false;
          resume = at;
        }
      } else if (wanted === ONE || (wanted !== undefined && wanted === text[at])) {
        unit++;
        at++;
      } else if (star >= 0) {
        unit = star + 1;
        at = ++resume;
        const first = units[unit];
        if (typeof first === 'string') {
          at = text.indexOf(first, at);
          if (at === -1) return false;
          resume = at;
        }
      } else return false;
    }
    while (units[unit] === ANY) unit++;
    return unit === units.length;
  };
}

function splitUnits(text: string): string[] {
  const units: string[] = [];
  for (let index = 0; index < text.length; index++) units.push(text.charAt(index));
  return units;
}
