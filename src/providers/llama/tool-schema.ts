// The parameters of a tool in the dialect that node-llama-cpp takes. There every listed member is written always, so a member that may be
// absent is offered null instead, and such a null is taken out of what the model wrote. Runs no tool and names none.
import { err, ok, type Result } from '#kernel';
import type { DescribedSchema, SchemaProblem, Shape } from './schema-shape.ts';
import type { CallSchema } from './library.ts';

const NULL: CallSchema = { const: null };
const ANYTHING: CallSchema = {
  oneOf: [
    { type: ['string', 'number', 'boolean', 'null'] },
    { type: 'object', properties: {}, additionalProperties: true },
    { type: 'array' },
  ],
};
/** What the dialect knows of `format`. */
const FORMATS: ReadonlySet<string> = new Set(['date', 'time', 'date-time']);

/**
 * Undefined: the tool takes no parameters. `isStrict`: refuse what the dialect cannot hold the model to; otherwise it is left out.
 * `place`: where the parameters stand in the request.
 */
export function callSchemaOf(schema: DescribedSchema, place: string, isStrict: boolean): Result<CallSchema | undefined, SchemaProblem> {
  const { root, definitions } = schema;
  if (root.kind !== 'object') return err({ place, reason: 'must describe an object' });
  if (root.properties.length === 0 && root.others === undefined) return ok(undefined);
  if (isStrict) {
    const loss = [root, ...definitions.values()].map(lossOf).find((reason) => reason !== undefined);
    if (loss !== undefined) return err({ place, reason: `is strict and ${loss}, which cannot be ensured here` });
  }
  const names = new Map([...definitions.keys()].map((name, index) => [name, `definition${index}`]));
  const defs = Object.fromEntries([...definitions].map(([name, shape]) => [names.get(name)!, dialectOf(shape, names)]));
  return ok(definitions.size === 0 ? dialectOf(root, names) : { ...dialectOf(root, names), $defs: defs });
}

function dialectOf(shape: Shape, names: ReadonlyMap<string, string>): CallSchema {
  switch (shape.kind) {
    case 'any':
      return ANYTHING;
    case 'null':
    case 'boolean':
    case 'number':
    case 'integer':
      return { type: shape.kind };
    case 'string':
      if (shape.format !== undefined) return FORMATS.has(shape.format) ? { type: 'string', format: shape.format } : { type: 'string' };
      return {
        type: 'string',
        ...(shape.minLength === 0 ? {} : { minLength: shape.minLength }),
        ...(shape.maxLength === undefined ? {} : { maxLength: shape.maxLength }),
      };
    case 'literals':
      return { enum: shape.values };
    case 'reference':
      return { $ref: `#/$defs/${names.get(shape.name)!}` };
    case 'choice':
      return { oneOf: shape.shapes.map((alternative) => dialectOf(alternative, names)) };
    case 'array':
      return {
        type: 'array',
        items: dialectOf(shape.items, names),
        ...(shape.minItems === 0 ? {} : { minItems: shape.minItems }),
        ...(shape.maxItems === undefined ? {} : { maxItems: shape.maxItems }),
      };
    case 'object': {
      const properties = shape.properties.map(({ name, isRequired, shape: inner }): [string, CallSchema] => {
        const written = dialectOf(inner, names);
        return [name, isRequired ? written : { oneOf: [written, NULL] }];
      });
      return {
        type: 'object',
        properties: Object.fromEntries(properties),
        ...(shape.others === undefined ? {} : { additionalProperties: dialectOf(shape.others, names) }),
      };
    }
  }
}

/** What {@link dialectOf} leaves out of a shape. */
function lossOf(shape: Shape): string | undefined {
  switch (shape.kind) {
    case 'integer':
      return shape.minimum === undefined && shape.maximum === undefined ? undefined : 'bounds an integer';
    case 'string':
      return shape.format === undefined || FORMATS.has(shape.format) ? undefined : `has text in the format ${shape.format}`;
    case 'choice':
      return firstLoss(shape.shapes);
    case 'array':
      return lossOf(shape.items);
    case 'object':
      return firstLoss([...shape.properties.map((property) => property.shape), ...(shape.others === undefined ? [] : [shape.others])]);
    default:
      return undefined;
  }
}

function firstLoss(shapes: readonly Shape[]): string | undefined {
  return shapes.map(lossOf).find((reason) => reason !== undefined);
}

/** The arguments that a model wrote under {@link callSchemaOf}, without the members that are null because they were left out. */
export function withoutAbsent(value: unknown, schema: DescribedSchema, shape: Shape = schema.root): unknown {
  if (typeof value !== 'object' || value === null) return value;
  switch (shape.kind) {
    case 'reference':
      return withoutAbsent(value, schema, schema.definitions.get(shape.name) ?? { kind: 'any' });
    case 'choice':
      return withoutAbsent(value, schema, shape.shapes.find((alternative) => fits(value, schema, alternative)) ?? { kind: 'any' });
    case 'array':
      return Array.isArray(value) ? value.map((item) => withoutAbsent(item, schema, shape.items)) : value;
    case 'object': {
      if (Array.isArray(value) || shape.properties.length === 0) return value;
      const members = value as Readonly<Record<string, unknown>>;
      const kept = shape.properties.flatMap((property): [string, unknown][] => {
        const member = members[property.name];
        if (member === undefined || (member === null && !property.isRequired && !fits(null, schema, property.shape))) return [];
        return [[property.name, withoutAbsent(member, schema, property.shape)]];
      });
      return Object.fromEntries(kept);
    }
    default:
      return value;
  }
}

/** Whether `value` may have come of the shape: by type, by literal, and for objects by which members are there. */
function fits(value: unknown, schema: DescribedSchema, shape: Shape): boolean {
  switch (shape.kind) {
    case 'any':
      return true;
    case 'null':
      return value === null;
    case 'literals':
      return shape.values.some((one) => one === value);
    case 'integer':
      return Number.isInteger(value);
    case 'array':
      return Array.isArray(value);
    case 'choice':
      return shape.shapes.some((alternative) => fits(value, schema, alternative));
    case 'reference': {
      const target = schema.definitions.get(shape.name);
      return target !== undefined && fits(value, schema, target);
    }
    case 'object':
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
      return shape.properties.every(({ name, isRequired, shape: inner }) => {
        const member = (value as Readonly<Record<string, unknown>>)[name];
        return member === undefined ? false : fits(member, schema, inner) || (member === null && !isRequired);
      });
    default:
      return typeof value === shape.kind;
  }
}
