// zod issues → problems with line and column, in the words of the file. Values are described, never quoted: any of them could be a secret.
import { z } from 'zod';
import { closestName } from '#kernel';
import { formatPath, shown } from './disclosure.ts';
import type { ConfigProblem } from './problems.ts';
import type { Path, YamlSource } from './yaml-source.ts';

/** Checks a value against the schema of the whole file and reports every fault. */
export function schemaProblems(schema: z.ZodType, source: YamlSource): ConfigProblem[] {
  const checked = schema.safeParse(source.value, { reportInput: true, error: explain });
  return checked.success ? [] : checked.error.issues.flatMap((issue) => problemsOf(issue, [], source));
}

type Issue = z.core.$ZodIssue;

function problemsOf(issue: Issue, prefix: Path, source: YamlSource): ConfigProblem[] {
  const path = [...prefix, ...issue.path];
  if (expectsAValue(issue) && issue.input === undefined) return [problem(path, 'is missing', source, 'key')];
  if (expectsAValue(issue) && issue.input === null) return [problem(path, 'is empty; give it a value, or remove the key', source, 'key')];
  switch (issue.code) {
    case 'unrecognized_keys': {
      const known = issue.message === '' ? [] : issue.message.split(' ');
      return issue.keys.map((key) => unknownKey(key, known, path, source));
    }
    case 'invalid_union': {
      const branch = issue.errors.find((errors) => errors.length > 0 && !errors.some(isWrongKind));
      if (branch === undefined) return [problem(path, issue.message, source, 'value')];
      return branch.flatMap((inner) => problemsOf(inner, path, source));
    }
    case 'invalid_key':
      return [problem(path, issue.issues[0]?.message ?? issue.message, source, 'key')];
    case 'invalid_type':
    case 'too_big':
    case 'too_small':
    case 'invalid_format':
    case 'not_multiple_of':
    case 'invalid_element':
    case 'invalid_value':
    case 'custom':
      return [problem(path, issue.message, source, 'value')];
  }
}

function expectsAValue(issue: Issue): boolean {
  return issue.code === 'invalid_type' || issue.code === 'invalid_value' || issue.code === 'invalid_union';
}

/** The union's branch was meant for another kind of value altogether. */
function isWrongKind(issue: Issue): boolean {
  return issue.path.length === 0 && (issue.code === 'invalid_type' || issue.code === 'invalid_value');
}

function unknownKey(key: string, known: readonly string[], path: Path, source: YamlSource): ConfigProblem {
  const place = source.locate([...path, key], 'key');
  const nearest = closestName(key, known);
  const reason = `unknown key ${shown(key) ?? '(not shown)'}`;
  const base = { ...place, path: formatPath(path), reason };
  if (key === '<<')
    return { ...base, suggestion: 'YAML merge keys are not supported; values of a provider are the defaults of its deployments' };
  if (nearest !== undefined) return { ...base, suggestion: `did you mean \`${nearest}\`?` };
  return known.length === 0 ? base : { ...base, suggestion: `known here: ${known.join(', ')}` };
}

/** A problem from a message of the form `reason; suggestion`. */
export function problem(path: Path, message: string, source: YamlSource, prefer: 'key' | 'value'): ConfigProblem {
  const cut = message.indexOf('; ');
  const place = { ...source.locate(path, prefer), path: formatPath(path) };
  return cut < 0 ? { ...place, reason: message } : { ...place, reason: message.slice(0, cut), suggestion: message.slice(cut + 2) };
}

function explain(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${issue.inst instanceof z.ZodNumberFormat ? 'a whole number' : kindName(issue.expected)}, not ${kindOf(issue.input)}`;
    case 'too_small':
      return bound(issue.origin, issue.minimum, 'at least');
    case 'too_big':
      return bound(issue.origin, issue.maximum, 'at most');
    case 'unrecognized_keys':
      // Not for people: the known keys, for unknownKey() above. The finished issue no longer knows its schema.
      return knownKeys(issue.inst).join(' ');
    case undefined:
    default:
      return 'is not valid here';
  }
}

function knownKeys(schema: unknown): readonly string[] {
  if (schema instanceof z.ZodObject) return Object.keys(schema.shape);
  return schema instanceof z.ZodRecord && schema.keyType instanceof z.ZodEnum ? schema.keyType.options.map(String) : [];
}

function bound(origin: string, limit: number | bigint, word: string): string {
  if (origin === 'string') return limit === 1 && word === 'at least' ? 'must not be empty' : `must have ${word} ${limit} characters`;
  if (origin === 'array') return `must have ${word} ${limit} ${limit === 1 ? 'entry' : 'entries'}`;
  return `must be ${word} ${limit}`;
}

const KIND_NAMES: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: '`true` or `false`',
  object: 'a mapping of keys to values',
  record: 'a mapping of keys to values',
  array: 'a list',
};

function kindName(expected: string): string {
  return KIND_NAMES[expected] ?? expected;
}

function kindOf(input: unknown): string {
  if (Array.isArray(input)) return 'a list';
  if (typeof input === 'number') return Number.isInteger(input) ? 'a number' : Number.isFinite(input) ? 'a fraction' : 'an infinite number';
  if (typeof input === 'boolean') return '`true` or `false`';
  return typeof input === 'string' ? 'text' : 'a mapping';
}
