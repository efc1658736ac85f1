// Tables of decisions that policies must give, in YAML: read strictly, and asked. What facts a case leaves out is in partial-facts.ts.
import { isMap, isSeq, LineCounter, parseDocument, type Document } from 'yaml';
import { z } from 'zod';
import { err, ok, type Result } from '#kernel';
import type { PolicyEngine } from './engine.ts';
import { completeFacts, partialFactsSchema, type PartialFacts } from './partial-facts.ts';
import type { PolicyProblem } from './problem.ts';
import type { PolicyText } from './shipped.ts';
import type { AccessDecision } from './types.ts';

export interface PolicyTestCase {
  readonly name: string;
  readonly line: number;
  readonly facts: PartialFacts;
  readonly expect: 'allow' | 'deny';
  /** One of the policies that must determine it; undefined: whichever. */
  readonly policy: string | undefined;
}

export interface PolicyTestTable {
  readonly file: string;
  readonly cases: readonly PolicyTestCase[];
}

export interface PolicyTestResult {
  readonly name: string;
  readonly file: string;
  readonly line: number;
  readonly passed: boolean;
  readonly expected: { readonly decision: 'allow' | 'deny'; readonly policy: string | undefined };
  readonly decision: AccessDecision;
}

const MOST_TABLE_BYTES = 1_048_576;
const MOST_CASES = 5_000;
const MOST_PROBLEMS = 100;

const caseSchema = z.strictObject({
  name: z.string().min(1).max(200),
  facts: partialFactsSchema.default({}),
  expect: z.enum(['allow', 'deny']),
  policy: z.string().min(1).max(64).optional(),
});

const tableSchema = z.strictObject({ cases: z.array(caseSchema).min(1).max(MOST_CASES) });

/** Errors: what is wrong with the table, with lines. */
export function readPolicyTests({ file, text }: PolicyText): Result<PolicyTestTable, readonly PolicyProblem[]> {
  const problem = (message: string, line?: number): PolicyProblem => ({ file, line, policy: undefined, message, hint: undefined });
  if (Buffer.byteLength(text) > MOST_TABLE_BYTES) return err([problem(`longer than ${MOST_TABLE_BYTES} bytes`)]);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [broken] = document.errors;
  if (broken !== undefined) return err([problem(broken.message, lines.linePos(broken.pos[0]).line)]);
  const lineOf = (path: readonly PropertyKey[]): number | undefined => lineOfNode(document, lines, path);
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    return err([problem(error instanceof Error ? error.message : 'too many aliases')]);
  }
  const read = tableSchema.safeParse(value);
  if (!read.success) {
    return err(
      read.error.issues
        .slice(0, MOST_PROBLEMS)
        .map(({ path, message }) => problem(`${path.join('.') || 'the table'}: ${message}`, lineOf(path))),
    );
  }
  const cases = read.data.cases.map(({ policy, ...rest }, index) => ({ ...rest, policy, line: lineOf(['cases', index]) ?? 1 }));
  const seen = new Set<string>();
  const twice = cases.filter(({ name }) => seen.size === seen.add(name).size);
  if (twice.length > 0) return err(twice.map(({ name, line }) => problem(`a case named "${name}" is there already`, line)));
  return ok({ file, cases });
}

export function testPolicies(engine: PolicyEngine, { file, cases }: PolicyTestTable): readonly PolicyTestResult[] {
  return cases.map(({ name, line, facts, expect, policy }) => {
    const decision = engine.decide(completeFacts(facts));
    const isAsExpected = decision.allowed === (expect === 'allow') && (policy === undefined || decision.policies.includes(policy));
    return { name, file, line, passed: isAsExpected, expected: { decision: expect, policy }, decision };
  });
}

/** The line of the deepest node on the path that there is. */
function lineOfNode(document: Document, lines: LineCounter, path: readonly PropertyKey[]): number | undefined {
  let node: unknown = document.contents;
  let offset: number | undefined;
  for (const key of [undefined, ...path]) {
    if (key !== undefined) node = isMap(node) || isSeq(node) ? node.get(key, true) : undefined;
    const range = typeof node === 'object' && node !== null && 'range' in node ? (node.range as readonly number[] | undefined) : undefined;
    if (range === undefined || range === null) break;
    offset = range[0];
  }
  return offset === undefined ? undefined : lines.linePos(offset).line;
}
