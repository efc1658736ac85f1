// Judges one answer by the checks of its case. Says in words which did not hold, and never repeats the answer: the words are kept.
import type { Json } from '#kernel';
import type { ChatAnswer } from './answer.ts';
import type { Check, EvaluationCase, TextOptions, ToolArguments } from './cases.ts';
import type { CheckSandbox, SandboxOutcome } from './sandbox.ts';

/** Grade 0 to 1; undefined when the judge's verdict could not be read, `declined` when it would not judge. */
export type Judge = (rubric: string) => Promise<number | 'unreadable' | 'declined'>;

export interface CheckContext {
  readonly answer: ChatAnswer;
  readonly latencyMs: number;
  readonly sandbox: Pick<CheckSandbox, 'matches' | 'validates'>;
  readonly judge: Judge;
}

export interface Verdict {
  readonly passed: boolean;
  /** Weighted share of the checks that passed, 0 to 1; a judge's check counts with its grade. */
  readonly score: number;
  readonly problems: readonly string[];
}

interface Outcome {
  readonly value: number;
  readonly problem: string | undefined;
}

const PASSED: Outcome = { value: 1, problem: undefined };
/** A match is looked for in no longer text than this. */
const MAX_TESTED_BYTES = 64 * 1024;
const MAX_PROBLEMS = 20;

export async function judgeAnswer({ checks }: Pick<EvaluationCase, 'checks'>, context: CheckContext): Promise<Verdict> {
  let earned = 0;
  let total = 0;
  const problems: string[] = [];
  for (const check of checks) {
    const { value, problem } = await outcomeOf(check, context);
    earned += value * check.weight;
    total += check.weight;
    if (problem !== undefined) problems.push(problem);
  }
  return { passed: problems.length === 0, score: earned / total, problems: problems.slice(0, MAX_PROBLEMS) };
}

/** On one line and without anything that a database or a terminal would choke on. */
export function inOneLine(text: string): string {
  return text.replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, '\uFFFD');
}

async function outcomeOf(check: Check, context: CheckContext): Promise<Outcome> {
  const { answer, sandbox } = context;
  switch (check.kind) {
    case 'exact':
      return passedIf(sameText(check, answer.text), 'exact: the answer is another');
    case 'regex':
      return await regexOutcome(check, answer.text, sandbox);
    case 'contains':
    case 'notContains':
      return containsOutcome(check, answer.text);
    case 'jsonSchema':
      return schemaOutcome('jsonSchema', 'the answer', await sandbox.validates(check.schema, answer.text));
    case 'toolCall':
      return await toolCallOutcome(check, answer, sandbox);
    case 'judge':
      return await judgeOutcome(check, context.judge);
    case 'maxLatencyMs':
      return passedIf(context.latencyMs <= check.ms, `maxLatencyMs: took ${Math.round(context.latencyMs)} ms, more than ${check.ms}`);
  }
}

function passedIf(holds: boolean, problem: string): Outcome {
  return holds ? PASSED : { value: 0, problem };
}

function failed(problem: string): Outcome {
  return { value: 0, problem };
}

function sameText(check: Extract<Check, { kind: 'exact' }>, text: string): boolean {
  const prepare = (value: string): string => prepared(check.trim ? value.trim() : value, check);
  return prepare(text) === prepare(check.text);
}

function prepared(text: string, { nfkc, ignoreCase }: TextOptions): string {
  const normal = nfkc ? text.normalize('NFKC') : text;
  return ignoreCase ? normal.toLowerCase() : normal;
}

function containsOutcome(check: Extract<Check, { kind: 'contains' | 'notContains' }>, text: string): Outcome {
  const haystack = prepared(text, check);
  const holds = (term: string): boolean => haystack.includes(prepared(term, check));
  const { all, any, kind } = check;
  if (kind === 'contains') {
    const missing = all.filter((term) => !holds(term));
    if (missing.length > 0) return failed(`contains: ${listed(missing)} ${missing.length === 1 ? 'is' : 'are'} missing`);
    return passedIf(any.length === 0 || any.some(holds), `contains: none of ${listed(any)} is there`);
  }
  const found = any.filter(holds);
  if (found.length > 0) return failed(`notContains: ${listed(found)} ${found.length === 1 ? 'is' : 'are'} there`);
  const together = all.length > 0 && all.every(holds);
  return passedIf(!together, `notContains: ${listed(all)} ${all.length === 1 ? 'is' : 'are'} there`);
}

async function regexOutcome(
  { pattern, flags }: Extract<Check, { kind: 'regex' }>,
  text: string,
  sandbox: CheckContext['sandbox'],
): Promise<Outcome> {
  const name = `regex: /${cut(pattern)}/${flags}`;
  if (Buffer.byteLength(text) > MAX_TESTED_BYTES) return failed(`${name} is not tried on more than 64 KiB of text`);
  const outcome = await sandbox.matches(pattern, flags, text);
  switch (outcome.kind) {
    case 'passed':
      return PASSED;
    case 'too-slow':
      return failed(`${name} took longer than ${outcome.limitMs} ms on this answer`);
    case 'broken':
      return failed(`${name} could not be tried: ${outcome.reason}`);
    case 'failed':
    case 'not-json':
      return failed(`${name} does not match`);
  }
}

function schemaOutcome(kind: string, what: string, outcome: SandboxOutcome): Outcome {
  switch (outcome.kind) {
    case 'passed':
      return PASSED;
    case 'not-json':
      return failed(`${kind}: ${what} is not JSON`);
    case 'failed':
      return failed(`${kind}: ${what} fails ${cut(outcome.keyword ?? 'the schema')} at ${cut(outcome.schemaPath ?? '#')} of the schema`);
    case 'too-slow':
      return failed(`${kind}: ${what} took longer than ${outcome.limitMs} ms to validate`);
    case 'broken':
      return failed(`${kind}: ${what} could not be validated: ${outcome.reason}`);
  }
}

async function toolCallOutcome(
  { name, expects }: Extract<Check, { kind: 'toolCall' }>,
  { toolCalls }: ChatAnswer,
  sandbox: CheckContext['sandbox'],
): Promise<Outcome> {
  const calls = toolCalls.filter((call) => call.name === name);
  if (calls.length === 0) return failed(`toolCall: ${cut(name)} is not called`);
  if (expects === undefined) return PASSED;
  if (expects.by === 'schema') {
    let last = PASSED;
    for (const call of calls) {
      last = schemaOutcome('toolCall', `the arguments of ${cut(name)}`, await sandbox.validates(expects.schema, call.arguments));
      if (last.problem === undefined) return last;
    }
    return last;
  }
  return passedIf(
    calls.some((call) => argumentsMatch(expects, call.arguments)),
    `toolCall: ${cut(name)} is called with other arguments`,
  );
}

function argumentsMatch(expects: Exclude<ToolArguments, { by: 'schema' }>, text: string): boolean {
  let value: unknown;
  try {
    value = JSON.parse(text) as unknown;
  } catch {
    return false;
  }
  return matches(expects.value, value, expects.by === 'exact');
}

/** Descends only as deep as what is expected, which the operator wrote. */
function matches(expected: Json | undefined, value: unknown, isExact: boolean): boolean {
  if (expected === null || typeof expected !== 'object') return expected === value;
  if (Array.isArray(expected)) {
    const list = expected as readonly Json[];
    return Array.isArray(value) && value.length === list.length && list.every((each, index) => matches(each, value[index], isExact));
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return false;
  const members = Object.entries(expected as { readonly [name: string]: Json | undefined });
  if (isExact && Object.keys(value).length !== members.length) return false;
  const given = value as Readonly<Record<string, unknown>>;
  return members.every(([name, member]) => Object.hasOwn(given, name) && matches(member, given[name], isExact));
}

async function judgeOutcome({ rubric, atLeast }: Extract<Check, { kind: 'judge' }>, judge: Judge): Promise<Outcome> {
  const grade = await judge(rubric);
  if (grade === 'unreadable') return failed('judge: the verdict could not be read');
  if (grade === 'declined') return failed('judge: the judge declined');
  return { value: grade, problem: grade >= atLeast ? undefined : `judge: grade ${grade.toFixed(2)}, less than ${atLeast}` };
}

function listed(terms: readonly string[]): string {
  const shown = terms.slice(0, 5).map((term) => JSON.stringify(cut(term)));
  return terms.length > shown.length ? `${shown.join(', ')} and ${terms.length - shown.length} more` : shown.join(', ');
}

function cut(text: string): string {
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}
