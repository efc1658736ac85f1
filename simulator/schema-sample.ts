// One value that conforms to a JSON Schema, always the same for the same schema and seed: tool arguments and structured output.
// Covers what the official clients generate (types, enum, const, anyOf/oneOf/allOf, local $ref, bounds, common formats).
// It does not solve `pattern`, `not` or `if`, and is no validator.
import type { Json } from '#kernel';
import { asArray, asCount, asObject, asString, isObject, type JsonObject } from './json.ts';

const DEEPEST_OPTIONAL = 6;
const DEEPEST = 32;

const FORMATS: { readonly [format: string]: string } = {
  date: '2026-01-01',
  'date-time': '2026-01-01T00:00:00Z',
  time: '00:00:00Z',
  duration: 'PT1S',
  email: 'simulated@example.com',
  hostname: 'simulated.example.com',
  ipv4: '192.0.2.1',
  ipv6: '2001:db8::1',
  uri: 'https://example.com/simulated',
  uuid: '00000000-0000-4000-8000-000000000000',
};

/** `seed` shows in free strings (`simulated-<seed>`), so that answers to different prompts differ. */
export function sampleOf(schema: Json | undefined, seed: string): Json {
  return sample(schema, asObject(schema) ?? {}, seed, 0);
}

function sample(schema: Json | undefined, root: JsonObject, seed: string, depth: number): Json {
  if (!isObject(schema) || depth > DEEPEST) return null;
  if (schema.const !== undefined) return schema.const;
  const options = asArray(schema.enum);
  if (options !== undefined && options.length > 0) return options[0]!;
  const reference = asString(schema.$ref);
  if (reference !== undefined) return sample(resolve(reference, root), root, seed, depth + 1);
  const alternatives = asArray(schema.anyOf) ?? asArray(schema.oneOf);
  if (alternatives !== undefined && alternatives.length > 0) return sample(pick(alternatives, depth), root, seed, depth + 1);
  const parts = asArray(schema.allOf);
  if (parts !== undefined && parts.length > 0) return sample(merge(schema, parts, root), root, seed, depth + 1);
  return sampleOfType(schema, root, seed, depth);
}

function sampleOfType(schema: JsonObject, root: JsonObject, seed: string, depth: number): Json {
  const types = asArray(schema.type);
  const type =
    types === undefined ? schema.type : depth > DEEPEST_OPTIONAL && types.includes('null') ? 'null' : types.find((name) => name !== 'null');
  if (type === 'object' || (type === undefined && schema.properties !== undefined)) return sampleObject(schema, root, seed, depth);
  if (type === 'array') {
    const least = asCount(schema.minItems) ?? (depth > DEEPEST_OPTIONAL || schema.maxItems === 0 ? 0 : 1);
    return Array.from({ length: least }, () => sample(schema.items ?? { type: 'string' }, root, seed, depth + 1));
  }
  if (type === 'integer' || type === 'number') return sampleNumber(schema, type === 'integer');
  if (type === 'boolean') return true;
  if (type === 'null') return null;
  return sampleString(schema, seed);
}

function sampleObject(schema: JsonObject, root: JsonObject, seed: string, depth: number): Json {
  const required = new Set(asArray(schema.required) ?? []);
  const members = Object.entries(asObject(schema.properties) ?? {})
    .filter(([name]) => depth <= DEEPEST_OPTIONAL || required.has(name))
    .map(([name, member]): [string, Json] => [name, sample(member, root, seed, depth + 1)]);
  return Object.fromEntries(members);
}

function sampleNumber(schema: JsonObject, whole: boolean): number {
  const bound = (value: Json | undefined) => (typeof value === 'number' ? value : undefined);
  const step = bound(schema.multipleOf) ?? (whole ? 1 : undefined);
  const above = bound(schema.exclusiveMinimum);
  const least = bound(schema.minimum) ?? (above === undefined ? undefined : above + (step ?? 0.5));
  const below = bound(schema.exclusiveMaximum);
  const most = bound(schema.maximum) ?? (below === undefined ? undefined : below - (step ?? 0.5));
  const wanted = Math.min(Math.max(1, least ?? 1), most ?? Number.MAX_SAFE_INTEGER);
  if (step === undefined) return wanted;
  const up = Math.ceil(wanted / step) * step;
  return most !== undefined && up > most ? Math.floor(wanted / step) * step : up;
}

function sampleString(schema: JsonObject, seed: string): string {
  const known = FORMATS[asString(schema.format) ?? ''];
  if (known !== undefined) return known;
  const text = `simulated-${seed}`.padEnd(asCount(schema.minLength) ?? 0, '-');
  return text.slice(0, asCount(schema.maxLength) ?? text.length);
}

/** The alternative that is not null, or null when nested too deep to go on. */
function pick(alternatives: readonly Json[], depth: number): Json {
  const isNull = (one: Json) => isObject(one) && one.type === 'null';
  const nullable = alternatives.find(isNull);
  if (depth > DEEPEST_OPTIONAL && nullable !== undefined) return nullable;
  return alternatives.find((one) => !isNull(one)) ?? null;
}

function merge(schema: JsonObject, parts: readonly Json[], root: JsonObject): JsonObject {
  const { allOf: _, ...rest } = schema;
  let properties = asObject(rest.properties) ?? {};
  let required = asArray(rest.required) ?? [];
  let merged: JsonObject = rest;
  for (const part of parts) {
    const reference = isObject(part) ? asString(part.$ref) : undefined;
    const resolved = reference === undefined ? part : resolve(reference, root);
    if (!isObject(resolved)) continue;
    properties = { ...properties, ...asObject(resolved.properties) };
    required = [...required, ...(asArray(resolved.required) ?? [])];
    merged = { ...resolved, ...merged };
  }
  return Object.keys(properties).length === 0 ? merged : { ...merged, properties, required };
}

/** Follows a local JSON Pointer: `#/$defs/Name`. RFC 6901 §6. */
function resolve(reference: string, root: JsonObject): Json | undefined {
  if (!reference.startsWith('#')) return undefined;
  let at: Json | undefined = root;
  for (const step of reference
    .slice(1)
    .split('/')
    .filter((part) => part !== '')) {
    const key = decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~');
    at = isObject(at) ? at[key] : undefined;
  }
  return at;
}
