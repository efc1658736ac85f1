// Finds the route that a method and a path name. Built once; reads hostile paths. Knows nothing of guards.
import type { ApiRoute } from './route.ts';

export type PathMatch =
  | { readonly kind: 'found'; readonly route: ApiRoute; readonly params: Readonly<Record<string, string>> }
  /** There is something at this path, for these methods. */
  | { readonly kind: 'other-method'; readonly allowed: readonly string[] }
  | { readonly kind: 'nothing' };

/** One part of a path: what may follow it literally, and what may follow it as a named part. */
interface Node {
  readonly literal: Map<string, Node>;
  named: Node | undefined;
  readonly routes: Map<string, ApiRoute>;
}

/** Longest decoded named part, in characters. */
const LONGEST_PART = 256;
const NAMED = /^\{([A-Za-z][A-Za-z0-9]*)\}$/;
/** Control characters, and what no id or name holds: they would only disturb logs and terminals. */
const UNSAFE = /[\p{Cc}\p{Zl}\p{Zp}]/u;

export function createPathTable(routes: readonly ApiRoute[]): (method: string, path: string) => PathMatch {
  const root = emptyNode();
  for (const route of routes) add(root, route);
  return (method, path) => {
    const values: string[] = [];
    const node = find(root, path.split('/'), 1, values);
    if (node === undefined) return { kind: 'nothing' };
    const route = node.routes.get(method);
    if (route === undefined) return { kind: 'other-method', allowed: [...node.routes.keys()].sort() };
    const names = namesOf(route.path);
    return { kind: 'found', route, params: Object.fromEntries(names.map((name, index) => [name, values[index]!])) };
  };
}

function emptyNode(): Node {
  return { literal: new Map(), named: undefined, routes: new Map() };
}

function add(root: Node, route: ApiRoute): void {
  let node = root;
  for (const part of route.path.split('/').slice(1)) {
    if (NAMED.test(part)) {
      node.named ??= emptyNode();
      node = node.named;
    } else {
      const next = node.literal.get(part) ?? emptyNode();
      node.literal.set(part, next);
      node = next;
    }
  }
  if (node.routes.has(route.method)) throw new Error(`two routes for ${route.method} ${route.path}`);
  node.routes.set(route.method, route);
}

/** What is written out goes before what is named, and gives way where it leads nowhere. */
function find(node: Node, parts: readonly string[], index: number, values: string[]): Node | undefined {
  const part = parts[index];
  if (part === undefined) return node.routes.size === 0 ? undefined : node;
  const literal = node.literal.get(part);
  const found = literal === undefined ? undefined : find(literal, parts, index + 1, values);
  if (found !== undefined || node.named === undefined) return found;
  const value = decoded(part);
  if (value === undefined) return undefined;
  values.push(value);
  const below = find(node.named, parts, index + 1, values);
  if (below === undefined) values.pop();
  return below;
}

function decoded(part: string): string | undefined {
  if (part === '' || part.length > LONGEST_PART * 9) return undefined;
  try {
    const text = decodeURIComponent(part);
    return text.length > LONGEST_PART || UNSAFE.test(text) || text === '.' || text === '..' ? undefined : text;
  } catch {
    return undefined;
  }
}

function namesOf(path: string): readonly string[] {
  return path.split('/').flatMap((part) => NAMED.exec(part)?.[1] ?? []);
}
