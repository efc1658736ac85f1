// Reads one object of a request and remembers which members were looked at: `finish` reports the rest, so that nothing is lost unseen.
// `null` counts as absent, as it does in all three formats.
import { LIMITS, type At, type ConversationWire } from '../conversation.ts';
import type { Fields } from '../../json-fields.ts';
import type { Findings } from './findings.ts';
import { harmlessField } from './harmless.ts';

export const NO_PLACE = 'has no place in the deployment’s format';

export interface ReaderContext {
  readonly wire: ConversationWire;
  readonly findings: Findings;
}

export class ObjectReader {
  /** Path of the object in the client's body; empty for the body itself. */
  readonly at: string;
  readonly #fields: Fields;
  readonly #context: ReaderContext;
  readonly #taken = new Set<string>();

  constructor(fields: Fields, at: string, context: ReaderContext) {
    this.#fields = fields;
    this.at = at;
    this.#context = context;
  }

  path(name: string): string {
    return this.at === '' ? name : `${this.at}.${name}`;
  }

  /** The member's value as it is; the caller answers for it. */
  take(name: string): unknown {
    this.#taken.add(name);
    return Object.hasOwn(this.#fields, name) ? (this.#fields[name] ?? undefined) : undefined;
  }

  /** Looks without taking. */
  has(name: string): boolean {
    return Object.hasOwn(this.#fields, name) && this.#fields[name] !== null && this.#fields[name] !== undefined;
  }

  string(name: string): string | undefined {
    return this.#typed(name, isString, 'is not a string');
  }

  requiredString(name: string): string {
    const value = this.string(name);
    if (value === undefined) this.malformed(name, 'is missing');
    return value ?? '';
  }

  number(name: string): number | undefined {
    return this.#typed(name, isNumber, 'is not a number');
  }

  count(name: string): number | undefined {
    return this.#typed(name, isPositiveInteger, 'is not a positive integer');
  }

  boolean(name: string): boolean | undefined {
    return this.#typed(name, isBoolean, 'is neither true nor false');
  }

  list(name: string): readonly unknown[] | undefined {
    return this.#typed(name, isList, 'is not a list');
  }

  fields(name: string): Fields | undefined {
    return this.#typed(name, isObject, 'is not an object');
  }

  object(name: string): ObjectReader | undefined {
    const fields = this.fields(name);
    return fields === undefined ? undefined : new ObjectReader(fields, this.path(name), this.#context);
  }

  /** Objects of a list. What is no object is malformed; beyond the limit nothing is read. */
  *objects(name: string, list: readonly unknown[] | undefined = this.list(name)): Generator<ObjectReader> {
    if (list !== undefined && list.length > LIMITS.listLength) {
      this.malformed(name, `holds more than ${LIMITS.listLength} entries`);
      return;
    }
    for (const [index, value] of (list ?? []).entries()) {
      const at = `${this.path(name)}[${index}]`;
      if (!this.#context.findings.count(this.path(name))) return;
      if (isObject(value)) yield new ObjectReader(value, at, this.#context);
      else this.#context.findings.malformed(at, 'is not an object');
    }
  }

  located<T>(name: string, value: T | undefined): At<T> | undefined {
    return value === undefined ? undefined : { at: this.path(name), value };
  }

  malformed(name: string, problem: string): void {
    this.#context.findings.malformed(this.path(name), problem);
  }

  lose(name: string, problem = NO_PLACE): void {
    this.#taken.add(name);
    this.#context.findings.lose(this.path(name), problem);
  }

  drop(name: string, problem: string): void {
    this.#taken.add(name);
    this.#context.findings.drop(this.path(name), problem);
  }

  refuse(name: string, problem: string): void {
    this.#taken.add(name);
    this.#context.findings.refuse(this.path(name), problem);
  }

  /** The whole object cannot be translated: it is named by its type, and its members are not named again. */
  loseAll(type: unknown, problem = NO_PLACE): void {
    this.#context.findings.lose(typePath(this.at, type), problem);
  }

  refuseAll(type: unknown, problem: string): void {
    this.#context.findings.refuse(typePath(this.at, type), problem);
  }

  dropAll(type: unknown, problem: string): void {
    this.#context.findings.drop(typePath(this.at, type), problem);
  }

  /** Reports every member that nobody took. */
  finish(): void {
    for (const name of Object.keys(this.#fields)) {
      const value = this.#fields[name];
      if (this.#taken.has(name) || value === null || value === undefined) continue;
      const reason = harmlessField(this.#context.wire, this.path(name), value);
      if (reason === undefined) this.lose(name);
      else this.drop(name, reason);
    }
  }

  #typed<T>(name: string, accepts: (value: unknown) => value is T, problem: string): T | undefined {
    const value = this.take(name);
    if (value === undefined) return undefined;
    if (accepts(value)) return value;
    this.malformed(name, problem);
    return undefined;
  }
}

/** Nothing else of the object is going to be read. */
export function finished<T>(reader: ObjectReader, value: T): T {
  reader.finish();
  return value;
}

const isString = (value: unknown): value is string => typeof value === 'string';
const isBoolean = (value: unknown): value is boolean => typeof value === 'boolean';
const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
const isPositiveInteger = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) > 0;
const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value);

export function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Nested deeper than `levels`. Walks no further than that, so hostile nesting cannot exhaust the stack. */
export function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1));
}

/** `messages[2].content[1].input_audio`. A type that does not look like one is not repeated. */
function typePath(at: string, type: unknown): string {
  return `${at}.${typeof type === 'string' && /^[a-z][a-z0-9_]{0,63}$/.test(type) ? type : 'type'}`;
}
