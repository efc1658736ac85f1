// What a schema is read into: the few shapes of JSON values that a grammar can hold a model to, and how much of them a caller may ask for.

export type Literal = null | boolean | number | string;

export type StringFormat = 'date' | 'time' | 'date-time' | 'uuid' | 'ipv4';

export interface Property {
  readonly name: string;
  readonly isRequired: boolean;
  readonly shape: Shape;
}

/** What a JSON value may be. Every value of a shape satisfies the schema it was read from; not every value that satisfies it has the shape. */
export type Shape =
  | { readonly kind: 'any' }
  | { readonly kind: 'null' }
  | { readonly kind: 'boolean' }
  | { readonly kind: 'number' }
  | { readonly kind: 'integer'; readonly minimum: number | undefined; readonly maximum: number | undefined }
  | {
      readonly kind: 'string';
      readonly minLength: number;
      readonly maxLength: number | undefined;
      readonly format: StringFormat | undefined;
    }
  | { readonly kind: 'literals'; readonly values: readonly Literal[] }
  /** `others`: what members of any name may hold, where no member is named. */
  | { readonly kind: 'object'; readonly properties: readonly Property[]; readonly others: Shape | undefined; readonly description?: string }
  | { readonly kind: 'array'; readonly items: Shape; readonly minItems: number; readonly maxItems: number | undefined }
  | { readonly kind: 'choice'; readonly shapes: readonly Shape[] }
  /** A definition by name: schemas may contain themselves. */
  | { readonly kind: 'reference'; readonly name: string };

export interface DescribedSchema {
  readonly root: Shape;
  readonly definitions: ReadonlyMap<string, Shape>;
}

/** `place`: the member that is the reason, as a path in the request. */
export interface SchemaProblem {
  readonly place: string;
  readonly reason: string;
}

export const SCHEMA_LIMITS = {
  /** Of the schema as JSON text. */
  characters: 65_536,
  depth: 24,
  shapes: 1_000,
  literals: 1_000,
  /** The largest minLength, maxLength, minItems or maxItems. */
  repetition: 1_000,
  /** All of them together: a grammar spells each of them out. */
  repetitions: 8_000,
} as const;

/** With 15 digits every integer is exact as a JavaScript number. */
export const MAX_INTEGER_DIGITS = 15;
export const MAX_INTEGER: number = 10 ** MAX_INTEGER_DIGITS - 1;
