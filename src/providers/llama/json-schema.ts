// Reads the JSON Schema (2020-12) of a request into the few shapes that a grammar can hold a model to. In `exact` reading every keyword is
// either kept or refused by its place, so that what the grammar lets through satisfies the schema. In `loose` reading, for the parameters of
// tools that do not ask for strictness, what cannot be held is left out. Sizes are bounded either way: schemas come from callers.
import { err, ok, type Result } from '#kernel';
import { isNestedDeeper } from './nesting.ts';
import { findAmbiguity } from './schema-ambiguity.ts';
import {
  MAX_INTEGER,
  SCHEMA_LIMITS,
  type DescribedSchema,
  type Literal,
  type Property,
  type SchemaProblem,
  type Shape,
  type StringFormat,
} from './schema-shape.ts';

type Members = Readonly<Record<string, unknown>>;

/** Say something about a value and constrain nothing (JSON Schema Validation, "Annotations"; Core, "$comment"). */
const ANNOTATIONS: ReadonlySet<string> = new Set([
  'title',
  'description',
  'default',
  'examples',
  'deprecated',
  'readOnly',
  'writeOnly',
  '$comment',
  '$defs',
  'definitions',
]);
/** Only at the root: further down they would change what a reference means. */
const ROOT_ANNOTATIONS: ReadonlySet<string> = new Set(['$schema', '$id']);
const KEYWORDS: Readonly<Record<string, readonly string[]>> = {
  object: ['properties', 'required', 'additionalProperties'],
  array: ['items', 'minItems', 'maxItems'],
  string: ['minLength', 'maxLength', 'format'],
  integer: ['minimum', 'maximum'],
  number: [],
  boolean: [],
  null: [],
};
const FORMATS: ReadonlySet<string> = new Set(['date', 'time', 'date-time', 'uuid', 'ipv4']);
const REFERENCE = /^#(?:\/(?:\$defs|definitions)\/(?<name>[^/]+))?$/;
/** The schema itself, as the target of a reference. No definition can have this name: it would be written `#/$defs/`. */
const ROOT_NAME = '';
const ANY: Shape = { kind: 'any' };

/**
 * Reads `schema`, found at `place` in the request. `reading` as described above. Problems name the place of the keyword that cannot be
 * kept, or of the limit in {@link SCHEMA_LIMITS} that is passed.
 */
export function readSchema(schema: unknown, place: string, reading: 'exact' | 'loose'): Result<DescribedSchema, SchemaProblem> {
  // One schema inside another is two values deep: `properties`, and the member in it.
  if (isNestedDeeper(schema, 3 * SCHEMA_LIMITS.depth)) return err({ place, reason: `is nested more than ${SCHEMA_LIMITS.depth} deep` });
  if ((JSON.stringify(schema) ?? '').length > SCHEMA_LIMITS.characters) {
    return err({ place, reason: `is longer than ${SCHEMA_LIMITS.characters} characters` });
  }
  return new SchemaReader(schema, place, reading).read();
}

/** Ends the reading; never leaves {@link SchemaReader.read}. */
class Unreadable extends Error {
  readonly problem: SchemaProblem;

  constructor(place: string, reason: string) {
    super(reason);
    this.problem = { place, reason };
  }
}

class SchemaReader {
  readonly #schema: unknown;
  readonly #place: string;
  readonly #isExact: boolean;
  readonly #definitions = new Map<string, Shape>();
  /** Definitions that something refers to and nobody has read yet. */
  readonly #wanted: string[] = [];
  #shapes = 0;
  #literals = 0;
  #repetitions = 0;

  constructor(schema: unknown, place: string, reading: 'exact' | 'loose') {
    this.#schema = schema;
    this.#place = place;
    this.#isExact = reading === 'exact';
  }

  read(): Result<DescribedSchema, SchemaProblem> {
    try {
      const root = this.#shape(this.#schema, this.#place, 0);
      for (let name = this.#wanted.pop(); name !== undefined; name = this.#wanted.pop()) this.#define(name, root);
      const described = { root, definitions: this.#definitions };
      const ambiguity = findAmbiguity(described);
      return ambiguity === undefined ? ok(described) : err({ place: this.#place, reason: ambiguity });
    } catch (error) {
      if (error instanceof Unreadable) return err(error.problem);
      throw error;
    }
  }

  #define(name: string, root: Shape): void {
    if (this.#definitions.has(name)) return;
    if (name === ROOT_NAME) {
      this.#definitions.set(name, root);
      return;
    }
    const schema = membersOf(this.#schema);
    const group = isMembers(schema['$defs']) && Object.hasOwn(schema['$defs'], name) ? '$defs' : 'definitions';
    const definitions = membersOf(schema[group]);
    if (!Object.hasOwn(definitions, name)) throw new Unreadable(`${this.#place}.$defs`, `has no definition ${JSON.stringify(name)}`);
    this.#definitions.set(name, this.#shape(definitions[name], `${this.#place}.${group}.${name}`, 1));
  }

  #shape(schema: unknown, place: string, depth: number): Shape {
    if (depth > SCHEMA_LIMITS.depth) throw new Unreadable(place, `is nested more than ${SCHEMA_LIMITS.depth} deep`);
    if (++this.#shapes > SCHEMA_LIMITS.shapes) throw new Unreadable(place, `is one schema more than the ${SCHEMA_LIMITS.shapes} allowed`);
    if (schema === true) return ANY;
    if (!isMembers(schema)) throw new Unreadable(place, schema === false ? 'allows nothing' : 'must be a JSON Schema');
    if (schema['$ref'] !== undefined) return this.#reference(schema, place);
    for (const choice of ['anyOf', 'oneOf', 'allOf'] as const) {
      if (schema[choice] !== undefined) return this.#choice(schema, choice, place, depth);
    }
    if (schema['const'] !== undefined) return this.#literalShape([schema['const']], 'const', schema, place);
    if (schema['enum'] !== undefined) return this.#literalShape(schema['enum'], 'enum', schema, place);
    return this.#typed(schema, place, depth);
  }

  #typed(schema: Members, place: string, depth: number): Shape {
    const types = this.#types(schema, place);
    this.#keepOnly(schema, ['type', ...types.flatMap((type) => KEYWORDS[type] ?? [])], place);
    const shapes = types.map((type) => this.#ofType(type, schema, place, depth));
    if (shapes.length === 0) return ANY;
    return shapes.length === 1 ? shapes[0]! : { kind: 'choice', shapes };
  }

  /** The types named, or the one that the keywords are about. None: anything goes. */
  #types(schema: Members, place: string): readonly string[] {
    const type = schema['type'];
    if (type === undefined) {
      const about = Object.entries(KEYWORDS).find(([, keywords]) => keywords.some((keyword) => schema[keyword] !== undefined));
      return about === undefined ? [] : [about[0]];
    }
    const types = Array.isArray(type) ? (type as readonly unknown[]) : [type];
    for (const name of types) {
      if (typeof name !== 'string' || KEYWORDS[name] === undefined) throw new Unreadable(`${place}.type`, 'names no type of JSON');
    }
    if (types.length === 0) throw new Unreadable(`${place}.type`, 'allows nothing');
    const named = new Set(types as readonly string[]);
    // An integer is a number: two ways to write the same value would only cost.
    if (named.has('number')) named.delete('integer');
    return [...named];
  }

  #ofType(type: string, schema: Members, place: string, depth: number): Shape {
    switch (type) {
      case 'object':
        return this.#object(schema, place, depth);
      case 'array': {
        const { least: minItems, most: maxItems } = this.#bounds(schema, ['minItems', 'maxItems'], place);
        const items = schema['items'] === undefined ? ANY : this.#shape(schema['items'], `${place}.items`, depth + 1);
        return { kind: 'array', items, minItems, maxItems };
      }
      case 'string': {
        const format = this.#format(schema, place);
        const { least: minLength, most: maxLength } = this.#bounds(schema, ['minLength', 'maxLength'], place);
        if (format !== undefined && (minLength > 0 || maxLength !== undefined) && this.#isExact) {
          throw new Unreadable(`${place}.format`, 'is not supported together with a length');
        }
        return { kind: 'string', minLength, maxLength, format };
      }
      case 'integer': {
        const minimum = this.#integer(schema, 'minimum', place);
        const maximum = this.#integer(schema, 'maximum', place);
        if (minimum !== undefined && maximum !== undefined && minimum > maximum)
          throw new Unreadable(`${place}.maximum`, 'is below minimum');
        return { kind: 'integer', minimum, maximum };
      }
      default:
        return { kind: type as 'number' | 'boolean' | 'null' };
    }
  }

  #object(schema: Members, place: string, depth: number): Shape {
    const given = schema['properties'] ?? {};
    if (!isMembers(given)) throw new Unreadable(`${place}.properties`, 'must be an object');
    const required = schema['required'] ?? [];
    if (!Array.isArray(required)) throw new Unreadable(`${place}.required`, 'must be a list of names');
    const names = new Set<unknown>(required);
    const properties = Object.entries(given).map(([name, member]): Property => {
      if (name === '__proto__') throw new Unreadable(`${place}.properties.${name}`, 'is not supported as a name');
      const shape = this.#shape(member, `${place}.properties.${name}`, depth + 1);
      return { name, isRequired: names.delete(name), shape };
    });
    if (names.size > 0 && this.#isExact) throw new Unreadable(`${place}.required`, 'names a member that is not among properties');
    const rest = schema['additionalProperties'];
    const others =
      properties.length > 0 || rest === false ? undefined : this.#shape(rest ?? true, `${place}.additionalProperties`, depth + 1);
    // Read for its problems, although no member beyond the listed ones will be written.
    if (properties.length > 0 && isMembers(rest)) this.#shape(rest, `${place}.additionalProperties`, depth + 1);
    return { kind: 'object', properties, others };
  }

  #bounds(schema: Members, [low, high]: readonly [string, string], place: string): { least: number; most: number | undefined } {
    const [least, most] = [low, high].map((keyword) => {
      const value = schema[keyword];
      if (value === undefined) return undefined;
      if (typeof value !== 'number' || !Number.isInteger(value) || value < 0)
        throw new Unreadable(`${place}.${keyword}`, 'must be a count');
      if (value <= SCHEMA_LIMITS.repetition) return value;
      // A long text may be as long as it gets; it must not be required to be.
      if (!this.#isExact) return keyword === high ? undefined : SCHEMA_LIMITS.repetition;
      throw new Unreadable(`${place}.${keyword}`, `is above ${SCHEMA_LIMITS.repetition}`);
    });
    if (least !== undefined && most !== undefined && least > most) throw new Unreadable(`${place}.${high}`, `is below ${low}`);
    this.#repetitions += most ?? least ?? 0;
    if (this.#repetitions > SCHEMA_LIMITS.repetitions) {
      throw new Unreadable(place, `makes lengths of more than ${SCHEMA_LIMITS.repetitions} in all`);
    }
    return { least: least ?? 0, most };
  }

  #integer(schema: Members, keyword: string, place: string): number | undefined {
    const value = schema[keyword];
    if (value === undefined) return undefined;
    if (typeof value === 'number' && Number.isInteger(value) && Math.abs(value) <= MAX_INTEGER) return value;
    if (this.#isExact) throw new Unreadable(`${place}.${keyword}`, `must be an integer of at most ${String(MAX_INTEGER).length} digits`);
    return undefined;
  }

  #format(schema: Members, place: string): StringFormat | undefined {
    const format = schema['format'];
    if (format === undefined) return undefined;
    if (typeof format === 'string' && FORMATS.has(format)) return format as StringFormat;
    if (this.#isExact) throw new Unreadable(`${place}.format`, `is none of ${[...FORMATS].join(', ')}`);
    return undefined;
  }

  #choice(schema: Members, keyword: 'anyOf' | 'oneOf' | 'allOf', place: string, depth: number): Shape {
    this.#keepOnly(schema, [keyword], place);
    const alternatives: unknown = schema[keyword];
    if (!Array.isArray(alternatives) || alternatives.length === 0) throw new Unreadable(`${place}.${keyword}`, 'must be a list of schemas');
    if (keyword === 'allOf' && alternatives.length > 1) {
      if (this.#isExact) throw new Unreadable(`${place}.allOf`, 'is not supported with more than one schema');
      return ANY;
    }
    const shapes = alternatives.map((alternative, index) => this.#shape(alternative, `${place}.${keyword}[${index}]`, depth + 1));
    if (keyword === 'oneOf' && this.#isExact && !areDistinct(shapes)) {
      throw new Unreadable(
        `${place}.oneOf`,
        'has schemas that one value may satisfy at once, or that cannot be told apart by type; use anyOf',
      );
    }
    return shapes.length === 1 ? shapes[0]! : { kind: 'choice', shapes };
  }

  #literalShape(given: unknown, keyword: 'const' | 'enum', schema: Members, place: string): Shape {
    this.#keepOnly(schema, [keyword, 'type'], place);
    if (!Array.isArray(given) || given.length === 0) throw new Unreadable(`${place}.${keyword}`, 'must be a list of values');
    const types = new Set(this.#types({ type: schema['type'] }, place));
    const values = (given as readonly unknown[]).filter((value): value is Literal => {
      if (typeof value === 'object' && value !== null)
        throw new Unreadable(`${place}.${keyword}`, 'may hold text, numbers, booleans and null only');
      return types.size === 0 || typesOf(value as Literal).some((type) => types.has(type));
    });
    if (values.length === 0) throw new Unreadable(`${place}.${keyword}`, 'holds no value of its type');
    this.#literals += values.length;
    if (this.#literals > SCHEMA_LIMITS.literals)
      throw new Unreadable(`${place}.${keyword}`, `has more than ${SCHEMA_LIMITS.literals} values in all`);
    return { kind: 'literals', values: [...new Set(values)] };
  }

  #reference(schema: Members, place: string): Shape {
    this.#keepOnly(schema, ['$ref'], place);
    const target = typeof schema['$ref'] === 'string' ? REFERENCE.exec(schema['$ref']) : null;
    if (target === null) throw new Unreadable(`${place}.$ref`, 'must be "#" or name a definition as "#/$defs/NAME"');
    const name = (target.groups?.['name'] ?? ROOT_NAME).replaceAll('~1', '/').replaceAll('~0', '~');
    this.#wanted.push(name);
    return { kind: 'reference', name };
  }

  /** Refuses a keyword that is neither kept nor an annotation. */
  #keepOnly(schema: Members, kept: readonly string[], place: string): void {
    if (!this.#isExact) return;
    for (const [keyword, value] of Object.entries(schema)) {
      if (kept.includes(keyword) || ANNOTATIONS.has(keyword) || value === undefined) continue;
      if (place === this.#place && ROOT_ANNOTATIONS.has(keyword)) continue;
      const beside = kept.length === 0 || kept[0] === 'type' ? '' : ` beside ${kept[0]}`;
      throw new Unreadable(`${place}.${keyword}`, `is not supported${beside}`);
    }
  }
}

/** Whether no value has two of the shapes: they are of different types, or all are literals and none occurs twice. */
function areDistinct(shapes: readonly Shape[]): boolean {
  const seen = new Set<string>();
  for (const shape of shapes) {
    for (const sign of signsOf(shape)) {
      if (sign === undefined || seen.has(sign)) return false;
      seen.add(sign);
    }
  }
  // A literal and the type it belongs to are two signs of values in common.
  return ![...seen].some((sign) => sign.startsWith('literal:') && seen.has(sign.split(':')[1]!));
}

function signsOf(shape: Shape): readonly (string | undefined)[] {
  switch (shape.kind) {
    case 'any':
    case 'reference':
      return [undefined];
    case 'choice':
      return shape.shapes.flatMap(signsOf);
    case 'literals':
      return shape.values.map((value) => `literal:${typesOf(value).at(-1)!}:${JSON.stringify(value)}`);
    case 'integer':
      return ['number'];
    default:
      return [shape.kind];
  }
}

/** The names JSON Schema has for the type of a value, the widest last. */
function typesOf(value: Literal): readonly string[] {
  if (value === null) return ['null'];
  if (typeof value === 'number') return Number.isInteger(value) ? ['integer', 'number'] : ['number'];
  return [typeof value];
}

function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function membersOf(value: unknown): Members {
  return isMembers(value) ? value : {};
}
