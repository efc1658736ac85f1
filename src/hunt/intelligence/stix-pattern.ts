// The part of STIX 2.1 patterns that a single log record can answer: comparisons of observables, AND, OR, and observations joined by
// them. What needs several records or time (FOLLOWEDBY, REPEATS), negation and regular expressions is refused with its reason.
// Source: the STIX 2.1 specification, section 9.
import { err, ok, type Result } from '#kernel';

import { hashTypeOf, normalise, type IndicatorCondition, type IndicatorType, type Observable } from './indicator.ts';

const MAX_PATTERN = 64 * 1024;
const MAX_TOKENS = 10_000;
const MAX_DEPTH = 32;
const token =
  /\s*(?:(\[|\]|\(|\)|,)|(<=|>=|!=|=|<|>)|([thb]?'(?:[^'\\]|\\.)*')|([A-Za-z][\w-]*:(?:[\w-]+|'(?:[^'\\]|\\.)*'|\[(?:\d+|\*)\]|\.)+)|([A-Za-z]+)|(-?\d+(?:\.\d+)?))/sy;

interface Token {
  readonly kind: 'mark' | 'operator' | 'text' | 'path' | 'word' | 'number';
  readonly text: string;
}

class Refused extends Error {}

/** The condition of a pattern, or why it cannot be used on logs. */
export function parseStixPattern(pattern: string): Result<IndicatorCondition, string> {
  try {
    const parser = new Parser(tokenise(pattern));
    return ok(parser.pattern());
  } catch (error) {
    if (error instanceof Refused) return err(error.message);
    throw error;
  }
}

function tokenise(pattern: string): readonly Token[] {
  if (pattern.length > MAX_PATTERN) throw new Refused(`longer than ${MAX_PATTERN} characters`);
  const tokens: Token[] = [];
  const text = pattern.trimEnd();
  token.lastIndex = 0;
  while (token.lastIndex < text.length) {
    const at = token.lastIndex;
    const found = token.exec(text);
    if (found === null) throw new Refused(`cannot be read at character ${at + 1}`);
    if (tokens.length >= MAX_TOKENS) throw new Refused(`more than ${MAX_TOKENS} words`);
    const kinds = ['mark', 'operator', 'text', 'path', 'word', 'number'] as const;
    const index = kinds.findIndex((_, place) => found[place + 1] !== undefined);
    tokens.push({ kind: kinds[index] ?? 'word', text: found[index + 1] ?? '' });
  }
  return tokens;
}

class Parser {
  readonly #tokens: readonly Token[];
  #at = 0;
  #depth = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  pattern(): IndicatorCondition {
    const condition = this.#observations();
    const rest = this.#peek();
    if (rest !== undefined) throw new Refused(`${rest.text} needs more than one record`);
    return condition;
  }

  #observations(): IndicatorCondition {
    return this.#joined('OR', () => this.#joined('AND', () => this.#observation()));
  }

  #observation(): IndicatorCondition {
    if (this.#take('(')) return this.#within(() => this.#closed(')', () => this.#observations()));
    if (!this.#take('[')) throw new Refused('an observation begins with [');
    return this.#closed(']', () => this.#comparisons());
  }

  #comparisons(): IndicatorCondition {
    return this.#joined('OR', () => this.#joined('AND', () => this.#comparison()));
  }

  #joined(word: 'AND' | 'OR', part: () => IndicatorCondition): IndicatorCondition {
    const parts = [part()];
    while (this.#take(word)) parts.push(part());
    const [only] = parts;
    if (parts.length === 1 && only !== undefined) return only;
    return word === 'AND' ? { all: parts } : { any: parts };
  }

  #comparison(): IndicatorCondition {
    if (this.#take('(')) return this.#within(() => this.#closed(')', () => this.#comparisons()));
    const path = this.#next('path');
    if (this.#take('NOT')) throw new Refused('NOT is not used: what a record does not say is no evidence');
    const operator = this.#peek();
    this.#at++;
    if (operator?.text === '=') return anyOf(path, [this.#literal()], 'equals');
    if (operator?.text === 'LIKE') return anyOf(path, [this.#literal()], 'like');
    if (operator?.text === 'ISSUBSET') return anyOf(path, [this.#literal()], 'equals');
    if (operator?.text !== 'IN') throw new Refused(`the comparison ${operator?.text ?? ''} is not used on logs`);
    if (!this.#take('(')) throw new Refused('IN needs a list');
    const values = [this.#literal()];
    while (this.#take(',')) values.push(this.#literal());
    if (!this.#take(')')) throw new Refused('a list without its end');
    return anyOf(path, values, 'equals');
  }

  #literal(): string {
    const found = this.#peek();
    this.#at++;
    if (found?.kind === 'number' || found?.kind === 'word') return found.text;
    if (found?.kind !== 'text' || !found.text.startsWith("'")) throw new Refused('only text and numbers are compared');
    return found.text.slice(1, -1).replace(/\\(['\\])/g, '$1');
  }

  #within<T>(inner: () => T): T {
    if (++this.#depth > MAX_DEPTH) throw new Refused('nested too deep');
    const result = inner();
    this.#depth--;
    return result;
  }

  #closed<T>(mark: string, inner: () => T): T {
    const result = inner();
    if (!this.#take(mark)) throw new Refused(`${this.#peek()?.text ?? 'the end'} where ${mark} should be`);
    return result;
  }

  #next(kind: Token['kind']): string {
    const found = this.#peek();
    if (found?.kind !== kind) throw new Refused(`${found?.text ?? 'the end'} where an object path should be`);
    this.#at++;
    return found.text;
  }

  #take(text: string): boolean {
    const found = this.#peek();
    if (found?.text !== text || found.kind === 'text') return false;
    this.#at++;
    return true;
  }

  #peek(): Token | undefined {
    return this.#tokens[this.#at];
  }
}

function anyOf(path: string, values: readonly string[], operator: Observable['operator']): IndicatorCondition {
  const any = values.map((value) => observable(path, value, operator));
  const [only] = any;
  return any.length === 1 && only !== undefined ? only : { any };
}

function observable(path: string, value: string, operator: Observable['operator']): Observable {
  const plain = path.replaceAll("'", '').toLowerCase();
  const type = typeOfPath(plain, value);
  if (type === undefined) throw new Refused(`${path} is not something that logs hold`);
  if (operator === 'like') return { type, value: value.toLowerCase(), operator };
  const normal = normalise(type, value);
  if (normal === undefined) throw new Refused(`not a value for ${path}`);
  return { type, value: normal, operator };
}

function typeOfPath(path: string, value: string): IndicatorType | undefined {
  if (/(?:^|\.)(?:file|image_ref|parent_directory_ref|x509-certificate|artifact)?[^:]*:?.*hashes\./.test(path)) return hashTypeOf(value);
  if (/^(?:ipv4-addr|ipv6-addr):value$/.test(path) || path.endsWith('_ref.value')) return value.includes('/') ? 'network' : ipOrName(value);
  if (path === 'domain-name:value') return 'domain';
  if (path === 'url:value') return 'url';
  if (path === 'email-addr:value' || /^email-message:.*_ref(?:s\[(?:\d+|\*)\])?\.value$/.test(path)) return 'email';
  if (path === 'file:name' || path === 'process:name' || path === 'process:image_ref.name' || path === 'process:binary_ref.name')
    return 'file-name';
  if (path === 'directory:path' || path === 'file:parent_directory_ref.path') return 'path';
  if (path === 'process:command_line' || path === 'email-message:subject' || path === 'mutex:name') return 'text';
  if (path === 'windows-registry-key:key') return 'registry';
  return /^windows-registry-key:values\[(?:\d+|\*)\]\.(?:name|data)$/.test(path) || path === 'user-account:user_id' ? 'text' : undefined;
}

function ipOrName(value: string): IndicatorType {
  return /^[0-9a-f:.%_]+$/i.test(value) && /[.:]/.test(value) ? 'ip' : 'domain';
}
