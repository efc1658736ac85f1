// A file of evaluation cases, YAML or JSONL, read into cases with every fault at its line. Bounded: files come from many hands. Opens no
// file: whoever calls has its text.
import { createHash } from 'node:crypto';
import { isNode, LineCounter, parseDocument, type Document } from 'yaml';
import type { z } from 'zod';
import { canonicalJson, closestName, err, ok, type Json, type Result } from '#kernel';
import { caseSchema } from './case-schema.ts';
import type { CaseSet, EvaluationCase } from './cases.ts';
import type { CheckSandbox } from './sandbox.ts';

export const CASE_FILE_LIMITS = { bytes: 32 * 1024 * 1024, yamlBytes: 8 * 1024 * 1024, cases: 10_000, problems: 20 };

/** One fault of a file. */
export interface CaseProblem {
  /** 1-based; 0: the file as a whole. */
  readonly line: number;
  /** The id where it is known, else the number of the case, counted from 1; empty: no single case. */
  readonly case: string;
  /** One sentence without a full stop. */
  readonly reason: string;
}

interface RawCase {
  readonly value: unknown;
  /** The line on which a member stands. */
  lineOf(path: readonly PropertyKey[]): number;
}

type Raw = Result<readonly RawCase[], readonly CaseProblem[]>;

/**
 * Reads the text of a case file. `name` decides the format: `.jsonl` and `.ndjson` are JSONL, everything else is YAML, of which JSON is a
 * part. The sandbox says whether JSON Schemas can be used. The error: at most 20 problems, in the order of the file.
 */
export async function readCaseFile(
  file: { readonly name: string; readonly text: string },
  sandbox: Pick<CheckSandbox, 'schemaProblem'>,
): Promise<Result<CaseSet, readonly CaseProblem[]>> {
  const isLines = /\.(?:jsonl|ndjson)$/i.test(file.name);
  const limit = isLines ? CASE_FILE_LIMITS.bytes : CASE_FILE_LIMITS.yamlBytes;
  if (Buffer.byteLength(file.text) > limit) {
    return whole(`is larger than ${limit / 1024 / 1024} MiB${isLines ? '' : '; JSONL files may have 32 MiB'}`);
  }
  const raw = isLines ? readLines(file.text) : readYaml(file.text);
  if (!raw.ok) return raw;
  if (raw.value.length === 0) return whole('holds no case');
  if (raw.value.length > CASE_FILE_LIMITS.cases)
    return whole(`holds ${raw.value.length} cases; at most ${CASE_FILE_LIMITS.cases} are read`);
  const { cases, problems } = judgeCases(raw.value);
  if (problems.length === 0) problems.push(...(await schemaProblems(cases, raw.value, sandbox)));
  if (problems.length > 0) return err(problems.slice(0, CASE_FILE_LIMITS.problems));
  return ok({ cases, hash: hashOf(cases) });
}

function whole(reason: string): { readonly ok: false; readonly error: readonly CaseProblem[] } {
  return err([{ line: 0, case: '', reason }]);
}

/** Over the cases as they are used: what only looks different is the same. The version changes when checks come to mean something else. */
function hashOf(cases: readonly EvaluationCase[]): string {
  return createHash('sha256')
    .update(canonicalJson({ v: 1, cases: cases as unknown as Json }))
    .digest('hex');
}

function readLines(text: string): Raw {
  const cases: RawCase[] = [];
  const problems: CaseProblem[] = [];
  let line = 0;
  for (const each of text.replace(/^\uFEFF/, '').split('\n')) {
    line++;
    if (each.trim() === '') continue;
    const here = line;
    try {
      cases.push({ value: JSON.parse(each) as unknown, lineOf: () => here });
    } catch {
      problems.push({ line, case: '', reason: 'is not one JSON value on one line' });
    }
    if (problems.length >= CASE_FILE_LIMITS.problems) break;
  }
  return problems.length > 0 ? err(problems) : ok(cases);
}

function readYaml(text: string): Raw {
  const lines = new LineCounter();
  let document: Document.Parsed;
  let value: unknown;
  try {
    document = parseDocument(text, {
      lineCounter: lines,
      prettyErrors: false,
      schema: 'core',
      merge: false,
      stringKeys: true,
      strict: true,
    });
    const faults = [...document.errors, ...document.warnings].slice(0, CASE_FILE_LIMITS.problems);
    if (faults.length > 0) {
      return err(faults.map(({ pos, message }) => ({ line: lines.linePos(pos[0]).line, case: '', reason: `is no YAML here: ${message}` })));
    }
    value = document.toJS({ maxAliasCount: 200 }) as unknown;
  } catch (error) {
    // Nesting that exhausts the stack, or aliases that lead nowhere or expand without end.
    if (error instanceof RangeError || error instanceof ReferenceError)
      return whole('is nested too deeply or has aliases that cannot be followed');
    throw error;
  }
  if (value === null || value === undefined) return ok([]);
  if (!Array.isArray(value)) return whole('is not a list of cases');
  return ok(value.map((each: unknown, index) => ({ value: each, lineOf: (path) => yamlLine(document, lines, [index, ...path]) })));
}

/** Of a member that is not there: the line of its nearest parent. */
function yamlLine(document: Document.Parsed, lines: LineCounter, path: readonly PropertyKey[]): number {
  for (let length = path.length; length > 0; length--) {
    const node: unknown = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
  }
  return 1;
}

function judgeCases(raw: readonly RawCase[]): { readonly cases: EvaluationCase[]; readonly problems: CaseProblem[] } {
  const cases: EvaluationCase[] = [];
  const problems: CaseProblem[] = [];
  const lineOfId = new Map<string, number>();
  for (const [index, each] of raw.entries()) {
    if (problems.length >= CASE_FILE_LIMITS.problems) break;
    const name = nameOf(each.value, index);
    const parsed = parseCase(each.value);
    if (!parsed.ok) {
      problems.push(...parsed.error.map(({ path, reason }) => ({ line: each.lineOf(path), case: name, reason })));
      continue;
    }
    const line = each.lineOf(['id']);
    const earlier = lineOfId.get(parsed.value.id);
    if (earlier !== undefined) problems.push({ line, case: name, reason: `its id is already given in line ${earlier}` });
    lineOfId.set(parsed.value.id, line);
    cases.push(parsed.value);
  }
  return { cases, problems };
}

function nameOf(value: unknown, index: number): string {
  const id = typeof value === 'object' && value !== null && 'id' in value ? value.id : undefined;
  return typeof id === 'string' && id !== '' && id.length <= 100 ? id : `number ${index + 1}`;
}

interface Fault {
  readonly path: readonly PropertyKey[];
  readonly reason: string;
}

function parseCase(value: unknown): Result<EvaluationCase, readonly Fault[]> {
  try {
    const parsed = caseSchema.safeParse(value);
    return parsed.success ? ok(parsed.data) : err(parsed.error.issues.flatMap((issue) => faultsOf(issue, [])));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return err([{ path: [], reason: 'is nested too deeply' }]);
  }
}

const MEMBERS = ['id', 'description', 'prompt', 'messages', 'system', 'tools', 'maxTokens', 'temperature', 'weight', 'checks'];
const CHECK_MEMBERS = ['exact', 'regex', 'contains', 'notContains', 'jsonSchema', 'toolCall', 'judge', 'maxLatencyMs', 'weight'];

function faultsOf(issue: z.core.$ZodIssue, above: readonly PropertyKey[]): readonly Fault[] {
  const path = [...above, ...issue.path];
  const place = path.length === 0 ? '' : `${path.map(String).join('.')}: `;
  if (issue.code === 'unrecognized_keys') {
    const known = path.length === 0 ? MEMBERS : CHECK_MEMBERS;
    return issue.keys.slice(0, 5).map((key) => {
      const nearest = closestName(key, known);
      return {
        path: [...path, key],
        reason: `${place}there is no ${shown(key)}${nearest === undefined ? '' : `; did you mean ${nearest}?`}`,
      };
    });
  }
  // A member with several forms: what is wrong with the form that came closest is what helps.
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    const closest = issue.errors.toSorted((a, b) => depth(b) - depth(a) || a.length - b.length)[0]!;
    if (depth(closest) > 0) return closest.flatMap((inner) => faultsOf(inner, path));
  }
  return [{ path, reason: `${place}${issue.message.replace(/^I(?=nvalid)/, 'i')}` }];
}

/** How far into the value the errors of one form lie; a form that was not meant at all fails at the top. */
function depth(issues: readonly z.core.$ZodIssue[]): number {
  return Math.max(...issues.map(({ path, code }) => path.length + (code === 'invalid_type' ? 0 : 1)));
}

function shown(key: string): string {
  return JSON.stringify(key.length > 60 ? `${key.slice(0, 59)}…` : key);
}

async function schemaProblems(
  cases: readonly EvaluationCase[],
  raw: readonly RawCase[],
  sandbox: Pick<CheckSandbox, 'schemaProblem'>,
): Promise<CaseProblem[]> {
  const problems: CaseProblem[] = [];
  for (const [index, { id, checks }] of cases.entries()) {
    for (const [nth, check] of checks.entries()) {
      const schema =
        check.kind === 'jsonSchema'
          ? check.schema
          : check.kind === 'toolCall' && check.expects?.by === 'schema'
            ? check.expects.schema
            : undefined;
      if (schema === undefined) continue;
      const problem = await sandbox.schemaProblem(schema);
      if (problem === undefined) continue;
      problems.push({
        line: raw[index]!.lineOf(['checks', nth]),
        case: id,
        reason: `checks.${nth}: the JSON Schema cannot be used: ${problem}`,
      });
      if (problems.length >= CASE_FILE_LIMITS.problems) return problems;
    }
  }
  return problems;
}
