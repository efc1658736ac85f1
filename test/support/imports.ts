// Finds every place where a TypeScript file names another module: static imports and re-exports, `import()` (as a value and as a
// type), `import x = require()`, `require()` and `new URL('./worker.ts', import.meta.url)`.
// A small lexer, so that comments, strings, templates and regular expressions cannot hide or invent an import. It does not check
// syntax: the compiler does that first. What it cannot read (an unfinished string, a computed specifier) is reported, never skipped.

export interface ImportSite {
  /** The module specifier as written; undefined when it is computed at run time. */
  readonly specifier: string | undefined;
  /** 'types': removed by type stripping (`import type`, `export type`; `import { type A }` stays, as an import without names). 'url': a file named by `new URL`. */
  readonly kind: 'code' | 'types' | 'url';
  /** 1-based. */
  readonly line: number;
}

type Token = { readonly kind: 'word' | 'mark' | 'string' | 'template'; readonly text: string; readonly line: number };

/** Words after which a `/` begins a regular expression and not a division. */
const BEFORE_REGEX = new Set([
  'return',
  'typeof',
  'case',
  'in',
  'of',
  'do',
  'else',
  'void',
  'delete',
  'throw',
  'new',
  'await',
  'yield',
  'instanceof',
]);

const WORD = /[\p{ID_Start}$_#][\p{ID_Continue}$\u200c\u200d]*/uy;
const NUMBER = /\d[\w.]*/y;

/** Every import site of `source`, in order. Throws a SyntaxError with the line when the text cannot be split into tokens. */
export function scanImports(source: string): ImportSite[] {
  const tokens = tokenize(source);
  const sites: ImportSite[] = [];
  for (let index = 0; index < tokens.length; index++) {
    const token = tokens[index]!;
    if (token.kind !== 'word' || isMark(tokens[index - 1], '.')) continue;
    let site: ImportSite | undefined;
    if (token.text === 'import') site = readImport(tokens, index);
    else if (token.text === 'export') site = readExportFrom(tokens, index);
    else if (token.text === 'require') site = readCall(tokens, index);
    else if (token.text === 'URL') site = readModuleUrl(tokens, index);
    if (site !== undefined) sites.push(site);
  }
  return sites;
}

function readImport(tokens: readonly Token[], at: number): ImportSite | undefined {
  const next = tokens[at + 1];
  if (next === undefined || isMark(next, '.') || isMark(next, ':')) return undefined;
  if (isMark(next, '(')) return readCall(tokens, at);
  if (next.kind === 'string') return { specifier: next.text, kind: 'code', line: next.line };
  // `import x = require('y')` is read at its `require`.
  if (next.kind === 'word' && isMark(tokens[at + 2], '=')) return undefined;
  return readClause(tokens, at + 1);
}

function readExportFrom(tokens: readonly Token[], at: number): ImportSite | undefined {
  const next = tokens[at + 1];
  const afterType = isWord(next, 'type') ? tokens[at + 2] : next;
  return isMark(afterType, '{') || isMark(afterType, '*') ? readClause(tokens, at + 1) : undefined;
}

/** Reads `type? default? , * as name | { names } from 'specifier'`, starting after `import` or `export`. */
function readClause(tokens: readonly Token[], start: number): ImportSite | undefined {
  const second = tokens[start + 1];
  const namedType = isMark(second, ',') || (isWord(second, 'from') && tokens[start + 2]?.kind === 'string');
  const kind = isWord(tokens[start], 'type') && !namedType ? 'types' : 'code';
  let inBraces = false;
  for (let at = start; at < tokens.length; at++) {
    const token = tokens[at]!;
    const next = tokens[at + 1];
    if (isMark(token, '{')) inBraces = true;
    else if (isMark(token, '}')) inBraces = false;
    else if (!inBraces && isWord(token, 'from') && next?.kind === 'string') return { specifier: next.text, kind, line: next.line };
    else if (token.kind === 'mark' && token.text !== ',' && token.text !== '*') return undefined;
    // `export { a }` without `from` ends here: what follows is the next statement.
    if (!inBraces && isMark(token, '}') && !isWord(next, 'from')) return undefined;
  }
  return undefined;
}

/** Reads `name('specifier', …)`. A call whose first argument is no plain string gives a site without a specifier. */
function readCall(tokens: readonly Token[], at: number): ImportSite | undefined {
  const line = tokens[at]!.line;
  const argument = tokens[at + 2];
  const after = tokens[at + 3];
  if (!isMark(tokens[at + 1], '(') || argument === undefined || isMark(argument, ')')) return undefined;
  const complete = isMark(after, ')') || isMark(after, ',');
  if ((argument.kind === 'string' || argument.kind === 'template') && complete) return { specifier: argument.text, kind: 'code', line };
  return { specifier: undefined, kind: 'code', line };
}

/** Reads `new URL('./file.ts', import.meta.url)`, the way to name a worker's entry file. Other URLs are no imports. */
function readModuleUrl(tokens: readonly Token[], at: number): ImportSite | undefined {
  const [open, path, comma, ...rest] = tokens.slice(at + 1, at + 9);
  const base = rest.slice(0, 5).map((token) => token.text);
  if (!isMark(open, '(') || path?.kind !== 'string' || !isMark(comma, ',') || base.join('') !== 'import.meta.url') return undefined;
  return /\.[cm]?[jt]s$/.test(path.text) ? { specifier: path.text, kind: 'url', line: path.line } : undefined;
}

function isMark(token: Token | undefined, text: string): boolean {
  return token?.kind === 'mark' && token.text === text;
}

function isWord(token: Token | undefined, text: string): boolean {
  return token?.kind === 'word' && token.text === text;
}

function tokenize(source: string): Token[] {
  const tokens: Token[] = [];
  /** For each open brace: whether it belongs to a template's `${`. */
  const braces: boolean[] = [];
  let line = 1;
  let at = source.startsWith('#!') ? source.search(/\n|$/) : 0;

  /** Reads a template from `from` to its end or to the next `${`; returns where to go on. */
  const template = (from: number, opening: boolean): number => {
    for (let index = from; index < source.length; index++) {
      const char = source[index]!;
      if (char === '\\') index++;
      else if (char === '`') {
        // Only a template without substitutions is a value; the rest becomes a mark, which no reader takes for a specifier.
        if (opening) tokens.push({ kind: 'template', text: source.slice(from, index), line });
        else tokens.push({ kind: 'mark', text: '`', line });
        line += countLines(source, from, index);
        return index + 1;
      } else if (char === '$' && source[index + 1] === '{') {
        tokens.push({ kind: 'mark', text: '${', line });
        line += countLines(source, from, index);
        braces.push(true);
        return index + 2;
      }
    }
    throw new SyntaxError(`line ${line}: this template has no end`);
  };

  while (at < source.length) {
    const char = source[at]!;
    if (char === '\n') {
      line++;
      at++;
    } else if (/\s/.test(char)) at++;
    else if (source.startsWith('//', at)) at = endOr(source.indexOf('\n', at), source.length);
    else if (source.startsWith('/*', at)) {
      const end = source.indexOf('*/', at + 2);
      if (end < 0) throw new SyntaxError(`line ${line}: this comment has no end`);
      line += countLines(source, at, end);
      at = end + 2;
    } else if (char === "'" || char === '"') {
      const end = endOfString(source, at, line);
      tokens.push({ kind: 'string', text: unescape(source.slice(at + 1, end)), line });
      at = end + 1;
    } else if (char === '`') at = template(at + 1, true);
    else if (char === '}' && braces.pop() === true) at = template(at + 1, false);
    else if (char === '/' && startsRegex(tokens)) at = endOfRegex(source, at, line);
    else {
      const text = match(WORD, source, at) ?? match(NUMBER, source, at) ?? char;
      const kind = /^[\p{ID_Start}$_#]/u.test(text) && text !== '#' ? 'word' : 'mark';
      if (text === '{') braces.push(false);
      tokens.push({ kind, text, line });
      at += text.length;
    }
  }
  return tokens;
}

/** Whether a `/` after these tokens begins a regular expression: it does where no value can have ended. */
function startsRegex(tokens: readonly Token[]): boolean {
  const last = tokens.at(-1);
  // `value! / 2`, `count++ / 2`: what stands behind a value belongs to it.
  if (isMark(last, '!')) return !endsValue(tokens.at(-2));
  if ((isMark(last, '+') || isMark(last, '-')) && isMark(tokens.at(-2), last!.text)) return !endsValue(tokens.at(-3));
  return !endsValue(last);
}

function endsValue(token: Token | undefined): boolean {
  if (token === undefined) return false;
  if (token.kind === 'word') return !BEFORE_REGEX.has(token.text);
  return token.kind !== 'mark' || /^[)\]}`\d]/.test(token.text);
}

function endOfString(source: string, start: number, line: number): number {
  for (let index = start + 1; index < source.length && source[index] !== '\n'; index++) {
    if (source[index] === '\\') index++;
    else if (source[index] === source[start]) return index;
  }
  throw new SyntaxError(`line ${line}: this string has no end`);
}

function endOfRegex(source: string, start: number, line: number): number {
  let inClass = false;
  for (let index = start + 1; index < source.length && source[index] !== '\n'; index++) {
    const char = source[index];
    if (char === '\\') index++;
    else if (char === '[') inClass = true;
    else if (char === ']') inClass = false;
    else if (char === '/' && !inClass) return index + 1;
  }
  throw new SyntaxError(`line ${line}: this regular expression has no end`);
}

/** Turns the escapes a specifier can hold (`\x2e`, `\u0023`, `\/`) into what they stand for. */
function unescape(text: string): string {
  return text.replaceAll(
    /\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|u\{([0-9a-f]+)\}|([^]))/gi,
    (_whole, hex?: string, four?: string, braced?: string, other = '') => {
      const code = hex ?? four ?? braced;
      return code === undefined ? String(other) : String.fromCodePoint(Number.parseInt(code, 16));
    },
  );
}

function match(pattern: RegExp, source: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(source)?.[0];
}

function countLines(source: string, from: number, to: number): number {
  let lines = 0;
  for (let index = from; index < to; index++) if (source[index] === '\n') lines++;
  return lines;
}

function endOr(index: number, otherwise: number): number {
  return index < 0 ? otherwise : index;
}
