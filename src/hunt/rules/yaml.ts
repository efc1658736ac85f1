// YAML of rules into plain values, bounded: size, documents, aliases, depth. Rules are untrusted input.
// Values keep what they were: strings, numbers, booleans, null. Whole numbers beyond 2^53 stay exact (bigint).
import { parseAllDocuments } from 'yaml';

import { RuleProblem } from './model.ts';

export type Scalar = string | number | bigint | boolean | null;
export type Value = Scalar | readonly Value[] | Mapping;
export interface Mapping {
  readonly [key: string]: Value;
}

const MAX_BYTES = 1 << 20;
const MAX_DOCUMENTS = 1000;
const MAX_ALIASES = 100;
const MAX_DEPTH = 32;
const MAX_NODES = 200_000;

/**
 * One entry per document: its value, or what is wrong with it. Never throws on any text: where the parser runs out of stack, that is what
 * is wrong with the file. The worst megabyte takes it about four seconds.
 */
export function readDocuments(text: string): readonly (Mapping | RuleProblem)[] {
  if (text.length > MAX_BYTES) return [new RuleProblem(`the file is larger than ${MAX_BYTES} characters`)];
  try {
    const documents = parseAllDocuments(text, { intAsBigInt: true, logLevel: 'silent', prettyErrors: true });
    if ('empty' in documents) return [new RuleProblem('the file is empty')];
    if (documents.length > MAX_DOCUMENTS) return [new RuleProblem(`more than ${MAX_DOCUMENTS} documents in one file`)];
    return documents.map((document) => {
      const [problem] = document.errors;
      if (problem !== undefined) return new RuleProblem(`not valid YAML: ${firstLine(problem.message)}`);
      return readMapping(document.toJS({ maxAliasCount: MAX_ALIASES }) as unknown);
    });
  } catch (error) {
    return [new RuleProblem(`not valid YAML: ${firstLine(error instanceof Error ? error.message : 'unreadable')}`)];
  }
}

function readMapping(value: unknown): Mapping | RuleProblem {
  if (value === null || value === undefined) return new RuleProblem('the document is empty');
  if (typeof value !== 'object' || Array.isArray(value)) return new RuleProblem('the document is not a map');
  try {
    return convert(value, 0, { left: MAX_NODES }) as Mapping;
  } catch (error) {
    if (error instanceof RuleProblem) return error;
    throw error;
  }
}

function convert(value: unknown, depth: number, budget: { left: number }): Value {
  if (--budget.left < 0) throw new RuleProblem(`more than ${MAX_NODES} values in one document`);
  if (depth > MAX_DEPTH) throw new RuleProblem(`nested deeper than ${MAX_DEPTH} levels`);
  switch (typeof value) {
    case 'string':
    case 'number':
    case 'boolean':
      return value;
    case 'bigint':
      return BigInt(Number(value)) === value && Number.isSafeInteger(Number(value)) ? Number(value) : value;
    case 'object': {
      if (value === null) return null;
      if (Array.isArray(value)) return value.map((item) => convert(item, depth + 1, budget));
      if (value instanceof Date) return value.toISOString();
      const mapping = Object.create(null) as Record<string, Value>;
      for (const [key, item] of Object.entries(value)) mapping[key] = convert(item, depth + 1, budget);
      return mapping;
    }
    default:
      throw new RuleProblem('a value of a kind that Sigma does not know');
  }
}

export function isMapping(value: Value | undefined): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isList(value: Value | undefined): value is readonly Value[] {
  return Array.isArray(value);
}

function firstLine(message: string): string {
  return (message.split('\n', 1)[0] ?? '').replace(/:$/, '').slice(0, 200);
}
