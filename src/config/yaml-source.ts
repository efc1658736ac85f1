// YAML text → plain value, with a way back from each place of the value to its line and column.
// Bounded against hostile files (size by the caller, depth and aliases here). Parser messages are replaced: they quote the source, which may
// hold a secret. YAML 1.2 core schema only: no merge keys, no tags, no octal surprises.
import {
  isAlias,
  isCollection,
  isMap,
  isNode,
  isScalar,
  LineCounter,
  parseDocument,
  type Alias,
  type Document,
  type Node,
  type Pair,
  type Scalar,
  type YAMLMap,
} from 'yaml';
import { formatPath, holdsKnownSecret, shown } from './disclosure.ts';
import type { ConfigProblem } from './problems.ts';
import { SYNTAX_MESSAGES } from './yaml-messages.ts';

const MAX_DEPTH = 24;
const MAX_ALIAS_EXPANSION = 200;
const MAX_SYNTAX_PROBLEMS = 10;

export type Path = readonly PropertyKey[];

export interface Position {
  readonly line: number;
  readonly column: number;
}

export interface YamlSource {
  /** The file as plain values; undefined when the syntax problems leave nothing to judge. */
  readonly value: unknown;
  readonly problems: readonly ConfigProblem[];
  /**
   * Where `path` stands: a scalar at its value, a collection at its key. A path that is not there is placed at its nearest parent.
   * 'key' asks for the key in any case.
   */
  locate(path: Path, prefer?: 'key' | 'value'): Position;
}

/** Parses a configuration text. Every problem of the syntax is reported, and structural traps that the schema could not see. */
export function parseYaml(text: string): YamlSource {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    schema: 'core',
    merge: false,
    stringKeys: true,
    strict: true,
    uniqueKeys: false, // reported by inspectTree, with the line of the first one
    logLevel: 'error', // 'silent' would also silence MULTIPLE_DOCS
  });
  const position = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const find = createFinder();
  const locate = (path: Path, prefer: 'key' | 'value' = 'value'): Position => position(offsetOf(document, find, path, prefer));
  const syntax = syntaxProblems(document, position);
  if (syntax.length > 0) return { value: undefined, problems: syntax, locate };
  const { problems, circular } = inspectTree(document, position);
  if (circular) return { value: undefined, problems, locate };
  try {
    return { value: document.toJS({ maxAliasCount: MAX_ALIAS_EXPANSION }) as unknown, problems, locate };
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
    // Aliases that lead nowhere are among `problems`; what is left is expansion beyond the limit.
    if (problems.length > 0) return { value: undefined, problems, locate };
    return { value: undefined, problems: [{ ...position(0), path: '', reason: 'expands too many YAML aliases' }], locate };
  }
}

function syntaxProblems(document: Document.Parsed, position: (offset: number) => Position): ConfigProblem[] {
  const problems = new Map<string, ConfigProblem>();
  for (const error of [...document.errors, ...document.warnings]) {
    const place = position(error.pos[0]);
    const problem = { ...place, path: '', ...SYNTAX_MESSAGES[error.code] };
    // One slip tends to upset the rest of its line; the first report is the one worth reading.
    const key = String(place.line);
    if (!problems.has(key)) problems.set(key, problem);
    if (problems.size >= MAX_SYNTAX_PROBLEMS) break;
  }
  return [...problems.values()];
}

interface Walk {
  readonly position: (offset: number) => Position;
  readonly problems: ConfigProblem[];
  readonly anchors: Map<string, Node>;
  circular: boolean;
}

/** Finds duplicate and special keys, aliases that cannot be followed, text that is a secret, and nesting beyond any configuration. */
function inspectTree(document: Document.Parsed, position: (offset: number) => Position): Walk {
  const walk: Walk = { position, problems: [], anchors: new Map(), circular: false };
  if (document.contents !== null) inspectNode(walk, document.contents, [], []);
  return walk;
}

function inspectNode(walk: Walk, node: Node, path: Path, parents: readonly Node[]): void {
  const report = (reason: string, suggestion?: string): void => {
    walk.problems.push(problemAt(walk.position(startOf(node)), path, reason, suggestion));
  };
  if (isAlias(node)) {
    inspectAlias(walk, node, parents, report);
    return;
  }
  if ((isScalar(node) || isCollection(node)) && node.anchor !== undefined) walk.anchors.set(node.anchor, node);
  if (isScalar(node)) {
    if (typeof node.value === 'string' && holdsKnownSecret(node.value)) report(SECRET_TEXT, SECRET_ADVICE);
    return;
  }
  if (!isCollection(node)) return;
  if (parents.length >= MAX_DEPTH) {
    report(`is nested more than ${MAX_DEPTH} levels deep`);
    return;
  }
  const inside = [...parents, node];
  if (isMap(node)) inspectKeys(walk, node, path, inside);
  else {
    for (const [index, item] of node.items.entries()) if (isNode(item)) inspectNode(walk, item, [...path, index], inside);
  }
}

function inspectAlias(walk: Walk, node: Alias, parents: readonly Node[], report: (reason: string, suggestion?: string) => void): void {
  const target = walk.anchors.get(node.source);
  if (target === undefined) report('is an alias to an anchor that no earlier line sets');
  else if (parents.includes(target)) {
    walk.circular = true;
    report('is an alias to something that contains it');
  }
}

function inspectKeys(walk: Walk, map: YAMLMap, path: Path, parents: readonly Node[]): void {
  const first = new Map<string, Position>();
  for (const { key, value } of map.items) {
    if (!isScalar(key)) continue;
    const name = keyName(key);
    const place = walk.position(startOf(key));
    const earlier = first.get(name);
    const called = shown(name) ?? '(not shown)';
    if (earlier !== undefined) {
      walk.problems.push(problemAt(place, [...path, name], `key ${called} is already given in line ${earlier.line}`, 'keep one of them'));
    } else first.set(name, place);
    if (name === '__proto__') walk.problems.push(problemAt(place, [...path, name], 'is not a usable key'));
    if (holdsKnownSecret(name)) walk.problems.push(problemAt(place, path, `holds a key that is a secret (not shown here)`, SECRET_ADVICE));
    if (isNode(value)) inspectNode(walk, value, [...path, name], parents);
  }
}

/** Reason of the problem for text in a known secret format. */
export const SECRET_TEXT = 'holds a secret in clear (not shown here)';
const SECRET_ADVICE =
  'take it out of this file, replace it at its issuer if others could read the file, and write a reference: `env:NAME` or `file:/path`';

function problemAt(place: Position, path: Path, reason: string, suggestion?: string): ConfigProblem {
  const problem = { ...place, path: formatPath(path), reason };
  return suggestion === undefined ? problem : { ...problem, suggestion };
}

type Finder = (map: YAMLMap, name: string) => Pair | undefined;

/** Looks up entries of mappings through an index that it builds once for each: a hostile file has 100,000 keys, all of them wrong. */
function createFinder(): Finder {
  const indexes = new WeakMap<YAMLMap, Map<string, Pair>>();
  return (map, name) => {
    let index = indexes.get(map);
    if (index === undefined) {
      index = new Map(map.items.flatMap((item) => (isScalar(item.key) ? [[keyName(item.key), item]] : [])));
      indexes.set(map, index);
    }
    return index.get(name);
  };
}

function offsetOf(document: Document.Parsed, find: Finder, path: Path, prefer: 'key' | 'value'): number {
  let node: unknown = document.contents;
  let key: Node | undefined;
  let found = true;
  for (const segment of path) {
    const parent: unknown = isAlias(node) ? node.resolve(document) : node;
    let next: unknown;
    if (isMap(parent)) {
      const pair = find(parent, String(segment));
      found = pair !== undefined && isScalar(pair.key);
      if (pair !== undefined && isScalar(pair.key)) key = pair.key;
      next = pair?.value;
    } else if (isCollection(parent) && typeof segment === 'number') {
      next = parent.items[segment];
      found = next !== undefined;
      if (isNode(next)) key = next;
    } else found = false;
    if (!found) break;
    node = next;
  }
  const filled = isAlias(node) || (isScalar(node) && node.source !== '');
  if (found && prefer === 'value' && filled) return startOf(node as Node);
  if (key !== undefined) return startOf(key);
  return isNode(node) ? startOf(node) : 0;
}

function keyName(key: Scalar): string {
  return typeof key.value === 'string' ? key.value : '';
}

function startOf(node: Node): number {
  return node.range?.[0] ?? 0;
}
