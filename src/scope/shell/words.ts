// What a word of a shell command comes to: every value it may have, with marks for what only a run would tell.
import { forEachChild, type ParameterExpansionPart, type ParsedScript, type Word, type WordPart } from 'unbash';
import { HOLE, LOCAL, SPLIT, WILD } from '../marks.ts';
import type { ShellState } from './run.ts';

/** Runs a command substitution, or connects a process substitution; what it returns stands in the word. */
export interface Substitutions {
  readonly output: (script: ParsedScript) => readonly string[] | undefined;
  readonly pipe: (script: ParsedScript, operator: '<' | '>') => string;
}

const MAX_ALTERNATIVES = 64;
const MAX_COMBINED = 1024;
/** What grows past it is not known. */
const MAX_VALUE_LENGTH = 65_536;

/** Variables that shells and sessions set to something of the machine's own. */
const LOCAL_VARIABLES: ReadonlySet<string> = new Set(
  (
    '? # $ ! - 0 PWD OLDPWD USER LOGNAME HOSTNAME UID EUID PPID RANDOM SRANDOM SECONDS EPOCHSECONDS EPOCHREALTIME LINENO SHLVL BASHPID ' +
    'BASH_VERSION BASH TMPDIR OSTYPE HOSTTYPE MACHTYPE LANG LC_ALL TERM COLUMNS LINES GOPATH GOROOT JAVA_HOME VIRTUAL_ENV PATH ' +
    'PIPESTATUS FUNCNAME BASH_SOURCE XDG_CONFIG_HOME XDG_CACHE_HOME XDG_DATA_HOME XDG_RUNTIME_DIR'
  ).split(' '),
);

/** `mode` `assigned`: no splitting and no braces, as on the right of `=`. */
export function valuesOf(word: Word, state: ShellState, run: Substitutions, mode: 'word' | 'assigned' = 'word'): readonly string[] {
  const { parts } = word;
  if (parts === undefined || parts.length === 0) return [word.value];
  const isQuoted = mode === 'assigned';
  const pieces = parts.map((part) => valuesOfPart(part, state, run, isQuoted));
  if (!isQuoted && parts.some((part) => part.type === 'BraceExpansion')) {
    const all = combine(pieces);
    return [all.length > 1 || all[0] !== HOLE ? all.join(SPLIT) : WILD];
  }
  return combine(pieces);
}

function combine(pieces: readonly (readonly string[])[]): readonly string[] {
  let values: readonly string[] = [''];
  for (const piece of pieces) {
    if (values.length * piece.length > MAX_COMBINED || (values[0]?.length ?? 0) + (piece[0]?.length ?? 0) > MAX_VALUE_LENGTH) return [HOLE];
    values =
      values.length === 1 && piece.length === 1 ? [values[0]! + piece[0]!] : values.flatMap((value) => piece.map((next) => value + next));
    if (values.length > 1 && values.reduce((sum, value) => sum + value.length, 0) > MAX_VALUE_LENGTH * 4) return [HOLE];
  }
  return values;
}

function valuesOfPart(part: WordPart, state: ShellState, run: Substitutions, isQuoted: boolean): readonly string[] {
  switch (part.type) {
    case 'Literal':
    case 'SingleQuoted':
    case 'AnsiCQuoted':
      return [part.value];
    case 'DoubleQuoted':
    case 'LocaleString':
      return combine(part.parts.map((child) => valuesOfPart(child, state, run, true)));
    case 'Glob':
    case 'ExtendedGlob':
      return [part.text];
    case 'BraceExpansion':
      return isQuoted ? [part.text] : bracesOf(part.text);
    case 'SimpleExpansion':
      return expanded(variable(part.text.slice(1), state), isQuoted);
    case 'ParameterExpansion':
      return expanded(parameter(part, state, run), isQuoted);
    case 'CommandExpansion': {
      const output = part.script === undefined ? undefined : run.output(part.script);
      return expanded(output?.map((text) => text.replace(/\n+$/, '')) ?? [HOLE], isQuoted);
    }
    case 'ArithmeticExpansion':
      if (part.expression !== undefined) runInside(part.expression, run);
      return [LOCAL];
    case 'ProcessSubstitution':
      return [part.script === undefined ? HOLE : run.pipe(part.script, part.operator)];
  }
}

/** Command substitutions anywhere below, for their effects only. */
export function runInside(node: Parameters<typeof forEachChild>[0], run: Substitutions): void {
  forEachChild(node, (child) => {
    if (child.type === 'CommandExpansion' || child.type === 'ArithmeticCommandExpansion') {
      if (child.script !== undefined) run.output(child.script);
    } else runInside(child, run);
  });
}

function expanded(values: readonly string[], isQuoted: boolean): readonly string[] {
  const bounded = values.length > MAX_ALTERNATIVES ? [HOLE] : values;
  if (isQuoted) return bounded.map((value) => value.replaceAll(SPLIT, ' '));
  return bounded.map((value) => value.replaceAll(HOLE, WILD).replaceAll(/[ \t\n]+/g, SPLIT));
}

export function variable(name: string, state: ShellState): readonly string[] {
  if (name === '@' || name === '*') return [state.positional === undefined ? WILD : state.positional.join(SPLIT)];
  if (/^[1-9][0-9]*$/.test(name)) return [state.positional === undefined ? HOLE : (state.positional[Number(name) - 1] ?? '')];
  const values = state.variables.get(name);
  // Who changes how words are split changes what every expansion comes to.
  if (values !== undefined) return state.variables.has('IFS') ? [WILD] : values.map(firstElement);
  if (name === 'HOME') return ['~'];
  return LOCAL_VARIABLES.has(name) ? [LOCAL] : [HOLE];
}

function firstElement(value: string): string {
  const split = value.indexOf(SPLIT);
  return split === -1 ? value : value.slice(0, split);
}

function parameter(part: ParameterExpansionPart, state: ShellState, run: Substitutions): readonly string[] {
  if (part.prefix === '#') return [LOCAL];
  if (part.prefix === '!') return [HOLE];
  const base = part.index === undefined ? variable(part.parameter, state) : element(part.parameter, part.index, state, run);
  const { operation } = part;
  if (operation === undefined) return base;
  switch (operation.type) {
    case 'Default': {
      const operand = valuesOf(operation.operand, state, run, 'assigned');
      if (operation.operator.endsWith('+')) return ['', ...operand];
      if (operation.operator.endsWith('?')) return base;
      const isSet = state.variables.has(part.parameter) && !base.includes('');
      return isSet ? base : [...base.filter((value) => value !== ''), ...operand];
    }
    case 'CaseModification':
      if (operation.operand !== undefined) return [HOLE];
      return base.map((value) => changeCase(value, operation.operator));
    case 'Remove':
      return removed(base, operation.operator, valuesOf(operation.operand, state, run, 'assigned'));
    case 'Replace':
      return replaced(
        base,
        operation.operator,
        valuesOf(operation.pattern, state, run, 'assigned'),
        valuesOf(operation.replacement, state, run, 'assigned'),
      );
    case 'Slice':
    case 'Transform':
    case 'Names':
    case 'Unknown':
      return base.every((value) => value === LOCAL) ? base : [HOLE];
  }
}

function element(name: string, index: Word, state: ShellState, run: Substitutions): readonly string[] {
  const values = state.variables.get(name);
  if (values === undefined) return LOCAL_VARIABLES.has(name) ? [LOCAL] : [WILD];
  const at = valuesOf(index, state, run, 'assigned')[0]!;
  if (at === '@' || at === '*') return values;
  // One of them: which one, an index that is no number does not tell.
  const all = values.flatMap((value) => value.split(SPLIT));
  return /^[0-9]+$/.test(at) && values.length === 1 ? [all[Number(at)] ?? ''] : all;
}

function changeCase(value: string, operator: string): string {
  const isUpper = operator.startsWith('^');
  if (operator.length === 2) return isUpper ? value.toUpperCase() : value.toLowerCase();
  return (isUpper ? value.slice(0, 1).toUpperCase() : value.slice(0, 1).toLowerCase()) + value.slice(1);
}

function removed(base: readonly string[], operator: string, patterns: readonly string[]): readonly string[] {
  if (base.every((value) => value === LOCAL)) return base;
  const pattern = patterns[0]!;
  if (patterns.length !== 1 || /[*?[\\\uFDD0-\uFDD3]/.test(pattern)) return [HOLE];
  return base.map((value) => {
    if (operator.startsWith('#')) return value.startsWith(pattern) ? value.slice(pattern.length) : value;
    return value.endsWith(pattern) ? value.slice(0, value.length - pattern.length) : value;
  });
}

function replaced(base: readonly string[], operator: string, patterns: readonly string[], texts: readonly string[]): readonly string[] {
  const pattern = patterns[0]!;
  const text = texts[0]!;
  if (patterns.length !== 1 || texts.length !== 1 || pattern === '' || /[*?[\\\uFDD0-\uFDD3]/.test(pattern)) return [HOLE];
  return base.map((value) => {
    if (operator === '//') return value.replaceAll(pattern, () => text);
    if (operator === '/') return value.replace(pattern, () => text);
    if (operator === '/#') return value.startsWith(pattern) ? text + value.slice(pattern.length) : value;
    return value.endsWith(pattern) ? value.slice(0, value.length - pattern.length) + text : value;
  });
}

/** `{a,b}` and `{1..9}`; anything finer is not known. */
function bracesOf(text: string): readonly string[] {
  const inner = text.slice(1, -1);
  const range = /^(-?[0-9]{1,6})\.\.(-?[0-9]{1,6})(?:\.\.(-?[0-9]{1,6}))?$/.exec(inner);
  if (range !== null) return numbersOf(range[1]!, range[2]!, range[3]);
  if (/^[a-z]\.\.[a-z]$/i.test(inner)) {
    const [from, to] = [inner.charCodeAt(0), inner.charCodeAt(3)].toSorted((a, b) => a - b) as [number, number];
    return Array.from({ length: to - from + 1 }, (_, index) => String.fromCharCode(from + index));
  }
  return /[$`{}\\"'\uFDD0-\uFDD3]/.test(inner) ? [HOLE] : inner.split(',');
}

export function numbersOf(from: string, to: string, step = '1'): readonly string[] {
  const by = Math.max(1, Math.abs(Number(step)));
  const [first, last] = [Number(from), Number(to)];
  const count = Math.floor(Math.abs(last - first) / by) + 1;
  if (count > 1024) return [HOLE];
  const width = /^-?0[0-9]/.test(from) || /^-?0[0-9]/.test(to) ? Math.max(from.length, to.length) : 0;
  return Array.from({ length: count }, (_, index) => String(first + (last < first ? -by : by) * index).padStart(width, '0'));
}
