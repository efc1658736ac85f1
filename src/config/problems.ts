// What is wrong with a configuration file, as data and as text. Does not decide what is wrong.

/** One fault, or one warning, at one place of the file. */
export interface ConfigProblem {
  /** 1-based; 0 when the problem is about the file as a whole (it cannot be read, say). */
  readonly line: number;
  /** 1-based; 0 together with `line`. */
  readonly column: number;
  /** Where in the structure, such as `providers.example.deployments.small.wire`; empty for the file as a whole. */
  readonly path: string;
  /** What is wrong, as one sentence without a full stop. Never holds a secret. */
  readonly reason: string;
  /** What to do about it, as one sentence without a full stop. Never holds a secret. */
  readonly suggestion?: string;
}

/**
 * Human text, one line per problem, in the order of the file: `name:line:column path: reason; suggestion`.
 * @param source how to call the file, usually the path the user gave
 */
export function formatProblems(problems: readonly ConfigProblem[], source: string): string {
  return problems
    .toSorted((a, b) => a.line - b.line || a.column - b.column)
    .map((problem) => {
      const place = problem.line === 0 ? source : `${source}:${problem.line}:${problem.column}`;
      const subject = problem.path === '' ? ': ' : ` ${problem.path}: `;
      return place + subject + problem.reason + (problem.suggestion === undefined ? '' : `; ${problem.suggestion}`);
    })
    .join('\n');
}
