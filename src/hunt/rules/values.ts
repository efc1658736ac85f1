// One item of a detection, `Field|modifier|modifier: value or values`, into tests.
// Source: Sigma modifiers appendix 2.1. A combination that has no meaning is a RuleProblem, never a guess.
import { networkMatcher } from '../address.ts';

import { base64Offsets, dashPattern, dashSpellings, widen, type Wide } from './encode.ts';
import { globTest, readGlob, tidy } from './glob.ts';
import { ANY, KEYWORDS, RuleProblem, type Comparison, type GlobToken, type Test, type TextTest, type TimePart } from './model.ts';
import { isList, type Scalar, type Value } from './yaml.ts';

/** Values of placeholders by name, without the percent signs. */
export type Placeholders = Readonly<Record<string, readonly string[]>>;

export interface ItemTests {
  readonly field: string;
  readonly tests: readonly { readonly test: Test; readonly written: string }[];
  /** All tests must hold instead of one. */
  readonly all: boolean;
  /** The item holds when the tests do not. */
  readonly negated: boolean;
}

const MAX_VALUES = 20_000;
const MAX_SPELLINGS = 125;

const textModifiers: Readonly<Record<string, TextTest>> = { contains: 'contains', startswith: 'startsWith', endswith: 'endsWith' };
const wideModifiers: Readonly<Record<string, Wide>> = { wide: 'utf16le', utf16le: 'utf16le', utf16be: 'utf16be', utf16: 'utf16' };
const comparisons: ReadonlySet<string> = new Set(['lt', 'lte', 'gt', 'gte']);
const timeParts: ReadonlySet<string> = new Set(['minute', 'hour', 'day', 'week', 'month', 'year']);
const plain: ReadonlySet<string> = new Set(['all', 're', 'i', 'm', 's', 'cidr', 'exists', 'fieldref', 'expand', 'cased', 'neq']);
const more: ReadonlySet<string> = new Set(['base64', 'base64offset', 'windash', 'ignorecase', 'multiline', 'dotall']);

/** What is left of a value while modifiers are applied to it. */
type Draft =
  | { readonly scalar: Scalar }
  | { readonly tokens: readonly GlobToken[] }
  | { readonly bytes: Buffer }
  | { readonly pattern: string };

interface Item {
  readonly field: string;
  readonly modifiers: readonly string[];
  readonly has: (name: string) => boolean;
}

export function readItem(key: string, value: Value, placeholders: Placeholders): ItemTests {
  const [field = '', ...modifiers] = key.split('|');
  for (const modifier of modifiers) {
    const known =
      modifier in textModifiers ||
      modifier in wideModifiers ||
      comparisons.has(modifier) ||
      timeParts.has(modifier) ||
      plain.has(modifier) ||
      more.has(modifier);
    if (!known) throw new RuleProblem(`unknown modifier "${modifier.slice(0, 40)}" in "${key.slice(0, 80)}"`);
  }
  const item: Item = { field, modifiers, has: (name) => modifiers.includes(name) };
  const values = isList(value) ? value : [value];
  if (values.length === 0) throw new RuleProblem(`"${key.slice(0, 80)}" has an empty list of values`);
  if (values.length > MAX_VALUES) throw new RuleProblem(`"${key.slice(0, 80)}" has more than ${MAX_VALUES} values`);
  const tests = values.flatMap((one) => readValue(item, one, placeholders));
  return { field, tests, all: item.has('all'), negated: item.has('neq') };
}

function readValue(item: Item, value: Value, placeholders: Placeholders): readonly { test: Test; written: string }[] {
  if (typeof value === 'object' && value !== null) throw new RuleProblem(`"${write(item, null)}" holds a map or a list inside a list`);
  const written = write(item, value);
  const expanded = item.has('expand') ? expand(value, placeholders) : [value];
  const tests = expanded.flatMap((scalar) => testsOf(item, scalar));
  return tests.map((test) => ({ test, written }));
}

function write(item: Item, value: Scalar): string {
  const key = [item.field, ...item.modifiers].join('|');
  const shown = typeof value === 'string' ? JSON.stringify(value.length > 500 ? `${value.slice(0, 500)}…` : value) : String(value);
  return item.field === KEYWORDS && item.modifiers.length === 0 ? `keyword: ${shown}` : `${key}: ${shown}`;
}

function testsOf(item: Item, scalar: Scalar): readonly Test[] {
  const numeric = item.modifiers.find((name) => comparisons.has(name));
  const part = item.modifiers.find((name) => timeParts.has(name)) as TimePart | undefined;
  if (numeric !== undefined) {
    return [{ kind: 'compare', comparison: numeric as Comparison, value: readNumber(item, scalar), part }];
  }
  if (part !== undefined) return [{ kind: 'timePart', part, value: readNumber(item, scalar) }];
  if (item.has('exists')) return [existsTest(item, scalar)];
  if (item.has('fieldref')) return [fieldRefTest(item, scalar)];
  if (item.has('cidr')) {
    if (typeof scalar !== 'string') throw new RuleProblem(`"${write(item, scalar)}": cidr needs a text`);
    return [{ kind: 'cidr', network: checkNetwork(scalar) }];
  }
  if (item.has('re')) return [regexTest(item, scalar)];
  if (scalar === null) {
    if (item.field === KEYWORDS) throw new RuleProblem('null cannot be searched as a keyword');
    return [{ kind: 'null' }];
  }
  return textTests(item, scalar);
}

function textTests(item: Item, scalar: Exclude<Scalar, null>): readonly Test[] {
  const cased = item.has('cased');
  let drafts: readonly Draft[] = [{ tokens: typeof scalar === 'string' ? readGlob(scalar) : tidy([String(scalar)]) }];
  for (const modifier of item.modifiers) drafts = drafts.flatMap((draft) => applyModifier(item, modifier, draft, scalar));
  return drafts.map((draft): Test => {
    if ('pattern' in draft) return { kind: 'regex', pattern: draft.pattern, flags: cased ? 's' : 'is' };
    const tokens = tokensOf(item, draft, scalar);
    return globTest(item.field === KEYWORDS ? tidy([ANY, ...tokens, ANY]) : tokens, cased);
  });
}

function tokensOf(item: Item, draft: Draft, scalar: Scalar): readonly GlobToken[] {
  if ('tokens' in draft) return draft.tokens;
  if ('bytes' in draft) return tidy([draft.bytes.toString('latin1')]);
  throw new RuleProblem(`"${write(item, scalar)}": these modifiers do not fit together`);
}

function applyModifier(item: Item, modifier: string, draft: Draft, scalar: Scalar): readonly Draft[] {
  const text = textModifiers[modifier];
  if (text !== undefined) {
    const tokens = tokensOf(item, draft, scalar);
    return [{ tokens: tidy([...(text === 'startsWith' ? [] : [ANY]), ...tokens, ...(text === 'endsWith' ? [] : [ANY])] as GlobToken[]) }];
  }
  const wide = wideModifiers[modifier];
  if (wide !== undefined) return [{ bytes: widen(literalOf(item, draft, scalar, modifier).toString('utf8'), wide) }];
  if (modifier === 'base64') return [{ tokens: tidy([literalOf(item, draft, scalar, modifier).toString('base64')]) }];
  if (modifier === 'base64offset') {
    const bytes = literalOf(item, draft, scalar, modifier);
    return base64Offsets(bytes).map((spelling) => {
      if (spelling === '') throw new RuleProblem(`"${write(item, scalar)}" is too short for base64offset`);
      return { tokens: [spelling] };
    });
  }
  if (modifier === 'windash') {
    const tokens = tokensOf(item, draft, scalar);
    const spellings = dashSpellings(tokens, MAX_SPELLINGS);
    if (spellings !== undefined) return spellings.map((spelling) => ({ tokens: tidy(spelling) }));
    return [{ pattern: patternWithDashes(item, tokens) }];
  }
  return [draft];
}

/** Modifiers after `windash` that would still change the value are folded in here, because a pattern cannot take them later. */
function patternWithDashes(item: Item, tokens: readonly GlobToken[]): string {
  const later = item.modifiers.slice(item.modifiers.indexOf('windash') + 1);
  if (later.some((name) => name in textModifiers || name in wideModifiers || name.startsWith('base64'))) {
    throw new RuleProblem(`a value with so many options needs windash as the last modifier`);
  }
  return dashPattern(item.field === KEYWORDS ? tidy([ANY, ...tokens, ANY]) : tokens);
}

function literalOf(item: Item, draft: Draft, scalar: Scalar, modifier: string): Buffer {
  if ('bytes' in draft) return draft.bytes;
  const tokens = tokensOf(item, draft, scalar);
  const [only] = tokens;
  if (tokens.length > 1 || typeof only !== 'string')
    throw new RuleProblem(`"${write(item, scalar)}": ${modifier} needs a text without wildcards`);
  return Buffer.from(only, 'utf8');
}

function readNumber(item: Item, scalar: Scalar): number {
  const number = typeof scalar === 'number' || typeof scalar === 'bigint' ? Number(scalar) : Number.NaN;
  const read = typeof scalar === 'string' && scalar.trim() !== '' ? Number(scalar) : number;
  if (!Number.isFinite(read)) throw new RuleProblem(`"${write(item, scalar)}" needs a number`);
  return read;
}

function existsTest(item: Item, scalar: Scalar): Test {
  const wanted = typeof scalar === 'string' ? { true: true, yes: true, false: false, no: false }[scalar.toLowerCase()] : scalar;
  if (typeof wanted !== 'boolean') throw new RuleProblem(`"${write(item, scalar)}" needs true or false`);
  if (item.field === KEYWORDS) throw new RuleProblem('exists needs a field');
  return wanted ? { kind: 'exists' } : { kind: 'missing' };
}

function fieldRefTest(item: Item, scalar: Scalar): Test {
  if (typeof scalar !== 'string' || scalar === '') throw new RuleProblem(`"${write(item, scalar)}": fieldref needs the name of a field`);
  const how = item.modifiers.map((name) => textModifiers[name]).find((found) => found !== undefined) ?? 'equals';
  return { kind: 'fieldRef', field: scalar, how, cased: item.has('cased') };
}

function regexTest(item: Item, scalar: Scalar): Test {
  if (scalar === null || typeof scalar === 'boolean') throw new RuleProblem(`"${write(item, scalar)}": re needs a pattern`);
  const flags = [
    item.has('i') || item.has('ignorecase') ? 'i' : '',
    item.has('m') || item.has('multiline') ? 'm' : '',
    item.has('s') || item.has('dotall') ? 's' : '',
  ].join('');
  let pattern = String(scalar);
  // A regex is searched anywhere in the value; the other modifiers only pin it to an end.
  if (item.has('startswith')) pattern = `^(?:${pattern})`;
  if (item.has('endswith')) pattern = `(?:${pattern})$`;
  return { kind: 'regex', pattern, flags };
}

function checkNetwork(text: string): string {
  const [address = '', length] = text.trim().split('/');
  const network = `${address}/${length ?? (address.includes(':') ? 128 : 32)}`;
  if (networkMatcher(network) === undefined) throw new RuleProblem(`"${text.slice(0, 60)}" is not a network in CIDR notation`);
  return network;
}

function expand(scalar: Scalar, placeholders: Placeholders): readonly Scalar[] {
  if (typeof scalar !== 'string') return [scalar];
  let texts: readonly string[] = [scalar];
  for (const [whole, name = ''] of scalar.matchAll(/%([^%\s]+)%/g)) {
    const values = Object.hasOwn(placeholders, name) ? placeholders[name] : undefined;
    if (values === undefined || values.length === 0) throw new RuleProblem(`the placeholder %${name.slice(0, 60)}% has no values`);
    if (texts.length * values.length > MAX_VALUES) throw new RuleProblem(`the placeholders expand to more than ${MAX_VALUES} values`);
    // Values are texts, not patterns: what they hold of wildcards is escaped.
    texts = texts.flatMap((text) => values.map((value) => text.replaceAll(whole, () => escapeGlob(value))));
  }
  return texts;
}

function escapeGlob(value: string): string {
  return value.replace(/[\\*?]/g, '\\$&');
}
