// Careful readers of JSON that somebody else wrote. They never throw on a wrong shape; callers decide what a missing value means.
import type { Json } from '#kernel';

export type JsonObject = { readonly [key: string]: Json | undefined };

/** The parsed text, or undefined when it is not JSON. */
export function parseJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function asObject(value: Json | undefined): JsonObject | undefined {
  return isObject(value) ? value : undefined;
}

export function asArray(value: Json | undefined): readonly Json[] | undefined {
  return Array.isArray(value) ? (value as readonly Json[]) : undefined;
}

export function asString(value: Json | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** A whole number that is not negative, or undefined. */
export function asCount(value: Json | undefined): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

export function objectsIn(value: Json | undefined): JsonObject[] {
  return (asArray(value) ?? []).filter(isObject);
}

/** Text of a content field in any of the three formats: a string, or parts with `text`, `input_text` or nested `content`. */
export function textOf(content: Json | undefined): string {
  if (typeof content === 'string') return content;
  return objectsIn(content)
    .map((part) => asString(part.text) ?? (part.content === undefined ? '' : textOf(part.content)))
    .filter((text) => text !== '')
    .join('\n');
}
