// How many readings of a text a grammar has to keep open at once. Each alternative that starts alike doubles the work for every token, and
// alternatives inside alternatives multiply: a schema of a few hundred characters could stop a machine. Such schemas are refused here.
import type { DescribedSchema, Shape } from './schema-shape.ts';

/** Alternatives that may be open at once, counted where they can last: in objects and lists. */
const MAX_READINGS = 64;

type Start = 'object' | 'array' | 'string' | 'number' | 'boolean' | 'null';
const STARTS: readonly Start[] = ['object', 'array', 'string', 'number', 'boolean', 'null'];

/** Why the schema cannot be used, in words that follow its place; undefined when it can. */
export function findAmbiguity(schema: DescribedSchema): string | undefined {
  const all = [schema.root, ...schema.definitions.values()];
  if (all.some((shape) => alternativesOf(shape, schema) === undefined)) return 'has a definition that is nothing but itself';
  // Definitions may contain each other: counted again until no count grows. A count that grows with every round passes the limit.
  const readings = new Map<string, number>();
  for (let isGrowing = true; isGrowing;) {
    isGrowing = false;
    for (const [name, shape] of schema.definitions) {
      const count = readingsOf(shape, schema, readings);
      if (count > MAX_READINGS) return tooMany();
      if (count <= (readings.get(name) ?? 1)) continue;
      readings.set(name, count);
      isGrowing = true;
    }
  }
  return readingsOf(schema.root, schema, readings) > MAX_READINGS ? tooMany() : undefined;
}

function tooMany(): string {
  return `has alternatives of one type inside each other in more than ${MAX_READINGS} ways; tell them apart by type`;
}

function readingsOf(shape: Shape, schema: DescribedSchema, known: ReadonlyMap<string, number>): number {
  switch (shape.kind) {
    case 'object':
      return Math.max(
        1,
        ...[...shape.properties.map((property) => property.shape), ...(shape.others === undefined ? [] : [shape.others])].map(deeper),
      );
    case 'array':
      return deeper(shape.items);
    case 'reference':
      return known.get(shape.name) ?? 1;
    case 'choice': {
      const alternatives = alternativesOf(shape, schema) ?? [];
      return Math.max(1, ...STARTS.map((start) => sum(sourcesOf(alternatives, start).map(deeper))));
    }
    default:
      return 1;
  }

  function deeper(inner: Shape): number {
    return readingsOf(inner, schema, known);
  }
}

interface Alternative {
  /** Neither a choice nor a reference. */
  readonly shape: Shape;
  /** The outermost reference that led to it, else the shape itself: what its readings are counted of. */
  readonly source: Shape;
}

/** What a value of `shape` may begin as. Undefined: it leads to itself. */
function alternativesOf(shape: Shape, schema: DescribedSchema, passed: readonly string[] = []): readonly Alternative[] | undefined {
  if (shape.kind === 'choice') {
    const found: Alternative[] = [];
    for (const one of shape.shapes) {
      const inner = alternativesOf(one, schema, passed);
      if (inner === undefined) return undefined;
      found.push(...inner);
      // More than can be allowed, however they begin.
      if (found.length > STARTS.length * MAX_READINGS) return found;
    }
    return found;
  }
  if (shape.kind !== 'reference') return [{ shape, source: shape }];
  const target = schema.definitions.get(shape.name);
  if (target === undefined || passed.includes(shape.name)) return undefined;
  return alternativesOf(target, schema, [...passed, shape.name])?.map((alternative) => ({ shape: alternative.shape, source: shape }));
}

/** Those that begin alike. What one reference leads to is counted with it, once. */
function sourcesOf(alternatives: readonly Alternative[], start: Start): readonly Shape[] {
  return [...new Set(alternatives.filter(({ shape }) => startsWith(shape, start)).map(({ source }) => source))];
}

function startsWith(shape: Shape, start: Start): boolean {
  switch (shape.kind) {
    case 'any':
      return true;
    case 'integer':
      return start === 'number';
    case 'literals':
      return shape.values.some((value) => (value === null ? 'null' : typeof value) === start);
    default:
      return shape.kind === start;
  }
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
