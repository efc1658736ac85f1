// Regular expressions of rules (PCRE spelling) into a tree. Parsing is separate from matching, so that a pattern can be judged first.
// Not read: possessive quantifiers, atomic groups, conditionals, recursion, \K, \G. They have no meaning a linear matcher could keep.
import { RuleProblem } from '../rules/model.ts';

import { readClass, readEscape, type Reader } from './escapes.ts';
import { ALL, NEWLINE, complement, ignoreCase, type CharSet } from './charset.ts';

export type AssertKind = 'textStart' | 'textEnd' | 'textEndOrNewline' | 'lineStart' | 'lineEnd' | 'wordEdge' | 'notWordEdge';

export type Node =
  | { readonly kind: 'set'; readonly set: CharSet }
  | { readonly kind: 'sequence'; readonly parts: readonly Node[] }
  | { readonly kind: 'choice'; readonly parts: readonly Node[] }
  | { readonly kind: 'repeat'; readonly part: Node; readonly min: number; readonly max: number; readonly lazy: boolean }
  | { readonly kind: 'assert'; readonly assert: AssertKind }
  | { readonly kind: 'group'; readonly part: Node; readonly index: number }
  | { readonly kind: 'look'; readonly part: Node; readonly behind: boolean; readonly negative: boolean }
  | { readonly kind: 'back'; readonly index: number };

export interface Flags {
  readonly ignoreCase: boolean;
  readonly multiLine: boolean;
  readonly dotAll: boolean;
  readonly extended: boolean;
}

const MAX_LENGTH = 20_000;
const MAX_DEPTH = 100;
const MAX_REPEAT = 5000;

interface State extends Reader {
  flags: Flags;
  depth: number;
  groups: number;
  readonly names: Map<string, number>;
}

export function parseRegex(pattern: string, flags: string): Node {
  if (pattern.length > MAX_LENGTH) throw new RuleProblem(`a regular expression longer than ${MAX_LENGTH} characters`);
  const state: State = {
    text: pattern,
    at: 0,
    flags: { ignoreCase: flags.includes('i'), multiLine: flags.includes('m'), dotAll: flags.includes('s'), extended: false },
    depth: 0,
    groups: 0,
    names: new Map(),
  };
  const node = readChoice(state);
  if (state.at < state.text.length) throw problem(state, 'a closing parenthesis without an opening one');
  return node;
}

function problem(state: Reader, what: string): RuleProblem {
  return new RuleProblem(`the regular expression ${JSON.stringify(state.text.slice(0, 120))} has ${what} at character ${state.at + 1}`);
}

function readChoice(state: State): Node {
  if (++state.depth > MAX_DEPTH) throw problem(state, `groups nested deeper than ${MAX_DEPTH}`);
  const before = state.flags;
  const parts = [readSequence(state)];
  while (state.text[state.at] === '|') {
    state.at++;
    parts.push(readSequence(state));
  }
  state.depth--;
  // Flags set inside a group end with it.
  state.flags = before;
  return parts.length === 1 ? (parts[0] as Node) : { kind: 'choice', parts };
}

function readSequence(state: State): Node {
  const parts: Node[] = [];
  for (;;) {
    const character = state.text[state.at];
    if (character === undefined || character === '|' || character === ')') break;
    if (state.flags.extended && skipExtended(state, character)) continue;
    const part = readPart(state, character);
    if (part !== undefined) parts.push(readQuantifier(state, part));
  }
  return parts.length === 1 ? (parts[0] as Node) : { kind: 'sequence', parts };
}

function skipExtended(state: State, character: string): boolean {
  if (/\s/.test(character)) {
    state.at++;
    return true;
  }
  if (character !== '#') return false;
  const end = state.text.indexOf('\n', state.at);
  state.at = end === -1 ? state.text.length : end + 1;
  return true;
}

function readPart(state: State, character: string): Node | undefined {
  switch (character) {
    case '(':
      return readGroup(state);
    case '[':
      return setNode(state, readClass(state, state.flags.ignoreCase), false);
    case '.':
      state.at++;
      return { kind: 'set', set: state.flags.dotAll ? ALL : complement(NEWLINE) };
    case '^':
      state.at++;
      return { kind: 'assert', assert: state.flags.multiLine ? 'lineStart' : 'textStart' };
    case '$':
      state.at++;
      return { kind: 'assert', assert: state.flags.multiLine ? 'lineEnd' : 'textEndOrNewline' };
    case '*':
    case '+':
    case '?':
      throw problem(state, 'nothing to repeat');
    case '\\':
      return readEscaped(state);
    default:
      state.at++;
      return setNode(state, [[character.charCodeAt(0), character.charCodeAt(0)]], true);
  }
}

function setNode(state: State, set: CharSet, fold: boolean): Node {
  return { kind: 'set', set: fold && state.flags.ignoreCase ? ignoreCase(set) : set };
}

function readEscaped(state: State): Node {
  const read = readEscape(state);
  switch (read.kind) {
    case 'set':
      return setNode(state, read.set, true);
    case 'assert':
      return read;
    case 'back':
      return { kind: 'back', index: read.index };
    case 'backName': {
      const index = state.names.get(read.name);
      if (index === undefined) throw problem(state, 'a reference to a group that does not exist');
      return { kind: 'back', index };
    }
    case 'text':
      return { kind: 'sequence', parts: splitUnits(read.text).map((code) => setNode(state, [[code, code]], true)) };
    case 'lineBreak':
      return {
        kind: 'choice',
        parts: [
          { kind: 'sequence', parts: [13, 10].map((code) => ({ kind: 'set', set: [[code, code]] })) },
          { kind: 'set', set: [[10, 13]] },
        ],
      };
  }
}

function splitUnits(text: string): number[] {
  return Array.from({ length: text.length }, (_, index) => text.charCodeAt(index));
}

function readGroup(state: State): Node | undefined {
  state.at++;
  if (state.text.startsWith('?#', state.at)) {
    const end = state.text.indexOf(')', state.at);
    if (end === -1) throw problem(state, 'a comment that does not end');
    state.at = end + 1;
    return undefined;
  }
  const opening = /^\?(?:(P?<[A-Za-z_]\w{0,63}>|'[A-Za-z_]\w{0,63}')|(<?[=!])|([imsxnJU-]{0,16})([:)]))/.exec(
    state.text.slice(state.at, state.at + 80),
  );
  if (state.text[state.at] !== '?') return readCapture(state, undefined);
  if (opening === null) throw problem(state, 'a kind of group that is not supported');
  state.at += opening[0].length;
  if (opening[1] !== undefined) return readCapture(state, opening[1].replace(/^P?[<']|[>']$/g, ''));
  const look = opening[2];
  if (look !== undefined) {
    const part = closeGroup(state, readChoice(state));
    return { kind: 'look', part, behind: look.startsWith('<'), negative: look.endsWith('!') };
  }
  const flags = withFlags(state, opening[3] ?? '');
  if (opening[4] === ')') {
    // `(?i)`: for the rest of the enclosing group, which resets the flags when it ends.
    state.flags = flags;
    return undefined;
  }
  const outer = state.flags;
  state.flags = flags;
  const part = closeGroup(state, readChoice(state));
  state.flags = outer;
  return part;
}

function readCapture(state: State, name: string | undefined): Node {
  const index = ++state.groups;
  if (name !== undefined) state.names.set(name, index);
  return { kind: 'group', part: closeGroup(state, readChoice(state)), index };
}

function closeGroup(state: State, node: Node): Node {
  if (state.text[state.at] !== ')') throw problem(state, 'a group that is not closed');
  state.at++;
  return node;
}

function withFlags(state: State, letters: string): Flags {
  const [on = '', off = ''] = letters.split('-');
  if (/[nJU]/.test(letters)) throw problem(state, 'a flag that is not supported');
  const pick = (letter: string, current: boolean) => (on.includes(letter) ? true : off.includes(letter) ? false : current);
  return {
    ignoreCase: pick('i', state.flags.ignoreCase),
    multiLine: pick('m', state.flags.multiLine),
    dotAll: pick('s', state.flags.dotAll),
    extended: pick('x', state.flags.extended),
  };
}

function readQuantifier(state: State, part: Node): Node {
  const quantifier = /^(?:([*+?])|\{(\d{1,5})(?:(,)(\d{1,5})?)?\})([?+])?/.exec(state.text.slice(state.at, state.at + 20));
  if (quantifier === null) return part;
  const [whole, sign, low, comma, high, suffix] = quantifier;
  state.at += whole.length;
  if (suffix === '+') throw problem(state, 'a possessive quantifier');
  const min = sign === undefined ? Number(low) : sign === '+' ? 1 : 0;
  const max = sign === undefined ? (comma === undefined ? min : high === undefined ? Infinity : Number(high)) : sign === '?' ? 1 : Infinity;
  if (min > MAX_REPEAT || (max !== Infinity && max > MAX_REPEAT)) throw problem(state, `a repetition of more than ${MAX_REPEAT}`);
  if (max < min) throw problem(state, 'a repetition whose limits are reversed');
  const repeated: Node =
    part.kind === 'assert' || part.kind === 'look'
      ? min === 0
        ? { kind: 'sequence', parts: [] }
        : part
      : { kind: 'repeat', part, min, max, lazy: suffix === '?' };
  // `a{2}{3}` repeats the repetition.
  return readQuantifier(state, repeated);
}
