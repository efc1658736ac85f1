// The case file of a qualification: found, read, and its faults put into words.
import { readFile, stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { CASE_FILE_LIMITS, readCaseFile, type CaseProblem, type CaseSet, type CheckSandbox } from '#continuity';
import { err, SekishoError, systemErrorCode, type Result } from '#kernel';
import type { Route } from '#routing';
import { count } from './configuration.ts';
import type { Context } from './command.ts';
import { usageError } from './failure.ts';
import { plain } from './terminal.ts';

export interface ChosenCases {
  readonly path: string;
  readonly caseSet: CaseSet;
  /** Other cases than the route's own: its bar is not about them. */
  readonly isTrial: boolean;
}

/** Undefined when the file has faults, which are printed then. */
export async function chooseCases(
  given: string | undefined,
  route: Route,
  sandbox: CheckSandbox,
  context: Context,
): Promise<ChosenCases | undefined> {
  const own = route.qualification?.cases;
  const path = given === undefined ? own : resolve(given);
  if (path === undefined) {
    throw usageError(
      `the route ${route.name} has no \`qualification\` in the configuration`,
      'Name a file with --cases, or give the route `qualification: { cases: ./cases.yaml }`.',
    );
  }
  const read = await readCases(path, sandbox);
  if (!read.ok) {
    printProblems(read.error, given ?? path, context);
    return undefined;
  }
  const isTrial = own !== undefined && path !== own && !(await holdsSame(own, read.value, sandbox));
  return { path, caseSet: read.value, isTrial };
}

async function readCases(path: string, sandbox: CheckSandbox): Promise<Result<CaseSet, readonly CaseProblem[]>> {
  try {
    const { size } = await stat(path);
    if (size > CASE_FILE_LIMITS.bytes) return err([{ line: 0, case: '', reason: 'is larger than 32 MiB' }]);
    return await readCaseFile({ name: basename(path), text: await readFile(path, 'utf8') }, sandbox);
  } catch (error) {
    if (systemErrorCode(error) !== 'ENOENT') throw error;
    throw new SekishoError('cases-missing', `there is no file with cases at ${path}`, {
      hint: 'docs/how-to/qualify-a-fallback.md says how to write one; examples/evaluations holds some.',
    });
  }
}

async function holdsSame(own: string, { hash }: CaseSet, sandbox: CheckSandbox): Promise<boolean> {
  try {
    const read = await readCases(own, sandbox);
    return read.ok && read.value.hash === hash;
  } catch {
    // The route's own cannot be read: then these are others.
    return false;
  }
}

function printProblems(problems: readonly CaseProblem[], file: string, { terminal, json }: Context): void {
  if (json) return terminal.out(JSON.stringify({ ok: false, file, problems }));
  for (const problem of problems) {
    const place = problem.line === 0 ? file : `${file}:${problem.line}`;
    terminal.note(plain(`${place}: ${problem.case === '' ? '' : `case ${problem.case}: `}${problem.reason}`));
  }
  terminal.note(`${terminal.noteStyle('red', 'sekisho:')} ${count(problems.length, 'problem')} in ${plain(file)}; nothing was asked`);
}
