// Nested JSON into the flat fields of an event, without recursion that a record could drive deep and without prototypes.
import type { FieldValue, Fields } from '../event.ts';

type Scalar = string | number | boolean | null;

const MAX_DEPTH = 32;
const MAX_FIELDS = 8192;
const MAX_ITEMS = 4096;

/** Whether the record is flat as it stands: then it is used as it is, without a copy. */
export function isFlat(record: Readonly<Record<string, unknown>>): record is Fields {
  for (const key in record) {
    const value = record[key];
    if (typeof value === 'object' && value !== null && !isScalarList(value)) return false;
  }
  return true;
}

function isScalarList(value: object): value is readonly Scalar[] {
  if (!Array.isArray(value) || value.length > MAX_ITEMS) return false;
  for (const item of value) if (typeof item === 'object' && item !== null) return false;
  return true;
}

/** Adds the leaves of a value under a name: `{a: {b: 1}}` under `x` is `x.a.b`. Objects in lists share their names, as lists of values. */
export function flattenInto(
  fields: Record<string, FieldValue>,
  name: string,
  value: unknown,
  rename: (name: string) => string = same,
): void {
  const budget = { left: MAX_FIELDS };
  add(fields, name, value, 0, budget, rename);
}

function same(name: string): string {
  return name;
}

function add(
  fields: Record<string, FieldValue>,
  name: string,
  value: unknown,
  depth: number,
  budget: { left: number },
  rename: (name: string) => string,
): void {
  if (typeof value !== 'object' || value === null) {
    put(fields, rename(name), isScalar(value) ? value : null);
    return;
  }
  if (isScalarList(value)) {
    if (value.length > 0) for (const item of value) put(fields, rename(name), item);
    return;
  }
  if (depth >= MAX_DEPTH || budget.left <= 0) {
    put(fields, rename(name), '(nested too deep to be read)');
    return;
  }
  if (Array.isArray(value)) {
    for (const item of value.slice(0, MAX_ITEMS)) add(fields, name, item, depth + 1, budget, rename);
    return;
  }
  for (const [key, inner] of Object.entries(value)) {
    budget.left--;
    add(fields, name === '' ? key : `${name}.${key}`, inner, depth + 1, budget, rename);
  }
}

function isScalar(value: unknown): value is Scalar {
  return value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

function put(fields: Record<string, FieldValue>, name: string, value: Scalar): void {
  const before = fields[name];
  if (before === undefined) fields[name] = value;
  else if (Array.isArray(before)) {
    if (before.length < MAX_ITEMS) (before as Scalar[]).push(value);
  } else fields[name] = [before as Scalar, value];
}

export function newFields(): Record<string, FieldValue> {
  return Object.create(null) as Record<string, FieldValue>;
}
